"""The keyring, as the whole tool meets it: missing, locked, hanging, losing, full, and the real one."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eh_connect.state import StateFolder
from tests.support.command import CHECKOUT, NEW_PAIR, PAIR
from tests.support.flows import FLOWS, begin, command_of, is_finished, kept_before
from tests.support.leaks import CLIENT_ID, CLIENT_SECRET
from tests.support.needs import needs
from tests.support.secret_service import MISSING, secret_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run, Tool

BROKEN = ["Locked", "Losing", "LeakyError", "MissingModule", "Full", "Sticky"]


def backend(kind: str) -> str:
    return f"tests.support.keyrings.{kind}Keyring"


def judge_refusal(tool: Tool, run: Run) -> None:
    error = run.error
    assert (error["code"], error["type"], error["http_status"]) == (4, "storage", None)
    assert "--no-store" in error["hint"]
    assert (tool.stage.log(), tool.stage.profiles) == ([], [])
    assert "Traceback" not in run.err


@pytest.mark.parametrize("kind", BROKEN)
def test_a_keyring_that_does_not_work_stops_before_the_network(tool: Tool, kind: str) -> None:
    judge_refusal(tool, tool.setup(EH_CONNECT_KEYRING=backend(kind)))
    assert PAIR not in tool.kept().values()


@pytest.mark.parametrize("kind", BROKEN)
def test_without_the_keyring_it_works_all_the_same(tool: Tool, kind: str) -> None:
    run = tool.setup_here("--no-store", EH_CONNECT_KEYRING=backend(kind))
    assert (run.succeeded["action"], run.succeeded["secret"]["stored_in"]) == ("created", None)


def test_a_keyring_that_hangs_ends_the_run_and_not_the_other_way_round(tool: Tool) -> None:
    judge_refusal(tool, tool.setup(EH_CONNECT_KEYRING=backend("Hanging")))
    assert not tool.keyring.exists()


def test_a_slow_keyring_is_waited_for(tool: Tool) -> None:
    run = tool.setup(EH_CONNECT_KEYRING=backend("Slow"), EH_TEST_KEYRING_DELAY="0.02")
    assert (run.succeeded["action"], tool.kept()) == ("created", {"current": PAIR})
    assert run.succeeded["secret"]["stored_in"] == "tests.support.keyrings.SlowKeyring"


@pytest.mark.parametrize("full_at", [2, 3, 4])
@pytest.mark.parametrize("flow", FLOWS)
def test_a_keyring_that_fills_up_on_the_way_loses_nothing(tool: Tool, full_at: int, flow: str) -> None:
    changed = begin(tool, flow)
    command = (*command_of(flow), "--json")
    full = {"EH_CONNECT_KEYRING": backend("Full"), "EH_TEST_KEYRING_FULL_AT": str(full_at)}
    run = tool.run(*command, **full, **changed)
    assert (run.error["code"], tool.holds_what_stackone_has()) == (4, True)
    is_finished(tool, flow, tool.run(*command, **changed))


@pytest.mark.parametrize("kind", ["Locked", "Losing", "LeakyError", "MissingModule", "Sticky", "Hanging"])
@pytest.mark.parametrize("flow", ["rotation", "rollback"])
def test_a_rotation_with_a_keyring_that_does_not_work_sends_nothing_and_loses_nothing(
    tool: Tool, flow: str, kind: str
) -> None:
    changed = begin(tool, flow)
    command = (*command_of(flow), "--json")
    asked = len(tool.stage.log())
    run = tool.run(*command, EH_CONNECT_KEYRING=backend(kind), **changed)
    assert (run.error["code"], len(tool.stage.log())) == (4, asked)
    assert kind == "Losing" or tool.kept() == kept_before(flow)


@pytest.mark.parametrize("flow", ["rotation", "rollback"])
def test_a_rotation_with_a_slow_keyring_is_waited_for(tool: Tool, flow: str) -> None:
    changed = begin(tool, flow)
    slow = {"EH_CONNECT_KEYRING": backend("Slow"), "EH_TEST_KEYRING_DELAY": "0.02"}
    is_finished(tool, flow, tool.run(*command_of(flow), "--json", **slow, **changed))


@pytest.mark.parametrize("kind", ["Locked", "LeakyError", "MissingModule"])
def test_what_is_known_here_needs_the_keyring_that_it_is_kept_in(tool: Tool, kind: str) -> None:
    tool.setup_here()
    done = len(tool.stage.log())
    changed = {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": None}
    for given in ({}, changed):
        run = tool.setup(**{**given, "EH_CONNECT_KEYRING": backend(kind)})
        assert (run.error["code"], len(tool.stage.log())) == (4, done)
    assert tool.setup_here().succeeded["action"] == "unchanged"


@pytest.mark.parametrize(
    "backend_name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring", backend("File")]
)
def test_a_backend_that_is_not_the_systems_own_is_not_used_unasked(tool: Tool, backend_name: str) -> None:
    run = tool.setup(EH_CONNECT_KEYRING=None, PYTHON_KEYRING_BACKEND=backend_name)
    judge_refusal(tool, run)
    assert backend_name in run.error["detail"]


@pytest.mark.parametrize(
    "name",
    [
        "tests.support.keyrings.NotAKeyring",
        "tests.support.keyrings.NoSuchKeyring",
        "no_such_module.Keyring",
        "rubbish",
    ],
)
def test_a_backend_that_is_none_is_told(tool: Tool, name: str) -> None:
    judge_refusal(tool, tool.setup(EH_CONNECT_KEYRING=name))


def test_the_null_backend_by_name_does_not_go_unnoticed(tool: Tool) -> None:
    judge_refusal(tool, tool.setup(EH_CONNECT_KEYRING="keyring.backends.null.Keyring"))


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["verify"],
        ["link", "--owner-id", "customer-1", "--owner-name", "Customer One"],
        ["doctor"],
        ["remove", "--yes"],
    ],
    ids=lambda command: command[0],
)
def test_a_command_without_the_flag_does_not_advise_it(tool: Tool, command: list[str]) -> None:
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    run = tool.run_here(*command, "--json", EH_CONNECT_KEYRING=backend("Locked"))
    assert (run.error["code"], "--no-store" in run.out + run.err) == (4, False)
    assert "EH_CONNECT_KEYRING" in run.error["hint"]


def test_the_flag_is_advised_only_where_it_helps(tool: Tool) -> None:
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    for flags in ((), ("--no-store",)):
        run = tool.setup_here(*flags, EH_CONNECT_KEYRING=backend("Locked"))
        assert (run.error["code"], "--no-store" in run.error["hint"]) == (4, False)
    with StateFolder(tool.state).lock("default"):
        run = tool.setup_here()
    assert (run.error["code"], "--no-store" in run.error["hint"]) == (4, False)


@needs("gnome-keyring and D-Bus", not MISSING)
def test_the_real_secret_service_keeps_the_pair(tool: Tool, tmp_path: Path) -> None:
    with secret_service(tmp_path / "session") as session:
        of_session = {**session, "PYTHONPATH": tool.environ["PYTHONPATH"], "EH_CONNECT_KEYRING": None}
        first = tool.setup(**of_session).succeeded
        assert first["action"] == "created"
        assert first["secret"]["stored_in"] == "keyring.backends.SecretService.Keyring"
        assert tool.setup(**of_session).succeeded["action"] == "unchanged"
        only_key = {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": None}
        assert tool.setup(**{**of_session, **only_key}).succeeded["action"] == "unchanged"
        assert kept(of_session) == [json.dumps(PAIR), None, None, None]
        assert tool.setup(**{**of_session, **tool.rotated}).succeeded["action"] == "updated"
        assert kept(of_session) == [json.dumps(NEW_PAIR), None, json.dumps(PAIR), None]


def kept(session: dict[str, str | None]) -> list[str | None]:
    """What any other program finds in the session's keyring: current, next, previous, trial."""
    code = (
        "import json, keyring; print(json.dumps([keyring.get_password('eh-connect:default', entry) "
        "for entry in ('current', 'next', 'previous', 'trial')]))"
    )
    environ = {name: value for name, value in session.items() if value is not None}
    environ["PYTHONPATH"] = str(CHECKOUT)
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, check=True)
    found: list[str | None] = json.loads(done.stdout)
    assert CLIENT_ID in done.stdout.decode()
    assert CLIENT_SECRET in done.stdout.decode()
    return found


@needs("gnome-keyring and D-Bus", not MISSING)
@pytest.mark.parametrize("kind", ["locked", "missing", "hanging"])
def test_a_real_secret_service_that_does_not_work_is_told(tool: Tool, tmp_path: Path, kind: str) -> None:
    home = tmp_path / "session"
    if kind == "locked":
        session = secret_service(home, "locked")
    else:
        session = secret_service(home, "missing" if kind == "missing" else "hanging")
    with session as environ:
        of_session = {**environ, "PYTHONPATH": tool.environ["PYTHONPATH"], "EH_CONNECT_KEYRING": None}
        judge_refusal(tool, tool.setup(**of_session))
