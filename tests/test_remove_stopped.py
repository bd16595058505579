"""``remove`` stopped anywhere, with the real Secret Service: the next run finishes, other labels stay."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import NEW_PAIR, PAIR
from tests.support.secret_service import kept_in, secret_service
from tests.test_cli_kill import kept_in_service, needs_service, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command import Tool

ENTRIES = ("trial", "current", "next", "previous", "api-key", "origins")
"""In the order in which they are forgotten."""

STEPS = [f"delete:{number}:{when}" for number in range(1, len(ENTRIES) + 1) for when in ("before", "after")]
REMOVE = ("remove", "--json", "--yes")


@pytest.fixture
def real(tool: Tool, tmp_path: Path) -> Iterator[Tool]:
    """The tool with a real Secret Service, whose calls may end the process."""
    home = tmp_path / "session"
    home.mkdir()
    with secret_service(home) as env:
        kept_in_service(tool, env)
        yield tool


def begin(tool: Tool) -> None:
    """Two labels; the default one has had a rotation, and holds every other entry too."""
    tool.setup_here("--profile", "other", "--name", "Other").succeeded  # noqa: B018  # it asserts
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    tool.setup_here(**tool.rotated).succeeded  # noqa: B018  # it asserts
    code = (
        "import keyring, sys; [keyring.set_password('eh-connect:default', *each.split('=', 1)) "
        "for each in sys.argv[1:]]"
    )
    made_up = [f"next={json.dumps(NEW_PAIR)}", "api-key=v1.eu1.made-up", "trial=made-up"]
    environ = {**tool.environ, "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring"}
    subprocess.run([sys.executable, "-c", code, *made_up], env=environ, check=True)
    assert set(kept(tool)) == set(ENTRIES)


def kept(tool: Tool, label: str = "default") -> dict[str, str]:
    assert tool.session is not None
    return kept_in(tool.session, f"eh-connect:{label}")


def finish(tool: Tool, *actions: str) -> None:
    assert tool.run(*REMOVE).succeeded["action"] in actions
    assert (kept(tool), [path.name for path in tool.state.glob("profile-default.*")]) == ({}, [])
    assert tool.run(*REMOVE).succeeded["action"] == "unchanged"
    assert tool.kept("other") == {"current": PAIR}
    assert tool.setup_here("--profile", "other").succeeded["action"] == "unchanged"
    assert len(tool.stage.profiles) == 2


@needs_service
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("at", STEPS)
def test_a_removal_stopped_at_an_entry_is_finished_by_the_next(
    real: Tool, at: str, sent: signal.Signals
) -> None:
    begin(real)
    run = real.run(*REMOVE, EH_TEST_STOP_AT=f"{at}:{sent.name}")
    assert run.code == (-signal.SIGKILL if sent is signal.SIGKILL else 130)
    assert (real.state / "profile-default.json").exists(), "the state goes last"
    finish(real, "removed")


@needs_service
def test_those_were_all_the_entries(real: Tool) -> None:
    begin(real)
    log = real.folder / "calls"
    run = real.run(*REMOVE, EH_TEST_KEYRING_LOG=str(log))
    assert run.succeeded["action"] == "removed"
    calls = [line.split() for line in log.read_text().splitlines()]
    assert tuple(entry for kind, _, entry in calls if kind == "delete") == ENTRIES
    assert {kind for kind, _, _ in calls} == {"get", "delete"}
    finish(real, "unchanged")


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_removal_stopped_while_stackone_is_asked_has_forgotten_nothing(
    tool: Tool, sent: signal.Signals
) -> None:
    tool.setup_here()
    before = (tool.keyring.read_bytes(), (tool.state / "profile-default.json").read_bytes())
    asked = len(tool.stage.log())
    match = {"method": "GET", "path": "/v2/accounts"}
    tool.stage.faults({"kind": "delay", "match": match, "seconds": 2})
    process = tool.start(*REMOVE)
    wait_until(lambda: len(tool.stage.log()) == asked + 2)
    process.send_signal(sent)
    assert tool.end(process).code == (-signal.SIGKILL if sent is signal.SIGKILL else 130)
    assert (tool.keyring.read_bytes(), (tool.state / "profile-default.json").read_bytes()) == before
    tool.stage.faults()
    assert tool.run(*REMOVE).succeeded["action"] == "removed"
