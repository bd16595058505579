"""What is saved of one label, and the order in which it changes so that no run can lose a secret.

New credentials are staged as ``next``, are sent, and become ``current``; those before become ``previous``.
Whatever StackOne has is in the keyring at every moment, and a run killed anywhere leaves enough to go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from eh_connect.errors import StorageError
from eh_connect.local.saved import InForce, Saved
from eh_connect.local.state import LocalState, PendingWrite

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eh_connect.local.state import Purpose
    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

    Via = Literal["api", "dashboard"]

ENTRIES = ("current", "next", "previous", "api-key", "hand-over", "origins")
"""All entries of a label in the keyring, in the order in which they are forgotten: the binding goes last."""

__all__ = ["InForce", "LocalProfile", "Saved"]


class LocalProfile(Saved):
    """The credentials and the state of one label, and every change of them."""

    def trial(self) -> None:
        """Whether folder and keyring work, before anything depends on them."""
        if self.writes:
            self._states.check_writable()
            self._secrets.trial()

    def try_keyring(self) -> None:
        """Whether the keyring works, whatever this run writes."""
        self._secrets.trial()

    def check_deletes(self) -> None:
        """Whether the keyring forgets: a leftover trial, which holds nothing of worth."""
        self._secrets.delete("trial")

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
        sent_at = self._now() if via == "api" else None
        pending = PendingWrite.model_construct(via=via, name=name, known=known, sent_at=sent_at)
        self.note(pending=pending, sent=self._staged_fingerprint() if sent_at else self.state.sent)

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

    def verified(self, profile: ConnectorProfile) -> str | None:
        """Note a sign-in, and that its session is over; the reason, where it says nothing of what is saved.

        ``profile`` is as StackOne shows it after the sign-in.
        """
        if not self.is_of(profile):
            return "this profile is not saved here"
        if not self.note_later(session=None):
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
