"""What both terminals ask alike: help on ``?``, yes or no, and a secret that was pasted twice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from eh_connect.lines import Line, prose, warn
from eh_connect.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.person.terminal import Key, Watching

HELP_KEY = "?"
_TWICE_FROM = 16
"""Characters: a shorter text may well be twice the same."""


class Asking(ABC):
    """Part of a ``terminal.Terminal``."""

    @abstractmethod
    def show(self, *lines: Line) -> None:
        """Print lines."""

    @abstractmethod
    def watch(
        self,
        text: str,
        keys: Sequence[Key] = (),
        *,
        note: Callable[[], Line | None] | None = None,
        so_far: float = 0.0,
    ) -> AbstractContextManager[Watching]:
        """Wait for something."""

    @abstractmethod
    def _typed(self, question: str, *, confirms: bool) -> str:
        """A line of text; where it ``confirms`` something, nothing typed ahead or pasted counts."""

    @abstractmethod
    def _hidden(self, question: str) -> str:
        """A line of text that is not shown."""

    def ask(self, question: str, *, default: str = "", more: Sequence[Line] = ()) -> str:
        """A typed line."""
        if default:
            question = f"{question} (Enter: {default})"
        while (answer := self._typed(question, confirms=False).strip()) == HELP_KEY and more:
            self.show(*more)
        return answer or default

    def ask_hidden(self, question: str, *, more: Sequence[Line] = ()) -> Secret:
        """A hidden line."""
        while (answer := self._hidden(question).strip()) == HELP_KEY and more:
            self.show(*more)
        half = answer[: len(answer) // 2]
        if len(answer) >= _TWICE_FROM and answer == half * 2:
            twice = f"{len(answer)} characters: the same {len(half)} twice. Use it once?"
            answer = half if self.yes(twice, default=True) else answer
        return Secret(answer)

    def yes(self, question: str, *, default: bool, more: Sequence[Line] = ()) -> bool:
        """Yes or no."""
        question = f"{question} ({'Y/n' if default else 'y/N'})"
        while True:
            answer = self._typed(question, confirms=True).strip().lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return default if not answer else answer.startswith("y")
            if answer == HELP_KEY and more:
                self.show(*more)
            else:
                self.show(prose("Type y or n, and Enter."))

    def keys(self, keys: Sequence[Key], *, note: Callable[[], Line | None] | None = None) -> str:
        """One of the keys."""
        with self.watch("", keys, note=note) as watching:
            while (pressed := watching(3600)) is None:
                pass
        return pressed

    def _say_pasted(self, length: int) -> None:
        self.show(pasted_line(length))


def pasted_line(length: int) -> Line:
    """What becomes of a paste where a key is expected."""
    return warn(f"That was a paste ({length} characters). Nothing was done with it.")


def said_length(length: int) -> str:
    """``43 characters``."""
    return f"{length} character{'' if length == 1 else 's'}"
