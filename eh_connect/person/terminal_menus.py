"""What the full terminal redraws until it is answered: a menu, and a hidden field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prompt_toolkit.keys import Keys
from rich.text import Text

from eh_connect.lines import counted
from eh_connect.person import look
from eh_connect.person.keyboard import ENTER
from eh_connect.person.terminal import HELP, NO_SECRETS, Key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prompt_toolkit.key_binding.key_processor import KeyPress

    from eh_connect.person.look import Look
    from eh_connect.person.terminal import Choice

_MOVES: dict[Keys | str, int] = {Keys.Up: -1, Keys.Down: 1, Keys.ControlP: -1, Keys.ControlN: 1}
_ERASES = frozenset({Keys.Backspace, Keys.ControlH})

_MOST_ROWS = 17
"""Rows of a menu with boxes. More would push the explanation above it off the screen."""

_MOST_DOTS = 43
"""Dots in an answered line, so that it fits into 80 columns."""

_LEAST_ROOM = 24
"""Columns beside a question. If there are fewer, the answer gets a row of its own."""


class Menu:
    """A question with several choices. ``result`` is the chosen value, or ``?`` if help is wanted.

    With ``ticks`` several choices can be ticked, and typing searches them; ``result`` is a tuple of values.
    """

    def __init__(self, question: str, choices: Sequence[Choice], *, ticks: bool = False) -> None:
        self.question = question
        self.result: Any = ""
        self.said = ""
        self._choices = choices
        self._ticks = ticks
        self._ticked: frozenset[str] = frozenset()
        self._sought = ""
        self._at = 0

    @property
    def _found(self) -> list[Choice]:
        sought = self._sought.casefold().split()
        return [c for c in self._choices if all(word in f"{c.label} {c.note}".casefold() for word in sought)]

    def rows(self, how: Look, height: int) -> list[Text]:
        """The rows to draw: as many choices around the cursor as ``height`` has room for."""
        found, keys = self._found, [HELP]
        above, below = look.question(self.question, how), []
        if self._ticks:
            height = min(height, _MOST_ROWS)
            below = [Text(f"  Search by typing: {self._sought}  ({len(found)} of {len(self._choices)})")]
            done = f"done ({len(self._ticked)} ticked)" if self._ticked else "back"
            keys = [Key("Space", "tick"), *keys, Key("", done)]
        below += look.legend(keys, how)
        widest = max(len(choice.label) for choice in self._choices)
        blocks = [
            look.choice_rows(choice, widest, how, current=number == self._at, box=self._box(choice))
            for number, choice in enumerate(found)
        ]
        shown = _window(blocks or [[Text("  Nothing matches.")]], self._at, height - len(above) - len(below))
        return [*above, *shown, *below]

    def press(self, press: KeyPress) -> bool | None:
        """Handle a key; True if the question is answered or help is wanted."""
        found = self._found
        if press.key in ENTER:
            self._accept()
            return True
        if press.data == HELP.key:
            self.result = HELP.key
            return True
        self._at = (self._at + _MOVES.get(press.key, 0)) % max(len(found), 1)
        if not self._ticks:
            return None
        if press.data == " " and found:
            self._ticked ^= {found[self._at].value}
        elif press.key in _ERASES:
            self._sought, self._at = self._sought[:-1], 0
        elif len(press.data) == 1 and press.data.isprintable() and press.data != " ":
            self._sought, self._at = self._sought + press.data, 0
        return None

    def _accept(self) -> None:
        if not self._ticks:
            self.result, self.said = self._choices[self._at].value, self._choices[self._at].label
            return
        ticked = [choice for choice in self._choices if choice.value in self._ticked]
        self.result = tuple(choice.value for choice in ticked)
        self.said = ", ".join(choice.label for choice in ticked) or "none"

    def _box(self, choice: Choice) -> str:
        if not self._ticks:
            return ""
        return "[x] " if choice.value in self._ticked else "[ ] "


class Field:
    """A hidden line. Backspace takes one character back, Ctrl-U all of them, Enter ends it.

    No other key does anything, so that no key can show what was typed.
    """

    def __init__(self, question: str) -> None:
        self.question = question
        self.result = ""
        self._room = _MOST_DOTS

    @property
    def said(self) -> str:
        """Dots and the number of characters."""
        if self.result in NO_SECRETS:
            return self.result
        length = counted(len(self.result), "character")
        return f"{self._dots(min(_MOST_DOTS, self._room - len(length) - 2))}  {length}"

    def rows(self, how: Look, height: int) -> list[Text]:  # noqa: ARG002  # it always fits
        """The rows to draw: the question, and a dot for each character."""
        *above, last = look.question(self.question, how)
        beside = how.room - last.cell_len - 2
        self._room = beside if beside > _LEAST_ROOM else how.room - 2
        return [*above, last + "  " + self._dots(how.room - 2)]

    def press(self, press: KeyPress) -> bool | None:
        """Handle a key or a paste; True if it was Enter."""
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
    """The rows of the block at ``at``, and of as many blocks around it as fit into ``height``."""
    first = last = at
    room = height - len(blocks[at])
    while True:
        if last + 1 < len(blocks) and len(blocks[last + 1]) <= room:
            last += 1
            room -= len(blocks[last])
        elif first > 0 and len(blocks[first - 1]) <= room:
            first -= 1
            room -= len(blocks[first])
        else:
            return [row for block in blocks[first : last + 1] for row in block]
