"""One question at a time, asked by our terminal in a real pseudo-terminal, in either form."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.screen import Person, at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

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
