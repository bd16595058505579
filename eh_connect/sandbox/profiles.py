"""The connector profiles of the rehearsal's StackOne: one store, for its API and for its dashboard."""

from __future__ import annotations

import copy
import uuid
from datetime import datetime, timedelta
from typing import Any

from eh_connect.sandbox.connectors import CONNECTORS
from eh_connect.sandbox.records import now
from eh_connect.sandbox.sites import the

_REQUIRED = ("name", "connector_key", "authentication_config_key", "environment", "setup_information")
_NULLABLE = ("connector_version", "connector_pinned_version", "connector_owner")


def problems_of(fields: dict[str, Any], *, connector_key: str | None = None) -> list[str]:
    """What is wrong with the body of an assumed write: strict, so that the client's mistakes are found.

    Args:
        fields: the body.
        connector_key: that of the profile to change; None for a creation, which needs all the fields.
    """
    key = connector_key or str(fields.get("connector_key"))
    missing = [name for name in _REQUIRED if name not in fields] if connector_key is None else []
    wrong = [name for name, value in fields.items() if not _is_valid(name, value, CONNECTORS.get(key))]
    return [f"{name} should not be empty" for name in missing] + [f"{name} is not valid" for name in wrong]


def _is_valid(name: str, value: Any, connector: dict[str, Any] | None) -> bool:
    match name, value, connector:
        case "name", str(), _:
            return bool(value.strip())
        case "setup_information", {"clientId": str(one), "clientSecret": str(other), **more}, _:
            return bool(one.strip() and other.strip() and not more)
        case "actions", list(), {"actions": actions}:
            return all(each in [action["id"] for action in actions] for each in value)
        case ("connector_key", _, {"key": known}) | (
            "authentication_config_key",
            _,
            {"authentication": [{"key": known}]},
        ):
            return bool(value == known)
        case ("environment", "production", _) | ("default", bool(), _):
            return True
    return False


def find(data: dict[str, Any], profile_id: str) -> dict[str, Any]:
    """The profile of an ID; NotFound where there is none."""
    return the(each for each in data["profiles"] if each["shown"]["id"] == profile_id)


def create(data: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Add a profile to ``data``: with a new ID, and enabled at once."""
    connector, time = CONNECTORS[fields["connector_key"]], now()
    shown = {
        "id": str(uuid.uuid4()),
        "connector_key": connector["key"],
        "connector_label": connector["label"],
        "logo_url": f"https://logos.invalid/{connector['key']}.svg",
        "categories": ["hris"],
        "active": True,
        "default": False,
        "release_stage": connector["release_stage"],
        "authentication_config_label": connector["authentication"][0]["label"],
        "created_at": time,
        "updated_at": time,
    }
    profile = {"shown": dict.fromkeys(_NULLABLE) | shown, "actions": None}
    data["profiles"].append(profile)
    _apply(fields, profile, data["profiles"])
    return profile


def change(data: dict[str, Any], profile: dict[str, Any], fields: dict[str, Any]) -> None:
    """Change a profile of ``data``; ``updated_at`` moves where something changed or credentials came."""
    shown, before = profile["shown"], copy.deepcopy(profile)
    _apply(fields, profile, data["profiles"])
    if profile != before or "setup_information" in fields:
        # two changes never look like one: at least a millisecond apart
        following = datetime.fromisoformat(shown["updated_at"]) + timedelta(milliseconds=1)
        shown["updated_at"] = max(now(), now(following))


def _apply(fields: dict[str, Any], profile: dict[str, Any], everyone: list[dict[str, Any]]) -> None:
    shown = profile["shown"]
    for name in ("name", "environment", "authentication_config_key", "default", "active"):
        if name in fields:
            shown[name] = fields[name]
    if setup := fields.get("setup_information"):
        profile["client_id"], profile["client_secret"] = setup["clientId"], setup["clientSecret"]
    if "actions" in fields:
        profile["actions"] = fields["actions"]
    if fields.get("default"):
        # the default is the project's choice: the profile that loses it keeps its `updated_at`
        for other in everyone:
            if other is not profile and other["shown"]["connector_key"] == shown["connector_key"]:
                other["shown"]["default"] = False
