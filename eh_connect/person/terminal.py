"""A terminal with a person at it, as a Protocol. ``open_terminal`` finds the one that is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.lines import Line
    from eh_connect.secret import Secret


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


class Watching(Protocol):
    """A live line while something is waited for. It stays on the screen between two calls."""

    def __call__(self, seconds: float) -> str | None:
        """Wait so long; the key that was pressed, as soon as it is, else None."""
        ...


class Terminal(Protocol):
    """Shows and asks. Ctrl-C is KeyboardInterrupt; Ctrl-D and a terminal that is gone are EOFError.

    What was printed stays; only a question's own lines are drawn again. ``more`` is what ``?`` explains: it
    is shown, and the question asked again; without it ``?`` is an answer (or a key) like any other.
    """

    def show(self, *lines: Line) -> None:
        """Print lines."""
        ...

    def step(self, number: int, of: int, title: str) -> None:
        """A blank line and the heading of a step."""
        ...

    def ask(self, question: str, *, default: str = "", more: Sequence[Line] = ()) -> str:
        """A typed line, without the blanks around it; Enter alone is the default."""
        ...

    def ask_hidden(self, question: str, *, more: Sequence[Line] = ()) -> Secret:
        """A line of which only the length is shown; the same text twice over is asked about."""
        ...

    def yes(self, question: str, *, default: bool, more: Sequence[Line] = ()) -> bool:
        """Yes or no; ``(Y/n)`` is added to the question."""
        ...

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
        ...

    def choose_many(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        ticked: Collection[str] = (),
        more: Sequence[Line] = (),
    ) -> tuple[str, ...]:
        """The values of some choices, in their order; none is the way back. The list can be searched."""
        ...

    def keys(self, keys: Sequence[Key], *, note: Callable[[], Line | None] | None = None) -> str:
        """The last line of a screen; the key that was pressed. ``note`` is a live line above it."""
        ...

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
        ...

    def working(self, text: str) -> AbstractContextManager[None]:
        """Something takes a moment: a spinner after 0.3 s, gone when the block ends. Typing is not shown."""
        ...

    def reveal(self, title: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Show secrets until a key is pressed; the caller has asked before."""
        ...
