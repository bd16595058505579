"""What is saved for one label, and the order of its changes, so that no run can lose a secret.

New credentials are saved as ``next`` before they are sent. When StackOne has accepted them, they become
``current``, and the ones before become ``previous``. So the keyring always holds the credentials that StackOne
has, and when a run is killed the next one can go on.
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
    """What our last write left at StackOne."""

    credentials: Credentials
    updated_at: str | None
    actions: tuple[str, ...] | None = None


class LocalProfile:
    """The credentials and the state of one label.

    ``writes`` is False for ``--no-store`` and ``--dry-run``: then nothing is written to keyring or disk.
    ``now`` returns the time as ISO 8601 text in UTC.
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
        """Fields to note when StackOne has accepted something, not earlier: an address may be mistyped."""
        self._origins: tuple[str, ...] = ()
        self._before: tuple[Credentials | None, LocalState] = (None, self.state)

    def load(self) -> None:
        """Read state and keyring."""
        self.load_state()
        self.load_secrets()

    def load_state(self) -> None:
        """Read the state only."""
        state = self.states.load(self.label)
        self.known = state is not None
        self.state = state or LocalState(label=self.label)

    def load_secrets(self) -> None:
        """Read the keyring. If it can't be read it counts as empty, and ``unreadable`` says why."""
        self.unreadable = None
        entries = ("current", "next", "previous")
        try:
            self._origins, self.api_key = self.keyring.read_origins(), self.keyring.read_secret("api-key")
            self.current, self.staged, self.previous = map(self.keyring.read_credentials, entries)
        except StorageError as exc:
            self.unreadable, self._origins, self.api_key = exc, (), None
            self.current = self.staged = self.previous = None

    def lock(self) -> AbstractContextManager[None]:
        """Lock the label. Raises BusyError if another run holds the lock."""
        return self.states.hold(self.label)

    @property
    def credentials(self) -> Credentials | None:
        """What a run sends to StackOne if it is given no credentials. Staged ones go first."""
        return self.staged or self.current

    @property
    def is_sent(self) -> bool:
        """Whether the staged credentials were sent to StackOne's API. StackOne may use them then."""
        return self.state.sent is not None and self.state.sent == self._staged_fingerprint()

    @property
    def rollback_target(self) -> Credentials | None:
        """The credentials that a rollback brings back. A rollback that was interrupted goes on with the same."""
        if self.state.staged_for == "rollback":
            # Where nothing is staged, only the last note of the rollback is missing.
            return self.staged or self.current
        return self.previous

    @property
    def is_empty(self) -> bool:
        """Whether nothing is saved for this label. False if the keyring can't be read."""
        is_saved = self.known or self._holds_secrets() or self._origins or self.unreadable
        return not is_saved and self.hand_over_key() is None

    def in_force(self, profile: ConnectorProfile | None) -> InForce | None:
        """What our last write left in ``profile``; None if we can't know what is there."""
        may_have_staged = self.staged is not None and (self.is_sent or self.state.pending is not None)
        if profile is None or self.current is None or may_have_staged or profile.id != self.state.profile_id:
            return None
        return InForce(self.current, self.state.updated_at, self.state.actions)

    def possible_credentials(self, profile: ConnectorProfile) -> tuple[Credentials, ...]:
        """The credentials that ``profile`` may have at StackOne, of those that are saved here."""
        if profile.id != self.state.profile_id:
            return ()
        return tuple(each for each in (self.current, self.staged) if each is not None)

    def is_of(self, profile: ConnectorProfile) -> bool:
        """Whether ``profile`` is this label's, and this run may note what it sees of it."""
        return self.writes and self.state.profile_id == profile.id

    def check_origins(self, origins: tuple[str, ...], default_origins: tuple[str, ...]) -> None:
        """Raise InputError if saved secrets would go to another server than they were saved for.

        Both arguments name StackOne's API and Employment Hero's OAuth server. If no origins are saved, the
        default ones count.
        """
        if not self._holds_secrets():
            return
        bound = self._origins or default_origins
        if bound != origins:
            raise other_servers(bound, origins)
        self._origins = bound

    def hand_over_key(self) -> Secret | None:
        """The private key of the newest hand-over page, if its answer has not come back."""
        return self.keyring.read_secret("hand-over")

    @property
    def awaits_locked_text(self) -> bool:
        """Whether the answer of a hand-over page has not come back, and this run may take it."""
        return self.writes and self.hand_over_key() is not None

    def save_hand_over_key(self, key: Secret | None) -> None:
        """Save the key of a new page in place of the one before; None deletes it, when the answer is here."""
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
        """Save the API key, with the servers that it is for. The person has agreed."""
        if self.writes:
            self._bind(origins)
            self.keyring.write("api-key", key)
            self.api_key = key

    def stage(self, credentials: Credentials | None, origins: tuple[str, ...]) -> None:
        """Save credentials as ``next``, with the servers that they are for, before they are sent."""
        self._before = (self.staged, self.state)
        if credentials is not None and credentials != self.staged:
            self._bind(origins)
            self._save("next", credentials)
            self.staged = credentials

    def undo(self) -> None:
        """Go back to before ``stage``, because StackOne has refused the change, or has no call for it."""
        before, state = self._before
        if self.staged != before:
            self._save("next", before)
        self.staged = before
        self._write_state(state)

    def unstage(self) -> None:
        """Delete ``next``: these credentials were rejected, or others were given before they were sent."""
        if self.staged is not None:
            self._save("next", None)
        self.staged = None
        self.note(staged_for=None, sent=None)

    def note_pending(self, via: Via, name: str, profiles: Iterable[ConnectorProfile]) -> None:
        """Note the profiles that exist, so that a new one can be told from them later.

        With ``api`` we are about to send a creation, so the time is noted too.
        """
        known = tuple((profile.id, profile.updated_at) for profile in profiles)
        earlier = self.state.pending
        if earlier is not None and earlier.via == via == "dashboard":
            known = earlier.known  # a profile that the person made since then is still new
        sent_at = self._now() if via == "api" else None
        pending = PendingWrite(via=via, name=name, known=known, sent_at=sent_at)
        self.note(pending=pending, sent=self._staged_fingerprint() if sent_at else self.state.sent)

    def note_target(self, profile_id: str, purpose: Purpose, *, sends: bool) -> None:
        """Note which profile the staged credentials are for, and for what purpose.

        With ``sends`` we are about to send them to StackOne's API, which may use them from then on.
        """
        sent = self._staged_fingerprint() if sends else self.state.sent
        self.note(profile_id=profile_id, staged_for=purpose, sent=sent)

    def commit(self, profile: ConnectorProfile, fields: ProfileFields, via: Via) -> None:
        """StackOne has accepted ``fields``: ``next`` becomes ``current``, and that becomes ``previous``.

        The profile's ID is noted first. If the run is killed after that, the next one sends ``next`` again and
        gets here too. What a person did in the dashboard must not be asked for again, so ``pending`` stays
        until everything is saved.
        """
        self.note(profile_id=profile.id, pending=self.state.pending if via == "dashboard" else None)
        if fields.credentials is not None:
            if self.current != fields.credentials:
                if self.current is not None:
                    self._save("previous", self.current)
                    self.previous = self.current
                self._save("current", fields.credentials)
            self._save("next", None)
            self.current, self.staged = fields.credentials, None
        self._write_state(
            self.state.accepted(profile, fields, via, self.current, now=self._now()).replace(**self.servers)
        )

    def note_unlocked(self, **fields: Any) -> bool:
        """Do what ``note`` does, in a run that doesn't hold the lock.

        Returns False, and notes nothing, if another run has saved another profile or secret in the meantime.
        Raises StorageError if another run holds the lock or the disk is full.
        """
        with self.lock():
            state, ours = self.states.load(self.label), self.state
            if state is None or state.profile_id != ours.profile_id or state.fingerprint != ours.fingerprint:
                return False
            self.states.save(state.replace(**fields))
        self.state = state.replace(**fields)
        return True

    def verified(self, profile: ConnectorProfile) -> str | None:
        """Note that a sign-in worked and its session is over.

        ``profile`` is what StackOne shows after the sign-in. Returns the reason if the sign-in doesn't show
        that the saved credentials work.
        """
        if not self.is_of(profile):
            return "this profile is not saved here"
        if not self.note_unlocked(session_id=None):
            return "other credentials were saved here meanwhile"
        if self.state.staged_for is not None:
            return "new credentials are saved here and not finished, so it is not known which were tested"
        if self.state.updated_at != profile.updated_at:
            return "the profile was changed at StackOne since eh-connect's last write"
        if not self.note_unlocked(verified_at=self._now()):
            return "other credentials were saved here meanwhile"
        return None

    def forget(self) -> None:
        """Delete everything. The state goes last, so that a run that is killed can be repeated."""
        if not self.is_empty:
            self.keyring.forget()
        self.states.forget(self.label)

    def _holds_secrets(self) -> bool:
        return any((self.current, self.staged, self.previous, self.api_key))

    def _staged_fingerprint(self) -> str | None:
        return self.staged.client_secret.fingerprint if self.staged else None

    def _bind(self, origins: tuple[str, ...]) -> None:
        if self.writes and self._origins != origins:
            self.keyring.write("origins", origins)
        self._origins = origins

    def _save(self, entry: str, value: Credentials | Secret | None) -> None:
        if not self.writes:
            return
        if value is None:
            self.keyring.delete(entry)
        else:
            self.keyring.write(entry, value)

    def _write_state(self, state: LocalState) -> None:
        if self.writes and state != self.state:
            self.states.save(state)
        self.state = state
