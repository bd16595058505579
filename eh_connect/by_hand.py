"""A change that a person makes in StackOne's dashboard: the steps, and the command to run afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.change import ALL_ACTIONS, Change, Kind

if TYPE_CHECKING:
    from eh_connect.errors import NextStep
    from eh_connect.secret import Pair


@dataclass(frozen=True)
class ByHand:
    """What to do in the dashboard. Secrets are named, never shown.

    Source of the form: StackOne's setup guide; the edit form is our reading of it.
    """

    title: str
    steps: tuple[str, ...]
    hint: str
    next_steps: tuple[NextStep, ...]
    url: str
    pair: Pair | None

    @property
    def enter_at(self) -> int | None:
        """The number of the first step at which a credential is entered."""
        return next((n for n, step in enumerate(self.steps, 1) if step.startswith("Enter ")), None)

    def as_text(self) -> str:
        """The steps, numbered, a line each."""
        return "\n".join(f"{number}. {step}" for number, step in enumerate(self.steps, 1))


def page_url(dashboard_url: str) -> str:
    """The dashboard's page of connector profiles. Source: StackOne's setup guide."""
    return f"{dashboard_url}/connector_profiles"


def steps(change: Change, dashboard_url: str) -> tuple[str, ...]:
    """The steps that make ``change`` in the dashboard."""
    page = f"Open {page_url(dashboard_url)}"
    if change.kind is Kind.CREATE:
        actions = change.fields.actions
        chosen = "" if actions in {None, ALL_ACTIONS} else f" these Actions: {', '.join(actions or ())}."
        default = change.fields.default
        return (
            page,
            "“+ Connector Profile” > Employment Hero > Type “OAuth 2.0”.",
            f"Enter Client ID and Client Secret. If there is a field for a name: {change.fields.name}.",
            f"Select{chosen}" if chosen else "Select Actions, or leave all of them enabled.",
            "“Create profile”.",
            *(() if default is None else (f"Set default to: {str(default).lower()}",)),
        )
    name = change.profile.name if change.profile else ""
    return (
        page,
        f"Open the profile “{name}” (ID {change.profile.id if change.profile else '?'}) to edit it.",
        *(_edit(field.field, field.after) for field in change.shown),
        "Save.",
    )


def _edit(field: str, after: str) -> str:
    if field == "client_secret":
        return f"Enter the new Client Secret ({after})."
    if field == "client_id":
        return f"Enter the Client ID ({after})."
    return f"Set {field} to: {after}"
