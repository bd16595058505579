"""The pages of the rehearsal in a real browser, the way a person goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from eh_connect.employment_hero import portal
from eh_connect.employment_hero.scopes import PRESETS
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.browser import Browser, browsing, needs_chromium
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Stage

pytestmark = needs_chromium


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with browsing(tmp_path / "browser") as browser:
        yield browser


def profiles_of(stage: Stage) -> dict[str, str]:
    auth = (stage.environment["STACKONE_API_KEY"], "")
    listed = httpx.get(f"{stage.stackone_url}/connector_profiles", auth=auth).json()["data"]
    return {profile["id"]: profile["updated_at"] for profile in listed}


def test_the_whole_way_from_the_portal_to_a_profile(stage: Stage, browser: Browser) -> None:
    browser.open(portal.portal_url(portal.OrgId("12345"), stage.employment_hero_url))
    assert "Rehearsal: a stand-in on this machine" in browser.text()
    browser.press("Add Application")
    assert "Configure & Select Scopes" in browser.text()
    assert "0 scopes selected" in browser.text()
    browser.fill("Application Name", "StackOne Integration <b>")
    browser.fill("Redirect URI", REDIRECT_URI)
    for card, boxes in PRESETS["stackone-guide-2026-03"].cards:
        for box in boxes:
            browser.tick(card.name, box)
    browser.tick("Departments", "Update")
    assert "15 scopes selected" in browser.text()
    browser.press("Continue to Review")
    assert "cannot be modified" in browser.text()
    shown = browser.text().splitlines()
    assert set(PRESETS["stackone-guide-2026-03"].review_strings) < set(shown)
    assert "Departments/Update (string unknown)" in shown
    browser.press("Create Application")
    assert "Application Created Successfully!" in browser.text()
    client_id, client_secret = browser.value("Client ID"), browser.value("Client Secret")

    browser.press("Copy Client Secret")
    browser.sees("Copied")
    browser.open(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles")
    assert "Rehearsal: a stand-in on this machine" in browser.text()
    browser.press("+ Connector Profile")
    browser.fill("Client ID", client_id)
    browser.paste("Client Secret")
    browser.tick("Actions (none: all)", "List employees")
    browser.press("Create profile")

    (profile,) = stage.profiles
    assert (profile["client_id"], profile["client_secret"]) == (client_id, client_secret)
    assert profile["actions"] == ["employmenthero_list_employees"]
    assert profile["shown"]["id"] in browser.text()
    before = profiles_of(stage)
    browser.press("Employment Hero")
    assert browser.value("Client ID") == client_id
    assert browser.value("Client Secret") == ""
    browser.fill("Client Secret", "a-newer-one")
    browser.press("Save")
    after = profiles_of(stage)
    assert after.keys() == before.keys()
    assert after != before
    assert stage.profiles[0]["client_secret"] == "a-newer-one"


def test_the_whole_way_from_an_auth_link_to_a_linked_account(stage: Stage, browser: Browser) -> None:
    stackone = StackOne(stage)
    session = stackone.session(type="TEST")
    browser.open(session["auth_link_url"])
    assert "This is not StackOne" in browser.text()
    browser.press("Connect Employment Hero")
    assert browser.url.startswith(f"{stage.employment_hero_url}/oauth2/authorize?")
    assert "This is not Employment Hero" in browser.text()
    assert browser.value("Email") == "robin@example.invalid"
    browser.press("Sign in")
    assert "Authorize StackOne Integration" in browser.text()
    assert "organizations:list" in browser.text()
    browser.press("Allow")
    assert browser.url.startswith(f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?")
    assert "Employment Hero: authenticated" in browser.text()
    assert "Rehearsal Pty Ltd" in browser.text()
    assert stackone.outcome(session) == ("authenticated", None)
    assert [account["status"] for account in stackone.accounts()] == ["active"]


def test_a_cancelled_consent_can_be_taken_up_again(stage: Stage, browser: Browser) -> None:
    stackone = StackOne(stage)
    session = stackone.session()
    for button, outcome in (("Cancel", ("cancelled", "access_denied")), ("Allow", ("authenticated", None))):
        browser.open(session["auth_link_url"])
        browser.press("Connect Employment Hero")
        browser.press("Sign in")
        browser.press(button)
        assert f"Employment Hero: {outcome[0]}" in browser.text()
        assert stackone.outcome(session) == outcome


def test_an_application_of_ones_own_is_signed_in_to(stage: Stage, browser: Browser) -> None:
    browser.open(portal.portal_url(portal.OrgId("1"), stage.employment_hero_url))
    browser.press("Add Application")
    browser.fill("Application Name", "Mine & <i>mine</i>")
    browser.fill("Redirect URI", REDIRECT_URI)
    browser.tick("Organisations", "Read")
    browser.press("Continue to Review")
    browser.press("Create Application")
    stackone = StackOne(stage)
    stackone.send_pair(browser.value("Client ID"), browser.value("Client Secret"))
    session = stackone.session()
    browser.open(session["auth_link_url"])
    browser.press("Connect Employment Hero")
    browser.press("Sign in")
    assert "Authorize Mine & <i>mine</i>" in browser.text()
    browser.press("Allow")
    assert "Rehearsal Pty Ltd" in browser.text()
    assert stackone.outcome(session) == ("authenticated", None)


def test_a_redirect_uri_off_by_a_letter_ends_on_employment_heros_page(stage: Stage, browser: Browser) -> None:
    browser.open(portal.portal_url(portal.OrgId("1"), stage.employment_hero_url))
    browser.press("StackOne Integration")
    browser.fill("Redirect URI", f"{REDIRECT_URI}s")
    browser.press("Save")
    stackone = StackOne(stage)
    session = stackone.session()
    browser.open(session["auth_link_url"])
    browser.press("Connect Employment Hero")
    assert "This redirect URI is not the application's" in browser.text()
    assert browser.url.startswith(stage.employment_hero_url)
    assert stackone.outcome(session) == ("pending", None)


def test_an_expired_link_is_told_on_the_page(stage: Stage, browser: Browser) -> None:
    session = StackOne(stage).session()
    browser.open(session["auth_link_url"])
    stage.expire_sessions()
    browser.press("Connect Employment Hero")
    assert "This link can't be used" in browser.text()
    assert stage.requests(employment_hero=True) == []


def test_a_refused_form_keeps_what_was_entered(stage: Stage, browser: Browser) -> None:
    browser.open(portal.portal_url(portal.OrgId("1"), stage.employment_hero_url))
    browser.press("Add Application")
    browser.fill("Application Name", "Mine")
    browser.fill("Redirect URI", "http://localhost/callback")
    browser.tick("Teams", "Read")
    browser.press("Continue to Review")
    assert "Redirect URI must be an HTTPS address" in browser.text()
    assert "1 scopes selected" in browser.text()
    assert browser.value("Application Name") == "Mine"
    browser.fill("Redirect URI", REDIRECT_URI)
    browser.press("Continue to Review")
    assert "teams:list" in browser.text()
    browser.back()
    assert browser.value("Application Name") == "Mine"


def test_a_new_secret_is_generated_and_the_page_shows_it(stage: Stage, browser: Browser) -> None:
    old = stage.environment["EH_CONNECT_CLIENT_SECRET"]
    browser.open(portal.portal_url(portal.OrgId("1"), stage.employment_hero_url))
    browser.press("StackOne Integration")
    assert browser.value("Client Secret") == old
    browser.press("Generate new secret")
    assert browser.value("Client Secret") != old
    assert browser.value("Client ID") == stage.environment["EH_CONNECT_CLIENT_ID"]
