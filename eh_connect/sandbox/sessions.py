"""The connect sessions of the rehearsal's StackOne: one store, for its API and for its Hub."""

from __future__ import annotations

import secrets
import time
from typing import Any

from eh_connect.sandbox.records import now
from eh_connect.sandbox.sites import the
from eh_connect.stackone.models import EMPLOYMENT_HERO

# the last is documented as optional; which profile is taken without it is not
_REQUIRED = ("origin_owner_id", "origin_owner_name", "connector_profile_id")
_USUAL = {"provider": EMPLOYMENT_HERO, "type": "production", "expires_in": 1800}
_OPTIONAL = ("origin_username", "label", "metadata", "multiple")
_ATTEMPT = ("oauth_error_code", "oauth_error_description", "account_secure_id")


def problems_of(fields: dict[str, Any]) -> list[str]:
    """What is wrong with the body of a creation: strict, so that the client's mistakes are found."""
    missing = [f"{name} should not be empty" for name in _REQUIRED if name not in fields]
    return missing + [f"{name} is not valid" for name, value in fields.items() if not _is_valid(name, value)]


def _is_valid(name: str, value: Any) -> bool:
    match name, value:
        case "origin_owner_id" | "origin_owner_name" | "connector_profile_id", str():
            return bool(value.strip())
        case "expires_in", int():
            return value is not True and value > 0
        case ("origin_username" | "label", str()) | ("metadata", dict()) | ("multiple", bool()):
            return True
        case "type", "production" | "test":
            return True
    return (name, value) == ("provider", EMPLOYMENT_HERO)


def create(data: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Add a session to ``data``: ``shown`` is what ``GET /connect_sessions/{id}`` answers."""
    shown: dict[str, Any] = {**dict.fromkeys(_OPTIONAL), **_USUAL, **fields}
    expires = time.time() + shown.pop("expires_in")
    shown |= {"id": len(data["sessions"]) + 1, "created_at": now(), "latest_connection_attempt": None}
    session = {"shown": shown, "expires": expires, "token": secrets.token_urlsafe(32), "state": None}
    data["sessions"].append(session)
    return session


def find(data: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    """The session with this ``token`` or ``state``; NotFound where there is none, or it has expired."""
    return the(each for each in data["sessions"] if each[name] == value and each["expires"] > time.time())


def record(session: dict[str, Any], status: str, **more: str | None) -> None:
    """Make this the session's latest attempt; ``more``: the names of ``_ATTEMPT``."""
    attempt = {"status": status, **dict.fromkeys(_ATTEMPT), **more, "updated_at": now()}
    session["shown"]["latest_connection_attempt"] = attempt
