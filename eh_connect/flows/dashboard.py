"""Make a change through a person at StackOne's dashboard: documented calls only, which watch the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.errors import NextStep
from eh_connect.flows.find import ambiguous
from eh_connect.inputs import NAME, STACKONE_APP_URL, VIA
from eh_connect.record import Record
from eh_connect.stackone.models import DASHBOARD_PATH

if TYPE_CHECKING:
    from eh_connect.change import Change
    from eh_connect.flows.parts import Parts
    from eh_connect.lines import Line
    from eh_connect.local.state import Purpose
    from eh_connect.secret import Credentials
    from eh_connect.stackone.models import ConnectorProfile


class DashboardWork(Record, frozen=True):
    """A change that a person makes in StackOne's dashboard.

    ``why`` it is not done by API; ``steps`` come from ``guide``; ``next_steps`` are for where nobody is there,
    or the wait is over.
    """

    title: str
    why: str
    url: str
    steps: tuple[Line, ...]
    credentials: Credentials | None
    hint: str
    next_steps: tuple[NextStep, ...]


def by_hand(
    parts: Parts, change: Change, profiles: list[ConnectorProfile], purpose: Purpose
) -> ConnectorProfile:
    """Stage the credentials, have the person do it, take over what appears or moves.

    ActionNeededError (8) where nobody is there: what was staged stays, for the same command to adopt what
    was made.
    """
    local, before = parts.local, change.profile
    local.stage(change.fields.credentials, parts.origins)
    local.note_pending("dashboard", parts.values.require(NAME), profiles)
    if before is not None:
        local.note_target(before.id, purpose, sends=False)
    existing = {profile.id for profile in profiles}

    def look() -> ConnectorProfile | None:
        now = parts.client.profiles()
        if before is not None:
            return next((p for p in now if p.id == before.id and p.updated_at != before.updated_at), None)
        new = [profile for profile in now if profile.id not in existing]
        if len(new) < 2:  # noqa: PLR2004  # one is no question
            return new[0] if new else None
        title = "Several new profiles have appeared at StackOne"
        return parts.console.which(new, ambiguous(title, new, purpose, parts.values))

    profile = parts.console.dashboard(_work(parts, change), look)
    local.commit(profile, change.fields, "dashboard")
    return profile


def _work(parts: Parts, change: Change) -> DashboardWork:
    from eh_connect import guide  # the steps and tables take 15 ms, and most runs don't need them

    values, fields, profile = parts.values, change.fields, change.profile
    url = values.require(STACKONE_APP_URL) + DASHBOARD_PATH
    steps = guide.dashboard_section(values, change, parts.console.handing).lines()
    what = f'Change "{profile.name}"' if profile else "Create the profile"
    why = "Note that the change was made" if profile else "Adopt the profile that you created"
    hint = f"Do it there, then run {parts.again} again."
    if not parts.local.writes:
        hint = "Do it there. With --no-store nothing is saved of it, so there is nothing to run afterwards."
    return DashboardWork(
        title=f"{what} in StackOne's dashboard",
        why="You chose the dashboard."
        if values[VIA] == "dashboard"
        else "StackOne's API doesn't offer this.",
        url=url,
        steps=steps,
        credentials=fields.credentials,
        hint=hint,
        next_steps=(NextStep(why, parts.again),) if parts.local.writes else (),
    )
