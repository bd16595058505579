"""From a connect session to a linked account, in the sandbox's StackOne. Every answer is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect.employment_hero.portal import portal_url
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.sandbox import Stage, press, text_of, walk
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONNECT = "Connect Employment Hero"
TOKEN = {"path": "/oauth2/token"}
ORGANISATIONS = {"path": "/api/v1/organisations"}


@pytest.fixture
def stackone(stage: Stage) -> Iterator[StackOne]:
    stackone = StackOne(stage)
    yield stackone
    stackone.http.close()


def test_a_session_is_shown_without_its_token(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(type="test", label="A label", metadata={"a": 1}, multiple=False)
    assert session["auth_link_url"].startswith(f"{stage.stackone_url}/")
    assert session["token"] in session["auth_link_url"]
    assert (session["type"], session["label"], session["metadata"]) == ("test", "A label", {"a": 1})
    shown = {name: session[name] for name in session.keys() - {"token", "auth_link_url"}}
    assert stackone.http.get(f"/connect_sessions/{session['id']}").json() == shown
    assert stackone.http.get(f"/connect_sessions/{session['id']}.0").json() == shown, "it is a number"
    by_token = stackone.http.post("/connect_sessions/authenticate", json={"token": session["token"]})
    assert (by_token.status_code, by_token.json()) == (201, shown)


def test_each_session_has_a_number_and_a_token_of_its_own(stackone: StackOne) -> None:
    one, other = stackone.session(), stackone.session()
    assert (one["id"], one["token"]) != (other["id"], other["token"])
    assert one["type"] == "production"


def test_an_unknown_session_or_token_is_404(stackone: StackOne) -> None:
    answers = [stackone.http.get(f"/connect_sessions/{number}") for number in ("0", "99", "x", "-1")]
    answers.append(stackone.http.post("/connect_sessions/authenticate", json={"token": "made-up"}))
    assert {answer.status_code for answer in answers} == {404}


FULL: dict[str, Any] = {
    **dict.fromkeys(("origin_username", "account_id", "integration_id", "provider_version", "label"), "x"),
    **dict.fromkeys(("multiple", "shared", "relink", "scopes"), True),
    "categories": ["hris"],
    "metadata": {},
    "expires_in": 1800.0,
    "type": "production",
    "provider": "employmenthero",
}


@pytest.mark.parametrize("name", [*FULL, "connector_profile_id"])
def test_every_documented_field_is_taken_and_may_be_null(stackone: StackOne, name: str) -> None:
    values: tuple[Any, ...] = (FULL.get(name, stackone.profile), None)
    for value in values:
        answer = stackone.http.post("/connect_sessions", json=stackone.body(**{name: value}))
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        *({"origin_owner_id": value} for value in (" ", None, 1)),
        *({"expires_in": value} for value in (0, "600", True, -1)),
        *({"type": value} for value in ("TEST", "PRODUCTION", ["test"])),
        *({"provider": value} for value in ("other", {"a": 1})),
        *(
            {name: 1}
            for name in ("origin_username", "label", "metadata", "multiple", "categories", "unknown")
        ),
    ],
    ids=str,
)
def test_a_wrong_field_is_422_and_makes_no_session(stackone: StackOne, wrong: dict[str, Any]) -> None:
    answer = stackone.http.post("/connect_sessions", json=stackone.body(**wrong))
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        [f"{next(iter(wrong))} is missing or not valid"],
    )
    assert stackone.stage.sessions == []


def test_a_session_needs_its_owner_a_known_profile_and_an_enabled_one(
    stage: Stage, stackone: StackOne
) -> None:
    bodies = [{"origin_owner_id": "x"}, stackone.body(connector_profile_id="unknown"), stackone.body()]
    httpx.post(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles/{stackone.profile}", data={})
    statuses = [stackone.http.post("/connect_sessions", json=body).status_code for body in bodies]
    assert (statuses, stage.sessions) == ([422, 404, 412], [])


def test_without_a_profile_the_default_one_is_taken(stage: Stage, stackone: StackOne) -> None:
    stackone.create("another", "anothers")
    stackone.http.patch(f"/connector_profiles/{stackone.profile}", json={"default": True})
    session = stackone.session(connector_profile_id=None)
    assert "authenticated" in stage.sign_in(session["auth_link_url"])
    (account,) = stackone.accounts()
    assert account["connector_profile_id"] == stackone.profile


def test_from_hub_to_a_linked_account(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(type="test", label="A label")
    walk(session["auth_link_url"])
    assert stackone.attempt(session) is None, "looking is no attempt"
    page = stage.sign_in(session["auth_link_url"])
    assert "Sample Pty Ltd" in page
    assert stackone.outcome(session) == ("authenticated", None)
    (newer,) = stackone.accounts()
    attempt = stackone.attempt(session)
    assert attempt is not None
    assert attempt["account_secure_id"] == newer["id"]
    assert (newer["connector"], newer["owner_id"], newer["status"]) == (
        "employmenthero",
        "an-owner",
        "active",
    )
    assert stackone.http.get(f"/v2/accounts/{newer['id']}").json() == newer
    older = stackone.http.get(f"/accounts/{newer['id']}").json()
    assert (older["provider"], older["origin_owner_id"], older["type"]) == (
        "employmenthero",
        "an-owner",
        "test",
    )
    (kept,) = (account["tokens"] for account in stage.accounts)
    seen = page + str((attempt, newer, older, stage.log()))
    assert not [kept[name] for name in ("access_token", "refresh_token") if kept[name] in seen]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2),
        ("?provider=employmenthero&status=active", 2),
        ("?origin_owner_id=an-owner", 1),
        ("?origin_owner_ids=an-owner,other", 2),
        ("?origin_owner_ids=other&origin_owner_ids=x", 1),
        ("?status=error", 0),
        ("?page=2.0&page_size=1", 1),
    ],
)
def test_accounts_are_listed_and_filtered(stackone: StackOne, query: str, found: int) -> None:
    stackone.linked()
    stackone.linked(origin_owner_id="other")
    assert len(stackone.http.get(f"/accounts{query}").json()) == found


def test_a_known_owner_edits_the_account_unless_several_are_wanted(stage: Stage, stackone: StackOne) -> None:
    first = stackone.linked()
    before = stage.accounts[0]["tokens"]
    again = stackone.session()
    assert again["account_id"] == first
    assert "Edit your account" in text_of(walk(again["auth_link_url"]))
    stage.sign_in(again["auth_link_url"])
    assert [account["id"] for account in stackone.accounts()] == [first]
    assert stage.accounts[0]["tokens"] != before
    assert stackone.linked(multiple=True) != first
    assert stackone.linked(origin_owner_name="Another") != first
    assert len(stackone.accounts()) == 3


def test_the_hub_says_whom_it_is_for_and_escapes_it(stackone: StackOne) -> None:
    page = walk(stackone.session()["auth_link_url"])
    assert "An <b>owner</b>" in text_of(page)
    assert "<b>" not in page.text


def test_a_refused_consent_is_cancelled_and_the_link_can_be_tried_again(
    stage: Stage, stackone: StackOne
) -> None:
    session = stackone.session()
    assert "cancelled" in stage.sign_in(session["auth_link_url"], consent=False)
    assert (stackone.outcome(session), stackone.accounts()) == (("cancelled", "access_denied"), [])
    walk(session["auth_link_url"], CONNECT)
    assert stackone.outcome(session) == ("pending", None)
    stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("authenticated", None)


def test_the_hub_itself_cancels_what_stays_pending(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    walk(session["auth_link_url"], CONNECT)
    assert stackone.outcome(session) == ("pending", None)
    with stage.records.change("stackone") as data:
        data["sessions"][-1]["started"] -= 300
    assert stackone.outcome(session) == ("cancelled", None)


def test_wrong_credentials_end_as_employment_hero_says(stage: Stage, stackone: StackOne) -> None:
    client_id = stage.environment["EH_CONNECT_CLIENT_ID"]
    stackone.send(client_id, "mistyped")
    session = stackone.session()
    assert "invalid_client" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("error", "invalid_client")
    stackone.send("mistyped", stage.environment["EH_CONNECT_CLIENT_SECRET"])
    assert "This application is not known" in stage.sign_in(session["auth_link_url"])
    assert (stackone.outcome(session), stackone.accounts()) == (("pending", None), [])


def test_a_wrong_redirect_uri_leaves_the_attempt_pending(stage: Stage, stackone: StackOne) -> None:
    place = portal_url("1", stage.employment_hero_url)
    edited = {"name": "Mine", "redirect_uri": f"{REDIRECT_URI}s"}
    httpx.post(f"{place}/{stage.environment['EH_CONNECT_CLIENT_ID']}", data=edited)
    session = stackone.session()
    assert "This redirect URI is not the application's" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("pending", None)


def test_without_pkce_every_link_fails(stackone: StackOne) -> None:
    session = stackone.session()
    asked = httpx.post(session["auth_link_url"]).headers["Location"]
    assert "PKCE" in text_of(walk(str(httpx.URL(asked).copy_remove_param("code_challenge"))))
    assert stackone.outcome(session) == ("error", "invalid_request")


@pytest.mark.parametrize(
    "fault",
    [
        *({"kind": kind, "match": TOKEN} for kind in ("status", "drop_after", "html", "redirect")),
        {"kind": "body", "body": "[1]", "match": TOKEN},
        {"kind": "body", "body": '{"access_token": "x", "refresh_token": "y"}', "match": TOKEN},
        {"kind": "drop", "match": ORGANISATIONS},
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
    assert (stackone.outcome(session), stackone.accounts()) == (("error", None), [])


def test_an_expired_link_says_so_and_records_nothing_more(stage: Stage, stackone: StackOne) -> None:
    session, other = stackone.session(), stackone.session()
    page = walk(session["auth_link_url"])
    consent = walk(other["auth_link_url"], CONNECT, "Sign in")
    stage.expire_sessions()
    with httpx.Client(follow_redirects=True) as person:
        late = [walk(session["auth_link_url"]), press(person, page, CONNECT), press(person, consent, "Allow")]
    assert [(each.status_code, "expired" in text_of(each)) for each in late] == [(404, True)] * 3
    assert (stackone.attempt(session), stackone.outcome(other)) == (None, ("pending", None))


def test_a_callback_counts_once_and_for_its_own_link_only(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session()
    end = walk(session["auth_link_url"], CONNECT, "Sign in", "Allow")
    for url in (str(end.url), f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?code=x&state=y"):
        page = httpx.get(url)
        assert (page.status_code, "This link can't be used" in text_of(page)) == (404, True)
    assert (stackone.outcome(session), len(stage.accounts)) == (("authenticated", None), 1)


def test_a_session_survives_a_restart(tmp_path: Path) -> None:
    with Stage(tmp_path / "kept") as stage:
        session = StackOne(stage).session()
    with Stage(tmp_path / "kept") as stage:
        assert "authenticated" in stage.sign_in(session["auth_link_url"])
