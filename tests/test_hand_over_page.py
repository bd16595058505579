"""The hand-over page in a real browser, from a file: what it shows, judges, locks; that it sends nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from eh_connect.employment_hero.credentials import cleaned, judge_pair
from eh_connect.employment_hero.hand_over import HandOverKey, open_locked, page
from eh_connect.employment_hero.scopes import parse
from eh_connect.guide import PRECONDITIONS, SCOPES_STAY, portal_section
from eh_connect.lines import warn
from eh_connect.secret import Credentials, Secret
from tests.support.browser import Browser, browsing, needs_chromium
from tests.support.memory import told
from tests.support.raw_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver.remote.webelement import WebElement


pytestmark = needs_chromium

ID, SECRET = "Yk3f" + "a" * 35 + "9QxA", "s3cr" + "b" * 35 + "-_9Z"
KEY = HandOverKey.new()
NAME = "Acme & Sons' <Integration>"
CHOSEN = parse("directory")
PORTAL = portal_section(told({"org_id": "12345", "app_name": NAME, "scopes": "directory"}))
STEPS = (*PRECONDITIONS.lines(document=True), warn(SCOPES_STAY), *PORTAL.lines(document=True))
PAGE = page(
    KEY,
    steps=STEPS,
    scopes=CHOSEN.ticked,
    values={**PORTAL.copies, "Profile": "Employment Hero"},
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browsing(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def browser(chromium: Browser, tmp_path: Path) -> Browser:
    """The page, opened from its file; violations of its policy are counted from the start."""
    file = tmp_path / "hand over.html"
    file.write_text(PAGE, "utf-8")
    chromium.open(file.as_uri())
    run(
        chromium,
        "window.broken = [];"
        "addEventListener('securitypolicyviolation', e => broken.push(e.effectiveDirective))",
    )
    return chromium


def run(browser: Browser, script: str) -> Any:
    return browser.driver.execute_script(script)


def by_id(browser: Browser, name: str) -> WebElement:
    found: WebElement = browser.driver.find_element(By.ID, name)
    return found


def lock(browser: Browser) -> None:
    by_id(browser, "lock").click()


def locked(browser: Browser) -> str:
    browser.waits_until(by_id(browser, "locked").is_displayed)
    return browser.value("Locked text")


def test_credentials_are_locked_copied_and_opened_and_nothing_of_them_stays(browser: Browser) -> None:
    browser.fill("Client ID", f' "{ID}" ')
    browser.fill("Client Secret", SECRET)
    browser.sees("43 characters")
    lock(browser)
    text = locked(browser)
    assert open_locked(text, KEY.secret) == Credentials(Secret(ID), Secret(SECRET))
    assert (browser.value("Client ID"), browser.value("Client Secret")) == ("", "")
    shown = run(browser, "return document.documentElement.outerHTML")
    assert ID not in shown
    assert SECRET not in shown
    assert run(browser, "return localStorage.length + sessionStorage.length + document.cookie.length") == 0
    browser.press("Copy locked text")
    browser.sees("Copied: Locked text")
    browser.paste("Client ID")  # looked at, not locked
    assert browser.value("Client ID") == text
    assert run(browser, "return broken") == []

    # another implementation opens it, by the standard alone
    foreign = JWE()
    foreign.deserialize(text, JWK.from_json(KEY.secret.reveal()))
    assert json.loads(foreign.payload) == {"client_id": ID, "client_secret": SECRET}
    assert foreign.jose_header.keys() == {"alg", "enc", "kid", "epk"}


def test_it_says_what_is_asked_for_and_shows_every_step_value_and_warning(browser: Browser) -> None:
    text = " ".join(browser.text().split())
    expected = ["sent you this page asks you to create", KEY.check_phrase, *(line.text for line in STEPS)]
    assert all(" ".join(each.split()) in text for each in expected)
    for name, value in {**PORTAL.copies, "Profile": "Employment Hero"}.items():
        browser.press(f"Copy {name}")
        browser.sees(f"Copied: {name}")
        browser.paste("Client ID")
        assert browser.value("Client ID") == value


ODD_IDS = ("", "https://app.example.test/x", "www.example.test", "jo@acme.example", ID[:-1], ID + SECRET)
ODD_SECRETS = (
    *("", ID, f"'{ID}'", f"{ID}\u00a0{SECRET}", "0d9ff0b0-7a8c-4b2e-9a6b-1c7f3a1f2e3d", "employees:list"),
    *(SECRET, SECRET * 2, f"{ID}.{SECRET}", "v1.eu1.abcdef", SECRET[:-1] + "+", f"{SECRET[:-1]}\u200b9"),
)
PASTED = [(each, SECRET) for each in ODD_IDS] + [(f"“{ID}”", each) for each in ODD_SECRETS]


@pytest.mark.parametrize(("client_id", "client_secret"), PASTED, ids=range(len(PASTED)))
def test_the_page_judges_as_the_tool_does(browser: Browser, client_id: str, client_secret: str) -> None:
    run(browser, "window.fields = ['client-id', 'client-secret'].map(name => document.getElementById(name))")
    browser.driver.execute_script(
        "fields.forEach((f, i) => { f.value = arguments[i]; f.dispatchEvent(new Event('input')) })",
        client_id,
        client_secret,
    )
    lock(browser)
    findings = judge_pair(cleaned(client_id), cleaned(client_secret))
    if any(finding.hard for finding in findings):
        for name in ("client-id", "client-secret"):
            is_bad = any(finding.hard and finding.input == name for finding in findings)
            assert by_id(browser, name).get_attribute("aria-invalid") == str(is_bad).lower()
        browser.sees("✗ Not locked.")
        assert run(browser, "return document.activeElement.getAttribute('aria-invalid')") == "true"
        assert browser.value("Client Secret").strip() == client_secret.strip()  # nothing is lost
        return
    if findings:
        browser.sees('Press "Lock for sending" again.')
        assert by_id(browser, "locked").get_property("value") == ""
        lock(browser)
    assert open_locked(locked(browser), KEY.secret) == Credentials(
        Secret(cleaned(client_id)), Secret(cleaned(client_secret))
    )


TRIES = {
    "connect-src": "fetch(URL + '/fetch').catch(() => {})",
    "connect-src ": "navigator.sendBeacon(URL + '/beacon', 'x')",
    "connect-src  ": "new WebSocket(URL.replace('http', 'ws'))",
    "img-src": "new Image().src = URL + '/image'",
    "form-action": "const made = add('form'); made.action = URL; made.submit()",
    "require-trusted-types-for": "add('script').text = 'broken = 1'",
    "style-src-elem": "add('style').append('*{}')",
    "frame-src": "add('iframe').src = URL",
    "font-src": "new FontFace('x', `url(${URL}/font)`).load().catch(() => {})",
    "base-uri": "add('base').href = URL",
}
ADD = "const add = name => document.body.appendChild(document.createElement(name))"


def test_no_request_leaves_the_page_whatever_is_tried_in_it(browser: Browser, tmp_path: Path) -> None:
    reached: list[bytes] = []
    with serving(lambda peer: reached.append(peer.head())) as port:
        start = f"{ADD}; const URL = 'http://127.0.0.1:{port}';"
        assert run(browser, "return performance.getEntriesByType('resource').length") == 0
        for directive, attempt in TRIES.items():
            run(browser, f"{start} try {{ {attempt} }} catch {{}}")
            browser.waits_until(lambda: run(browser, "return broken.length > 0"))
            assert run(browser, "return broken.splice(0)[0]") == directive.strip()
        assert reached == []
        # Without the policy the same attempts arrive, so the server would have seen them.
        plain = tmp_path / "plain.html"
        plain.write_text("<!DOCTYPE html><title>x</title><p>x</p>", "utf-8")
        browser.open(plain.as_uri())
        for name in ("connect-src", "img-src", "font-src"):
            run(browser, f"{start} {TRIES[name]}")
        browser.waits_until(lambda: len({head.split()[1] for head in reached if head}) == 3)


def test_the_policy_names_only_its_own_script_and_style() -> None:
    policy = PAGE.split('Content-Security-Policy" content="')[1].split('"')[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert PAGE.count("<script") == PAGE.count("<style") == 1
    assert not re.search(r"<[^>]* (on\w+|style)=", PAGE)


def test_the_keyboard_alone_does_it_all(browser: Browser) -> None:
    keys = browser.driver.switch_to

    def name() -> str:
        return str(keys.active_element.accessible_name)

    visited = []
    while name() != "Client ID":
        keys.active_element.send_keys(Keys.TAB)
        visited.append(name())
        if name() in {"Employees › Read", "Organisations › Read"}:
            keys.active_element.send_keys(Keys.SPACE)
        if name() == "Copy Redirect URI":
            keys.active_element.send_keys(Keys.ENTER)
    browser.sees("Copied: Redirect URI")
    browser.sees("2 of 3 ticked.")
    assert {"Copy Application Name", "Copy Developer Portal", "Teams › Read"} < set(visited)
    keys.active_element.send_keys(ID, Keys.TAB)
    assert name() == "Client Secret"
    keys.active_element.send_keys(SECRET, Keys.ENTER)
    text = locked(browser)
    assert name() == "Locked text"
    keys.active_element.send_keys(Keys.TAB)
    assert name() == "Copy locked text"
    keys.active_element.send_keys(Keys.ENTER)
    browser.sees("Copied: Locked text")
    assert open_locked(text, KEY.secret).client_id == Secret(ID)


def test_whatever_takes_input_has_a_name_and_says_what_is_wrong(browser: Browser) -> None:
    elements = browser.driver.find_elements(By.CSS_SELECTOR, "input, button, textarea, a")
    assert all(element.accessible_name for element in elements if element.is_displayed())
    for field in ("client-id", "client-secret"):
        assert by_id(browser, field).get_attribute("autocomplete") == "off"
        assert by_id(browser, field).get_attribute("spellcheck") == "false"
        assert not by_id(browser, field).get_attribute("name")  # so that no address could ever hold it
        says = by_id(browser, str(by_id(browser, field).get_attribute("aria-describedby")))
        assert says.get_attribute("role") == "status"
    assert by_id(browser, "client-secret").value_of_css_property("-webkit-text-security") == "disc"
    assert run(browser, "return document.documentElement.lang") == "en-GB"


def test_at_360_pixels_nothing_is_wider_than_the_screen(browser: Browser) -> None:
    browser.fill("Client ID", ID)
    browser.fill("Client Secret", SECRET)
    lock(browser)
    locked(browser)
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.driver.execute(
        "executeCdpCommand", {"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics}
    )
    assert run(browser, "return [innerWidth, document.documentElement.scrollWidth]") == [360, 360]
    boxes = "[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right)"
    assert run(browser, f"return Math.max(...{boxes})") <= 360
    browser.driver.execute("executeCdpCommand", {"cmd": "Emulation.clearDeviceMetricsOverride", "params": {}})
