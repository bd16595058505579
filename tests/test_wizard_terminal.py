"""The wizard on a real pseudo-terminal, against the rehearsal: what the screen shows."""

from __future__ import annotations

import json
import os
import re
import signal
from typing import TYPE_CHECKING

import pytest

from eh_connect.secret import Secret
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.rehearsal import Stage, rehearsing
from tests.support.screen import CTRL_C, CTRL_D, DOWN, ENTER, Person, at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLIENT_ID = "cid-" + "4xQ7" * 9 + "Abc"
CLIENT_SECRET = "csec-" + "9mZ2" * 9 + "-_"
ORGANISATION = "2f9d3c1e-0b7a-4d57-9d3f-6a1c2b3d4e5f"
WAYS = [
    pytest.param({}, id="normal"),
    pytest.param({"NO_COLOR": "1"}, id="NO_COLOR"),
    pytest.param({"EH_CONNECT_ACCESSIBLE": "1"}, id="accessible"),
    pytest.param({"TERM": "dumb"}, id="dumb"),
]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with rehearsing(tmp_path / "rehearsal") as stage:
        stage.register(CLIENT_ID, CLIENT_SECRET)
        yield stage


@pytest.fixture
def environment(stage: Stage, tmp_path: Path) -> dict[str, str]:
    """A person's own: no secret in it, a keyring that works, the hosts of the rehearsal."""
    hosts = {name: url for name, url in stage.environment.items() if name.endswith("_URL")}
    return hosts | {
        "EH_CONNECT_HOME": str(tmp_path / "state"),
        "EH_CONNECT_KEYRING": "tests.support.keyrings.FileKeyring",
        "EH_TEST_KEYRING_FILE": str(tmp_path / "keyring.json"),
    }


def keyring(environment: dict[str, str]) -> dict[str, str]:
    try:
        with open(environment["EH_TEST_KEYRING_FILE"], encoding="utf-8") as file:  # noqa: PTH123  # a path as text
            kept: dict[str, str] = json.load(file).get("eh-connect:default", {})
    except FileNotFoundError:
        return {}
    return kept


def pair(environment: dict[str, str], entry: str) -> dict[str, str] | None:
    kept = keyring(environment).get(entry)
    return None if kept is None else json.loads(kept)


def is_plain(environment: dict[str, str]) -> bool:
    return "EH_CONNECT_ACCESSIBLE" in environment or environment.get("TERM") == "dumb"


def choose(person: Person, question: str, number: int, *, plain: bool) -> None:
    """The choice with this number, counted from 1."""
    person.sees(question)
    if plain:
        person.answers("Number", str(number))
    else:
        person.sees("Explain", stays=False)
        person.types(DOWN * (number - 1) + ENTER)


def proves_later(person: Person, *, plain: bool) -> None:
    """The last question is declined; the profile is there all the same."""
    choose(person, "Prove it now", 2, plain=plain)
    person.sees("Not proven yet")
    person.sees("eh-connect verify")
    assert person.leaves() == 0


class Steps:
    """The happy path, step by step."""

    def __init__(self, person: Person, stage: Stage, *, plain: bool) -> None:
        self.person = person
        self.stage = stage
        self.plain = plain
        self.questions = 0

    def key(self) -> None:
        self.questions += 2
        self.person.answers("StackOne API key", self.stage.environment["STACKONE_API_KEY"])
        self.person.sees("The key works")
        choose(self.person, "Keep the API key in the keyring?", 1, plain=self.plain)

    def before(self) -> None:
        self.person.answers("Enter: go on")

    def organisation(self) -> None:
        self.questions += 1
        self.person.answers("Organisation ID (? explains)", ORGANISATION)
        self.person.sees(f"/app/v2/organisations/{ORGANISATION}/developer_portal/api")

    def application(self) -> None:
        self.questions += 2
        choose(self.person, "Actions to enable", 1, plain=self.plain)
        choose(self.person, "Scopes, fixed for ever", 1, plain=self.plain)
        for shown in ("Application Name", "Redirect URI", "Tick these boxes", "FIXED FOR EVER"):
            self.person.sees(shown)
            self.person.answers("Enter: go on")

    def credentials(self) -> None:
        self.questions += 2
        self.person.answers("Client ID (hidden; ? explains)", CLIENT_ID)
        self.person.sees(f"43 characters, {Secret(CLIENT_ID).fingerprint}")
        self.person.answers("Client Secret (hidden; ? explains)", CLIENT_SECRET)
        self.person.sees(f"43 characters, {Secret(CLIENT_SECRET).fingerprint}")
        self.person.sees("did not reject them")

    def review(self) -> None:
        self.questions += 1
        choose(self.person, "Do it?", 1, plain=self.plain)

    def all(self) -> None:
        for step in (
            self.key,
            self.before,
            self.organisation,
            self.application,
            self.credentials,
            self.review,
        ):
            step()


@pytest.mark.parametrize("columns", [60, 80, 120])
@pytest.mark.parametrize("way", WAYS)
def test_a_person_gets_all_the_way_through_with_the_api(
    stage: Stage, environment: dict[str, str], tmp_path: Path, way: dict[str, str], columns: int
) -> None:
    environment |= way
    with at_terminal("setup", environment=environment, columns=columns, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=is_plain(environment))
        steps.all()
        person.sees("Created the connector profile")
        proves_later(person, plain=is_plain(environment))
    assert steps.questions <= 8
    (profile,) = stage.profiles
    assert (profile["client_id"], profile["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    assert pair(environment, "current") == {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert set(keyring(environment)) == {"current", "origins"}
    for secret in (CLIENT_ID, CLIENT_SECRET, stage.environment["STACKONE_API_KEY"]):
        assert secret.encode() not in person.raw
        assert secret not in person.text
    assert any(line == REDIRECT_URI[:columns] for line in person.lines), "alone, from the first column"
    if way:
        assert not re.search(rb"\x1b\[[\d;]*\b(3[0-8]|9[0-7]|4[0-8])(;[\d;]*)?m", person.raw), "no colour"
    if is_plain(environment):
        assert b"\x1b" not in person.raw, "nothing is redrawn"


STEPS = ["key", "before", "organisation", "application", "credentials"]


@pytest.mark.parametrize(
    ("way", "stop"),
    [
        ({}, "Ctrl-C"),
        ({}, "Ctrl-D"),
        ({}, "SIGHUP"),
        ({}, "SIGKILL"),
        ({"EH_CONNECT_ACCESSIBLE": "1"}, "Ctrl-C"),
    ],
)
@pytest.mark.parametrize("reached", range(len(STEPS) + 1))
def test_a_step_that_is_interrupted_is_taken_up_again(
    stage: Stage, environment: dict[str, str], tmp_path: Path, way: dict[str, str], stop: str, reached: int
) -> None:
    environment |= way
    plain = is_plain(environment)
    waiting_for = [
        "StackOne API key (hidden; ? explains)",
        "Enter: go on",
        "Organisation ID (? explains)",
        "Actions to enable",
        "Client ID (hidden; ? explains)",
        "Do it?",
    ][reached]
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=plain)
        for name in STEPS[:reached]:
            getattr(steps, name)()
        person.sees(waiting_for)
        if stop.startswith("SIG"):
            os.kill(person.pid, getattr(signal, stop))
            person.leaves()
        else:
            person.types(CTRL_C if stop == "Ctrl-C" else CTRL_D)
            person.sees("are kept as far as they were answered")
            assert person.leaves() == 130
    assert stage.profiles == []
    if reached == len(STEPS):
        assert pair(environment, "next") == {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=plain)
        steps.key()
        if reached < len(STEPS):
            steps.before()
            if reached > 2:
                person.answers("Organisation ID")  # the answer of before is the default
            else:
                steps.organisation()
            choose(person, "Actions to enable", 1, plain=plain)
            if reached <= 3:
                choose(person, "Scopes, fixed for ever", 1, plain=plain)
            for _ in range(4):
                person.answers("Enter: go on")
            steps.credentials()
        steps.review()
        person.sees("Created the connector profile")
        proves_later(person, plain=plain)
    (profile,) = stage.profiles
    assert profile["client_secret"] == CLIENT_SECRET


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("", "it is empty"),
        ("two words", "blanks"),
        ("https://secure.employmenthero.com/x", "URL"),
        ("admin@example.com", "e-mail"),
        (ORGANISATION, "UUID"),
        ("employees:list", "scope"),
        ("short", "5 characters long"),
    ],
)
def test_each_mistake_in_the_paste_is_met_with_the_right_word(
    stage: Stage, environment: dict[str, str], tmp_path: Path, pasted: str, word: str
) -> None:
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=False)
        for name in STEPS[:4]:
            getattr(steps, name)()
        person.answers("Client ID (hidden; ? explains)", pasted)
        person.sees(word)
        person.sees("(hidden; ? explains)")
        person.types(CTRL_C)
        assert person.leaves() == 130


def test_a_rejected_pair_can_be_pasted_again(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=False)
        for name in STEPS[:4]:
            getattr(steps, name)()
        person.answers("Client ID (hidden; ? explains)", CLIENT_ID)
        person.answers("Client Secret (hidden; ? explains)", CLIENT_SECRET[::-1])
        person.sees("Employment Hero rejected them")
        choose(person, "What now?", 1, plain=False)
        steps.credentials()
        steps.review()
        person.sees("Created the connector profile")
        proves_later(person, plain=False)


def test_no_at_the_review_sends_nothing(stage: Stage, environment: dict[str, str], tmp_path: Path) -> None:
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=False)
        for name in STEPS:
            getattr(steps, name)()
        choose(person, "Do it?", 9, plain=False)
        person.sees("nothing was sent to StackOne")
        assert person.leaves() == 130
    assert stage.profiles == []
    assert pair(environment, "next") is not None


def test_the_guide_is_written_for_somebody_else(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        steps = Steps(person, stage, plain=False)
        steps.key()
        person.sees("Enter: go on")
        person.types("g")
        person.sees("eh-connect-guide.md")
        assert person.leaves() == 8
    assert REDIRECT_URI in (tmp_path / "eh-connect-guide.md").read_text()


def test_a_kept_key_is_not_asked_for_again(stage: Stage, environment: dict[str, str], tmp_path: Path) -> None:
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        person.answers("StackOne API key", stage.environment["STACKONE_API_KEY"])
        choose(person, "Keep the API key in the keyring?", 2, plain=False)
        steps = Steps(person, stage, plain=False)
        for name in STEPS[1:]:
            getattr(steps, name)()
        steps.review()
        proves_later(person, plain=False)
    assert keyring(environment)["api-key"] == stage.environment["STACKONE_API_KEY"]
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        person.sees("Unchanged")
        assert person.leaves() == 0


def test_a_later_change_is_shown_before_it_is_sent(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["STACKONE_API_KEY"] = stage.environment["STACKONE_API_KEY"]
    ready = {"EH_CONNECT_CLIENT_ID": CLIENT_ID, "EH_CONNECT_CLIENT_SECRET": CLIENT_SECRET}
    with at_terminal("setup", environment=environment | ready, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        proves_later(person, plain=False)
    for number, code, name in ((2, 130, "Employment Hero"), (1, 0, "Another name")):
        with at_terminal("setup", "--name", "Another name", environment=environment, cwd=tmp_path) as person:
            person.sees("name: Employment Hero → Another name")
            choose(person, "Do it?", number, plain=False)
            if code:
                assert person.leaves() == code
            else:
                proves_later(person, plain=False)
        assert stage.profiles[0]["shown"]["name"] == name


def test_a_key_that_may_not_write_is_asked_for_again(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    ready = {"EH_CONNECT_CLIENT_ID": CLIENT_ID, "EH_CONNECT_CLIENT_SECRET": CLIENT_SECRET}
    with at_terminal("setup", environment=environment | ready, cwd=tmp_path) as person:
        person.answers("StackOne API key", "v1.eu1.wrong")
        person.sees("does not accept the API key")
        person.answers("StackOne API key", stage.read_only_key)
        choose(person, "Keep the API key in the keyring?", 1, plain=False)
        person.sees("does not allow this API key to do that")
        person.answers("StackOne API key", stage.environment["STACKONE_API_KEY"])
        choose(person, "Do it?", 1, plain=False)
        person.sees("Created the connector profile")
        proves_later(person, plain=False)


def test_a_name_that_is_taken_is_settled_before_anything_else_is_asked(
    stage: Stage, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["STACKONE_API_KEY"] = stage.environment["STACKONE_API_KEY"]
    ready = {"EH_CONNECT_CLIENT_ID": CLIENT_ID, "EH_CONNECT_CLIENT_SECRET": CLIENT_SECRET}
    arguments = ("setup", "--no-store")
    with at_terminal(*arguments, environment=environment | ready, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        proves_later(person, plain=False)
    with at_terminal("setup", environment=environment | ready, cwd=tmp_path) as person:
        choose(person, "is taken by a profile", 1, plain=False)
        person.answers("Name at StackOne", "Ours")
        choose(person, "Do it?", 1, plain=False)
        person.sees("Created the connector profile “Ours”")
        proves_later(person, plain=False)
    assert [profile["shown"]["name"] for profile in stage.profiles] == ["Employment Hero", "Ours"]


def test_the_sandbox_says_that_it_is_a_rehearsal(tmp_path: Path) -> None:
    environment = {"EH_CONNECT_HOME": str(tmp_path / "state")}
    with at_terminal("setup", "--sandbox", environment=environment, cwd=tmp_path) as person:
        person.sees("REHEARSAL: everything here is made up")
        person.sees("Before the work")
        person.answers("Enter: go on")
        person.sees("/developer_portal/api")
        person.types(CTRL_C)
        assert person.leaves() == 130
