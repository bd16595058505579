"""A keyring for made-up secrets: a file in the sandbox's folder. It is never chosen by accident."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from filelock import FileLock
from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import InitError, KeyringError, PasswordDeleteError

from eh_connect.sandbox.records import make_folder, replace_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK_SECONDS = 3.0


class SandboxKeyring(KeyringBackend):
    """Keeps ``{service: {user name: password}}`` in ``keyring.json`` (0600) of the sandbox's folder."""

    known_as = "the sandbox's keyring"

    folder: ClassVar[Path | None] = None
    """The folder, once a rehearsal is prepared; else the one that EH_CONNECT_HOME names."""

    @properties.classproperty
    def priority(self) -> float:
        """Below keyring's own fail and null backends."""
        return -100

    def get_password(self, service: str, username: str) -> str | None:
        """The password; None where there is none."""
        with self._opened() as (kept, _):
            return kept.get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""
        with self._opened() as (kept, path):
            kept.setdefault(service, {})[username] = password
            replace_json(path, kept)

    def delete_password(self, service: str, username: str) -> None:
        """Forget a password; PasswordDeleteError where there is none."""
        with self._opened() as (kept, path):
            if kept.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError("There is no such password")
            replace_json(path, kept)

    @contextmanager
    def _opened(self) -> Iterator[tuple[dict[str, dict[str, str]], Path]]:
        home = os.environ.get("EH_CONNECT_HOME")
        folder = self.folder or (Path(home) if home else None)
        if folder is None:
            raise InitError("The sandbox's keyring works with --sandbox, or with EH_CONNECT_HOME set")
        make_folder(folder)
        path = folder / "keyring.json"
        try:
            with FileLock(folder / "keyring.lock", timeout=_LOCK_SECONDS, mode=0o600):
                kept = json.loads(path.read_bytes()) if path.exists() else {}
                if not isinstance(kept, dict) or not all(isinstance(each, dict) for each in kept.values()):
                    raise KeyringError(f"{path} can't be read: delete it to start afresh")
                yield kept, path
        except (OSError, ValueError, RecursionError) as exc:  # a lock that is not to be had is an OSError
            raise KeyringError(f"{path} can't be used: {type(exc).__name__}") from exc
