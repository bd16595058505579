"""From JSON to the models, defensively: a field of a wrong type counts as absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eh_connect.server_text import clean
from eh_connect.stackone.models import EMPLOYMENT_HERO, Action, ConnectorProfile, ConnectSession

if TYPE_CHECKING:
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import Status

_LONGEST = 1000
"""Characters of a field; long enough that a real one is never cut."""


def text(value: Any) -> str | None:
    """A non-empty text, made safe to show; None for anything else."""
    return (clean(value, _LONGEST) or None) if isinstance(value, str) else None


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(t for t in map(text, value) if t) if isinstance(value, list) else ()


def identifier(value: Any) -> str | None:
    """An ID that can be sent back as it came: printable, without blanks, no path segment of its own kind."""
    found = text(value)
    if found is None or found != value or " " in found or not found.strip("."):
        return None
    return found


def count(value: Any) -> int | None:
    """A number of things, 0 or more; True is not one."""
    return value if type(value) is int and value >= 0 else None


def profile(item: Any) -> ConnectorProfile | None:
    """A connector profile; None without an ID that can be used."""
    if not isinstance(item, dict):
        return None
    profile_id = identifier(item.get("id"))
    if profile_id is None:
        return None
    active, default = item.get("active"), item.get("default")
    return ConnectorProfile(
        id=profile_id,
        name=text(item.get("name")) or "",
        connector_key=text(item.get("connector_key")) or EMPLOYMENT_HERO,
        active=active if isinstance(active, bool) else None,
        default=default if isinstance(default, bool) else None,
        created_at=text(item.get("created_at")),
        updated_at=text(item.get("updated_at")),
    )


_STATUSES: tuple[Status, ...] = ("pending", "authenticated", "error", "cancelled")


def number_or_identifier(value: Any) -> str | None:
    """An ID that is documented as a number, as text."""
    return str(value) if count(value) is not None else identifier(value)


def session(item: Any, link: Secret | None = None) -> ConnectSession | None:
    """A connect session; None without an ID that can be used."""
    if not isinstance(item, dict):
        return None
    session_id = number_or_identifier(item.get("id"))
    if session_id is None:
        return None
    attempt = item.get("latest_connection_attempt")
    attempt = attempt if isinstance(attempt, dict) else {}
    return ConnectSession(
        id=session_id,
        profile_id=identifier(item.get("connector_profile_id")),
        link=link,
        created_at=text(item.get("created_at")),
        status=next((known for known in _STATUSES if attempt.get("status") == known), "pending"),
        oauth_error=text(attempt.get("oauth_error_code")),
        oauth_says=text(attempt.get("oauth_error_description")),
        account_id=number_or_identifier(attempt.get("account_secure_id")),
    )


def is_of_another_connector(item: dict[str, Any]) -> bool:
    """Whether an entry of ``GET /actions`` names a connector that is not Employment Hero."""
    keys = (item.get("connector_key"), item.get("key"))
    return any(isinstance(key, str) and key != EMPLOYMENT_HERO for key in keys)


def oauth_keys(item: dict[str, Any]) -> list[str]:
    """The keys of a connector's OAuth 2.0 options: those whose ``type`` says so, however it is spelt."""
    options = item.get("authentication")
    keys = []
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict):
            kind = "".join(c for c in str(option.get("type")).lower() if c.isalnum())
            key = identifier(option.get("key"))
            if key and kind in {"oauth2", "oauth20"}:
                keys.append(key)
    return keys


def actions(item: dict[str, Any]) -> list[Action]:
    """A connector's actions, without those that have no ID."""
    found = []
    entries = item.get("actions")
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict) and (action_id := identifier(entry.get("id"))):
            label = text(entry.get("label")) or action_id
            found.append(Action(action_id, label, texts(entry.get("required_scopes"))))
    return found
