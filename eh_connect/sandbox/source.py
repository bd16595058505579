"""The sandbox as a source of inputs: variables to lay over the process's environment."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eh_connect.sandbox.keyring import SandboxKeyring
from eh_connect.sandbox.servers import Rehearsal

if TYPE_CHECKING:
    from pathlib import Path

    from eh_connect.sandbox.servers import Around


@dataclass(frozen=True)
class Prepared(AbstractContextManager["Prepared"]):
    """A sandbox that is being served, and the variables that lead there. Everything in it is made up."""

    rehearsal: Rehearsal
    environment: dict[str, str] = field(repr=False)

    def __exit__(self, *_: object) -> None:
        self.rehearsal.stop()


def prepare(folder: Path, *, lasting: bool = False, around: Around = lambda _, app: app) -> Prepared:
    """Serve the sandbox of a folder, or find it served, and lead every input there.

    Args:
        folder: the sandbox's own folder, below that of the real state.
        lasting: whether this is ``eh-connect sandbox``.
        around: as ``Rehearsal``.

    Raises:
        StorageError: as ``Rehearsal``.
    """
    folder = folder.absolute()
    rehearsal = Rehearsal(folder, lasting=lasting, around=around)
    SandboxKeyring.folder = folder  # not left to EH_CONNECT_HOME, which may still name the real state
    data = rehearsal.records.data
    return Prepared(
        rehearsal,
        {
            "EH_CONNECT_HOME": str(folder),
            "EH_CONNECT_KEYRING": f"{SandboxKeyring.__module__}.{SandboxKeyring.__qualname__}",
            "EH_CONNECT_ORG_ID": data["organisation"],
            "EH_CONNECT_CLIENT_ID": data["ready"]["client_id"],
            "EH_CONNECT_CLIENT_SECRET": data["ready"]["client_secret"],
            "STACKONE_API_KEY": rehearsal.records.key("read-write"),
            "STACKONE_API_URL": rehearsal.stackone_url,
            "STACKONE_APP_URL": f"{rehearsal.stackone_url}/dashboard",
            "EMPLOYMENT_HERO_APP_URL": rehearsal.employment_hero_url,
            "EMPLOYMENT_HERO_OAUTH_URL": rehearsal.employment_hero_url,
        },
    )
