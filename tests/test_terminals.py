"""The two terminals, each in a real pseudo-terminal with a person in front of it."""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.ansi_escape_sequences import REVERSE_ANSI_SEQUENCES
from prompt_toolkit.key_binding.bindings.auto_suggest import load_auto_suggest_bindings
from prompt_toolkit.key_binding.bindings.open_in_editor import load_open_in_editor_bindings
from prompt_toolkit.key_binding.bindings.page_navigation import load_page_navigation_bindings
from prompt_toolkit.key_binding.defaults import load_key_bindings
from prompt_toolkit.keys import Keys

from eh_connect.person.terminal_full import FullTerminal
from tests.support.screen import CTRL_C, CTRL_D, ENTER, at_terminal

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.support.screen import Person

CANARY = "v1.eu1.not-to-be-seen-0123456789-abcdefghij"
FORMS = ("full", "plain")
both = pytest.mark.parametrize("form", FORMS)

SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from eh_connect.lines import prose
from eh_connect.person.terminal import Choice, Key, open_terminal
from eh_connect.secret import Secret
def until(path):
    while not Path(path).exists():
        time.sleep(0.02)
COLOURS = [Choice("r", "Red"), Choice("g", "Green", "like grass"), Choice("b", "Blue", warning="costs 12")]
HELPS = (prose("This explains it."),)
terminal = open_terminal(os.environ, plain="--plain" in sys.argv)
def said(value):
    print(f"=> {value.fingerprint if isinstance(value, Secret) else repr(value)}.")
"""


def person(code: str, form: str = "full") -> AbstractContextManager[Person]:
    program = (sys.executable, "-c", SCRIPT + code, *(["--plain"] if form == "plain" else []))
    return at_terminal(environment={}, program=program)


def hides(someone: Person, question: str = "Secret") -> None:
    """Wait until it may be typed."""
    someone.sees(question)
    someone.waits_unseen()


def never_saw(someone: Person, secret: str) -> bool:
    return secret[-12:].encode() not in someone.raw


# What is hidden stays hidden


def registry() -> list[str]:
    """What has to be typed for each binding that prompt_toolkit knows."""
    others = {
        Keys.CPRResponse: "\x1b[1;1R",
        Keys.Vt100MouseEvent: "\x1b[<0;1;1M",
        Keys.BracketedPaste: "\x1b[200~pasted\x1b[201~",
        Keys.Any: "x",
    }
    typed = dict(REVERSE_ANSI_SEQUENCES) | others
    loaded = (
        load_key_bindings(),
        load_auto_suggest_bindings(),
        load_open_in_editor_bindings(),
        load_page_navigation_bindings(),
    )
    sequences = {
        "".join(typed.get(key, "") if isinstance(key, Keys) else key for key in binding.keys)
        for bindings in loaded
        for binding in bindings.bindings
    }
    return sorted(sequences - {""})


@pytest.mark.parametrize("paste", [f"\x1b[200~{CANARY}\x1b[201~", CANARY])
def test_no_key_of_the_library_shows_what_is_pasted_at_a_hidden_question(paste: str) -> None:
    bindings = registry()
    assert len(bindings) > 150
    for keys in bindings:
        screen = io.StringIO()
        with create_pipe_input() as typed:
            typed.send_text(keys + paste + ENTER)
            try:
                FullTerminal(screen, typed).ask_hidden("Client Secret", ())
            except (KeyboardInterrupt, EOFError):
                assert {CTRL_C, CTRL_D} & set(keys)
        assert "Client Secret" in screen.getvalue()
        assert CANARY[-12:] not in screen.getvalue(), repr(keys)


SYSTEM_KEYS = "\x13\x1a\x1c"
"""In the plain form they are left to the system."""


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("full", SYSTEM_KEYS + "\x11\x18\x05\x1b/\x1bx\t"),
        ("plain", "\x11\x18\x05\x1b/\x1bx\t"),
        ("full", "\x12"),
        ("plain", "\x12"),
    ],
)
def test_no_key_lets_a_terminal_show_it(form: str, keys: str) -> None:
    with person("said(terminal.ask_hidden('Secret', ()))", form) as someone:
        hides(someone)
        someone.types(keys)
        someone.types(CANARY + ENTER)
        someone.sees("=> sha256:")
        assert someone.leaves() == 0
        assert never_saw(someone, CANARY)


@both
def test_a_hidden_line_says_its_length_and_is_read_whole(form: str) -> None:
    with person("said(terminal.ask_hidden('Secret', HELPS))", form) as someone:
        hides(someone)
        someone.types("?" + ENTER)
        someone.sees("This explains it.")
        hides(someone)
        someone.types(CANARY[:20] + "xy\x7f\x7f" + CANARY[20:] + ENTER)
        someone.sees("43 characters")
        someone.sees("=> sha256:")
        assert never_saw(someone, CANARY)


@both
def test_the_same_secret_twice_over_is_asked_about(form: str) -> None:
    with person("said(terminal.ask_hidden('Secret', ()).length)", form) as someone:
        hides(someone)
        someone.types(CANARY * 2 + ENTER)
        someone.answers("86 characters: the same 43 twice. Use it once? (Y/n)")
        someone.sees("=> 43.")


@both
def test_suspended_and_resumed_by_a_shell_it_hides_as_before(form: str, tmp_path: Path) -> None:
    program = tmp_path / "asks.py"
    program.write_text(SCRIPT + "print('pid', os.getpid())\nsaid(terminal.ask_hidden('Secret', ()))\n")
    with at_terminal(environment={"PS1": "ready> "}, program=("bash", "--norc", "-i")) as someone:
        someone.answers("ready>", f"{sys.executable} {program} {'--plain' if form == 'plain' else ''}")
        hides(someone)
        if form == "plain":
            someone.types("\x1a")
        else:
            words = someone.text.split()
            os.kill(int(words[len(words) - words[::-1].index("pid")]), signal.SIGTSTP)
        someone.sees("Stopped")
        someone.answers("ready>", "fg")
        someone.sees("asks.py")
        someone.waits_unseen()
        someone.types(CANARY + ENTER)
        someone.sees("=> sha256:")
        assert never_saw(someone, CANARY)


@both
@pytest.mark.parametrize(
    "ask", ["ask('Name')", "ask_hidden('Secret', ()).length", "choose('Colour', COLOURS)"]
)
def test_a_mode_that_others_changed_meanwhile_is_set_again(form: str, ask: str) -> None:
    import termios

    with person(f"said(terminal.{ask})", form) as someone:
        last = "Red" if form == "full" else "(Enter: 1)"  # before that, what is typed counts for nothing
        someone.sees("Name" if "Name" in ask else "Secret" if "Secret" in ask else last, stays=False)
        if form == "full" or "hidden" in ask:
            someone.waits_unseen()
        os.kill(someone.pid, signal.SIGSTOP)
        mode = termios.tcgetattr(someone.child.child_fd)
        mode[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(someone.child.child_fd, termios.TCSANOW, mode)
        os.kill(someone.pid, signal.SIGCONT)
        if form == "full" or "hidden" in ask:
            someone.waits_unseen()
        someone.types("1" + ENTER if "choose" not in ask or form == "plain" else ENTER)
        someone.sees("=>")
        assert someone.leaves() == 0


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
def test_nothing_shows_that_is_typed_while_it_works(form: str, tmp_path: Path) -> None:
    code = f"with terminal.working('Asking StackOne'): until('{tmp_path / 'go'}')\nsaid(1)"
    with person(code, form) as someone:
        someone.sees("Asking StackOne", stays=False)
        someone.types("typed meanwhile")
        (tmp_path / "go").touch()
        someone.sees("=> 1.")
        assert "typed" not in someone.text
        assert ("Asking" in someone.text) is (form == "plain")


# A paste, and what was typed ahead

KEYS = "wait_for_key([Key('g', 'a colleague'), Key('', 'go on')])"
PAST = "https://secure.employmenthero.com/g"


@both
@pytest.mark.parametrize("ask", [KEYS, "choose('Colour', COLOURS, more=HELPS)", "yes('Sure?', default=True)"])
@pytest.mark.parametrize("ends", ["", "\r", "\rg\r"])
def test_a_paste_is_no_key_press(form: str, ask: str, ends: str) -> None:
    if form == "plain" and ends == "":
        ends = "\r"  # a terminal that gives lines gives nothing before
    brackets = form == "full"
    with person(f"said(terminal.{ask})", form) as someone:
        question = "go on" if "_key" in ask else "Sure?" if "yes" in ask else "help"
        someone.sees(question, stays=not brackets)
        if brackets:
            someone.waits_unseen()
        someone.types(f"\x1b[200~{PAST}{ends}\x1b[201~" if brackets else PAST + ends)
        if form == "full" or "_key" in ask or len(ends) > 1:
            typed = "yes" in ask
            someone.sees("That was a paste (", stays=typed)
            someone.sees("Nothing was done with it.", stays=typed)
        if not brackets or "yes" in ask:
            someone.sees(question)  # asked again: a line is no key press, and this one no answer
        if brackets:
            someone.waits_unseen()
        someone.types(ENTER)
        someone.sees({"w": "=> ''.", "c": "=> 'r'.", "y": "=> True."}[ask[0]])


@pytest.mark.parametrize("ask", [KEYS, "choose('Colour', COLOURS, more=HELPS)"])
def test_where_a_terminal_has_no_brackets_many_keys_at_once_are_a_paste(ask: str) -> None:
    with person(f"said(terminal.{ask})") as someone:
        someone.sees("go on" if "_key" in ask else "help", stays=False)
        someone.waits_unseen()
        someone.types(PAST + ENTER)
        someone.sees("That was a paste (36 characters). Nothing was done with it.", stays=False)
        someone.types(ENTER)
        someone.sees("=>")


@both
@pytest.mark.parametrize(
    ("ask", "sees", "answer", "result"),
    [
        ("yes('Sure?', default=False)", "Sure?", "y", "True"),
        ("ask_hidden('Secret', ()).length", "Secret", "abc", "3"),
        (KEYS, "a colleague", "g", "'g'"),
    ],
)
def test_what_was_typed_ahead_answers_nothing(
    form: str, ask: str, sees: str, answer: str, result: str, tmp_path: Path
) -> None:
    with person(f"print('busy')\nuntil('{tmp_path / 'go'}')\nsaid(terminal.{ask})", form) as someone:
        someone.sees("busy")
        someone.types(ENTER * 5)
        (tmp_path / "go").touch()
        someone.sees(sees, stays=False)
        if form == "full":
            someone.waits_unseen()
        someone.types(answer)
        if "_key" not in ask or form == "plain":
            someone.types(ENTER)
        someone.sees(f"=> {result}.")
