"""Times as people read them; files and JSON keep ISO 8601, UTC."""

from __future__ import annotations

import os
from datetime import MAXYEAR, UTC, datetime, timedelta

from eh_connect.lines import counted

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPANS = (("day", 86_400), ("hour", 3600), ("minute", 60))
_FAR_AWAY = ("SSH_CONNECTION", "CI")
"""Where one of these variables is set, the reader may be in another time zone than this computer."""


def moment(iso: str | None, now: datetime | None = None) -> str:
    """Return ``24 Nov 2026, 09:22 (3 days ago)``, without the brackets for a time in the future.

    A text that is no time is returned as it is.
    """
    time = parsed(iso)
    if time is None:
        return iso or "at an unknown time"
    gone = (now or datetime.now(UTC)) - time
    local = time.astimezone()
    zone = f" {local:%Z}" if any(map(os.environ.get, _FAR_AWAY)) else ""
    shown = f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}{zone}"
    if gone < timedelta(0):
        return shown
    ago = "just now" if gone < timedelta(minutes=1) else f"{span(gone.total_seconds())} ago"
    return f"{shown} ({ago})"


def deadline(end: datetime, seconds: float) -> str:
    """Return ``for 30 minutes (until 10:52)``."""
    return f"for {span(seconds)} (until {end.astimezone():%H:%M})"


def span(seconds: float) -> str:
    """Return a duration in its largest whole unit: ``30 minutes``."""
    for unit, size in _SPANS:
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return counted(int(seconds), "second")


def parsed(iso: str | None) -> datetime | None:
    """Return the time with its zone, UTC where the text names none. None: it is no time, or a made-up one."""
    try:
        time = datetime.fromisoformat(iso or "")
    except ValueError:
        return None
    if not 1 < time.year < MAXYEAR:  # such as the zero time of Go, which another zone can't express
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
