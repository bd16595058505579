from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eh_connect import guide
from eh_connect import inputs as i
from eh_connect.change import Change
from eh_connect.guide_document import GuideResult, build
from eh_connect.guide_steps import Form, Guide, Section
from eh_connect.lines import Kind
from eh_connect.person.look import Look, render
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.memory import OLD, told

UUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
PORTAL = f"https://secure.employmenthero.com/app/v2/organisations/{UUID}/developer_portal/api"
REDIRECT = "https://api.stackone.com/connect/oauth2/employmenthero/callback"


def built(**typed: Any) -> Guide:
    return build(told({"org_id": UUID, "scopes": "directory"} | typed))


def text(of: Guide, width: int | None = None, form: str = "text") -> str:
    return render(GuideResult(guide=of, form=form).lines(), Look(width))


def copied(of: Guide) -> list[str]:
    return [value.value for section in of.sections for step in section.steps for value in step.of(Form.COPY)]


def portal(scopes: str | None) -> Section:
    return guide.portal_section(told({"org_id": "12345", "scopes": scopes}))


def shows(section: Section, says: list[str], never: list[str]) -> None:
    shown = render(section.lines(), Look())
    assert [words for words in says if words not in shown] == []
    assert [words for words in never if words in shown] == []


LARGE = built(
    app_name="A name that is long enough to be wrapped, if names were wrapped at forty columns",
    scopes="stackone-guide-2026-03, Job histories, Teams, Employees/Delete",
    action=("employmenthero_list_employees", "employmenthero_get_employee"),
)


def test_the_portal_in_the_words_of_the_wizard_at_80_columns() -> None:
    section = portal("directory")
    assert list(section.copies) == ["Developer Portal", "Application Name", "Redirect URI"]
    assert section.copies["Redirect URI"] == REDIRECT
    assert render(section.lines(), Look(80)) == (
        """\
  1  Open the portal and click "Add Application":
https://secure.employmenthero.com/app/v2/organisations/12345/developer_portal/api
     Menu: your name, top right › Developer Portal › API. Not there? You need
     Platinum or above and administrator's rights.
  2  Application Name
StackOne Integration
  3  Redirect URI, exactly
https://api.stackone.com/connect/oauth2/employmenthero/callback
  4  Scopes: tick only the small box "Read" of these cards. The box beside a
     card's name can tick Create and Delete too. "Search scopes..." finds a
     card.
       Admin  Employees, Teams
       User   Organisations (the card of that name under Admin has only Delete)
  5  Click "Continue to Review" and compare. We expect 7 scopes:
     employees:list  employees:show  employees:onboard_polling_status
     teams:employees:list  teams:list  organizations:list  organizations:show
     Other spellings are fine. Does one end in create, update or delete? Go
     back.
  6  Click "Create Application".
"""
    )


def test_the_dashboard_in_the_words_of_the_wizard() -> None:
    handing = ("copy it with i", "copy it with s")
    section = guide.dashboard_section(told(), Change(None, ProfileFields(), ()), handing)
    assert render(section.lines(), Look()) == (
        """\
  1  Open the page, in the project of your API key:
https://app.stackone.com/connector_profiles
  2  Click "+ Connector Profile" and choose Employment Hero
  3  Type            OAuth 2.0
  4  Client ID       copy it with i, paste it there
  5  Client Secret   copy it with s, paste it there
  6  Actions         leave them, unless you want fewer
  7  Click "Create profile"
"""
    )


@pytest.mark.parametrize(
    ("creating", "fields", "says", "never"),
    [
        (False, {}, ["Open the Employment Hero profile", "Save"], ["OAuth", "Actions", "Default"]),
        (False, {"name": "Mine"}, ["change it, if there is such a field\nMine\n"], []),
        (False, {"credentials": OLD}, ["Client ID       paste it there\n", "Secret   paste it"], ["copy"]),
        (False, {"default": False}, ["Default         off"], ["Client"]),
        (True, {"name": "Mine"}, ["enter it, if there is such a field\nMine\n"], []),
        (True, {"actions": ("all",)}, ["Actions         select all\n"], []),
        (True, {"actions": ("a_b", "c")}, ["select these, and no others:\n     a_b  c\n"], ["leave them"]),
        (
            True,
            {"default": True},
            ["Default         on (if there", "\nhttp://127.0.0.1:1/connector_profiles\n"],
            [],
        ),
    ],
)
def test_the_dashboards_steps_are_those_of_the_change(
    creating: bool, fields: dict[str, Any], says: list[str], never: list[str]
) -> None:
    values = told(environ={"STACKONE_APP_URL": "http://127.0.0.1:1"})
    profile = None if creating else ConnectorProfile(id="id-1")
    shows(guide.dashboard_section(values, Change(profile, ProfileFields(**fields), ())), says, never)


@pytest.mark.parametrize(
    ("scopes", "says", "never"),
    [
        ("Employees/Update, Teams", ["tick only these small boxes", "Employees (Update), Teams (Read)",
         "they change or delete data. Employees: Update (Admin).", "without being chosen above",
         "at least 1 scope:", "not known: Employees: Update (Admin)."], ['"Read" of']),
        ("Tax declaration", ["superannuation. Tax declaration.", "expect 1 scope:"], ["change or delete"]),
        ("Job histories", ["not known: Job histories: Read (Admin)."], ["We expect", "spellings"]),
        ("Organisations/Delete", ["Admin  Organisations (Delete)"], ["User "]),
        (None, ["directory               Employees, Teams, Organisations\n", "compare.\n     Does one end in",
         'all-read                every box "Read", 42 cards\n'], ["of these cards", "We expect"]),
        ("Organisations", ["User  Organisations (the card of that name under Admin has"], ["Admin  "]),
    ],
)  # fmt: skip
def test_scopes_are_named_by_section_card_and_box_and_without_any_the_presets(
    scopes: str | None, says: list[str], never: list[str]
) -> None:
    shows(portal(scopes), says, never)


@pytest.mark.parametrize("width", [50, 79, 100, None])
@pytest.mark.parametrize("of", [LARGE, built(org_id=None, scopes=None)])
def test_each_value_to_copy_is_whole_on_its_own_line_and_prose_is_wrapped(
    of: Guide, width: int | None
) -> None:
    exact = {line.text for line in GuideResult(guide=of).lines() if line.kind is Kind.EXACT}
    shown = text(of, width).splitlines()
    assert exact == set(copied(of)) <= set(shown)
    assert all(len(line) <= (width or 10**6) for line in shown if line not in exact)


@pytest.mark.parametrize(
    "words",
    [
        *("Platinum or above", "permanent sandbox", "partner@employmenthero.com", "trial alone ends"),
        *("your name, top right › Developer Portal › API", "Settings › Developer Portal › API", PORTAL),
        *('"Add Application"', "StackOne Integration", REDIRECT, "Configure & Select Scopes"),
        *("N scopes selected", "Scopes are fixed once", "Continue to Review", '"Create Application"'),
        *('"Create"', "Copy the Client ID and the Client Secret", "Copy buttons", "eh-connect setup"),
        *("lives 15 minutes", "do not expire", "each refresh returns a new one, which must replace"),
        *("docs.stackone.com", "Linking accounts", "PKCE (S256)", "not documented"),
        *("https://app.stackone.com/connector_profiles", '"+ Connector Profile"', "OAuth 2.0"),
        *('"Create profile"', "Actions", "leave them, unless you want fewer", "shows in the project"),
        *("KeyPay, yourpayroll", "one application for each customer", "administrator of that organisation"),
        *("keyring", "localhost is refused", "one-time share", "--format html", "probably has 43 characters"),
    ],
)  # fmt: skip
def test_every_fact_is_carried_in_every_format(words: str) -> None:
    of = built()
    as_text = json.dumps(GuideResult(guide=of).body(), ensure_ascii=False).replace('\\"', '"')
    for shown in (text(of), text(of, form="markdown"), as_text):
        assert words in " ".join(shown.split())


def test_without_an_organisation_the_guide_says_where_its_id_is() -> None:
    shown = text(built(org_id=None))
    assert "\nhttps://secure.employmenthero.com/app/v2/organisations/THIS_PART/…\n" in shown
    assert "Find the organisation's ID" in shown
    assert "Find the organisation's ID" not in text(built())


def skeleton_and_fenced(shown: str) -> tuple[list[str], list[str]]:
    """A Markdown document read as CommonMark reads fences: the lines outside and inside of them."""
    outside: list[str] = []
    inside: list[str] = []
    fence = ""
    for line in shown.split("\n"):
        if fence and re.fullmatch(rf" {{0,3}}`{{{len(fence)},}}[ \t]*", line):
            fence = ""
        elif not fence and (opened := re.match(r" {0,3}(`{3,})[^`]*$", line)):
            fence = opened[1]
            outside.append("(values)")
        else:
            (inside if fence else outside).append(line)
    assert not fence
    return outside, inside


@given(
    app_name=st.text(min_size=1) | st.text("`~ \n#<>ab", min_size=1),
    name=st.text("`\r\n\u2028<b>*_", min_size=1),
    action=st.text("`\n-#x", min_size=1),
)
@example(app_name="```", name="````", action="`````")
def test_no_value_breaks_out_of_its_fence(app_name: str, name: str, action: str) -> None:
    plain, _ = skeleton_and_fenced(text(built(action=("x",)), form="markdown"))
    values = told({"org_id": UUID, "scopes": "directory"})
    values.answer(i.APP_NAME, app_name)
    values.answer(i.NAME, name)
    values.answer(i.ACTIONS, (action,))
    of = build(values)
    outside, inside = skeleton_and_fenced(text(of, form="markdown"))
    assert outside == plain
    assert set(copied(of)) <= set(inside)
    shown = of.sections[1].copies["Application Name"]
    assert shown.isprintable()
    assert all(a in {b, "\ufffd"} for a, b in zip(shown, app_name, strict=True))
