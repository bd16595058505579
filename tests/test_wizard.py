"""The wizard on a real pseudo-terminal: its screens, its questions, and how it ends."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import pytest

from eh_connect import guide
from eh_connect.lines import BLANK
from eh_connect.person import words
from eh_connect.person.look import Look, render
from tests.support import leaks
from tests.support.memory import told
from tests.support.screen import BEFORE_THE_REVIEW, CTRL_C, DOWN, ENTER, TO_THE_FORM, TO_THE_REVIEW, at

if TYPE_CHECKING:
    from tests.support.command import Tool


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_happy_path(tool: Tool, columns: int) -> None:
    with at(tool, "setup", columns=columns) as someone:
        someone.walks()
        someone.chooses("Create the connector profile?")
        someone.answers("Test it now?")
        someone.sees("check now", stays=False)
        tool.stage.sign_in(someone.link)
        someone.types(ENTER)
        someone.sees("Verified")
        someone.answers("(y/N)")
        assert someone.leaves() == 0
        someone.sees_golden(f"setup-{columns}")
    assert tool.holds_what_stackone_has()
    if columns == 80:
        printed = "\n".join(someone.lines).rstrip().splitlines()
        questions = [line for line in printed if line.startswith("? ")]
        assert (len(questions), len(printed) <= 90) == (8, True)


def test_without_colour_it_is_the_same_form(tool: Tool) -> None:
    with at(tool, "setup", NO_COLOR="1") as someone:
        someone.walks()
        someone.sees("Create the connector profile?")
    assert not re.search(rb"\x1b\[[0-9;]*(3[0-7]|9[0-7])m", someone.raw)
    assert b"\x1b[1m" in someone.raw, "bold is no colour"


def test_the_plain_form_has_the_same_steps_one_line_after_another(tool: Tool) -> None:
    with at(tool, "setup", "--plain") as someone:
        someone.sees("Step 1 of 5. StackOne")
        someone.pastes("Question: StackOne API key", leaks.API_KEY)
        someone.sees("OK: Key accepted")
        someone.answers("Number", "1")
        someone.answers("a colleague has the account)", "12345")
        someone.answers("I've created it")
        someone.sees("Step 4 of 5.")
        someone.pastes("Question: Client ID", leaks.CLIENT_ID)
        someone.pastes("Question: Client Secret", leaks.CLIENT_SECRET)
        someone.sees("Step 5 of 5. Review")
        someone.answers("Number", "1")
        someone.answers("Test it now?", "y")
        someone.sees("Enter")
        tool.stage.sign_in(someone.link)
        someone.types(ENTER)
        someone.sees("OK: Verified")
        someone.answers("(y/N)", "")
        assert someone.leaves() == 0
        someone.sees_golden("setup-plain")
    assert b"\x1b[" not in someone.raw


def test_a_window_that_is_too_small_gets_the_plain_form(tool: Tool) -> None:
    with at(tool, "setup", columns=49) as someone:
        someone.sees("Step 1 of 5.")


@pytest.mark.parametrize(
    ("answers", "next_question"),
    [
        (0, "Which data"),
        (1, "Which data"),
        (2, "a colleague"),
        (3, "I've created it"),
        (4, "I've created it"),
        (TO_THE_REVIEW, "Create the connector profile?"),
    ],
)
def test_ctrl_c_says_what_is_saved_and_the_next_run_goes_on(
    tool: Tool, answers: int, next_question: str
) -> None:
    with at(tool, "setup") as someone:
        someone.walks(answers)
        someone.sees((*(question for question, _ in BEFORE_THE_REVIEW), "Stop")[answers], stays=False)
        someone.waits_unseen()
        someone.types(CTRL_C)
        someone.sees("Nothing was changed at StackOne")
        assert someone.leaves() == 130
        if answers == 2:
            someone.sees_golden("stopped-2")
        elif answers == TO_THE_REVIEW:
            someone.sees_golden("stopped-5")
    assert tool.stage.profiles == []
    with at(tool, "setup") as someone:
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees(next_question, stays=False)
        assert ("Created it before you stopped?" in someone.text) is (next_question == "I've created it")


@pytest.mark.parametrize("organisation", ["12345", ""])
def test_a_run_that_goes_on_asks_nothing_again_until_the_person_goes_back(
    tool: Tool, organisation: str
) -> None:
    with at(tool, "setup") as someone:
        someone.walks(2)
        someone.answers("a colleague has the account)", organisation)
        someone.presses(CTRL_C, "I've created it")
        someone.sees("Your answers about the application are saved.")
        assert someone.leaves() == 130
    with at(tool, "setup") as someone:
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("Data: directory")
        someone.sees(f"Organisation: {organisation or 'not known'}")
        someone.sees("Created it before you stopped? Then press Enter")
        someone.presses("b", "I've created it")
        someone.answers("a colleague has the account)", "b")
        someone.sees("Choose cards", stays=False)


def test_answers_can_be_gone_back_to(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.walks(TO_THE_FORM)
        someone.presses("b", "I've created it")
        someone.answers("a colleague has the account)", "b")
        someone.presses(DOWN * 2 + ENTER, "Choose cards")
        someone.answers("a colleague has the account)", "67890")
        someone.sees("organisations/67890")
        someone.sees("I've created it", stays=False)


@pytest.mark.parametrize(("plain", "lead"), [("1", "Question: "), (None, "? ")])
def test_back_from_a_secret_leads_to_the_question_before(tool: Tool, plain: str | None, lead: str) -> None:
    with at(tool, "setup", EH_CONNECT_ACCESSIBLE=plain) as someone:
        someone.pastes(f"{lead}StackOne API key", "b")
        someone.sees("There is no question before this one.")
        someone.pastes(f"{lead}StackOne API key", leaks.API_KEY)
        someone.presses(ENTER, "Number" if plain else "help")
        someone.answers("a colleague has the account)", "12345")
        someone.presses(ENTER, "I've created it")
        someone.pastes(f"{lead}Client ID", "b")
        someone.sees("Create Application")
        someone.presses(ENTER, "I've created it")
        someone.pastes(f"{lead}Client ID", leaks.NEW_SECRET)
        someone.pastes(f"{lead}Client Secret", "b")
        someone.pastes(f"{lead}Client ID", leaks.CLIENT_ID)
        someone.pastes(f"{lead}Client Secret", leaks.CLIENT_SECRET)
        someone.sees("Create the connector profile?")
        someone.presses(ENTER, "Number" if plain else "help")
        someone.sees("Created")
    assert tool.holds_what_stackone_has()


def test_back_from_the_form_ends_there_again_where_all_before_it_was_given(tool: Tool) -> None:
    with at(tool, "setup", "--scopes", "directory", "--org-id", "12345") as someone:
        someone.pastes("StackOne API key", leaks.API_KEY)
        for key in ("b", ENTER):
            someone.sees("4 Scopes")
            someone.presses(key, "I've created it")
        someone.sees("? Client ID")


def test_back_from_the_form_passes_the_organisation_where_it_was_given(tool: Tool) -> None:
    with at(tool, "setup", "--org-id", "12345") as someone:
        someone.walks(2)
        someone.presses("b", "I've created it")
        someone.presses(ENTER, "Choose cards")
        someone.sees("I've created it", stays=False)
        someone.presses(ENTER, "I've created it")
        someone.sees("? Client ID")


def test_each_question_explains_itself(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.sees("StackOne API key")
        someone.waits_unseen()
        someone.types("?" + ENTER)
        someone.sees("Only a Project Admin")
        someone.walks(TO_THE_FORM)
        someone.presses("?", "I've created it")
        someone.sees_golden("explained")


def test_what_a_question_mark_explains_has_four_lines_at_most() -> None:
    texts = {name: text for name, text in vars(words).items() if isinstance(text, tuple) and name.isupper()}
    del texts["NEEDS"], texts["HAVE_SECRET_MADE"]  # those are shown unasked
    long = [name for name, text in texts.items() if len(render(text, Look(80)).splitlines()) > 4]
    assert (long, len(texts) > 20) == ([], True)


def test_the_form_with_its_keys_fits_24_rows() -> None:
    form = guide.portal_section(told({"org_id": "12345", "scopes": "directory"}))
    rows = render((BLANK, *form.lines(), *words.CREATED_ALREADY), Look(80)).splitlines()
    keys = 2
    assert sum(math.ceil(max(len(row), 1) / 80) for row in rows) + keys <= 24
