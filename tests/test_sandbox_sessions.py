"""From a connect session to a linked account, in the sandbox's StackOne. Every answer is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect.stackone.models import REDIRECT_URI
from tests.support.sandbox import Stage, press, text_of, walk
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    for spelling in (f"{session['id']}", f"{session['id']}.0"):
        assert stackone.http.get(f"/connect_sessions/{spelling}").json() == shown
    by_token = stackone.http.post("/connect_sessions/authenticate", json={"token": session["token"]})
    assert (by_token.status_code, by_token.json()) == (201, shown)
    other = stackone.session()
    assert (other["id"], other["token"], other["type"]) != (session["id"], session["token"], "test")
    unknown = [stackone.http.get(f"/connect_sessions/{number}") for number in ("0", "99", "x", "-1")]
    unknown.append(stackone.http.post("/connect_sessions/authenticate", json={"token": "made-up"}))
    assert {answer.status_code for answer in unknown} == {404}


def test_every_documented_field_is_taken_and_may_be_null(stackone: StackOne) -> None:
    texts = ("origin_username", "account_id", "integration_id", "provider_version", "label")
    fields: dict[str, Any] = {
        **dict.fromkeys(texts, "x"),
        **dict.fromkeys(("multiple", "shared", "relink", "scopes"), True),
        "categories": ["hris"], "metadata": {}, "expires_in": 1800.0, "type": "production",
        "provider": "employmenthero", "connector_profile_id": stackone.profile,
    }
    for name, value in fields.items():
        for sent in (value, None):
            answer = stackone.http.post("/connect_sessions", json=stackone.body(**{name: sent}))
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
    problem = f"{next(iter(wrong))} is missing or not valid"
    assert (answer.status_code, answer.json()["errors"]) == (422, [problem])
    assert stackone.stage.sessions == []


def test_a_session_needs_its_owner_a_known_profile_and_an_enabled_one(
    stage: Stage, stackone: StackOne
) -> None:
    bodies = [{"origin_owner_id": "x"}, stackone.body(connector_profile_id="unknown"), stackone.body()]
    stackone.disable()
    statuses = [stackone.http.post("/connect_sessions", json=body).status_code for body in bodies]
    assert (statuses, stage.sessions) == ([422, 404, 412], [])


def test_from_hub_to_a_linked_account(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(type="test", label="A label")
    hub = walk(session["auth_link_url"])
    assert ("An <b>owner</b>" in text_of(hub), "<b>" in hub.text) == (True, False)
    assert stackone.attempt(session) is None, "looking is no attempt"
    page = stage.sign_in(session["auth_link_url"])
    assert "Sample Pty Ltd" in page
    assert stackone.outcome(session) == ("authenticated", None)
    (newer,) = stackone.accounts()
    attempt = stackone.attempt(session) or {}
    assert attempt["account_secure_id"] == newer["id"]
    assert {
        "connector": "employmenthero",
        "owner_id": "an-owner",
        "status": "active",
    }.items() <= newer.items()
    assert stackone.http.get(f"/v2/accounts/{newer['id']}").json() == newer
    older = stackone.http.get(f"/accounts/{newer['id']}").json()
    its = {"provider": "employmenthero", "origin_owner_id": "an-owner", "type": "test"}
    assert its.items() <= older.items()
    (kept,) = (account["tokens"] for account in stage.accounts)
    seen = page + str((attempt, newer, older, stage.log()))
    assert not [kept[name] for name in ("access_token", "refresh_token") if kept[name] in seen]


def test_without_a_profile_the_default_one_is_taken(stackone: StackOne) -> None:
    stackone.create("another", "anothers")
    stackone.http.patch(f"/connector_profiles/{stackone.profile}", json={"default": True})
    assert stackone.linked(connector_profile_id=None)
    assert [account["connector_profile_id"] for account in stackone.accounts()] == [stackone.profile]


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


def test_wrong_values_end_as_employment_hero_says(stage: Stage, stackone: StackOne) -> None:
    client_id, secret = (stage.environment[f"EH_CONNECT_CLIENT_{name}"] for name in ("ID", "SECRET"))
    stackone.send(client_id, "mistyped")
    session = stackone.session()
    assert "invalid_client" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("error", "invalid_client")
    stackone.send("mistyped", secret)
    assert "This application is not known" in stage.sign_in(session["auth_link_url"])
    assert stackone.outcome(session) == ("pending", None)
    with stage.records.change("stackone") as data:
        data["sessions"][-1]["started"] -= 300
    assert stackone.outcome(session) == ("cancelled", None), "the Hub gives up what stays pending"
    stackone.send(client_id, secret)
    asked = httpx.post(session["auth_link_url"]).headers["Location"]
    assert "PKCE" in text_of(walk(str(httpx.URL(asked).copy_remove_param("code_challenge"))))
    assert stackone.outcome(session) == ("error", "invalid_request")
    httpx.post(stage.application_url, data={"name": "Mine", "redirect_uri": f"{REDIRECT_URI}s"})
    assert "This redirect URI is not the application's" in stage.sign_in(session["auth_link_url"])
    assert (stackone.outcome(session), stackone.accounts()) == (("pending", None), [])


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


def test_an_expired_link_says_so_and_a_callback_counts_once_and_for_its_own_link(
    stage: Stage, stackone: StackOne
) -> None:
    done, session, other = (stackone.session() for _ in range(3))
    end = walk(done["auth_link_url"], CONNECT, "Sign in", "Allow")
    page, consent = walk(session["auth_link_url"]), walk(other["auth_link_url"], CONNECT, "Sign in")
    stage.expire_sessions()
    with httpx.Client(follow_redirects=True) as person:
        late = [walk(session["auth_link_url"]), press(person, page, CONNECT), press(person, consent, "Allow")]
    callback = f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?code=x&state=y"
    late += [httpx.get(str(end.url)), httpx.get(callback)]
    assert [(each.status_code, "This link can't be used" in text_of(each)) for each in late] == [
        (404, True)
    ] * 5
    assert [stackone.attempt(each) and stackone.outcome(each)[0] for each in (session, other, done)] == [
        None,
        "pending",
        "authenticated",
    ]
