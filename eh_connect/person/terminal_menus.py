"""What the full terminal draws over and over until it is answered: a menu, boxes, a hidden field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.keys import Keys
from rich.text import Text

from eh_connect.lines import counted
from eh_connect.person import look
from eh_connect.person.keyboard import ENTER
from eh_connect.person.terminal import HELP, Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_toolkit.key_binding.key_processor import KeyPress

    from eh_connect.person.look import Look
    from eh_connect.person.terminal import Choice

_MOVES: dict[Keys | str, int] = {Keys.Up: -1, Keys.Down: 1, Keys.ControlP: -1, Keys.ControlN: 1}
_ERASES = frozenset({Keys.Backspace, Keys.ControlH})

_MOST_BOXES = 14
"""Rows: what is explained above a long list stays in sight."""

_MOST_DOTS = 43
"""In the line of an answer, which is to fit 80 columns."""

_FEWEST = 24
"""Columns beside a question; with fewer the answer gets a row of its own."""


class Menu:
    """One of several choices, or ``?``."""

    def __init__(self, question: str, choices: Sequence[Choice], *, has_help: bool) -> None:
        self.question = question
        self.result: str | tuple[str, ...] = ""
        self.said = ""
        self._choices = choices
        self._help = [HELP] if has_help else []
        self._at = 0

    def rows(self, how: Look, height: int) -> list[Text]:
        """What is drawn, on no more rows than there are."""
        asked = look.question(self.question, how)
        keys = look.legend(self._help, how) if self._help else []
        blocks = [self._rows_of(choice, number, how) for number, choice in enumerate(self._choices)]
        return [*asked, *_window(blocks, self._at, height - len(asked) - len(keys)), *keys]

    def press(self, press: KeyPress) -> bool | None:
        """True when it is answered."""
        self._move(press, len(self._choices))
        if press.key in ENTER:
            self.result, self.said = self._choices[self._at].value, self._choices[self._at].label
            return True
        return self._asks_for_help(press)

    def _move(self, press: KeyPress, count: int) -> None:
        self._at = (self._at + _MOVES.get(press.key, 0)) % max(count, 1)

    def _asks_for_help(self, press: KeyPress) -> bool | None:
        if not self._help or press.data != HELP.key:
            return None
        self.result, self.said = HELP.key, ""
        return True

    def _rows_of(self, choice: Choice, number: int, how: Look, box: str = "") -> list[Text]:
        head = max(len(choice.label) for choice in self._choices)
        return look.choice_rows(choice, head, how, current=number == self._at, box=box)


class Boxes(Menu):
    """Some of many choices; typing narrows the list."""

    _sought = ""
    _ticked: frozenset[str] = frozenset()

    @property
    def _found(self) -> list[Choice]:
        sought = self._sought.casefold().split()
        return [c for c in self._choices if all(word in f"{c.label} {c.note}".casefold() for word in sought)]

    def rows(self, how: Look, height: int) -> list[Text]:
        """What is drawn, on no more rows than there are."""
        found = self._found
        blocks = [
            self._rows_of(choice, number, how, "[x] " if choice.value in self._ticked else "[ ] ")
            for number, choice in enumerate(found)
        ] or [[Text("  Nothing is called so.")]]
        done = f"done ({len(self._ticked)} ticked)" if self._ticked else "back"
        keys = [Key("Space", "tick"), *self._help, Key("", done)]
        asked = look.question(self.question, how)
        count = f"({len(found)} of {len(self._choices)})"
        bottom = [Text(f"  Search by typing: {self._sought}  {count}"), *look.legend(keys, how)]
        room = min(height - len(asked) - len(bottom), _MOST_BOXES)
        return [*asked, *_window(blocks, self._at, room), *bottom]

    def press(self, press: KeyPress) -> bool | None:
        """True when it is answered, or help is wanted."""
        found = self._found
        if press.key in ENTER:
            ticked = [choice for choice in self._choices if choice.value in self._ticked]
            self.result = tuple(choice.value for choice in ticked)
            self.said = ", ".join(choice.label for choice in ticked) or "none"
            return True
        if self._asks_for_help(press):
            return True
        self._move(press, len(found))
        if press.data == " " and found:
            self._ticked ^= {found[self._at].value}
        elif press.key in _ERASES:
            self._sought, self._at = self._sought[:-1], 0
        elif len(press.data) == 1 and press.data.isprintable() and press.data != " ":
            self._sought, self._at = self._sought + press.data, 0
        return None


class Field:
    """A hidden line: characters go in, Backspace takes one and Ctrl-U all of them out, Enter ends it.

    No other key does anything, so that nothing can bring it to light.
    """

    def __init__(self, question: str) -> None:
        self.question = question
        self.result = ""
        self._room = _MOST_DOTS

    @property
    def said(self) -> str:
        """What came in."""
        if self.result in {"", HELP.key}:
            return self.result
        length = counted(len(self.result), "character")
        return f"{self._dots(min(_MOST_DOTS, self._room - len(length) - 2))}  {length}"

    def rows(self, how: Look, height: int) -> list[Text]:  # noqa: ARG002  # it is small
        """The question, and a dot for each character."""
        *above, last = look.question(self.question, how)
        beside = how.room - last.cell_len - 2
        self._room = beside if beside > _FEWEST else how.room - 2
        return [*above, last + "  " + self._dots(how.room - 2)]

    def press(self, press: KeyPress) -> bool | None:
        """True when it is answered."""
        if press.key in ENTER:
            return True
        if press.key == Keys.BracketedPaste:
            self.result += "".join(press.data.splitlines())
        elif press.key == Keys.ControlU:
            self.result = ""
        elif press.key in _ERASES:
            self.result = self.result[:-1]
        elif press.key == press.data and len(press.data) == 1 and press.data.isprintable():
            self.result += press.data
        return None

    def _dots(self, most: int) -> str:
        length = len(self.result)
        return "•" * length if length <= most else "•" * (most - 1) + "…"


def _window(blocks: Sequence[list[Text]], at: int, height: int) -> list[Text]:
    """As many blocks around one of them as there is room for."""
    first = last = at
    room = height - (len(blocks[at]) if at < len(blocks) else 0)
    while True:
        if last + 1 < len(blocks) and len(blocks[last + 1]) <= room:
            last += 1
            room -= len(blocks[last])
        elif first > 0 and len(blocks[first - 1]) <= room:
            first -= 1
            room -= len(blocks[first])
        else:
            return [row for block in blocks[first : last + 1] for row in block]
