"""The linked accounts of the sandbox's StackOne, as both versions of its API show them."""

from __future__ import annotations

import uuid
from typing import Any

from eh_connect.sandbox.records import now
from eh_connect.sandbox.site import the

_RENAMED = {"provider": "connector", "origin_owner_id": "owner_id", "origin_owner_name": "owner_name"}
_KNOWN_BY = ("origin_owner_id", "origin_owner_name", "provider")
_OF_SESSION = (*_KNOWN_BY, "origin_username", "label", "type")


def find(data: dict[str, Any], account_id: str | None) -> dict[str, Any]:
    """The account of an ID; NotFound where there is none."""
    return the(each for each in data["accounts"] if each["shown"]["id"] == account_id)


def known(data: dict[str, Any], session: dict[str, Any]) -> str | None:
    """The ID of the account that the owner of a session has already."""
    wanted = [session[name] for name in _KNOWN_BY]
    found = (each["shown"] for each in data["accounts"])
    return next((its["id"] for its in found if [its[name] for name in _KNOWN_BY] == wanted), None)


def link(data: dict[str, Any], session: dict[str, Any], profile_id: str, tokens: Any = None) -> str:
    """Link the account of a session as it is shown, or change the one that it edits; the account's ID."""
    if session["account_id"]:
        account = find(data, session["account_id"])
    else:
        account = {"shown": {"id": str(uuid.uuid4()), "created_at": now(), "categories": ["hris"]}}
        data["accounts"].append(account)
    account["shown"] |= {name: session[name] for name in _OF_SESSION}
    account |= {"profile": profile_id, "tokens": tokens}
    set_status(account, "active")
    return str(account["shown"]["id"])


def set_status(account: dict[str, Any], status: str) -> None:
    """Say how an account is, and since when."""
    reason = {"code": "InvalidGrant", "description": "The refresh was refused", "timestamp": now()}
    reasons = [reason] if status == "error" else []
    account["shown"] |= {"status": status, "status_reasons": reasons, "updated_at": now()}


def v2(account: dict[str, Any]) -> dict[str, Any]:
    """As version 2 shows it: some fields are renamed there, and the profile is named."""
    shown = {_RENAMED.get(name, name): value for name, value in account["shown"].items()}
    return shown | {"connector_profile_id": account["profile"]}
