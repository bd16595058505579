"""The plain form: one line after another. For TERM=dumb, screen readers and small terminals."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eh_connect.lines import counted, exact, ok, prose, title, warn
from eh_connect.person import keyboard, look
from eh_connect.person.terminal import HELP, Terminal, pasted_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from eh_connect.lines import Line
    from eh_connect.person.terminal import Choice, Key, Watching
    from eh_connect.secret import Secret

_SAID_EVERY = 60.0
"""Seconds between two lines about waiting: a screen reader reads each of them out."""

_POLL = 0.25
"""Seconds."""


class PlainTerminal(Terminal):
    """With nothing but lines."""

    is_plain = True

    def choose_many(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> Sequence[str]:
        """Several numbers, read back; a word lists the choices that have it."""
        asked = "Numbers, for example 1 4 7-9, or a word to search, ?: help (Enter: back)"
        rows = look.numbered(choices, self._look)
        self._write_rows([*look.question(question, self._look), *rows])
        while answer := self._asked(lambda: self._typed(asked, confirms=True), more):
            if numbers := _numbers(answer, len(choices)):
                chosen = [choices[number] for number in numbers]
                self.show(ok(f"Chosen: {', '.join(choice.label for choice in chosen)}"))
                return [choice.value for choice in chosen]
            found = [row for row in rows if answer.casefold() in row.plain.casefold()]
            self._write_rows(found)
            self.show(*([] if found else [prose("Those are not numbers of the list.")]))
        return []

    @contextmanager
    def watch(
        self, text: str, keys: Sequence[Key], note: Callable[[], Line | None] = lambda: None
    ) -> Iterator[Watching]:
        """A line at the start, and one a minute; a note once."""
        start, minutes = time.monotonic(), 0
        said: Line | None = None
        legend = look.legend(keys, self._look)
        self.show(*([prose(text)] if text else []))
        keyboard.flush(self._fileno)
        self._write_rows(legend)

        def watching(seconds: float) -> str | None:
            nonlocal minutes, said
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                before, said = said, note()
                self.show(*([said] if said and not before else []))
                gone = int((time.monotonic() - start) / _SAID_EVERY)
                if text and gone > minutes:
                    minutes = gone
                    self.show(prose(f"{text}, {minutes} min"))
                if keyboard.ready(self._fileno, min(left, _POLL)):
                    lines = keyboard.lines_at_once(self._fileno)
                    pressed = lines[0].strip().lower()
                    if len(lines) == 1 and any(key.key == pressed for key in keys):
                        return pressed
                    length = sum(map(len, lines))
                    if len(lines) > 1 or length > 1:
                        self.show(pasted_line(length))
                    self._write_rows(legend)
            return None

        yield watching

    def reveal(self, title_: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Secrets, which can't be taken off this screen."""
        for name, secret in values:
            self.show(title(f"{title_}: {name}"), exact(secret.reveal()))
        self.show(warn("This stays on the screen, and in the terminal's history. Clear them afterwards."))
        self._typed("Press Enter to go on", confirms=True)

    def _write(self, text: str) -> None:
        try:
            keyboard.make_blocking(self._screen.fileno())
            self._screen.write(text)
            self._screen.flush()
        except OSError as exc:
            raise EOFError from exc

    def _write_rows(self, rows: Sequence[Text]) -> None:
        self._write(look.ansi(rows, self._look))

    def _say_working(self, text: str) -> float:
        self.show(prose(text))
        return _SAID_EVERY

    def _chosen(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        asked = f"Number, 1 to {len(choices)}{', ?: help' if more else ''} (Enter: 1)"
        self._write_rows([*look.question(question, self._look), *look.numbered(choices, self._look)])
        while True:
            answer = self._asked(lambda: self._typed(asked, confirms=True), more) or "1"
            numbers = _numbers(answer, len(choices))
            if len(numbers) == 1:
                return choices[numbers[0]].value
            self.show(prose("That is not one of the numbers."))

    def _typed(self, question: str, *, confirms: bool) -> str:
        while True:
            self._prompt(question, drop=confirms)
            lines = keyboard.lines_at_once(self._fileno)
            if len(lines) == 1 or not confirms:
                return " ".join(lines).strip()
            self.show(pasted_line(sum(map(len, lines))))

    def _hidden(self, question: str) -> str:
        if sys.platform == "win32":
            from getpass import getpass

            return getpass(f"Question: {question} Paste it and press Enter. Nothing is shown. ").strip()
        with keyboard.silent(self._fileno) as hidden:
            if not hidden:
                self.show(warn("This terminal can't hide what is typed. Nothing is asked here."))
                raise EOFError
            self._prompt(f"{question}. Paste it and press Enter. Nothing is shown.", drop=True)
            try:
                answer = "".join(keyboard.lines_at_once(self._fileno))
            finally:
                self._write("\n")
        if answer not in {"", HELP.key}:
            self.show(prose(counted(len(answer), "character")))
        return answer.strip()

    def _prompt(self, question: str, *, drop: bool) -> None:
        if drop:
            keyboard.flush(self._fileno)
        self._write(look.ansi(look.question(question, self._look), self._look).rstrip("\n") + " ")


def _numbers(text: str, highest: int) -> list[int]:
    """``1 4 7-9`` as positions in a list; nothing where it is not that."""
    chosen: set[int] = set()
    for part in text.replace(",", " ").split():
        ends = part.split("-") if "-" in part else [part, part]
        if len(ends) != 2 or not all(end.isdecimal() and 1 <= int(end[:9]) <= highest for end in ends):  # noqa: PLR2004  # first and last
            return []
        chosen |= set(range(int(ends[0]) - 1, int(ends[1])))
    return sorted(chosen)
