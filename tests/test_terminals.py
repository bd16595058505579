"""The two terminals, each in a real pseudo-terminal with a person in front of it."""

from __future__ import annotations

import termios
from typing import TYPE_CHECKING

import pytest

from tests.support.asked import (
    HIDDEN,
    KEYS,
    LINE,
    MENU,
    TICKS,
    YES,
    Ask,
    Form,
    asked,
    both,
    person,
)
from tests.support.screen import ENTER

if TYPE_CHECKING:
    from pathlib import Path


@both
@pytest.mark.parametrize("ask", [LINE, HIDDEN, YES, MENU, KEYS, TICKS], ids=str)
def test_a_question_mark_explains_whatever_is_asked(form: Form, ask: Ask) -> None:
    with asked(ask, form) as someone:
        is_key = ask in {MENU, KEYS, TICKS} and form is Form.FULL
        someone.types("?" if is_key else "?" + ENTER)
        someone.sees("This explains it.")
        ask.comes(someone, form)
        someone.types(ENTER)
        someone.sees(f"=> {ask.enter}.")


@both
def test_a_key_with_an_action_leaves_the_keys_in_sight_and_what_was_typed_meanwhile_is_dropped(
    form: Form, tmp_path: Path
) -> None:
    code = (
        f"def slow():\n    Path('{tmp_path / 'runs'}').touch()\n    until('{tmp_path / 'go'}')\n"
        "    terminal.show(prose('Opened.'))\n"
        "said(terminal.wait_for_key([Key('o', 'open', slow), Key('', 'go on')], HELPS))"
    )
    with person(code, form) as someone:
        someone.presses("o" + (ENTER if form is Form.PLAIN else ""), "[Enter] go on")
        assert someone.waits_for((tmp_path / "runs").exists, 20)
        someone.types(ENTER)
        someone.waits_for(lambda: False, 0.3)  # until the terminal has taken it
        (tmp_path / "go").touch()
        someone.sees("Opened.")
        someone.sees("[Enter] go on", stays=form is Form.PLAIN)
        assert not someone.waits_for(lambda: "=>" in someone.text, 0.5)
        someone.types(ENTER)
        someone.sees("=> ''.")


def test_the_plain_form_says_again_what_a_key_has_put_into_the_note() -> None:
    code = (
        "notes = []\nkeys = [Key('i', 'copy', lambda: notes.append(prose('Cleared later.'))), Key('', 'go on')]\n"
        "with terminal.watch('Waiting', keys, HELPS, lambda: notes[-1] if notes else None) as watching:\n"
        "    while watching(60) is None: pass\nsaid(1)"
    )
    with person(code, Form.PLAIN) as someone:
        for times in (1, 2):
            someone.presses("i" + ENTER, "help")
            assert someone.waits_for(lambda: someone.text.count("Cleared later.") == times, 20)  # noqa: B023  # at once
        someone.types(ENTER)
        someone.sees("=> 1.")


@both
def test_nothing_shows_that_is_typed_while_it_works(form: Form) -> None:
    code = "import select\nwith terminal.working('Asking StackOne'): select.select([0], [], [])\nsaid(1)"
    with person(code, form) as someone:
        someone.sees("Asking StackOne", stays=False)
        someone.types("typed meanwhile" + ENTER)
        someone.sees("=> 1.")
        assert "typed" not in someone.text
        assert ("Asking" in someone.text) is (form is Form.PLAIN)


# A paste, and what was typed ahead

PAST = "https://secure.employmenthero.com/g"


@pytest.mark.parametrize(
    ("form", "ask"),
    [(form, ask) for form in Form for ask in (KEYS, MENU, YES) if (form, ask) != (Form.UNBRACKETED, YES)],
    ids=str,
)
@pytest.mark.parametrize("ends", ["", "\r", "\rg\r"])
def test_a_paste_is_no_key_press(form: Form, ask: Ask, ends: str) -> None:
    if form is Form.PLAIN and ends == "":
        ends = "\r"  # a terminal that gives lines gives nothing before
    with asked(ask, form) as someone:
        someone.types(f"\x1b[200~{PAST}{ends}\x1b[201~" if form is Form.FULL else PAST + ends)
        if form is not Form.PLAIN or ask is KEYS or len(ends) > 1:
            someone.sees("That was a paste (", stays=False)
            someone.sees("Nothing was done with it.", stays=ask is YES)
        if form is Form.PLAIN or ask is YES:
            ask.comes(someone, form)  # asked again: a line is no key press, and this one no answer
        someone.types(ENTER)
        someone.sees(f"=> {ask.enter}.")


@both
@pytest.mark.parametrize(
    ("ask", "answer", "result"), [(YES, "n", "False"), (HIDDEN, "abc", "3"), (KEYS, "g", "'g'")], ids=str
)
def test_what_was_typed_ahead_answers_nothing(
    form: Form, ask: Ask, answer: str, result: str, tmp_path: Path
) -> None:
    with asked(ask, form, before=f"print('busy')\nuntil('{tmp_path / 'go'}')") as someone:
        someone.sees("busy")
        someone.types(ENTER * 5)
        (tmp_path / "go").touch()
        ask.comes(someone, form)
        someone.types(answer + ("" if ask is KEYS and form is Form.FULL else ENTER))
        someone.sees(f"=> {result}")


def test_a_question_is_whole_in_a_window_that_was_made_small(tmp_path: Path) -> None:
    with person(f"print('busy')\nuntil('{tmp_path / 'go'}')\nsaid(terminal.ask('Name', HELPS))") as someone:
        someone.sees("busy")
        termios.tcsetwinsize(someone.terminal, (40, 45))
        (tmp_path / "go").touch()
        someone.answers("? Question: Name", "Ann")
        someone.sees("=> 'Ann'.")
