"""A terminal with a person at it: what is asked alike everywhere. ``open_terminal`` finds the one there is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from eh_connect.lines import Line, prose, warn
from eh_connect.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager


@dataclass(frozen=True)
class Choice:
    """One of several answers; ``note`` explains it, ``warning`` says what it may cost."""

    value: str
    label: str
    note: str = ""
    warning: str = ""


@dataclass(frozen=True)
class Key:
    """A key that works where nothing is typed: ``Key("n", "copy name")``; Enter is ``""``."""

    key: str
    label: str


HELP = Key("?", "help")
BACK = Key("b", "back")

_TWICE_FROM = 16
"""Characters: a shorter text may well be twice the same."""


class Watching(Protocol):
    """A live line while something is waited for. It stays on the screen between two calls."""

    def __call__(self, seconds: float) -> str | None:
        """Wait so long; the key that was pressed, as soon as it is, else None."""
        ...


class Terminal(ABC):
    """Shows and asks. Ctrl-C is KeyboardInterrupt; Ctrl-D and a terminal that is gone are EOFError.

    What was printed stays; only a question's own lines are drawn again. ``more`` is what ``?`` explains: it
    is shown, and the question asked again; without it ``?`` is an answer (or a key) like any other.
    """

    @abstractmethod
    def show(self, *lines: Line) -> None:
        """Print lines."""

    @abstractmethod
    def step(self, number: int, of: int, title: str) -> None:
        """A blank line and the heading of a step."""

    @abstractmethod
    def choose(
        self,
        question: str,
        choices: Sequence[Choice],
        default: str | None = None,
        *,
        keys: Sequence[Key] = (),
        more: Sequence[Line] = (),
    ) -> str:
        """The value of one choice, or one of ``keys`` (``BACK``)."""

    @abstractmethod
    def choose_many(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        ticked: Collection[str] = (),
        more: Sequence[Line] = (),
    ) -> tuple[str, ...]:
        """The values of some choices, in their order; none is the way back. The list can be searched."""

    @abstractmethod
    def watch(
        self,
        text: str,
        keys: Sequence[Key] = (),
        *,
        note: Callable[[], Line | None] | None = None,
        so_far: float = 0.0,
    ) -> AbstractContextManager[Watching]:
        """Wait for something: a live line with the time and the keys, gone when the block ends.

        ``so_far`` is how long it has been waited for before, in seconds.
        """

    @abstractmethod
    def working(self, text: str) -> AbstractContextManager[None]:
        """Something takes a moment: a spinner after 0.3 s, gone when the block ends. Typing is not shown."""

    @abstractmethod
    def reveal(self, title: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Show secrets until a key is pressed; the caller has asked before."""

    @abstractmethod
    def _typed(self, question: str, *, confirms: bool) -> str:
        """A line of text; where it ``confirms`` something, nothing typed ahead or pasted counts."""

    @abstractmethod
    def _hidden(self, question: str) -> str:
        """A line of text that is not shown."""

    def ask(self, question: str, *, default: str = "", more: Sequence[Line] = ()) -> str:
        """A typed line, without the blanks around it; Enter alone is the default."""
        if default:
            question = f"{question} (Enter: {default})"
        while (answer := self._typed(question, confirms=False).strip()) == HELP.key and more:
            self.show(*more)
        return answer or default

    def ask_hidden(self, question: str, *, more: Sequence[Line] = ()) -> Secret:
        """A line of which only the length is shown; the same text twice over is asked about."""
        while (answer := self._hidden(question).strip()) == HELP.key and more:
            self.show(*more)
        half = answer[: len(answer) // 2]
        if len(answer) >= _TWICE_FROM and answer == half * 2:
            twice = f"{len(answer)} characters: the same {len(half)} twice. Use it once?"
            answer = half if self.yes(twice, default=True) else answer
        return Secret(answer)

    def yes(self, question: str, *, default: bool, more: Sequence[Line] = ()) -> bool:
        """Yes or no; ``(Y/n)`` is added to the question."""
        question = f"{question} ({'Y/n' if default else 'y/N'})"
        while True:
            answer = self._typed(question, confirms=True).strip().lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return default if not answer else answer.startswith("y")
            if answer == HELP.key and more:
                self.show(*more)
            else:
                self.show(prose("Type y or n, and Enter."))

    def keys(self, keys: Sequence[Key], *, note: Callable[[], Line | None] | None = None) -> str:
        """The last line of a screen; the key that was pressed. ``note`` is a live line above it."""
        with self.watch("", keys, note=note) as watching:
            while (pressed := watching(3600)) is None:
                pass
        return pressed

    def _say_pasted(self, length: int) -> None:
        self.show(pasted_line(length))


def pasted_line(length: int) -> Line:
    """What becomes of a paste where a key is expected."""
    return warn(f"That was a paste ({length} characters). Nothing was done with it.")
