"""The keyring, as the whole tool meets it: locked, hanging, losing, full, none, and the real one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import NEW_PAIR, PAIR, Run, Tool
from tests.support.flows import begin, is_finished
from tests.support.needs import needs_secret_service
from tests.support.secret_service import secret_service

if TYPE_CHECKING:
    from pathlib import Path

NO_CREDENTIALS = dict.fromkeys(("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET"))


def backend(kind: str) -> str:
    return f"tests.support.keyrings.{kind}Keyring"


def judge_refusal(tool: Tool, run: Run) -> None:
    error = run.error
    assert (error["code"], error["type"], error["http_status"]) == (4, "storage", None)
    assert "--no-store" in error["hint"]
    assert (tool.stage.log(), tool.stage.profiles) == ([], [])
    assert "Traceback" not in run.err


@pytest.mark.parametrize("kind", ["Locked", "LeakyError"])
def test_a_keyring_that_does_not_work_stops_before_the_network(tool: Tool, kind: str) -> None:
    judge_refusal(tool, tool.setup(EH_CONNECT_KEYRING=backend(kind)))
    assert PAIR not in tool.kept().values()
    run = tool.setup("--dry-run", EH_CONNECT_KEYRING=backend(kind))
    assert (run.succeeded["action"], kind != "Locked" or bool(run.answer["warnings"])) == ("pending", True)


def test_a_backend_that_is_not_the_systems_own_is_not_used_unasked(tool: Tool) -> None:
    run = tool.setup(EH_CONNECT_KEYRING=None, PYTHON_KEYRING_BACKEND=backend("File"))
    judge_refusal(tool, run)
    assert backend("File") in json.dumps(run.error)
    assert not tool.keyring.exists()


def test_a_keyring_that_fills_up_on_the_way_loses_nothing(tool: Tool) -> None:
    changed = begin(tool, "rotation")
    full = {"EH_CONNECT_KEYRING": backend("Full"), "EH_TEST_KEYRING_FULL_AT": "3"}
    run = tool.run("rotate", "--json", **full, **changed)
    assert (run.error["code"], tool.holds_what_stackone_has()) == (4, True)
    is_finished(tool, "rotation", tool.run("rotate", "--json", **changed))


def test_a_profile_that_is_known_here_needs_its_keyring(tool: Tool) -> None:
    tool.setup().succeeded  # noqa: B018  # it asserts
    done = len(tool.stage.log())
    for given in ({}, NO_CREDENTIALS):
        run = tool.setup(**given, EH_CONNECT_KEYRING=backend("Locked"))
        assert (run.error["code"], len(tool.stage.log())) == (4, done)
    for command in (["status"], ["verify"], ["doctor"], ["remove", "--yes"]):
        run = tool.run(*command, "--json", EH_CONNECT_KEYRING=backend("Locked"))
        assert (run.error["code"], "--no-store" in run.out + run.err) == (4, False)


@needs_secret_service
def test_the_real_secret_service_holds_the_credentials(tool: Tool, tmp_path: Path) -> None:
    with secret_service(tmp_path / "session") as session:
        tool.session = session["DBUS_SESSION_BUS_ADDRESS"]
        tool.environ |= {name: session[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}
        del tool.environ["EH_CONNECT_KEYRING"]
        tool.kind = "interpreter"
        first = tool.setup().succeeded
        assert (first["action"], "SecretService" in first["secret"]["stored_in"]) == ("created", True)
        assert tool.setup(**NO_CREDENTIALS).succeeded["action"] == "unchanged"
        assert tool.kept() == {"current": PAIR}
        assert tool.setup(**tool.rotated).succeeded["action"] == "updated"
        assert tool.kept() == {"current": NEW_PAIR, "previous": PAIR}
        assert tool.run("remove", "--yes", "--json").succeeded["action"] == "removed"
        assert tool.kept() == {}


@needs_secret_service
@pytest.mark.parametrize("kind", ["locked", "hanging"])
def test_a_real_secret_service_that_does_not_work_is_said(tool: Tool, tmp_path: Path, kind: Any) -> None:
    with secret_service(tmp_path / "session", kind) as session:
        tool.environ |= {name: session[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}
        judge_refusal(tool, tool.setup(EH_CONNECT_KEYRING=None))
