"""The rehearsal's linked accounts: refreshed when they are listed, and deleted."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import httpx
import pytest

from eh_connect.employment_hero.portal import OrgId, portal_url
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Stage

TOKEN = {"path": "/oauth2/token"}


@pytest.fixture
def stackone(stage: Stage) -> Iterator[StackOne]:
    stackone = StackOne(stage)
    yield stackone
    stackone.http.close()


def test_an_account_whose_token_lives_is_not_refreshed(stackone: StackOne) -> None:
    stackone.linked()
    before = stackone.refreshes()
    assert [account["status"] for account in stackone.accounts()] == ["active"]
    assert stackone.refreshes() == before


def test_an_expired_token_is_refreshed_when_accounts_are_listed(stage: Stage, stackone: StackOne) -> None:
    account_id = stackone.linked()
    for _ in range(3):
        stage.expire_tokens()
        before = stage.prepared.rehearsal.records.data["tokens"][account_id]["refresh_token"]
        assert [account["status"] for account in stackone.accounts()] == ["active"]
        assert stage.prepared.rehearsal.records.data["tokens"][account_id]["refresh_token"] != before
    assert stackone.refreshes() == 4


def test_two_who_list_at_the_same_time_refresh_once(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    stage.expire_tokens()
    before = stackone.refreshes()
    seen: list[str] = []

    def listing() -> None:
        with httpx.Client(base_url=stage.stackone_url, auth=stackone.http.auth) as http:
            seen.extend(account["status"] for account in http.get("/v2/accounts").json()["data"])

    threads = [threading.Thread(target=listing) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["active"] * 6
    assert stackone.refreshes() == before + 1


def renewed(stage: Stage) -> str:
    """A new secret, made in the portal."""
    place = portal_url(OrgId("1"), stage.employment_hero_url)
    httpx.post(f"{place}/{stage.environment['EH_CONNECT_CLIENT_ID']}/secret")
    return str(stage.prepared.rehearsal.records.data["ready"]["client_secret"])


@pytest.mark.parametrize(("old_secret", "meanwhile"), [("dies", "error"), ("lives", "active")])
def test_a_renewed_secret_stops_refreshes_until_the_profile_has_it(
    stage: Stage, stackone: StackOne, old_secret: str, meanwhile: str
) -> None:
    stage.settings(old_secret=old_secret)
    stackone.linked()
    newer = renewed(stage)
    assert [account["status"] for account in stackone.accounts()] == ["active"], "its token lives"
    stage.expire_tokens()
    assert [account["status"] for account in stackone.accounts()] == [meanwhile]
    stackone.send_pair(stage.environment["EH_CONNECT_CLIENT_ID"], newer)
    stage.expire_tokens()
    assert [account["status"] for account in stackone.accounts()] == ["active"]


def test_another_application_kills_the_refresh_tokens(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    stage.register("another", "anothers")
    stackone.send_pair("another", "anothers")
    stage.expire_tokens()
    assert [account["status"] for account in stackone.accounts()] == ["error"]


def test_no_answer_is_no_refusal(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    stage.expire_tokens()
    for kind in ("status", "drop", "html"):
        stage.faults({"kind": kind, "match": TOKEN}, employment_hero=True)
        assert [account["status"] for account in stackone.accounts()] == ["active"]
    before = stackone.refreshes()
    assert [account["status"] for account in stackone.accounts()] == ["active"]
    assert stackone.refreshes() == before + 1


def test_a_refresh_whose_answer_was_lost_costs_the_account(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    stage.expire_tokens()
    stage.faults({"kind": "drop_after", "match": TOKEN}, employment_hero=True)
    assert [account["status"] for account in stackone.accounts()] == ["active"]
    assert [account["status"] for account in stackone.accounts()] == ["error"]


def test_only_the_listed_accounts_are_refreshed(stage: Stage, stackone: StackOne) -> None:
    stackone.linked()
    stage.expire_tokens()
    before = stackone.refreshes()
    listed = stackone.http.get("/v2/accounts", params={"connector_profile_id": "another"})
    assert listed.json()["data"] == []
    assert stackone.refreshes() == before


def test_an_account_can_be_deleted_once(stage: Stage, stackone: StackOne) -> None:
    kept, gone = stackone.linked(), stackone.linked()
    assert stackone.http.delete(f"/accounts/{gone}").status_code == 200
    assert stackone.http.delete(f"/accounts/{gone}").status_code == 404
    assert [account["id"] for account in stackone.accounts()] == [kept]
    assert list(stage.prepared.rehearsal.records.data["tokens"]) == [kept]


def test_an_account_without_tokens_can_be_deleted_too(stage: Stage, stackone: StackOne) -> None:
    stage.link_account(stackone.profile)
    assert stackone.http.delete("/accounts/1").status_code == 200
    assert stage.accounts == []


def test_a_read_only_key_deletes_nothing(stage: Stage, stackone: StackOne) -> None:
    account_id = stackone.linked()
    answer = stackone.http.delete(f"/accounts/{account_id}", auth=(stage.read_only_key, ""))
    assert answer.status_code == 403
    assert len(stage.accounts) == 1
