"""A terminal with a person at it: how it asks, whatever its form, and which terminal that is."""

from __future__ import annotations

import math
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
    """Wait for so many seconds, or until a key is pressed. Returns a key that has no action, otherwise None."""

T = TypeVar("T")


class Choice(Record, frozen=True):
    """One of several answers; ``note`` explains it, ``warning`` says what it may cost."""

    value: str
    label: str
    note: str = ""
    warning: str = ""


class Key(Record, frozen=True):
    """A key that works where nothing is typed; Enter is ``""``. It may have an action."""

    key: str
    label: str
    action: Callable[[], None] | None = None


HELP = Key("?", "help")
BACK = Key("b", "back")
STOP = Choice("stop", "Stop")

NO_SECRETS = frozenset({"", HELP.key, BACK.key})
"""Answers to a hidden question that may be shown."""

_TWICE_FROM = 16
"""Characters. A shorter text may well be the same twice over."""

_PATIENCE = 0.3
"""Seconds after which the person reads what is being done."""


class Terminal(ABC):
    """Shows lines and asks questions.

    Printed lines stay; only the lines of the current question are redrawn. Each question has ``more``: ``?``
    shows it and asks again. Each raises KeyboardInterrupt for Ctrl-C, and EOFError for Ctrl-D or if the
    terminal vanishes. ``fileno`` is the descriptor of the terminal that is read.
    """

    is_plain = False

    def __init__(self, screen: TextIO, fileno: int) -> None:
        self._screen = screen
        self._fileno = fileno

    def show(self, *lines: Line) -> None:
        """Print lines."""
        self._write(look.render(lines, self._look))

    def choose(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        """Ask for one choice and return its value. Raises KeyboardInterrupt for ``STOP``."""
        chosen = self._choose(question, choices, more)
        if chosen == STOP.value:
            raise KeyboardInterrupt
        return chosen

    @abstractmethod
    def choose_many(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> Sequence[str]:
        """Ask for several choices and return their values in order; none if the person goes back."""

    def watch(
        self,
        text: str,
        keys: Sequence[Key],
        more: Sequence[Line],
        note: Callable[[], Line | None] = lambda: None,
    ) -> AbstractContextManager[Watching]:
        """Show a live line with the time and the keys, until the block ends.

        ``HELP`` comes last, unless it has a place among the keys. ``note`` gives a line to show above it, or None.
        """
        explain = HELP.replace(action=lambda: self.show(*more))
        all_keys = keys if HELP in keys else (*keys, HELP)
        return self._watch(text, [explain if each is HELP else each for each in all_keys], note)

    @abstractmethod
    def reveal(self, heading: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Show secrets until a key is pressed. The caller has asked the person before."""

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Say what is being done if the block takes longer than a moment. Typing is not shown meanwhile."""
        over = Event()

        def say() -> None:
            wait = _PATIENCE
            while not over.wait(wait):
                wait = self._show_progress(text)

        thread = Thread(target=say, name="working", daemon=True)
        with keyboard.echo_off(self._fileno):
            thread.start()
            try:
                yield
            finally:
                over.set()
                thread.join()
                self._write("")

    def ask(self, question: str, more: Sequence[Line]) -> str:
        """Ask for a line of text and return it, without blanks around it."""
        return self._with_help(lambda: self._read_line(question, confirms=False), more)

    def ask_hidden(self, question: str, more: Sequence[Line]) -> Secret:
        """Ask for a line that is not shown. If it is the same text twice over, ask which is meant."""
        answer = self._with_help(lambda: self._read_hidden(question), more)
        half = doubled(answer) if len(answer) >= _TWICE_FROM else None
        if half is None:
            return Secret(answer)
        from eh_connect.person import words

        twice = f"{len(answer)} characters: the same {len(half)} twice. Use it once?"
        return Secret(half if self.yes(twice, words.TWICE, default=True) else answer)

    def yes(self, question: str, more: Sequence[Line], *, default: bool) -> bool:
        """Ask yes or no; ``(Y/n)`` or ``(y/N)`` is added to the question."""
        question = f"{question} ({'Y/n' if default else 'y/N'})"
        while True:
            answer = self._with_help(lambda: self._read_line(question, confirms=True), more).lower()
            if answer in {"", "y", "yes", "n", "no"}:
                return default if not answer else answer.startswith("y")
            self.show(prose("Type y or n, and Enter."))

    def wait_for_key(self, keys: Sequence[Key], more: Sequence[Line]) -> str:
        """Show the keys, until one is pressed that has no action. Returns that key.

        What is typed while an action runs is dropped: the person has not seen what came of it.
        """
        with self.watch("", keys, more) as watching:
            while (pressed := watching(math.inf)) is None:
                self._drop_typed_ahead()
        return pressed

    def _act(self, keys: Sequence[Key], pressed: str | None) -> str | None:
        """Do what the pressed key does. Returns the key if it has no action, otherwise None."""
        action = next((key.action for key in keys if key.key == pressed), None)
        if action is None:
            return pressed
        action()
        return None

    def _with_help(self, ask: Callable[[], T], more: Sequence[Line]) -> T:
        """Ask, and show ``more`` and ask again as long as the answer is ``?``."""
        while (answer := ask()) == HELP.key:
            self.show(*more)
        return answer

    @property
    def _look(self) -> look.Look:
        return look.detect_look(self._screen, plain=self.is_plain)

    @abstractmethod
    def _drop_typed_ahead(self) -> None:
        """Forget what was typed and not read."""

    @abstractmethod
    def _write(self, text: str) -> None:
        """Take live lines off the screen and write text that stays."""

    @abstractmethod
    def _show_progress(self, text: str) -> float:
        """Say what is being done. Returns the seconds until this has to be called again."""

    @abstractmethod
    def _watch(
        self, text: str, keys: Sequence[Key], note: Callable[[], Line | None]
    ) -> AbstractContextManager[Watching]:
        """Do what ``watch`` does, with keys that explain themselves."""

    @abstractmethod
    def _choose(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        """Ask for one choice and return its value."""

    @abstractmethod
    def _read_line(self, question: str, *, confirms: bool) -> str:
        """Ask for a line. If it ``confirms`` something, pastes and what was typed ahead don't count."""

    @abstractmethod
    def _read_hidden(self, question: str) -> str:
        """Ask for a line that is not shown."""


def paste_warning(length: int) -> Line:
    """What to say about a paste where a key press was expected."""
    return warn(f"That was a paste ({length} characters). Nothing was done with it.")


def open_terminal(*, plain: bool) -> Terminal | None:
    """Open the terminal to ask at; None if there is none.

    It writes to standard error, or to the terminal that the process was started from if standard error goes
    elsewhere. It is plain if ``plain`` is given, if ``TERM`` asks for it, or if the terminal is small.
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

    return FullTerminal(screen, keyboard.open_keyboard(sys.stdin))


def _screen() -> TextIO | None:
    if look.columns(sys.stderr):
        return sys.stderr
    try:  # 2>file, or 2>&1 | tee file
        descriptor = os.open("CONOUT$" if os.name == "nt" else "/dev/tty", os.O_RDWR)
    except OSError:
        return None
    return os.fdopen(descriptor, "w", encoding=sys.stdin.encoding, errors="backslashreplace")
