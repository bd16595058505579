"""The flows that write to StackOne, for tests that disturb each of them in the same way."""

from __future__ import annotations

from typing import NamedTuple

from tests.support.command import NEW_PAIR, PAIR, Run, Tool
from tests.support.forked import Child, wait_until


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
