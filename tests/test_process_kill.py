"""Killed anywhere: what StackOne holds is in the keyring, and the next run finishes."""

from __future__ import annotations

import signal
from itertools import count
from typing import TYPE_CHECKING

import pytest

from tests.support.flows import FLOWS, begin, hang, is_finished
from tests.support.forked import wait_until
from tests.support.needs import needs_secret_service
from tests.support.secret_service import secret_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool

KILL, INTERRUPT = signal.SIGKILL, signal.SIGINT
CODES = {KILL: -KILL, INTERRUPT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}
LIST, ASK, CREATE = (
    ("GET", "/connector_profiles", 0),
    ("POST", "/connector_profiles", 0),
    ("POST", "/connector_profiles", 1),
)
ASK_UPDATE, UPDATE = ("PATCH", "/connector_profiles", 0), ("PATCH", "/connector_profiles", 1)
STOPS = [  # a place where each flow leaves a trace, and the signal: one of each kind (flows have them all)
    ("creation", "set:{}:after", KILL),
    ("creation", "state:{}:before", INTERRUPT),
    ("rotation", "set:{}:before", KILL),
    ("rotation", "delete:{}:after", KILL),
    ("rotation", "state:{}:before", KILL),
    ("rollback", "set:{}:after", KILL),
]
REQUESTS = [  # the flow, the request that hangs, whether it takes effect, the signal
    *(("creation", at, False, KILL) for at in (LIST, ASK, CREATE)),
    *(("rotation", at, False, KILL) for at in (ASK_UPDATE, UPDATE)),
    *(
        (flow, at, True, KILL)
        for flow, at in (("creation", CREATE), ("rotation", UPDATE), ("rollback", UPDATE))
    ),
    *((flow, at, True, INTERRUPT) for flow, at in (("creation", CREATE), ("rotation", UPDATE))),
]
MOST = 12
"""No flow writes more often than that to one place."""


def finish(tool: Tool, flow: str, changed: dict[str, str]) -> None:
    """Whatever was stopped, nothing is lost; and the same command once more does all of it."""
    assert tool.holds_what_stackone_has()
    is_finished(tool, flow, tool.run(*FLOWS[flow].command, **changed))


@pytest.mark.parametrize(("flow", "where", "sent"), STOPS)
def test_a_run_stopped_where_it_leaves_a_trace_is_finished_by_the_next(
    tool: Tool, flow: str, where: str, sent: signal.Signals
) -> None:
    """At its first write there, its second …, until one is never reached."""
    changed = begin(tool, flow)
    again = tool.snapshot()
    for number in count(1):
        again()
        stop = f"{where.format(number)}:{sent.name}"
        run = tool.run(*FLOWS[flow].command, EH_TEST_STOP_AT=stop, **changed)
        if run.code == 0:
            break
        assert run.code == CODES[sent], run
        finish(tool, flow, changed)
        assert number < MOST
    assert number > 1, "it was never stopped"


@needs_secret_service
@pytest.mark.parametrize("where", ["set:2:after", "delete:2:after"])
def test_the_same_with_a_real_keyring(tool: Tool, tmp_path: Path, where: str) -> None:
    (tmp_path / "session").mkdir()
    with secret_service(tmp_path / "session") as env:
        ours = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME")
        tool.environ |= {name: env[name] for name in ours}
        tool.environ["EH_CONNECT_KEYRING"] = "tests.support.keyrings.StoppingSecretService"
        tool.session = env["DBUS_SESSION_BUS_ADDRESS"]
        changed = begin(tool, "rotation")
        run = tool.run("rotate", "--json", EH_TEST_STOP_AT=f"{where}:SIGKILL", **changed)
        assert run.code == -KILL
        finish(tool, "rotation", changed)


@pytest.mark.parametrize(("flow", "at", "takes_effect", "sent"), REQUESTS)
def test_a_run_stopped_at_a_request_is_finished_by_the_next(
    tool: Tool, flow: str, at: tuple[str, str, int], takes_effect: bool, sent: signal.Signals
) -> None:
    changed = begin(tool, flow)
    command = FLOWS[flow].command
    child = hang(tool, *at, command=command, takes_effect=takes_effect, changed=changed, seconds=0.5)
    child.send_signal(sent)
    assert tool.end(child).code == CODES[sent]
    if takes_effect:
        secret = FLOWS[flow].leaves["current"]["client_secret"]
        wait_until(lambda: [profile["client_secret"] for profile in tool.stage.profiles] == [secret])
    tool.stage.faults()
    if at == CREATE and not takes_effect:  # it may still be under way: that is another test's
        assert tool.holds_what_stackone_has()
    else:
        finish(tool, flow, changed)


@pytest.mark.parametrize("sent", [signal.SIGTERM, INTERRUPT, signal.SIGHUP], ids=str)
def test_a_run_that_is_stopped_says_so(tool: Tool, sent: signal.Signals) -> None:
    child = hang(tool, *LIST)
    child.send_signal(sent)
    run = tool.end(child)
    assert (run.code, run.error["type"], run.err) == (CODES[sent], "stopped", "")
    child = hang(tool, *LIST, command=("setup", "--no-input"), real=True)
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


@pytest.mark.parametrize("sent", [signal.SIGTERM, INTERRUPT], ids=str)
def test_the_served_sandbox_ends_when_it_is_told_to(tool: Tool, sent: signal.Signals) -> None:
    child = tool.start("sandbox", "--json")
    assert tool.printed(child)["ok"] is True
    child.send_signal(sent)
    run = tool.end(child)
    assert (run.code, run.answer["ok"], "Traceback" in run.err) == (128 + sent, True, False)
