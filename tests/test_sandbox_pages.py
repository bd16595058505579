"""The pages of the rehearsal: Employment Hero's portal and StackOne's dashboard, without a browser."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from eh_connect.employment_hero.portal import OrgId, portal_url
from eh_connect.employment_hero.scopes import CARDS
from eh_connect.sandbox.employment_hero_oauth import EmploymentHeroOAuth
from eh_connect.sandbox.employment_hero_portal import Portal
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.stackone_dashboard import Dashboard
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.rehearsal import Stage

API = "/v2/organisations/12345/developer_portal/api"
NASTY = """</span><script>alert("x")</script>'&amp;"""
FORM: dict[str, Any] = {
    "name": "Mine",
    "redirect_uri": REDIRECT_URI,
    "scope": ["Teams/Read", "Policies/Read"],
}
PROFILES = "/connector_profiles"
PAIR = {"client_id": "an-id", "client_secret": "a-secret"}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path, stackone=1, employment_hero=2)


@pytest.fixture
def portal(records: Records) -> Client:
    return Client(Portal(records))


@pytest.fixture
def dashboard(records: Records) -> Client:
    return Client(Dashboard(records))


def problems(answer: TestResponse) -> list[str]:
    """What a refused form complains of."""
    assert answer.status_code == 422, answer.text
    found = re.search(r'<div id="problems" role="alert">(.*?)</div>', answer.text, re.DOTALL)
    assert found is not None
    return re.findall("<li>(.*?)</li>", found[1])


def value(answer: TestResponse, name: str) -> str:
    """What a field holds."""
    found = re.search(rf'<input id="{name}"[^>]* value="([^"]*)"', answer.text)
    assert found is not None, answer.text
    return html.unescape(found[1])


def create(portal: Client, **changed: Any) -> TestResponse:
    """Create an application; the page that follows."""
    answer = portal.post(API, data=FORM | changed)
    assert answer.status_code == 303, answer.text
    return portal.get(answer.headers["Location"].removeprefix("/app"))


def judged(records: Records, client_id: str, client_secret: str) -> str:
    """What the token endpoint says of a pair."""
    form = {"client_id": client_id, "client_secret": client_secret, "grant_type": "refresh_token"}
    answer: Any = Client(EmploymentHeroOAuth(records)).post(
        "/oauth2/token", data={**form, "refresh_token": "x"}
    )
    error: str = answer.json["error"]
    return error


@pytest.mark.parametrize("place", ["", "/new", "/review", "/unknown"])
def test_every_page_of_the_portal_says_what_it_is(portal: Client, place: str) -> None:
    answer = portal.get(API + place)
    assert "Rehearsal: a stand-in on this machine. This is not Employment Hero" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("place", ["", "/new", "/unknown"])
def test_every_page_of_the_dashboard_says_what_it_is(dashboard: Client, place: str) -> None:
    assert "This is not StackOne; all data is made up." in dashboard.get(PROFILES + place).text


@pytest.mark.parametrize("org", ["1", "0b9e8dbe-6f8c-4f0c-9a6e-2f6f6a3f2d11", "made up"])
def test_any_organisation_has_the_portal(portal: Client, org: str) -> None:
    answer = portal.get(portal_url(OrgId(org), "").removeprefix("/app"))
    assert answer.status_code == 200
    assert "StackOne Integration" in answer.text
    assert "Add Application" in answer.text


def test_the_form_offers_every_card_and_box(portal: Client) -> None:
    page = html.unescape(portal.get(f"{API}/new").text)
    for card in CARDS:
        assert f"<legend>{card.name}</legend>" in page
        assert all(f'value="{card.name}/{box}"' in page for box in card.boxes)
    assert page.count('type="checkbox"') == sum(len(card.boxes) for card in CARDS)


def test_the_review_lists_the_strings_and_creates_nothing(portal: Client, records: Records) -> None:
    before = records.data
    page = portal.get(f"{API}/review", query_string=FORM | {"scope": ["Employees/Read", "Positions/Update"]})
    assert page.status_code == 200
    for text in (
        "teams:employees:list",
        "Positions/Update (string unknown)",
        "cannot be modified",
        REDIRECT_URI,
    ):
        assert text in page.text
    assert records.data == before


def test_a_created_application_is_known_to_the_token_endpoint(portal: Client, records: Records) -> None:
    page = create(portal)
    assert "Application Created Successfully!" in page.text
    client_id, secret = value(page, "client_id"), value(page, "client_secret")
    assert len(client_id) == len(secret) == 43
    assert judged(records, client_id, secret) == "invalid_grant"
    assert judged(records, client_id, "wrong") == "invalid_client"
    assert records.data["applications"][-1]["scopes"] == ["policies:list", "teams:list"]


WRONG = [
    ({"name": ""}, "Application Name is required"),
    ({"name": "  "}, "Application Name is required"),
    ({"scope": []}, "Select at least one scope"),
    ({"scope": ["Teams/Delete"]}, "There is no such scope"),
    ({"scope": ["Teams/Read", "x"]}, "There is no such scope"),
    *(
        ({"redirect_uri": uri}, "Redirect URI must be an HTTPS address")
        for uri in (
            "",
            "http://example.org/x",
            "example.org",
            "https://",
            "https://[",
            "https://a\nb",
            "ftp://x",
        )
    ),
    *(
        ({"redirect_uri": uri}, "Redirect URI must not lead to localhost or 127.0.0.1")
        for uri in (
            "https://localhost/x",
            "https://LOCALHOST:8443",
            "https://127.0.0.1:1/x",
            "https://u@localhost",
        )
    ),
]


@pytest.mark.parametrize(("wrong", "problem"), WRONG, ids=str)
def test_a_wrong_form_is_refused_at_the_review_and_at_the_creation(
    portal: Client, records: Records, wrong: dict[str, Any], problem: str
) -> None:
    before = records.data
    assert problem in problems(portal.get(f"{API}/review", query_string=FORM | wrong))
    assert problem in problems(portal.post(API, data=FORM | wrong))
    assert records.data == before


def test_an_empty_form_is_told_all_its_problems_at_once(portal: Client) -> None:
    assert len(problems(portal.get(f"{API}/review"))) == 3


def test_a_refused_form_keeps_what_was_entered(portal: Client) -> None:
    page = portal.get(f"{API}/review", query_string=FORM | {"name": NASTY, "redirect_uri": "x"})
    assert (value(page, "name"), value(page, "redirect_uri")) == (NASTY, "x")
    assert page.text.count(" checked") == 2
    assert "2 scopes selected" in page.text


def test_what_was_entered_is_escaped_everywhere(portal: Client, records: Records) -> None:
    create(portal, name=NASTY)
    client_id = records.data["applications"][-1]["client_id"]
    pages = [
        portal.get(API),
        portal.get(f"{API}/review", query_string=FORM | {"name": NASTY, "redirect_uri": "x"}),
    ]
    pages += [
        portal.get(f"{API}/review", query_string=FORM | {"name": NASTY}),
        portal.get(f"{API}/{client_id}"),
    ]
    for page in pages:
        assert "<script>alert" not in page.text
        assert NASTY in html.unescape(page.text)


def test_name_and_redirect_uri_can_be_edited_and_scopes_cannot(portal: Client, records: Records) -> None:
    create(portal)
    before = records.data["applications"][-1]
    edited = {
        "name": " New ",
        "redirect_uri": "https://example.org/x",
        "scope": ["Payslips/Read"],
        "scopes": "x",
    }
    here = f"{API}/{before['client_id']}"
    assert portal.post(here, data=edited | {"client_id": "x", "client_secrets": "x"}).status_code == 303
    assert records.data["applications"][-1] == before | {
        "name": "New",
        "redirect_uri": "https://example.org/x",
    }
    page = portal.get(here).text
    assert "teams:list" in page
    assert 'type="checkbox"' not in page


def test_a_wrong_edit_is_refused_and_changes_nothing(portal: Client, records: Records) -> None:
    before = records.data
    here = f"{API}/{before['ready']['client_id']}"
    answer = portal.post(here, data={"name": "", "redirect_uri": "https://localhost"})
    assert len(problems(answer)) == 2
    assert value(answer, "redirect_uri") == "https://localhost"
    assert records.data == before


@pytest.mark.parametrize(("setting", "fate"), [("dies", "invalid_client"), ("lives", "invalid_grant")])
def test_a_new_secret_is_right_at_once_and_the_old_one_as_set(
    portal: Client, records: Records, setting: str, fate: str
) -> None:
    records.set({"old_secret": setting})
    page = create(portal)
    client_id, old = value(page, "client_id"), value(page, "client_secret")
    assert portal.post(f"{API}/{client_id}/secret").status_code == 303
    new = value(portal.get(f"{API}/{client_id}"), "client_secret")
    assert new != old
    assert judged(records, client_id, new) == "invalid_grant"
    assert judged(records, client_id, old) == fate


def test_the_ready_pair_stays_right_after_a_new_secret(portal: Client, records: Records) -> None:
    portal.post(f"{API}/{records.data['ready']['client_id']}/secret")
    assert judged(records, **records.data["ready"]) == "invalid_grant"


@pytest.mark.parametrize(("method", "place"), [("GET", ""), ("POST", ""), ("POST", "/secret")])
def test_an_unknown_application_is_not_found(portal: Client, method: str, place: str) -> None:
    assert portal.open(f"{API}/unknown{place}", method=method, data=FORM).status_code == 404


def test_nothing_is_changed_by_looking(portal: Client, dashboard: Client) -> None:
    assert portal.get(f"{API}/x/secret").status_code == 405
    assert dashboard.delete(PROFILES).status_code == 405


texts = st.text(max_size=30)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # speed is not what is tested
@given(
    form=st.dictionaries(st.sampled_from(["name", "redirect_uri", "scope"]), texts | st.just("Teams/Read"))
)
def test_any_form_is_judged_and_answered(form: dict[str, str]) -> None:
    class Unchanging(Records):
        def __init__(self) -> None:
            self._data: dict[str, Any] = {"applications": []}

    answer = Client(Portal(Unchanging())).get(f"{API}/review", query_string=form)
    assert answer.status_code in {200, 422}


def only(records: Records) -> dict[str, Any]:
    (profile,) = records.data["profiles"]
    found: dict[str, Any] = profile
    return found


def test_the_dashboards_profile_is_the_apis(stage: Stage) -> None:
    page = f"{stage.environment['STACKONE_APP_URL']}/connector_profiles"
    auth = (stage.environment["STACKONE_API_KEY"], "")
    assert httpx.post(page, data=PAIR, follow_redirects=True).status_code == 200
    (shown,) = httpx.get(f"{stage.stackone_url}/connector_profiles", auth=auth).json()["data"]
    assert (shown["name"], shown["connector_key"], shown["active"]) == (
        "Employment Hero",
        "employmenthero",
        True,
    )
    assert shown["created_at"] == shown["updated_at"]
    assert shown["id"] in httpx.get(page).text
    httpx.post(f"{page}/{shown['id']}", data={"client_secret": "newer", "on": "active"})
    (after,) = httpx.get(f"{stage.stackone_url}/connector_profiles", auth=auth).json()["data"]
    assert after == shown | {"updated_at": after["updated_at"]}
    assert after["updated_at"] > shown["updated_at"]


def test_without_the_apis_writes_the_dashboard_still_creates(stage: Stage) -> None:
    stage.settings(writes="404")
    httpx.post(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles", data=PAIR)
    assert [profile["client_secret"] for profile in stage.profiles] == ["a-secret"]
    assert "a-secret" not in str(stage.log())


def test_the_form_has_no_field_for_the_name_and_names_are_numbered(
    dashboard: Client, records: Records
) -> None:
    assert 'name="name"' not in dashboard.get(f"{PROFILES}/new").text
    for _ in range(3):
        assert dashboard.post(PROFILES, data=PAIR).status_code == 303
    names = [profile["shown"]["name"] for profile in records.data["profiles"]]
    assert names == ["Employment Hero", "Employment Hero 2", "Employment Hero 3"]
    assert len({profile["shown"]["id"] for profile in records.data["profiles"]}) == 3


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_half_a_pair_is_refused(dashboard: Client, records: Records, missing: str, blank: str) -> None:
    answer = dashboard.post(PROFILES, data=PAIR | {missing: blank})
    assert problems(answer) == ["Client ID and Client Secret are required"]
    assert "a-secret" not in answer.text
    assert records.data["profiles"] == []


def test_actions_can_be_chosen_and_none_means_all(dashboard: Client, records: Records) -> None:
    chosen = ["employmenthero_list_teams", "employmenthero_list_employees"]
    dashboard.post(PROFILES, data=PAIR | {"actions": [*chosen, "unknown"]})
    assert sorted(only(records)["actions"]) == sorted(chosen)
    here = f"{PROFILES}/{only(records)['shown']['id']}"
    assert dashboard.get(here).text.count(" checked") == 3  # and "Enabled"
    dashboard.post(here, data={"on": "active"})
    assert only(records)["actions"] is None


def test_what_is_left_blank_stays(dashboard: Client, records: Records) -> None:
    dashboard.post(PROFILES, data=PAIR)
    before = only(records)
    here = f"{PROFILES}/{before['shown']['id']}"
    page = dashboard.get(here)
    assert (value(page, "client_id"), value(page, "client_secret")) == ("an-id", "")
    dashboard.post(here, data={"client_id": "", "client_secret": " ", "name": "", "on": "active"})
    assert only(records) == before
    dashboard.post(here, data={"client_id": "other", "on": "active"})
    assert (only(records)["client_id"], only(records)["client_secret"]) == ("other", "a-secret")
    assert only(records)["shown"]["updated_at"] > before["shown"]["updated_at"]


def test_the_same_secret_entered_again_counts_as_a_change(dashboard: Client, records: Records) -> None:
    dashboard.post(PROFILES, data=PAIR)
    before = only(records)["shown"]
    dashboard.post(f"{PROFILES}/{before['id']}", data=PAIR | {"on": "active"})
    assert only(records)["shown"]["updated_at"] > before["updated_at"]


def test_a_profile_can_be_renamed_disabled_and_made_the_default(dashboard: Client, records: Records) -> None:
    dashboard.post(PROFILES, data=PAIR)
    here = f"{PROFILES}/{only(records)['shown']['id']}"
    dashboard.post(here, data={"name": NASTY, "on": "default"})
    shown = only(records)["shown"]
    assert (shown["name"], shown["active"], shown["default"]) == (NASTY, False, True)
    for page in (dashboard.get(PROFILES).text, dashboard.get(here).text):
        assert "<script>" not in page
        assert NASTY in html.unescape(page)
    assert "Disabled" in dashboard.get(PROFILES).text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_profile_is_not_found(dashboard: Client, method: str) -> None:
    assert dashboard.open(f"{PROFILES}/unknown", method=method, data=PAIR).status_code == 404
