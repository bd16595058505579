"""The sandbox's folder: the data of its servers, and a keyring. Every secret in it is made up."""

from __future__ import annotations

import copy
import json
import os
import re
import secrets
import uuid
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from filelock import FileLock
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringError, PasswordDeleteError
from msgspec import Meta, MsgspecError, Struct, field, to_builtins
from msgspec.json import decode

from eh_connect.errors import StorageError
from eh_connect.local.files import PrivateFolder, display_path
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "127.0.0.1"
FILE = "sandbox.json"
_KEYRING = "keyring.json"
_OURS = re.compile(r"(sandbox|keyring)\.json(\..*\.tmp)?|(serving|keyring)\.lock|profile-.+|trial.*")
_Rows = list[dict[str, Any]]
_Port = Annotated[int, Meta(gt=0, lt=65_536)]


def made_up() -> str:
    """Make up a key, ID or secret. It has 43 characters, like the ones that Employment Hero was seen to make."""
    return secrets.token_urlsafe(32)


class _StackOne(Struct, kw_only=True):
    port: _Port
    api_key: str = field(default_factory=lambda: f"v1.eu1.{made_up()}")
    profiles: _Rows = []  # {"shown": what the API shows, "client_id", "client_secret", "actions", "pinned"}
    accounts: _Rows = []  # {"shown", "profile", "tokens": as StackOne keeps them, or None}
    sessions: _Rows = []  # {"shown", "token", "expires", "state", "verifier", "started"}


class _EmploymentHero(Struct, kw_only=True):
    port: _Port
    organisation: str = field(default_factory=lambda: str(uuid.uuid4()))
    grants: _Rows = []  # a code and the request that it belongs to, or the newest tokens
    # {"client_id", "client_secrets": each is valid, the newest is the last, "name", "redirect_uri", "scopes"}
    applications: Annotated[_Rows, Meta(min_length=1)]


class _Data(Struct, kw_only=True):
    version: Literal[4] = 4
    token: str = field(default_factory=made_up)  # the folder's identity
    stackone: _StackOne
    employment_hero: _EmploymentHero


class Records:
    """The data of both servers. Only the process that serves the folder changes it. Errors: StorageError."""

    def __init__(self, folder: PrivateFolder, data: _Data) -> None:
        self._folder = folder
        self._writing = Lock()
        self._changing = {"stackone": Lock(), "employment_hero": Lock()}
        self.data: dict[str, Any] = to_builtins(data)
        """The present data, only to be read. ``change`` changes it."""

    @classmethod
    def load(cls, path: Path) -> Records | None:
        """Load the records of a folder; None if there are none yet."""
        folder = private_folder(path)
        if (raw := folder.read(FILE)) is None:
            return None
        try:
            return cls(folder, decode(raw, type=_Data))
        except (MsgspecError, UnicodeDecodeError, RecursionError) as exc:
            raise StorageError(
                f"{display_path(path / FILE)} can't be read",
                detail="It is not what this version's sandbox writes.",
                hint=f"Delete the folder {display_path(path)}. Nothing real is in it. The next run starts afresh.",
            ) from exc

    @classmethod
    def create(cls, path: Path, stackone: int, employment_hero: int) -> Records:
        """Create records for the two servers at these ports, with a key and credentials of their own."""
        scopes = ["employees:list", "employees:show", "teams:list", "organizations:list"]
        ready = {"name": "StackOne Integration", "redirect_uri": REDIRECT_URI, "scopes": scopes}
        ready |= {"client_id": made_up(), "client_secrets": [made_up()]}
        provider = _EmploymentHero(port=employment_hero, applications=[ready])
        data = _Data(stackone=_StackOne(port=stackone), employment_hero=provider)
        records = cls(private_folder(path), data)
        records._write(records.data)
        return records

    @contextmanager
    def change(self, server: str) -> Iterator[dict[str, Any]]:
        """Give the block a copy of a server's data to change. It is saved at the end, unless the block raises."""
        with self._changing[server]:
            changed = copy.deepcopy(self.data[server])
            yield changed
            with self._writing:
                if changed != self.data[server]:
                    self._write(self.data | {server: changed})

    def url(self, server: str) -> str:
        """The base URL of ``stackone`` or ``employment_hero``."""
        return f"http://{HOST}:{self.data[server]['port']}"

    def _write(self, data: dict[str, Any]) -> None:
        self._folder.write(FILE, json.dumps(data, indent=2).encode())
        self.data = data


class SandboxKeyring(KeyringBackend):
    """A keyring in a file of the sandbox's folder. It is used only if it is chosen by name."""

    known_as = "the sandbox's keyring"
    priority: ClassVar[float] = -100  # below keyring's own fail and null backends
    folder: ClassVar[Path | None] = None
    """The folder of the running sandbox. If it is None, EH_CONNECT_HOME names the folder."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a password; None if there is none."""
        with self._passwords() as passwords:
            return passwords.get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Save a password."""
        with self._passwords(writes=True) as passwords:
            passwords.setdefault(service, {})[username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Delete a password. PasswordDeleteError: there is none."""
        with self._passwords(writes=True) as passwords:
            if passwords.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError("There is no such password")

    @contextmanager
    def _passwords(self, *, writes: bool = False) -> Iterator[dict[str, dict[str, str]]]:
        home = self.folder or os.environ.get("EH_CONNECT_HOME")
        if not home:
            raise InitError("The sandbox's keyring works with --sandbox, or with EH_CONNECT_HOME set")
        path, folder = Path(home), private_folder(Path(home))
        try:
            if writes:
                folder.check_writable()
            with FileLock(path / "keyring.lock", timeout=3, mode=0o600) if writes else nullcontext():
                passwords = decode(folder.read(_KEYRING) or b"{}", type=dict[str, dict[str, str]])
                yield passwords
                if writes:
                    folder.write(_KEYRING, json.dumps(passwords).encode())
        except (MsgspecError, UnicodeDecodeError, RecursionError) as exc:
            raise KeyringError(f"{path / _KEYRING} can't be read: delete it to start afresh") from exc
        except (OSError, StorageError) as exc:  # filelock's Timeout is an OSError
            raise KeyringError(f"{path / _KEYRING} can't be used: {type(exc).__name__}") from exc


def private_folder(path: Path) -> PrivateFolder:
    """The sandbox's folder, which only its owner can read."""
    return PrivateFolder(path, _OURS)


def now(after: str = "") -> str:
    """The present time as StackOne writes it: ISO 8601 with milliseconds. It is later than ``after``."""
    time = datetime.now(UTC)
    if after:
        time = max(time, datetime.fromisoformat(after) + timedelta(milliseconds=1))
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
