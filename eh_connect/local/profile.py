"""What is saved of one label, and the order in which it changes so that no run can lose a secret.

New credentials are staged as ``next``, are sent, and become ``current``; those before become ``previous``.
Whatever StackOne has is in the keyring at every moment, and a run killed anywhere leaves enough to go on from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from eh_connect.errors import InputError, StorageError
from eh_connect.lines import Line
from eh_connect.local.state import LocalState, PendingWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

    Purpose = Literal["setup", "rotate", "rollback"]
    Via = Literal["api", "dashboard"]

ENTRIES = ("current", "next", "previous", "api-key", "hand-over", "origins")
"""All entries of a label in the keyring, in the order in which they are forgotten: the binding goes last."""


class SavesSecrets(Protocol):
    """The keyring's entries of one label. Errors: StorageError."""

    @property
    def backend(self) -> str:
        """``module.Class`` of the backend in use."""
        ...

    @property
    def display_name(self) -> str:
        """The keyring's name as people know it."""
        ...

    def read_credentials(self, entry: str) -> Credentials | None:
        """``current``, ``next`` or ``previous``; None where there is none."""
        ...

    def write_credentials(self, entry: str, credentials: Credentials) -> None:
        """Save both values as one, and read them back."""
        ...

    def read_secret(self, entry: str) -> Secret | None:
        """``api-key`` or ``hand-over``; None where there is none."""
        ...

    def write_secret(self, entry: str, value: Secret) -> None:
        """Save a value, and read it back."""
        ...

    def read_origins(self) -> tuple[str, ...]:
        """The origins that the secrets may be sent to; empty where none are recorded."""
        ...

    def write_origins(self, origins: tuple[str, ...]) -> None:
        """Bind what is saved to these origins."""
        ...

    def delete(self, entry: str) -> None:
        """Forget an entry; one that is not there is fine."""
        ...

    def trial(self) -> None:
        """Write, read and delete a random value: only that tells whether the keyring works."""
        ...


class SavesState(Protocol):
    """The state folder. Errors: StorageError."""

    def read(self, label: str) -> LocalState | None:
        """What is known of a label."""
        ...

    def write(self, state: LocalState) -> None:
        """Replace it in one step."""
        ...

    def delete(self, label: str) -> bool:
        """Forget a label; False where nothing was known."""
        ...

    def check_writable(self) -> None:
        """Write a file and delete it again."""
        ...

    def lock(self, label: str) -> AbstractContextManager[None]:
        """Keep other runs from this label. BusyError where one has it."""
        ...


@dataclass(frozen=True)
class InForce:
    """What our last write left at StackOne, as far as it is known here."""

    credentials: Credentials
    updated_at: str | None
    actions: tuple[str, ...] | None = None


class LocalProfile:
    """The credentials and the state of one label.

    Args:
        label: the local label.
        secrets: the keyring.
        states: the state folder.
        writes: False for ``--no-store`` and ``--dry-run``: nothing is written to keyring or disk.
        now: the time as ISO 8601 text, UTC.
    """

    def __init__(
        self,
        label: str,
        secrets: SavesSecrets,
        states: SavesState,
        *,
        writes: bool,
        now: Callable[[], str],
    ) -> None:
        self.writes = writes
        self._secrets = secrets
        self._states = states
        self._now = now
        self.state = LocalState(label=label)
        self.known = False
        self.current: Credentials | None = None
        self.staged: Credentials | None = None
        self.previous: Credentials | None = None
        self.api_key: Secret | None = None
        self.unreadable: StorageError | None = None
        self._origins: tuple[str, ...] = ()
        self._urls: dict[str, str] = {}
        self._before: tuple[Credentials | None, LocalState] = (None, self.state)

    @property
    def label(self) -> str:
        """The local label."""
        return self.state.label

    # What is saved

    def load(self) -> None:
        """Read state and keyring; a keyring that can't be read counts as empty, see ``unreadable``."""
        state = self._states.read(self.label)
        self.known = state is not None
        self.state = state or LocalState(label=self.label)
        self.unreadable = None
        try:
            origins, api_key = self._secrets.read_origins(), self._secrets.read_secret("api-key")
            saved = [self._secrets.read_credentials(entry) for entry in ("current", "next", "previous")]
        except StorageError as exc:
            self.unreadable = exc
            origins, api_key, saved = (), None, [None, None, None]
        self._origins, self.api_key = origins, api_key
        self.current, self.staged, self.previous = saved

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
    def backend(self) -> str | None:
        """Where this run saves secrets, as ``module.Class``; None where it saves none."""
        return self._secrets.backend if self.writes else None

    @property
    def stored_in(self) -> str | None:
        """Where the current credentials are saved, as ``module.Class``; None where there are none."""
        return self._secrets.backend if self.current else None

    @property
    def keyring_name(self) -> str:
        """The keyring's name as people know it."""
        return self._secrets.display_name

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is saved of this label, as far as it could be read."""
        saved = (self.current, self.staged, self.previous, self.api_key, self._origins or None, self.unreadable)
        return not self.known and all(each is None for each in saved)

    def in_force(self, profile: ConnectorProfile | None) -> InForce | None:
        """What our last write left in ``profile``; None where that can't be known."""
        maybe_there = self.staged is not None and (self.is_sent or self.state.pending is not None)
        if profile is None or self.current is None or maybe_there or profile.id != self.state.profile_id:
            return None
        return InForce(self.current, self.state.updated_at, self.state.actions)

    def held(self, profile: ConnectorProfile) -> tuple[Credentials, ...]:
        """The credentials of which ``profile`` has one, as far as it is known here."""
        if profile.id != self.state.profile_id:
            return ()
        return tuple(each for each in (self.current, self.staged) if each is not None)

    # Before anything is sent

    def trial(self) -> None:
        """Whether folder and keyring work, before anything depends on them."""
        if self.writes:
            self._states.check_writable()
            self._secrets.trial()

    def check_deletes(self) -> None:
        """Whether the keyring forgets: a leftover trial, which holds nothing of worth."""
        self._secrets.delete("trial")

    def check_origins(self, origins: tuple[str, ...], default_origins: tuple[str, ...]) -> None:
        """Raise InputError where saved secrets would go to a server that they were not saved for.

        Secrets without a recorded binding may go to the default servers only.

        Args:
            origins: of this run: StackOne's API, Employment Hero's OAuth server.
            default_origins: the same two, built in.
        """
        raise NotImplementedError

    def note(self, **fields: Any) -> None:
        """Note fields of the state for the next run."""
        self._write_state(self.state.changed(**fields))

    def will_note_urls(self, *, stackone_url: str, oauth_url: str) -> None:
        """The servers to note once StackOne accepted something: a mistyped one must not stick."""
        self._urls = {"stackone_url": stackone_url, "oauth_url": oauth_url}

    def save_api_key(self, key: Secret, origins: tuple[str, ...]) -> None:
        """Save the API key, bound to its servers: the person said yes."""
        if self.writes:
            self._bind(origins)
            self._secrets.write_secret("api-key", key)
            self.api_key = key

    # The hand-over page's private key

    def hand_over_key(self) -> Secret | None:
        """The private key of the hand-over page that is out, if there is one."""
        return self._secrets.read_secret("hand-over")

    def save_hand_over_key(self, key: Secret) -> None:
        """Save the private key of a new page; the one before can't be opened any more."""
        self._secrets.write_secret("hand-over", key)

    def drop_hand_over_key(self) -> None:
        """The credentials arrived: the page's key has done its work."""
        self._secrets.delete("hand-over")

    # The order of a write

    def stage(self, credentials: Credentials | None, origins: tuple[str, ...]) -> None:
        """Save credentials as ``next``, bound to their servers, before they are sent anywhere."""
        self._before = (self.staged, self.state)
        if credentials is None:
            return
        if self.writes and credentials != self.staged:
            self._bind(origins)
            self._secrets.write_credentials("next", credentials)
        self._origins = origins
        self.staged = credentials

    def undo(self) -> None:
        """Back to before ``stage``: StackOne said plainly that it did not accept it."""
        before, state = self._before
        if self.writes and self.staged != before:
            if before is None:
                self._secrets.delete("next")
            else:
                self._secrets.write_credentials("next", before)
        self.staged = before
        self._write_state(state)

    def unstage(self) -> None:
        """Drop ``next``: StackOne does not have it, or Employment Hero does not know it."""
        if self.writes and self.staged is not None:
            self._secrets.delete("next")
        self.staged = None
        self.note(staged_for=None, sent=None)

    def expect(self, via: Via, name: str, profiles: Iterable[ConnectorProfile]) -> None:
        """Note the profiles that exist, so that one made from now on can be told from them.

        With ``api`` a creation is about to be sent: the time is noted too.
        """
        known = tuple((profile.id, profile.updated_at) for profile in profiles)
        earlier = self.state.pending
        if earlier is not None and earlier.via == via == "dashboard":
            known = earlier.known  # asked twice: what a person made in between is still new
        if via == "api":
            pending = PendingWrite(via=via, name=name, known=known, sent_at=self._now())
            self.note(pending=pending, sent=self._staged_fingerprint())
        else:
            self.note(pending=PendingWrite(via=via, name=name, known=known))

    def aim(self, profile_id: str, purpose: Purpose) -> None:
        """Note which profile the staged credentials are for, and what for."""
        self.note(profile_id=profile_id, staged_for=purpose)

    def sending(self, profile_id: str, purpose: Purpose) -> None:
        """Note that the staged credentials are about to be sent to StackOne's API: they may be there then."""
        self.note(profile_id=profile_id, staged_for=purpose, sent=self._staged_fingerprint())

    def commit(self, profile: ConnectorProfile, fields: ProfileFields, via: Via) -> None:
        """StackOne accepted it: ``next`` becomes ``current``, the one before ``previous``.

        The profile's ID comes first: once it is noted, a killed run sends ``next`` again and ends up here.
        What a person did is not done again: that they did it shows until everything is saved.
        """
        raise NotImplementedError

    # The sign-in test, while which no lock is held

    def note_later(self, **fields: Any) -> bool:
        """As ``note``, for a run that holds no lock; False where other credentials are saved by now.

        StorageError: another run holds the lock, or the disk does not take it.
        """
        raise NotImplementedError

    def verified(self, profile: ConnectorProfile, **fields: Any) -> str | None:
        """Note that somebody has signed in, and ``fields``; why the time is not noted, where it is not.

        Args:
            profile: as StackOne shows it after the sign-in.
            **fields: what else there is to note.
        """
        raise NotImplementedError

    def forget(self) -> None:
        """Forget all of it; the state comes last, so that a killed run can be repeated."""
        if not self.is_empty:
            for entry in ENTRIES:
                self._secrets.delete(entry)
        self._states.delete(self.label)
