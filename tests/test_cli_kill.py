"""Killed anywhere: what StackOne holds is in the keyring, and the next run finishes."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.command import NEW_PAIR, PAIR

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from tests.command import Tool

TELLS = {"creation": ("POST", 1), "update": ("PATCH", 1)}
REQUESTS = {
    "creation": [
        ("GET", "/connector_profiles", 0),
        ("GET", "/actions", 0),
        ("POST", "/connector_profiles", 0),
        ("POST", "/connector_profiles", 1),
    ],
    "update": [
        ("GET", "/connector_profiles", 0),
        ("PATCH", "/connector_profiles", 0),
        ("PATCH", "/connector_profiles", 1),
        ("GET", "/connector_profiles", 1),
    ],
}
AT_REQUESTS = [(flow, *request) for flow, requests in REQUESTS.items() for request in requests]

SETS = {
    "creation": ("trial", "origins", "next", "current"),
    "update": ("trial", "next", "previous", "current"),
}
DELETIONS = ("trial", "next")
AT_KEYRING = [
    (flow, f"{kind}:{number}:{when}")
    for flow, sets in SETS.items()
    for kind, entries in (("set", sets), ("delete", DELETIONS))
    for number in range(1, len(entries) + 1)
    for when in ("before", "after")
]


def begin(tool: Tool, flow: str) -> dict[str, str]:
    """What comes before the killed run; the variables of that run."""
    if flow == "update":
        tool.setup_here().succeeded  # noqa: B018  # it asserts
    return tool.rotated if flow == "update" else {}


def finish(tool: Tool, flow: str, changed: dict[str, str]) -> None:
    assert tool.holds_what_stackone_has()
    assert tool.setup(**changed).succeeded["action"] in {"created", "updated", "unchanged"}
    wanted = NEW_PAIR if flow == "update" else PAIR
    (made,) = tool.stage.profiles
    assert {key: made[key] for key in wanted} == wanted
    assert tool.kept() == {"current": wanted} | ({"previous": PAIR} if flow == "update" else {})
    assert tool.setup_here(**changed).succeeded["action"] == "unchanged"
    assert not list(tool.state.glob("*.tmp"))


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(("flow", "at"), AT_KEYRING)
def test_a_run_killed_at_a_write_of_the_keyring_is_finished_by_the_next(
    tool: Tool, flow: str, at: str
) -> None:
    changed = begin(tool, flow)
    run = tool.setup(EH_TEST_KILL_AT=at, **changed)
    assert (run.code, run.out) == (-signal.SIGKILL, "")
    finish(tool, flow, changed)


@pytest.mark.parametrize("flow", SETS)
def test_those_were_all_the_writes_of_the_keyring(tool: Tool, flow: str) -> None:
    changed = begin(tool, flow)
    log = tool.folder / "calls"
    tool.setup_here(EH_TEST_KEYRING_LOG=str(log), **changed).succeeded  # noqa: B018  # it asserts
    calls = [line.split() for line in log.read_text().splitlines()]
    assert tuple(entry for kind, _, entry in calls if kind == "set") == SETS[flow]
    assert tuple(entry for kind, _, entry in calls if kind == "delete") == DELETIONS


@pytest.mark.parametrize("takes_effect", [True, False])
@pytest.mark.parametrize(("flow", "method", "path", "earlier"), AT_REQUESTS)
def test_a_run_killed_at_a_request_is_finished_by_the_next(
    tool: Tool, flow: str, method: str, path: str, earlier: int, takes_effect: bool
) -> None:
    changed = begin(tool, flow)
    process = hang(tool, method, path, earlier, takes_effect=takes_effect, changed=changed)
    process.kill()
    assert tool.end(process).code == -signal.SIGKILL
    if takes_effect and TELLS[flow] == (method, earlier):
        secret = (NEW_PAIR if flow == "update" else PAIR)["client_secret"]
        wait_until(lambda: [p["client_secret"] for p in tool.stage.profiles] == [secret])
    tool.stage.faults()
    finish(tool, flow, changed)


def hang(
    tool: Tool,
    method: str,
    path: str,
    earlier: int,
    *,
    flags: tuple[str, ...] = ("--json",),
    takes_effect: bool = True,
    changed: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a run that waits for the answer to a request, the next after ``earlier`` ones like it."""
    match = {"method": method, "path": path}
    kind = "delay" if takes_effect else "drop"
    slow = {"kind": kind, "match": match, "seconds": 2}
    tool.stage.faults({"kind": "delay", "match": match, "times": earlier}, slow)
    known = len(asked(tool, method, path))
    process = tool.start("setup", *flags, **(changed or {}))
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
    process = hang(tool, "GET", "/connector_profiles", 0, flags=("--no-input",))
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
