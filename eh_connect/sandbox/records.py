"""What the sandbox keeps: one JSON file in its folder. Every secret in it is made up."""

from __future__ import annotations

import copy
import json
import re
import secrets
import threading
import uuid
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from eh_connect.errors import StorageError
from eh_connect.local.files import PrivateFolder, shown
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = "127.0.0.1"
FILE = "sandbox.json"
_PORTS = range(1, 65_536)
_SCHEMA = 3
_OURS = re.compile(r"(sandbox|keyring)\.json(\..*\.tmp)?|(serving|keyring)\.lock|profile-.+|trial.*")
_SETTINGS = {  # how to behave where no behaviour is documented
    "first_page": 1,  # the number of the first page, or 0
    "max_page_size": 25,  # what a larger `page_size` is cut to
    "writes": "on",  # or the status of the assumed calls: "404", "405", "501"
    "old_secret": "dies",  # or "lives": an application's old secret when it gets a new one
    "pkce": "on",  # or "off": whether StackOne's Hub sends it
    "access_token_seconds": 900,
    "attempt_seconds": 300,  # after which StackOne's Hub cancels what is pending
}


class Records:
    """The data of one folder, for the one process that serves it. Errors: StorageError."""

    def __init__(self, folder: PrivateFolder, data: dict[str, Any]) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._data = data

    @classmethod
    def load(cls, path: Path) -> Records | None:
        """What the folder keeps; None where there is nothing yet."""
        folder, data = private(path), None
        if (raw := folder.read(FILE)) is None:
            return None
        with suppress(ValueError, RecursionError):
            data = json.loads(raw)
        model = _fresh({"stackone": 0, "employment_hero": 0})
        kept = data if isinstance(data, dict) else {}
        if kept.get("schema") == _SCHEMA and all(type(kept.get(name)) is type(model[name]) for name in model):
            ports = [kept["ports"].get(name) for name in model["ports"]]
            if all(type(port) is int and port in _PORTS for port in ports):
                return cls(folder, kept)
        raise StorageError(
            f"{shown(path / FILE)} can't be read",
            detail="It is not what this version's sandbox writes.",
            hint=f"Delete the folder {shown(path)}. Nothing real is in it, and the next run starts afresh.",
        )

    @classmethod
    def create(cls, path: Path, **ports: int) -> Records:
        """New records, with the two servers' ports and made-up keys and credentials of their own."""
        records = cls(private(path), {})
        with records.change() as data:
            data.update(_fresh(ports))
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
            self._folder.write(FILE, json.dumps(changed, indent=2).encode())
            self._data = changed

    def url(self, server: str) -> str:
        """The base URL of ``stackone`` or ``employment_hero``: all that the one knows of the other."""
        return f"http://{HOST}:{self._data['ports'][server]}"

    def key(self, rights: str) -> str:
        """The API key that is ``read-write`` or ``read-only``."""
        keys: dict[str, str] = self._data["api_keys"]
        return next(key for key, its in keys.items() if its == rights)


def private(path: Path) -> PrivateFolder:
    """The sandbox's folder, for its owner alone."""
    return PrivateFolder(path, _OURS)


def now(after: str = "") -> str:
    """The present as StackOne writes it (ISO 8601 with milliseconds), but at least one later than another."""
    time = datetime.now(UTC)
    if after:
        time = max(time, datetime.fromisoformat(after) + timedelta(milliseconds=1))
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fresh(ports: dict[str, int]) -> dict[str, Any]:
    client_id, client_secret, token, *keys = (secrets.token_urlsafe(32) for _ in range(5))
    return {
        "schema": _SCHEMA,
        "token": token,  # the folder's identity
        "ports": ports,
        "organisation": str(uuid.uuid4()),
        "ready": {"client_id": client_id, "client_secret": client_secret},
        # a key that is "no-actions" may do all but run actions
        "api_keys": {f"v1.eu1.{keys[0]}": "read-write", f"v1.eu1.{keys[1]}": "read-only"},
        "profiles": [],  # {"shown": what the API shows, "client_id", "client_secret", "actions", "pinned"}
        "accounts": [],  # {"shown", "profile", "tokens": as StackOne keeps them, or None}
        "sessions": [],  # {"shown", "token", "expires", "state", "verifier", "started"}
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
        "settings": dict(_SETTINGS),
    }
