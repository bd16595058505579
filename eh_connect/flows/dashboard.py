"""Make a change through a person at StackOne's dashboard: documented calls only, which watch the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.change import Change, Kind
from eh_connect.errors import NextStep
from eh_connect.flows.find import several
from eh_connect.flows.parts import DashboardWork
from eh_connect.inputs import STACKONE_APP_URL, VIA
from eh_connect.stackone.models import DASHBOARD_PATH

if TYPE_CHECKING:
    from eh_connect.flows.parts import WriteParts
    from eh_connect.local.state import Purpose
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values


@dataclass(frozen=True)
class ByHand:
    """A change that a person makes; ``command`` is the one to run afterwards (``setup``, ``rotate`` …)."""

    values: Values
    parts: WriteParts
    origins: tuple[str, ...]
    command: tuple[str, ...]

    def make(
        self, change: Change, profiles: list[ConnectorProfile], name: str, purpose: Purpose
    ) -> ConnectorProfile:
        """Stage the credentials, have the person do it, take over what appears or moves.

        ActionNeededError (8) where nobody is there: what was staged stays, for the same command to adopt what
        was made.
        """
        local, console = self.parts.local, self.parts.console
        local.stage(change.fields.credentials, self.origins)
        local.expect("dashboard", name, profiles)
        if change.profile is not None:
            local.aim(change.profile.id, purpose, sends=False)
        existing = {profile.id for profile in profiles}

        def look() -> ConnectorProfile | None:
            now = self.parts.profiles.profiles()
            if change.profile is not None:
                before = change.profile
                return next((p for p in now if p.id == before.id and p.updated_at != before.updated_at), None)
            new = [profile for profile in now if profile.id not in existing]
            if len(new) < 2:  # noqa: PLR2004  # one is no question
                return new[0] if new else None
            title = "Several new profiles have appeared at StackOne"
            return console.which(new, several(title, new, self.values, self.command[0]))

        profile = console.dashboard(self._work(change, name), look)
        local.commit(profile, change.fields, "dashboard")
        return profile

    def _work(self, change: Change, name: str) -> DashboardWork:
        from eh_connect import guide  # the steps and tables take 15 ms, and most runs don't need them

        creating = change.kind is Kind.CREATE
        url = self.values.sure(STACKONE_APP_URL) + DASHBOARD_PATH
        fields = change.fields
        steps = guide.dashboard_section(
            creating=creating,
            actions=fields.actions,
            default=fields.default,
            url=url,
            name=name if creating else fields.name,
            credentials=fields.credentials is not None,
            handing=self.parts.console.handing,
        ).lines()
        title = "Create the profile in StackOne's dashboard"
        if change.profile is not None:
            title = f'Change "{change.profile.name}" in StackOne\'s dashboard'
        again = self.values.command(*self.command)
        why = "Adopt the profile that you created" if creating else "Note that the change was made"
        saves = self.parts.local.writes
        if saves:
            hint = f"Do it there, then run {again} again."
        else:
            hint = (
                "Do it there. With --no-store nothing is saved of it, so there is nothing to run afterwards."
            )
        why_here = "StackOne's API doesn't offer this."
        if self.values[VIA] == "dashboard":
            why_here = "You chose the dashboard."
        return DashboardWork(
            title=title,
            why=why_here,
            url=url,
            steps=steps,
            credentials=fields.credentials,
            hint=hint,
            next_steps=(NextStep(why, again),) if saves else (),
        )
