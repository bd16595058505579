"""What is due for a profile, by what is kept here and what StackOne lists. Pure; docs/status.md has each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eh_connect.commands import command
from eh_connect.flows.finding import NEW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eh_connect.flows.keeping import Keeping
    from eh_connect.stackone.models import ConnectorProfile

_BEGUN = {
    "rotate": ("rotation", ("rotate",)),
    "rollback": ("rollback", ("rotate", "--rollback")),
}
_SETUP = ("set-up", ("setup",))


@dataclass(frozen=True)
class Due:
    """Something to do: its ID, why, and the command that does it, runnable as it stands."""

    id: str
    why: str
    command: str


@dataclass(frozen=True)
class Judging:
    """What it is judged by.

    ``profiles`` are StackOne's, None where it was not asked; ``now`` is ISO 8601 text; ``max_age`` of a
    secret is in days, None: of any age; ``suffix`` is added to each command.
    """

    keeping: Keeping
    profiles: list[ConnectorProfile] | None
    now: str
    max_age: int | None = None
    suffix: str = ""

    @property
    def profile(self) -> ConnectorProfile | None:
        """Ours, as StackOne lists it; None where it does not, or was not asked."""
        wanted = self.keeping.state.profile_id
        return next((profile for profile in self.profiles or () if profile.id == wanted), None)

    @property
    def is_gone(self) -> bool:
        """StackOne was asked, and does not list ours."""
        known = self.keeping.state.profile_id is not None
        return known and self.profiles is not None and self.profile is None

    @property
    def agree(self) -> bool | None:
        """The profile is there, and as after our last write; None where that can't be seen."""
        if self.is_gone:
            return False
        if self.profile is None or self.profile.updated_at is None:
            return None
        return self.profile.updated_at == self.keeping.state.updated_at

    @property
    def is_unfinished(self) -> bool:
        """An earlier run did not get to its end."""
        keeping, state = self.keeping, self.keeping.state
        begun = keeping.next is not None or state.pending is not None or state.staged_by is not None
        if keeping.current is None or state.profile_id is None:
            return begun
        return begun or keeping.current.client_secret.fingerprint != state.fingerprint

    def due(self) -> tuple[Due, ...]:
        """All of it, in the order in which to do it."""
        return tuple(Due(due_id, why, line + self.suffix) for due_id, why, line in self._all())

    def _all(self) -> Iterator[tuple[str, str, str]]:
        keeping, state = self.keeping, self.keeping.state
        if self.is_unfinished:
            yield self._unfinished()
        if state.profile_id is None:
            if not self.is_unfinished:
                kept = " A pair is kept for it, but not which profile has it." if keeping.current else ""
                yield "not_set_up", f"No profile is known here under this label.{kept}", self._line("setup")
            return
        if keeping.unreadable is None and keeping.pair is None:
            why = "The keyring has no pair for this profile any more. Bring it from the Developer Portal."
            yield "pair_missing", why, self._line("setup")
        yield from self._at_stackone()
        yield from self._proof()
        yield from self._secret()

    def _unfinished(self) -> tuple[str, str, str]:
        state = self.keeping.state
        what, words = _BEGUN.get(state.staged_by or "", _SETUP)
        by_hand = state.pending is not None and state.pending.via == "dashboard"
        if by_hand and state.profile_id is None:
            why = "A person was asked to create the profile in the dashboard. Once it is there, take it over."
            return "unfinished", why, self._line("setup", "--profile-id", NEW)
        if by_hand:
            why = f"A person was asked to finish the {what} in the dashboard. This notes that it was done."
            return "unfinished", why, self._line(*words)
        why = f"A {what} was begun and not finished. The same command goes on from there."
        return "unfinished", why, self._line(*words)

    def _at_stackone(self) -> Iterator[tuple[str, str, str]]:
        profile, look_again = self.profile, self._line("status")
        if self.is_gone:
            forget = self._line("remove") + self.suffix
            why = (
                f"StackOne does not list the profile {self.keeping.state.profile_id}: it was deleted there, "
                "or the API key is another project's. With a key of its project, look again. If it was "
                f"deleted, forget it ({forget}) and set it up anew."
            )
            yield "not_there", why, look_again
        if profile is None:
            return
        if profile.active is False:
            why = "The profile is disabled at StackOne. Enable it in the dashboard, then look again."
            yield "disabled", why, look_again
        twins = [p.id for p in self.profiles or () if p.name == profile.name and p.id != profile.id]
        if twins:
            why = (
                f"StackOne has {len(twins) + 1} profiles named “{profile.name}”; ours is {profile.id}, not "
                f"{', '.join(twins)}. Delete or rename what nobody needs in the dashboard, then look again."
            )
            yield "two_of_a_name", why, look_again
        if self.agree is False and not self.is_unfinished:
            why = (
                f"The profile was changed at StackOne ({profile.updated_at}), and not from here. This sends "
                "the pair that is kept here once more; if it was replaced, bring the new one."
            )
            yield "changed_by_others", why, self._line("setup")

    def _proof(self) -> Iterator[tuple[str, str, str]]:
        state = self.keeping.state
        if state.proven_at is not None or self.is_unfinished or self.is_gone:
            return
        if state.proven_before is not None:
            why = f"Somebody signed in on {state.proven_before}, but with an earlier pair. Prove this one."
            yield "proven_before_rotation", why, self._line("verify")
        else:
            why = "Nobody has signed in through it yet. Prove that it works."
            yield "not_proven", why, self._line("verify")

    def _secret(self) -> Iterator[tuple[str, str, str]]:
        state = self.keeping.state
        if state.old_secret is not None:
            why = (
                f"The Client Secret {state.old_secret} was replaced. Once the new one is proven (verify), "
                "revoke the old one in the Developer Portal, then say so."
            )
            yield "old_secret_not_revoked", why, self._line("rotate", "--old-revoked")
        if self.max_age is None or (self.keeping.unreadable is None and self.keeping.current is None):
            return
        age = _days_between(state.set_at, self.now)
        if age is None or age > self.max_age:
            since = "for an unknown time" if age is None else f"for {age:.0f} days"
            why = f"The Client Secret has been in use {since}; {self.max_age} days were named as the most."
            yield "secret_old", why, self._line("rotate")

    def _line(self, name: str, *arguments: str) -> str:
        return command(name, self.keeping.state.label, *arguments)


def _days_between(begin: str | None, end: str) -> float | None:
    try:
        times = [datetime.fromisoformat(text) for text in (begin or "", end)]
    except ValueError:
        return None
    aware = [time if time.tzinfo else time.replace(tzinfo=UTC) for time in times]
    return (aware[1] - aware[0]).total_seconds() / 86_400
