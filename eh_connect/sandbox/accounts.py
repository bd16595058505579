"""The sandbox's StackOne: connect sessions, the accounts that they link, and what it asks of Employment Hero."""

from __future__ import annotations

import ssl
import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal

import httpx
from msgspec import Meta, structs

from eh_connect.record import Record
from eh_connect.sandbox.profiles import ConnectorKey, actions_of
from eh_connect.sandbox.records import made_up, now
from eh_connect.sandbox.site import RefusedError, Text, by_id, first, validated
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eh_connect.sandbox.site import Data

_ATTEMPT_SECONDS = 300  # after which StackOne's Hub cancels what is pending
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; a usual one costs 40 ms
_KNOWN_BY = ("origin_owner_id", "origin_owner_name", "provider")
_OF_ACCOUNT = (*_KNOWN_BY, "origin_username", "label", "type")
_OF_ATTEMPT = ("oauth_error_code", "oauth_error_description", "account_secure_id")
_RENAMED = {"provider": "connector", "origin_owner_id": "owner_id", "origin_owner_name": "owner_name"}
_NOT_SHOWN = {"provider_version", "multiple", "shared", "relink", "scopes", "expires_in"}


class SessionBody(Record, frozen=True, forbid_unknown_fields=True):
    """What a session is created from."""

    origin_owner_id: Text
    origin_owner_name: Text
    origin_username: str | None = None
    account_id: str | None = None
    label: str | None = None
    integration_id: str | None = None
    connector_profile_id: str | None = None
    metadata: dict[str, Any] | None = None
    provider: ConnectorKey | None = None
    provider_version: str | None = None
    type: Literal["production", "test"] | None = None
    categories: list[Any] | None = None
    multiple: bool | None = None
    shared: bool | None = None
    relink: bool | None = None
    scopes: bool | None = None
    expires_in: Annotated[float, Meta(gt=0)] | None = None


class ActionBody(Record, frozen=True):
    """A run of an action."""

    action: str
    path: dict[str, Any] | None = None
    query: dict[str, Any] | None = None
    headers: dict[str, Any] | None = None
    body: dict[str, Any] | None = None


class NoTokenError(Exception):
    """No token, or none that works. ``code`` is OAuth's; None where the answer was none of OAuth's."""

    def __init__(self, said: str, code: str | None = None) -> None:
        super().__init__(said)
        self.code = code


def create_session(data: Data, fields: Data) -> Data:
    """Add a session to ``data``: ``shown`` is what ``GET /connect_sessions/{id}`` answers.

    An owner whose account is known gets that one to edit, unless ``multiple`` is said.
    """
    body = validated(SessionBody, fields)
    shown = {name: its for name, its in structs.asdict(body).items() if name not in _NOT_SHOWN}
    shown["type"] = body.type or "production"
    shown["connector_profile_id"] = body.connector_profile_id or body.integration_id
    if shown["connector_profile_id"]:
        profile = by_id(data, "profile", shown["connector_profile_id"])["shown"]
        if not profile["active"]:
            raise RefusedError(412, "The connector profile is disabled")
        shown["provider"] = profile["connector_key"]
    if not (body.multiple or body.account_id):
        owners = (each["shown"] for each in data["accounts"])
        theirs = (its["id"] for its in owners if all(its[name] == shown[name] for name in _KNOWN_BY))
        shown["account_id"] = next(theirs, None)
    shown |= {"id": len(data["sessions"]) + 1, "organization_id": "1", "project_id": "1"}
    shown |= {"created_at": now(), "latest_connection_attempt": None}
    expires = time.time() + (body.expires_in or 1800)
    session = {"shown": shown, "expires": expires, "token": made_up(), "state": None}
    data["sessions"].append(session)
    return session


def alive(data: Data, name: str, value: str) -> Data:
    """The session with this ``token`` or ``state``; NotFound where there is none, or it has expired."""
    return first(each for each in data["sessions"] if each[name] == value and each["expires"] > time.time())


def record(session: Data, status: str, **more: str | None) -> None:
    """Make this the session's latest attempt; ``more``: the names of ``_OF_ATTEMPT``."""
    before = session["shown"]["latest_connection_attempt"]
    if before is None or status == "pending":
        before = {"id": str(uuid.uuid4()), "created_at": now()}
        session["started"] = time.time()
    attempt = before | dict.fromkeys(_OF_ATTEMPT) | {"status": status, **more, "updated_at": now()}
    session["shown"]["latest_connection_attempt"] = attempt


def latest(session: Data) -> Data:
    """The session as it is now: StackOne's Hub itself cancels what is pending for too long."""
    attempt = session["shown"]["latest_connection_attempt"] or {}
    if attempt.get("status") == "pending" and session["started"] + _ATTEMPT_SECONDS <= time.time():
        record(session, "cancelled")
    return session


def link(data: Data, session: Data, profile_id: str, tokens: Any = None) -> str:
    """Link the account of a session as it is shown, or change the one that it edits; the account's ID."""
    if session["account_id"]:
        account = by_id(data, "account", session["account_id"])
    else:
        account = {"shown": {"id": str(uuid.uuid4()), "created_at": now(), "categories": ["hris"]}}
        data["accounts"].append(account)
    account["shown"] |= {name: session[name] for name in _OF_ACCOUNT}
    account |= {"profile": profile_id, "tokens": tokens}
    set_status(account, "active")
    return str(account["shown"]["id"])


def set_status(account: Data, status: str) -> None:
    """Say how an account is, and since when."""
    reason = {"code": "InvalidGrant", "description": "The refresh was refused", "timestamp": now()}
    reasons = [reason] if status == "error" else []
    account["shown"] |= {"status": status, "status_reasons": reasons, "updated_at": now()}


def v2(account: Data) -> Data:
    """As version 2 of the API shows an account: some fields are renamed there, and the profile is named."""
    shown = {_RENAMED.get(name, name): value for name, value in account["shown"].items()}
    return shown | {"connector_profile_id": account["profile"]}


def tokens_for(grant: dict[str, str], profile: Data, server: str) -> Data:
    """``{"access_token", "refresh_token", "expires"}`` for a grant, with a profile's present credentials."""
    form = {"client_id": profile["client_id"], "client_secret": profile["client_secret"], **grant}
    status, said = ask("POST", f"{server}/oauth2/token", data=form)
    try:
        kept = {name: said[name] for name in ("access_token", "refresh_token")}
        return kept | {"expires": time.time() + said["expires_in"]}
    except (KeyError, TypeError):
        raise NoTokenError(f"The token endpoint answered {status}", said.get("error")) from None


def redeemed(sent: Mapping[str, str], verifier: str, profile: Data, server: str) -> tuple[Data, str]:
    """The tokens for what a person came back with, and the organisation's name if the scopes let it be told."""
    if "error" in sent:
        raise NoTokenError(sent.get("error_description", ""), sent["error"])
    grant = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
    tokens = tokens_for(grant | {"code": sent.get("code", ""), "code_verifier": verifier}, profile, server)
    status, said = _list(tokens["access_token"], "organisations", server)
    try:
        return tokens, "" if status == HTTPStatus.FORBIDDEN else str(said["data"]["items"][0]["name"])
    except (KeyError, IndexError, TypeError):
        raise NoTokenError(f"The list of organisations answered {status}") from None


def refresh(data: Data, account: Data, server: str) -> Data:
    """The account, its tokens renewed where they had expired; ``error`` while that is refused."""
    kept = account["tokens"]
    if kept is not None and kept["expires"] <= time.time():
        grant = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
        try:
            account["tokens"] = tokens_for(grant, by_id(data, "profile", account["profile"]), server)
            set_status(account, "active")
        except NoTokenError as exc:
            if exc.code is not None:  # no answer is no refusal
                set_status(account, "error")
    return account


def run_action(data: Data, account: Data, action: str, server: str) -> Data:
    """Run an action with an account's token. RefusedError: it did not work."""
    profile = by_id(data, "profile", account["profile"])["shown"]
    if not profile["active"]:
        raise RefusedError(412, "The account's connector profile is disabled")
    if action not in actions_of(profile["connector_key"]):
        raise RefusedError(404, f"The connector has no action {action}")
    if account["tokens"] is None or account["shown"]["status"] != "active":
        raise RefusedError(401, "The account's credentials are not valid")
    entity = action.rpartition("_list_")[2] if "_list_" in action else "employees"
    status, said = _list(account["tokens"]["access_token"], entity, server)
    if status != HTTPStatus.OK:
        errors = [{"status": status, "url": f"/api/v1/{entity}", "raw": said, "headers": {}}]
        raise RefusedError(status, "The provider refused the request", provider_errors=errors)
    return {"data": said["data"]["items"], "next": None}


def ask(method: str, url: str, **more: Any) -> tuple[int, Data]:
    """A status, and the object that came with it; 502 where there was no answer that can be read."""
    try:
        answer = httpx.request(method, url, timeout=10, trust_env=False, verify=_NO_TLS, **more)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        return HTTPStatus.BAD_GATEWAY, {}
    return answer.status_code, said if isinstance(said, dict) else {}


def _list(access_token: str, entity: str, server: str) -> tuple[int, Data]:
    url, headers = f"{server}/api/v1/{entity}", {"Authorization": f"Bearer {access_token}"}
    return ask("GET", url, params={"page_index": 1, "item_per_page": 20}, headers=headers)
