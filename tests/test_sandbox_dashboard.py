"""The sandbox's dashboard of StackOne, without a browser."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from werkzeug.test import Client

from eh_connect.sandbox.records import Records
from eh_connect.sandbox.stackone_dashboard import Dashboard

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.sandbox import Stage

NASTY = """</span><script>alert("x")</script>'&amp;{{name}}"""
PROFILES = "/connector_profiles"
CREDENTIALS = {"client_id": "an-id", "client_secret": "a-secret"}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path / "alone", stackone=1, employment_hero=2)


@pytest.fixture
def dashboard(records: Records) -> Client:
    return Client(Dashboard(records))


def only(records: Records) -> dict[str, Any]:
    (profile,) = records.data["profiles"]
    found: dict[str, Any] = profile
    return found


def test_the_dashboards_profile_is_the_apis_even_without_the_apis_writes(stage: Stage) -> None:
    stage.settings(writes="404")
    page = f"{stage.environment['STACKONE_APP_URL']}/connector_profiles"
    auth = (stage.environment["STACKONE_API_KEY"], "")
    assert httpx.post(page, data=CREDENTIALS, follow_redirects=True).status_code == 200
    (shown,) = httpx.get(f"{stage.stackone_url}/connector_profiles", auth=auth).json()["data"]
    assert (shown["name"], shown["connector_key"], shown["active"]) == (
        "Employment Hero",
        "employmenthero",
        True,
    )
    assert shown["id"] in httpx.get(page).text
    stage.enter_by_hand("newer")
    (after,) = httpx.get(f"{stage.stackone_url}/connector_profiles", auth=auth).json()["data"]
    assert after == shown | {"updated_at": after["updated_at"]}
    assert after["updated_at"] > shown["updated_at"]
    assert [profile["client_secret"] for profile in stage.profiles] == ["newer"]


def test_the_form_has_no_field_for_the_name_and_names_are_numbered(
    dashboard: Client, records: Records
) -> None:
    assert 'name="name"' not in dashboard.get(f"{PROFILES}/new").text
    for _ in range(3):
        assert dashboard.post(PROFILES, data=CREDENTIALS).status_code == 303
    names = [profile["shown"]["name"] for profile in records.data["profiles"]]
    assert names == ["Employment Hero", "Employment Hero 2", "Employment Hero 3"]


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_one_value_alone_is_refused(dashboard: Client, records: Records, missing: str, blank: str) -> None:
    answer = dashboard.post(PROFILES, data=CREDENTIALS | {missing: blank})
    assert (answer.status_code, "<li>Client ID and Client Secret are required</li>" in answer.text) == (
        422,
        True,
    )
    assert ("a-secret" in answer.text, records.data["profiles"]) == (False, [])


def test_actions_can_be_chosen_and_none_means_all(dashboard: Client, records: Records) -> None:
    chosen = ["employmenthero_list_employees", "employmenthero_list_teams"]
    dashboard.post(PROFILES, data=CREDENTIALS | {"actions": [*chosen, "unknown"]})
    assert only(records)["actions"] == chosen
    here = f"{PROFILES}/{only(records)['shown']['id']}"
    assert dashboard.get(here).text.count(" checked") == 3, "and Enabled"
    dashboard.post(here, data={"on": "active"})
    assert only(records)["actions"] is None


def test_what_is_left_blank_stays_and_the_same_secret_again_is_a_change(
    dashboard: Client, records: Records
) -> None:
    dashboard.post(PROFILES, data=CREDENTIALS)
    before = only(records)
    here = f"{PROFILES}/{before['shown']['id']}"
    assert 'id="client_secret" name="client_secret" type="password" autocomplete' in dashboard.get(here).text
    dashboard.post(here, data={"client_id": "", "client_secret": " ", "name": "", "on": "active"})
    assert only(records) == before
    dashboard.post(here, data={"client_id": "other", "on": "active"})
    assert (only(records)["client_id"], only(records)["client_secret"]) == ("other", "a-secret")
    changed = only(records)["shown"]["updated_at"]
    dashboard.post(here, data=CREDENTIALS | {"client_id": "other", "on": "active"})
    assert before["shown"]["updated_at"] < changed < only(records)["shown"]["updated_at"]


def test_a_profile_can_be_renamed_disabled_and_made_the_default(dashboard: Client, records: Records) -> None:
    dashboard.post(PROFILES, data=CREDENTIALS)
    here = f"{PROFILES}/{only(records)['shown']['id']}"
    dashboard.post(here, data={"name": NASTY, "on": "default"})
    shown = only(records)["shown"]
    assert (shown["name"], shown["active"], shown["default"]) == (NASTY, False, True)
    for page in (dashboard.get(PROFILES).text, dashboard.get(here).text):
        assert "<script>alert" not in page
        assert NASTY in html.unescape(page)
    assert "Disabled" in dashboard.get(PROFILES).text
