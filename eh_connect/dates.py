"""Times as people read them; files and JSON keep ISO 8601, UTC."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from eh_connect.lines import counted

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SPANS = (("day", 86_400), ("hour", 3600), ("minute", 60))
_NOT_THEIR_CLOCK = ("SSH_CONNECTION", "CI")
"""Variables that say that this computer's time zone may not be the reader's."""


def moment(iso: str | None, now: datetime | None = None) -> str:
    """``24 Nov 2026, 09:22 (3 days ago)``; a time in the future stands alone; what is no time, as it is."""
    time = parsed(iso)
    if time is None:
        return iso or "at an unknown time"
    gone = (now or datetime.now(UTC)) - time
    local = time.astimezone()
    zone = f" {local:%Z}" if any(map(os.environ.get, _NOT_THEIR_CLOCK)) else ""
    shown = f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}{zone}"
    if gone < timedelta(0):
        return shown
    return (
        f"{shown} (just now)"
        if gone < timedelta(minutes=1)
        else f"{shown} ({span(gone.total_seconds())} ago)"
    )


def deadline(iso: str | None, seconds: float) -> str:
    """``for 30 minutes (until 10:52)``."""
    time = parsed(iso)
    until = f" (until {time.astimezone():%H:%M})" if time else ""
    return f"for {span(seconds)}{until}"


def span(seconds: float) -> str:
    """A duration in its largest whole unit: ``30 minutes``."""
    for unit, size in _SPANS:
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return counted(int(seconds), "second")


def parsed(iso: str | None) -> datetime | None:
    """A time with its zone (UTC where it names none); None where it is no time."""
    try:
        time = datetime.fromisoformat(iso or "")
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
