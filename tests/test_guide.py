from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.employment_hero.scopes import PRESETS, Selection, parse, requiring
from eh_connect.guide import build_guide
from eh_connect.guide_document import Guide, as_json, markdown, text

UUID = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
PORTAL = f"https://secure.employmenthero.com/app/v2/organisations/{UUID}/developer_portal/api"
REDIRECT = "https://api.stackone.com/connect/oauth2/employmenthero/callback"


def guide(
    org_id: str | None = UUID,
    app_name: str = "StackOne Integration",
    name: str = "Employment Hero",
    selection: Selection | None = None,
    actions: tuple[str, ...] | None = None,
) -> Guide:
    return build_guide(
        org_id=org_id,
        app_name=app_name,
        name=name,
        selection=selection,
        actions=actions,
        app_url="https://secure.employmenthero.com",
        dashboard_url="https://app.stackone.com",
    )


def values(of: Guide) -> list[str]:
    return [value.text for section in of.sections for step in section.steps for value in step.values]


def in_one_line(shown: str) -> str:
    return " ".join(shown.split())


LARGE = guide(
    app_name="A name that is long enough to be wrapped, if names were wrapped at forty columns",
    selection=PRESETS["stackone-guide-2026-03"] | parse("Job histories") | requiring(["made:up:scope"]),
    actions=("employmenthero_list_employees", "employmenthero_get_employee"),
)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize(
    "of", [LARGE, guide(), guide(org_id=None)], ids=["all", "no scopes", "no organisation"]
)
def test_each_exact_value_is_whole_on_its_own_indented_line_at_any_width(of: Guide, width: int) -> None:
    lines = text(of, width).splitlines()
    for value in values(of):
        assert f"      {value}" in lines


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_prose_is_wrapped_and_has_no_escape_sequences(width: int) -> None:
    known = {f"      {value}" for value in values(LARGE)}
    shown = text(LARGE, width)
    assert all(len(line) <= width for line in shown.splitlines() if line not in known)
    assert shown.replace("\n", "").isprintable()


def test_a_width_of_nothing_still_gives_the_values() -> None:
    assert f"      {REDIRECT}" in text(guide(), 0).splitlines()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            "precondition",
            ["Platinum or above", "permanent sandbox organisation", "partner@employmenthero.com"],
        ),
        ("portal, by menu", ["Settings > Developer Portal > API", "profile name, top right"]),
        ("portal, by URL", [PORTAL]),
        ("new application", ["“Add Application”", "StackOne Integration", REDIRECT, "“Create”"]),
        ("credentials", ["Copy Client ID and Client Secret", "eh-connect setup", "keyring"]),
        (
            "token life",
            ["lives 15 minutes", "do not expire", "each refresh returns a new one", "replace the stored"],
        ),
        ("profile, where", ["https://app.stackone.com/connector_profiles"]),
        (
            "profile, how",
            [
                "+ Connector Profile > Employment Hero > Type: OAuth 2.0",
                "Enter Client ID and Client Secret",
                "Optionally select the Actions",
                "“Create profile”",
            ],
        ),
        ("after", ["profile in the project", "docs.stackone.com", "accounts-section", "linking-accounts"]),
        ("the form", ["Configure & Select Scopes", "N scopes selected", "Continue to Review"]),
        (
            "the end of the form",
            ["“Create Application”", "Application Created Successfully!", "Copy buttons"],
        ),
        ("scopes are final", ["fixed for ever", "new application, new credentials, and a new consent"]),
        ("whose organisation", ["vendor's own", "one application", "customer's organisation", "free trial"]),
        ("who", ["administrator of that organisation"]),
        ("the other product", ["KeyPay", "yourpayroll"]),
        ("PKCE", ["PKCE (S256)", "not documented"]),
        ("hand-over", ["one-time share", "Chat, mail or a ticket", "Two messages are not safer"]),
        ("no name field", ["no field for a name"]),
    ],
)
def test_every_row_of_the_setup_guide_is_carried_in_every_format(row: str, expected: list[str]) -> None:
    of = guide(selection=PRESETS["directory"])
    as_text = json.dumps(as_json(of), ensure_ascii=False).replace('\\"', '"')
    for shown in (text(of), markdown(of), as_text):
        for words in expected:
            assert words in in_one_line(shown), row


def test_what_nobody_has_documented_is_marked() -> None:
    shown = in_one_line(text(guide()))
    assert "[inference] marks what nobody has documented" in shown
    assert "43 characters in the one application seen [inference]" in shown
    assert "can probably show the secret again [inference]" in shown


def test_without_an_organisation_the_guide_says_how_to_find_its_id() -> None:
    shown = in_one_line(text(guide(org_id=None)))
    assert "find the organisation ID" in shown
    assert "organisations/{org_id}/developer_portal/api" in shown
    assert "--org-id" in shown


@pytest.mark.parametrize("selection", [None, Selection(), requiring(["made:up"])])
def test_without_scopes_the_presets_are_shown_and_none_is_chosen(selection: Selection | None) -> None:
    of = guide(selection=selection)
    shown = in_one_line(text(of))
    for name, preset in PRESETS.items():
        assert f"eh-connect guide --scopes {name}" in values(of)
        assert ", ".join(card.name for card, _ in preset.cards) in shown
    assert "none are chosen by default" in shown
    assert "Tick these boxes" not in shown
    assert "Scope strings to expect" not in shown


def test_chosen_scopes_are_shown_by_card_and_box_with_the_strings_to_expect() -> None:
    of = guide(selection=parse("Employees, Employees/Update, Pay details"))
    assert "Employees: Read, Update" in values(of)
    assert "employees:onboard_polling_status" in values(of)
    assert "pay_details:list" in values(of)
    assert "Employees/Update" in values(of)
    assert "--scopes" not in text(of)


def test_sensitive_cards_are_pointed_out_only_where_there_are_some() -> None:
    assert "Make sure that these are needed" in text(guide(selection=parse("Tax declaration")))
    assert "Make sure that these are needed" not in text(guide(selection=parse("Teams")))


def test_scopes_of_no_known_card_are_not_lost() -> None:
    of = guide(selection=requiring(["teams:list", "made:up"]))
    assert "made:up" in values(of)
    assert "Find the cards of these scopes yourself" in text(of)


@pytest.mark.parametrize(
    ("actions", "says"),
    [
        (None, "Optionally select"),
        (("all",), "Select all Actions"),
        (("employmenthero_x",), "Select these Actions"),
    ],
)
def test_the_actions_are_those_that_were_given(actions: tuple[str, ...] | None, says: str) -> None:
    of = guide(actions=actions)
    assert says in text(of)
    assert ("employmenthero_x" in values(of)) == (actions == ("employmenthero_x",))


def test_json_is_serialisable_and_has_all_values() -> None:
    decoded = json.loads(json.dumps(as_json(LARGE)))
    found = [v["value"] for s in decoded["sections"] for step in s["steps"] for v in step["values"]]
    assert found == values(LARGE)
    assert PORTAL in found
    assert REDIRECT in found


def skeleton_and_fenced(document: str) -> tuple[list[str], list[str]]:
    """A Markdown document read as CommonMark reads fences: the lines outside and inside of them."""
    outside: list[str] = []
    inside: list[str] = []
    fence = ""
    for line in document.split("\n"):
        if fence and re.fullmatch(rf" {{0,3}}`{{{len(fence)},}}[ \t]*", line):
            fence = ""
        elif fence:
            inside.append(line)
        elif opened := re.match(r" {0,3}(`{3,})[^`]*$", line):
            fence = opened[1]
            outside.append("(values)")
        else:
            outside.append(line)
    assert not fence
    return outside, inside


@given(
    app_name=st.text(min_size=1) | st.text("`~ \n#<>ab", min_size=1),
    name=st.text("`\r\n\u2028<b>*_", min_size=1),
    action=st.text("`\n-#x", min_size=1),
)
def test_no_value_breaks_out_of_its_fence(app_name: str, name: str, action: str) -> None:
    plain, _ = skeleton_and_fenced(markdown(guide(actions=("x",))))
    of = guide(app_name=app_name, name=name, actions=(action,))
    outside, inside = skeleton_and_fenced(markdown(of))
    assert outside == plain
    assert inside == values(of)


@given(st.text())
def test_a_value_is_one_printable_line_and_otherwise_unchanged(app_name: str) -> None:
    shown = next(v for v in guide(app_name=app_name).sections[1].steps[2].values).text
    assert shown.isprintable()
    assert len(shown) == len(app_name)
    assert all(a in {b, "\ufffd"} for a, b in zip(shown, app_name, strict=True))
