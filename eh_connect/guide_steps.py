"""Steps as data, and as lines: what to do, the values for it, what is seen then, the usual mistake."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec.structs import force_setattr

from eh_connect.lines import BLANK, exact, prose, row, title
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eh_connect.lines import Line

_UNDER = 5
"""Columns: where the text of a numbered step begins."""


class Form(StrEnum):
    """How a value is shown."""

    COPY = "copy"
    """To copy: alone on its line."""
    ROW = "row"
    """Behind its label."""
    WORD = "word"
    """Among others of its label, to compare."""


class Value(Record, frozen=True):
    """Something exact. It is one line: what can't be printed becomes U+FFFD."""

    label: str
    value: str
    form: Form = Form.COPY

    def __post_init__(self) -> None:
        visible = "".join(c if c.isprintable() else "\ufffd" for c in self.value)
        force_setattr(self, "value", visible)


class Step(Record, frozen=True):
    """One thing to do.

    ``field`` is the field of a form that it is about. ``more`` belongs to the step wherever it is shown;
    ``see`` (what is seen then) and ``mistake`` (the usual one, and its price) are for documents.
    """

    do: str
    values: tuple[Value, ...] = ()
    more: tuple[str, ...] = ()
    see: str | None = None
    mistake: str | None = None
    field: str | None = None

    @property
    def notes(self) -> list[str]:
        """What a document adds to it."""
        return [*filter(None, [self.see]), *([f"Avoid: {self.mistake}"] if self.mistake else [])]

    @property
    def compared(self) -> str:
        """The values to compare, as they stand in one paragraph."""
        return "  ".join(value.value for value in self.of(Form.WORD))

    def of(self, form: Form) -> list[Value]:
        """The values that are shown this way."""
        return [value for value in self.values if value.form is form]


class Section(Record, frozen=True):
    """Steps under a heading; ``ordered`` if they are done one after the other."""

    title: str
    steps: tuple[Step, ...]
    ordered: bool = True

    @property
    def copies(self) -> dict[str, str]:
        """The values to copy, by their labels: for keys that copy them."""
        return {value.label: value.value for step in self.steps for value in step.of(Form.COPY)}

    def lines(self, *, document: bool = False) -> tuple[Line, ...]:
        """The steps; in a ``document`` with heading, gaps, and all that is known of each."""
        found = [title(self.title)] if document else []
        for number, step in enumerate(self.steps, 1):
            found += [BLANK] if document else []
            found += _lines(step, str(number) if self.ordered else "")
            if document:
                found += [prose(note, indent=_UNDER if self.ordered else 2) for note in step.notes]
        return tuple(found)


class Guide(Record, frozen=True):
    """The whole job. Prose is ours; only values come from outside."""

    title: str
    note: str
    sections: tuple[Section, ...]


def _lines(step: Step, number: str) -> Iterator[Line]:
    do = f"{step.field:<13}   {step.do}" if step.field else step.do
    indent = _UNDER if number else 2
    yield row(number, do) if number else prose(do)
    yield from (exact(value.value) for value in step.of(Form.COPY))
    rows = step.of(Form.ROW)
    widest = max((len(value.label) for value in rows), default=0)
    for value in rows:
        yield prose(f"{value.label:<{widest}}  {value.value}", indent=indent + 2)
    yield from (prose(text, indent=indent) for text in (step.compared, *step.more) if text)
