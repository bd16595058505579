"""The scopes of an Employment Hero application: the portal's cards and boxes, as far as they are known.

The portal is the only list, and it changes: match by card name, accept both spellings. Source: screenshots
of the portal (March 2026) and texts of 2025. A string that was not seen is not here.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

READ, UPDATE, CREATE, DELETE, EXPORT = "Read", "Update", "Create", "Delete", "Export"


@dataclass(frozen=True)
class Card:
    """A card of the form "Configure & Select Scopes".

    Attributes:
        name: as the portal shows it.
        boxes: what can be ticked.
        strings: scope strings of a box, as the review page shows them; a box that is not here: unknown.
        older: a string's spelling of 2025, where it was another one.
        personal: whether it opens bank accounts, pay, emergency contacts, tax or superannuation.
    """

    name: str
    boxes: tuple[str, ...] = (READ,)
    strings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    older: Mapping[str, str] = field(default_factory=dict)
    personal: bool = False


def _card(name: str, *read: str, more: tuple[str, ...] = (), older: str = "", personal: bool = False) -> Card:
    """A card with a Read box and its strings; ``older`` is the 2025 spelling of a lone string."""
    return Card(
        name,
        (READ, *more),
        {READ: read} if read else {},
        {read[0]: older} if older else {},
        personal=personal,
    )


CARDS = (
    _card("Bank accounts", "employees:bank_accounts:list", older="bank_accounts:list", personal=True),
    _card("Certifications", "certifications:list", "certifications:show", more=(DELETE,)),
    _card("Cost centres", "cost_centres:list"),
    _card("Custom fields", "custom_fields:list"),
    Card("Departments", (UPDATE, CREATE)),
    _card("Documents", more=(CREATE,)),
    _card(
        "Emergency contacts",
        "employees:emergency_contacts:list",
        older="emergency_contacts:list",
        personal=True,
    ),
    _card(
        "Employee custom fields",
        "employees:employee_custom_fields:list",
        older="employee_custom_fields:list",
    ),
    _card(
        "Employees",
        "employees:list",
        "employees:show",
        "employees:onboard_polling_status",
        "teams:employees:list",
        more=(UPDATE, CREATE, DELETE),
    ),
    _card("Employees certifications", "employees_certifications:list"),
    _card("Employing entities", "employing_entities:list"),
    _card("Employment histories", "employees:employment_histories:list", older="employment_histories:list"),
    _card("Invoices", "invoices:list"),
    _card("Job histories"),
    _card("Leave categories", "leave_categories:list"),
    _card("Leave requests", "leave_requests:list", "leave_requests:show", more=(CREATE,)),
    _card("Pay categories", "pay_categories:list"),
    _card("Pay details", "employees:pay_details:list", older="pay_details:list", personal=True),
    _card("Pay schedules"),
    _card("Payslips", "payslips:list", more=(EXPORT,), personal=True),
    _card("Policies", "policies:list"),
    Card("Positions", (UPDATE, CREATE)),
    _card("Roles tags"),
    _card(
        "Rostered shifts",
        "rostered_shifts:list",
        "rostered_shifts:show",
        "employees:rostered_shifts:job_status",
        more=(CREATE,),
    ),
    _card("Shift cost", "employees:rostered_shifts:shift_cost:show"),
    _card("Superannuation detail", "superannuation_detail:show", personal=True),
    _card("Superannuation fund", "superannuation_fund:show", personal=True),
    _card("Tax declaration", "tax_declaration:show", personal=True),
    _card("Teams", "teams:list"),
    _card(
        "Timesheet entries",
        "employees:timesheet_entries:list",
        older="timesheet_entries:list",
        more=(CREATE,),
    ),
    _card("Unavailabilities", "unavailabilities:list", "unavailabilities:show"),
    _card("Work eligibility", "employees:work_eligibility:show"),
    _card("Work locations", "work_locations:list"),
    _card("Work sites", "work_sites:list", more=(UPDATE, CREATE)),
    _card("Work types", "work_types:list"),
    Card(
        "Organisations",
        (READ,),
        {READ: ("organizations:list", "organizations:show")},
        {"organizations:list": "organisations:list", "organizations:show": "organisations:show"},
    ),
)


class UnknownScopeError(ValueError):
    """A word that is no preset, card, box or scope string; the message names the nearest that are."""


@dataclass(frozen=True)
class Selection:
    """Boxes to tick, as (card name, box), and the scopes that no card is known for."""

    boxes: frozenset[tuple[str, str]] = frozenset()
    unmapped: tuple[str, ...] = ()

    def __or__(self, other: Selection) -> Selection:
        return Selection(self.boxes | other.boxes, tuple(dict.fromkeys((*self.unmapped, *other.unmapped))))

    @property
    def cards(self) -> tuple[tuple[Card, tuple[str, ...]], ...]:
        """Each card with its boxes to tick, in the catalogue's order."""
        chosen = (
            (card, tuple(box for box in card.boxes if (card.name, box) in self.boxes)) for card in CARDS
        )
        return tuple((card, boxes) for card, boxes in chosen if boxes)

    @property
    def review_strings(self) -> tuple[str, ...]:
        """The scope strings to expect on the review page, as far as they are known."""
        return tuple(s for card, boxes in self.cards for box in boxes for s in card.strings.get(box, ()))

    @property
    def older_strings(self) -> tuple[str, ...]:
        """How texts of 2025 spell those of ``review_strings`` that were renamed."""
        spellings = {new: old for card, _ in self.cards for new, old in card.older.items()}
        return tuple(spellings[s] for s in self.review_strings if s in spellings)

    @property
    def unknown_cards(self) -> tuple[str, ...]:
        """The boxes, as ``Card/Box``, whose strings are not known."""
        return tuple(
            f"{card.name}/{box}" for card, boxes in self.cards for box in boxes if box not in card.strings
        )

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The cards that open bank accounts, pay, emergency contacts, tax or superannuation."""
        return tuple(card.name for card, _ in self.cards if card.personal)


def _read(*names: str) -> Selection:
    return Selection(frozenset((name, READ) for name in names))


PRESETS: Mapping[str, Selection] = {
    "directory": _read("Employees", "Teams", "Organisations"),
    # The 14 cards of StackOne's older linking guide (legacy connector): bank accounts and pay are among them.
    "stackone-guide-2026-03": _read(
        *("Custom fields", "Employee custom fields", "Employees", "Timesheet entries", "Leave requests"),
        *("Policies", "Rostered shifts", "Unavailabilities", "Bank accounts", "Emergency contacts"),
        *("Employment histories", "Pay details", "Teams", "Organisations"),
    ),
    "all-read": _read(*(card.name for card in CARDS if READ in card.boxes)),
}


def parse(text: str) -> Selection:
    """The selection that ``--scopes`` names.

    Args:
        text: a comma list of presets, card names (their Read box), ``Card/Box``, or scope strings, in any
            case and in British or American spelling.

    Raises:
        UnknownScopeError: it names nothing, or something that is not in the catalogue.
    """
    words = [word.strip() for word in re.split(r"[,;\n]", text) if word.strip()]
    if not words:
        raise UnknownScopeError(f"it names no scope; presets are {', '.join(PRESETS)}")
    selection, problems = Selection(), []
    for word in dict.fromkeys(words):
        if (known := _NAMES.get(_key(word)) or _STRINGS.get(_key(word))) is not None:
            selection |= known
        else:
            problems.append(_explain(word))
    if problems:
        raise UnknownScopeError("; ".join(problems))
    return selection


def requiring(scopes: Iterable[str]) -> Selection:
    """The selection that grants these scope strings; those of no known card stay in ``unmapped``."""
    selection = Selection()
    for scope in scopes:
        selection |= _STRINGS.get(_key(scope)) or Selection(unmapped=(scope,))
    return selection


def _key(word: str) -> str:
    key = re.sub(r"[\s_-]+", " ", word.strip().casefold())
    key = re.sub(r" ?([:/]) ?", r"\1", key)
    return key.replace("organiz", "organis").replace("cost center", "cost centre")


_NAMES = {
    **{_key(name): preset for name, preset in PRESETS.items()},
    **{_key(card.name): _read(card.name) for card in CARDS if READ in card.boxes},
    **{_key(f"{c.name}/{box}"): Selection(frozenset({(c.name, box)})) for c in CARDS for box in c.boxes},
}
_STRINGS = {
    _key(spelling): Selection(frozenset({(card.name, box)}))
    for card in CARDS
    for box, strings in card.strings.items()
    for string in strings
    for spelling in (string, card.older.get(string, string))
}
_SPELLINGS = {
    _key(name): name
    for name in (
        *PRESETS,
        *(f"{card.name}/{box}" for card in CARDS for box in card.boxes),
        *(card.name for card in CARDS),
        *(s for card in CARDS for strings in card.strings.values() for s in strings),
    )
}


def _explain(word: str) -> str:
    shown = word if word.isprintable() else ascii(word)
    name = _key(word).partition("/")[0]
    for card in CARDS:
        if _key(card.name) == name:
            boxes = ", ".join(f"{card.name}/{box}" for box in card.boxes)
            return f"“{shown}”: say which box: {boxes}"
    near = difflib.get_close_matches(_key(word), _SPELLINGS, n=3)
    meant = (
        f"did you mean {' or '.join(_SPELLINGS[key] for key in near)}?" if near else "no such scope is known"
    )
    return f"“{shown}”: {meant}"
