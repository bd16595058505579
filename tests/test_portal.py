from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.employment_hero.portal import org_id_from, portal_url

if TYPE_CHECKING:
    from collections.abc import Callable

UUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
OTHER = "00000000-0000-4000-8000-000000000001"
SECURE = "https://secure.employmenthero.com"
PORTAL = f"{SECURE}/app/v2/organisations/{UUID}/developer_portal/api"


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        (UUID, UUID),
        (UUID.upper(), UUID),
        (f" “{UUID}”\r\n", UUID),
        (f"{{{UUID}}}", UUID),
        (f"our organisation is {UUID}, thanks", UUID),
        ("12345", "12345"),
        (f"{PORTAL}?tab=api&user={OTHER}#top", UUID),
        (f"Here it is: <{PORTAL}> (the portal)", UUID),
        ("see https://secure.employmenthero.com/app/organizations/12345.", "12345"),
        (f"{SECURE}/app/organisation/12345", "12345"),
        (f"{SECURE}/login?to=%2Fapp%2Forganisations%2F12345%2Fdashboard", "12345"),
        (f"{SECURE}/app?organisation_id=12345", "12345"),
        (f"{SECURE}/#/organisations/12345", "12345"),
        ("https://api.employmenthero.com/api/v1/organisations/12345/employees", "12345"),
        ("https://employmenthero.com/app/organisations/12345", "12345"),
        ("/app/v2/organisations/12345/developer_portal/api", "12345"),
        (f"{PORTAL} {PORTAL}", UUID),
        (f"{PORTAL} https://example.com/organisations/5", UUID),
        (f"{PORTAL}, see also {UUID}", UUID),
    ],
)
def test_the_organisation_is_found_in_what_was_pasted(pasted: str, expected: str) -> None:
    assert org_id_from(pasted) == expected


@pytest.mark.parametrize(
    "app_url",
    ["http://127.0.0.1:8123", "http://[::1]:8123", "http://localhost:8123", "https://eh.example/base"],
)
def test_the_overridden_app_is_employment_hero_too_and_this_computer_always(app_url: str) -> None:
    assert org_id_from(portal_url(UUID, app_url), app_url) == UUID
    assert org_id_from("http://127.0.0.1:9/app/v2/organisations/5/developer_portal/api", app_url) == "5"


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "it is empty"),
        ("\u200b \r\n", "it is empty"),
        ("x" * 5000, "it is longer than"),
        ("https://keypay.yourpayroll.com.au/business/12345/overview", "is Employment Hero Payroll, another"),
        ("yourpayroll.com.au/organisations/12345", "is Employment Hero Payroll, another"),
        ("https://app.keypay.com.au/organisations/12345", "is Employment Hero Payroll, another"),
        ("https://example.com/app/organisations/12345", "not an address of Employment Hero"),
        ("https://example.com/secure.employmenthero.com/organisations/12345", "not an address of"),
        ("https://secure.employmenthero.com.example.com/organisations/1", "not an address of"),
        ("https://notemploymenthero.com/organisations/1", "not an address of"),
        ("https://127.0.0.1.example.com/organisations/1", "not an address of"),
        ("https://secure.employmenthero.com@example.com/organisations/1", "not an address of"),
        (f"{SECURE}/users/sign_in", "no organisation in it. Sign in"),
        (SECURE, "no organisation in it"),
        (f"{SECURE}/app/employees/{UUID}", "no organisation in it"),
        (f"{SECURE}/organisations/{UUID}0", "no organisation in it"),
        (f"{SECURE}/organisations/{UUID[:-1]}", "no organisation in it"),
        (f"{PORTAL} {PORTAL.replace(UUID, OTHER)}", "more than one"),
        (f"{UUID} {OTHER}", "more than one"),
        ("Acme Pty Ltd", "neither"),
        ("-5", "neither"),
        ("٣٤٥", "neither"),
        ("12 345", "neither"),
    ],
)
def test_what_names_no_organisation_is_explained(pasted: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        org_id_from(pasted)


@given(
    org=st.uuids().map(str) | st.integers(0, 10**20 - 1).map(str),
    before=st.tuples(
        st.sampled_from(["https://", "http://", "HTTPS://", ""]),
        st.sampled_from(["secure.employmenthero.com", "App.EmploymentHero.com"]),
        st.sampled_from(["/app/v2", "/app", "", "/api/v1"]),
        st.sampled_from(["/organisations/", "/organizations/", "/Organisations/"]),
    ).map("".join),
    rest=st.sampled_from(["", "/", "/developer_portal/api", "/dashboard?a=b#c", "?x=1", "#y"]),
    around=st.sampled_from(["", " ", '"', "'", "\n", "\ufeff", "\u00a0"]),
    spelt=st.sampled_from([str.upper, str.lower]),
)
def test_any_organisation_in_any_such_url_is_found(
    org: str, before: str, rest: str, around: str, spelt: Callable[[str], str]
) -> None:
    assert org_id_from(f"{around}{before}{spelt(org)}{rest}{around}") == org


@given(st.text() | st.from_regex(r"(https?://)?[a-z.]*employmenthero\.com[/?#%\[\]:@a-z0-9-]*"))
def test_arbitrary_text_raises_nothing_else(text: str) -> None:
    with contextlib.suppress(ValueError):
        org_id_from(text)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_the_portals_address_is_the_one_of_the_guide_and_no_id_breaks_out_of_it(org: str) -> None:
    assert portal_url(UUID) == PORTAL
    assert portal_url(UUID, "http://127.0.0.1:8/") == PORTAL.replace(SECURE, "http://127.0.0.1:8")
    tail = portal_url(org).removeprefix(f"{SECURE}/app/v2/organisations/")
    assert (tail.count("/"), tail.isascii(), tail.isprintable()) == (2, True, True)
