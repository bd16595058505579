"""``rotate`` as a person does it: the screen, and what StackOne and the keyring have afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CHECKOUT
from tests.support.rehearsal import Stage, rehearsing
from tests.support.screen import CTRL_C, ENTER, Person, at_terminal
from tests.test_wizard_terminal import WAYS, choose, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLIENT_ID = "cid-" + "4xQ7" * 9 + "Abc"
OLD = "csec-" + "9mZ2" * 9 + "-_"
NEW = "cnew-" + "7kP3" * 9 + "-_"
WRONG = "cbad-" + "5tR8" * 9 + "-_"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with rehearsing(tmp_path / "rehearsal") as stage:
        for secret in (OLD, NEW):
            stage.register(CLIENT_ID, secret)
        yield stage


@pytest.fixture
def environment(stage: Stage, tmp_path: Path) -> dict[str, str]:
    """A person who has set up before."""
    hosts = {name: url for name, url in stage.environment.items() if name.endswith("_URL")}
    environment = hosts | {
        "EH_CONNECT_HOME": str(tmp_path / "state"),
        "EH_CONNECT_KEYRING": "tests.support.keyrings.FileKeyring",
        "EH_TEST_KEYRING_FILE": str(tmp_path / "keyring.json"),
    }
    secrets = {
        "EH_CONNECT_CLIENT_ID": CLIENT_ID,
        "EH_CONNECT_CLIENT_SECRET": OLD,
        "STACKONE_API_KEY": stage.environment["STACKONE_API_KEY"],
    }
    argv = [sys.executable, "-m", "eh_connect", "setup", "--no-input", "--org-id", "12345"]
    subprocess.run(argv, env=environment | secrets, cwd=CHECKOUT, check=True, capture_output=True)
    return environment


def kept(environment: dict[str, str]) -> dict[str, str]:
    """The secrets in the keyring, by entry."""
    with open(environment["EH_TEST_KEYRING_FILE"], encoding="utf-8") as file:  # noqa: PTH123  # a path as text
        entries = json.load(file)["eh-connect:default"]
    return {name: json.loads(text)["client_secret"] for name, text in entries.items() if name != "origins"}


def in_force(stage: Stage) -> str:
    (profile,) = stage.profiles
    return str(profile["client_secret"])


def gives_the_key(person: Person, stage: Stage) -> None:
    person.answers("StackOne API key", stage.environment["STACKONE_API_KEY"])


def is_told_to_make_it(person: Person) -> None:
    person.sees("A new Client Secret, in the Developer Portal")
    person.sees("/app/v2/organisations/12345/developer_portal/api")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("columns", [60, 80])
def test_a_person_rotates(
    stage: Stage, environment: dict[str, str], tmp_path: Path, way: dict[str, str], columns: int
) -> None:
    environment |= way
    plain = is_plain(environment)
    with at_terminal("rotate", environment=environment, columns=columns, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        is_told_to_make_it(person)
        assert "PATCH" in " ".join(stage.requests()), "asked whether it may write, before the old one may die"
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=plain)
        person.sees("Rotated: the connector profile")
        choose(person, "Prove it now", 2, plain=plain)
        person.sees("Not proven yet")
        person.sees("eh-connect rotate --old-revoked")
        assert person.leaves() == 0
    assert (in_force(stage), kept(environment)) == (NEW, {"current": NEW, "previous": OLD})
    assert NEW.encode() not in person.raw


@pytest.mark.parametrize("at", ["the question", "the wait"])
def test_leaving_the_offered_proof_leaves_the_rotation_done(
    stage: Stage, environment: dict[str, str], tmp_path: Path, at: str
) -> None:
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        person.sees("Rotated")
        if at == "the wait":
            choose(person, "Prove it now", 1, plain=False)
            person.sees("Waiting for the sign-in")
        else:
            person.sees("Prove it now")
            person.sees("Explain", stays=False)
        person.types(CTRL_C)
        person.sees("Not proven yet")
        assert person.leaves() == 0
    assert kept(environment) == {"current": NEW, "previous": OLD}


def test_leaving_after_the_sign_in_does_not_deny_it(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    with at_terminal("rotate", environment=environment, columns=120, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        choose(person, "Prove it now", 1, plain=False)
        person.sees("Waiting for the sign-in")
        stage.sign_in(next(line for line in reversed(person.lines) if "/connect/link/" in line))
        person.sees("Delete the test account")
        person.sees("Explain", stays=False)
        person.types(CTRL_C)
        person.sees("Somebody has signed in")
        assert person.leaves() == 0
    assert "Not proven yet" not in person.text


def test_a_fault_in_the_offered_proof_is_told_and_leaves_the_rotation_done(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    match = {"method": "POST", "path": "/connect_sessions"}
    stage.faults({"kind": "status", "status": 501, "match": match, "times": None})
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        choose(person, "Prove it now", 1, plain=False)
        person.sees("StackOne can't do that (HTTP 501)")
        person.sees("Not proven yet")
        assert person.leaves() == 0


def test_what_can_not_be_the_new_secret_is_asked_for_again(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        is_told_to_make_it(person)
        person.answers("New Client Secret", "?")
        person.sees("Don't register a new application")
        person.answers("New Client Secret", OLD)
        person.sees("in force already")
        person.answers("New Client Secret", "https://example.org/")
        person.sees("it is a URL")
        person.answers("New Client Secret", WRONG)
        person.sees("Employment Hero rejected it")
        choose(person, "What now?", 1, plain=False)
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        person.sees("Rotated")
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    assert kept(environment) == {"current": NEW, "previous": OLD}


def test_a_key_that_may_not_write_is_told_before_the_secret_is_made(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["STACKONE_API_KEY"] = stage.read_only_key
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        person.sees("does not allow this API key to do that")
        assert person.leaves() == 5
    assert "New Client Secret" not in person.text


@pytest.mark.parametrize("at", ["the secret", "the last look"])
def test_leaving_sends_nothing_and_the_same_command_goes_on(
    stage: Stage, environment: dict[str, str], tmp_path: Path, at: str
) -> None:
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        is_told_to_make_it(person)
        if at == "the last look":
            person.answers("New Client Secret", NEW)
            person.sees("Do it?")
        else:
            person.sees("New Client Secret")
        person.types(CTRL_C)
        assert person.leaves() == 130
    is_pasted = at == "the last look"  # and kept from then on: the old one may be dead
    assert (in_force(stage), kept(environment)) == (
        OLD,
        {"current": OLD} | ({"next": NEW} if is_pasted else {}),
    )
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        if is_pasted:
            person.sees("An earlier run is not finished: it goes on with sha256:")
        else:
            person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    assert kept(environment) == {"current": NEW, "previous": OLD}


def test_where_only_the_api_is_to_be_used_and_can_not_no_secret_is_made(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    stage.settings(writes="404")
    with at_terminal("rotate", "--via", "api", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        person.sees("StackOne's API has no call for this")
        assert person.leaves() == 8
    assert "New Client Secret" not in person.text


def test_a_person_rolls_back(stage: Stage, environment: dict[str, str], tmp_path: Path) -> None:
    environment["STACKONE_API_KEY"] = stage.environment["STACKONE_API_KEY"]
    given = environment | {"EH_CONNECT_CLIENT_SECRET": NEW}
    argv = [sys.executable, "-m", "eh_connect", "rotate", "--no-input"]
    subprocess.run(argv, env=given, cwd=CHECKOUT, check=True, capture_output=True)
    with at_terminal("rotate", "--rollback", environment=environment, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        person.sees("Rolled back")
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    assert kept(environment) == {"current": OLD, "previous": NEW}
    assert in_force(stage) == OLD


def test_a_person_rotates_at_the_dashboard(stage: Stage, environment: dict[str, str], tmp_path: Path) -> None:
    stage.settings(writes="404")
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        person.sees("you will enter it in the dashboard")
        is_told_to_make_it(person)
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        person.sees("In StackOne's dashboard")
        for _ in range(4):
            person.answers("Enter: go on")
        person.sees("Watching StackOne's list")
        stage.enter_by_hand(NEW)
        person.types(ENTER)
        person.sees("Rotated")
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    assert kept(environment) == {"current": NEW, "previous": OLD}


def test_without_anything_kept_the_profile_and_the_client_id_are_asked_for(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    environment |= {"EH_CONNECT_HOME": str(tmp_path / "other"), "EH_CONNECT_PROFILE": "other"}
    with at_terminal("rotate", environment=environment, cwd=tmp_path) as person:
        gives_the_key(person, stage)
        choose(person, "Which profile gets the new secret?", 1, plain=False)
        person.answers("Client ID of the same application", CLIENT_ID)
        person.answers("New Client Secret", NEW)
        choose(person, "Do it?", 1, plain=False)
        person.sees("Updated")
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    assert in_force(stage) == NEW
