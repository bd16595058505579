"""Make a change through a person at StackOne's dashboard: documented calls only, which watch the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import by_hand
from eh_connect.change import Change, Kind
from eh_connect.commands import command
from eh_connect.errors import NextStep
from eh_connect.flows.finding import NEW, new_profiles, several

if TYPE_CHECKING:
    from eh_connect.flows.request import SetupParts, SetupRequest
    from eh_connect.stackone.models import ConnectorProfile


def change_by_hand(
    change: Change, profiles: list[ConnectorProfile], request: SetupRequest, parts: SetupParts
) -> ConnectorProfile:
    """Stage the pair, have a person do the change, take over what appears or moves.

    ActionNeededError (8) where nobody is there: what was staged stays, for the command to run afterwards.
    """
    parts.keeping.stage(change.fields.pair, request.origins)
    parts.keeping.expect("dashboard", request.name, profiles)
    if change.profile is not None:
        parts.keeping.aim(change.profile.id, request.purpose)
    elif new_profiles(profiles, parts.keeping):
        parts.console.warn(
            "A new profile has appeared since eh-connect first asked for one. If it is yours, don't make "
            f"another: {command('setup', request.label, '--profile-id', NEW)}"
        )
    existing = {profile.id for profile in profiles}

    def done() -> ConnectorProfile | None:
        now = parts.profiles.profiles()
        if change.profile is None:
            new = [profile for profile in now if profile.id not in existing]
            if len(new) > 1:
                refusal = several("Several new profiles have appeared at StackOne.", new, request)
                return parts.console.which(new, refusal)
            return new[0] if new else None
        before = change.profile
        return next((p for p in now if p.id == before.id and p.updated_at != before.updated_at), None)

    profile = parts.console.do_by_hand(_work(change, request, remembered=parts.keeping.writes), done)
    parts.keeping.commit(profile, change.fields, "dashboard")
    return profile


def _work(change: Change, request: SetupRequest, *, remembered: bool) -> by_hand.ByHand:
    creating = change.kind is Kind.CREATE
    afterwards = request.command_line(*(("--profile-id", NEW) if creating else ()))
    why = "take over the profile that you created" if creating else "note that the change was made"
    if remembered:
        hint = f"Afterwards: {afterwards}" + (
            " (“new” is the one that has appeared since; or give its ID with --profile-id …)"
            if creating
            else ""
        )
    else:
        hint = (
            "With --no-store nothing is remembered of this: do the steps, then there is nothing more to run."
        )
    return by_hand.ByHand(
        title="A person has to do this in StackOne's dashboard.",
        steps=by_hand.steps(change, request.dashboard_url),
        hint=hint,
        next_steps=(NextStep(why, afterwards),) if remembered else (),
        url=by_hand.page_url(request.dashboard_url),
        pair=change.fields.pair,
    )
