"""A keyring for made-up secrets: a file in the sandbox's folder. It is never chosen by accident."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock
from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import InitError, KeyringError, PasswordDeleteError

from eh_connect.errors import StorageError
from eh_connect.sandbox.records import private

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE = "keyring.json"
_LOCK_SECONDS = 3.0


class SandboxKeyring(KeyringBackend):
    """Keeps ``{service: {user name: password}}`` in a file of the folder that EH_CONNECT_HOME names."""

    known_as = "the sandbox's keyring"

    @properties.classproperty
    def priority(self) -> float:
        """Below keyring's own fail and null backends."""
        return -100

    def get_password(self, service: str, username: str) -> str | None:
        """The password; None where there is none."""
        with self._opened() as kept:
            return kept.get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        with self._opened(writes=True) as kept:
            kept.setdefault(service, {})[username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget a password; PasswordDeleteError where there is none."""
        with self._opened(writes=True) as kept:
            if kept.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError("There is no such password")

    @contextmanager
    def _opened(self, *, writes: bool = False) -> Iterator[dict[str, dict[str, str]]]:
        if not (home := os.environ.get("EH_CONNECT_HOME")):
            raise InitError("The sandbox's keyring works with --sandbox, or with EH_CONNECT_HOME set")
        path, folder = Path(home), private(Path(home))
        try:
            if writes:
                folder.check_writable()
            with FileLock(path / "keyring.lock", _LOCK_SECONDS, 0o600) if writes else nullcontext():
                kept = json.loads(folder.read(_FILE) or b"{}")
                if not isinstance(kept, dict) or not all(isinstance(each, dict) for each in kept.values()):
                    raise KeyringError(f"{path / _FILE} can't be read: delete it to start afresh")
                yield kept
                if writes:
                    folder.write(_FILE, json.dumps(kept).encode())
        except (OSError, ValueError, RecursionError, StorageError) as exc:  # a held lock is an OSError
            raise KeyringError(f"{path / _FILE} can't be used: {type(exc).__name__}") from exc
