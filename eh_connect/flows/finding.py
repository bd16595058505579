"""Which profile is ours: by given or stored ID, else by what appeared since we asked for it, else by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.console import taken
from eh_connect.errors import NextStep, StackOneRefusedError

if TYPE_CHECKING:
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.flows.request import SetupRequest
    from eh_connect.stackone.models import ConnectorProfile

NEW = "new"
"""``--profile-id new``: the one profile that appeared since this tool asked a person to create it."""


@dataclass(frozen=True)
class Found:
    """The profile, if there is one, and how we came to it."""

    profile: ConnectorProfile | None = None
    leave: bool = False
    """``--if-exists skip``: it is not to be touched."""
    done_by_hand: bool = False
    """A person did in the dashboard what we asked for."""
    is_new: bool = False
    """It appeared since we asked for it."""


def find(
    profiles: list[ConnectorProfile], request: SetupRequest, keeping: Keeping, console: Console
) -> Found:
    """Find it. StackOneRefusedError (6): unknown ID, two of that name, or a name that is taken."""
    kept_id = keeping.state.profile_id
    wanted_id = request.profile_id
    if wanted_id == NEW and kept_id is not None:
        wanted_id = None  # taken over already, by this command
    if wanted_id == NEW:
        return _appeared(profiles, keeping, request)
    if profile := known(profiles, wanted_id, request.label, kept_id):
        return _changed_by_hand(profile, keeping)
    return _unfinished(profiles, request, keeping) or _named(profiles, request, keeping, console)


def known(
    profiles: list[ConnectorProfile], wanted_id: str | None, label: str, kept_id: str | None
) -> ConnectorProfile | None:
    """The profile of a given or kept ID, None where there is neither. StackOneRefusedError (6): not there."""
    by_id = {profile.id: profile for profile in profiles}
    if wanted_id is not None and wanted_id not in by_id:
        raise StackOneRefusedError(
            f"StackOne has no Employment Hero profile with the ID {wanted_id}.",
            detail=_seen(profiles),
            hint="Check the ID, and that the API key belongs to the project of that profile.",
        )
    if wanted_id is not None and kept_id not in {None, wanted_id} and kept_id in by_id:
        raise StackOneRefusedError(
            f"The label “{label}” belongs to another profile.",
            detail=f"It keeps the credentials of {kept_id}, which still exists at StackOne.",
            hint="Give the other profile a label of its own with --profile.",
        )
    profile_id = wanted_id or kept_id
    if profile_id is not None and profile_id not in by_id:
        raise not_there(profile_id, label, profiles)
    return by_id[profile_id] if profile_id is not None else None


def not_there(profile_id: str, label: str, profiles: list[ConnectorProfile]) -> StackOneRefusedError:
    """The refusal to go on without the profile that is kept."""
    return StackOneRefusedError(
        f"The profile {profile_id}, kept here as “{label}”, is not at StackOne.",
        detail="It was deleted there, or the API key is another project's. Nothing was written. "
        + _seen(profiles),
        hint="Use a key of the right project, another label with --profile, "
        "or take over an existing profile with --profile-id.",
    )


def _changed_by_hand(profile: ConnectorProfile, keeping: Keeping) -> Found:
    pending = keeping.state.pending
    if pending is None or pending.via != "dashboard":
        return Found(profile)
    known = dict(pending.known)
    is_new = profile.id not in known
    is_ours = profile.id == keeping.state.profile_id  # else a person was asked for a new one
    moved = is_ours and not is_new and profile.updated_at != known[profile.id]
    return Found(profile, done_by_hand=is_new or moved, is_new=is_new)


def new_profiles(profiles: list[ConnectorProfile], keeping: Keeping) -> list[ConnectorProfile]:
    """Those that were not there when the state noted which exist; of our name, where the API made it."""
    pending = keeping.state.pending
    if pending is None:
        return []
    known = dict(pending.known)
    new = [profile for profile in profiles if profile.id not in known]
    return [p for p in new if p.name == pending.name] if pending.via == "api" else new


def _appeared(profiles: list[ConnectorProfile], keeping: Keeping, request: SetupRequest) -> Found:
    new = new_profiles(profiles, keeping)
    if len(new) == 1:
        by_hand = keeping.state.pending is not None and keeping.state.pending.via == "dashboard"
        return Found(new[0], done_by_hand=by_hand, is_new=True)
    if not new:
        raise StackOneRefusedError(
            "No new Employment Hero profile has appeared at StackOne.",
            detail="“--profile-id new” takes the one that was created since eh-connect asked for it. "
            + _seen(profiles),
            hint="Create it in the dashboard first, then run the same command again.",
        )
    raise several("Several new profiles have appeared at StackOne.", new, request)


def _unfinished(profiles: list[ConnectorProfile], request: SetupRequest, keeping: Keeping) -> Found | None:
    pending = keeping.state.pending
    if pending is None or pending.via != "api":
        return None
    new = new_profiles(profiles, keeping)
    if len(new) > 1:
        raise several(f"StackOne has {len(new)} new profiles named “{pending.name}”.", new, request)
    return Found(new[0], is_new=True) if new else None


def _named(
    profiles: list[ConnectorProfile], request: SetupRequest, keeping: Keeping, console: Console
) -> Found:
    matches = [profile for profile in profiles if profile.name == request.name]
    if not matches:
        return Found()
    if len(matches) > 1:
        raise several(f"StackOne has {len(matches)} profiles named “{request.name}”.", matches, request)
    answer = request.if_exists
    if answer == "fail" or (answer == "ask" and request.dry_run):
        raise taken(matches[0])
    if answer == "ask":
        answer = console.name_is_taken(matches[0])
    return Found(matches[0], leave=True) if answer == "skip" else _changed_by_hand(matches[0], keeping)


def several(title: str, profiles: list[ConnectorProfile], request: SetupRequest) -> StackOneRefusedError:
    """The refusal to guess among profiles, with a command for each."""
    return StackOneRefusedError(
        title,
        detail="Which one is meant can't be seen from here. Nothing was written.",
        hint="Choose one by its ID.",
        next_steps=tuple(
            NextStep(f"take over “{p.name}”", request.command_line("--profile-id", p.id)) for p in profiles
        ),
    )


def _seen(profiles: list[ConnectorProfile]) -> str:
    if not profiles:
        return "This key sees no Employment Hero profile at all."
    return "This key sees: " + ", ".join(f"“{p.name}” ({p.id})" for p in profiles[:5]) + "."


def accounts_are(count: int) -> str:
    """``1 account is``, ``2 accounts are``."""
    return "1 account is" if count == 1 else f"{count} accounts are"
