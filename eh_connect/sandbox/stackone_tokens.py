"""What the rehearsal's StackOne asks of Employment Hero, by HTTP alone: tokens, and one call with them."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from eh_connect.sandbox import profiles
from eh_connect.sandbox.sites import the

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eh_connect.sandbox.records import Records

_SECONDS = 10.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_MISSING_SCOPE = 403


class RefusedError(Exception):
    """No token, or none that works. ``code`` is OAuth's; None where the answer was none of OAuth's."""

    def __init__(self, said: str, code: str | None = None) -> None:
        super().__init__(said)
        self.code = code


def tokens(records: Records, profile: Mapping[str, Any], grant: dict[str, str]) -> dict[str, Any]:
    """``{"access_token", "refresh_token", "expires"}`` for a grant, with a profile's present credentials."""
    pair = {name: profile[name] for name in ("client_id", "client_secret")}
    status, said = _ask(records, "POST", "/oauth2/token", urlencode(pair | grant), _FORM)
    try:
        kept = {name: said[name] for name in ("access_token", "refresh_token")}
        return kept | {"expires": time.time() + said["expires_in"]}
    except (KeyError, TypeError):
        raise RefusedError(f"The token endpoint answered {status}", said.get("error")) from None


def organisation(records: Records, access_token: str) -> str | None:
    """The name of the organisation that a token is for; None where it lacks the scope to tell."""
    path = "/api/v1/organisations?page_index=1&item_per_page=1"
    status, said = _ask(records, "GET", path, None, {"Authorization": f"Bearer {access_token}"})
    if status == _MISSING_SCOPE:
        return None
    try:
        return str(said["data"]["items"][0]["name"])
    except (KeyError, IndexError, TypeError):
        raise RefusedError(f"The list of organisations answered {status}") from None


def refresh(records: Records, account: Mapping[str, Any]) -> None:
    """Renew an account's tokens where they have expired; ``error`` for as long as that is refused."""
    kept, status = records.data["tokens"].get(account["id"]), "active"
    if kept is None or kept["expires"] > time.time():
        return
    profile = profiles.find(records.data, account["connector_profile_id"])
    try:
        grant = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
        kept = tokens(records, profile, grant)
    except RefusedError as exc:
        if exc.code is None:
            return  # no answer is no refusal
        status = "error"
    with records.change() as data:
        the(each for each in data["accounts"] if each["id"] == account["id"])["status"] = status
        data["tokens"][account["id"]] = kept


def _ask(
    records: Records, method: str, path: str, body: str | None, headers: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(urlsplit(records.url("employment_hero")).netloc, timeout=_SECONDS)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise RefusedError("Employment Hero gave no answer that can be read") from exc
    finally:
        connection.close()
    return answer.status, said if isinstance(said, dict) else {}
