"""Have a person make a change in StackOne's dashboard, and watch the list of profiles meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.errors import NextStep
from eh_connect.flows.find import ambiguous, new_profiles
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
    """A change that a person is to make in StackOne's dashboard, in the ``steps`` of the guide.

    ``why`` says why the API doesn't make it. ``hint`` and ``next_steps`` are for the error where no person is
    there, or where the change was not seen in time.
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
    """Stage the credentials, have the person make the change, and return the profile that appears or changes.

    ActionNeededError (8): no person is there. What was staged stays, so that the same command can take over
    what somebody makes later.
    """
    local, before = parts.local, change.profile
    local.stage(change.fields.credentials, parts.origins)
    local.note_pending("dashboard", parts.values.require(NAME), profiles)
    local.note(chosen_actions=change.fields.actions, wanted_name=change.fields.name)
    if before is not None:
        local.note_target(before.id, purpose, sends=False)

    def look() -> ConnectorProfile | None:
        now = parts.client.profiles()
        if before is not None:
            return next((p for p in now if p.id == before.id and p.updated_at != before.updated_at), None)
        new = new_profiles(now, local)
        if len(new) < 2:  # noqa: PLR2004  # one leaves nothing to choose
            return new[0] if new else None
        title = "Several new profiles have appeared at StackOne"
        return parts.console.which(new, ambiguous(title, new, purpose, parts.values))

    return parts.console.dashboard(_work(parts, change), look)


def _work(parts: Parts, change: Change) -> DashboardWork:
    from eh_connect import guide  # the steps and tables take 15 ms, and most runs don't need them

    values, profile = parts.values, change.profile
    is_chosen = values[VIA] == "dashboard"
    what = f'Change "{profile.name}"' if profile else "Create the profile"
    next_step = "Note that the change was made" if profile else "Adopt the profile that you created"
    hint = f"Do it there, then run {parts.again} again."
    if not parts.local.writes:
        hint = "Do it there. With --no-store nothing is saved of it, so there is nothing to run afterwards."
    return DashboardWork(
        title=f"{what} in StackOne's dashboard",
        why="You chose the dashboard." if is_chosen else "StackOne's API doesn't offer this.",
        url=values.require(STACKONE_APP_URL) + DASHBOARD_PATH,
        steps=guide.dashboard_section(values, change, parts.console.handing).lines(),
        credentials=change.fields.credentials,
        hint=hint,
        next_steps=(NextStep(next_step, parts.again),) if parts.local.writes else (),
    )
