"""The rehearsal's Employment Hero signs people in: login, consent, and where they are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from eh_connect.employment_hero.portal import OrgId, portal_url
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.oauth_app import VERIFIER, App, said
from tests.support.rehearsal import Stage, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator


HTML = "text/html; charset=utf-8"


@pytest.fixture
def app(stage: Stage) -> Iterator[App]:
    app = App(stage)
    with app.oauth:
        yield app


@pytest.fixture
def answer(app: App) -> str:
    """Where a person came back to who has signed in and allowed it."""
    return app.comes_back("Sign in", "Allow")


def test_the_person_comes_back_to_the_rehearsals_stackone_with_code_and_state(
    stage: Stage, answer: str
) -> None:
    assert answer.startswith(f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?")
    assert said(answer).keys() == {"code", "state"}


def test_another_redirect_uri_is_kept_to_the_letter(stage: Stage) -> None:
    mine = f"{stage.stackone_url}/somewhere?else=1"
    with stage.prepared.rehearsal.records.change() as data:
        data["applications"][0]["redirect_uri"] = mine
    app = App(stage, redirect_uri=mine)
    answer = app.comes_back("Sign in", "Allow")
    assert answer.startswith(f"{mine}&")
    assert app.fetch(answer)["refresh_token"]


def test_a_state_left_out_does_not_come_back(app: App) -> None:
    asked = httpx.URL(app.asks()).copy_remove_param("state")
    assert said(str(walk(str(asked), "Sign in", "Cancel").url)) == {"error": "access_denied"}


def test_the_consent_names_the_application_and_its_scopes(app: App) -> None:
    login = walk(app.asks())
    assert "StackOne Integration" not in text_of(login)
    assert "This is not Employment Hero" in text_of(login)
    consent = text_of(walk(app.asks(), "Sign in"))
    assert "Authorize StackOne Integration" in consent
    for shown in ("Rehearsal Pty Ltd", "employees:list", "organizations:list", "Allow", "Cancel"):
        assert shown in consent


def test_a_cancelled_consent_is_access_denied(app: App) -> None:
    answer = said(app.comes_back("Sign in", "Cancel"))
    assert answer.pop("state")
    assert answer == {"error": "access_denied"}


def test_somebody_else_is_not_signed_in(app: App) -> None:
    asked = app.asks()
    page = httpx.post(asked, data={"email": "other@example.invalid", "password": "made-up"})
    assert page.status_code == 422
    assert "That is not the person" in text_of(page)
    assert "<button>Sign in</button>" in page.text


def test_nothing_is_allowed_without_having_signed_in(app: App) -> None:
    page = httpx.post(app.asks(), data={"decision": "Allow", "ticket": "made-up"})
    assert "<button>Sign in</button>" in page.text


def test_a_consent_pressed_twice_gives_one_code(stage: Stage, app: App) -> None:
    consent = walk(app.asks(), "Sign in")
    ticket = consent.text.split('name="ticket" value="')[1].split('"')[0]
    sent = {"ticket": ticket, "decision": "Allow"}
    assert [httpx.post(str(consent.url), data=sent).status_code for _ in range(2)] == [303, 200]
    assert len(stage.prepared.rehearsal.records.data["grants"]) == 1


@pytest.mark.parametrize(
    "redirect_uri",
    [
        f"{REDIRECT_URI}/",
        REDIRECT_URI.upper(),
        REDIRECT_URI.replace("https", "http"),
        f"{REDIRECT_URI}?x=1",
        "https://example.org",
        "",
        None,
    ],
)
def test_a_wrong_redirect_uri_is_an_error_page_and_never_a_redirect(
    stage: Stage, redirect_uri: str | None
) -> None:
    page = httpx.get(App(stage, redirect_uri=redirect_uri).asks())
    assert (page.status_code, page.headers["Content-Type"]) == (400, HTML)
    assert "Location" not in page.headers
    assert "This redirect URI is not the application's" in text_of(page)


def test_an_unknown_client_is_an_error_page_and_never_a_redirect(stage: Stage) -> None:
    for method in ("GET", "POST"):
        page = httpx.request(method, App(stage, client_id="unknown").asks())
        assert page.status_code == 400
        assert "Location" not in page.headers
        assert "This application is not known" in text_of(page)


def test_a_redirect_uri_edited_in_the_portal_counts_at_once(stage: Stage, app: App) -> None:
    place = portal_url(OrgId("1"), stage.employment_hero_url)
    edited = {"name": "StackOne Integration", "redirect_uri": f"{REDIRECT_URI}x"}
    httpx.post(f"{place}/{stage.environment['EH_CONNECT_CLIENT_ID']}", data=edited)
    assert "This redirect URI is not the application's" in text_of(walk(app.asks()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge": VERIFIER},
    ],
)
def test_a_request_without_pkce_s256_is_sent_back(app: App, wrong: dict[str, str | None]) -> None:
    asked = httpx.URL(app.asks())
    for name, value in wrong.items():
        asked = asked.copy_remove_param(name) if value is None else asked.copy_set_param(name, value)
    answer = said(str(walk(str(asked), "Sign in", "Allow").url))
    assert answer["error"] == "invalid_request"
    assert "PKCE" in answer["error_description"]
    assert answer["state"] == asked.params["state"]


def test_authlib_without_pkce_gets_no_code(stage: Stage) -> None:
    app = App(stage, code_challenge_method=None)
    assert said(app.comes_back("Sign in", "Allow", verifier=None))["error"] == "invalid_request"
    assert stage.prepared.rehearsal.records.data["grants"] == []


def test_another_response_type_is_sent_back(app: App) -> None:
    asked = httpx.URL(app.asks()).copy_set_param("response_type", "token")
    assert said(str(walk(str(asked)).url))["error"] == "unsupported_response_type"


@pytest.mark.parametrize("path", ["/oauth2/authorize", "/oauth2/token", "/api/v1/organisations"])
def test_every_page_and_call_can_be_disturbed(stage: Stage, path: str) -> None:
    order = {"match": {"path": path}}
    stage.faults({"kind": "status", "status": 503, **order}, {"kind": "drop", **order}, employment_hero=True)
    url = f"{stage.employment_hero_url}{path}"
    assert httpx.post(url).status_code == 503
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.post(url)
    assert httpx.post(url).status_code in {400, 405}
