"""What is due for a label, by what is saved here and what StackOne lists. Pure; docs/status.md has each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import dates
from eh_connect.results import Due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.local.profile import LocalProfile
    from eh_connect.stackone.models import ConnectorProfile

_COMMANDS = {
    "setup": ("set-up", ("setup",)),
    "rotate": ("rotation", ("rotate",)),
    "rollback": ("rollback", ("rotate", "--rollback")),
}
_DAY = 86_400.0

_Line = tuple[str, str, tuple[str, ...]]
"""ID, why, and the words of the command."""


def ours(local: LocalProfile, profiles: Sequence[ConnectorProfile] | None) -> ConnectorProfile | None:
    """The label's profile as StackOne lists it; None where it does not, or was not asked."""
    return next((each for each in profiles or () if each.id == local.state.profile_id), None)


def agree(local: LocalProfile, profiles: Sequence[ConnectorProfile] | None) -> bool | None:
    """The profile is there, and as after our last write; None where that can't be seen."""
    if profiles is None or local.state.profile_id is None:
        return None
    profile = ours(local, profiles)
    if profile is None:
        return False
    return None if profile.updated_at is None else profile.updated_at == local.state.updated_at


def is_unfinished(local: LocalProfile) -> bool:
    """An earlier run did not get to its end."""
    state = local.state
    begun = local.staged is not None or state.pending is not None or state.staged_for is not None
    if local.current is None or state.profile_id is None:
        return begun
    return begun or local.current.client_secret.fingerprint != state.fingerprint


def due(
    local: LocalProfile,
    profiles: Sequence[ConnectorProfile] | None,
    *,
    now: str,
    max_age: int | None,
    command: Callable[..., str],
) -> tuple[Due, ...]:
    """All of it, in the order in which to do it.

    Args:
        local: what is saved here.
        profiles: StackOne's; None where it was not asked.
        now: ISO 8601.
        max_age: of a Client Secret, in days; None: of any age.
        command: the words of a command as a line to type.
    """
    found = [
        *_begun(local),
        *_at_stackone(local, profiles),
        *_sign_in(local, profiles),
        *_secret(local, now, max_age),
    ]
    return tuple(Due(id=name, why=why, command=command(*words)) for name, why, words in found)


def _begun(local: LocalProfile) -> Iterator[_Line]:
    state = local.state
    if is_unfinished(local):
        what, words = _COMMANDS[state.staged_for or "setup"]
        by_hand = state.pending is not None and state.pending.via == "dashboard"
        why = f"A {what} was started and not finished. The same command goes on."
        if by_hand:
            why = f"A {what} waits for you in StackOne's dashboard. Run this once you have done it."
        yield "unfinished", why, words
    elif state.profile_id is None:
        yield "not_set_up", "Nothing is set up under this label.", ("setup",)
    if state.profile_id is not None and local.unreadable is None and local.credentials is None:
        why = "The keyring no longer has the credentials. Copy them from the Developer Portal."
        yield "pair_missing", why, ("setup",)


def _at_stackone(local: LocalProfile, profiles: Sequence[ConnectorProfile] | None) -> Iterator[_Line]:
    profile = ours(local, profiles)
    if agree(local, profiles) is False and profile is None:
        why = (
            f"StackOne doesn't list {local.state.profile_id}. It was deleted, or the API key is another "
            "project's. Check with the right key. If it was deleted, remove it here and set it up again."
        )
        yield "not_there", why, ("status",)
    if profile is None:
        return
    if profile.active is False:
        why = "The profile is disabled at StackOne. Enable it in the dashboard, then check again."
        yield "disabled", why, ("status",)
    twins = [each.id for each in profiles or () if each.name == profile.name and each.id != profile.id]
    if twins:
        why = (
            f'StackOne has {len(twins) + 1} profiles named "{profile.name}". Yours is {profile.id}. '
            f"Rename or delete the others in the dashboard: {', '.join(twins)}."
        )
        yield "two_of_a_name", why, ("status",)
    if agree(local, profiles) is False and not is_unfinished(local):
        why = (
            f"The profile was changed at StackOne, and not from here: {dates.moment(profile.updated_at)}. "
            "This sends the saved credentials again. If they were replaced, give the new ones."
        )
        yield "changed_by_others", why, ("setup",)


def _sign_in(local: LocalProfile, profiles: Sequence[ConnectorProfile] | None) -> Iterator[_Line]:
    state = local.state
    is_gone = profiles is not None and ours(local, profiles) is None
    if state.profile_id is None or is_unfinished(local) or is_gone:
        return
    if state.verified_at is None:
        yield "not_proven", "No sign-in test was done with this secret.", ("verify",)
    elif state.scopes_missing:
        why = (
            f"Scopes are missing: {', '.join(state.scopes_missing)}. They can't be added: create a new "
            "application, and give its credentials to a second profile."
        )
        yield "scopes_missing", why, ("guide",)


def _secret(local: LocalProfile, now: str, max_age: int | None) -> Iterator[_Line]:
    if max_age is None or local.state.profile_id is None:
        return
    if local.unreadable is None and local.current is None:
        return
    since, today = dates.parsed(local.state.set_at), dates.parsed(now)
    age = (today - since).total_seconds() / _DAY if since and today else None
    if age is None or age > max_age:
        shown = "of unknown age" if age is None else f"{age:.0f} days old"
        yield "secret_old", f"The Client Secret is {shown}. You allow {max_age} days.", ("rotate",)
