"""The two terminals, each in a real pseudo-terminal with a person in front of it."""

from __future__ import annotations

import io
import os
import signal
import sys
import termios
import time
from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.ansi_escape_sequences import REVERSE_ANSI_SEQUENCES
from prompt_toolkit.key_binding import merge_key_bindings
from prompt_toolkit.key_binding.bindings.auto_suggest import load_auto_suggest_bindings
from prompt_toolkit.key_binding.bindings.open_in_editor import load_open_in_editor_bindings
from prompt_toolkit.key_binding.bindings.page_navigation import load_page_navigation_bindings
from prompt_toolkit.key_binding.defaults import load_key_bindings
from prompt_toolkit.keys import Keys

from eh_connect.person.terminal_full import FullTerminal
from tests.support.screen import CTRL_C, CTRL_D, ENTER, Person, at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


CANARY = "v1.eu1.not-to-be-seen-0123456789-abcdefghij"

SCRIPT = """
import os, sys, time
from pathlib import Path
from eh_connect.lines import prose
from eh_connect.person.terminal import Choice, Key, open_terminal
from eh_connect.secret import Secret
def until(path):
    while not Path(path).exists():
        time.sleep(0.02)
COLOURS = [Choice("r", "Red"), Choice("g", "Green", "like grass"), Choice("b", "Blue", warning="costs 12")]
HELPS = (prose("This explains it."),)
terminal = open_terminal(plain="--plain" in sys.argv)
def said(value):
    print(f"=> {value.length if isinstance(value, Secret) else repr(value)}.")
"""


class Form(Enum):
    FULL = "full"
    UNBRACKETED = "full, where the terminal marks no paste"
    PLAIN = "plain"


class Ask(NamedTuple):
    """A question, the words that it ends with in the full form and in the plain one, what Enter alone gives."""

    code: str
    end: str
    plain_end: str
    enter: str

    def __str__(self) -> str:
        return self.code.partition("(")[0]

    def comes(self, someone: Person, form: Form) -> None:
        """Wait until it may be answered: before that, what is typed counts for nothing."""
        someone.sees(self.plain_end if form is Form.PLAIN else self.end, stays=form is Form.PLAIN)
        if form is not Form.PLAIN or self is HIDDEN:
            someone.waits_unseen()


HIDDEN = Ask("ask_hidden('Secret', HELPS)", "Secret", "Secret", "0")
LINE = Ask("ask('Name', HELPS)", "Name", "Name", "''")
YES = Ask("yes('Sure?', HELPS, default=True)", "(Y/n)", "(Y/n)", "True")
MENU = Ask("choose('Colour', COLOURS, HELPS)", "help", "(Enter: 1)", "'r'")
TICKS = Ask("choose_many('Colours', COLOURS, HELPS)", "back", "(Enter: back)", "()")
KEYS = Ask("wait_for_key([Key('g', 'a colleague'), Key('', 'go on')], HELPS)", "help", "help", "''")

both = pytest.mark.parametrize("form", [Form.FULL, Form.PLAIN])


def person(code: str, form: Form = Form.FULL) -> AbstractContextManager[Person]:
    return at_terminal(
        SCRIPT + code, *(["--plain"] if form is Form.PLAIN else []), environment={}, kind="code"
    )


@contextmanager
def asked(ask: Ask, form: Form, before: str = "") -> Iterator[Person]:
    with person(f"{before}\nsaid(terminal.{ask.code})", form) as someone:
        if not before:
            ask.comes(someone, form)
        yield someone


def never_saw(someone: Person, secret: str) -> bool:
    return secret[-12:].encode() not in someone.raw


# What is hidden stays hidden


TYPED = REVERSE_ANSI_SEQUENCES | {
    Keys.CPRResponse: "\x1b[1;1R",
    Keys.Vt100MouseEvent: "\x1b[<0;1;1M",
    Keys.BracketedPaste: "\x1b[200~pasted\x1b[201~",
    Keys.Any: "x",
}
"""What a terminal sends for a key of prompt_toolkit's."""


def registry() -> set[str]:
    """What has to be typed for each binding that prompt_toolkit knows."""
    further = (load_auto_suggest_bindings, load_open_in_editor_bindings, load_page_navigation_bindings)
    bindings = merge_key_bindings([load_key_bindings(), *(load() for load in further)]).bindings
    keys = ([TYPED.get(key, "") if isinstance(key, Keys) else key for key in each.keys] for each in bindings)
    return {*map("".join, keys)} - {""}


def test_no_key_of_the_library_shows_what_is_pasted_at_a_hidden_question() -> None:
    bindings = registry()
    assert len(bindings) > 150
    pastes = f"\x1b[200~{CANARY}\x1b[201~{CANARY[1:]}"  # not twice the same: that would be asked about
    for keys in sorted(bindings):
        screen = io.StringIO()
        with create_pipe_input() as typed:
            typed.send_text(keys + pastes + ENTER)
            try:
                FullTerminal(screen, typed).ask_hidden("Client Secret", ())
            except (KeyboardInterrupt, EOFError):
                assert {CTRL_C, CTRL_D} & set(keys)
        assert "Client Secret" in screen.getvalue()
        assert CANARY[-12:] not in screen.getvalue(), repr(keys)


SYSTEM_KEYS = "\x13\x1a\x1c"
"""In the plain form they are left to the system."""


@both
@pytest.mark.parametrize("keys", ["\x11\x18\x05\x1b/\x1bx\t", "\x12"])
def test_no_key_lets_a_terminal_show_it(form: Form, keys: str) -> None:
    with asked(HIDDEN, form) as someone:
        someone.types(keys if form is Form.PLAIN else SYSTEM_KEYS + keys)
        someone.types(CANARY + ENTER)
        someone.sees("=>")
        assert someone.leaves() == 0
        assert never_saw(someone, CANARY)


@both
def test_a_hidden_line_says_its_length_and_is_read_whole(form: Form) -> None:
    with asked(HIDDEN, form) as someone:
        someone.types("?" + ENTER)
        someone.sees("This explains it.")
        HIDDEN.comes(someone, form)
        someone.types(CANARY[:20] + "xy\x7f\x7f" + CANARY[20:] + ENTER)
        someone.sees("43 characters")
        someone.sees("=> 43.")
        assert never_saw(someone, CANARY)


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
def test_the_same_secret_twice_over_is_asked_about(form: Form) -> None:
    with asked(HIDDEN, form) as someone:
        someone.types(CANARY * 2 + ENTER)
        someone.answers("86 characters: the same 43 twice. Use it once? (Y/n)")
        someone.sees("=> 43.")


@both
def test_suspended_and_resumed_by_a_shell_it_hides_as_before(form: Form, tmp_path: Path) -> None:
    program = tmp_path / "asks.py"
    program.write_text(SCRIPT + "print('pid', os.getpid())\nsaid(terminal.ask_hidden('Secret', ()))\n")
    with at_terminal("bash", "--norc", "-i", environment={"PS1": "ready> "}, kind="program") as someone:
        someone.answers("ready>", f"{sys.executable} {program} --{form.value}")
        HIDDEN.comes(someone, form)
        if form is Form.PLAIN:
            someone.types("\x1a")
        else:
            words = someone.text.split()
            os.kill(int(words[len(words) - words[::-1].index("pid")]), signal.SIGTSTP)
        someone.sees("Stopped")
        someone.answers("ready>", "fg")
        someone.sees("asks.py")
        someone.waits_unseen()
        someone.types(CANARY + ENTER)
        someone.sees("=> 43.")
        assert never_saw(someone, CANARY)


def shown_by_others_while_suspended(someone: Person) -> None:
    os.kill(someone.child.pid, signal.SIGSTOP)
    mode = termios.tcgetattr(someone.terminal)
    mode[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(someone.terminal, termios.TCSANOW, mode)
    os.kill(someone.child.pid, signal.SIGCONT)


@both
@pytest.mark.parametrize("ask", [LINE, HIDDEN, MENU], ids=str)
def test_a_mode_that_others_changed_meanwhile_is_set_again(form: Form, ask: Ask) -> None:
    with asked(ask, form) as someone:
        shown_by_others_while_suspended(someone)
        if form is Form.FULL or ask is HIDDEN:
            someone.waits_unseen()
        someone.types(ENTER)
        someone.sees("=>")
        assert someone.leaves() == 0


@both
def test_suspended_at_the_moment_it_begins_to_hide_it_hides_as_before(form: Form) -> None:
    with person(f"said(terminal.{HIDDEN.code})", form) as someone:
        end = time.monotonic() + 20
        while termios.tcgetattr(someone.terminal)[3] & termios.ECHO:
            assert time.monotonic() < end
        shown_by_others_while_suspended(someone)
        someone.sees("Secret", stays=False)
        someone.waits_unseen()


def test_secrets_that_were_shown_are_wiped_in_every_terminal() -> None:
    code = (
        f"terminal.show(prose('before'))\nterminal.reveal('Both', [('Secret', Secret('{CANARY}'))])\nsaid(1)"
    )
    with person(code) as someone:
        someone.is_shown(CANARY)
        someone.types("x")
        someone.is_shown("=> 1.")
        assert "before" in "\n".join(someone.lines)
        assert CANARY not in "\n".join(someone.lines)
        assert CANARY not in someone.without_second_screen


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
