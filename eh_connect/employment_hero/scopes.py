"""Which scopes an application gets: named by section, card and box, in every spelling that people have.

The strings differ by year, and by source; two cards are named "Organisations".
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.employment_hero.credentials import cleaned
from eh_connect.employment_hero.scope_table import CARDS, READ, STACKONE_GUIDE, WRITES, Box, Card

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eh_connect.employment_hero.scope_table import Section

__all__ = ["CARDS", "PRESETS", "READ", "Box", "Card", "Selection", "card_for_action", "full_name", "parse"]

Ticked = tuple[str, str, str]
"""Section, card and box."""


@dataclass(frozen=True)
class Selection:
    """The small boxes to tick."""

    boxes: frozenset[Ticked] = frozenset()

    def __or__(self, other: Selection) -> Selection:
        return Selection(self.boxes | other.boxes)

    @property
    def cards(self) -> tuple[tuple[Card, tuple[Box, ...]], ...]:
        """Each card with its boxes to tick, in the portal's order."""
        found = (
            (card, tuple(box for box in card.boxes if (card.section, card.name, box.name) in self.boxes))
            for card in CARDS
        )
        return tuple((card, boxes) for card, boxes in found if boxes)

    @property
    def sections(self) -> tuple[tuple[Section, tuple[tuple[Card, tuple[Box, ...]], ...]], ...]:
        """The same by section; a section without a box is left out."""
        sections: tuple[Section, ...] = ("Admin", "User")
        found = ((each, tuple(its for its in self.cards if its[0].section == each)) for each in sections)
        return tuple((section, cards) for section, cards in found if cards)

    @property
    def ticked(self) -> tuple[Ticked, ...]:
        """Section, card and box of each, in the portal's order."""
        return tuple((card.section, card.name, box.name) for card, boxes in self.cards for box in boxes)

    @property
    def names(self) -> tuple[str, ...]:
        """Each box as ``Employees: Read (Admin)``."""
        return tuple(full_name(card, box) for card, boxes in self.cards for box in boxes)

    @property
    def text(self) -> str:
        """The shortest text that ``parse`` reads as this selection."""
        for name, preset in PRESETS.items():
            if preset == self:
                return name
        return ", ".join(
            card.name if box.name == READ else f"{card.name}/{box.name}"
            for card, boxes in self.cards
            for box in boxes
        )

    @property
    def strings(self) -> tuple[str, ...]:
        """The scope strings to expect on the review page, as far as they are known."""
        return tuple(string for _, boxes in self.cards for box in boxes for string in box.strings)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The boxes whose strings were never seen, named in full."""
        return tuple(full_name(card, box) for card, boxes in self.cards for box in boxes if not box.strings)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The cards that open bank accounts, pay, emergency contacts, tax or superannuation."""
        return tuple(card.name for card, _ in self.cards if card.is_sensitive)

    @property
    def writes(self) -> tuple[str, ...]:
        """The boxes that let an integration change or delete data, named in full."""
        return tuple(
            full_name(card, box) for card, boxes in self.cards for box in boxes if box.name in WRITES
        )


def full_name(card: Card, box: Box) -> str:
    """``Employees: Read (Admin)``."""
    return f"{card.name}: {box.name} ({card.section})"


def _of(card: Card, box: Box) -> Selection:
    return Selection(frozenset({(card.section, card.name, box.name)}))


def _reading(cards: Iterable[Card]) -> Selection:
    return Selection(frozenset((c.section, c.name, READ) for c in cards if c.box(READ)))


PRESETS: Mapping[str, Selection] = {
    "directory": _reading(card for card in CARDS if card.name in {"Employees", "Teams", "Organisations"}),
    "stackone-guide-2026-03": _reading(card for card in CARDS if card.name in STACKONE_GUIDE),
    "all-read": _reading(CARDS),
}


def parse(text: str) -> Selection:
    """The selection that ``--scopes`` names.

    Args:
        text: a comma list of presets, card names (their Read box), ``Card/Box``, full names, or scope
            strings, in any case, British or American; scope strings may be divided by blanks too.

    Raises:
        ValueError: it names nothing, or something that is not in the table; the nearest names are in it.
    """
    words = [word for part in re.split(r"[,;\n\r]", cleaned(text)) for word in _split(cleaned(part)) if word]
    if not words:
        raise ValueError(f"it names no scope. Use {', '.join(PRESETS)}, or names of cards")
    selection, problems = Selection(), []
    for word in dict.fromkeys(words):
        if (known := _NAMES.get(_key(word)) or _STRINGS.get(_key(word))) is not None:
            selection |= known
        else:
            problems.append(_explained(word))
    if problems:
        raise ValueError("; ".join(problems))
    return selection


def card_for_action(action_id: str, scope_strings: Iterable[str]) -> str | None:
    """The box that an action lacks, as ``Employees: Read (Admin)``; None where it can't be told.

    The strings decide, the first known one first. Without one, the end of an action's ID often names a card
    (``employmenthero_list_employees``): an inference.
    """
    for string in scope_strings:
        if (known := _STRINGS.get(_key(_DOCUMENTED.sub("", string)))) is not None:
            return known.names[0]
    _, _, noun = action_id.rpartition("list_")
    known = _NAMES.get(_key(noun))
    return known.names[0] if known is not None and len(known.names) == 1 else None


_DOCUMENTED = re.compile(r"^\s*urn:mainapp:", re.IGNORECASE)
"""How the documentation's examples spell scopes, and the portal doesn't."""


def _split(word: str) -> list[str]:
    """Scope strings may be divided by blanks, as on the review page; names have blanks in them."""
    parts = word.split()
    return parts if all(re.fullmatch(r"[\w-]+(:[\w-]+)+", part) for part in parts) else [word]


def _key(word: str) -> str:
    key = re.sub(r"[\s_-]+", " ", word.strip().casefold().replace("›", "/"))
    key = re.sub(r" ?([:/()]) ?", r"\1", key)
    return key.replace("organiz", "organis").replace("cost center", "cost centre")


def _spellings(card: Card, box: Box) -> tuple[str, ...]:
    """How people name a box; the name of a card alone means its Read box."""
    names = [
        f"{card.name}{between}{box.name}{section}"
        for between in ("/", ": ")
        for section in ("", f" ({card.section})")
    ]
    names += [f"{card.name} ({card.section})/{box.name}", f"{card.section}/{card.name}/{box.name}"]
    if box.name == READ:
        names += [card.name, f"{card.name} ({card.section})", f"{card.section}/{card.name}"]
    return tuple(names)


_NAMES = {
    **{_key(s): _of(card, box) for card in CARDS for box in card.boxes for s in _spellings(card, box)},
    **{_key(name): preset for name, preset in PRESETS.items()},
}
_STRINGS = {
    _key(string): _of(card, box)
    for card in CARDS
    for box in card.boxes
    for string in (*box.strings, *box.older)
}
_OFFERED = {
    _key(name): name
    for name in (
        *PRESETS,
        *(f"{card.name}/{box.name}" for card in CARDS for box in card.boxes),
        *(card.name for card in CARDS if card.box(READ)),
        *(string for card in CARDS for box in card.boxes for string in box.strings),
    )
}
"""What is suggested, by how it is compared."""


def _explained(word: str) -> str:
    """Why a word is refused, with what may be meant."""
    shown = f'"{word if word.isprintable() else ascii(word)}"'
    if _DOCUMENTED.match(word):
        return f"{shown}: this spelling isn't in the portal. {_documented(word)}"
    name = re.split(r"[/:(]", _key(word))[0]
    same = [card for card in CARDS if _key(card.name) == name]
    if same:
        boxes = ", ".join(
            f"{card.name}/{box.name}{f' ({card.section})' if len(same) > 1 else ''}"
            for card in same
            for box in card.boxes
        )
        return f"{shown}: say which box: {boxes}"
    near = difflib.get_close_matches(_key(word), _OFFERED, n=3)
    if not near:
        return f"{shown}: no such card, preset or scope is known"
    return f"{shown}: did you mean {' or '.join(_OFFERED[key] for key in near)}?"


def _documented(word: str) -> str:
    """The card of a scope as the documentation spells it: ``urn:mainapp:organisations:read``."""
    parts = _DOCUMENTED.sub("", word).split(":")
    if (known := _STRINGS.get(_key(":".join(parts)))) is not None:
        return f"Its card is {known.names[0]}"
    for part in reversed(parts):
        if (known := _NAMES.get(_key(part))) is not None and len(known.names) == 1:
            return f"Perhaps you mean {known.names[0]}"
    return "Use the name of its card"
