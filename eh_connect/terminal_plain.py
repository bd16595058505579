"""The plain terminal: numbered questions, no redrawing, no boxes. For TERM=dumb and screen readers."""

from __future__ import annotations

import select
import shutil
import sys
import textwrap
import time
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eh_connect.terminal import Choice

_SAID_EVERY = 30.0
"""Seconds between two lines about waiting: a screen reader reads each of them out."""


class PlainTerminal:
    """``terminal.Terminal`` with nothing but lines."""

    def __init__(self) -> None:
        self._said_at = -_SAID_EVERY

    def heading(self, text: str) -> None:
        """The step's title, after a blank line."""
        _write(f"\n{text}\n")

    def say(self, text: str) -> None:
        """Prose."""
        width = max(20, shutil.get_terminal_size().columns - 1)
        for paragraph in text.splitlines():
            _write("\n".join(textwrap.wrap(paragraph, width, break_on_hyphens=False)) + "\n")

    def exact(self, text: str) -> None:
        """A value, alone."""
        _write(text + "\n")

    def read(self, question: str, default: str = "") -> str:
        """A line; Enter alone is the default."""
        _write(f"{question}{f' [{default}]' if default else ''}: ")
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip() or default

    def read_hidden(self, question: str) -> str:
        """A line that is not shown; EOFError where the terminal can't hide it."""
        from getpass import GetPassWarning, getpass

        with warnings.catch_warnings():
            warnings.simplefilter("error", GetPassWarning)
            try:
                return getpass(f"{question} (hidden; ? explains): ", stream=sys.stderr)
            except EOFError:
                _write("\n")
                raise
            except GetPassWarning:
                _write("This terminal can't hide what is typed.\n")
                raise EOFError from None

    def pick(self, question: str, choices: Sequence[Choice], default: str | None = None) -> str:
        """A number."""
        _write(f"{question}\n" + "".join(f"  {n}. {c.label}\n" for n, c in enumerate(choices, 1)))
        standard = next((str(n) for n, c in enumerate(choices, 1) if c.value == default), "")
        while True:
            answer = self.read(f"Number, 1 to {len(choices)}", standard)
            if answer == "?" and any(c.value == "?" for c in choices):
                return "?"
            if answer.isdecimal() and 1 <= int(answer) <= len(choices):
                return choices[int(answer) - 1].value
            _write("That is not one of the numbers.\n")

    def pick_many(self, question: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        """Numbers, with commas."""
        _write(f"{question}\n" + "".join(f"  {n}. {c.label}\n" for n, c in enumerate(choices, 1)))
        while True:
            parts = self.read("Numbers, such as 2,3").replace(",", " ").split()
            if parts and all(p.isdecimal() and 1 <= int(p) <= len(choices) for p in parts):
                return tuple(dict.fromkeys(choices[int(p) - 1].value for p in parts))
            _write("Those are not all among the numbers.\n")

    def press(self, keys: Mapping[str, str]) -> str:
        """A letter and Enter, or Enter alone."""
        meanings = ", ".join(f"{key or 'Enter'}: {meaning}" for key, meaning in keys.items())
        while True:
            answer = self.read(f"({meanings})").lower()
            if answer in keys:
                return answer

    def pressed_within(self, seconds: float) -> bool:
        """Whether Enter was pressed."""
        if sys.platform == "win32":
            import msvcrt

            end = time.monotonic() + seconds
            while time.monotonic() < end:
                if msvcrt.kbhit():
                    return bool(self.read("") or True)
                time.sleep(0.1)
            return False
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return False
        if not sys.stdin.readline():
            raise EOFError
        return True

    def replace_line(self, text: str) -> None:
        """Now and then a new line."""
        if text and time.monotonic() - self._said_at >= _SAID_EVERY:
            self._said_at = time.monotonic()
            _write(text + "\n")

    def show_until_key(self, text: str) -> None:
        """The value, and a word: here it can't be taken off the screen."""
        _write(f"{text}\n")
        self.read("This stays in the terminal's history: clear it afterwards. Press Enter")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
