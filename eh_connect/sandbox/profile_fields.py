"""The judgement of the assumed writes: strict, so that a rehearsal finds the client's mistakes."""

from __future__ import annotations

from typing import Any

from eh_connect.sandbox.connectors import CONNECTORS

_REQUIRED = ("name", "connector_key", "authentication_config_key", "environment", "setup_information")
_OPTIONAL = ("default", "actions")


def problems_of(fields: dict[str, Any], *, connector_key: str | None = None) -> list[str]:
    """What is wrong with the body of a write, as texts for ``errors``.

    Args:
        fields: the body.
        connector_key: that of the profile to change; None for a creation, which needs all the fields.
    """
    key = connector_key or fields.get("connector_key")
    connector = CONNECTORS.get(key) if isinstance(key, str) else None
    missing = [name for name in _REQUIRED if name not in fields] if connector_key is None else []
    return [f"{name} should not be empty" for name in missing] + [
        f"{name} is not valid" for name, value in fields.items() if not _is_valid(name, value, connector)
    ]


def _is_valid(name: str, value: Any, connector: dict[str, Any] | None) -> bool:
    match name, value:
        case "name", str():
            return bool(value.strip())
        case ("environment", "production") | ("default", bool()):
            return True
        case "setup_information", {"clientId": str(client_id), "clientSecret": str(client_secret), **more}:
            return bool(client_id.strip() and client_secret.strip() and not more)
    if connector is None:
        return False
    known = {
        "connector_key": [connector["key"]],
        "authentication_config_key": [option["key"] for option in connector["authentication"]],
        "actions": [action["id"] for action in connector["actions"]],
    }
    if name == "actions":
        return isinstance(value, list) and all(each in known["actions"] for each in value)
    return value in known.get(name, [])
