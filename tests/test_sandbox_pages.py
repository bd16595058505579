"""The pages of the sandbox's Developer Portal and dashboard, without a browser."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client, TestResponse

from eh_connect.employment_hero.scopes import BOXES, PRESETS
from eh_connect.sandbox.employment_hero import Portal
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.stackone_pages import Dashboard
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from pathlib import Path

API = "/v2/organisations/12345/developer_portal/api"
PROFILES = "/connector_profiles"
NASTY = """</span><script>alert("x")</script>'&amp;{{name}}"""
FORM: dict[str, Any] = {
    "name": "Mine",
    "redirect_uri": REDIRECT_URI,
    "scope": ["Admin/Teams/Read", "Admin/Policies/Read"],
}
CREDENTIALS = {"client_id": "an-id", "client_secret": "a-secret"}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path / "alone", 1, 2)


@pytest.fixture
def portal(records: Records) -> Client:
    return Client(Portal(records))


@pytest.fixture
def dashboard(records: Records) -> Client:
    return Client(Dashboard(records))


def kept(records: Records, kind: str = "applications") -> Any:
    """What either server knows."""
    return {**records.data["stackone"], **records.data["employment_hero"]}[kind]


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


@pytest.mark.parametrize("org", ["1", "0b9e8dbe-6f8c-4f0c-9a6e-2f6f6a3f2d11", "made up"])
@pytest.mark.parametrize("place", ["", "/new", "/review", "/unknown"])
def test_every_page_of_any_organisation_says_that_it_is_simulated(
    portal: Client, dashboard: Client, place: str, org: str
) -> None:
    answer = portal.get(API.replace("12345", org) + place)
    assert "simulated on this computer. This is not Employment Hero." in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "This is not StackOne. All data is made up." in dashboard.get(PROFILES + place).text
    assert ("StackOne Integration" in answer.text) is (place == "")


def test_the_form_has_44_cards_for_administrators_and_one_for_users(portal: Client) -> None:
    _, admin, user = html.unescape(portal.get(f"{API}/new").text).split("<section>")
    assert (admin.count("<legend>"), user.count("<legend>")) == (44, 1)
    for section, page in (("Admin", admin), ("User", user)):
        boxes = [f'value="{section}/{b.card}/{b.name}"' for b in BOXES if b.section == section]
        assert [box for box in boxes if box not in page] == []
        assert page.count('name="scope"') == len(boxes)
        assert page.count('class="whole"') == page.count("<legend>")
    assert "Admin/Organisations/Read" not in admin


def test_the_review_lists_the_strings_and_creates_nothing(portal: Client, records: Records) -> None:
    before = records.data
    ticked = ["Admin/Employees/Read", "Admin/Organisations/Delete", "User/Organisations/Read"]
    page = portal.get(f"{API}/review", query_string=FORM | {"scope": ticked}).text
    for text in ("teams:employees:list", "organisations:delete", "organizations:show", REDIRECT_URI):
        assert text in page
    for preset in PRESETS.values():
        ticked = [f"{box.section}/{box.card}/{box.name}" for box in preset.ticked]
        page = portal.get(f"{API}/review", query_string=FORM | {"scope": ticked}).text
        shown = re.findall(r"<li>(\S+)</li>", page)
        assert set(preset.strings) <= set(shown)
        assert [scope for scope in shown if re.search(":(create|update|delete)$", scope)] == []
    assert records.data == before


def test_a_created_application_shows_its_values_again_and_a_new_secret_replaces_the_old(
    portal: Client, records: Records
) -> None:
    page = create(portal)
    assert "Application Created Successfully!" in page.text
    client_id, secret = value(page, "client_id"), value(page, "client_secret")
    assert len(client_id) == len(secret) == 43
    again = portal.get(f"{API}/{client_id}")
    assert (value(again, "client_id"), value(again, "client_secret")) == (client_id, secret)
    scopes = re.findall(r"<li>(\S+:\S+)</li>", again.text)
    its = {"name": "Mine", "redirect_uri": REDIRECT_URI, "client_id": client_id, "scopes": scopes}
    assert kept(records)[-1] == its | {"client_secrets": [secret]}
    assert portal.post(f"{API}/{client_id}/secret").status_code == 303
    newer = value(portal.get(f"{API}/{client_id}"), "client_secret")
    assert newer != secret
    assert kept(records)[-1] == its | {"client_secrets": [newer]}


WRONG = [
    *(({"name": name}, "Application Name required") for name in ("", "  ")),
    ({"scope": []}, "At least 1 scope required"),
    *(({"scope": [box]}, "There is no such scope") for box in ("Admin/Teams/Delete", "Teams/Read", "x")),
    ({"redirect_uri": ""}, "Redirect URI required"),
    *(
        ({"redirect_uri": uri}, "Redirect URI must be an HTTPS address")
        for uri in ("http://example.org/x", "example.org", "https://", "https://[", "https://a\nb", "ftp://x")
    ),
    *(
        ({"redirect_uri": uri}, "Redirect URI must not lead to localhost")
        for uri in ("https://localhost/x", "https://LOCALHOST:8443", f"{REDIRECT_URI}, https://u@localhost")
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


def test_name_and_redirect_uris_can_be_edited_and_scopes_cannot(portal: Client, records: Records) -> None:
    create(portal)
    before = kept(records)[-1]
    here = f"{API}/{before['client_id']}"
    edited = {"name": f" {NASTY} ", "redirect_uri": "https://example.org/x, https://127.0.0.1/y"}
    answer = portal.post(here, data=edited | {"scope": ["Admin/Payslips/Read"], "scopes": "x"})
    assert answer.status_code == 303
    assert kept(records)[-1] == before | edited | {"name": NASTY}
    answer = portal.post(here, data={"name": "", "redirect_uri": "https://localhost"})
    assert (len(problems(answer)), value(answer, "redirect_uri")) == (2, "https://localhost")
    assert kept(records)[-1] == before | edited | {"name": NASTY}
    review = portal.get(f"{API}/review", query_string=FORM | {"name": NASTY})
    for page in (portal.get(API), review, portal.get(here)):
        assert "<script>alert" not in page.text
        assert NASTY in html.unescape(page.text)


def test_what_is_unknown_is_not_found(portal: Client, dashboard: Client) -> None:
    for method, place in (("GET", ""), ("POST", ""), ("POST", "/secret")):
        assert portal.open(f"{API}/unknown{place}", method=method, data=FORM).status_code == 404
        assert dashboard.open(f"{PROFILES}/unknown", method=method, data={}).status_code == 404
    assert portal.get(f"{API}/x/secret").status_code == dashboard.delete(PROFILES).status_code == 405


# StackOne's dashboard


def test_a_new_profile_has_no_field_for_a_name_and_needs_both_values(
    dashboard: Client, records: Records
) -> None:
    assert 'name="name"' not in dashboard.get(f"{PROFILES}/new").text
    for missing in ({"client_id": ""}, {"client_id": "  "}, {"client_secret": ""}, {"client_secret": "  "}):
        answer = dashboard.post(PROFILES, data=CREDENTIALS | missing)
        assert problems(answer) == ["Client ID and Client Secret are required"]
        assert ("a-secret" in answer.text, kept(records, "profiles")) == (False, [])
    for _ in range(3):
        assert dashboard.post(PROFILES, data=CREDENTIALS).status_code == 303
    names = [profile["shown"]["name"] for profile in kept(records, "profiles")]
    assert names == ["Employment Hero", "Employment Hero 2", "Employment Hero 3"]


def test_a_profile_is_edited_and_what_is_left_blank_stays(dashboard: Client, records: Records) -> None:
    chosen = ["employmenthero_list_employees", "employmenthero_list_teams"]
    dashboard.post(PROFILES, data=CREDENTIALS | {"actions": chosen})
    (before,) = kept(records, "profiles")
    here = f"{PROFILES}/{before['shown']['id']}"
    form = {"actions": chosen, "on": "active"}

    def edited(**fields: Any) -> Any:
        assert dashboard.post(here, data=form | fields).status_code in {303, 422}
        return kept(records, "profiles")[0]

    assert before["actions"] == chosen
    page = dashboard.get(here).text
    assert page.count(" checked") == 3, "and Enabled"
    assert 'id="client_secret" name="client_secret" type="password" autocomplete' in page
    assert edited(client_id="", client_secret=" ", name="") == edited(actions="unknown") == before
    other = edited(client_id="other")
    assert (other["client_id"], other["client_secret"]) == ("other", "a-secret")
    again = edited(client_id="other", client_secret="a-secret")
    times = [profile["shown"]["updated_at"] for profile in (before, other, again)]
    assert times == sorted(set(times)), "the same secret again is a change"
    assert edited(actions=[])["actions"] is None, "none means all"
    shown = edited(name=NASTY, on="default")["shown"]
    assert (shown["name"], shown["active"], shown["default"]) == (NASTY, False, True)
    for page in (dashboard.get(PROFILES).text, dashboard.get(here).text):
        assert "<script>alert" not in page
        assert NASTY in html.unescape(page)
    assert "Disabled" in dashboard.get(PROFILES).text
