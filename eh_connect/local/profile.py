"""What is saved of one label, and the order in which it changes so that no run can lose a secret.

New credentials are staged as ``next``, are sent, and become ``current``; those before become ``previous``.
Whatever StackOne has is in the keyring at every moment, and a run killed anywhere leaves enough to go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eh_connect.errors import StorageError
from eh_connect.local.keyring import other_servers
from eh_connect.local.state import LocalState, PendingWrite
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from eh_connect.local.keyring import KeyringStore
    from eh_connect.local.state import Purpose, StateFolder, Via
    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields


class InForce(Record, frozen=True):
    """What our last write left at StackOne, as far as it is known here."""

    credentials: Credentials
    updated_at: str | None
    actions: tuple[str, ...] | None = None


class LocalProfile:
    """The credentials and the state of one label, and every change of them.

    ``writes`` is False for ``--no-store`` and ``--dry-run``: then nothing is written to keyring or disk.
    ``now`` tells the time as ISO 8601 text, UTC.
    """

    def __init__(
        self, label: str, keyring: KeyringStore, states: StateFolder, *, writes: bool, now: Callable[[], str]
    ) -> None:
        self.label = label
        self.keyring = keyring
        self.states = states
        self.writes = writes
        self._now = now
        self.state = LocalState(label=label)
        self.known = False
        self.current: Credentials | None = None
        self.staged: Credentials | None = None
        self.previous: Credentials | None = None
        self.api_key: Secret | None = None
        self.unreadable: StorageError | None = None
        self.servers: dict[str, str] = {}
        """To note once StackOne accepted something: a mistyped one must not stick."""
        self._origins: tuple[str, ...] = ()
        self._before: tuple[Credentials | None, LocalState] = (None, self.state)

    def load(self) -> None:
        """Read state and keyring."""
        self.load_state()
        self.load_secrets()

    def load_state(self) -> None:
        """Read the state alone."""
        state = self.states.load(self.label)
        self.known = state is not None
        self.state = state or LocalState(label=self.label)

    def load_secrets(self) -> None:
        """Read the keyring; one that can't be read counts as empty, see ``unreadable``."""
        self.unreadable = None
        entries = ("current", "next", "previous")
        try:
            self._origins, self.api_key = self.keyring.read_origins(), self.keyring.read_secret("api-key")
            self.current, self.staged, self.previous = map(self.keyring.read_credentials, entries)
        except StorageError as exc:
            self.unreadable, self._origins, self.api_key = exc, (), None
            self.current = self.staged = self.previous = None

    def lock(self) -> AbstractContextManager[None]:
        """Keep other runs from this label. BusyError where one has it."""
        return self.states.hold(self.label)

    @property
    def credentials(self) -> Credentials | None:
        """What a run without given credentials brings to StackOne: staged ones are finished first."""
        return self.staged or self.current

    @property
    def is_sent(self) -> bool:
        """Whether the staged credentials were sent to StackOne's API, so that they may be in force."""
        return self.state.sent is not None and self.state.sent == self._staged_fingerprint()

    @property
    def rollback_target(self) -> Credentials | None:
        """What a rollback brings back: after one that was interrupted, the same once more."""
        is_begun = self.state.staged_for == "rollback"
        if self.staged is not None and (is_begun or self.staged == self.previous):
            return self.staged
        if is_begun and self.staged is None:
            return self.current  # it is all done but for a last note
        return self.previous

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is saved of this label, as far as it could be read."""
        is_kept = self._holds_secrets() or self._origins or self.unreadable
        return not self.known and not is_kept and self.hand_over_key() is None

    def in_force(self, profile: ConnectorProfile | None) -> InForce | None:
        """What our last write left in ``profile``; None where that can't be known."""
        maybe_there = self.staged is not None and (self.is_sent or self.state.pending is not None)
        if profile is None or self.current is None or maybe_there or profile.id != self.state.profile_id:
            return None
        return InForce(self.current, self.state.updated_at, self.state.actions)

    def possible_credentials(self, profile: ConnectorProfile) -> tuple[Credentials, ...]:
        """The credentials of which ``profile`` has one, as far as it is known here."""
        if profile.id != self.state.profile_id:
            return ()
        return tuple(each for each in (self.current, self.staged) if each is not None)

    def is_of(self, profile: ConnectorProfile) -> bool:
        """Whether this run may note what it sees of ``profile``."""
        return self.writes and self.state.profile_id == profile.id

    def check_origins(self, origins: tuple[str, ...], default_origins: tuple[str, ...]) -> None:
        """Raise InputError where saved secrets would go to a server that they were not saved for.

        Each has StackOne's API and Employment Hero's OAuth server; without a binding the default ones count.
        """
        if not self._holds_secrets():
            return
        bound = self._origins or default_origins
        if bound != origins:
            raise other_servers(bound, origins)
        self._origins = bound

    def hand_over_key(self) -> Secret | None:
        """The private key of the hand-over page that is out, if there is one."""
        return self.keyring.read_secret("hand-over")

    @property
    def awaits_locked_text(self) -> bool:
        """Whether a hand-over page is out, whose answer this run may take."""
        return self.writes and self.hand_over_key() is not None

    def save_hand_over_key(self, key: Secret | None) -> None:
        """Save the key of a new page, which replaces the one before; None: the credentials have arrived."""
        if not self.writes:
            raise StorageError(
                "A hand-over page needs your keyring: the key that opens the answer is saved there",
                hint="Run this without --no-store.",
            )
        self._save("hand-over", key)

    def note(self, **fields: Any) -> None:
        """Note fields of the state for the next run."""
        self._write_state(self.state.replace(**fields))

    def save_api_key(self, key: Secret, origins: tuple[str, ...]) -> None:
        """Save the API key, bound to its servers: the person said yes."""
        if self.writes:
            self._bind(origins)
            self.keyring.write("api-key", key)
            self.api_key = key

    def stage(self, credentials: Credentials | None, origins: tuple[str, ...]) -> None:
        """Save credentials as ``next``, bound to their servers, before they are sent anywhere."""
        self._before = (self.staged, self.state)
        if credentials is None:
            return
        if self.writes and credentials != self.staged:
            self._bind(origins)
            self.keyring.write("next", credentials)
        self._origins = origins
        self.staged = credentials

    def undo(self) -> None:
        """Back to before ``stage``: StackOne said plainly that it did not accept it."""
        before, state = self._before
        if self.staged != before:
            self._save("next", before)
        self.staged = before
        self._write_state(state)

    def unstage(self) -> None:
        """Drop ``next``: StackOne does not have it, or Employment Hero does not know it."""
        if self.staged is not None:
            self._save("next", None)
        self.staged = None
        self.note(staged_for=None, sent=None)

    def note_pending(self, via: Via, name: str, profiles: Iterable[ConnectorProfile]) -> None:
        """Note the profiles that exist, so that one made from now on can be told from them.

        With ``api`` a creation is about to be sent: the time is noted too.
        """
        known = tuple((profile.id, profile.updated_at) for profile in profiles)
        earlier = self.state.pending
        if earlier is not None and earlier.via == via == "dashboard":
            known = earlier.known  # asked twice: what a person made in between is still new
        sent_at = self._now() if via == "api" else None
        pending = PendingWrite(via=via, name=name, known=known, sent_at=sent_at)
        self.note(pending=pending, sent=self._staged_fingerprint() if sent_at else self.state.sent)

    def note_target(self, profile_id: str, purpose: Purpose, *, sends: bool) -> None:
        """Note which profile the staged credentials are for, and what for.

        With ``sends`` they are about to be sent to StackOne's API: from then on they may be in force.
        """
        sent = self._staged_fingerprint() if sends else self.state.sent
        self.note(profile_id=profile_id, staged_for=purpose, sent=sent)

    def commit(self, profile: ConnectorProfile, fields: ProfileFields, via: Via) -> None:
        """StackOne accepted it: ``next`` becomes ``current``, the one before ``previous``.

        The profile's ID comes first: once it is noted, a killed run sends ``next`` again and ends up here.
        What a person did is not done again: that they did it shows until everything is saved.
        """
        self.note(profile_id=profile.id, pending=self.state.pending if via == "dashboard" else None)
        if fields.credentials is not None:
            self._make_current(fields.credentials)
        self._write_state(
            self.state.accepted(profile, fields, via, self.current, now=self._now()).replace(**self.servers)
        )

    def note_unlocked(self, **fields: Any) -> bool:
        """As ``note``, for a run that holds no lock; False where other credentials are saved by now.

        StorageError: another run holds the lock, or the disk is full.
        """
        with self.lock():
            state = self.states.load(self.label)
            if state is None or not state.is_of_the_same(self.state):
                return False
            self.states.save(state.replace(**fields))
        self.state = state.replace(**fields)
        return True

    def verified(self, profile: ConnectorProfile) -> str | None:
        """Note a sign-in, and that its session is over; the reason, where it says nothing of what is saved.

        ``profile`` is as StackOne shows it after the sign-in.
        """
        if not self.is_of(profile):
            return "this profile is not saved here"
        if not self.note_unlocked(session=None):
            return "other credentials were saved here meanwhile"
        if self.state.staged_for is not None:
            return "new credentials are saved here and not finished, so it is not known which were tested"
        if self.state.updated_at != profile.updated_at:
            return "the profile was changed at StackOne since eh-connect's last write"
        if not self.note_unlocked(verified_at=self._now()):
            return "other credentials were saved here meanwhile"
        return None

    def forget(self) -> None:
        """Forget all of it; the state comes last, so that a killed run can be repeated."""
        if not self.is_empty:
            self.keyring.forget()
        self.states.forget(self.label)

    def _holds_secrets(self) -> bool:
        return any((self.current, self.staged, self.previous, self.api_key))

    def _staged_fingerprint(self) -> str | None:
        return self.staged.client_secret.fingerprint if self.staged else None

    def _bind(self, origins: tuple[str, ...]) -> None:
        if self._origins != origins:
            self.keyring.write("origins", origins)
            self._origins = origins

    def _save(self, entry: str, value: Credentials | Secret | None) -> None:
        if self.writes and value is None:
            self.keyring.delete(entry)
        elif self.writes and value is not None:
            self.keyring.write(entry, value)

    def _make_current(self, credentials: Credentials) -> None:
        if self.current is not None and self.current != credentials:
            self._save("previous", self.current)
            self.previous = self.current
        if self.current != credentials:
            self._save("current", credentials)
        self._save("next", None)
        self.current, self.staged = credentials, None

    def _write_state(self, state: LocalState) -> None:
        if self.writes and state != self.state:
            self.states.save(state)
        self.state = state
