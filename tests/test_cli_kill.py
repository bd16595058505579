"""Killed anywhere: what StackOne holds is in the keyring, and the next run finishes."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.flows import FLOWS, begin, command_of, is_finished, pair_of
from tests.support.needs import needs
from tests.support.secret_service import MISSING, secret_service

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.command import Tool

SIGNALS = (signal.SIGKILL, signal.SIGINT)
TELLS = {"creation": ("POST", 1)} | dict.fromkeys(FLOWS[1:], ("PATCH", 1))
UPDATING = [
    ("GET", "/connector_profiles", 0),
    ("PATCH", "/connector_profiles", 0),
    ("PATCH", "/connector_profiles", 1),
    ("GET", "/connector_profiles", 1),
]
REQUESTS = {
    "creation": [
        ("GET", "/connector_profiles", 0),
        ("GET", "/actions", 0),
        ("POST", "/connector_profiles", 0),
        ("POST", "/connector_profiles", 1),
    ],
} | dict.fromkeys(FLOWS[1:], UPDATING)
AT_REQUESTS = [(flow, *request) for flow, requests in REQUESTS.items() for request in requests]

SETS = {"creation": ("trial", "origins", "next", "current")} | dict.fromkeys(
    FLOWS[1:], ("trial", "next", "previous", "current")
)
DELETIONS = ("trial", "next")
STATES = {"creation": 4} | dict.fromkeys(FLOWS[1:], 2)
AT_STEPS = [
    (flow, f"{kind}:{number}:{when}")
    for flow in FLOWS
    for kind, count in (("set", len(SETS[flow])), ("delete", len(DELETIONS)), ("state", STATES[flow]))
    for number in range(1, count + 1)
    for when in (("before",) if kind == "state" else ("before", "after"))
]

needs_service = needs(f"the Secret Service ({', '.join(MISSING)})", not MISSING)


@pytest.fixture
def real(tool: Tool, tmp_path: Path) -> Iterator[Tool]:
    """The tool with a real Secret Service, whose calls may end the process."""
    home = tmp_path / "session"
    home.mkdir()
    with secret_service(home) as env:
        kept_in_service(tool, env)
        yield tool


def kept_in_service(tool: Tool, env: dict[str, str]) -> None:
    ours = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME")
    tool.environ |= {name: env[name] for name in ours}
    tool.environ["EH_CONNECT_KEYRING"] = "tests.support.keyrings.StoppingSecretService"
    tool.session = env["DBUS_SESSION_BUS_ADDRESS"]


def finish(tool: Tool, flow: str, changed: dict[str, str]) -> None:
    """Whatever was stopped, nothing is lost; and the same command once more does all of it."""
    assert tool.holds_what_stackone_has()
    is_finished(tool, flow, tool.run(*command_of(flow), "--json", **changed))


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


@needs_service
@pytest.mark.parametrize("sent", SIGNALS)
@pytest.mark.parametrize(("flow", "at"), AT_STEPS)
def test_a_run_stopped_where_it_leaves_a_trace_is_finished_by_the_next(
    real: Tool, flow: str, at: str, sent: signal.Signals
) -> None:
    changed = begin(real, flow)
    run = real.run(*command_of(flow), "--json", EH_TEST_STOP_AT=f"{at}:{sent.name}", **changed)
    assert run.code == (-signal.SIGKILL if sent is signal.SIGKILL else 130)
    finish(real, flow, changed)


@pytest.mark.parametrize("flow", FLOWS)
def test_those_were_all_the_traces(tool: Tool, flow: str) -> None:
    changed = begin(tool, flow)
    log = tool.folder / "calls"
    earlier = len(tool.written())
    tool.run(*command_of(flow), "--json", EH_TEST_KEYRING_LOG=str(log), **changed).succeeded  # noqa: B018  # it asserts
    calls = [line.split() for line in log.read_text().splitlines()]
    assert tuple(entry for kind, _, entry in calls if kind == "set") == SETS[flow]
    assert tuple(entry for kind, _, entry in calls if kind == "delete") == DELETIONS
    states = [path for path in tool.written()[earlier:] if path.endswith("profile-default.json")]
    assert len(states) == STATES[flow]


@pytest.mark.parametrize("sent", SIGNALS)
@pytest.mark.parametrize("takes_effect", [True, False])
@pytest.mark.parametrize(("flow", "method", "path", "earlier"), AT_REQUESTS)
def test_a_run_stopped_at_a_request_is_finished_by_the_next(
    tool: Tool, flow: str, method: str, path: str, earlier: int, takes_effect: bool, sent: signal.Signals
) -> None:
    changed = begin(tool, flow)
    command = (*command_of(flow), "--json")
    at = (method, path, earlier)
    process = hang(tool, *at, command=command, takes_effect=takes_effect, changed=changed)
    process.send_signal(sent)
    assert tool.end(process).code == (-signal.SIGKILL if sent is signal.SIGKILL else 130)
    if takes_effect and TELLS[flow] == (method, earlier):
        secret = pair_of(flow)["client_secret"]
        wait_until(lambda: [p["client_secret"] for p in tool.stage.profiles] == [secret])
    tool.stage.faults()
    finish(tool, flow, changed)


def hang(
    tool: Tool,
    method: str,
    path: str,
    earlier: int,
    *,
    command: tuple[str, ...] = ("setup", "--json"),
    takes_effect: bool = True,
    changed: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a run that waits for the answer to a request, the next after ``earlier`` ones like it."""
    match = {"method": method, "path": path}
    kind = "delay" if takes_effect else "drop"
    slow = {"kind": kind, "match": match, "seconds": 2}
    tool.stage.faults({"kind": "delay", "match": match, "times": earlier}, slow)
    known = len(asked(tool, method, path))
    process = tool.start(*command, **(changed or {}))
    wait_until(lambda: len(asked(tool, method, path)) == known + earlier + 1)
    return process


def asked(tool: Tool, method: str, path: str) -> list[str]:
    return [entry for entry in tool.stage.requests() if entry.startswith(f"{method} {path}")]


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)]
)
@pytest.mark.parametrize("at", [("GET", "/connector_profiles", 0), ("POST", "/connector_profiles", 1)])
def test_a_run_that_is_stopped_says_so_and_can_be_taken_up(
    tool: Tool, sent: signal.Signals, code: int, at: tuple[str, str, int]
) -> None:
    process = hang(tool, *at)
    process.send_signal(sent)
    run = tool.end(process)
    assert (run.code, run.error["type"]) == (code, "stopped")
    assert "Run the same command again" in run.error["hint"]
    if at[0] == "POST":
        wait_until(lambda: len(tool.stage.profiles) == 1)
    tool.stage.faults()
    finish(tool, "creation", {})


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_person_is_told_that_the_run_was_stopped(tool: Tool, sent: signal.Signals, code: int) -> None:
    process = hang(tool, "GET", "/connector_profiles", 0, command=("setup", "--no-input"))
    process.send_signal(sent)
    run = tool.end(process)
    assert (run.code, run.out, "Traceback" in run.err) == (code, "", False)
    assert "Run the same command again" in run.err


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_the_served_rehearsal_ends_when_it_is_told_to(tool: Tool, sent: signal.Signals) -> None:
    process = tool.start("sandbox", "--json")
    assert process.stdout is not None
    first = process.stdout.readline()
    while not first.endswith(b"\n}\n"):
        first += process.stdout.readline()
    assert json.loads(first)["ok"] is True
    process.send_signal(sent)
    run = tool.end(process)
    assert (run.code, run.out, "Traceback" in run.err) == (128 + sent, "", False)


def test_a_second_sigterm_does_not_break_off_the_tidying_up(tool: Tool) -> None:
    process = hang(tool, "GET", "/connector_profiles", 0)
    for _ in range(3):
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGHUP)
    run = tool.end(process)
    assert (run.code, run.error["type"], run.err) == (143, "stopped", "")
