"""Linked accounts in the sandbox's StackOne: their tokens are kept fresh, and actions run with them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Stage

TOKEN = {"path": "/oauth2/token"}


@pytest.fixture
def stackone(stage: Stage) -> Iterator[StackOne]:
    stackone = StackOne(stage)
    yield stackone
    stackone.http.close()


def test_an_expired_token_is_refreshed_once_for_an_action_and_for_all_who_list(
    stage: Stage, stackone: StackOne
) -> None:
    stackone.linked()
    assert (stackone.status(), stackone.refreshes()) == ("active", 1), "its token lives"
    for _ in range(2):
        (before,) = stage.accounts
        stage.expire_tokens()
        answer = stackone.run(before["shown"]["id"])
        assert (answer.status_code, "Kim Sample" in answer.text) == (200, True)
        assert stage.accounts[0]["tokens"]["refresh_token"] != before["tokens"]["refresh_token"]
    stage.expire_tokens()
    with ThreadPoolExecutor(6) as pool:
        statuses = [each.result() for each in [pool.submit(stackone.status) for _ in range(6)]]
    assert (statuses, stackone.refreshes()) == (["active"] * 6, 4)


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
        assert [account["id"] for account in stackone.http.get(f"/accounts{query}").json()] == found


def test_an_account_is_deleted_once_and_shown_then(stage: Stage, stackone: StackOne) -> None:
    kept, gone = stackone.linked(), stage.link_account(stackone.profile)
    deleted = stackone.http.request("DELETE", f"/accounts/{gone}", json={})
    assert (deleted.status_code, deleted.json()["id"]) == (200, gone)
    assert stackone.http.delete(f"/accounts/{gone}").status_code == 404
    assert [account["id"] for account in stackone.accounts()] == [kept]


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (400, {"headers": {}}),
        (400, {"json": {}}),
        (400, {"json": {"action": 1}}),
        (400, {"json": {"action": "employmenthero_list_teams", "query": []}}),
        (404, {"json": {"action": "employmenthero_list_nothing"}}),
        (404, {"json": {"action": "samplehr_list_people"}}),
        (404, {"headers": {"x-account-id": "unknown"}}),
        (401, {"auth": ("unknown", "")}),
        (200, {"json": {"action": "employmenthero_get_employee", "path": {"id": "1"}, "body": None}}),
    ],
    ids=str,
)
def test_an_action_is_judged_before_it_runs(stackone: StackOne, status: int, change: dict[str, Any]) -> None:
    account_id = stackone.linked()
    usual = {"json": {"action": "employmenthero_list_employees"}, "headers": {"x-account-id": account_id}}
    assert stackone.http.post("/actions/rpc", **(usual | change)).status_code == status


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
