"""Employment Hero's sign-in in the sandbox: login, consent, and where a person is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect.employment_hero.portal import portal_url
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.oauth_app import App, said
from tests.support.sandbox import Stage, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def app(stage: Stage) -> Iterator[App]:
    app = App(stage)
    with app.oauth:
        yield app


def test_the_consent_names_the_application_and_its_scopes(app: App) -> None:
    assert "StackOne Integration" not in text_of(walk(app.asks()))
    consent = text_of(walk(app.asks(), "Sign in"))
    for shown in ("Authorize StackOne Integration", "Sample Pty Ltd", "employees:list", "Allow", "Cancel"):
        assert shown in consent


def test_the_person_comes_back_to_the_sandboxs_stackone(stage: Stage, app: App) -> None:
    answer = app.comes_back("Sign in", "Allow")
    assert answer.startswith(f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?")
    assert said(answer).keys() == {"code", "state"}
    asked = httpx.URL(app.asks()).copy_remove_param("state")
    assert said(str(walk(str(asked), "Sign in", "Cancel").url)) == {"error": "access_denied"}


def test_a_stranger_is_not_signed_in_and_allows_nothing(stage: Stage, app: App) -> None:
    page = httpx.post(app.asks(), data={"email": "other@example.invalid", "password": "made-up"})
    assert page.status_code == 422
    assert "<button>Sign in</button>" in page.text
    page = httpx.post(app.asks(), data={"decision": "Allow", "ticket": "made-up"})
    assert "<button>Sign in</button>" in page.text
    assert stage.records.data["employment_hero"]["grants"] == []


def test_a_consent_pressed_twice_gives_one_code(stage: Stage, app: App) -> None:
    consent = walk(app.asks(), "Sign in")
    ticket = consent.text.split('name="ticket" value="')[1].split('"')[0]
    sent = {"ticket": ticket, "decision": "Allow"}
    assert [httpx.post(str(consent.url), data=sent).status_code for _ in range(2)] == [303, 200]
    assert len(stage.records.data["employment_hero"]["grants"]) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        *({"redirect_uri": f"{REDIRECT_URI}{end}"} for end in ("/", "?x=1")),
        *({"redirect_uri": uri} for uri in (REDIRECT_URI.upper(), "https://example.org", "", None)),
        {"client_id": "unknown"},
    ],
    ids=str,
)
def test_a_wrong_client_or_redirect_uri_is_an_error_page_and_never_a_redirect(
    stage: Stage, wrong: dict[str, Any]
) -> None:
    for method in ("GET", "POST"):
        page = httpx.request(method, App(stage, **wrong).asks())
        assert (page.status_code, "Location" in page.headers) == (400, False)
        assert ("application is not known" if "client_id" in wrong else "redirect URI is not") in text_of(
            page
        )


def test_redirect_uris_are_divided_by_commas_and_one_to_this_computer_meets_a_firewall(stage: Stage) -> None:
    here = "https://127.0.0.1:9/x"
    place = f"{portal_url('1', stage.employment_hero_url)}/{stage.environment['EH_CONNECT_CLIENT_ID']}"
    httpx.post(place, data={"name": "Mine", "redirect_uri": f"{REDIRECT_URI}, {here}"})
    assert walk(App(stage).asks()).status_code == 200
    assert httpx.get(App(stage, redirect_uri=here).asks()).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
    ],
    ids=str,
)
def test_a_request_without_pkce_is_sent_back(app: App, wrong: dict[str, str | None]) -> None:
    asked = httpx.URL(app.asks())
    for name, value in wrong.items():
        asked = asked.copy_remove_param(name) if value is None else asked.copy_set_param(name, value)
    answer = said(str(walk(str(asked), "Sign in", "Allow").url))
    assert (answer["error"], answer["state"]) == ("invalid_request", asked.params["state"])
    assert "PKCE" in answer["error_description"]
    other = said(str(walk(str(asked.copy_set_param("response_type", "token"))).url))
    assert other["error"] == "unsupported_response_type"
