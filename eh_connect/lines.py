"""What a person reads, before it is drawn: lines with a sign, so that every part looks the same."""

from __future__ import annotations

from enum import Enum

from eh_connect.record import Record


class Sign(Enum):
    """What stands before a line; the plain form has a word for each."""

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
    """A blank line, and the heading of a step: "1 of 5" and its title."""
    EXACT = "exact"
    """A value to copy: bold, alone, from the first column, never wrapped."""
    ROW = "row"
    """A label in a column of its own, then text."""


class Line(Record, frozen=True):
    """One line; ``head`` is the label of a row (or the number of a step), ``indent`` is in columns."""

    text: str = ""
    sign: Sign = Sign.NONE
    kind: Kind = Kind.PROSE
    head: str = ""
    indent: int = 2


def prose(text: str, indent: int = 2) -> Line:
    """Plain words."""
    return Line(text, indent=indent)


def title(text: str) -> Line:
    """A heading."""
    return Line(text, kind=Kind.TITLE, indent=0)


def exact(text: str) -> Line:
    """A value to copy."""
    return Line(text, kind=Kind.EXACT, indent=0)


def row(head: str, text: str, sign: Sign = Sign.NONE, indent: int = 2) -> Line:
    """A label and its text; heads of neighbouring rows are aligned."""
    return Line(text, sign, Kind.ROW, head, indent)


def ok(text: str, indent: int = 0) -> Line:
    """Seen to be so."""
    return Line(text, Sign.OK, indent=indent)


def warn(text: str, indent: int = 0) -> Line:
    """May need a look."""
    return Line(text, Sign.WARN, indent=indent)


def fail(text: str, indent: int = 0) -> Line:
    """Went wrong."""
    return Line(text, Sign.FAIL, indent=indent)


def unsure(text: str, indent: int = 0) -> Line:
    """Not checked, or not known."""
    return Line(text, Sign.UNSURE, indent=indent)


def todo(text: str, indent: int = 0) -> Line:
    """The one thing to do."""
    return Line(text, Sign.TODO, indent=indent)


BLANK = Line("", indent=0)


def counted(number: int, noun: str) -> str:
    """``1 account``, ``2 accounts``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
