from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.employment_hero.scopes import (
    CARDS,
    PRESETS,
    Card,
    Selection,
    UnknownScopeError,
    parse,
    requiring,
)

GUIDE = PRESETS["stackone-guide-2026-03"]


def boxes(selection: Selection) -> list[str]:
    return [f"{card.name}/{box}" for card, ticked in selection.cards for box in ticked]


def refusal(text: str) -> str:
    try:
        parse(text)
    except UnknownScopeError as exc:
        return str(exc)
    return ""


def test_the_older_guides_14_cards_come_out_as_22_strings() -> None:
    assert len(GUIDE.cards) == 14
    assert len(GUIDE.review_strings) == len(set(GUIDE.review_strings)) == 22
    assert GUIDE.unknown_cards == ()


def test_the_older_guides_preset_says_what_is_sensitive() -> None:
    assert GUIDE.sensitive == ("Bank accounts", "Emergency contacts", "Pay details")


def test_the_directory_preset_has_nothing_sensitive() -> None:
    directory = PRESETS["directory"]
    assert boxes(directory) == ["Employees/Read", "Teams/Read", "Organisations/Read"]
    assert directory.sensitive == ()


def test_all_read_ticks_each_read_box_and_no_other() -> None:
    ticked = boxes(PRESETS["all-read"])
    assert ticked == [f"{card.name}/Read" for card in CARDS if "Read" in card.boxes]
    assert len(CARDS) == 36
    assert len(ticked) == 34


def test_each_string_and_each_spelling_belongs_to_one_box() -> None:
    current = [s for card in CARDS for strings in card.strings.values() for s in strings]
    older = [s for card in CARDS for s in card.older.values()]
    assert len(set(current + older)) == len(current) + len(older)


def test_strings_are_given_only_for_boxes_of_the_card() -> None:
    for card in CARDS:
        assert set(card.strings) <= set(card.boxes)
        assert set(card.older) <= {s for strings in card.strings.values() for s in strings}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("directory", ["Employees/Read", "Teams/Read", "Organisations/Read"]),
        ("DIRECTORY", ["Employees/Read", "Teams/Read", "Organisations/Read"]),
        ("Teams", ["Teams/Read"]),
        (" teams ,, TEAMS,", ["Teams/Read"]),
        ("teams\nInvoices;policies", ["Invoices/Read", "Policies/Read", "Teams/Read"]),
        ("employees/update", ["Employees/Update"]),
        ("Employees / Create, Employees", ["Employees/Read", "Employees/Create"]),
        ("Departments/Create", ["Departments/Create"]),
        ("rostered-shifts, cost_centres", ["Cost centres/Read", "Rostered shifts/Read"]),
        ("Organizations, cost centers", ["Cost centres/Read", "Organisations/Read"]),
        ("organisations:list", ["Organisations/Read"]),
        ("organizations:show", ["Organisations/Read"]),
        ("employees:list", ["Employees/Read"]),
        ("teams:employees:list", ["Employees/Read"]),
        ("bank_accounts:list", ["Bank accounts/Read"]),
        ("employees:bank_accounts:list", ["Bank accounts/Read"]),
        ("certifications:show", ["Certifications/Read"]),
        (
            "directory, Payslips/Export",
            ["Employees/Read", "Payslips/Export", "Teams/Read", "Organisations/Read"],
        ),
    ],
)
def test_presets_cards_boxes_and_strings_are_understood(text: str, expected: list[str]) -> None:
    selection = parse(text)
    assert boxes(selection) == expected
    assert selection.unmapped == ()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_box_and_every_spelling_of_the_catalogue_is_understood(card: Card) -> None:
    for box in card.boxes:
        assert boxes(parse(f"{card.name}/{box}")) == [f"{card.name}/{box}"]
        for string in card.strings.get(box, ()):
            assert boxes(parse(string)) == [f"{card.name}/{box}"]
            assert boxes(requiring([string])) == [f"{card.name}/{box}"]
            assert boxes(parse(card.older.get(string, string))) == [f"{card.name}/{box}"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "presets are directory"),
        (" ,\n; ", "presets are directory"),
        ("Employes", "did you mean Employees"),
        ("Employees: Read", "Employees/Read"),
        ("employee:list", "did you mean employees:list"),
        ("Departments", "say which box: Departments/Update, Departments/Create"),
        ("Teams/Update", "say which box: Teams/Read"),
        ("Employees/", "say which box"),
        ("all-reed", "all-read"),
        ("qqqqqq", "no such scope is known"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest_known_ones(text: str, says: str) -> None:
    with pytest.raises(UnknownScopeError) as refused:
        parse(text)
    assert says in str(refused.value)


def test_all_unknown_words_are_told_at_once() -> None:
    with pytest.raises(UnknownScopeError) as refused:
        parse("Teams, qqqqqq, zzzzzz")
    assert "qqqqqq" in str(refused.value)
    assert "zzzzzz" in str(refused.value)
    assert "Teams" not in str(refused.value)


@given(
    st.text() | st.lists(st.sampled_from([c.name for c in CARDS] + ["x", "/", ":", "\x1b[31m"])).map(",".join)
)
def test_arbitrary_text_raises_nothing_else_and_no_message_carries_control_characters(text: str) -> None:
    assert refusal(text).isprintable()


def test_a_box_whose_strings_were_not_seen_is_listed_as_unknown() -> None:
    selection = parse("Job histories, Employees, Employees/Delete")
    assert selection.unknown_cards == ("Employees/Delete", "Job histories/Read")
    assert selection.review_strings == (
        "employees:list",
        "employees:show",
        "employees:onboard_polling_status",
        "teams:employees:list",
    )


def test_renamed_strings_are_shown_in_their_older_spelling_too() -> None:
    assert parse("Pay details, Teams").older_strings == ("pay_details:list",)
    assert parse("Organisations").older_strings == ("organisations:list", "organisations:show")


def test_scopes_that_actions_need_become_boxes_and_the_rest_is_kept() -> None:
    selection = requiring(["employees:show", "bank_accounts:list", "made:up", "employees:list", "made:up"])
    assert boxes(selection) == ["Bank accounts/Read", "Employees/Read"]
    assert selection.unmapped == ("made:up",)


def test_a_card_name_is_not_taken_for_a_scope_that_an_action_needs() -> None:
    assert requiring(["Teams", "directory"]) == Selection(unmapped=("Teams", "directory"))


def test_actions_that_need_nothing_select_nothing() -> None:
    assert requiring([]).cards == ()


def test_a_union_has_the_boxes_and_the_leftovers_of_both_once() -> None:
    both = requiring(["a:b", "teams:list"]) | requiring(["c:d", "a:b"]) | parse("Policies, Teams")
    assert boxes(both) == ["Policies/Read", "Teams/Read"]
    assert both.unmapped == ("a:b", "c:d")
