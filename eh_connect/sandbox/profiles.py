"""The connector profiles of the sandbox's StackOne, which its API and its dashboard share."""

from __future__ import annotations

import copy
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, structs

from eh_connect.record import Record
from eh_connect.sandbox.records import now
from eh_connect.sandbox.site import RefusedError, Text, validated

if TYPE_CHECKING:
    from eh_connect.sandbox.site import Data

CONNECTORS: dict[str, Data] = json.loads(Path(__file__).with_name("connectors.json").read_text("utf-8"))
"""The connectors by key, as ``GET /actions`` is documented to show them.

Their actions are made up after the documented pattern ``{connector_key}_{operation}_{entity}``. The real connector
may have others. The second connector doesn't exist.
"""

ConnectorKey = Literal["employmenthero", "samplehr"]


class Setup(Record, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The credentials of an application."""

    client_id: Text
    client_secret: Text


class ProfileBody(Record, frozen=True, forbid_unknown_fields=True):
    """The body that we assume for a write of a profile."""

    name: Text
    connector_key: ConnectorKey
    authentication_config_key: Literal["oauth2"]
    environment: Literal["production"]
    setup_information: Setup
    default: bool = False
    actions: list[str] | None = None


class PinBody(Record, frozen=True, forbid_unknown_fields=True):
    """The body that pins a version."""

    pinned_version: Annotated[str, Meta(pattern=r"^(latest|\d+\.(x\.x|\d+\.(x|\d+)))$")]
    owner: str | None = "stackone"


def actions_of(connector_key: str | None) -> dict[str, str]:
    """The labels of a connector's actions, by action ID."""
    connector = CONNECTORS.get(connector_key or "", {"actions": ()})
    return {action["id"]: action["label"] for action in connector["actions"]}


def create(data: Data, fields: Data) -> Data:
    """Add a profile to ``data`` and return it. It has a new ID and is enabled."""
    body, time = validated(ProfileBody, fields), now()
    connector = CONNECTORS[body.connector_key]
    shown = dict.fromkeys(("connector_version", "connector_pinned_version", "connector_owner")) | {
        "id": str(uuid.uuid4()),
        "connector_label": connector["name"],
        "logo_url": f"https://logos.invalid/{body.connector_key}.svg",
        "categories": connector["categories"],
        "active": True,
        "release_stage": connector["release_stage"],
        "authentication_config_label": connector["authentication"][0]["label"],
        "created_at": time,
        "updated_at": time,
    }
    profile = {"shown": shown, "pinned": None}
    _apply(data, profile, body)
    data["profiles"].append(profile)
    return profile


def change(data: Data, profile: Data, fields: Data, *, active: bool | None = None) -> Data:
    """Change a profile and return it. ``updated_at`` moves if anything changed, or credentials were sent."""
    shown, before = profile["shown"], copy.deepcopy(profile)
    kept = {name: shown[name] for name in ProfileBody.__struct_fields__ if name in shown}
    setup = {"clientId": profile["client_id"], "clientSecret": profile["client_secret"]}
    body = validated(ProfileBody, kept | {"setup_information": setup, "actions": profile["actions"]} | fields)
    if body.connector_key != shown["connector_key"]:
        raise RefusedError(422, "Validation failed", errors=["connector_key can't be changed"])
    _apply(data, profile, body)
    shown["active"] = shown["active"] if active is None else active
    if profile != before or "setup_information" in fields:
        shown["updated_at"] = now(after=shown["updated_at"])  # so that two changes have two times
    return profile


def versions(profile: Data) -> list[Data]:
    """The versions of a profile's connector, the newest last."""
    common, pinned = {"owner": "stackone", "builtin": True}, profile["shown"]["connector_pinned_version"]
    return [common | {"version": version, "pinned": version == pinned} for version in ("1.1.0", "1.2.0")]


def pin(profile: Data, fields: Data) -> Data:
    """Pin a version, and return the pin."""
    body = validated(PinBody, fields)
    first = {"connector_profile_id": profile["shown"]["id"], "created_at": now()}
    pinned: Data = first | (profile["pinned"] or {}) | structs.asdict(body) | {"updated_at": now()}
    profile["pinned"], profile["shown"]["connector_pinned_version"] = pinned, body.pinned_version
    return pinned


def _apply(data: Data, profile: Data, body: ProfileBody) -> None:
    if not actions_of(body.connector_key).keys() >= {*(body.actions or ())}:
        raise RefusedError(422, "Validation failed", errors=["actions: the connector has no such action"])
    shown = structs.asdict(body)
    profile |= structs.asdict(shown.pop("setup_information")) | {"actions": shown.pop("actions")}
    profile["shown"] |= shown
    for other in data["profiles"]:
        # A connector has one default. The profile that loses it keeps its `updated_at`.
        if body.default and other is not profile and other["shown"]["connector_key"] == body.connector_key:
            other["shown"]["default"] = False
