"""What is saved of one label, and the order in which it changes so that no run can lose a secret.

New credentials are staged as ``next``, are sent, and become ``current``; those before become ``previous``.
Whatever StackOne has is in the keyring at every moment, and a run killed anywhere leaves enough to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from eh_connect.errors import InputError, StorageError
from eh_connect.local.state import LocalState, PendingWrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eh_connect.local.parts import SavesSecrets, SavesState
    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

    Purpose = Literal["setup", "rotate", "rollback"]
    Via = Literal["api", "dashboard"]

ENTRIES = ("current", "next", "previous", "api-key", "hand-over", "origins")
"""All entries of a label in the keyring, in the order in which they are forgotten: the binding goes last."""


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
        saved = (
            self.current,
            self.staged,
            self.previous,
            self.api_key,
            self._origins or None,
            self.unreadable,
        )
        return not self.known and all(each is None for each in saved) and self.hand_over_key() is None

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
        if not (self.current or self.staged or self.previous or self.api_key):
            return
        bound = self._origins or default_origins
        if bound != origins:
            raise _other_servers(bound, origins)
        self._origins = bound

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

    def hand_over_key(self) -> Secret | None:
        """The private key of the hand-over page that is out, if there is one."""
        return self._secrets.read_secret("hand-over")

    def save_hand_over_key(self, key: Secret | None) -> None:
        """Save the key of a new page, which replaces the one before; None: the credentials have arrived."""
        if not self.writes:
            raise StorageError(
                "A hand-over page needs your keyring: the key that opens the answer is saved there",
                hint="Run this without --no-store.",
            )
        if key is None:
            self._secrets.delete("hand-over")
        else:
            self._secrets.write_secret("hand-over", key)

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

    def aim(self, profile_id: str, purpose: Purpose, *, sends: bool) -> None:
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
        has_actions = fields.actions is not None or fields.credentials is not None
        state = self.state.changed(
            pending=None,
            staged_for=None,
            sent=None,
            name=profile.name,
            wanted_name=None,
            created_at=profile.created_at,
            updated_at=profile.updated_at,
            via=via,
            **self._urls,
            actions=fields.actions if has_actions else self.state.actions,
            chosen_actions=None,
        )
        fingerprint = self.current.client_secret.fingerprint if self.current else None
        if fields.credentials is not None or fingerprint != state.fingerprint:
            state = state.changed(verified_at=None, session=None, scopes_checked_at=None, scopes_missing=())
        if fingerprint != state.fingerprint:
            state = state.changed(fingerprint=fingerprint, set_at=self._now())
        self._write_state(state)

    def is_of(self, profile: ConnectorProfile) -> bool:
        """Whether this run may note what it sees of ``profile``."""
        return self.writes and self.known and self.state.profile_id == profile.id

    def note_later(self, **fields: Any) -> bool:
        """As ``note``, for a run that holds no lock; False where other credentials are saved by now.

        StorageError: another run holds the lock, or the disk is full.
        """
        with self._states.lock(self.label):
            state = self._states.read(self.label)
            if state is None or _saved_by(state) != _saved_by(self.state):
                return False
            self._states.write(state.changed(**fields))
        self.state = state.changed(**fields)
        return True

    def verified(self, profile: ConnectorProfile, **fields: Any) -> str | None:
        """Note that somebody signed in, and ``fields``; the reason, where it says nothing of what is saved.

        Args:
            profile: as StackOne shows it after the sign-in.
            **fields: what else there is to note.
        """
        if not self.is_of(profile):
            return "this profile is not saved here"
        if not self.note_later(**fields):
            return "other credentials were saved here meanwhile"
        if self.state.staged_for is not None:
            return "new credentials are saved here and not finished, so it is not known which were tested"
        if self.state.updated_at != profile.updated_at:
            return "the profile was changed at StackOne since eh-connect's last write"
        if not self.note_later(verified_at=self._now()):
            return "other credentials were saved here meanwhile"
        return None

    def forget(self) -> None:
        """Forget all of it; the state comes last, so that a killed run can be repeated."""
        if not self.is_empty:
            for entry in ENTRIES:
                self._secrets.delete(entry)
        self._states.delete(self.label)

    def _staged_fingerprint(self) -> str | None:
        return self.staged.client_secret.fingerprint if self.staged else None

    def _bind(self, origins: tuple[str, ...]) -> None:
        if self._origins != origins:
            self._secrets.write_origins(origins)
            self._origins = origins

    def _make_current(self, credentials: Credentials) -> None:
        if self.current is not None and self.current != credentials:
            if self.writes:
                self._secrets.write_credentials("previous", self.current)
            self.previous = self.current
        if self.writes:
            if self.current != credentials:
                self._secrets.write_credentials("current", credentials)
            self._secrets.delete("next")
        self.current, self.staged = credentials, None

    def _write_state(self, state: LocalState) -> None:
        if self.writes and state != self.state:
            self._states.write(state)
        self.state = state


def _saved_by(state: LocalState) -> tuple[str | None, str | None]:
    return state.profile_id, state.fingerprint


def _other_servers(saved: tuple[str, ...], now: tuple[str, ...]) -> InputError:
    servers = (("StackOne", "STACKONE_API_URL"), ("Employment Hero", "EMPLOYMENT_HERO_OAUTH_URL"))
    differ = [
        (*server, before.removesuffix(":443"), this.removesuffix(":443"))
        for server, before, this in zip(servers, saved, now, strict=False)
        if before != this
    ]
    names, variables, before, this = zip(*differ, strict=True) if differ else (("",),) * 4
    return InputError(
        f"The saved credentials are for another {' and '.join(names)} server",
        detail=f"saved for   {', '.join(before)}\nthis run    {', '.join(this)}",
        hint=f"Use another label (--profile NAME), or that server: {', '.join(variables)}",
    )
