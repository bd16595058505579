"""The real parts, wired."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eh_connect.console import Unattended

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.asking import Asking
    from eh_connect.cli.session import Session
    from eh_connect.console import Console
    from eh_connect.store import KeyringStore

KEYRING_LIMIT = 5.0
"""Seconds that an unattended run waits for one call of the keyring."""


def keyring(session: Session, label: str, *, patient: bool = True) -> KeyringStore:
    """The keyring of a label; ``patient``: a person at the terminal may take long to unlock it."""
    from eh_connect.store import KeyringStore

    return KeyringStore(
        label,
        backend_name=session.environ.get("EH_CONNECT_KEYRING") or None,
        limit=None if session.attended and patient else KEYRING_LIMIT,
        waiting=lambda: session.output.say("Waiting for your keyring …"),
    )


def unattended(session: Session) -> Console:
    """Nobody answers."""
    return Unattended(say=session.output.say, warn=session.output.warn)


def attended(
    session: Session, questions: Asking, *, wait: float, renew: Callable[[], None], reviewed: bool
) -> Console:
    """The person at the terminal, waited for so many seconds; ``reviewed``: the wizard asked for a yes."""
    from eh_connect.console_attended import Attended

    return Attended(questions, warn=session.output.warn, wait=wait, renew=renew, reviewed=reviewed)


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")
