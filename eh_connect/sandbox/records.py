"""What the rehearsal keeps: one JSON file in the sandbox's folder. Every secret in it is made up."""

from __future__ import annotations

import copy
import json
import os
import secrets
import tempfile
import threading
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eh_connect.errors import StorageError
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOST = "127.0.0.1"
_FILE = "rehearsal.json"
_SCHEMA = 2
_PORTS = range(1, 65_536)
_SETTINGS: dict[str, Sequence[Any]] = {  # how to behave where no behaviour is documented
    "first_page": (1, 0),  # the number of the first page
    "max_page_size": range(1, 1001),  # what a larger `page_size` is cut to
    "writes": ("on", "404", "405", "501"),  # or the status of the assumed calls
    "old_secret": ("dies", "lives"),  # what an application's old secret does when it gets a new one
    "pkce": ("on", "off"),  # whether StackOne's Hub sends it
    "access_token_seconds": range(86_401),  # an access token's life
}


class Records:
    """The data of one folder, for the one process that serves it. Errors: StorageError."""

    def __init__(self, folder: Path, data: dict[str, Any]) -> None:
        self._path = folder / _FILE
        self._lock = threading.Lock()
        self._data = data

    @classmethod
    def load(cls, folder: Path) -> Records | None:
        """What the folder keeps; None where there is nothing yet."""
        path = folder / _FILE
        try:
            return cls(folder, _parse(path.read_bytes()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, RecursionError) as exc:
            hint = f"Delete the folder {folder}: nothing real is in it, and the next run starts afresh."
            raise StorageError(f"{path} can't be read", detail=str(exc), hint=hint) from exc

    @classmethod
    def create(cls, folder: Path, *, stackone: int, employment_hero: int) -> Records:
        """New records, with the two servers' ports and made-up keys and credentials of their own."""
        records = cls(folder, {})
        with records.change() as data:
            data.update(_fresh(stackone, employment_hero))
        return records

    @property
    def data(self) -> dict[str, Any]:
        """What is true now (its shape: ``_fresh``): a snapshot to read. ``change`` is for changes."""
        return self._data

    @contextmanager
    def change(self) -> Iterator[dict[str, Any]]:
        """A copy to change: kept, whole, at the end; dropped if the block raises."""
        with self._lock:
            changed = copy.deepcopy(self._data)
            yield changed
            try:
                replace_json(self._path, changed)
            except OSError as exc:
                raise StorageError(f"Can't write {self._path}", detail=exc.strerror) from exc
            self._data = changed

    def set(self, settings: dict[str, Any]) -> None:
        """Change some settings; ValueError where one is unknown or has no such value."""
        with self.change() as data:
            data["settings"] = data["settings"] | settings
            if not _are_settings(data["settings"]):
                raise ValueError("there is no such setting, or no such value for it")

    def url(self, server: str) -> str:
        """The base URL of ``stackone`` or ``employment_hero``: all that the one knows of the other."""
        return f"http://{HOST}:{self._data['ports'][server]}"

    def key(self, rights: str) -> str:
        """The API key that is ``read-write`` or ``read-only``."""
        keys: dict[str, str] = self._data["api_keys"]
        return next(key for key, its in keys.items() if its == rights)


def make_folder(folder: Path) -> None:
    """Make the sandbox's folder, and what is missing above it, for its owner alone."""
    try:
        for part in (*reversed(folder.parents), folder):
            if not part.is_dir():
                part.mkdir(mode=0o700, exist_ok=True)
    except OSError as exc:
        hint = "Set EH_CONNECT_HOME to a folder that can be written."
        raise StorageError(f"Can't make the folder {folder}", detail=exc.strerror, hint=hint) from exc


def replace_json(path: Path, value: Any) -> None:
    """Write a file (0600) in one step: a reader sees the old or the new one, never a part."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def now(time: datetime | None = None) -> str:
    """The present, or another UTC time, as StackOne writes it: ISO 8601, milliseconds."""
    return (time or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fresh(stackone: int, employment_hero: int) -> dict[str, Any]:
    client_id, client_secret, token, *keys = (secrets.token_urlsafe(32) for _ in range(5))
    return {
        "schema": _SCHEMA,
        "token": token,  # the folder's identity
        "ports": {"stackone": stackone, "employment_hero": employment_hero},
        "organisation": str(uuid.uuid4()),
        "ready": {"client_id": client_id, "client_secret": client_secret},
        "api_keys": {f"v1.eu1.{keys[0]}": "read-write", f"v1.eu1.{keys[1]}": "read-only"},
        "profiles": [],  # {"shown": what the API shows, "client_id", "client_secret", "actions"}
        "accounts": [],  # as the API shows them
        "tokens": {},  # by account, as StackOne keeps them: {"refresh_token", "expires"}
        "sessions": [],  # {"shown", "token", "expires", "state", "verifier"}
        "grants": [],  # Employment Hero's: a code and what it is bound to, or the newest tokens
        "applications": [
            {
                "client_id": client_id,
                "client_secrets": [client_secret],  # any of them is right; the newest is the last
                "name": "StackOne Integration",
                "redirect_uri": REDIRECT_URI,
                "scopes": ["employees:list", "employees:show", "teams:list", "organizations:list"],
            }
        ],
        "settings": {name: known[0] for name, known in _SETTINGS.items()}
        | {"max_page_size": 25, "access_token_seconds": 900},
    }


def _are_settings(value: dict[str, Any]) -> bool:
    return value.keys() == _SETTINGS.keys() and all(
        type(value[name]) is type(known[0]) and value[name] in known for name, known in _SETTINGS.items()
    )


def _parse(raw: bytes) -> dict[str, Any]:
    """A file's content; ValueError where its shape is wrong, as far down as starting relies on it."""
    data, model = json.loads(raw), _fresh(0, 0)
    if (
        isinstance(data, dict)
        and data.keys() == model.keys()
        and all(type(data[name]) is type(value) for name, value in model.items())
        and data["schema"] == _SCHEMA
        and data["ports"].keys() == model["ports"].keys()
        and all(type(port) is int and port in _PORTS for port in data["ports"].values())
        and data["ready"].keys() == model["ready"].keys()
        and sorted(map(str, data["api_keys"].values())) == ["read-only", "read-write"]
        and _are_settings(data["settings"])
    ):
        return data
    raise ValueError("it is not what this version's sandbox writes")
