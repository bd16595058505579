"""The rehearsal's Hub: what becomes of somebody who follows an auth link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect.employment_hero.portal import OrgId, portal_url
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.rehearsal import Stage, press, rehearsing, text_of, walk
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = {"path": "/oauth2/token"}
ORGANISATIONS = {"path": "/api/v1/organisations"}


@pytest.fixture
def stackone(stage: Stage) -> Iterator[StackOne]:
    stackone = StackOne(stage)
    yield stackone
    stackone.http.close()


def test_from_hub_to_authenticated(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(type="TEST", label="A label")
    assert "authenticated" in stage.sign_in(session["auth_link_url"])
    attempt = stackone.attempt(session)
    assert attempt is not None
    (account,) = stackone.accounts()
    assert attempt == {
        "status": "authenticated",
        "oauth_error_code": None,
        "oauth_error_description": None,
        "account_secure_id": account["id"],
        "updated_at": attempt["updated_at"],
    }
    assert account == {
        "id": account["id"],
        "connector_profile_id": stackone.profile,
        "status": "active",
        "origin_owner_id": "an-owner",
        "origin_owner_name": "An <b>owner</b>",
        "provider": "employmenthero",
        "type": "TEST",
        "label": "A label",
    }


def test_the_tokens_are_kept_and_never_shown(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    page = stage.sign_in(session["auth_link_url"])
    (kept,) = stage.prepared.rehearsal.records.data["tokens"].values()
    seen = page + str(stackone.attempt(session)) + str(stackone.accounts()) + str(stage.log())
    for name in ("access_token", "refresh_token"):
        assert kept[name]
        assert kept[name] not in seen


def test_the_hub_says_whom_it_is_for_and_escapes_it(stackone: StackOne) -> None:
    page = walk(stackone.session()["auth_link_url"])
    assert "This is not StackOne" in text_of(page)
    assert "An <b>owner</b>" in text_of(page)
    assert "<b>" not in page.text


def test_looking_is_no_attempt_and_starting_is_a_pending_one(stackone: StackOne) -> None:
    session = stackone.session()
    walk(session["auth_link_url"])
    assert stackone.attempt(session) is None
    walk(session["auth_link_url"], "Connect Employment Hero", "Sign in")
    assert stackone.outcome(session) == ("pending", None)


def test_a_cancelled_consent_is_recorded_as_cancelled(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    assert "cancelled" in stage.sign_in(session["auth_link_url"], consent=False)
    assert stackone.outcome(session) == ("cancelled", "access_denied")
    assert stackone.accounts() == []


def test_the_same_link_can_be_tried_again(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    stage.sign_in(session["auth_link_url"], consent=False)
    walk(session["auth_link_url"], "Connect Employment Hero")
    assert stackone.outcome(session) == ("pending", None)
    stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("authenticated", None)


def test_a_wrong_secret_is_recorded_as_invalid_client(stage: Stage, stackone: StackOne) -> None:
    stackone.send_pair(stage.environment["EH_CONNECT_CLIENT_ID"], "mistyped")
    session = stackone.session()
    assert "invalid_client" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("error", "invalid_client")
    assert stackone.accounts() == []


def test_an_unknown_client_id_leaves_the_attempt_pending(stage: Stage, stackone: StackOne) -> None:
    stackone.send_pair("mistyped", stage.environment["EH_CONNECT_CLIENT_SECRET"])
    session = stackone.session()
    assert "This application is not known" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("pending", None)


def test_a_wrong_redirect_uri_leaves_the_attempt_pending(stage: Stage, stackone: StackOne) -> None:
    place = portal_url(OrgId("1"), stage.employment_hero_url)
    edited = {"name": "Mine", "redirect_uri": REDIRECT_URI.replace("employmenthero", "employment-hero")}
    httpx.post(f"{place}/{stage.environment['EH_CONNECT_CLIENT_ID']}", data=edited)
    session = stackone.session()
    assert "This redirect URI is not the application's" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("pending", None)


def test_without_pkce_every_link_fails(stage: Stage, stackone: StackOne) -> None:
    stage.settings(pkce="off")
    session = stackone.session()
    assert "PKCE" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("error", "invalid_request")
    stage.settings(pkce="on")
    stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("authenticated", None)


def test_a_missing_scope_does_not_show(stage: Stage, stackone: StackOne) -> None:
    with stage.prepared.rehearsal.records.change() as data:
        data["applications"][0]["scopes"] = ["teams:list"]
    session = stackone.session()
    stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("authenticated", None)
    assert "GET /api/v1/organisations" in stage.requests(employment_hero=True)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "match": TOKEN},
        {"kind": "drop", "match": TOKEN},
        {"kind": "drop_after", "match": TOKEN},
        {"kind": "html", "match": TOKEN},
        {"kind": "body", "body": "[1]", "match": TOKEN},
        {"kind": "body", "body": '{"access_token": "x", "refresh_token": "y"}', "match": TOKEN},
        {"kind": "redirect", "match": TOKEN},
        {"kind": "status", "match": ORGANISATIONS},
        {"kind": "drop", "match": ORGANISATIONS},
        {"kind": "status", "status": 401, "body": "{}", "match": ORGANISATIONS},
        {"kind": "body", "body": '{"data": {"items": []}}', "match": ORGANISATIONS},
    ],
    ids=str,
)
def test_a_fault_of_employment_hero_is_an_error_without_a_code(
    stage: Stage, stackone: StackOne, fault: dict[str, Any]
) -> None:
    stage.faults(fault, employment_hero=True)
    session = stackone.session()
    assert "error" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("error", None)
    assert stackone.accounts() == []


def test_an_expired_link_says_so_and_records_nothing(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(expires_in=1800)
    page = walk(session["auth_link_url"])
    stage.expire_sessions()
    for late in (walk(session["auth_link_url"]), press(httpx.Client(), page, "Connect Employment Hero")):
        assert late.status_code == 404
        assert "expired" in text_of(late)
    assert stackone.attempt(session) is None
    assert stage.log(employment_hero=True) == []


def test_a_link_that_expires_during_the_sign_in_stays_pending(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    consent = walk(session["auth_link_url"], "Connect Employment Hero", "Sign in")
    stage.expire_sessions()
    with httpx.Client(follow_redirects=True) as person:
        assert "expired" in text_of(press(person, consent, "Allow"))
    assert stackone.outcome(session) == ("pending", None)
    assert stackone.accounts() == []


@pytest.mark.parametrize(
    "place", ["/link/made-up", "/link/", "/oauth2/employmenthero/callback?code=x&state=y"]
)
def test_a_made_up_link_or_state_is_refused(stage: Stage, stackone: StackOne, place: str) -> None:
    session = stackone.session()
    page = httpx.get(f"{stage.stackone_url}/connect{place}")
    assert page.status_code == 404
    assert "This link can't be used" in text_of(page)
    assert stackone.attempt(session) is None


def test_a_callback_counts_once(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    end = walk(session["auth_link_url"], "Connect Employment Hero", "Sign in", "Allow")
    assert "This link can't be used" in text_of(httpx.get(str(end.url)))
    assert stackone.outcome(session) == ("authenticated", None)
    assert len(stage.accounts) == 1


def test_the_hub_asks_with_the_profiles_credentials_and_pkce(stage: Stage, stackone: StackOne) -> None:
    login = walk(stackone.session()["auth_link_url"], "Connect Employment Hero").url
    assert str(login).startswith(f"{stage.employment_hero_url}/oauth2/authorize?")
    asked = dict(login.params)
    assert asked.pop("state")
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": stage.environment["EH_CONNECT_CLIENT_ID"],
        "redirect_uri": REDIRECT_URI,
        "code_challenge_method": "S256",
    }


def test_a_session_survives_a_restart(tmp_path: Path) -> None:
    with rehearsing(tmp_path / "kept") as stage:
        session = StackOne(stage).session()
    with rehearsing(tmp_path / "kept") as stage:
        assert "authenticated" in stage.sign_in(session["auth_link_url"])


def test_the_hub_and_sessions_have_faults_too(stage: Stage, stackone: StackOne) -> None:
    stage.faults({"kind": "drop_after", "match": {"path": "/connect_sessions"}})
    with pytest.raises(httpx.RemoteProtocolError):
        stackone.session()
    session = stackone.session()
    assert [its["id"] for its in stage.sessions] == [session["id"] - 1, session["id"]]
    stage.faults({"kind": "status", "status": 503, "match": {"path": "/connect/link"}})
    assert httpx.get(session["auth_link_url"]).status_code == 503
    assert httpx.get(session["auth_link_url"]).status_code == 200
