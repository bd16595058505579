"""Find the label's own profile: by its ID, else as what a pending write made, else by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.errors import NextStep, StackOneRefusedError
from eh_connect.inputs import DRY_RUN, IF_EXISTS, NAME, PROFILE_ID
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eh_connect.flows.parts import Parts
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import Purpose
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values

_MOST_NAMED = 5


class Match(Record, frozen=True):
    """The profile that was found, or None, and what is known about it.

    ``is_left``: ``--if-exists skip`` leaves it as it is. ``done_by_hand``: a person made in the dashboard the
    change that an earlier run asked for. ``is_new``: it appeared after its creation began.
    """

    profile: ConnectorProfile | None = None
    is_left: bool = False
    done_by_hand: bool = False
    is_new: bool = False


def find_profile(profiles: Sequence[ConnectorProfile], purpose: Purpose, parts: Parts) -> Match:
    """Find the profile. StackOneRefusedError (6): its ID is unknown, or its name is taken or used twice."""
    values, local = parts.values, parts.local
    look_up = known_profile if purpose == "setup" else required_profile  # only a set-up may create one
    profile = look_up(profiles, values, local)
    if profile is not None:
        return _match(profile, local)
    new, pending = new_profiles(profiles, local), local.state.pending
    if len(new) > 1:
        raise ambiguous(f"StackOne has {len(new)} new Employment Hero profiles", new, purpose, values)
    if new and pending is not None:
        return Match(new[0], done_by_hand=pending.via == "dashboard", is_new=True)
    name = values.require(NAME)
    named = [profile for profile in profiles if profile.name == name]
    if not named:
        return Match()
    if len(named) > 1:
        raise ambiguous(f'StackOne has {len(named)} profiles named "{name}"', named, purpose, values)
    answer = values[IF_EXISTS]
    if answer == "fail" or (answer == "ask" and values[DRY_RUN]):
        raise name_is_taken(named[0])
    if answer == "ask":
        answer = parts.console.name_is_taken(named[0])
    return Match(named[0], is_left=True) if answer == "skip" else _match(named[0], local)


def required_profile(
    profiles: Sequence[ConnectorProfile], values: Values, local: LocalProfile
) -> ConnectorProfile:
    """Return the profile of the given or saved ID. StackOneRefusedError (6): no ID, or no such profile."""
    profile = known_profile(profiles, values, local)
    if profile is None:
        raise StackOneRefusedError(
            f'No profile is known under the label "{local.label}"',
            detail=_seen(profiles),
            hint="Set one up, or name an existing one with --profile-id.",
            next_steps=(NextStep("Set it up, or take it over", values.command("setup")),),
        )
    return profile


def known_profile(
    profiles: Sequence[ConnectorProfile], values: Values, local: LocalProfile
) -> ConnectorProfile | None:
    """Return the profile of the given or saved ID, None without an ID.

    StackOneRefusedError (6): StackOne has no profile of that ID, or the label belongs to another one.
    """
    by_id = {profile.id: profile for profile in profiles}
    given, saved = values[PROFILE_ID], local.state.profile_id
    if given is not None and given not in by_id:
        raise StackOneRefusedError(
            f"StackOne has no Employment Hero profile with the ID {given}",
            detail=_seen(profiles),
            hint="Check the ID, and that the API key belongs to the project of that profile.",
        )
    if given is not None and saved not in {None, given} and saved in by_id:
        raise StackOneRefusedError(
            f'The label "{local.label}" belongs to another profile',
            detail=f"Its saved credentials are those of this one, which still exists at StackOne:\n{saved}",
            hint="Give the other profile a label of its own with --profile.",
        )
    wanted = given or saved
    if wanted is not None and wanted not in by_id:
        raise StackOneRefusedError(
            f"StackOne doesn't have the profile that is saved here (label: {local.label})",
            detail="It was deleted, or the API key is another project's. Nothing was changed. Its ID:\n"
            f"{wanted}\n{_seen(profiles)}",
            hint="Use a key of the right project, another label with --profile, or take over an existing "
            "profile with --profile-id.",
        )
    return by_id[wanted] if wanted is not None else None


def _match(profile: ConnectorProfile, local: LocalProfile) -> Match:
    """Tell whether a person has changed the profile in the dashboard since an earlier run asked for it."""
    pending = local.state.pending
    if pending is None or pending.via != "dashboard":
        return Match(profile)
    before = dict(pending.known)
    is_new = profile.id not in before
    is_ours = profile.id == local.state.profile_id  # otherwise the person was asked for a new profile
    was_changed = is_ours and not is_new and profile.updated_at != before[profile.id]
    return Match(profile, done_by_hand=is_new or was_changed, is_new=is_new)


def new_profiles(profiles: Sequence[ConnectorProfile], local: LocalProfile) -> list[ConnectorProfile]:
    """Return the profiles that a pending creation may have made.

    They did not exist when it began; one that the API was asked to make also has the name that was sent.
    """
    pending = local.state.pending
    if pending is None:
        return []
    before = dict(pending.known)
    new = [profile for profile in profiles if profile.id not in before]
    return [p for p in new if p.name == pending.name] if pending.via == "api" else new


def ambiguous(
    title: str, profiles: Sequence[ConnectorProfile], purpose: Purpose, values: Values
) -> StackOneRefusedError:
    """Return the error that refuses to guess among profiles, with a command to choose each of them."""
    command = "setup" if purpose == "setup" else "rotate"
    return StackOneRefusedError(
        title,
        detail="Which one is meant can't be seen from here. Nothing was changed.",
        hint="Choose one by its ID.",
        next_steps=tuple(
            NextStep(
                f'Take over "{p.name}"', values.command(command, "--profile-id", p.id, without=(PROFILE_ID,))
            )
            for p in profiles
        ),
    )


def name_is_taken(profile: ConnectorProfile) -> StackOneRefusedError:
    """Return the error that a profile of this name exists, and that nothing allows to take it over."""
    return StackOneRefusedError(
        f'StackOne has a profile named "{profile.name}" already',
        detail=f"It was not set up under this label, so it is left as it is. Its ID:\n{profile.id}",
        hint="Choose: --if-exists update takes it over, --if-exists skip leaves it, --name gives yours another "
        "name.",
    )


def _seen(profiles: Sequence[ConnectorProfile]) -> str:
    """List the first few profiles."""
    if not profiles:
        return "This key sees no Employment Hero profile."
    others = len(profiles) - _MOST_NAMED
    more = [f"and {others} more."] if others > 0 else []
    return "\n".join(("This key sees:", *(f'"{p.name}"\n{p.id}' for p in profiles[:_MOST_NAMED]), *more))
