"""A terminal with a person at it, as a Protocol: what can be shown and read. Everything is on standard error.

``terminal_full`` draws with questionary and rich; ``terminal_plain`` is for TERM=dumb and screen readers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Choice:
    """One of several answers: what the program takes, and what the person reads."""

    value: str
    label: str


class Terminal(Protocol):
    """Reads raise KeyboardInterrupt for Ctrl-C and EOFError for Ctrl-D or a closed terminal."""

    def heading(self, text: str) -> None:
        """A step begins."""
        ...

    def say(self, text: str) -> None:
        """Prose, wrapped to the width."""
        ...

    def exact(self, text: str) -> None:
        """A value to copy: on a line of its own, from the first column, never wrapped or boxed."""
        ...

    def read(self, question: str, default: str = "") -> str:
        """A line of text."""
        ...

    def read_hidden(self, question: str) -> str:
        """A line of text that is not shown."""
        ...

    def pick(self, question: str, choices: Sequence[Choice], default: str | None = None) -> str:
        """The value of one choice; without a default the person has to choose."""
        ...

    def pick_many(self, question: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        """The values of some choices, from a list that can be searched."""
        ...

    def press(self, keys: Mapping[str, str]) -> str:
        """One of ``keys`` (key: meaning); the empty key is Enter."""
        ...

    def pressed_within(self, seconds: float) -> bool:
        """Wait; True as soon as a key was pressed (plain: Enter)."""
        ...

    def replace_line(self, text: str) -> None:
        """Show how waiting goes: over the line before, where the terminal can. Empty: take it away."""
        ...

    def show_until_key(self, text: str) -> None:
        """Show a value until the next key, then take it off the screen."""
        ...
