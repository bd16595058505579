"""The rehearsal for other tests: served in this process, for the tool as a process of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from eh_connect.sandbox.keyring import SandboxKeyring
from eh_connect.sandbox.source import Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """A running rehearsal, seen from behind the scenes."""

    prepared: Prepared

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead the tool here; lay them over a clean environment."""
        return dict(self.prepared.environment)

    @property
    def stackone_url(self) -> str:
        return self.prepared.rehearsal.stackone_url

    @property
    def employment_hero_url(self) -> str:
        return self.prepared.rehearsal.employment_hero_url

    @property
    def read_only_key(self) -> str:
        return self.prepared.rehearsal.records.key("read-only")

    @property
    def profiles(self) -> list[dict[str, Any]]:
        """With what StackOne never shows: ``{"shown", "client_id", "client_secret", "actions"}``."""
        profiles: list[dict[str, Any]] = self.prepared.rehearsal.records.data["profiles"]
        return profiles

    def link_account(self, profile_id: str, status: str = "active") -> None:
        with self.prepared.rehearsal.records.change() as data:
            number = str(len(data["accounts"]) + 1)
            data["accounts"].append({"id": number, "connector_profile_id": profile_id, "status": status})

    def register(self, client_id: str, client_secret: str) -> None:
        """Make this a pair that Employment Hero knows; a known client gets a further secret."""
        with self.prepared.rehearsal.records.change() as data:
            for application in data["applications"]:
                if application["client_id"] == client_id:
                    application["client_secrets"].append(client_secret)
                    return
            new = {"client_id": client_id, "client_secrets": [client_secret]}
            data["applications"].append({**data["applications"][0], **new})

    def settings(self, **changed: Any) -> None:
        httpx.put(f"{self.stackone_url}/rehearsal/settings", json=changed).raise_for_status()

    def faults(self, *faults: dict[str, Any], employment_hero: bool = False) -> None:
        """Order these faults (fields: ``eh_connect.sandbox.faults.Fault``) in place of earlier ones."""
        httpx.put(f"{self._url(employment_hero)}/rehearsal/faults", json=faults).raise_for_status()

    def log(self, *, employment_hero: bool = False) -> list[dict[str, Any]]:
        """The requests so far: method, path, empty_object, fault."""
        log: list[dict[str, Any]] = httpx.get(f"{self._url(employment_hero)}/rehearsal/log").json()
        return log

    def requests(self, *, employment_hero: bool = False) -> list[str]:
        """The requests so far, such as ``GET /actions``; an ask ends in ``{}``."""
        return [
            f"{entry['method']} {entry['path']}" + (" {}" if entry["empty_object"] else "")
            for entry in self.log(employment_hero=employment_hero)
        ]

    def _url(self, employment_hero: bool) -> str:
        return self.employment_hero_url if employment_hero else self.stackone_url


@contextmanager
def rehearsing(folder: Path) -> Iterator[Stage]:
    """Serve the rehearsal of a folder for the length of a block."""
    try:
        with prepare(folder) as prepared:
            yield Stage(prepared)
    finally:
        SandboxKeyring.folder = None
