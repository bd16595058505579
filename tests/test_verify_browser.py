"""The proof as a person goes it: the link from the terminal, Hub, login and consent in a browser."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.stackone.models import REDIRECT_URI
from tests.support.browser import Browser, browsing, needs_chromium
from tests.support.rehearsal import Stage, rehearsing
from tests.support.screen import ENTER, Person, at_terminal
from tests.test_wizard_browser import ready_pair, register
from tests.test_wizard_terminal import choose

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs_chromium

WIDE = 130
"""Columns: a link is shown on one line."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with rehearsing(tmp_path / "rehearsal") as stage:
        yield stage


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with browsing(tmp_path / "browser") as browser:
        yield browser


@pytest.fixture
def environment(stage: Stage, tmp_path: Path) -> dict[str, str]:
    hosts = {name: url for name, url in stage.environment.items() if name.endswith("_URL")}
    return hosts | {
        "EH_CONNECT_HOME": str(tmp_path / "state"),
        "EH_CONNECT_KEYRING": "tests.support.keyrings.FileKeyring",
        "EH_TEST_KEYRING_FILE": str(tmp_path / "keyring.json"),
        "STACKONE_API_KEY": stage.environment["STACKONE_API_KEY"],
    }


@contextmanager
def set_up(environment: dict[str, str], stage: Stage, tmp_path: Path, *arguments: str) -> Iterator[Person]:
    """The ready pair is at StackOne, and the proof is offered."""
    ready = environment | ready_pair(stage)
    with at_terminal("setup", *arguments, environment=ready, columns=WIDE, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        person.sees("Created the connector profile")
        yield person


def open_link(person: Person, browser: Browser) -> None:
    """Open the link that is on the screen."""
    person.sees("/connect/link/")
    person.sees("Waiting for the sign-in")
    links = [line for line in person.lines if "/connect/link/" in line]
    browser.open(links[-1])


def sign_in(person: Person, browser: Browser, *, then: str = "Allow") -> None:
    """All the way through the pages. No key for a look at once: it might answer the question after it."""
    open_link(person, browser)
    browser.press("Connect Employment Hero")
    browser.press("Sign in")
    browser.press(then)


def state(tmp_path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((tmp_path / "state" / "profile-default.json").read_text())
    return kept


def accounts(stage: Stage) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stage.prepared.rehearsal.records.data["accounts"]
    return found


@pytest.mark.parametrize("plain", [False, True])
def test_from_the_portal_to_the_proof(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path, plain: bool
) -> None:
    environment |= {"EH_CONNECT_ACCESSIBLE": "1"} if plain else {}
    with at_terminal("setup", environment=environment, columns=WIDE, cwd=tmp_path) as person:
        register(person, browser, plain=plain)
        choose(person, "Do it?", 1, plain=plain)
        person.sees("Created the connector profile")
        person.sees("not yet proven")
        choose(person, "Prove it now", 1, plain=plain)
        sign_in(person, browser)
        assert "Employment Hero: authenticated" in browser.text()
        choose(person, "Delete the test account", 1, plain=plain)
        person.sees("Proven: somebody signed in to Employment Hero")
        person.sees("deleted again")
        assert person.leaves() == 0
    assert state(tmp_path)["proven_at"] is not None
    assert state(tmp_path)["session_id"] is None
    assert accounts(stage) == []


def test_verify_alone_and_the_account_is_kept(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    with set_up(environment, stage, tmp_path) as person:
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    del environment["STACKONE_API_KEY"]
    with at_terminal("verify", environment=environment, columns=WIDE, cwd=tmp_path) as person:
        person.answers("StackOne API key", stage.environment["STACKONE_API_KEY"])
        sign_in(person, browser)
        choose(person, "Delete the test account", 2, plain=False)
        person.sees("Proven: somebody signed in")
        assert person.leaves() == 0
    (account,) = accounts(stage)
    assert (account["type"], account["origin_owner_name"]) == ("TEST", "eh-connect verify (test)")


def test_a_wrong_secret_is_rejected_though_the_set_up_stands(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    with set_up(environment, stage, tmp_path, "--no-check") as person:
        with stage.prepared.rehearsal.records.change() as data:
            data["applications"][0]["client_secrets"] = ["another"]
        choose(person, "Prove it now", 1, plain=False)
        sign_in(person, browser)
        assert "invalid_client" in browser.text()
        person.sees("The sign-in through the profile failed")
        person.sees("“invalid_client”")
        person.sees("eh-connect rotate")
        assert person.leaves() == 9
    assert len(stage.profiles) == 1
    assert state(tmp_path)["proven_at"] is None


def test_a_wrong_redirect_uri_is_found_with_the_person_and_mended(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    with stage.prepared.rehearsal.records.change() as data:
        data["applications"][0]["redirect_uri"] = f"{REDIRECT_URI}/"
    with set_up(environment, stage, tmp_path) as person:
        choose(person, "Prove it now", 1, plain=False)
        open_link(person, browser)
        browser.press("Connect Employment Hero")
        assert "redirect URI is not the application's" in browser.text()
        person.types(ENTER)
        choose(person, "What does the browser show?", 3, plain=False)
        person.sees("The right one:")
        person.sees(REDIRECT_URI)
        assert REDIRECT_URI in person.lines, "alone on its line"
        choose(person, "Wait on for the sign-in?", 1, plain=False)
        application = stage.environment["EH_CONNECT_CLIENT_ID"]
        pages = f"{stage.employment_hero_url}/app/v2/organisations/12345/developer_portal/api"
        browser.open(f"{pages}/{application}")
        browser.fill("Redirect URI", REDIRECT_URI)
        browser.press("Save")
        links = [line for line in person.lines if "/connect/link/" in line]
        browser.open(links[-1])
        for button in ("Connect Employment Hero", "Sign in", "Allow"):
            browser.press(button)
        choose(person, "Delete the test account", 1, plain=False)
        person.sees("Proven")
        assert person.leaves() == 0


@pytest.mark.parametrize("offered", [True, False])
def test_a_wrong_redirect_uri_that_is_not_mended_leaves_the_proof_open(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path, offered: bool
) -> None:
    with stage.prepared.rehearsal.records.change() as data:
        data["applications"][0]["redirect_uri"] = "https://elsewhere.example/callback"

    def gives_up(person: Person) -> None:
        open_link(person, browser)
        browser.press("Connect Employment Hero")
        person.types(ENTER)
        choose(person, "What does the browser show?", 3, plain=False)
        choose(person, "Wait on for the sign-in?", 2, plain=False)
        person.sees("Nobody could sign in, as the browser shows")
        person.sees("Correct it on the application's page")
        person.sees("eh-connect verify")

    with set_up(environment, stage, tmp_path) as person:
        choose(person, "Prove it now", 1 if offered else 2, plain=False)
        if offered:
            gives_up(person)
        person.sees("Not proven yet")
        assert person.leaves() == 0, "the profile is set up"
    if not offered:
        with at_terminal("verify", environment=environment, columns=WIDE, cwd=tmp_path) as person:
            gives_up(person)
            assert person.leaves() == 8
    assert state(tmp_path)["proven_at"] is None


def test_a_cancelled_consent_needs_somebody_to_press_allow(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    with set_up(environment, stage, tmp_path) as person:
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    with at_terminal("verify", environment=environment, columns=WIDE, cwd=tmp_path) as person:
        sign_in(person, browser, then="Cancel")
        assert "cancelled" in browser.text()
        person.sees("The sign-in was cancelled.")
        person.sees("press Allow")
        assert person.leaves() == 8


def test_an_expired_link_is_replaced_by_the_next_run(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    with set_up(environment, stage, tmp_path) as person:
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
    with at_terminal("verify", environment=environment, columns=WIDE, cwd=tmp_path) as person:
        person.sees("Waiting for the sign-in")
        stage.expire_sessions()
        open_link_again = next(line for line in person.lines if "/connect/link/" in line)
        browser.open(open_link_again)
        assert "This link can't be used" in browser.text()
        person.types(ENTER)
        choose(person, "What does the browser show?", 2, plain=False)
        choose(person, "Wait on for the sign-in?", 2, plain=False)
        person.sees("Make a new link by running the same command again")
        assert person.leaves() == 8
    with at_terminal(
        "verify", "--keep-account", environment=environment, columns=WIDE, cwd=tmp_path
    ) as person:
        person.sees("a new one is made")
        sign_in(person, browser)
        person.sees("Proven")
        assert person.leaves() == 0
