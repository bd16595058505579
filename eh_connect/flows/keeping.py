"""What is kept here of one profile, and the order in which it changes so that no run can lose a secret.

A new pair goes to ``next``, is sent, and becomes ``current``; the one before becomes ``previous``. Whatever
StackOne holds is in the keyring at every moment, and a run killed anywhere leaves enough to go on from.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from eh_connect.change import InForce
from eh_connect.errors import InputError, StorageError
from eh_connect.state import Pending, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eh_connect.ports import KeepsSecrets, KeepsState
    from eh_connect.secret import Pair, Secret
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields


class Keeping:
    """The pairs and the state of one label.

    Args:
        label: the local label.
        store: the keyring.
        states: the state folder.
        writes: False for ``--no-store`` and ``--dry-run``: nothing is written to keyring or disk.
        now: the time as ISO 8601 text, UTC.
    """

    def __init__(
        self,
        label: str,
        store: KeepsSecrets,
        states: KeepsState,
        *,
        writes: bool,
        now: Callable[[], str],
    ) -> None:
        self.writes = writes
        self._store = store
        self._states = states
        self._now = now
        self.state = State(label)
        self.known = False
        self.current: Pair | None = None
        self.next: Pair | None = None
        self.previous: Pair | None = None
        self.unreadable: StorageError | None = None
        self._origins: tuple[str, ...] = ()
        self._api_key: Secret | None = None
        self._urls: dict[str, Any] = {}
        self._before: tuple[Pair | None, State] = (None, self.state)

    def load(self) -> None:
        """Read state and keyring; a keyring that can't be read counts as empty, see ``unreadable``."""
        state = self._states.read(self.state.label)
        self.known = state is not None
        self.state = state or self.state
        try:
            current, staged, previous = (self._store.read_pair(e) for e in ("current", "next", "previous"))
            api_key, origins = self._store.read_api_key(), self._store.read_origins()
        except StorageError as exc:
            self.unreadable = exc
        else:
            self.current, self.next, self.previous = current, staged, previous
            self._api_key, self._origins = api_key, origins

    def api_key(self) -> Secret | None:
        """The kept API key, if there is one and the keyring can be read."""
        return self._api_key

    def keep_api_key(self, key: Secret, origins: tuple[str, ...]) -> None:
        """Keep the API key, bound to its hosts: the person said yes."""
        if not self.writes:
            return
        if self._origins != origins:
            self._store.write_origins(origins)
            self._origins = origins
        self._store.write_api_key(key)

    @property
    def pair(self) -> Pair | None:
        """The pair that a run without a given one brings to StackOne: a staged one is finished first."""
        return self.next or self.current

    @property
    def is_told(self) -> bool:
        """Whether StackOne's API was told of the staged pair, so that it may be there."""
        return self.state.told is not None and self.state.told == self._staged()

    @property
    def rollback(self) -> Pair | None:
        """The pair that a rollback brings back: after one that was interrupted, the same once more."""
        is_begun = self.state.staged_by == "rollback"
        if self.next is not None and (is_begun or self.next == self.previous):
            return self.next
        if is_begun and self.next is None:
            return self.current  # it is all done but for a last note
        return self.previous

    @property
    def backend(self) -> str | None:
        """Where secrets are kept; None where they are not."""
        return self._store.backend if self.writes else None

    @property
    def stored_in(self) -> str | None:
        """Where the pair in use is kept, whether this run may write or not; None where none is."""
        return self._store.backend if self.current else None

    def trial(self) -> None:
        """Whether folder and keyring work, before anything depends on them."""
        if self.writes:
            self._states.check_writable()
            self._store.trial()

    def check_deletes(self) -> None:
        """Whether the keyring forgets: a leftover trial, which holds nothing of worth."""
        self._store.delete("trial")

    def check_origins(self, origins: tuple[str, ...], default_origins: tuple[str, ...]) -> None:
        """Raise InputError where kept secrets would go to a host that they were not stored for.

        Secrets without a recorded binding may go to the default hosts only.
        """
        if not (self.current or self.next or self.previous or self._api_key):
            return
        bound = self._origins or default_origins
        if bound != origins:
            raise InputError(
                "The secrets kept here were stored for other hosts.",
                detail=f"They are bound to {', '.join(bound)}; this run would use {', '.join(origins)}. "
                "A stored secret goes only to the host that it was stored for.",
                hint="Use the same URLs as before, or another --profile label for the other hosts.",
            )
        self._origins = bound

    def in_force(self, profile: ConnectorProfile | None) -> InForce | None:
        """What our last write left in ``profile``; None where that can't be known."""
        maybe_there = self.next is not None and (self.is_told or self.state.pending is not None)
        if profile is None or self.current is None or maybe_there:
            return None
        if profile.id != self.state.profile_id:
            return None
        return InForce(self.current, self.state.updated_at, self.state.actions)

    def held(self, profile: ConnectorProfile) -> tuple[Pair, ...]:
        """The pairs of which ``profile`` has one, as far as it is known here."""
        if profile.id != self.state.profile_id:
            return ()
        return tuple(pair for pair in (self.current, self.next) if pair is not None)

    def remember(self, **settings: Any) -> None:
        """Note what was given (organisation ID, URLs, …) for the next run."""
        self._write_state(replace(self.state, **settings))

    def on_success(self, *, stackone_url: str, oauth_url: str) -> None:
        """The URLs to remember once StackOne took something: a mistyped one must not stick."""
        self._urls = {"stackone_url": stackone_url, "oauth_url": oauth_url}

    def stage(self, pair: Pair | None, origins: tuple[str, ...]) -> None:
        """Keep a pair as ``next``, bound to its hosts, before anybody is told of it."""
        self._before = (self.next, self.state)
        if pair is None:
            return
        if self.writes and pair != self.next:
            if self._origins != origins:
                self._store.write_origins(origins)
            self._store.write_pair("next", pair)
        self._origins = origins
        self.next = pair

    def undo(self) -> None:
        """Back to before ``stage``: StackOne said plainly that it did not take it."""
        before, state = self._before
        if self.writes and self.next != before:
            if before is None:
                self._store.delete("next")
            else:
                self._store.write_pair("next", before)
        self.next = before
        self._write_state(state)

    def unstage(self) -> None:
        """Drop ``next``: StackOne does not hold it, or Employment Hero does not know it."""
        if self.writes and self.next is not None:
            self._store.delete("next")
        self.next = None
        self._write_state(replace(self.state, staged_by=None, told=None))

    def expect(self, via: str, name: str, profiles: Iterable[ConnectorProfile]) -> None:
        """Note the profiles that exist, so that one made from now on can be told from them."""
        known = tuple((p.id, p.updated_at) for p in profiles)
        earlier = self.state.pending
        if earlier is not None and earlier.via == via == "dashboard":
            known = earlier.known  # asked twice: what a person made in between is still new
        told = self._staged() if via == "api" else self.state.told
        self._write_state(replace(self.state, pending=Pending(via, name, known), told=told))

    def aim(self, profile_id: str, staged_by: str) -> None:
        """Note which profile a staged pair is for, and what for."""
        self._write_state(replace(self.state, profile_id=profile_id, staged_by=staged_by))

    def tell(self, profile_id: str, staged_by: str) -> None:
        """Note that StackOne's API is about to be told of the staged pair: from now on it may be there."""
        state = replace(self.state, profile_id=profile_id, staged_by=staged_by, told=self._staged())
        self._write_state(state)

    def _staged(self) -> str | None:
        return self.next.client_secret.fingerprint if self.next else None

    def commit(self, profile: ConnectorProfile, fields: ProfileFields, via: str) -> None:
        """StackOne took it: ``next`` becomes ``current``, the one before ``previous``.

        The profile's ID comes first: once it is kept, a killed run sends ``next`` again and ends up here.
        What a person did is not done again: that they did it shows until everything is kept.
        """
        pending = self.state.pending if via == "dashboard" else None
        self._write_state(replace(self.state, profile_id=profile.id, pending=pending))
        if fields.pair is not None:
            self._make_current(fields.pair)
        state = replace(
            self.state,
            pending=None,
            staged_by=None,
            told=None,
            name=profile.name,
            created_at=profile.created_at,
            chosen_actions=None,
            updated_at=profile.updated_at,
            via=via,
            **self._urls,
            actions=fields.actions if fields.actions is not None or fields.pair else self.state.actions,
        )
        fingerprint = self.current.client_secret.fingerprint if self.current else None
        if fields.pair is not None or fingerprint != state.fingerprint:
            proven_before = state.proven_at or state.proven_before
            state = replace(state, proven_at=None, proven_before=proven_before, session_id=None)
        if fingerprint != state.fingerprint:
            state = replace(state, fingerprint=fingerprint, set_at=self._now(), old_secret=self._replaced())
        self._write_state(state)

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is kept of this label, as far as it could be read."""
        pairs = (self.current, self.next, self.previous)
        secrets = (*pairs, self._api_key, self._origins or None, self.unreadable)
        return not self.known and all(each is None for each in secrets)

    def forget(self) -> None:
        """Forget all of it; the state comes last, so that a killed run can be repeated."""
        if not self.is_empty:
            for entry in ("current", "next", "previous", "api-key", "origins"):
                self._store.delete(entry)
        self._states.delete(self.state.label)

    def _replaced(self) -> str | None:
        """The fingerprints of secrets of the same application that nobody said were revoked."""
        old, new = self.previous, self.current
        if old is None or new is None or old.client_id != new.client_id:
            return None
        earlier = self.state.old_secret.split(", ") if self.state.old_secret else []
        replaced = dict.fromkeys((*earlier, old.client_secret.fingerprint))
        return ", ".join(each for each in replaced if each != new.client_secret.fingerprint) or None

    def _make_current(self, pair: Pair) -> None:
        if self.current is not None and self.current != pair:
            if self.writes:
                self._store.write_pair("previous", self.current)
            self.previous = self.current
        if self.writes:
            if self.current != pair:
                self._store.write_pair("current", pair)
            self._store.delete("next")
        self.current, self.next = pair, None

    def _write_state(self, state: State) -> None:
        if self.writes and state != self.state:
            self._states.write(state)
        self.state = state
