"""What a local profile works with, as Protocols: the real ones are in this room, small ones in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from eh_connect.local.state import LocalState
    from eh_connect.secret import Credentials, Secret


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

    def exists(self) -> bool:
        """Whether the folder is there; it is judged then."""
        ...

    def check_writable(self) -> None:
        """Write a file and delete it again."""
        ...

    def lock(self, label: str) -> AbstractContextManager[None]:
        """Keep other runs from this label. BusyError where one has it."""
        ...
