"""From a connect session to a linked account that is kept alive, in the sandbox's StackOne. All is judged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx

from eh_connect.stackone.models import REDIRECT_URI
from tests.support.sandbox import Stage, press, text_of, walk

if TYPE_CHECKING:
    from tests.support.stackone_side import StackOne

CONNECT = "Connect Employment Hero"
TOKEN = {"path": "/oauth2/token"}
ORGANISATIONS = {"path": "/api/v1/organisations"}


def test_a_session_is_shown_without_its_token(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(type="test", label="A label", metadata={"a": 1}, multiple=False)
    assert session["auth_link_url"].startswith(f"{stage.stackone_url}/")
    assert session["token"] in session["auth_link_url"]
    assert (session["type"], session["label"], session["metadata"]) == ("test", "A label", {"a": 1})
    shown = {name: session[name] for name in session.keys() - {"token", "auth_link_url"}}
    for spelling in (f"{session['id']}", f"{session['id']}.0"):
        assert stackone.get(f"/connect_sessions/{spelling}") == shown
    assert stackone.done("POST", "/connect_sessions/authenticate", {"token": session["token"]}) == shown
    other = stackone.session()
    assert (other["id"], other["token"], other["type"]) != (session["id"], session["token"], "test")
    for number in ("0", "99", "x", "-1"):
        assert stackone.refused("GET", f"/connect_sessions/{number}") == 404
    assert stackone.refused("POST", "/connect_sessions/authenticate", {"token": "made-up"}) == 404


def test_every_documented_field_is_taken_and_may_be_null(stackone: StackOne) -> None:
    texts = ("origin_username", "account_id", "integration_id", "provider_version", "label")
    fields: dict[str, Any] = {
        **dict.fromkeys(texts, "x"),
        **dict.fromkeys(("multiple", "shared", "relink", "scopes"), True),
        "categories": ["hris"],
        "metadata": {},
        "expires_in": 1800.0,
        "type": "production",
        "provider": "employmenthero",
        "connector_profile_id": stackone.profile,
    }
    for name, value in fields.items():
        for sent in (value, None):
            stackone.session(**{name: sent})


def test_a_wrong_field_is_422_and_makes_no_session(stackone: StackOne) -> None:
    no_numbers = ("origin_username", "label", "metadata", "multiple", "categories", "unknown")
    wrong: dict[str, tuple[Any, ...]] = {
        "origin_owner_id": (" ", None, 1),
        "expires_in": (0, "600", True, -1),
        "type": ("TEST", "PRODUCTION", ["test"]),
        "provider": ("other", {"a": 1}),
        **dict.fromkeys(no_numbers, (1,)),
    }
    for name, values in wrong.items():
        for value in values:
            answer = stackone.http.post("/connect_sessions", json=stackone.body(**{name: value}))
            assert answer.status_code == 422
            assert f"{name}`" in answer.json()["errors"][0]
    assert stackone.stage.sessions == []


def test_a_session_needs_its_owner_a_known_profile_and_an_enabled_one(
    stage: Stage, stackone: StackOne
) -> None:
    bodies = [{"origin_owner_id": "x"}, stackone.body(connector_profile_id="unknown"), stackone.body()]
    stackone.disable()
    statuses = [stackone.refused("POST", "/connect_sessions", body) for body in bodies]
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
    attempt = stackone.attempt(session)
    assert attempt["account_secure_id"] == newer["id"]
    its = {"connector": "employmenthero", "owner_id": "an-owner", "status": "active"}
    assert its.items() <= newer.items()
    assert stackone.get(f"/v2/accounts/{newer['id']}") == newer
    older = stackone.get(f"/accounts/{newer['id']}")
    its = {"provider": "employmenthero", "origin_owner_id": "an-owner", "type": "test"}
    assert its.items() <= older.items()
    (kept,) = (account["tokens"] for account in stage.accounts)
    seen = page + str((attempt, newer, older, stage.requests()))
    assert not [kept[name] for name in ("access_token", "refresh_token") if kept[name] in seen]


def test_without_a_profile_the_default_one_is_taken(stackone: StackOne) -> None:
    stackone.create(name="Another")
    stackone.patch(stackone.profile, default=True)
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


def test_a_fault_of_employment_hero_is_an_error_without_a_code(stage: Stage, stackone: StackOne) -> None:
    session, half = stackone.session(), '{"access_token": "x", "refresh_token": "y"}'
    faults: tuple[dict[str, Any], ...] = (
        *({"kind": kind, "match": TOKEN} for kind in ("status", "drop_after", "html", "redirect")),
        *({"kind": "body", "body": body, "match": TOKEN} for body in ("[1]", half)),
        {"kind": "drop", "match": ORGANISATIONS},
        {"kind": "body", "body": '{"data": {"items": []}}', "match": ORGANISATIONS},
    )
    for fault in faults:
        stage.faults(fault, employment_hero=True)
        assert "error" in stage.sign_in(session["auth_link_url"])
        assert (stackone.outcome(session), stackone.accounts()) == (("error", None), [])


def test_an_expired_link_says_so_and_a_callback_counts_once_and_for_its_own_link(
    stage: Stage, stackone: StackOne
) -> None:
    done, session, other = (stackone.session() for _ in range(3))
    end = walk(done["auth_link_url"], CONNECT, "Sign in", "Allow")
    callback = f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?code=x&state=y"
    late = [httpx.get(url) for url in (str(end.url), callback)]
    page, consent = walk(session["auth_link_url"]), walk(other["auth_link_url"], CONNECT, "Sign in")
    stage.expire_sessions()
    with httpx.Client(follow_redirects=True) as person:
        late += [press(person, page, CONNECT), press(person, consent, "Allow")]
    late.append(walk(session["auth_link_url"]))
    seen = {(each.status_code, "This link can't be used" in text_of(each)) for each in late}
    assert (seen, len(stage.accounts)) == ({(404, True)}, 1)
    outcomes = [stackone.outcome(each) for each in (done, other)]
    assert (stackone.attempt(session), outcomes) == (None, [("authenticated", None), ("pending", None)])


# Linked accounts


def test_an_expired_token_is_refreshed_once_for_an_action_and_for_all_who_list(
    stage: Stage, stackone: StackOne
) -> None:
    stackone.linked()
    tokens = "POST /oauth2/token"
    assert (stackone.status(), stage.requests(employment_hero=True).count(tokens)) == ("active", 1), (
        "it lives"
    )
    for _ in range(2):
        (before,) = stage.accounts
        stage.expire_tokens()
        answer = stackone.run(before["shown"]["id"])
        assert (answer.status_code, "Kim Sample" in answer.text) == (200, True)
        assert stage.accounts[0]["tokens"]["refresh_token"] != before["tokens"]["refresh_token"]
    stage.expire_tokens()
    with ThreadPoolExecutor(6) as pool:
        statuses = [each.result() for each in [pool.submit(stackone.status) for _ in range(6)]]
    assert (statuses, stage.requests(employment_hero=True).count(tokens)) == (["active"] * 6, 4)


def test_a_renewed_secret_and_another_application_stop_refreshes(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    httpx.post(f"{stage.application_url}/secret")
    stage.expire_tokens()
    assert stackone.status() == "error"
    (account,) = stackone.accounts()
    assert account["status_reasons"] != []
    ready = (stage.environment["EH_CONNECT_CLIENT_ID"], stage.environment["EH_CONNECT_CLIENT_SECRET"])
    stage.register("another", "anothers")
    for pair, status in ((ready, "active"), (("another", "anothers"), "error")):
        stackone.send(*pair)
        stage.expire_tokens()
        assert stackone.status() == status


def test_no_answer_is_no_refusal_but_a_lost_one_costs_the_account(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    stage.expire_tokens()
    for kind in ("status", "drop", "html", "drop_after"):
        stage.faults({"kind": kind, "match": TOKEN}, employment_hero=True)
        assert stackone.status() == "active"
    assert stackone.status() == "error"


def test_accounts_are_listed_and_filtered(stackone: StackOne) -> None:
    one, other = stackone.linked(), stackone.linked(origin_owner_id="other")
    for query, found in {
        "": [one, other],
        "?provider=employmenthero&status=active": [one, other],
        "?origin_owner_id=an-owner": [one],
        "?origin_owner_ids=an-owner,other": [one, other],
        "?origin_owner_ids=other&origin_owner_ids=x": [other],
        "?status=error": [],
        "?page=2.0&page_size=1": [other],
    }.items():
        assert [account["id"] for account in stackone.get(f"/accounts{query}")] == found


def test_an_account_is_deleted_once_and_shown_then(stage: Stage, stackone: StackOne) -> None:
    kept, gone = stackone.linked(), stage.link_account(stackone.profile)
    assert stackone.done("DELETE", f"/accounts/{gone}", {})["id"] == gone
    assert stackone.refused("DELETE", f"/accounts/{gone}") == 404
    assert [account["id"] for account in stackone.accounts()] == [kept]


def test_an_action_is_judged_before_it_runs(stackone: StackOne) -> None:
    account = {"x-account-id": stackone.linked()}
    usual: dict[str, Any] = {"json": {"action": "employmenthero_list_employees"}, "headers": account}
    for status, change in (
        (400, {"headers": {}}),
        (400, {"json": {}}),
        (400, {"json": {"action": 1}}),
        (400, {"json": {"action": "employmenthero_list_teams", "query": []}}),
        (404, {"json": {"action": "employmenthero_list_nothing"}}),
        (404, {"json": {"action": "samplehr_list_people"}}),
        (404, {"headers": {"x-account-id": "unknown"}}),
        (401, {"auth": ("unknown", "")}),
        (200, {"json": {"action": "employmenthero_get_employee", "path": {"id": "1"}, "body": None}}),
    ):
        assert stackone.http.post("/actions/rpc", **{**usual, **change}).status_code == status, change


def test_actions_need_a_scope_an_enabled_profile_and_an_account_that_works(
    stage: Stage, stackone: StackOne
) -> None:
    linked = stackone.linked()
    refused = stackone.run(linked, "employmenthero_list_payslips")
    (error,) = refused.json()["provider_errors"]
    assert (refused.status_code, error["status"], error["raw"]["error"]) == (403, 403, "insufficient_scope")
    assert stackone.run(stage.link_account(stackone.profile, "error")).status_code == 401
    stackone.disable()
    assert stackone.run(linked).status_code == 412


def test_what_employment_hero_answers_comes_through(stage: Stage, stackone: StackOne) -> None:
    account_id = stackone.linked()
    failed: dict[str, Any] = {"kind": "status", "match": {"path": "/api/v1/employees"}}
    for fault, status in (
        ({"kind": "drop"}, 502),
        ({"kind": "html"}, 502),
        ({"status": 429}, 429),
        ({}, 500),
    ):
        stage.faults({**failed, **fault}, employment_hero=True)
        assert stackone.run(account_id).status_code == status
