"""Steps as data and as lines: what to do, with which values, what one sees then, the usual mistake."""

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
    """Alone on its line, to copy."""
    ROW = "row"
    """After its label."""
    WORD = "word"
    """In a paragraph with others, to compare."""


class Value(Record, frozen=True):
    """An exact value on one line. Characters that can't be printed become U+FFFD."""

    label: str
    value: str
    form: Form = Form.COPY

    def __post_init__(self) -> None:
        visible = "".join(c if c.isprintable() else "\ufffd" for c in self.value)
        force_setattr(self, "value", visible)


class Step(Record, frozen=True):
    """One thing to do.

    ``field`` is the form's field that it is about. ``more`` is always shown with the step. Only documents show
    ``see`` (what one sees then) and ``mistake`` (the usual one, and what it costs).
    """

    do: str
    values: tuple[Value, ...] = ()
    more: tuple[str, ...] = ()
    see: str | None = None
    mistake: str | None = None
    field: str | None = None

    @property
    def notes(self) -> list[str]:
        """What only documents show."""
        return [*filter(None, [self.see]), *([f"Avoid: {self.mistake}"] if self.mistake else [])]

    @property
    def compared(self) -> str:
        """The values to compare, as one paragraph."""
        return "  ".join(value.value for value in self.of(Form.WORD))

    def of(self, form: Form) -> list[Value]:
        """Return the values that are shown in this form."""
        return [value for value in self.values if value.form is form]


class Section(Record, frozen=True):
    """Steps under a heading. ``ordered``: they are done one after the other, and have numbers."""

    title: str
    steps: tuple[Step, ...]
    ordered: bool = True

    @property
    def copies(self) -> dict[str, str]:
        """The values to copy, by their labels."""
        return {value.label: value.value for step in self.steps for value in step.of(Form.COPY)}

    def lines(self, *, document: bool = False) -> tuple[Line, ...]:
        """Return the steps as lines; for a ``document`` with a heading, gaps and notes."""
        found = [title(self.title)] if document else []
        for number, step in enumerate(self.steps, 1):
            found += [BLANK] if document else []
            found += _lines(step, str(number) if self.ordered else "")
            if document:
                found += [prose(note, indent=_UNDER if self.ordered else 2) for note in step.notes]
        return tuple(found)


class Guide(Record, frozen=True):
    """All steps of the job, in sections. Only the values in it come from outside."""

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
