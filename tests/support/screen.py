"""A pseudo-terminal with a person's eyes: the tool runs in it, and what is on the screen is read by pyte.

``EH_TEST_GOLDEN=write`` writes the files of golden screens anew: then look at what changed.
"""

from __future__ import annotations

import copy
import difflib
import os
import re
import sys
import termios
import time
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pexpect
import pyte

from tests.support import leaks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROWS = 40
PATIENCE = 25.0
"""Seconds until something that should be on the screen is missed: a bound against hanging, not a measure."""

ENTER = "\r"
DOWN = "\x1b[B"
CTRL_C = "\x03"
CTRL_D = "\x04"

_ALTERNATE = 1049

_GOLDEN = Path(__file__).parents[1] / "golden"
_VARY = (
    (r"\d{1,2} [A-Z][a-z]{2} 20\d\d, \d\d:\d\d( \([a-z0-9 ]+\))?", "DATE"),
    (r"(until\s+)\d\d:\d\d", r"\g<1>00:00"),
    (r"127\.0\.0\.1:\d{5}", "127.0.0.1:20000"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "00000000-0000-0000-0000-000000000000"),
    (r"(connect/link/)[\w-]+(</>\n<bold>[\w-]+)?", r"\1TOKEN"),
    (r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]", "⠋"),
    (r"\b0:\d\d\b", "0:00"),
    (r"in \d+ ms", "in 0 ms"),
    (r"Cleared in \d\d seconds", "Cleared in 45 seconds"),
    (
        r"\n  (Checking the|Looking at|Asking StackOne's API|Creating \"|Updating \")[^\n]*",
        "",
    ),  # if it was slow
)
"""What differs from run to run on a golden screen."""


class _Screen(pyte.HistoryScreen):
    """Answers what a terminal is asked (where the cursor is), and has the second screen that pyte lacks."""

    child: pexpect.spawn[bytes]

    def set_mode(self, *modes: int, **named: Any) -> None:
        if _ALTERNATE in modes:
            self._first = copy.deepcopy((self.buffer, self.cursor))
            self.erase_in_display(2)
        super().set_mode(*modes, **named)

    def reset_mode(self, *modes: int, **named: Any) -> None:
        if _ALTERNATE in modes:
            self.buffer, self.cursor = self._first
        super().reset_mode(*modes, **named)

    def write_process_input(self, data: str) -> None:
        self.child.send(data)


class Person:
    """Reads the screen and types."""

    def __init__(self, child: pexpect.spawn[bytes], columns: int) -> None:
        self.child = child
        self.columns = columns
        self.raw = b""
        self._screen = _Screen(columns, ROWS, history=5000, ratio=0.5)
        self._screen.child = child
        self._stream = pyte.ByteStream(self._screen)
        self._seen = 0

    def cells(self) -> list[list[Any]]:
        """Everything that is, or was, on the screen: the rows that scrolled off come first."""
        rows = [*self._screen.history.top, *(self._screen.buffer[number] for number in range(ROWS))]
        return [[row[column] for column in range(self.columns)] for row in rows]

    @property
    def lines(self) -> list[str]:
        """The same as text."""
        return ["".join(cell.data for cell in row).rstrip() for row in self.cells()]

    @property
    def text(self) -> str:
        """The same as one text, words that the width broke put together again."""
        return " ".join(" ".join(self.lines).split())

    def sees(self, text: str, *, stays: bool = True) -> None:
        """Wait until the text is there, after what was seen before; blanks and line ends don't count.

        ``stays`` is False for what a redraw will take away: what comes next may stand in its place.
        """
        wanted = "".join(text.split())

        def place() -> int:
            return "".join("".join(self.lines).split()).find(wanted, self._seen)

        self._waits_until(lambda: place() >= 0, f"{text!r} is not on the screen")
        self._seen = place() + len(wanted) if stays else self._seen

    def is_shown(self, text: str) -> None:
        """Wait until the text is on the screen, wherever."""
        self._waits_until(lambda: text in "\n".join(self._screen.display), f"{text!r} is not shown")

    def sees_golden(self, name: str) -> None:
        """Hold all that is, or was, on the screen, with colours and bold, against ``tests/golden``."""
        file = _GOLDEN / f"{name}.txt"
        if os.environ.get("EH_TEST_GOLDEN") == "write":
            self.waits_for(lambda: False, seconds=2)
            file.write_text(self._marked(), encoding="utf-8")
        wanted = file.read_text(encoding="utf-8")
        self.waits_for(lambda: self._marked() == wanted, seconds=10)  # what is to come may take a moment
        shown = self._marked()
        difference = difflib.unified_diff(wanted.splitlines(), shown.splitlines(), name, "seen", lineterm="")
        assert shown == wanted, "\n".join(difference)

    def _marked(self) -> str:
        shown = ""
        for row in self.cells():
            runs = groupby(row, key=lambda cell: (cell.fg, cell.bold))
            marked = "".join(_run("".join(cell.data for cell in cells), *how) for how, cells in runs)
            shown += marked.rstrip() + "\n"
        shown = shown.rstrip() + "\n"
        for pattern, fixed in _VARY:
            shown = re.sub(pattern, fixed, shown)
        return shown

    def waits_unseen(self) -> None:
        """Wait until the terminal shows nothing of what is typed."""
        self._waits_until(
            lambda: not termios.tcgetattr(self.child.child_fd)[3] & termios.ECHO, "what is typed would show"
        )

    def waits_for(self, ready: Callable[[], bool], seconds: float) -> bool:
        """Watch the screen until something is so, or for so long."""
        end = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > end or not self._pump():
                return ready()
        return True

    def _waits_until(self, ready: Callable[[], bool], otherwise: str) -> None:
        assert self.waits_for(ready, PATIENCE), otherwise + ":\n" + "\n".join(self.lines)

    @property
    def without_second_screen(self) -> str:
        """What a terminal without an alternate screen would show by now."""
        screen = pyte.Screen(self.columns, ROWS)
        pyte.ByteStream(screen).feed(self.raw)
        return "\n".join(screen.display)

    @property
    def pid(self) -> int:
        assert self.child.pid is not None
        return self.child.pid

    def types(self, text: str) -> None:
        self.child.send(text)

    def answers(self, question: str, answer: str = "") -> None:
        """Wait for a question, type the answer and Enter."""
        self.sees(question)
        self.types(answer + ENTER)

    def presses(self, key: str, where: str) -> None:
        """Wait for a line of keys, or the last of a menu, by a piece of its text, and press one."""
        self.sees(where, stays=False)
        self.types(key)

    def chooses(self, question: str, number: int = 0) -> None:
        """Take a choice of a menu, counted from 0."""
        self.sees(question)
        self.presses(DOWN * number + ENTER, "❯")  # noqa: RUF001  # the pointer

    def leaves(self) -> int:
        """Wait for the end, which has to come by itself; the exit status, or minus the signal."""
        end = time.monotonic() + PATIENCE
        while self._pump():
            assert time.monotonic() < end, "it does not end:\n" + "\n".join(self.lines)
        self.child.wait()
        self.child.close()
        status = self.child.exitstatus
        return status if status is not None else -(self.child.signalstatus or 0)

    def _pump(self) -> bool:
        """Take what the tool wrote; False once it has ended."""
        if self.child.closed:
            return False
        try:
            chunk = self.child.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return self.child.isalive()
        except pexpect.EOF:
            return False
        self.raw += chunk
        self._stream.feed(chunk)
        return True


def _run(text: str, colour: str, bold: bool) -> str:  # as pyte has it
    marks = [colour] * (colour != "default") + ["bold"] * bold
    return f"<{' '.join(marks)}>{text}</>" if marks and text.strip() else text


@contextmanager
def at_terminal(
    *arguments: str,
    environment: Mapping[str, str],
    columns: int = 80,
    cwd: Path | None = None,
    program: Sequence[str] = (sys.executable, "-m", "eh_connect"),
) -> Iterator[Person]:
    """Run the tool, or another program, in a terminal of its own."""
    checkout = Path(__file__).parents[2]
    base = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    env = (
        base
        | {"TERM": "xterm", "PYTHONPATH": str(checkout), "HOME": str(cwd or checkout), "HISTFILE": os.devnull}
        | dict(environment)
    )
    child: pexpect.spawn[bytes] = pexpect.spawn(
        program[0],
        [*program[1:], *arguments],
        env=env,
        cwd=None if cwd is None else str(cwd),
        dimensions=(ROWS, columns),
        timeout=PATIENCE,
    )
    child.delaybeforesend = None
    someone = Person(child, columns)
    try:
        yield someone
    finally:
        leaks.add("the terminal", someone.raw.decode(errors="replace"))
        child.close(force=True)
