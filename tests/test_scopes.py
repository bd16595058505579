from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.employment_hero.scopes import BOXES, PRESETS, READ, Box, Selection, card_for_action, parse
from eh_connect.judging import scopes as judged


def refusal(text: str) -> str:
    try:
        parse(text)
    except ValueError as exc:
        return str(exc)
    return ""


def test_the_form_has_45_cards_and_no_two_boxes_share_a_string() -> None:
    cards = {(box.section, box.card): box for box in BOXES}
    assert [section for section, _ in cards] == ["Admin"] * 44 + ["User"]
    strings = [string for box in BOXES for string in (*box.strings, *box.older)]
    assert len(set(strings)) == len(strings)
    assert all(box.name == READ for box in BOXES if box.strings or box.older)


@pytest.mark.parametrize(
    ("preset", "cards", "strings", "sensitive"),
    [
        ("directory", 3, 7, ()),
        ("stackone-guide-2026-03", 14, 22, ("Bank accounts", "Emergency contacts", "Pay details")),
        ("all-read", 42, 40, ("Bank accounts", "Emergency contacts", "Pay details", "Payslips",
                              "Superannuation detail", "Superannuation fund", "Tax declaration")),
    ],
)  # fmt: skip
def test_presets_tick_read_boxes_only(
    preset: str, cards: int, strings: int, sensitive: tuple[str, ...]
) -> None:
    selection = parse(preset)
    assert len(selection.cards) == cards
    assert len(selection.strings) == len(set(selection.strings)) == strings
    assert selection.sensitive == sensitive
    assert selection.writes == ()
    assert {box.name for box in selection.ticked} == {READ}


def names(selection: Selection) -> list[str]:
    return [box.title for box in selection.ticked]


def test_the_directory_is_named_by_section() -> None:
    titles = ["Employees: Read (Admin)", "Teams: Read (Admin)", "Organisations: Read (User)"]
    assert names(PRESETS["directory"]) == titles
    assert parse("organisations:list, Teams, employees").text == "directory"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (" teams ,, TEAMS,", ["Teams: Read (Admin)"]),
        ('"Teams"', ["Teams: Read (Admin)"]),
        ("teams\r\nInvoices;", ["Invoices: Read (Admin)", "Teams: Read (Admin)"]),
        ("Employees / Create, Employees", ["Employees: Read (Admin)", "Employees: Create (Admin)"]),
        ("rostered-shifts, cost_centers", ["Cost centres: Read (Admin)", "Rostered shifts: Read (Admin)"]),
        ("Organisations", ["Organisations: Read (User)"]),
        ("Organizations (User)", ["Organisations: Read (User)"]),
        ("teams:list employees:show\n policies:list", [
            "Employees: Read (Admin)", "Policies: Read (Admin)", "Teams: Read (Admin)",
        ]),
        ("directory, Payslips/Export", [
            "Employees: Read (Admin)", "Payslips: Export (Admin)", "Teams: Read (Admin)",
            "Organisations: Read (User)",
        ]),
    ],
)  # fmt: skip
def test_what_people_write_is_understood(text: str, meant: list[str]) -> None:
    assert names(parse(text)) == meant


@pytest.mark.parametrize("box", BOXES, ids=lambda box: box.title)
def test_every_box_is_understood_by_each_of_its_names_and_strings(box: Box) -> None:
    itself = Selection(frozenset({box}))
    short, its = f"{box.card}/{box.name}", f"{box.card} ({box.section})"
    for text in (
        box.title,
        short,
        f"{box.section} › {short}",
        f"{its}/{box.name}",
        f"{short} ({box.section})",
    ):
        assert parse(text) == itself
        assert box.name != READ or parse(its) == parse(f"{box.section}/{box.card}") == itself
    for string in (*box.strings, *box.older):
        assert parse(string) == parse(string.upper()) == itself
        assert card_for_action("anything", [string]) == box.title
        assert card_for_action("anything", ["made:up", f"urn:mainapp:{string}"]) == box.title


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it names no scope. Use directory, stackone-guide-2026-03, all-read"),
        (" ,\n; ", "it names no scope"),
        ("Employes", '"Employes": did you mean Employees'),
        ("employee:list", "did you mean employees:list"),
        ("all-reed", "did you mean all-read"),
        ("Departments", "say which box: Departments/Update, Departments/Create"),
        ("Teams/Update", "say which box: Teams/Read"),
        ("Employees/", "say which box: Employees/Read"),
        ("Organisations (Admin)", "say which box: Organisations/Delete (Admin), Organisations/Read (User)"),
        ("urn:mainapp:organisations:read", "isn't in the portal. Perhaps you mean Organisations: Read"),
        ("URN:mainapp:employees:list", "isn't in the portal. Its card is Employees: Read (Admin)"),
        ("urn:mainapp:zzz:read", "this spelling isn't in the portal. Use the name of its card"),
        ("qqqqqq", "no such card, preset or scope is known"),
        ("Teams, qqqqqq, zzzzzz", '"zzzzzz": no such'),
    ],
)  # fmt: skip
def test_an_unknown_word_is_refused_with_what_may_be_meant(text: str, says: str) -> None:
    assert says in refusal(text)
    assert '"Teams":' not in refusal(text)


@given(
    st.text()
    | st.lists(st.sampled_from([*(box.card for box in BOXES), "x", "/", ":", "\x1b[31m"])).map(",".join)
)
def test_arbitrary_text_raises_nothing_else_and_no_message_carries_control_characters(text: str) -> None:
    assert refusal(text).isprintable()


@given(st.sets(st.sampled_from(BOXES), min_size=1))
def test_the_text_of_any_selection_and_its_full_names_parse_to_itself(ticked: set[Box]) -> None:
    selection = Selection(frozenset(ticked))
    assert parse(selection.text) == parse(", ".join(names(selection))) == selection
    assert judged(", ".join(names(selection))) == selection.text
    assert set(selection.ticked) == ticked
    assert set(selection.writes) <= set(names(selection))


def test_boxes_without_known_strings_and_boxes_that_write_are_named_in_full() -> None:
    selection = parse("Job histories, Employees, Employees/Delete, Payslips/Export, Organisations/Delete")
    assert selection.unknown == (
        "Employees: Delete (Admin)",
        "Job histories: Read (Admin)",
        "Organisations: Delete (Admin)",
        "Payslips: Export (Admin)",
    )
    assert selection.writes == ("Employees: Delete (Admin)", "Organisations: Delete (Admin)")
    assert selection.strings[0] == "employees:list"


@pytest.mark.parametrize(
    ("action", "strings", "card"),
    [
        ("employmenthero_list_employees", (), "Employees: Read (Admin)"),
        ("employmenthero_list_leave_requests", ("made:up",), "Leave requests: Read (Admin)"),
        ("employmenthero_list_organisations", (), "Organisations: Read (User)"),
        ("employmenthero_list_employees", ("teams:list",), "Teams: Read (Admin)"),
        ("employmenthero_list_candidates", (), None),
        ("employmenthero_list_all-read", (), None),
        ("", ("",), None),
    ],
)
def test_the_box_that_an_action_lacks_is_named(
    action: str, strings: tuple[str, ...], card: str | None
) -> None:
    assert card_for_action(action, strings) == card
