"""The cards and boxes of the portal's form, and the scope strings seen of them.

Sources: prints of the form (March and June 2026), review pages, texts of 2025. A string that was not seen is
not here. The portal is the only list, and it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Section = Literal["Admin", "User"]

READ = "Read"
WRITES = ("Create", "Update", "Delete")
"""What the end of a string says of its box, and which boxes change data."""


@dataclass(frozen=True)
class Box:
    """One small box of a card; ``strings`` as the review page shows them, ``older`` as it did in 2025."""

    name: str
    strings: tuple[str, ...] = ()
    older: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A card; two of them have the same name, in different sections.

    ``is_sensitive``: it opens bank accounts, pay, emergency contacts, tax or superannuation.
    """

    section: Section
    name: str
    boxes: tuple[Box, ...]
    is_sensitive: bool = False

    def box(self, name: str) -> Box | None:
        """The box of that name."""
        return next((box for box in self.boxes if box.name == name), None)


def _admin(
    name: str,
    boxes: str = READ,
    strings: str = "",
    *,
    older: str = "",
    private: bool = False,
    section: Section = "Admin",
) -> Card:
    """A card, its boxes (separated by blanks), and what is known of its Read box."""
    read = (tuple(strings.split()), tuple(older.split()))
    made = tuple(Box(box, *read) if box == READ else Box(box) for box in boxes.split())
    return Card(section, name, made, is_sensitive=private)


_ALL = "Read Update Create Delete"

CARDS = (
    _admin("Bank accounts", strings="employees:bank_accounts:list", older="bank_accounts:list", private=True),
    _admin("Certifications", _ALL, "certifications:list certifications:show"),
    _admin("Cost centres", strings="cost_centres:list"),
    _admin("Custom fields", strings="custom_fields:list"),
    _admin("Departments", "Update Create"),
    _admin("Documents", "Read Create"),
    _admin(
        "Emergency contacts",
        strings="employees:emergency_contacts:list",
        older="emergency_contacts:list",
        private=True,
    ),
    _admin(
        "Employee custom fields",
        strings="employees:employee_custom_fields:list",
        older="employee_custom_fields:list",
    ),
    _admin("Employee form responses"),
    _admin(
        "Employees",
        _ALL,
        "employees:list employees:show employees:onboard_polling_status teams:employees:list",
    ),
    _admin("Employees certifications", strings="employees_certifications:list"),
    _admin("Employing entities", strings="employing_entities:list"),
    _admin(
        "Employment histories",
        strings="employees:employment_histories:list",
        older="employment_histories:list",
    ),
    _admin("Form categories", _ALL),
    _admin("Form templates", _ALL),
    _admin("Forms"),
    _admin("Forms responses"),
    _admin("Goals"),
    _admin("Invoices", strings="invoices:list"),
    _admin("Job histories"),
    _admin("Kiosk members", "Read Update"),
    _admin("Leave balances", "Read Update", "employees:leave_balances:list"),
    _admin("Leave categories", strings="leave_categories:list"),
    _admin("Leave requests", "Read Create", "leave_requests:list leave_requests:show"),
    _admin("Organisations", "Delete"),
    _admin("Pay categories", strings="pay_categories:list"),
    _admin("Pay details", strings="employees:pay_details:list", older="pay_details:list", private=True),
    _admin("Pay schedules"),
    _admin("Payslips", "Read Export", "payslips:list", private=True),
    _admin("Policies", strings="policies:list"),
    _admin("Positions", "Update Create"),
    _admin("Roles tags"),
    _admin(
        "Rostered shifts",
        "Read Create",
        "rostered_shifts:list rostered_shifts:show employees:rostered_shifts:job_status",
    ),
    _admin("Shift cost", strings="employees:rostered_shifts:shift_cost:show"),
    _admin("Superannuation detail", strings="superannuation_detail:show", private=True),
    _admin("Superannuation fund", strings="superannuation_fund:show", private=True),
    _admin("Tax declaration", strings="tax_declaration:show", private=True),
    _admin("Teams", strings="teams:list"),
    _admin(
        "Timesheet entries",
        "Read Create Delete",
        "employees:timesheet_entries:list",
        older="timesheet_entries:list",
    ),
    _admin("Unavailabilities", strings="unavailabilities:list unavailabilities:show"),
    _admin("Work eligibility", strings="employees:work_eligibility:show"),
    _admin("Work locations", strings="work_locations:list"),
    _admin("Work sites", "Read Update Create", "work_sites:list"),
    _admin("Work types", strings="work_types:list"),
    _admin(
        "Organisations",
        strings="organizations:list organizations:show",
        older="organisations:list organisations:show",
        section="User",
    ),
)

STACKONE_GUIDE = (
    "Custom fields",
    "Employee custom fields",
    "Employees",
    "Timesheet entries",
    "Leave requests",
    "Policies",
    "Rostered shifts",
    "Unavailabilities",
    "Bank accounts",
    "Emergency contacts",
    "Employment histories",
    "Pay details",
    "Teams",
    "Organisations",
)
"""Source: StackOne's older linking guide, of the legacy connector. Bank accounts and pay are among them."""
