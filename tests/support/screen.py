"""A pseudo-terminal with a person's eyes: the tool runs in it, and what is on the screen is read by pyte.

``EH_TEST_GOLDEN=write`` writes the files of golden screens anew: then look at what changed.
"""

from __future__ import annotations

import copy
import difflib
import os
import pty
import re
import select
import signal
import termios
import time
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyte

from tests.support import leaks
from tests.support.forked import CHECKOUT, Child, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.support.command import Tool

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
    (r"\n  (Checking the|Looking|Making a|Removing the|Asking StackOne's|(Creating|Updating) \")[^\n]*", ""),
)
"""What differs from run to run on a golden screen; the last is said only where it was slow."""


NOTHING = dict.fromkeys(
    ("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET", "EH_CONNECT_ORG_ID", "STACKONE_API_KEY")
)

BEFORE_THE_REVIEW = (
    ("StackOne API key", leaks.API_KEY),
    ("Choose cards", ""),
    ("a colleague has the account)", "12345"),
    ("I've created it", ""),
    ("? Client ID", leaks.CLIENT_ID),
    ("? Client Secret", leaks.CLIENT_SECRET),
)
"""The end of each question, and its answer."""

TO_THE_FORM, TO_THE_SECRET, TO_THE_REVIEW = 3, 5, 6
"""How many of them are answered."""


class _Screen(pyte.HistoryScreen):
    """Answers what a terminal is asked (where the cursor is), and has the second screen that pyte lacks."""

    terminal: int

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
        os.write(self.terminal, data.encode())


class Person:
    """Reads the screen and types; ``terminal`` is the pseudo-terminal's descriptor."""

    def __init__(self, child: Child, terminal: int, columns: int) -> None:
        self.child = child
        self.terminal = terminal
        self.columns = columns
        self.raw = b""
        self._screen = _Screen(columns, ROWS, history=5000, ratio=0.5)
        self._screen.terminal = terminal
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
            lambda: not termios.tcgetattr(self.terminal)[3] & termios.ECHO, "what is typed would show"
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

    def types(self, text: str) -> None:
        os.write(self.terminal, text.encode())

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

    def pastes(self, question: str, secret: str) -> None:
        """Answer a hidden question."""
        self.sees(question)
        self.waits_unseen()
        self.types(secret + ENTER)
        if len(secret) > 1:  # a word for the tool is no secret
            self.sees(f"{len(secret)} characters")

    def walks(self, answers: int = TO_THE_REVIEW) -> None:
        """Answer the wizard's first questions, in the full form."""
        for question, answer in BEFORE_THE_REVIEW[:answers]:
            self.sees(question, stays=bool(answer))
            self.waits_unseen()
            self.types(answer + ENTER)

    @property
    def link(self) -> str:
        """The sign-in link, as a person copies it: whole, though the terminal broke it."""
        return str(re.findall(r"http://127\.0\.0\.1:\d+/connect/link/[\w-]+", "".join(self.lines))[-1])

    def leaves(self) -> int:
        """Wait for the end, which has to come by itself; the exit status, or minus the signal."""
        end = time.monotonic() + PATIENCE
        while self._pump():
            assert time.monotonic() < end, "it does not end:\n" + "\n".join(self.lines)
        return self.child.wait()

    def _pump(self) -> bool:
        """Take what the tool wrote, waiting a moment for it; False once it has ended."""
        has_ended = self.child.poll() is not None
        if not select.select([self.terminal], [], [], 0 if has_ended else 0.05)[0]:
            return not has_ended
        chunk = os.read(self.terminal, 65536)
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
    cwd: Path = CHECKOUT,
    kind: Kind = "tool",
) -> Iterator[Person]:
    """Run the tool, or what else a ``Child`` runs, in a terminal of its own."""
    base = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    usual = {"TERM": "xterm", "PYTHONPATH": str(CHECKOUT), "HOME": str(cwd), "HISTFILE": os.devnull}
    terminal, far = pty.openpty()
    try:
        termios.tcsetwinsize(far, (ROWS, columns))
        streams = [Path(os.ttyname(far))] * 3
        child = Child(arguments, base | usual | dict(environment), cwd, streams, kind)
        someone = Person(child, terminal, columns)
        try:
            yield someone
        finally:
            leaks.add("the terminal", someone.raw.decode(errors="replace"))
            child.send_signal(signal.SIGKILL)
            child.wait()
    finally:
        os.close(terminal)
        os.close(far)


@contextmanager
def at(tool: Tool, *arguments: str, columns: int = 80, **changed: str | None) -> Iterator[Person]:
    """Run the tool at a terminal; its screen is searched for secrets afterwards."""
    variables = tool.variables({"TERM": "xterm-256color", **NOTHING, **changed})
    with at_terminal(*arguments, environment=variables, columns=columns, cwd=tool.folder) as someone:
        yield someone
