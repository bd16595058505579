"""The shape of the guide, and its formats: plain text, Markdown, JSON.

Exact values stand alone on a line, whole, at any width.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_INDENT = "   "


@dataclass(frozen=True)
class Value:
    """Something exact, to copy or to compare. It is one line: what can't be printed becomes U+FFFD."""

    label: str
    text: str

    def __post_init__(self) -> None:
        visible = "".join(c if c.isprintable() else "\ufffd" for c in self.text)
        object.__setattr__(self, "text", visible)


@dataclass(frozen=True)
class Step:
    """What to do, what one sees then, the usual mistake, and the exact values."""

    do: str
    see: str = ""
    mistake: str = ""
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Section:
    """Steps under a heading; ``ordered`` if they are done one after the other."""

    title: str
    steps: tuple[Step, ...]
    ordered: bool = True


@dataclass(frozen=True)
class Guide:
    """All of it. Prose is ours; only the values' texts come from outside."""

    title: str
    note: str
    sections: tuple[Section, ...]


def text(guide: Guide, width: int = 80) -> str:
    """Plain text without escape sequences; prose is wrapped at ``width`` columns, values never are."""
    lines = [guide.title, "=" * len(guide.title), "", *_wrapped(guide.note, width, "", "")]
    for section in guide.sections:
        lines += ["", section.title, "-" * len(section.title)]
        for mark, step in _marked(section):
            lines += ["", *_wrapped(step.do, width, f"{mark} ")]
            for note in _notes(step):
                lines += _wrapped(note, width, _INDENT)
            for label, values in _by_label(step):
                lines += _wrapped(f"{label}:", width, _INDENT)
                lines += [f"{_INDENT * 2}{value}" for value in values]
    return "\n".join(lines) + "\n"


def markdown(guide: Guide) -> str:
    """CommonMark. Values are in fences longer than any run of backticks in them, outside of lists."""
    blocks = [f"# {guide.title}", guide.note]
    for section in guide.sections:
        blocks.append(f"## {section.title}")
        for mark, step in _marked(section):
            # No list: a fence inside an item would end with the item.
            blocks.append(f"**{mark}** {step.do}" if section.ordered else step.do)
            blocks += _notes(step)
            for label, values in _by_label(step):
                blocks += [f"{label}:", _fenced(values)]
    return "\n\n".join(blocks) + "\n"


def as_json(guide: Guide) -> dict[str, Any]:
    """``{title, note, sections: [{title, steps: [{do, see, mistake, values: [{label, value}]}]}]}``.

    ``see`` and ``mistake`` are null where there is none.
    """
    return {
        "title": guide.title,
        "note": guide.note,
        "sections": [
            {
                "title": section.title,
                "steps": [
                    {
                        "do": step.do,
                        "see": step.see or None,
                        "mistake": step.mistake or None,
                        "values": [{"label": value.label, "value": value.text} for value in step.values],
                    }
                    for step in section.steps
                ],
            }
            for section in guide.sections
        ],
    }


def _marked(section: Section) -> Iterator[tuple[str, Step]]:
    for number, step in enumerate(section.steps, 1):
        yield (f"{number}." if section.ordered else "- "), step


def _notes(step: Step) -> list[str]:
    notes = []
    if step.see:
        notes.append(f"You see: {step.see}")
    if step.mistake:
        notes.append(f"Mistake to avoid: {step.mistake}")
    return notes


def _by_label(step: Step) -> Iterator[tuple[str, list[str]]]:
    for label, values in groupby(step.values, key=lambda value: value.label):
        yield label, [value.text for value in values]


def _wrapped(prose: str, width: int, first: str, rest: str = _INDENT) -> list[str]:
    return textwrap.wrap(
        prose,
        max(width, 20),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _fenced(values: list[str]) -> str:
    longest = max(len(run) for value in values for run in re.findall(r"`*", value))
    fence = "`" * max(3, longest + 1)
    return "\n".join((f"{fence}text", *values, fence))
