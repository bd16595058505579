"""The connect sessions of the rehearsal's StackOne: one store, for its API and for its Hub."""

from __future__ import annotations

import secrets
import time
from typing import Any

from eh_connect.sandbox.records import now
from eh_connect.stackone.models import EMPLOYMENT_HERO

_REQUIRED = ("origin_owner_id", "origin_owner_name")
_OPTIONAL = ("origin_username", "label", "metadata", "multiple")
_SECONDS = 1800  # the documented default


def problems_of(fields: dict[str, Any]) -> list[str]:
    """What is wrong with the body of a creation: strict, so that the client's mistakes are found."""
    # documented as optional: which profile is taken without it is not
    needed = (*_REQUIRED, "connector_profile_id")
    missing = [f"{name} should not be empty" for name in needed if name not in fields]
    return missing + [f"{name} is not valid" for name, value in fields.items() if not _is_valid(name, value)]


def _is_valid(name: str, value: Any) -> bool:
    match name, value:
        case "origin_owner_id" | "origin_owner_name" | "connector_profile_id", str():
            return bool(value.strip())
        case "expires_in", int():
            return value is not True and value > 0
        case (
            ("origin_username" | "label", str())
            | ("metadata", dict())
            | ("multiple", bool())
            | ("type", "PRODUCTION" | "TEST")
        ):
            return True
    return (name, value) == ("provider", EMPLOYMENT_HERO)


def create(data: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Add a session to ``data``. Its shown part is what ``GET /connect_sessions/{id}`` answers."""
    usual = {"provider": EMPLOYMENT_HERO, "type": "PRODUCTION", "expires_in": _SECONDS}
    shown: dict[str, Any] = {**dict.fromkeys(_OPTIONAL), **usual, **fields}
    seconds = shown.pop("expires_in")
    shown |= {"id": len(data["sessions"]) + 1, "created_at": now(), "latest_connection_attempt": None}
    hidden = {"token": secrets.token_urlsafe(32), "state": None, "verifier": None}
    session: dict[str, Any] = {"shown": shown, "expires": time.time() + seconds, **hidden}
    data["sessions"].append(session)
    return session


def find(data: dict[str, Any], name: str, value: str | None) -> dict[str, Any] | None:
    """The session with this ``token`` or ``state``; None where there is none, or where it has expired."""
    alive = (each for each in data["sessions"] if each["expires"] > time.time())
    return next((each for each in alive if value and each[name] == value), None)


def record(session: dict[str, Any], status: str, code: str | None = None, **more: str | None) -> None:
    """Make this the latest attempt.

    Args:
        session: of the data to change.
        status: ``pending``, ``authenticated``, ``error`` or ``cancelled``.
        code: of OAuth.
        more: ``oauth_error_description``, ``account_secure_id``.
    """
    nothing = dict.fromkeys(("oauth_error_description", "account_secure_id"))
    attempt = {"status": status, "oauth_error_code": code, "updated_at": now()}
    session["shown"]["latest_connection_attempt"] = attempt | nothing | more
