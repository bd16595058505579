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
    from collections.abc import Collection, Sequence

    from prompt_toolkit.key_binding.key_processor import KeyPress

    from eh_connect.person.look import Look
    from eh_connect.person.terminal import Choice

_MOVES: dict[Keys | str, int] = {Keys.Up: -1, Keys.Down: 1, Keys.ControlP: -1, Keys.ControlN: 1}
_ERASES = frozenset({Keys.Backspace, Keys.ControlH})


class Menu:
    """One of several choices, or one of ``keys``."""

    def __init__(
        self, question: str, choices: Sequence[Choice], default: str | None, keys: Sequence[Key]
    ) -> None:
        self.question = question
        self.result = self.said = ""
        self._choices = choices
        self._keys = keys
        self._at = next((n for n, choice in enumerate(choices) if choice.value == default), 0)

    def rows(self, how: Look, height: int) -> list[Text]:
        """What is drawn, on no more rows than there are."""
        head = max(len(choice.label) for choice in self._choices)
        blocks = [
            look.choice_rows(choice, head, how, current=number == self._at)
            for number, choice in enumerate(self._choices)
        ]
        asked = look.question(self.question, how)
        keys = look.legend(self._keys, how) if self._keys else []
        return [*asked, *_window(blocks, self._at, height - len(asked) - len(keys)), *keys]

    def press(self, press: KeyPress) -> bool | None:
        """True when it is answered."""
        self._at = (self._at + _MOVES.get(press.key, 0)) % len(self._choices)
        if press.key in ENTER:
            self.result, self.said = self._choices[self._at].value, self._choices[self._at].label
            return True
        pressed = press.data.lower()
        if any(key.key == pressed for key in self._keys):
            self.result, self.said = pressed, ""
            return True
        return None


class Boxes:
    """Some of many choices; typing narrows the list."""

    def __init__(
        self, question: str, choices: Sequence[Choice], ticked: Collection[str], *, has_help: bool
    ) -> None:
        self.question = question
        self.result: tuple[str, ...] | None = None
        self.said = ""
        self._choices = choices
        self._ticked = set(ticked)
        self._has_help = has_help
        self._sought = ""
        self._at = 0

    @property
    def _found(self) -> list[Choice]:
        sought = self._sought.casefold().split()
        return [c for c in self._choices if all(word in f"{c.label} {c.note}".casefold() for word in sought)]

    def rows(self, how: Look, height: int) -> list[Text]:
        """What is drawn, on no more rows than there are."""
        head = max(len(choice.label) for choice in self._choices)
        found = self._found
        blocks = [
            look.choice_rows(
                choice,
                head,
                how,
                current=number == self._at,
                box="[x] " if choice.value in self._ticked else "[ ] ",
            )
            for number, choice in enumerate(found)
        ] or [[Text("  Nothing is called so.")]]
        done = f"done ({len(self._ticked)} ticked)" if self._ticked else "back"
        keys = [Key("Space", "tick"), *([HELP] if self._has_help else []), Key("", done)]
        asked = look.question(self.question, how)
        count = f"({len(found)} of {len(self._choices)})"
        bottom = [Text(f"  Search by typing: {self._sought}  {count}"), *look.legend(keys, how)]
        room = min(height - len(asked) - len(bottom), _MOST_ROWS)
        return [*asked, *_window(blocks, self._at, room), *bottom]

    def press(self, press: KeyPress) -> bool | None:
        """True when it is answered, or help is wanted: then the result is None."""
        found = self._found
        if press.key in ENTER:
            ticked = [choice for choice in self._choices if choice.value in self._ticked]
            self.result = tuple(choice.value for choice in ticked)
            self.said = ", ".join(choice.label for choice in ticked) or "none"
            return True
        if press.key in _MOVES and found:
            self._at = (self._at + _MOVES[press.key]) % len(found)
        elif press.data == " " and found:
            self._ticked ^= {found[self._at].value}
        elif press.data == HELP.key and self._has_help:
            self.result, self.said = None, ""
            return True
        elif press.key in _ERASES:
            self._sought, self._at = self._sought[:-1], 0
        elif len(press.data) == 1 and press.data.isprintable() and press.data != " ":
            self._sought, self._at = self._sought + press.data, 0
        return None


_MOST_ROWS = 14
"""Of a list: what is explained above it stays in sight."""

_MOST_DOTS = 43
"""In the line of an answer, which is to fit 80 columns."""

_FEWEST = 24
"""Columns beside a question; with fewer the answer gets a row of its own."""


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
        if self.result == HELP.key:
            return HELP.key
        if not self.result:
            return ""
        length = counted(len(self.result), "character")
        return f"{self._dots(min(_MOST_DOTS, self._room - len(length) - 2))}  {length}"

    def rows(self, how: Look, height: int) -> list[Text]:  # noqa: ARG002  # it is small
        """The question, and a dot for each character."""
        *above, last = look.question(self.question, how)
        beside = how.room - last.cell_len - 2
        self._room = beside if beside > _FEWEST else how.room - 2
        return [*above, last + "  " + self._dots(how.room - 2)]

    def type(self, presses: Sequence[KeyPress]) -> bool | None:
        """Line ends within a paste are none of its end."""
        for number, press in enumerate(presses, 1):
            if press.key in ENTER:
                if number == len(presses):
                    return True
            elif press.key == Keys.BracketedPaste:
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
