"""The whole tool as a process of its own, in an environment of its own, and its flows that write."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support import leaks
from tests.support.forked import CHECKOUT, RECORDER, Child, Kind, wait_until
from tests.support.secret_service import kept_in

if TYPE_CHECKING:
    from tests.support.sandbox import Stage

PAIR = {"client_id": leaks.CLIENT_ID, "client_secret": leaks.CLIENT_SECRET}
NEW_PAIR = {"client_id": leaks.CLIENT_ID, "client_secret": leaks.NEW_SECRET}


@dataclass(frozen=True)
class Run:
    """A run that has ended."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """The one JSON object that is all of standard output."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The answer's error, whose code is the exit code."""
        assert (self.answer["ok"], self.answer["error"]["code"]) == (False, self.code)
        return self.answer["error"]

    @property
    def succeeded(self) -> Any:
        """The answer of a run that did not fail."""
        assert (self.code, self.answer["ok"]) == (0, True), self
        return self.answer


@dataclass
class Tool:
    """The tool, led to a sandbox whose secrets are the canaries.

    ``folder`` is all it may write to: home, temporary files, state; ``keyring`` is beside it.
    """

    stage: Stage
    folder: Path
    keyring: Path
    environ: dict[str, str] = field(init=False)
    session: str | None = None
    """The address of a D-Bus session whose Secret Service is the keyring; None: a file is."""
    kind: Kind = "tool"
    """What runs: the tool, or something in its place."""
    stdin: bytes = b""
    """What a run finds on standard input."""

    _started = 0

    def __post_init__(self) -> None:
        with self.stage.records.change("stackone") as data:
            data["api_key"] = leaks.API_KEY
        for secret in (leaks.CLIENT_SECRET, leaks.NEW_SECRET, leaks.ODD_SECRET):
            self.stage.register(leaks.CLIENT_ID, secret)
        self.folder.mkdir()
        leaks.watch(self.folder)
        passed_on = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        self.environ = {
            **passed_on,
            **self.stage.environment,
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder),
            "PYTHONPATH": os.pathsep.join(map(str, (RECORDER, CHECKOUT))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "EH_CONNECT_HOME": str(self.state),
            "EH_CONNECT_KEYRING": "tests.support.keyrings.FileKeyring",
            "EH_CONNECT_CLIENT_ID": leaks.CLIENT_ID,
            "EH_CONNECT_CLIENT_SECRET": leaks.CLIENT_SECRET,
            "STACKONE_API_KEY": leaks.API_KEY,
            "EH_TEST_KEYRING_FILE": str(self.keyring),
            "EH_TEST_RECORD": str(self.record),
        }

    @property
    def state(self) -> Path:
        """The folder for state; the tool makes it."""
        return self.folder / "state"

    @property
    def record(self) -> Path:
        return self.keyring.with_name("record.jsonl")

    @property
    def rotated(self) -> dict[str, str]:
        """The variable that brings another Client Secret."""
        return {"EH_CONNECT_CLIENT_SECRET": leaks.NEW_SECRET}

    def kept(self, label: str = "default") -> dict[str, dict[str, str]]:
        """The pairs in the keyring, by entry."""
        if self.session is not None:
            entries = kept_in(self.session, f"eh-connect:{label}")
        else:
            content = json.loads(self.keyring.read_text()) if self.keyring.exists() else {}
            entries = content.get(f"eh-connect:{label}", {})
        assert entries.keys() <= {"current", "next", "previous", "origins", "trial", "hand-over", "api-key"}
        pairs = entries.keys() & {"current", "next", "previous"}
        return {entry: json.loads(entries[entry]) for entry in pairs}

    def recorded(self) -> list[list[Any]]:
        """What ``tests/support/recorder`` noted so far: the children that were started, the files written."""
        return [*map(json.loads, self.record.read_text().splitlines())] if self.record.exists() else []

    def holds_what_stackone_has(self) -> bool:
        """Whether there is at most one profile, and its pair is in the keyring."""
        pairs = [{key: profile[key] for key in PAIR} for profile in self.stage.profiles]
        return len(pairs) <= 1 and all(pair in self.kept().values() for pair in pairs)

    def setup(self, *arguments: str, **changed: str | None) -> Run:
        """``setup --json``; see ``run``."""
        return self.run("setup", "--json", *arguments, **changed)

    def run(self, *arguments: str, **changed: str | None) -> Run:
        """Run the tool; ``changed`` variables are laid over the environment, None takes one out."""
        return self.end(self.start(*arguments, **changed))

    def shell(self, script: str, **changed: str | None) -> Run:
        """Run a script in which ``eh-connect`` is the tool, as an interpreter of its own."""
        ours = f'eh-connect() {{ "{sys.executable}" -m eh_connect "$@"; }}'
        return self.end(self._start("program", ("bash", "-c", f"{ours}\n{script}"), changed))

    def start(self, *arguments: str, **changed: str | None) -> Child:
        """Start the tool; ``end`` ends it."""
        return self._start(self.kind, arguments, changed)

    def _start(self, kind: Kind, arguments: tuple[str, ...], changed: dict[str, str | None]) -> Child:
        self._started += 1
        streams = [
            self.keyring.with_name(f"{name}-{self._started}") for name in ("stdin", "stdout", "stderr")
        ]
        for stream, content in zip(streams, (self.stdin, b"", b""), strict=True):
            stream.write_bytes(content)
        return Child(arguments, self.variables(changed), self.folder, streams, kind)

    def printed(self, child: Child) -> Any:
        """The object that a process which goes on has printed."""
        wait_until(lambda: child.streams[1].read_bytes().endswith(b"\n}\n"))
        return json.loads(child.streams[1].read_text())

    def end(self, child: Child) -> Run:
        """Wait for the end of a process, and have what it produced searched."""
        try:
            code = child.wait()
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            raise
        for recorded in self.recorded():
            self._search(*recorded)
        out, err = (stream.read_text(errors="replace") for stream in child.streams[1:])
        leaks.add("standard output", out)
        leaks.add("standard error", err)
        return Run(code, out, err)

    def variables(self, changed: dict[str, str | None]) -> dict[str, str]:
        """The environment of a run."""
        return {name: value for name, value in (self.environ | changed).items() if value is not None}

    def _search(self, kind: str, what: Any, environ: Any = None) -> None:
        if kind == "child":
            leaks.add("the arguments of a child", str(what))
            environ.pop("EH_CONNECT_CLIENT_ID", None)  # as the shell gave it: an ID, no secret
            leaks.add("the environment of a child", str(environ))
            return
        path = Path(str(what))
        outside = not path.is_relative_to(self.folder) and path.parent != self.keyring.parent
        if outside and path.is_file():
            leaks.add(f"the file {path}", path.read_bytes().decode(errors="replace"))


def run_python(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, without a D-Bus session and with only these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


class Flow(NamedTuple):
    """A write: its command, and the credentials in the keyring before and after it."""

    command: tuple[str, ...]
    finds: dict[str, dict[str, str]]
    leaves: dict[str, dict[str, str]]


_NEW = {"current": NEW_PAIR, "previous": PAIR}
FLOWS = {
    "creation": Flow(("setup", "--json"), {}, {"current": PAIR}),
    "update": Flow(("setup", "--json"), {"current": PAIR}, _NEW),
    "rotation": Flow(("rotate", "--json"), {"current": PAIR}, _NEW),
    "rollback": Flow(("rotate", "--rollback", "--json"), _NEW, {"current": PAIR, "previous": NEW_PAIR}),
}


def begin(tool: Tool, flow: str) -> dict[str, str]:
    """Do what comes before the flow; the variables that it needs."""
    if flow != "creation":
        tool.setup().succeeded  # noqa: B018  # it asserts
    if flow == "rollback":
        tool.run("rotate", "--json", **tool.rotated).succeeded  # noqa: B018  # it asserts
    return tool.rotated if FLOWS[flow].leaves == _NEW else {}


def is_finished(tool: Tool, flow: str, run: Run) -> None:
    """The run ended well; all is as the flow leaves it, once; and there is nothing left to do."""
    assert run.succeeded["action"] in {"created", "updated", "unchanged", "rotated", "rolled_back"}
    wanted = FLOWS[flow].leaves["current"]
    (made,) = tool.stage.profiles
    assert {key: made[key] for key in wanted} == wanted
    assert tool.kept() == FLOWS[flow].leaves
    again = tool.setup(EH_CONNECT_CLIENT_SECRET=wanted["client_secret"])
    assert again.succeeded["action"] == "unchanged"
    assert not list(tool.state.glob("*.tmp"))


def hang(
    tool: Tool,
    method: str,
    path: str,
    earlier: int = 0,
    *,
    command: tuple[str, ...] = ("setup", "--json"),
    takes_effect: bool = True,
    seconds: float = 2,
    changed: dict[str, str] | None = None,
) -> Child:
    """Start a run that waits for the answer to a request, the next after ``earlier`` ones like it."""
    match = {"method": method, "path": path}
    slow = {"kind": "delay" if takes_effect else "drop", "match": match, "seconds": seconds}
    tool.stage.faults({"kind": "delay", "match": match, "times": earlier}, slow)
    known = len(tool.stage.requests())
    child = tool.start(*command, **(changed or {}))

    def hangs() -> bool:
        sent = [entry for entry in tool.stage.requests()[known:] if entry.startswith(f"{method} {path}")]
        return len(sent) == earlier + 1

    wait_until(hangs)
    return child
