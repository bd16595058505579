"""What the flows need of the world, as Protocols: the real parts in ``cli``, small ones in tests."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from eh_connect.secret import Pair, Secret
    from eh_connect.stackone.models import (
        ConnectorActions,
        ConnectorProfile,
        ConnectSession,
        ProfileFields,
        SessionRequest,
    )
    from eh_connect.state import State


class ReadsProfiles(Protocol):
    """StackOne's documented calls. Errors: codes 5, 6 and 7."""

    def profiles(self) -> list[ConnectorProfile]:
        """Every Employment Hero connector profile of the project (all pages)."""
        ...

    def actions(self) -> ConnectorActions:
        """What the Employment Hero connector can do, and how it signs in."""
        ...

    def count_accounts(self, profile_id: str) -> int:
        """How many accounts are linked through a profile."""
        ...


class WritesProfiles(Protocol):
    """StackOne's assumed calls. ``None`` or False: the API has no such call. Errors: codes 5, 6 and 7."""

    def may_create(self) -> bool:
        """Ask before telling: an empty POST, which carries no secret and can create nothing."""
        ...

    def create(self, fields: ProfileFields) -> ConnectorProfile | None:
        """Create a profile; None where there is no such call. LostAnswerError: look before anything else."""
        ...

    def may_update(self, profile_id: str) -> bool:
        """Ask before telling: an empty PATCH. False also on 404: list to see whether the profile is gone."""
        ...

    def update(self, profile_id: str, fields: ProfileFields) -> ConnectorProfile | None:
        """Change a profile; None as in ``may_update``. Repeating it is harmless."""
        ...


class ConnectSessions(Protocol):
    """StackOne's documented calls for signing in through a profile. Errors: codes 5, 6 and 7."""

    def create(self, request: SessionRequest) -> ConnectSession:
        """A new session, with the link for signing in."""
        ...

    def look(self, session_id: str) -> ConnectSession:
        """How its latest attempt went."""
        ...

    def delete_account(self, account_id: str) -> None:
        """Delete a linked account; one that is not there is fine."""
        ...


class ProbeResult(Enum):
    """What a token request with a made-up code says of a pair. Advice, not proof."""

    REJECTED = "rejected"
    NOT_REJECTED = "not rejected"
    COULD_NOT_TELL = "could not tell"


class Probes(Protocol):
    """The credential probe at Employment Hero's token endpoint."""

    def __call__(self, pair: Pair) -> ProbeResult:
        """Never raises for a network fault: that is COULD_NOT_TELL."""
        ...


class KeepsSecrets(Protocol):
    """The keyring, for one label. Errors: code 4."""

    @property
    def backend(self) -> str:
        """The backend's name, as ``module.Class``."""
        ...

    def read_pair(self, entry: str) -> Pair | None:
        """The pair kept as ``current``, ``next`` or ``previous``; None where there is none."""
        ...

    def write_pair(self, entry: str, pair: Pair) -> None:
        """Keep a pair, and read it back: a store that loses writes is an error."""
        ...

    def read_api_key(self) -> Secret | None:
        """The API key, if the person had it kept."""
        ...

    def write_api_key(self, key: Secret) -> None:
        """Keep the API key: only ever after the person said yes."""
        ...

    def read_origins(self) -> tuple[str, ...]:
        """The origins that the kept secrets may be sent to; empty where none are recorded."""
        ...

    def write_origins(self, origins: tuple[str, ...]) -> None:
        """Bind what is kept to these origins."""
        ...

    def delete(self, entry: str) -> None:
        """Forget an entry; one that is not there is fine."""
        ...

    def trial(self) -> None:
        """Write, read and delete a random value: only that tells whether the store works."""
        ...


class KeepsState(Protocol):
    """The state folder. Errors: code 4."""

    def read(self, label: str) -> State | None:
        """The state of a label; None where there is none. What can't be read is an error."""
        ...

    def write(self, state: State) -> None:
        """Replace the state of its label, whole or not at all."""
        ...

    def delete(self, label: str) -> bool:
        """Forget a label; False where nothing was known of it."""
        ...

    def check_writable(self) -> None:
        """Raise where the folder can't be made or written."""
        ...

    def lock(self, label: str) -> AbstractContextManager[None]:
        """Keep other runs from a label. Raises where another one holds it."""
        ...
