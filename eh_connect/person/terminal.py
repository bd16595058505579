"""A terminal with a person at it: what is asked alike everywhere, and which terminal there is."""

from __future__ import annotations

import os
import sys
from abc import ABC, abstractmethod
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from eh_connect.employment_hero.credentials import doubled
from eh_connect.lines import Line, prose, warn
from eh_connect.person import keyboard, look
from eh_connect.record import Record
from eh_connect.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import TextIO

    Watching = Callable[[float], str | None]
    """Wait so many seconds; the key that was pressed, as soon as it is, else None."""

T = TypeVar("T")


class Choice(Record, frozen=True):
    """One of several answers; ``note`` explains it, ``warning`` says what it may cost."""

    value: str
    label: str
    note: str = ""
    warning: str = ""


class Key(Record, frozen=True):
    """A key that works where nothing is typed: ``Key("n", "copy name")``; Enter is ``""``."""

    key: str
    label: str


HELP = Key("?", "help")
BACK = Key("b", "back")
STOP = Choice("stop", "Stop")

_TWICE_FROM = 16
"""Characters: a shorter text may well be twice the same."""

_PATIENCE = 0.3
"""Seconds before it is said at all what is being done."""


class Terminal(ABC):
    """Shows and asks. Ctrl-C is KeyboardInterrupt; Ctrl-D and a terminal that is gone are EOFError.

    What was printed stays; only a question's own lines are drawn again. ``more`` is what ``?`` explains: it
    is shown, and the question asked again; without it ``?`` is an answer like any other. ``fileno`` is that
    of the terminal that is read.
    """

    is_plain = False

    def __init__(self, screen: TextIO, fileno: int) -> None:
        self._screen = screen
        self._fileno = fileno

    def show(self, *lines: Line) -> None:
        """Print lines."""
        self._write(look.render(lines, self._look))

    def choose(self, question: str, choices: Sequence[Choice], *, more: Sequence[Line] = ()) -> str:
        """The value of one choice; that of ``STOP`` is KeyboardInterrupt."""
        chosen = self._chosen(question, choices, more)
        if chosen == STOP.value:
            raise KeyboardInterrupt
        return chosen

    @abstractmethod
    def choose_many(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> Sequence[str]:
        """The values of some choices, in their order; none is the way back. The list can be searched."""

    @abstractmethod
    def watch(
        self, text: str, keys: Sequence[Key], note: Callable[[], Line | None] = lambda: None
    ) -> AbstractContextManager[Watching]:
        """Wait for something: a live line with the time and the keys, gone when the block ends.

        It stays between two calls. ``note`` is a line above it, as long as there is one.
        """

    @abstractmethod
    def reveal(self, title: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Show secrets until a key is pressed; the caller has asked before."""

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Something takes a moment, which is said after a while. Typing is not shown."""
        over = Event()

        def say() -> None:
            wait = _PATIENCE
            while not over.wait(wait):
                wait = self._say_working(text)

        thread = Thread(target=say, name="working", daemon=True)
        with keyboard.silent(self._fileno):
            thread.start()
            try:
                yield
            finally:
                over.set()
                thread.join()
                self._write("")

    def ask(self, question: str, *, more: Sequence[Line] = ()) -> str:
        """A typed line, without the blanks around it."""
        return self._asked(lambda: self._typed(question, confirms=False), more)

    def ask_hidden(self, question: str, more: Sequence[Line]) -> Secret:
        """A line of which only the length is shown; the same text twice over is asked about."""
        answer = self._asked(lambda: self._hidden(question), more)
        half = doubled(answer) if len(answer) >= _TWICE_FROM else None
        if half is None:
            return Secret(answer)
        twice = f"{len(answer)} characters: the same {len(half)} twice. Use it once?"
        return Secret(half if self.yes(twice, default=True) else answer)

    def yes(self, question: str, *, default: bool, more: Sequence[Line] = ()) -> bool:
        """Yes or no; ``(Y/n)`` is added to the question."""
        question = f"{question} ({'Y/n' if default else 'y/N'})"
        while True:
            answer = self._asked(lambda: self._typed(question, confirms=True), more).lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return default if not answer else answer.startswith("y")
            self.show(prose("Type y or n, and Enter."))

    def wait_for_key(self, keys: Sequence[Key]) -> str:
        """The last line of a screen; the key that was pressed."""
        with self.watch("", keys) as watching:
            while (pressed := watching(3600)) is None:
                pass
        return pressed

    def _asked(self, ask: Callable[[], T], more: Sequence[Line]) -> T:
        while (answer := ask()) == HELP.key and more:
            self.show(*more)
        return answer

    @property
    def _look(self) -> look.Look:
        return look.detect_look(self._screen, plain=self.is_plain)

    @abstractmethod
    def _write(self, text: str) -> None:
        """Write what stays, in the place of what doesn't."""

    @abstractmethod
    def _say_working(self, text: str) -> float:
        """Say what is being done; seconds until it is to be said again."""

    @abstractmethod
    def _chosen(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        """The value of one choice."""

    @abstractmethod
    def _typed(self, question: str, *, confirms: bool) -> str:
        """A line of text; where it ``confirms`` something, nothing typed ahead or pasted counts."""

    @abstractmethod
    def _hidden(self, question: str) -> str:
        """A line of text that is not shown."""


def pasted_line(length: int) -> Line:
    """What becomes of a paste where a key is expected."""
    return warn(f"That was a paste ({length} characters). Nothing was done with it.")


def open_terminal(*, plain: bool) -> Terminal | None:
    """The terminal to ask at: standard error, else what the process was started from; None where none is.

    Its form is ``plain`` also where ``TERM`` says so, and where it is small.
    """
    screen = _screen()
    if screen is None:
        return None
    for stream in (screen, sys.stdin):
        keyboard.make_blocking(stream.fileno())
    if look.detect_look(screen, plain=plain).plain:
        from eh_connect.person.terminal_plain import PlainTerminal

        return PlainTerminal(screen, sys.stdin.fileno())
    from eh_connect.person.terminal_full import FullTerminal

    return FullTerminal(screen, keyboard.keyboard(sys.stdin))


def _screen() -> TextIO | None:
    if look.columns(sys.stderr):
        return sys.stderr
    try:  # 2>file, or 2>&1 | tee file
        descriptor = os.open("CONOUT$" if os.name == "nt" else "/dev/tty", os.O_RDWR)
    except OSError:
        return None
    encoding = getattr(sys.stdin, "encoding", None)
    return os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace")
