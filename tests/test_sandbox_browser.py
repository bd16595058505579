"""The sandbox's pages in a real browser: our guide followed to the letter, and the traps of the form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from eh_connect.employment_hero.portal import portal_url
from eh_connect.employment_hero.scopes import PRESETS
from eh_connect.guide import portal_section
from eh_connect.guide_steps import Form, Step
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.browser import Browser, browsing, needs_chromium
from tests.support.memory import told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.sandbox import Stage

pytestmark = needs_chromium

GO_BACK = re.compile(r":(create|update|delete)$", re.MULTILINE)
"""What the guide says to go back for."""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with browsing(tmp_path / "browser") as browser:
        yield browser


def follow(browser: Browser, step: Step) -> None:
    """Do what a step of the guide says, and nothing else."""
    for value in step.values:
        if value.value.startswith("http://"):
            browser.open(value.value)
        elif value.form is Form.COPY:
            browser.fill(value.label, value.value)
        elif value.form is Form.ROW:
            (box,) = re.findall('small box "(.*?)"', step.do)
            for card in re.sub(r" \(.*\)", "", value.value).split(", "):
                browser.search(card)
                browser.tick(card, box, value.label)
                browser.search("")
    for button in re.findall('[Cc]lick "(.*?)"', step.do):
        browser.press(button)


def new_application(stage: Stage, browser: Browser) -> None:
    """The portal's form with all but scopes."""
    browser.open(portal_url("1", stage.employment_hero_url))
    browser.press("Add Application")
    browser.fill("Application Name", "Mine & <i>mine</i>")
    browser.fill("Redirect URI", REDIRECT_URI)


def test_the_guide_followed_to_the_letter_leads_to_a_profile(stage: Stage, browser: Browser) -> None:
    preset = "stackone-guide-2026-03"
    environ = {"EMPLOYMENT_HERO_APP_URL": stage.employment_hero_url}
    guide = portal_section(told({"org_id": "12345", "scopes": preset}, environ))
    for step in guide.steps:
        follow(browser, step)
        if step.do.startswith("Scopes"):
            browser.sees(f"{len(PRESETS[preset].boxes)} scopes selected")
        if "compare" in step.do:
            shown = browser.text()
            assert "Scopes cannot be modified" in shown
            assert {value.value for value in step.values} == set(
                re.findall(r"^[a-z_:]+:[a-z_]+$", shown, re.MULTILINE)
            )
            assert not GO_BACK.search(shown)
    assert "Application Created Successfully!" in browser.text()
    client_id, client_secret = browser.value("Client ID"), browser.value("Client Secret")
    browser.press("View Application")
    assert (browser.value("Client ID"), browser.value("Client Secret")) == (client_id, client_secret)
    browser.fill("Redirect URI", f"{REDIRECT_URI}s")
    browser.press("Save")
    browser.press("Generate new secret")
    assert (newer := browser.value("Client Secret")) != client_secret
    browser.press("Copy Client Secret")
    browser.sees("Copied")

    browser.open(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles")
    browser.press("+ Connector Profile")
    browser.fill("Client ID", client_id)
    browser.paste("Client Secret")
    browser.tick("Actions (none: all)", "List employees")
    browser.press("Create profile")
    (profile,) = stage.profiles
    assert (profile["client_id"], profile["client_secret"]) == (client_id, newer)
    assert profile["actions"] == ["employmenthero_list_employees"]
    browser.press("Employment Hero")
    assert (browser.value("Client ID"), browser.value("Client Secret")) == (client_id, "")
    browser.fill("Client Secret", "a-newer-one")
    browser.press("Save")
    assert stage.profiles[0]["client_secret"] == "a-newer-one"


def test_the_review_shows_what_the_traps_of_the_form_ticked(stage: Stage, browser: Browser) -> None:
    new_application(stage, browser)
    browser.tick("Employees", "Employees", "Admin")  # the box beside a card's name
    browser.sees("4 scopes selected")
    browser.press("Continue to Review")
    assert set(GO_BACK.findall(browser.text())) == {"create", "update", "delete"}
    browser.driver.back()
    browser.tick("Employees", "Delete", "Admin")
    browser.sees("3 scopes selected")
    new_application(stage, browser)
    browser.tick("Organisations", "Organisations", "Admin")  # the card of that name that has only Delete
    browser.press("Continue to Review")
    assert GO_BACK.findall(browser.text()) == ["delete"]
    assert "organizations:list" not in browser.text()


def test_the_form_says_what_is_missing_and_a_refused_one_keeps_what_was_entered(
    stage: Stage, browser: Browser
) -> None:
    browser.open(f"{portal_url('1', stage.employment_hero_url)}/new")
    for missing in ("No scopes selected", "Redirect URI required", "Application Name required"):
        browser.sees(missing)
    browser.sees("At least 1 scope required")
    assert browser.cannot_press("Continue to Review")
    browser.search("TEAM")
    assert ("Teams" in browser.text(), "Payslips" in browser.text()) == (True, False)
    browser.tick("Teams", "Read")
    browser.fill("Application Name", "Mine")
    browser.fill("Redirect URI", "http://localhost/callback")
    browser.press("Continue to Review")
    assert "Redirect URI must be an HTTPS address" in browser.text()
    browser.sees("1 scopes selected")
    assert browser.value("Application Name") == "Mine"
    browser.fill("Redirect URI", REDIRECT_URI)
    browser.press("Continue to Review")
    assert "teams:list" in browser.text()
    browser.driver.back()
    assert browser.value("Application Name") == "Mine"
