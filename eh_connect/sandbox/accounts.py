"""The sandbox's StackOne: connect sessions, linked accounts, and its requests to Employment Hero."""

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

_ATTEMPT_SECONDS = 300  # then StackOne's Hub cancels a pending attempt
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, as all is http; the usual context takes 40 ms
_OWNER_FIELDS = ("origin_owner_id", "origin_owner_name", "provider")
_ACCOUNT_FIELDS = (*_OWNER_FIELDS, "origin_username", "label", "type")
_ATTEMPT_FIELDS = ("oauth_error_code", "oauth_error_description", "account_secure_id")
_V2_NAMES = {"provider": "connector", "origin_owner_id": "owner_id", "origin_owner_name": "owner_name"}
_HIDDEN_FIELDS = {"provider_version", "multiple", "shared", "relink", "scopes", "expires_in"}


class SessionBody(Record, frozen=True, forbid_unknown_fields=True):
    """The body that creates a connect session."""

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
    """The body that runs an action."""

    action: str
    path: dict[str, Any] | None = None
    query: dict[str, Any] | None = None
    headers: dict[str, Any] | None = None
    body: dict[str, Any] | None = None


class NoTokenError(Exception):
    """Employment Hero gave no token that works. ``code`` is OAuth's error, or None if there was none."""

    def __init__(self, said: str, code: str | None = None) -> None:
        super().__init__(said)
        self.code = code


def create_session(data: Data, fields: Data) -> Data:
    """Add a session to ``data`` and return it. ``GET /connect_sessions/{id}`` answers what is in ``shown``.

    If its owner has an account already, the session edits that one, unless ``multiple`` is set.
    """
    body = validated(SessionBody, fields)
    shown = {name: value for name, value in structs.asdict(body).items() if name not in _HIDDEN_FIELDS}
    shown["type"] = body.type or "production"
    shown["connector_profile_id"] = body.connector_profile_id or body.integration_id
    if shown["connector_profile_id"]:
        profile = by_id(data, "profile", shown["connector_profile_id"])["shown"]
        if not profile["active"]:
            raise RefusedError(412, "The connector profile is disabled")
        shown["provider"] = profile["connector_key"]
    if not (body.multiple or body.account_id):
        accounts = [each["shown"] for each in data["accounts"]]
        owned = (each["id"] for each in accounts if all(each[name] == shown[name] for name in _OWNER_FIELDS))
        shown["account_id"] = next(owned, None)
    shown |= {"id": len(data["sessions"]) + 1, "organization_id": "1", "project_id": "1"}
    shown |= {"created_at": now(), "latest_connection_attempt": None}
    expires = time.time() + (body.expires_in or 1800)
    session = {"shown": shown, "expires": expires, "token": made_up(), "state": None}
    data["sessions"].append(session)
    return session


def find_session(data: Data, name: str, value: str) -> Data:
    """Find a session by its ``token`` or ``state``. NotFound: there is none, or it has expired."""
    return first(each for each in data["sessions"] if each[name] == value and each["expires"] > time.time())


def set_attempt(session: Data, status: str, **more: str | None) -> None:
    """Set the session's latest attempt. ``more`` are fields of ``_ATTEMPT_FIELDS``."""
    before = session["shown"]["latest_connection_attempt"]
    if before is None or status == "pending":
        before = {"id": str(uuid.uuid4()), "created_at": now()}
        session["started"] = time.time()
    attempt = before | dict.fromkeys(_ATTEMPT_FIELDS) | {"status": status, **more, "updated_at": now()}
    session["shown"]["latest_connection_attempt"] = attempt


def cancel_overdue(session: Data) -> Data:
    """Cancel an attempt that has been pending for too long, as StackOne's Hub does. Return the session."""
    attempt = session["shown"]["latest_connection_attempt"] or {}
    if attempt.get("status") == "pending" and session["started"] + _ATTEMPT_SECONDS <= time.time():
        set_attempt(session, "cancelled")
    return session


def link(data: Data, session: Data, profile_id: str, tokens: Any = None) -> str:
    """Link an account for a session, or change the account that it edits. Return the account's ID."""
    if session["account_id"]:
        account = by_id(data, "account", session["account_id"])
    else:
        account = {"shown": {"id": str(uuid.uuid4()), "created_at": now(), "categories": ["hris"]}}
        data["accounts"].append(account)
    account["shown"] |= {name: session[name] for name in _ACCOUNT_FIELDS}
    account |= {"profile": profile_id, "tokens": tokens}
    set_status(account, "active")
    return str(account["shown"]["id"])


def set_status(account: Data, status: str) -> None:
    """Set the status of an account, and the time of the change."""
    reason = {"code": "InvalidGrant", "description": "The refresh was refused", "timestamp": now()}
    reasons = [reason] if status == "error" else []
    account["shown"] |= {"status": status, "status_reasons": reasons, "updated_at": now()}


def as_v2(account: Data) -> Data:
    """Show an account as version 2 of the API does: with other names for some fields, and its profile."""
    shown = {_V2_NAMES.get(name, name): value for name, value in account["shown"].items()}
    return shown | {"connector_profile_id": account["profile"]}


def tokens_for(grant: dict[str, str], profile: Data, server: str) -> Data:
    """Get tokens for a grant: ``{"access_token", "refresh_token", "expires"}``. NoTokenError: there are none."""
    form = {"client_id": profile["client_id"], "client_secret": profile["client_secret"], **grant}
    status, said = request_json("POST", f"{server}/oauth2/token", data=form)
    try:
        kept = {name: said[name] for name in ("access_token", "refresh_token")}
        return kept | {"expires": time.time() + said["expires_in"]}
    except (KeyError, TypeError):
        raise NoTokenError(f"The token endpoint answered {status}", said.get("error")) from None


def finish_sign_in(sent: Mapping[str, str], verifier: str, profile: Data, server: str) -> tuple[Data, str]:
    """Exchange the code of a sign-in for tokens; return them, and the organisation's name if it may be read."""
    if "error" in sent:
        raise NoTokenError(sent.get("error_description", ""), sent["error"])
    grant = {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
    tokens = tokens_for(grant | {"code": sent.get("code", ""), "code_verifier": verifier}, profile, server)
    status, said = _request_list(tokens["access_token"], "organisations", server)
    try:
        return tokens, "" if status == HTTPStatus.FORBIDDEN else str(said["data"]["items"][0]["name"])
    except (KeyError, IndexError, TypeError):
        raise NoTokenError(f"The list of organisations answered {status}") from None


def refresh_tokens(data: Data, account: Data, server: str) -> Data:
    """Renew the account's tokens if they have expired, and return the account. A refusal makes it an ``error``."""
    kept = account["tokens"]
    if kept is not None and kept["expires"] <= time.time():
        grant = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
        try:
            account["tokens"] = tokens_for(grant, by_id(data, "profile", account["profile"]), server)
            set_status(account, "active")
        except NoTokenError as exc:
            if exc.code is not None:  # else there was no answer
                set_status(account, "error")
    return account


def run_action(data: Data, account: Data, action: str, server: str) -> Data:
    """Run an action with an account's token and return its result. RefusedError: it didn't work."""
    profile = by_id(data, "profile", account["profile"])["shown"]
    if not profile["active"]:
        raise RefusedError(412, "The account's connector profile is disabled")
    if action not in actions_of(profile["connector_key"]):
        raise RefusedError(404, f"The connector has no action {action}")
    if account["tokens"] is None or account["shown"]["status"] != "active":
        raise RefusedError(401, "The account's credentials are not valid")
    entity = action.rpartition("_list_")[2] if "_list_" in action else "employees"
    status, said = _request_list(account["tokens"]["access_token"], entity, server)
    if status != HTTPStatus.OK:
        errors = [{"status": status, "url": f"/api/v1/{entity}", "raw": said, "headers": {}}]
        raise RefusedError(status, "The provider refused the request", provider_errors=errors)
    return {"data": said["data"]["items"], "next": None}


def request_json(method: str, url: str, **more: Any) -> tuple[int, Data]:
    """Send a request; return the status and the JSON object of the answer. 502: no answer can be read."""
    try:
        answer = httpx.request(method, url, timeout=10, trust_env=False, verify=_NO_TLS, **more)
        said = answer.json()
    except (httpx.HTTPError, ValueError):
        return HTTPStatus.BAD_GATEWAY, {}
    return answer.status_code, said if isinstance(said, dict) else {}


def _request_list(access_token: str, entity: str, server: str) -> tuple[int, Data]:
    url, headers = f"{server}/api/v1/{entity}", {"Authorization": f"Bearer {access_token}"}
    return request_json("GET", url, params={"page_index": 1, "item_per_page": 20}, headers=headers)
