"""The lines that a person reads, before they are drawn: every part of the tool shows its texts as these."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

_VALUE = re.compile(r"https?://\S+|(?=\S*\d)[\w-]{8,}")
"""An address or an ID."""


class Sign(Enum):
    """The sign before a line. The plain form prints a word instead."""

    NONE = ""
    OK = "✓"
    WARN = "!"
    FAIL = "✗"
    UNSURE = "-"
    TODO = "→"


class Kind(Enum):
    """How a line is laid out."""

    PROSE = "prose"
    """Wrapped to the width, indented by two where it has no sign."""
    TITLE = "title"
    """Bold, from the first column."""
    STEP = "step"
    """The heading of a step, with a blank line before it: "1 of 5" and a title."""
    EXACT = "exact"
    """A value to copy: bold, alone on its line, from the first column, never wrapped."""
    ROW = "row"
    """A label in a column of its own, then a text."""


class Line(Record, frozen=True):
    """One line. ``head`` is the label of a row, or the number of a step; ``indent`` is in columns."""

    text: str = ""
    sign: Sign = Sign.NONE
    kind: Kind = Kind.PROSE
    head: str = ""
    indent: int = 2


def prose(text: str, indent: int = 2) -> Line:
    """A line without a sign."""
    return Line(text, indent=indent)


def title(text: str) -> Line:
    """A heading."""
    return Line(text, kind=Kind.TITLE, indent=0)


def exact(text: str) -> Line:
    """A value to copy."""
    return Line(text, kind=Kind.EXACT, indent=0)


def row(head: str, text: str, sign: Sign = Sign.NONE, indent: int = 2) -> Line:
    """A label and its text. The texts of neighbouring rows are aligned."""
    return Line(text, sign, Kind.ROW, head, indent)


def ok(text: str, indent: int = 0) -> Line:
    """Something that was seen to be so."""
    return Line(text, Sign.OK, indent=indent)


def warn(text: str, indent: int = 0) -> Line:
    """Something that may need attention."""
    return Line(text, Sign.WARN, indent=indent)


def fail(text: str, indent: int = 0) -> Line:
    """Something that went wrong."""
    return Line(text, Sign.FAIL, indent=indent)


def unsure(text: str, indent: int = 0) -> Line:
    """Something that was not checked, or is not known."""
    return Line(text, Sign.UNSURE, indent=indent)


def todo(text: str, indent: int = 0) -> Line:
    """The one thing to do."""
    return Line(text, Sign.TODO, indent=indent)


def from_text(text: str, first: Callable[[str], Line] = prose) -> list[Line]:
    """A text of one or more lines. A later line that is only an address or an ID is a value to copy."""
    head, *rest = text.split("\n")
    return [first(head), *(exact(each) if _VALUE.fullmatch(each) else prose(each) for each in rest)]


BLANK = Line("", indent=0)


def counted(number: int, noun: str) -> str:
    """A number and a noun, such as ``1 account`` and ``2 accounts``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
