"""Keyring and folder as the tool may find them: what does not work, and what is not the person's alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import NEW_PAIR, PAIR, Run, Tool, begin, is_finished
from tests.support.raw_server import serving
from tests.support.secret_service import needs_secret_service, secret_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_CREDENTIALS = dict.fromkeys(("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET"))


def backend(kind: str) -> str:
    return f"tests.support.keyrings.{kind}Keyring"


def judge_refusal(tool: Tool, run: Run) -> None:
    error = run.error
    assert (error["code"], error["type"], error["http_status"]) == (4, "storage", None)
    assert "--no-store" in error["hint"]
    assert (tool.stage.requests(), tool.stage.profiles) == ([], [])
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
    done = len(tool.stage.requests())
    for given in ({}, NO_CREDENTIALS):
        run = tool.setup(**given, EH_CONNECT_KEYRING=backend("Locked"))
        assert (run.error["code"], len(tool.stage.requests())) == (4, done)
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


COMMANDS = [
    ["setup"],
    ["setup", "--no-store", "--if-exists", "update"],
    ["rotate"],
    ["verify"],
    ["link", "--owner-id", "customer-1", "--owner-name", "Customer One"],
    ["status", "--offline"],
    ["remove", "--yes"],
    ["guide", "--format", "html"],
    ["setup", "--dry-run"],
    ["setup", "--sandbox"],
]


def plant(tool: Tool, server: str) -> None:
    """A state file that names another server."""
    tool.state.mkdir(mode=0o700, exist_ok=True)
    file = tool.state / "profile-default.json"
    addresses = {"stackone_url": server, "oauth_url": server}
    file.write_text(json.dumps({"schema": 1, "label": "default"} | addresses))
    file.chmod(0o600)


@pytest.fixture
def his() -> Iterator[str]:
    """The address of a server that must never be sent anything."""
    heads: list[bytes] = []
    with serving(lambda peer: heads.append(peer.head())) as port:
        yield f"http://127.0.0.1:{port}"
    assert not heads


def test_what_others_may_write_is_not_believed(tool: Tool, his: str) -> None:
    plant(tool, his)
    tool.state.chmod(0o777)
    for command in COMMANDS:
        error = tool.run(*command, "--json").error
        assert (error["code"], error["type"]) == (4, "storage"), command
    assert tool.stage.requests() == tool.stage.requests(employment_hero=True) == []
    checks = tool.run("doctor", "--json").answer["checks"]
    said = [check["detail"] + (check["remedy"] or "") for check in checks if check["result"] == "fail"]
    assert any(tool.state.name in text for text in said)


def test_a_state_of_ones_own_decides_nothing_about_where_secrets_go(tool: Tool, his: str) -> None:
    for command in COMMANDS:
        plant(tool, his)
        run = tool.run(*command, "--json")
        assert run.code in {0, 3, 4, 6}, (command, run)


def test_without_a_store_nothing_is_written(tool: Tool) -> None:
    run = tool.setup("--no-store", EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring")
    assert run.succeeded["secret"]["stored_in"] is None
    assert (tool.keyring.exists(), tool.state.exists()) == (False, False)
    written = [path for kind, path, *_ in tool.recorded() if kind == "wrote"]
    assert all(path.startswith("/dev/") for path in written)
