"""The plain form: one line after another. For TERM=dumb, screen readers and small terminals."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from eh_connect.lines import counted, exact, ok, prose, title, warn
from eh_connect.person import keyboard, look
from eh_connect.person.terminal import HELP, Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import TextIO

    from rich.text import Text

    from eh_connect.lines import Line
    from eh_connect.person.terminal import Choice, Key, Watching
    from eh_connect.secret import Secret

_PATIENCE = 0.3  # s, before a line about what is being done
_SAID_EVERY = 60.0  # s, between two lines about waiting: a screen reader reads each of them out
_POLL = 0.25  # s


class PlainTerminal(Terminal):
    """With nothing but lines.

    Args:
        screen: the terminal to write to.
        keys: the file number of the terminal to read from.
    """

    def __init__(self, screen: TextIO, keys: int) -> None:
        self._screen = screen
        self._keys = keys
        self._minutes = 0
        self._has_note = False

    @property
    def _look(self) -> look.Look:
        return look.look_of(self._screen, {}, plain=True)

    def show(self, *lines: Line) -> None:
        """Print lines."""
        self._write(look.render(lines, self._look))

    def step(self, number: int, of: int, title: str) -> None:
        """``Step 1 of 5.``, and its title."""
        self._write(look.rule(number, of, title, self._look))

    def choose(
        self,
        question: str,
        choices: Sequence[Choice],
        default: str | None = None,
        *,
        keys: Sequence[Key] = (),
        more: Sequence[Line] = (),
    ) -> str:
        """A number, or a key."""
        standard = next((n for n, c in enumerate(choices, 1) if c.value == default), 1)
        keys = (*keys, *([HELP] if more else []))
        others = "".join(f", {key.key}: {key.label}" for key in keys)
        self._write_rows([*look.question(question, self._look), *look.numbered(choices, self._look)])
        while True:
            answer = self._typed(f"Number, 1 to {len(choices)}{others} (Enter: {standard})", confirms=True)
            answer = answer.strip().lower() or str(standard)
            if answer == HELP.key and more:
                self.show(*more)
            elif any(key.key == answer for key in keys):
                return answer
            elif len(numbers := _numbers(answer, len(choices))) == 1:
                return choices[numbers[0]].value
            else:
                self.show(prose("That is not one of the numbers."))

    def choose_many(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        ticked: Collection[str] = (),
        more: Sequence[Line] = (),
    ) -> tuple[str, ...]:
        """Several numbers, read back; a word lists the choices that have it."""
        standard = " ".join(str(n) for n, choice in enumerate(choices, 1) if choice.value in ticked)
        others = ", ?: help" if more else ""
        asked = f"Numbers, for example 1 4 7-9, or a word to search{others} (Enter: {standard or 'back'})"
        rows = look.numbered(choices, self._look)
        self._write_rows([*look.question(question, self._look), *rows])
        while answer := self._typed(asked, confirms=True).strip() or standard:
            if answer == HELP.key and more:
                self.show(*more)
            elif numbers := _numbers(answer, len(choices)):
                chosen = [choices[number] for number in numbers]
                self.show(ok(f"Chosen: {', '.join(choice.label for choice in chosen)}"))
                return tuple(choice.value for choice in chosen)
            else:
                found = [row for row in rows if answer.casefold() in row.plain.casefold()]
                self._write_rows(found)
                self.show(*([] if found else [prose("Those are not numbers of the list.")]))
        return ()

    @contextmanager
    def watch(
        self,
        text: str,
        keys: Sequence[Key] = (),
        *,
        note: Callable[[], Line | None] | None = None,
        so_far: float = 0.0,
    ) -> Iterator[Watching]:
        """A line at the start, and one a minute."""
        start = time.monotonic() - so_far
        if not so_far:
            self._minutes = 0
            self.show(*([prose(text)] if text else []))
            keyboard.flush(self._keys)
            self._write_rows(look.legend(keys, self._look))

        def watching(seconds: float) -> str | None:
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                self._say_note(note() if note else None)
                minutes = int((time.monotonic() - start) / _SAID_EVERY)
                if text and minutes > self._minutes:
                    self._minutes = minutes
                    self.show(prose(f"{text}, {minutes} min"))
                if keyboard.ready(self._keys, min(left, _POLL)):
                    lines = keyboard.lines_at_once(self._keys)
                    pressed = lines[0].strip().lower()
                    if len(lines) == 1 and any(key.key == pressed for key in keys):
                        return pressed
                    length = sum(map(len, lines))
                    if len(lines) > 1 or length > 1:
                        self._say_pasted(length)
                    self._write_rows(look.legend(keys, self._look))
            return None

        yield watching

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A line, if it takes a moment."""
        over = Event()

        def say() -> None:
            wait = _PATIENCE
            while not over.wait(wait):
                self.show(prose(text))
                wait = _SAID_EVERY

        thread = Thread(target=say, name="working", daemon=True)
        with keyboard.silent(self._keys):
            thread.start()
            try:
                yield
            finally:
                over.set()
                thread.join()

    def reveal(self, title_: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Secrets, which can't be taken off this screen."""
        for name, secret in values:
            self.show(title(f"{title_}: {name}"), exact(secret.reveal()))
        self.show(warn("This stays on the screen, and in the terminal's history. Clear them afterwards."))
        self._typed("Press Enter to go on", confirms=True)

    def _say_note(self, note: Line | None) -> None:
        if note and not self._has_note:
            self.show(note)
        self._has_note = note is not None

    def _typed(self, question: str, *, confirms: bool) -> str:
        while True:
            self._prompt(question, drop=confirms)
            lines = keyboard.lines_at_once(self._keys)
            if len(lines) == 1 or not confirms:
                return " ".join(lines)
            self._say_pasted(sum(map(len, lines)))

    def _hidden(self, question: str) -> str:
        if sys.platform == "win32":
            from getpass import getpass

            return getpass(f"Question: {question} Paste it and press Enter. Nothing is shown. ")
        with keyboard.silent(self._keys) as hidden:
            if not hidden:
                self.show(warn("This terminal can't hide what is typed. Nothing is asked here."))
                raise EOFError
            self._prompt(f"{question}. Paste it and press Enter. Nothing is shown.", drop=True)
            try:
                answer = "".join(keyboard.lines_at_once(self._keys))
            finally:
                self._write("\n")
        if answer not in {"", HELP.key}:
            self.show(prose(counted(len(answer), "character")))
        return answer

    def _prompt(self, question: str, *, drop: bool) -> None:
        if drop:
            keyboard.flush(self._keys)
        self._write(look.ansi(look.question(question, self._look), self._look).rstrip("\n") + " ")

    def _write_rows(self, rows: Sequence[Text]) -> None:
        self._write(look.ansi(rows, self._look))

    def _write(self, text: str) -> None:
        try:
            keyboard.make_blocking(self._screen.fileno())
            self._screen.write(text)
            self._screen.flush()
        except OSError as exc:
            raise EOFError from exc


def _numbers(text: str, highest: int) -> list[int]:
    """``1 4 7-9`` as positions in a list; nothing where it is not that."""
    chosen: set[int] = set()
    for part in text.replace(",", " ").split():
        ends = part.split("-") if "-" in part else [part, part]
        if len(ends) != 2 or not all(end.isdecimal() and 1 <= int(end[:9]) <= highest for end in ends):  # noqa: PLR2004  # first and last
            return []
        chosen |= set(range(int(ends[0]) - 1, int(ends[1])))
    return sorted(chosen)
