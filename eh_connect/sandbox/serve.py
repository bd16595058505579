"""``eh-connect sandbox``: serves the rehearsal until Ctrl-C."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from eh_connect.errors import StorageError
from eh_connect.sandbox.source import prepare

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eh_connect.sandbox.source import Prepared


def serve(folder: Path, announce: Callable[[Prepared], None]) -> None:
    """Serve until KeyboardInterrupt, and then return.

    Args:
        folder: the sandbox's folder.
        announce: called once, when the servers answer.

    Raises:
        StorageError: as ``prepare``; also where ``eh-connect sandbox`` runs already.
    """
    with suppress(KeyboardInterrupt), prepare(folder, lasting=True) as prepared:
        if not prepared.rehearsal.serves:
            raise StorageError(
                f"The sandbox is being served already, at {prepared.rehearsal.stackone_url}",
                hint="Use it: run a command with --sandbox.",
            )
        announce(prepared)
        while True:
            time.sleep(60)  # an Event's wait could not be interrupted on Windows
