"""The scopes of an application: the portal's boxes, and the spellings that people may use for them.

Employment Hero has no other list than the portal, which changes. The strings differ by year and by source.
Two cards are named "Organisations".
"""

from __future__ import annotations

import difflib
import re
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from eh_connect.employment_hero.credentials import cleaned
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Section = Literal["Admin", "User"]

READ = "Read"

_FORM: dict[Section, str] = {
    "Admin": """
Bank accounts ! | Read | employees:bank_accounts:list | bank_accounts:list
Certifications | Read Update Create Delete | certifications:list certifications:show
Cost centres | Read | cost_centres:list
Custom fields | Read | custom_fields:list
Departments | Update Create
Documents | Read Create
Emergency contacts ! | Read | employees:emergency_contacts:list | emergency_contacts:list
Employee custom fields | Read | employees:employee_custom_fields:list | employee_custom_fields:list
Employee form responses | Read
Employees | Read Update Create Delete | employees:list employees:show employees:onboard_polling_status \
teams:employees:list
Employees certifications | Read | employees_certifications:list
Employing entities | Read | employing_entities:list
Employment histories | Read | employees:employment_histories:list | employment_histories:list
Form categories | Read Update Create Delete
Form templates | Read Update Create Delete
Forms | Read
Forms responses | Read
Goals | Read
Invoices | Read | invoices:list
Job histories | Read
Kiosk members | Read Update
Leave balances | Read Update | employees:leave_balances:list
Leave categories | Read | leave_categories:list
Leave requests | Read Create | leave_requests:list leave_requests:show
Organisations | Delete
Pay categories | Read | pay_categories:list
Pay details ! | Read | employees:pay_details:list | pay_details:list
Pay schedules | Read
Payslips ! | Read Export | payslips:list
Policies | Read | policies:list
Positions | Update Create
Roles tags | Read
Rostered shifts | Read Create | rostered_shifts:list rostered_shifts:show employees:rostered_shifts:job_status
Shift cost | Read | employees:rostered_shifts:shift_cost:show
Superannuation detail ! | Read | superannuation_detail:show
Superannuation fund ! | Read | superannuation_fund:show
Tax declaration ! | Read | tax_declaration:show
Teams | Read | teams:list
Timesheet entries | Read Create Delete | employees:timesheet_entries:list | timesheet_entries:list
Unavailabilities | Read | unavailabilities:list unavailabilities:show
Work eligibility | Read | employees:work_eligibility:show
Work locations | Read | work_locations:list
Work sites | Read Update Create | work_sites:list
Work types | Read | work_types:list
""",
    "User": """
Organisations | Read | organizations:list organizations:show | organisations:list organisations:show
""",
}
"""Card | boxes | strings of its Read box as the review page shows them | strings as it showed them in 2025.

``!`` marks bank accounts, pay, emergency contacts, tax and superannuation. Only strings that we have seen are
here. Sources: prints of the form (March and June 2026), review pages, texts of 2025.
"""


class Box(Record, frozen=True):
    """One small box of a card. ``strings`` are its scopes now, ``older`` its scopes in 2025."""

    section: Section
    card: str
    name: str
    is_sensitive: bool
    strings: tuple[str, ...]
    older: tuple[str, ...]

    @property
    def title(self) -> str:
        """``Employees: Read (Admin)``."""
        return f"{self.card}: {self.name} ({self.section})"


def _boxes(section: Section, row: str) -> Iterator[Box]:
    card, names, strings, older = (*map(str.strip, row.split("|")), "", "")[:4]
    for name in names.split():
        seen = (strings.split(), older.split()) if name == READ else ((), ())
        yield Box(section, card.rstrip(" !"), name, card.endswith("!"), *map(tuple, seen))


BOXES = tuple(
    box
    for section, rows in _FORM.items()
    for row in rows.replace("\\\n", "").strip().splitlines()
    for box in _boxes(section, row)
)
"""All boxes in the portal's order."""


def by_card(boxes: Iterable[Box]) -> tuple[tuple[Box, ...], ...]:
    """Group boxes by card. They have to be in the portal's order."""
    return tuple(tuple(its) for _, its in groupby(boxes, key=lambda box: (box.section, box.card)))


class Selection(Record, frozen=True):
    """The small boxes to tick."""

    boxes: frozenset[Box] = frozenset()

    @property
    def ticked(self) -> tuple[Box, ...]:
        """The boxes in the portal's order."""
        return tuple(box for box in BOXES if box in self.boxes)

    @property
    def cards(self) -> tuple[tuple[Box, ...], ...]:
        """The boxes in the portal's order, by card."""
        return by_card(self.ticked)

    @property
    def text(self) -> str:
        """The shortest text that ``parse`` reads as this selection."""
        for name, preset in PRESETS.items():
            if preset == self:
                return name
        return ", ".join(box.card if box.name == READ else f"{box.card}/{box.name}" for box in self.ticked)

    @property
    def strings(self) -> tuple[str, ...]:
        """The scope strings that the review page should show, as far as we know them."""
        return tuple(string for box in self.ticked for string in box.strings)

    @property
    def unknown(self) -> tuple[str, ...]:
        """The titles of the boxes whose strings we have never seen."""
        return tuple(box.title for box in self.ticked if not box.strings)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """The cards with bank accounts, pay, emergency contacts, tax or superannuation."""
        return tuple(boxes[0].card for boxes in self.cards if boxes[0].is_sensitive)

    @property
    def writes(self) -> tuple[str, ...]:
        """The titles of the boxes that let an integration change or delete data."""
        return tuple(box.title for box in self.ticked if box.name in {"Create", "Update", "Delete"})


_STACKONE_GUIDE = (
    *("Custom fields", "Employee custom fields", "Employees", "Timesheet entries", "Leave requests"),
    *("Policies", "Rostered shifts", "Unavailabilities", "Bank accounts", "Emergency contacts"),
    *("Employment histories", "Pay details", "Teams", "Organisations"),
)
"""Source: StackOne's older linking guide, for the legacy connector. It has bank accounts and pay."""


def _reading(*cards: str) -> Selection:
    return Selection(frozenset(box for box in BOXES if box.name == READ and (not cards or box.card in cards)))


PRESETS: Mapping[str, Selection] = {
    "directory": _reading("Employees", "Teams", "Organisations"),
    "stackone-guide-2026-03": _reading(*_STACKONE_GUIDE),
    "all-read": _reading(),
}


def parse(text: str) -> Selection:
    """Return the selection that ``--scopes`` names.

    ``text`` has presets, card names (for the Read box), ``Card/Box``, titles or scope strings, with commas
    between them. Case doesn't matter, nor British or American spelling. Scope strings may also have blanks
    between them. Raises ValueError if a name is unknown, with similar names, or if there is none.
    """
    words = [word for part in re.split(r"[,;\n\r]", cleaned(text)) for word in _split(cleaned(part)) if word]
    if not words:
        raise ValueError(f"it names no scope. Use {', '.join(PRESETS)}, or names of cards")
    boxes, problems = set[Box](), []
    for word in dict.fromkeys(words):
        if (preset := _PRESETS.get(_key(word))) is not None:
            boxes |= preset.boxes
        elif (box := _find_box(word) or _BY_STRING.get(_key(word))) is not None:
            boxes.add(box)
        else:
            problems.append(_refusal(word))
    if problems:
        raise ValueError("; ".join(problems))
    return Selection(frozenset(boxes))


def card_for_action(action_id: str, scope_strings: Iterable[str]) -> str | None:
    """Return the title of the box that an action needs; None if we can't tell.

    The first scope string that we know decides. If we know none, we infer the card from the end of the
    action's ID, as in ``employmenthero_list_employees``.
    """
    known = (_BY_STRING.get(_key(_DOCUMENTED.sub("", string))) for string in scope_strings)
    box = next(filter(None, known), None) or _find_box(action_id.rpartition("list_")[2])
    return None if box is None else box.title


_DOCUMENTED = re.compile(r"^\s*urn:mainapp:", re.IGNORECASE)
"""The documentation's examples spell scopes like this, but the portal doesn't."""


def _split(word: str) -> list[str]:
    """Split at blanks if all parts are scope strings. Names of cards have blanks in them."""
    parts = word.split()
    return parts if all(re.fullmatch(r"[\w-]+(:[\w-]+)+", part) for part in parts) else [word]


def _key(word: str) -> str:
    """Return what is compared: spellings of the same name have the same key."""
    key = re.sub(r"[\s_-]+", " ", word.strip().casefold().replace("›", "/"))
    key = re.sub(r" ?([:/()]) ?", r"\1", key)
    return key.replace("organiz", "organis").replace("cost center", "cost centre")


def _find_box(word: str) -> Box | None:
    """Find the box by its card, and by section and box if they are named. If no box is named, it is Read."""
    said = set(re.split(r"\)?[/:(]", _key(word).removesuffix(")")))
    for box, section, card, name in _PARTS:
        if {card} <= said <= {section, card, name} and (name in said or box.name == READ):
            return box
    return None


_PARTS = [(box, _key(box.section), _key(box.card), _key(box.name)) for box in BOXES]
_PRESETS = {_key(name): preset for name, preset in PRESETS.items()}
_BY_STRING = {_key(string): box for box in BOXES for string in (*box.strings, *box.older)}
_SUGGESTED = {
    _key(name): name
    for name in (
        *PRESETS,
        *(f"{box.card}/{box.name}" for box in BOXES),
        *(box.card for box in BOXES if box.name == READ),
        *(string for box in BOXES for string in box.strings),
    )
}


def _refusal(word: str) -> str:
    """Say why a word is refused, and what the person may mean."""
    shown = f'"{word if word.isprintable() else ascii(word)}"'
    if _DOCUMENTED.match(word):
        return f"{shown}: this spelling isn't in the portal. {_documented_card(word)}"
    name = re.split(r"[/:(]", _key(word))[0]
    same = [box for box in BOXES if _key(box.card) == name]
    if same:
        is_twofold = len({box.section for box in same}) > 1
        boxes = (f"{box.card}/{box.name}{f' ({box.section})' if is_twofold else ''}" for box in same)
        return f"{shown}: say which box: {', '.join(boxes)}"
    near = difflib.get_close_matches(_key(word), _SUGGESTED, n=3)
    if not near:
        return f"{shown}: no such card, preset or scope is known"
    return f"{shown}: did you mean {' or '.join(_SUGGESTED[key] for key in near)}?"


def _documented_card(word: str) -> str:
    """Say which card has a scope that is spelled like ``urn:mainapp:organisations:read``."""
    scope = _DOCUMENTED.sub("", word)
    if (box := _BY_STRING.get(_key(scope))) is not None:
        return f"Its card is {box.title}"
    for part in reversed(scope.split(":")):
        if (box := _find_box(part)) is not None:
            return f"Perhaps you mean {box.title}"
    return "Use the name of its card"
