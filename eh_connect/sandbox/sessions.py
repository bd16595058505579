"""The connect sessions of the sandbox's StackOne, for its API and for its Hub."""

from __future__ import annotations

import secrets
import time
import uuid
from typing import Any

from eh_connect.sandbox import accounts, profiles
from eh_connect.sandbox.connectors import CONNECTORS
from eh_connect.sandbox.records import now
from eh_connect.sandbox.site import the

_REQUIRED = ("origin_owner_id", "origin_owner_name")
_TEXTS = (
    "origin_username",
    "account_id",
    "label",
    "integration_id",
    "connector_profile_id",
    "provider_version",
)
_OTHERS = {"metadata": dict, "provider": str, "type": str, "categories": list}
_SHOWN = (*_REQUIRED, *_TEXTS[:-1], *_OTHERS)
_FIELDS: dict[str, Any] = {
    **_OTHERS,
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys(("multiple", "shared", "relink", "scopes"), bool),
    "expires_in": (int, float),
}
"""The optional fields of a creation."""

_KNOWN = {"provider": [*CONNECTORS], "type": ["production", "test"]}

_ATTEMPT = ("oauth_error_code", "oauth_error_description", "account_secure_id")


def problems_of(fields: dict[str, Any]) -> list[str]:
    """What is wrong with the body of a creation: an unknown field too, so that mistakes are found."""
    missing = [f"{name} should not be empty" for name in _REQUIRED if name not in fields]
    return missing + [f"{name} is not valid" for name, value in fields.items() if not _is_valid(name, value)]


def _is_valid(name: str, value: Any) -> bool:
    if name in _REQUIRED:
        return isinstance(value, str) and bool(value.strip())
    if value is None:
        return name in _FIELDS
    kind = _FIELDS.get(name, ())
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return False
    return value in _KNOWN.get(name, [value]) and (name != "expires_in" or value > 0)


def create(data: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Add a session to ``data``: ``shown`` is what ``GET /connect_sessions/{id}`` answers.

    An owner whose account is known gets that one to edit, unless ``multiple`` is said.
    """
    shown = {name: fields.get(name) for name in _SHOWN}
    shown["type"] = shown["type"] or "production"
    shown["connector_profile_id"] = shown["connector_profile_id"] or shown["integration_id"]
    if shown["connector_profile_id"]:
        shown["provider"] = profiles.find(data, shown["connector_profile_id"])["shown"]["connector_key"]
    if not fields.get("multiple"):
        shown["account_id"] = shown["account_id"] or accounts.known(data, shown)
    shown |= {"id": len(data["sessions"]) + 1, "organization_id": "1", "project_id": data["organisation"]}
    shown |= {"created_at": now(), "latest_connection_attempt": None}
    expires = time.time() + (fields.get("expires_in") or 1800)
    session = {"shown": shown, "expires": expires, "token": secrets.token_urlsafe(32), "state": None}
    data["sessions"].append(session)
    return session


def find(data: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    """The session with this ``token`` or ``state``; NotFound where there is none, or it has expired."""
    return the(each for each in data["sessions"] if each[name] == value and each["expires"] > time.time())


def record(session: dict[str, Any], status: str, **more: str | None) -> None:
    """Make this the session's latest attempt; ``more``: the names of ``_ATTEMPT``."""
    before = session["shown"]["latest_connection_attempt"]
    if before is None or status == "pending":
        before = {"id": str(uuid.uuid4()), "created_at": now()}
        session["started"] = time.time()
    attempt = before | dict.fromkeys(_ATTEMPT) | {"status": status, **more, "updated_at": now()}
    session["shown"]["latest_connection_attempt"] = attempt


def give_up(session: dict[str, Any], seconds: float) -> None:
    """StackOne's Hub itself cancels what is pending for so long."""
    attempt = session["shown"]["latest_connection_attempt"] or {}
    if attempt.get("status") == "pending" and session["started"] + seconds <= time.time():
        record(session, "cancelled")
