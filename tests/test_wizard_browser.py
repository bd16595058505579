"""The whole way as a person goes it: the wizard in a terminal, portal and dashboard in a browser."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from eh_connect.employment_hero.scopes import PRESETS
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.browser import Browser, browsing, needs_chromium
from tests.support.rehearsal import Stage, rehearsing
from tests.support.screen import CTRL_C, ENTER, Person, at_terminal
from tests.test_wizard_terminal import choose, proves_later

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs_chromium


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


def register(person: Person, browser: Browser, *, plain: bool) -> tuple[str, str]:
    """From the first question to the pasted pair, which is returned."""
    person.answers("Enter: go on")
    person.answers("Organisation ID (? explains)", "12345")
    person.sees("/app/v2/organisations/12345/developer_portal/api")
    address = next(line for line in person.lines if line.endswith("/12345/developer_portal/api"))
    browser.open(address)
    browser.press("Add Application")
    choose(person, "Actions to enable", 1, plain=plain)
    choose(person, "Scopes, fixed for ever", 1, plain=plain)
    person.sees("Application Name")
    browser.fill("Application Name", "StackOne Integration")
    person.answers("Enter: go on")
    person.sees(REDIRECT_URI)
    browser.fill("Redirect URI", REDIRECT_URI)
    person.answers("Enter: go on")
    for card, boxes in PRESETS["directory"].cards:
        person.sees(f"{card.name}: {', '.join(boxes)}")
        for box in boxes:
            browser.tick(card.name, box)
    person.answers("Enter: go on")
    browser.press("Continue to Review")
    for scope in PRESETS["directory"].review_strings:
        person.sees(scope)
        assert scope in browser.text()
    browser.press("Create Application")
    person.answers("Enter: go on")
    client_id, client_secret = browser.value("Client ID"), browser.value("Client Secret")
    person.answers("Client ID (hidden; ? explains)", client_id)
    person.answers("Client Secret (hidden; ? explains)", client_secret)
    person.sees("did not reject them")
    return client_id, client_secret


def current(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    assert environment["EH_TEST_KEYRING_FILE"]
    kept = json.loads((tmp_path / "keyring.json").read_text())["eh-connect:default"]
    assert set(kept) == {"current", "origins"}
    pair: dict[str, str] = json.loads(kept["current"])
    return pair


@pytest.mark.parametrize("plain", [False, True])
def test_with_the_api_from_the_portal_to_the_profile(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path, plain: bool
) -> None:
    environment |= {"EH_CONNECT_ACCESSIBLE": "1"} if plain else {}
    with at_terminal("setup", environment=environment, columns=120, cwd=tmp_path) as person:
        client_id, client_secret = register(person, browser, plain=plain)
        choose(person, "Do it?", 1, plain=plain)
        person.sees("Created the connector profile")
        proves_later(person, plain=plain)
    (profile,) = stage.profiles
    assert (profile["client_id"], profile["client_secret"]) == (client_id, client_secret)
    assert current(environment, tmp_path) == {"client_id": client_id, "client_secret": client_secret}
    assert client_secret.encode() not in person.raw


@pytest.mark.parametrize("plain", [False, True])
def test_with_the_dashboard_where_the_api_has_no_call(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path, plain: bool
) -> None:
    stage.settings(writes="404")
    environment |= {"EH_CONNECT_ACCESSIBLE": "1"} if plain else {}
    with at_terminal("setup", environment=environment, columns=120, cwd=tmp_path) as person:
        client_id, client_secret = register(person, browser, plain=plain)
        person.sees("StackOne's dashboard (its API has no call for it)")
        choose(person, "Do it?", 1, plain=plain)
        person.sees("/dashboard/connector_profiles")
        browser.open(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles")
        person.answers("Enter: go on")
        browser.press("+ Connector Profile")
        person.answers("Enter: go on")
        person.sees("Client ID (sha256:")
        person.answers("Enter: go on")
        browser.fill("Client ID", client_id)
        person.sees("Client Secret (sha256:")
        assert client_secret.encode() not in person.raw, "shown only when asked for"
        person.sees("s: show")
        person.types("s" + ENTER if plain else "s")
        if plain:
            person.answers("Press Enter")
        else:
            person.is_shown(client_secret)
            person.types(" ")
            person.is_shown("In StackOne's dashboard")
            assert client_secret not in person.text, "taken off the screen"
        person.answers("Enter: go on")
        browser.fill("Client Secret", client_secret)
        person.answers("Enter: go on")
        person.sees("Watching StackOne's list")
        browser.press("Create profile")
        person.types(ENTER)
        person.sees("There it is")
        person.sees("Created the connector profile")
        proves_later(person, plain=plain)
    (profile,) = stage.profiles
    assert (profile["client_id"], profile["client_secret"]) == (client_id, client_secret)
    assert current(environment, tmp_path) == {"client_id": client_id, "client_secret": client_secret}
    writes = [request for request in stage.requests() if not request.startswith(("GET", "POST /dashboard"))]
    assert set(writes) <= {"POST /connector_profiles {}"}, "the API was only asked, never told"
    assert person.text.count("StackOne's dashboard") >= 2


def test_waiting_for_the_dashboard_ends(stage: Stage, environment: dict[str, str], tmp_path: Path) -> None:
    stage.settings(writes="404")
    ready = {name: stage.environment[name] for name in ("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET")}
    with at_terminal("setup", "--wait", "1", environment=environment | ready, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        for _ in range(5):
            person.answers("Enter: go on")
        person.sees("The profile did not show in time")
        person.sees("eh-connect setup --profile-id new")
        assert person.leaves() == 8


def create_in_dashboard(stage: Stage, browser: Browser) -> None:
    browser.open(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles")
    browser.press("+ Connector Profile")
    browser.fill("Client ID", stage.environment["EH_CONNECT_CLIENT_ID"])
    browser.fill("Client Secret", stage.environment["EH_CONNECT_CLIENT_SECRET"])
    browser.press("Create profile")


def ready_pair(stage: Stage) -> dict[str, str]:
    return {name: stage.environment[name] for name in ("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET")}


@pytest.mark.parametrize(
    ("columns", "way"),
    [(60, {}), (80, {"NO_COLOR": "1"}), (60, {"EH_CONNECT_ACCESSIBLE": "1"}), (80, {"TERM": "dumb"})],
)
def test_the_dashboard_way_works_at_every_width(
    stage: Stage,
    environment: dict[str, str],
    browser: Browser,
    tmp_path: Path,
    columns: int,
    way: dict[str, str],
) -> None:
    stage.settings(writes="405")
    environment |= ready_pair(stage) | way
    with at_terminal("setup", environment=environment, columns=columns, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=bool(way) and "NO_COLOR" not in way)
        for _ in range(5):
            person.answers("Enter: go on")
        person.sees("Watching StackOne's list")
        create_in_dashboard(stage, browser)
        person.types(ENTER)
        person.sees("Created the connector profile")
        proves_later(person, plain=bool(way) and "NO_COLOR" not in way)
    assert current(environment, tmp_path)["client_id"] == environment["EH_CONNECT_CLIENT_ID"]
    assert environment["EH_CONNECT_CLIENT_SECRET"].encode() not in person.raw


@pytest.mark.parametrize("stop", ["Ctrl-C", "SIGHUP", "SIGKILL"])
def test_waiting_that_was_interrupted_is_taken_up_again(
    stage: Stage, environment: dict[str, str], browser: Browser, tmp_path: Path, stop: str
) -> None:
    stage.settings(writes="404")
    environment |= ready_pair(stage)
    with at_terminal("setup", environment=environment, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        for _ in range(5):
            person.answers("Enter: go on")
        person.sees("Watching StackOne's list")
        if stop == "Ctrl-C":
            person.types(CTRL_C)
            assert person.leaves() == 130
        else:
            os.kill(person.pid, getattr(signal, stop))
            person.leaves()
    create_in_dashboard(stage, browser)
    arguments = ("setup", "--profile-id", "new")
    with at_terminal(*arguments, environment=environment, cwd=tmp_path) as person:
        choose(person, "Do it?", 1, plain=False)
        person.sees("Created the connector profile")
        proves_later(person, plain=False)
    assert len(stage.profiles) == 1
    assert current(environment, tmp_path)["client_secret"] == environment["EH_CONNECT_CLIENT_SECRET"]
