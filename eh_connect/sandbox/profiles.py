"""The connector profiles of the sandbox's StackOne, for its API and for its dashboard."""

from __future__ import annotations

import copy
import re
import uuid
from typing import Any

from eh_connect.sandbox.connectors import CONNECTORS, VERSIONS, actions_of
from eh_connect.sandbox.records import now
from eh_connect.sandbox.site import the

_REQUIRED = ("name", "connector_key", "authentication_config_key", "environment", "setup_information")
_NULLABLE = ("connector_version", "connector_pinned_version", "connector_owner")
_VERSION = re.compile(r"latest|\d+\.(x\.x|\d+\.(x|\d+))")
_OWNER = "stackone"


def problems_of(fields: dict[str, Any], *, connector_key: str | None = None) -> list[str]:
    """What is wrong with the body of an assumed write: strict, so that the client's mistakes are found.

    Args:
        fields: the body.
        connector_key: that of the profile to change; None for a creation, which needs all the fields.
    """
    key = connector_key or str(fields.get("connector_key"))
    missing = [name for name in _REQUIRED if name not in fields] if connector_key is None else []
    wrong = [name for name, value in fields.items() if not _is_valid(name, value, key)]
    return [f"{name} should not be empty" for name in missing] + [f"{name} is not valid" for name in wrong]


def _is_valid(name: str, value: Any, key: str) -> bool:
    match name, value:
        case "name", str():
            return bool(value.strip())
        case "setup_information", {"clientId": str(one), "clientSecret": str(other), **more}:
            return bool(one.strip() and other.strip() and not more)
        case "actions", list() if key in CONNECTORS:
            return all(each in [*actions_of(key)] for each in value)
        case "connector_key", str():
            return value == key and key in CONNECTORS
    return (name == "default" and isinstance(value, bool)) or (name, value) in (
        ("environment", "production"),
        ("authentication_config_key", "oauth2"),
    )


def find(data: dict[str, Any], profile_id: str | None) -> dict[str, Any]:
    """The profile of an ID; NotFound where there is none."""
    return the(each for each in data["profiles"] if each["shown"]["id"] == profile_id)


def create(data: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Add a profile to ``data``: with a new ID, and enabled at once."""
    connector, time = CONNECTORS[fields["connector_key"]], now()
    shown = {
        "id": str(uuid.uuid4()),
        "connector_key": connector["key"],
        "connector_label": connector["name"],
        "logo_url": f"https://logos.invalid/{connector['key']}.svg",
        "categories": connector["categories"],
        "active": True,
        "default": False,
        "release_stage": connector["release_stage"],
        "authentication_config_label": connector["authentication"][0]["label"],
        "created_at": time,
        "updated_at": time,
    }
    profile = {"shown": dict.fromkeys(_NULLABLE) | shown, "actions": None, "pinned": None}
    data["profiles"].append(profile)
    _apply(fields, profile, data["profiles"])
    return profile


def change(data: dict[str, Any], profile: dict[str, Any], fields: dict[str, Any]) -> None:
    """Change a profile of ``data``; ``updated_at`` moves where something changed or credentials came."""
    shown, before = profile["shown"], copy.deepcopy(profile)
    _apply(fields, profile, data["profiles"])
    if profile != before or "setup_information" in fields:
        shown["updated_at"] = now(after=shown["updated_at"])  # two changes never look like one


def versions(profile: dict[str, Any]) -> list[dict[str, Any]]:
    """The versions of a profile's connector."""
    pinned, usual = profile["shown"]["connector_pinned_version"], {"owner": _OWNER, "builtin": True}
    return [{"version": version, "pinned": version == pinned} | usual for version in VERSIONS]


def pin(profile: dict[str, Any], version: Any, owner: str | None) -> list[str]:
    """Pin a version, or none; what is wrong with it."""
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        return ["pinned_version is not valid"]
    before = profile["pinned"] or {"connector_profile_id": profile["shown"]["id"], "created_at": now()}
    pinned = before | {"pinned_version": version, "owner": owner or _OWNER, "updated_at": now()}
    profile["pinned"], profile["shown"]["connector_pinned_version"] = version and pinned, version
    return []


def _apply(fields: dict[str, Any], profile: dict[str, Any], everyone: list[dict[str, Any]]) -> None:
    shown = profile["shown"]
    named = ("name", "environment", "authentication_config_key", "default", "active")
    shown |= {name: fields[name] for name in named if name in fields}
    if setup := fields.get("setup_information"):
        profile |= {"client_id": setup["clientId"], "client_secret": setup["clientSecret"]}
    if "actions" in fields:
        profile["actions"] = fields["actions"]
    if fields.get("default"):
        # the default is the project's choice: the profile that loses it keeps its `updated_at`
        for other in everyone:
            if other is not profile and other["shown"]["connector_key"] == shown["connector_key"]:
                other["shown"]["default"] = False
