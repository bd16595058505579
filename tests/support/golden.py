"""Golden screens: what a terminal shows, with colours and bold, held against a file in ``tests/golden``.

``EH_TEST_GOLDEN=write`` writes the files anew: then look at what changed.
"""

from __future__ import annotations

import difflib
import os
import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.screen import Person

_FOLDER = Path(__file__).parents[1] / "golden"
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
"""What differs from run to run."""


def compare(name: str, someone: Person) -> None:
    """Hold all that was, or is, on the screen against the file of that name; what is to come may take a moment."""
    file = _FOLDER / f"{name}.txt"
    if os.environ.get("EH_TEST_GOLDEN") == "write":
        someone.waits_for(lambda: False, seconds=2)
        _FOLDER.mkdir(exist_ok=True)
        file.write_text(_seen(someone), encoding="utf-8")
    wanted = file.read_text(encoding="utf-8")
    someone.waits_for(lambda: _seen(someone) == wanted, seconds=10)
    shown = _seen(someone)
    difference = difflib.unified_diff(wanted.splitlines(), shown.splitlines(), name, "seen", lineterm="")
    assert shown == wanted, "\n".join(difference)


def _seen(someone: Person) -> str:
    shown = "\n".join(_marked(someone)).rstrip() + "\n"
    for pattern, fixed in _VARY:
        shown = re.sub(pattern, fixed, shown)
    return shown


def _marked(someone: Person) -> list[str]:
    lines = []
    for row in someone.cells():
        runs = groupby(row, key=lambda cell: (cell.fg, cell.bold))
        lines.append(
            "".join(_run("".join(cell.data for cell in cells), *how) for how, cells in runs).rstrip()
        )
    return lines


def _run(text: str, colour: str, bold: bool) -> str:  # as pyte has it
    if not text.strip():
        return text
    marks = [colour] * (colour != "default") + ["bold"] * bold
    return f"<{' '.join(marks)}>{text}</>" if marks else text
