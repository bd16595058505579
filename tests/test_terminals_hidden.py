"""What is hidden stays hidden in both terminals, each in a real pseudo-terminal with a person in front of it."""

from __future__ import annotations

import io
import os
import signal
import sys
import termios
import time
from typing import TYPE_CHECKING

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
from tests.support.asked import (
    CANARY,
    HIDDEN,
    LINE,
    MENU,
    SCRIPT,
    Ask,
    Form,
    asked,
    both,
    never_saw,
    person,
)
from tests.support.screen import CTRL_C, CTRL_D, ENTER, Person, at_terminal

if TYPE_CHECKING:
    from pathlib import Path


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
