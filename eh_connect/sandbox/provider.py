"""What the sandbox's StackOne asks of Employment Hero, by HTTP alone: tokens, and calls with them."""

from __future__ import annotations

import http.client
import json
import threading
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from eh_connect.sandbox import accounts, profiles
from eh_connect.sandbox.connectors import actions_of
from eh_connect.sandbox.site import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eh_connect.sandbox.records import Records

_SECONDS = 10.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_REQUEST = {"action": str, **dict.fromkeys(("path", "query", "headers", "body", "defender_config"), dict)}
_refreshing = threading.Lock()  # a refresh token is good for one of two who ask at a time


class NoTokenError(Exception):
    """No token, or none that works. ``code`` is OAuth's; None where the answer was none of OAuth's."""

    def __init__(self, said: str, code: str | None = None) -> None:
        super().__init__(said)
        self.code = code


def tokens(records: Records, profile: Mapping[str, Any], grant: dict[str, str]) -> dict[str, Any]:
    """``{"access_token", "refresh_token", "expires"}`` for a grant, with a profile's present credentials."""
    credentials = {name: profile[name] for name in ("client_id", "client_secret")}
    status, said = _ask(records, "POST", "/oauth2/token", urlencode(credentials | grant), _FORM)
    try:
        kept = {name: said[name] for name in ("access_token", "refresh_token")}
        return kept | {"expires": time.time() + said["expires_in"]}
    except (KeyError, TypeError):
        raise NoTokenError(f"The token endpoint answered {status}", said.get("error")) from None


def organisation(records: Records, access_token: str) -> str | None:
    """The name of the organisation that a token is for; None where it lacks the scope to tell."""
    status, said = _list(records, access_token, "organisations")
    if status == HTTPStatus.FORBIDDEN:
        return None
    try:
        return str(said["data"]["items"][0]["name"])
    except (KeyError, IndexError, TypeError):
        raise NoTokenError(f"The list of organisations answered {status}") from None


def refresh(records: Records, account_id: str) -> dict[str, Any]:
    """The account, its tokens renewed where they had expired; ``error`` while that is refused."""
    with _refreshing:
        account = accounts.find(records.data, account_id)
        kept, status = account["tokens"], "active"
        if kept is None or kept["expires"] > time.time():
            return account
        profile = profiles.find(records.data, account["profile"])
        try:
            grant = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
            kept = tokens(records, profile, grant)
        except NoTokenError as exc:
            if exc.code is None:
                return account  # no answer is no refusal
            status = "error"
        with records.change() as data:
            account = accounts.find(data, account_id)
            account["tokens"] = kept
            accounts.set_status(account, status)
        return account


def run_action(records: Records, account_id: str | None, fields: dict[str, Any]) -> Any:
    """Run an action with an account's token, renewed if it is old. RefusedError: it did not work."""
    nullable = {name: value for name, value in fields.items() if value is not None or name == "action"}
    wrong = [name for name, value in nullable.items() if not isinstance(value, _REQUEST.get(name, ()))]
    if wrong or "action" not in fields or account_id is None:
        raise RefusedError(400, "Bad Request", errors=[f"{name} is not valid" for name in wrong])
    account = refresh(records, account_id)
    profile, action = profiles.find(records.data, account["profile"])["shown"], fields["action"]
    if not profile["active"]:
        raise RefusedError(412, "The account's connector profile is disabled")
    if action not in actions_of(profile["connector_key"]):
        raise RefusedError(404, f"The connector has no action {action}")
    if account["tokens"] is None or account["shown"]["status"] != "active":
        raise RefusedError(401, "The account's credentials are not valid")
    entity = action.rpartition("_list_")[2] if "_list_" in action else "employees"
    try:
        status, said = _list(records, account["tokens"]["access_token"], entity)
    except NoTokenError as exc:
        raise RefusedError(502, str(exc)) from exc
    if status != HTTPStatus.OK:
        errors = [{"status": status, "url": f"/api/v1/{entity}", "raw": said, "headers": {}}]
        raise RefusedError(status, "The provider refused the request", provider_errors=errors)
    return {"data": said["data"]["items"], "next": None}


def _list(records: Records, access_token: str, entity: str) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/{entity}?page_index=1&item_per_page=20"
    return _ask(records, "GET", path, None, {"Authorization": f"Bearer {access_token}"})


def _ask(
    records: Records, method: str, path: str, body: str | None, headers: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(records.url("employment_hero")).netloc, timeout=_SECONDS)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise NoTokenError("Employment Hero gave no answer that can be read") from exc
    finally:
        connection.close()
    return answer.status, said if isinstance(said, dict) else {}
