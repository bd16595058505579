"""Killed anywhere, or two runs at once: nothing is lost, there is one profile, and the next run finishes."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.command import FLOWS, PAIR, Tool, begin, hang, is_finished
from tests.support.forked import wait_until
from tests.support.secret_service import needs_secret_service, secret_service

if TYPE_CHECKING:
    from pathlib import Path

KILL, INTERRUPT = signal.SIGKILL, signal.SIGINT
CODES = {KILL: -KILL, INTERRUPT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
LIST = ("GET", "/connector_profiles")
CREATE, UPDATE = ("POST", "/connector_profiles", 1), ("PATCH", "/connector_profiles", 1)
STOPS = [  # a write to the keyring or the state, and the signal: one of each kind (flows have them all)
    ("creation", "set:3:after", KILL),
    ("creation", "state:3:before", INTERRUPT),
    ("rotation", "set:4:before", KILL),
    ("rotation", "delete:2:after", KILL),
    ("rollback", "state:2:before", KILL),
]
REQUESTS = [  # which hang, and take effect after the run has ended
    ("creation", CREATE, KILL),
    ("creation", CREATE, INTERRUPT),
    ("creation", CREATE, signal.SIGTERM),
    ("rotation", UPDATE, KILL),
    ("rotation", UPDATE, INTERRUPT),
]


def finish(tool: Tool, flow: str, changed: dict[str, str]) -> None:
    """Whatever was stopped, nothing is lost; and the same command once more does all of it."""
    assert tool.holds_what_stackone_has()
    is_finished(tool, flow, tool.run(*FLOWS[flow].command, **changed))


@pytest.mark.parametrize(("flow", "where", "sent"), STOPS)
def test_a_run_stopped_where_it_leaves_a_trace_is_finished_by_the_next(
    tool: Tool, flow: str, where: str, sent: signal.Signals
) -> None:
    changed = begin(tool, flow)
    run = tool.run(*FLOWS[flow].command, EH_TEST_STOP_AT=f"{where}:{sent.name}", **changed)
    assert run.code == CODES[sent], run
    finish(tool, flow, changed)


@needs_secret_service
def test_the_same_with_a_real_keyring(tool: Tool, tmp_path: Path) -> None:
    (tmp_path / "session").mkdir()
    with secret_service(tmp_path / "session") as env:
        ours = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME")
        tool.environ |= {name: env[name] for name in ours}
        tool.environ["EH_CONNECT_KEYRING"] = "tests.support.keyrings.StoppingSecretService"
        tool.session = env["DBUS_SESSION_BUS_ADDRESS"]
        changed = begin(tool, "rotation")
        run = tool.run("rotate", "--json", EH_TEST_STOP_AT="set:2:after:SIGKILL", **changed)
        assert run.code == -KILL
        finish(tool, "rotation", changed)


@pytest.mark.parametrize(("flow", "at", "sent"), REQUESTS)
def test_a_run_stopped_at_a_request_that_still_takes_effect_is_finished_by_the_next(
    tool: Tool, flow: str, at: tuple[str, str, int], sent: signal.Signals
) -> None:
    """A creation may still be under way when the next run begins."""
    changed = begin(tool, flow)
    child = hang(tool, *at, command=FLOWS[flow].command, changed=changed, seconds=1)
    child.send_signal(sent)
    run = tool.end(child)
    assert run.code == CODES[sent]
    assert sent == KILL or at == UPDATE or "while StackOne was creating" in run.out
    tool.stage.faults()
    if at == UPDATE:
        secret = FLOWS[flow].leaves["current"]["client_secret"]
        wait_until(lambda: [profile["client_secret"] for profile in tool.stage.profiles] == [secret])
    finish(tool, flow, changed)


@pytest.mark.parametrize("sent", [signal.SIGTERM, INTERRUPT, signal.SIGHUP], ids=str)
def test_a_run_that_is_stopped_says_so(tool: Tool, sent: signal.Signals) -> None:
    child = hang(tool, *LIST)
    child.send_signal(sent)
    run = tool.end(child)
    assert (run.code, run.error["type"], run.err) == (CODES[sent], "stopped", "")
    tool.kind = "interpreter"
    child = hang(tool, *LIST, command=("setup", "--no-input"))
    child.send_signal(sent)
    run = tool.end(child)
    assert (run.code, run.out, "Traceback" in run.err) == (CODES[sent], "", False)
    assert run.err
    tool.stage.faults()
    finish(tool, "creation", {})


def test_a_second_sigterm_does_not_break_off_the_tidying_up(tool: Tool) -> None:
    child = hang(tool, *LIST)
    for _ in range(3):
        child.send_signal(signal.SIGTERM)
        child.send_signal(signal.SIGHUP)
    run = tool.end(child)
    assert (run.code, run.error["type"], run.err) == (143, "stopped", "")


def test_the_served_sandbox_ends_when_it_is_told_to(tool: Tool) -> None:
    child = tool.start("sandbox", "--json")
    assert tool.printed(child)["ok"] is True
    child.send_signal(signal.SIGTERM)
    run = tool.end(child)
    assert (run.code, "Traceback" in run.err) == (143, False)


def test_while_a_creation_may_be_under_way_no_run_sends_another(tool: Tool) -> None:
    """It was cut off without effect: as far as the next run knows, the profile may still show."""
    child = hang(tool, "POST", "/connector_profiles", 1, takes_effect=False, seconds=1)
    child.send_signal(signal.SIGKILL)
    tool.end(child)
    tool.stage.faults()
    run = tool.setup("--timeout", "3")
    assert (run.error["code"], run.error["type"]) == (7, "network")
    assert (len(tool.stage.requests()) > 1, tool.stage.profiles) == (True, [])


def test_the_second_run_on_a_label_is_turned_away_while_the_first_works(tool: Tool) -> None:
    first = hang(tool, "GET", "/connector_profiles")
    asked = len(tool.stage.requests())
    second = tool.setup()
    assert (second.error["code"], second.error["type"]) == (4, "storage")
    assert ("default" in second.error["title"], "--no-store" in (second.error["hint"] or "")) == (True, False)
    assert tool.setup("--dry-run").succeeded["action"] == "pending", "it needs no lock"
    assert asked == 1
    assert tool.end(first).succeeded["action"] == "created"
    assert tool.kept() == {"current": PAIR}


def test_two_labels_go_side_by_side(tool: Tool) -> None:
    one = ("setup", "--json", "--profile", "one", "--name", "One")
    first = hang(tool, "GET", "/connector_profiles", command=one)
    assert tool.setup("--profile", "two", "--name", "Two").succeeded["profile"]["name"] == "Two"
    assert first.poll() is None
    assert tool.end(first).succeeded["profile"]["label"] == "one"
    assert tool.kept("one") == tool.kept("two") == {"current": PAIR}
