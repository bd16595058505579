"""What is saved of one label, read: its credentials, its state, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.errors import InputError, StorageError
from eh_connect.local.state import LocalState

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from eh_connect.local.parts import SavesSecrets, SavesState
    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.models import ConnectorProfile


@dataclass(frozen=True)
class InForce:
    """What our last write left at StackOne, as far as it is known here."""

    credentials: Credentials
    updated_at: str | None
    actions: tuple[str, ...] | None = None


class Saved:
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
        """Read state and keyring."""
        self.load_state()
        self.load_secrets()

    def load_state(self) -> None:
        """Read the state alone."""
        state = self._states.read(self.label)
        self.known = state is not None
        self.state = state or LocalState(label=self.label)

    def load_secrets(self) -> None:
        """Read the keyring; one that can't be read counts as empty, see ``unreadable``."""
        self.unreadable = None
        try:
            origins, api_key = self._secrets.read_origins(), self._secrets.read_secret("api-key")
            saved = [self._secrets.read_credentials(entry) for entry in ("current", "next", "previous")]
        except StorageError as exc:
            self.unreadable = exc
            origins, api_key, saved = (), None, [None, None, None]
        self._origins, self.api_key = origins, api_key
        self.current, self.staged, self.previous = saved

    def lock(self) -> AbstractContextManager[None]:
        """Keep other runs from this label. BusyError where one has it."""
        return self._states.lock(self.label)

    def folder_exists(self) -> bool:
        """Whether there is a state folder."""
        return self._states.exists()

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

    def is_of(self, profile: ConnectorProfile) -> bool:
        """Whether this run may note what it sees of ``profile``."""
        return self.writes and self.state.profile_id == profile.id

    def hand_over_key(self) -> Secret | None:
        """The private key of the hand-over page that is out, if there is one."""
        return self._secrets.read_secret("hand-over")

    @property
    def awaits_locked_text(self) -> bool:
        """Whether a hand-over page is out, whose answer this run may take."""
        return self.writes and self.hand_over_key() is not None

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

    def _staged_fingerprint(self) -> str | None:
        return self.staged.client_secret.fingerprint if self.staged else None


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
