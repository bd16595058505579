from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.employment_hero.scopes import (
    CARDS,
    PRESETS,
    READ,
    Box,
    Card,
    Selection,
    card_for_action,
    parse,
)
from eh_connect.judging import scopes as judged

# The form as printed in June 2026: card, boxes, strings of Read (older spelling behind "|"), "?": never seen.
FORM = """
Bank accounts; Read; employees:bank_accounts:list | bank_accounts:list
Certifications; Read Update Create Delete; certifications:list certifications:show
Cost centres; Read; cost_centres:list
Custom fields; Read; custom_fields:list
Departments; Update Create; ?
Documents; Read Create; ?
Emergency contacts; Read; employees:emergency_contacts:list | emergency_contacts:list
Employee custom fields; Read; employees:employee_custom_fields:list | employee_custom_fields:list
Employee form responses; Read; ?
Employees; Read Update Create Delete; employees:list employees:show employees:onboard_polling_status \
teams:employees:list
Employees certifications; Read; employees_certifications:list
Employing entities; Read; employing_entities:list
Employment histories; Read; employees:employment_histories:list | employment_histories:list
Form categories; Read Update Create Delete; ?
Form templates; Read Update Create Delete; ?
Forms; Read; ?
Forms responses; Read; ?
Goals; Read; ?
Invoices; Read; invoices:list
Job histories; Read; ?
Kiosk members; Read Update; ?
Leave balances; Read Update; employees:leave_balances:list
Leave categories; Read; leave_categories:list
Leave requests; Read Create; leave_requests:list leave_requests:show
Organisations; Delete; ?
Pay categories; Read; pay_categories:list
Pay details; Read; employees:pay_details:list | pay_details:list
Pay schedules; Read; ?
Payslips; Read Export; payslips:list
Policies; Read; policies:list
Positions; Update Create; ?
Roles tags; Read; ?
Rostered shifts; Read Create; rostered_shifts:list rostered_shifts:show employees:rostered_shifts:job_status
Shift cost; Read; employees:rostered_shifts:shift_cost:show
Superannuation detail; Read; superannuation_detail:show
Superannuation fund; Read; superannuation_fund:show
Tax declaration; Read; tax_declaration:show
Teams; Read; teams:list
Timesheet entries; Read Create Delete; employees:timesheet_entries:list | timesheet_entries:list
Unavailabilities; Read; unavailabilities:list unavailabilities:show
Work eligibility; Read; employees:work_eligibility:show
Work locations; Read; work_locations:list
Work sites; Read Update Create; work_sites:list
Work types; Read; work_types:list
Organisations; Read; organizations:list organizations:show | organisations:list organisations:show
""".replace("\\\n", "")

EVERY_BOX = [(card, box) for card in CARDS for box in card.boxes]
boxes = st.sets(st.sampled_from([(card.section, card.name, box.name) for card, box in EVERY_BOX]))


def refusal(text: str) -> str:
    try:
        parse(text)
    except ValueError as exc:
        return str(exc)
    return ""


def test_the_table_is_the_form_card_by_card() -> None:
    rows = [row.split("; ") for row in FORM.strip().splitlines()]
    for card, (name, its_boxes, known) in zip(CARDS, rows, strict=True):
        current, _, older = known.partition(" | ")
        assert (card.name, [box.name for box in card.boxes]) == (name, its_boxes.split())
        for box in card.boxes:
            is_known = box.name == READ and known != "?"
            assert box.strings == (tuple(current.split()) if is_known else ())
            assert box.older == (tuple(older.split()) if is_known else ())
    assert [card.section for card in CARDS] == ["Admin"] * 44 + ["User"]


def test_each_string_and_each_spelling_belongs_to_one_box() -> None:
    strings = [string for _, box in EVERY_BOX for string in (*box.strings, *box.older)]
    assert len(set(strings)) == len(strings)


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
    assert {box.name for _, ticked in selection.cards for box in ticked} == {READ}


def test_the_directory_is_named_by_section() -> None:
    directory = PRESETS["directory"]
    sections = [(section, [card.name for card, _ in cards]) for section, cards in directory.sections]
    assert sections == [("Admin", ["Employees", "Teams"]), ("User", ["Organisations"])]
    assert parse("organisations:list, Teams, employees").text == "directory"
    assert directory.names == (
        "Employees: Read (Admin)",
        "Teams: Read (Admin)",
        "Organisations: Read (User)",
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Teams", ["Teams: Read (Admin)"]),
        (" teams ,, TEAMS,", ["Teams: Read (Admin)"]),
        ('"Teams"', ["Teams: Read (Admin)"]),
        ("teams\r\nInvoices;", ["Invoices: Read (Admin)", "Teams: Read (Admin)"]),
        ("employees/update", ["Employees: Update (Admin)"]),
        ("Employees / Create, Employees", ["Employees: Read (Admin)", "Employees: Create (Admin)"]),
        ("rostered-shifts, cost_centers", ["Cost centres: Read (Admin)", "Rostered shifts: Read (Admin)"]),
        ("Organisations", ["Organisations: Read (User)"]),
        ("Organizations (User)", ["Organisations: Read (User)"]),
        ("User › Organisations", ["Organisations: Read (User)"]),
        ("Organisations/Delete", ["Organisations: Delete (Admin)"]),
        ("organisations:list", ["Organisations: Read (User)"]),
        ("organizations:show", ["Organisations: Read (User)"]),
        ("teams:employees:list", ["Employees: Read (Admin)"]),
        ("bank_accounts:list", ["Bank accounts: Read (Admin)"]),
        ("teams:list employees:show\n policies:list", [
            "Employees: Read (Admin)", "Policies: Read (Admin)", "Teams: Read (Admin)",
        ]),
        ("directory, Payslips/Export", [
            "Employees: Read (Admin)", "Payslips: Export (Admin)", "Teams: Read (Admin)",
            "Organisations: Read (User)",
        ]),
    ],
)  # fmt: skip
def test_what_people_write_is_understood(text: str, names: list[str]) -> None:
    assert list(parse(text).names) == names


@pytest.mark.parametrize(("card", "box"), EVERY_BOX)
def test_every_box_is_understood_by_each_of_its_names_and_strings(card: Card, box: Box) -> None:
    expected = (f"{card.name}: {box.name} ({card.section})",)
    for text in (*expected, f"{card.name}/{box.name}", f"{card.section}/{card.name}/{box.name}"):
        assert parse(text).names == expected
    for string in (*box.strings, *box.older):
        assert parse(string).names == parse(string.upper()).names == expected
        assert card_for_action("anything", [string]) == expected[0]
        assert card_for_action("anything", ["made:up", f"urn:mainapp:{string}"]) == expected[0]


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
    st.text() | st.lists(st.sampled_from([*(c.name for c in CARDS), "x", "/", ":", "\x1b[31m"])).map(",".join)
)
def test_arbitrary_text_raises_nothing_else_and_no_message_carries_control_characters(text: str) -> None:
    assert refusal(text).isprintable()


@given(boxes.filter(bool))
def test_the_text_of_any_selection_and_its_full_names_parse_to_itself(
    ticked: set[tuple[str, str, str]],
) -> None:
    selection = Selection(frozenset(ticked))
    assert parse(selection.text) == selection
    assert parse(", ".join(selection.names)) == selection
    assert judged(", ".join(selection.names)) == selection.text
    assert set(selection.ticked) == ticked
    assert len(selection.names) == len(selection.ticked) == len(ticked)
    assert set(selection.writes) <= set(selection.names)


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
