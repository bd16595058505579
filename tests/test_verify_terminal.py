"""``verify`` and ``link`` on a real pseudo-terminal; who signs in does so behind the scenes."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import whole_tool
from tests.support.screen import CTRL_C, CTRL_D, ENTER, Person, at_terminal
from tests.test_wizard_terminal import WAYS, choose, is_plain

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.rehearsal import Stage


@pytest.fixture
def done(stage: Stage, environ: dict[str, str]) -> Stage:
    """A profile is there."""
    code, _ = whole_tool.setup(environ)
    assert code == 0
    return stage


def link(stage: Stage) -> str:
    """That of the latest session."""
    session = stage.prepared.rehearsal.records.data["sessions"][-1]
    return f"{stage.stackone_url}/connect/link/{session['token']}"


def kept(environ: dict[str, str]) -> dict[str, Any]:
    with open(f"{environ['EH_CONNECT_HOME']}/profile-default.json", encoding="utf-8") as file:  # noqa: PTH123  # a path as text
        state: dict[str, Any] = json.load(file)
    return state


@pytest.mark.parametrize("columns", [60, 120])
@pytest.mark.parametrize("way", WAYS)
def test_a_person_proves_it_at_every_width(
    done: Stage, environ: dict[str, str], tmp_path: Path, way: dict[str, str], columns: int
) -> None:
    environ |= way
    plain = is_plain(environ)
    with at_terminal("verify", environment=environ, columns=columns, cwd=tmp_path) as person:
        person.sees("keep it to yourself")
        person.sees(link(done))
        person.sees("Waiting for the sign-in")
        done.sign_in(link(done))
        choose(person, "Delete the test account", 1, plain=plain)
        person.sees("Proven: somebody signed in")
        person.sees("deleted again")
        assert person.leaves() == 0
    assert kept(environ)["proven_at"] is not None
    if plain:
        assert b"\x1b" not in person.raw, "nothing is redrawn"


@pytest.mark.parametrize("plain", [False, True])
def test_when_the_wait_is_over_the_person_is_asked_what_the_browser_shows(
    done: Stage, environ: dict[str, str], tmp_path: Path, plain: bool
) -> None:
    environ |= {"EH_CONNECT_ACCESSIBLE": "1"} if plain else {}
    with at_terminal("verify", "--wait", "1", environment=environ, columns=120, cwd=tmp_path) as person:
        choose(person, "What does the browser show?", 1, plain=plain)
        choose(person, "What does the browser show?", 5, plain=plain)
        person.sees("not your fault")
        choose(person, "Wait on for the sign-in?", 1, plain=plain)
        choose(person, "What does the browser show?", 6, plain=plain)
        person.sees("Nobody has signed in yet")
        assert person.leaves() == 8
    assert done.requests().count("POST /connect_sessions") == 1


def test_without_patience_the_link_is_shown_and_left(
    done: Stage, environ: dict[str, str], tmp_path: Path
) -> None:
    with at_terminal("verify", "--wait", "0", environment=environ, columns=120, cwd=tmp_path) as person:
        person.sees("Nothing is proven yet")
        assert person.leaves() == 0
    assert link(done) in person.lines


@pytest.mark.parametrize(
    ("stop", "code"),
    [("Ctrl-C", 130), ("Ctrl-D", 130), ("SIGTERM", 143), ("SIGHUP", 143), ("SIGKILL", -signal.SIGKILL)],
)
def test_waiting_that_was_stopped_is_taken_up_by_the_next_run(
    done: Stage, environ: dict[str, str], tmp_path: Path, stop: str, code: int
) -> None:
    with at_terminal("verify", environment=environ, columns=120, cwd=tmp_path) as person:
        person.sees("Waiting for the sign-in")
        if stop.startswith("SIG"):
            os.kill(person.pid, getattr(signal, stop))
        else:
            person.types(CTRL_C if stop == "Ctrl-C" else CTRL_D)
            person.sees("Stopped.")
        assert person.leaves() == code
    done.sign_in(link(done))
    with at_terminal("verify", "--keep-account", environment=environ, columns=120, cwd=tmp_path) as person:
        person.sees("An earlier run made a link, and somebody used it")
        person.sees("Proven")
        assert person.leaves() == 0
    assert done.requests().count("POST /connect_sessions") == 1


def test_ctrl_c_at_the_question_about_the_account_does_not_undo_the_proof(
    done: Stage, environ: dict[str, str], tmp_path: Path
) -> None:
    with at_terminal("verify", environment=environ, columns=120, cwd=tmp_path) as person:
        person.sees("Waiting for the sign-in")
        done.sign_in(link(done))
        person.sees("Delete the test account")
        person.sees("Explain", stays=False)
        person.types(CTRL_C)
        assert person.leaves() == 130
    assert kept(environ)["proven_at"] is not None


def answers_owner(person: Person) -> None:
    person.answers("Customer's ID (? explains)", "?")
    person.sees("in your own system")
    person.answers("Customer's ID (? explains)", "customer-1")
    person.answers("Customer's name (? explains)", "Customer One")


def test_what_is_missing_for_a_link_is_asked_for(
    done: Stage, environ: dict[str, str], tmp_path: Path
) -> None:
    key = environ.pop("STACKONE_API_KEY")
    with at_terminal("link", environment=environ, columns=120, cwd=tmp_path) as person:
        person.answers("StackOne API key", key)
        answers_owner(person)
        person.sees("bearer token")
        assert person.leaves() == 0
    assert link(done) in person.lines
    (session,) = done.prepared.rehearsal.records.data["sessions"]
    assert session["shown"]["origin_owner_name"] == "Customer One"


def test_a_customers_link_is_never_opened_here(done: Stage, environ: dict[str, str], tmp_path: Path) -> None:
    with at_terminal("link", "--wait", "60", environment=environ, columns=120, cwd=tmp_path) as person:
        answers_owner(person)
        person.sees("bearer token")
        person.sees("/connect/link/")
        done.sign_in(link(done))
        person.sees("Linked: an Employment Hero account of “Customer One”")
        assert person.leaves() == 0
    assert "browser" not in person.text
    assert person.text.count("/connect/link/") == 1


def test_a_key_that_does_not_work_is_asked_for_again(
    done: Stage, environ: dict[str, str], tmp_path: Path
) -> None:
    key = environ.pop("STACKONE_API_KEY")
    with at_terminal("verify", "--wait", "0", environment=environ, columns=120, cwd=tmp_path) as person:
        person.answers("StackOne API key", "v1.eu1.wrong")
        person.sees("does not accept the API key")
        person.answers("StackOne API key", key)
        person.sees("Nothing is proven yet")
        assert person.leaves() == 0
    assert len(done.prepared.rehearsal.records.data["sessions"]) == 1


def test_any_key_looks_at_once(done: Stage, environ: dict[str, str], tmp_path: Path) -> None:
    with at_terminal("verify", environment=environ, columns=120, cwd=tmp_path) as person:
        person.sees("Waiting for the sign-in")
        looks = done.requests().count("GET /connect_sessions/1")
        person.types(ENTER)
        person.sees("What does the browser show?")
        assert done.requests().count("GET /connect_sessions/1") > looks
        person.types(CTRL_C)
        assert person.leaves() == 130
