"""The pages of the sandbox's Developer Portal, without a browser."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from eh_connect.employment_hero.scopes import BOXES, PRESETS
from eh_connect.sandbox.employment_hero_oauth import EmploymentHeroOAuth
from eh_connect.sandbox.employment_hero_portal import Portal
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.site import filled
from eh_connect.sandbox.stackone_dashboard import Dashboard
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from pathlib import Path

API = "/v2/organisations/12345/developer_portal/api"
NASTY = """</span><script>alert("x")</script>'&amp;{{name}}"""
FORM: dict[str, Any] = {
    "name": "Mine",
    "redirect_uri": REDIRECT_URI,
    "scope": ["Admin/Teams/Read", "Admin/Policies/Read"],
}
PROFILES = "/connector_profiles"


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path / "alone", stackone=1, employment_hero=2)


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
    """What the token endpoint says of credentials."""
    form = {"client_id": client_id, "client_secret": client_secret, "grant_type": "refresh_token"}
    sent = {**form, "refresh_token": "x"}
    answer: Any = Client(EmploymentHeroOAuth(records)).post("/oauth2/token", data=sent)
    error: str = answer.json["error"]
    return error


def test_a_template_escapes_its_values_repeats_its_parts_and_reads_no_value_as_a_template() -> None:
    template = "<!-- each rows -->\n<i>{{a}}{{it}}</i>\n<!-- end rows -->\n"
    assert filled(template, {"a": NASTY, "it": "", "rows": []}) == ""
    shown = filled(template, {"a": NASTY, "it": "", "rows": [{}, {"a": 1}, "<b>"]})
    assert shown.count(html.escape(NASTY).replace("&quot;", "&#34;").replace("&#x27;", "&#39;")) == 2
    assert "<i>1</i>" in shown
    assert "&lt;b&gt;</i>" in shown


@pytest.mark.parametrize("place", ["", "/new", "/review", "/unknown"])
def test_every_page_says_that_it_is_simulated(portal: Client, dashboard: Client, place: str) -> None:
    answer = portal.get(API + place)
    assert "simulated on this computer. This is not Employment Hero." in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "This is not StackOne. All data is made up." in dashboard.get(PROFILES + place).text


@pytest.mark.parametrize("org", ["1", "0b9e8dbe-6f8c-4f0c-9a6e-2f6f6a3f2d11", "made up"])
def test_any_organisation_has_the_portal(portal: Client, org: str) -> None:
    page = portal.get(API.replace("12345", org))
    assert ("StackOne Integration" in page.text, "Add Application" in page.text) == (True, True)


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
    assert "Scopes cannot be modified" in page
    assert records.data == before


def test_reading_boxes_show_no_string_that_ends_in_a_change(portal: Client) -> None:
    for preset in PRESETS.values():
        ticked = [f"{box.section}/{box.card}/{box.name}" for box in preset.ticked]
        page = portal.get(f"{API}/review", query_string=FORM | {"scope": ticked}).text
        shown = re.findall(r"<li>(\S+)</li>", page)
        assert set(preset.strings) <= set(shown)
        assert [scope for scope in shown if re.search(":(create|update|delete)$", scope)] == []


def test_a_created_application_is_known_to_the_token_endpoint(portal: Client, records: Records) -> None:
    page = create(portal)
    assert "Application Created Successfully!" in page.text
    client_id, secret = value(page, "client_id"), value(page, "client_secret")
    assert len(client_id) == len(secret) == 43
    assert judged(records, client_id, secret) == "invalid_grant"
    assert judged(records, client_id, "wrong") == "invalid_client"
    again = portal.get(f"{API}/{client_id}")
    assert (value(again, "client_id"), value(again, "client_secret")) == (client_id, secret)
    assert records.data["applications"][-1]["scopes"] == re.findall(r"<li>(\S+:\S+)</li>", again.text)


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


def test_what_was_entered_is_escaped_everywhere(portal: Client, records: Records) -> None:
    create(portal, name=NASTY)
    client_id = records.data["applications"][-1]["client_id"]
    review = portal.get(f"{API}/review", query_string=FORM | {"name": NASTY})
    for page in (portal.get(API), review, portal.get(f"{API}/{client_id}")):
        assert "<script>alert" not in page.text
        assert NASTY in html.unescape(page.text)


def test_name_and_redirect_uris_can_be_edited_and_scopes_cannot(portal: Client, records: Records) -> None:
    create(portal)
    before = records.data["applications"][-1]
    edited = {"name": " New ", "redirect_uri": "https://example.org/x, https://127.0.0.1/y"}
    here = f"{API}/{before['client_id']}"
    assert (
        portal.post(here, data=edited | {"scope": ["Admin/Payslips/Read"], "scopes": "x"}).status_code == 303
    )
    assert records.data["applications"][-1] == before | edited | {"name": "New"}
    answer = portal.post(here, data={"name": "", "redirect_uri": "https://localhost"})
    assert (len(problems(answer)), value(answer, "redirect_uri")) == (2, "https://localhost")
    assert records.data["applications"][-1] == before | edited | {"name": "New"}


@pytest.mark.parametrize(("setting", "fate"), [("dies", "invalid_client"), ("lives", "invalid_grant")])
def test_a_new_secret_is_right_at_once_and_the_old_one_as_set(
    portal: Client, records: Records, setting: str, fate: str
) -> None:
    with records.change() as data:
        data["settings"]["old_secret"] = setting
    ready = records.data["ready"]
    assert portal.post(f"{API}/{ready['client_id']}/secret").status_code == 303
    assert judged(records, **ready) == fate
    assert judged(records, **records.data["ready"]) == "invalid_grant"
    assert records.data["ready"] != ready


@pytest.mark.parametrize(("method", "place"), [("GET", ""), ("POST", ""), ("POST", "/secret")])
def test_what_is_unknown_is_not_found_and_looking_changes_nothing(
    portal: Client, dashboard: Client, method: str, place: str
) -> None:
    assert portal.open(f"{API}/unknown{place}", method=method, data=FORM).status_code == 404
    assert portal.get(f"{API}/x/secret").status_code == dashboard.delete(PROFILES).status_code == 405
    assert dashboard.open(f"{PROFILES}/unknown", method=method, data={}).status_code == 404


texts = st.text(max_size=30)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # speed is not what is tested
@given(form=st.dictionaries(st.sampled_from([*FORM]), texts | st.just("Admin/Teams/Read")))
def test_any_form_is_judged_and_answered(form: dict[str, str]) -> None:
    class Unchanging(Records):
        def __init__(self) -> None:
            self._data: dict[str, Any] = {"applications": []}

    answer = Client(Portal(Unchanging())).get(f"{API}/review", query_string=form)
    assert answer.status_code in {200, 422}
