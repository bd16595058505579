"""The plain form, for TERM=dumb, screen readers and small terminals: it prints one line after another."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from eh_connect.lines import counted, exact, ok, prose, title, warn
from eh_connect.person import keyboard, look
from eh_connect.person.terminal import NO_SECRETS, Terminal, paste_warning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from eh_connect.lines import Line
    from eh_connect.person.terminal import Choice, Key, Watching
    from eh_connect.secret import Secret

_PROGRESS_EVERY = 60.0
"""Seconds between two lines about waiting: a screen reader reads each of them out."""

_NOTE_EVERY = 0.25
"""Seconds between two looks at whether there is a new note."""


class PlainTerminal(Terminal):
    """A terminal on which nothing is redrawn."""

    is_plain = True

    def choose_many(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> Sequence[str]:
        """Ask for numbers, and read the choices back. A word lists the choices that contain it."""
        asked = "Numbers, for example 1 4 7-9, or a word to search, ?: help (Enter: back)"
        rows = look.numbered(choices, self._look)
        self._write_rows([*look.question(question, self._look), *rows])
        while answer := self._with_help(lambda: self._read_line(asked, confirms=True), more):
            if numbers := _numbers(answer, len(choices)):
                chosen = [choices[number] for number in numbers]
                self.show(ok(f"Chosen: {', '.join(choice.label for choice in chosen)}"))
                return tuple(choice.value for choice in chosen)
            found = [row for row in rows if answer.casefold() in row.plain.casefold()]
            self._write_rows(found)
            if not found:
                self.show(prose("Those are not numbers of the list."))
        return ()

    @contextmanager
    def _watch(self, text: str, keys: Sequence[Key], note: Callable[[], Line | None]) -> Iterator[Watching]:
        """Print a line at the start and one a minute. A note is printed once."""
        start, minutes = time.monotonic(), 0
        said: Line | None = None
        legend = look.legend(keys, self._look)
        if text:
            self.show(prose(text))
        self._drop_typed_ahead()
        self._write_rows(legend)

        def watching(seconds: float) -> str | None:
            nonlocal minutes, said
            end = time.monotonic() + seconds
            while (left := end - time.monotonic()) > 0:
                before, said = said, note()
                if said and not before:
                    self.show(said)
                passed = int((time.monotonic() - start) / _PROGRESS_EVERY)
                if text and passed > minutes:
                    minutes = passed
                    self.show(prose(f"{text}, {minutes} min"))
                    self._write_rows(legend)
                if keyboard.has_input(self._fileno, min(left, _NOTE_EVERY)):
                    lines = keyboard.read_lines(self._fileno)
                    pressed = lines[0].strip().lower()
                    if len(lines) == 1 and any(key.key == pressed for key in keys):
                        if (unhandled := self._act(keys, pressed)) is None:
                            said = None  # the note may be about what the key did
                            self._write_rows(legend)
                        return unhandled
                    length = sum(map(len, lines))
                    if len(lines) > 1 or length > 1:
                        self.show(paste_warning(length))
                    self._write_rows(legend)
            return None

        yield watching

    def reveal(self, heading: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Print secrets, which can't be taken off the screen again."""
        for name, secret in values:
            self.show(title(f"{heading}: {name}"), exact(secret.reveal()))
        self.show(warn("This stays on the screen, and in the terminal's history. Clear them afterwards."))
        self._read_line("Press Enter to go on", confirms=True)

    def _drop_typed_ahead(self) -> None:
        keyboard.drop_unread(self._fileno)

    def _write(self, text: str) -> None:
        try:
            keyboard.make_blocking(self._screen.fileno())
            self._screen.write(text)
            self._screen.flush()
        except OSError as exc:
            raise EOFError from exc

    def _write_rows(self, rows: Sequence[Text]) -> None:
        self._write(look.render_rows(rows, self._look))

    def _show_progress(self, text: str) -> float:
        self.show(prose(text))
        return _PROGRESS_EVERY

    def _choose(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        asked = f"Number, 1 to {len(choices)}, ?: help (Enter: 1)"
        self._write_rows([*look.question(question, self._look), *look.numbered(choices, self._look)])
        while True:
            answer = self._with_help(lambda: self._read_line(asked, confirms=True), more) or "1"
            numbers = _numbers(answer, len(choices))
            if len(numbers) == 1:
                return choices[numbers[0]].value
            self.show(prose("That is not one of the numbers."))

    def _read_line(self, question: str, *, confirms: bool) -> str:
        while True:
            self._prompt(question, drop=confirms)
            lines = keyboard.read_lines(self._fileno)
            if len(lines) == 1 or not confirms:
                return " ".join(lines).strip()
            self.show(paste_warning(sum(map(len, lines))))

    def _read_hidden(self, question: str) -> str:
        if sys.platform == "win32":
            from getpass import getpass

            return getpass(f"Question: {question} Paste it and press Enter. Nothing is shown. ").strip()
        with keyboard.echo_off(self._fileno) as hidden:
            if not hidden:
                self.show(warn("This terminal can't hide what is typed. Nothing is asked here."))
                raise EOFError
            self._prompt(f"{question}. Paste it and press Enter. Nothing is shown.", drop=True)
            try:
                answer = "".join(keyboard.read_lines(self._fileno))
            finally:
                self._write("\n")
        if answer not in NO_SECRETS:
            self.show(prose(counted(len(answer), "character")))
        return answer.strip()

    def _prompt(self, question: str, *, drop: bool) -> None:
        if drop:
            self._drop_typed_ahead()
        self._write(look.render_rows(look.question(question, self._look), self._look).rstrip("\n") + " ")


def _numbers(text: str, highest: int) -> list[int]:
    """Positions in a list, from text such as ``1 4 7-9``; none if the text is anything else."""
    chosen: set[int] = set()
    for part in text.replace(",", " ").split():
        ends = part.split("-") if "-" in part else [part, part]
        if len(ends) != 2 or not all(end.isdecimal() and 1 <= int(end[:9]) <= highest for end in ends):  # noqa: PLR2004  # first and last
            return []
        chosen |= set(range(int(ends[0]) - 1, int(ends[1])))
    return sorted(chosen)
