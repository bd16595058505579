"""Connect sessions, the accounts that they link, and actions that are run with these accounts.

All these calls are documented. Sources: StackOne's OpenAPI and its API reference.
"""

from __future__ import annotations

import re
import string
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote, urlsplit

from msgspec import to_builtins

from eh_connect.network import is_loopback
from eh_connect.network_body import discard
from eh_connect.secret import Secret
from eh_connect.server_text import clean
from eh_connect.stackone.models import ActionRun, ConnectSession, fields_of, objects

if TYPE_CHECKING:
    from eh_connect.network import Answer
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import SessionRequest

ACTION_LIMIT = 70.0
"""Seconds. StackOne itself stops an action after 60."""

_LONGEST_LINK = 8000
_SHORTEST_TOKEN = 20
"""Characters. Shorter parts of a link are ordinary words of its path."""

_AFTER_THE_HOST = r"(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"  # the characters of a URL (RFC 3986)
_AT_STACKONE = re.compile(
    r"https://(?:[a-z0-9-]+\.)*stackone\.com(?::443)?" + _AFTER_THE_HOST, re.ASCII | re.IGNORECASE
)
_NO_CALL = re.compile(r"(?:Cannot POST\b.*|Not Found\.?|)", re.IGNORECASE)
"""What a server says if it doesn't have a path. If it doesn't have an account or a record, it says more."""

_NO_SCOPE = re.compile(r"insufficient[ _-]?(?:scope|permission)", re.IGNORECASE)
_SCOPE = re.compile(r"(?<![\w:/.-])[a-z_]+(?::[a-z_]+)+(?![\w:/-])")


class Sessions:
    """Signs in through a profile. All methods raise errors of the codes 5, 6 and 7."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(self, request: SessionRequest) -> ConnectSession:
        """Create a session, and return it with its link.

        The request is tried again even if StackOne may have carried it out, because a session whose link is
        lost does nothing and ends by itself.
        """
        answer = self._client.request("POST", "/connect_sessions", body=to_builtins(request))
        fields = fields_of(self._client.content(answer))
        link, token = fields.get("auth_link_url"), fields.get("token")
        tokens = [token, *(re.split("[/?#&=]", link)[3:] if isinstance(link, str) else [])]
        self._client.hide(*(Secret(t) for t in tokens if isinstance(t, str) and len(t) >= _SHORTEST_TOKEN))
        if not is_trusted_link(link, self._client.url):
            raise self._client.unreadable(
                "Its sign-in link doesn't lead to StackOne: it is neither opened nor shown.", answer
            )
        session = self._session(fields).replace(link=Secret(link))
        if session.profile_id not in {None, request.profile_id}:
            raise self._client.unreadable("It shows a connect session of another profile.")
        return session

    def look(self, session_id: str) -> ConnectSession:
        """Return the session, and how its latest attempt went."""
        session = self._session(self._client.get(f"/connect_sessions/{quote(session_id, safe='')}"))
        if session.id != session_id:
            raise self._client.unreadable("It shows another connect session.")
        return session

    def delete_account(self, account_id: str) -> None:
        """Delete a linked account, if it is there."""
        answer = self._client.request("DELETE", f"/accounts/{quote(account_id, safe='')}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return
        self._client.check(answer)
        if answer.text is None or answer.text.strip():
            self._client.content(answer)  # raises if it is a web page of something in between

    def run_action(self, account_id: str, action_id: str) -> ActionRun:
        """Run an action with a linked account. What it brings is thrown away unread.

        Any status is a result. Only 408, 429 and 5xx that don't name a missing scope raise an error (code 7).
        """
        answer = self._client.request(
            "POST",
            "/actions/rpc",
            body={"action": action_id},
            headers={"x-account-id": quote(account_id, safe=string.punctuation)},
            repeatable=False,
            is_final=lambda answer: self._missing(answer) is not None,
            limit=ACTION_LIMIT,
            read=discard,
        )
        if answer.is_success:
            return ActionRun(answer.status)
        body, scopes, status = self._client.error_body(answer), self._missing(answer), answer.status
        message = clean(body["message"]) if isinstance(body.get("message"), str) else ""
        is_gone = status in {405, 501} or (status == HTTPStatus.NOT_FOUND and _NO_CALL.fullmatch(message))
        return ActionRun(
            status,
            message,
            scopes or (),
            is_scope_missing=scopes is not None,
            is_call_gone=bool(is_gone) and not body.get("provider_errors"),
        )

    def _missing(self, answer: Answer) -> tuple[str, ...] | None:
        """Return the scopes that a refusal names; None if it doesn't say that a scope is missing."""
        if answer.is_success:
            return None
        body = self._client.error_body(answer)
        provider = objects(body.get("provider_errors"))
        said = " ".join(map(str, (body.get("message"), body.get("errors"), provider)))
        refused = any(str(each.get("status")) == str(int(HTTPStatus.FORBIDDEN)) for each in provider)
        if not refused and not _NO_SCOPE.search(said):
            return None
        return tuple(dict.fromkeys(_SCOPE.findall(said)))

    def _session(self, answer: Any) -> ConnectSession:
        session = ConnectSession.read(fields_of(answer))
        if session is None:
            raise self._client.unreadable("It does not show a connect session.")
        return session


def is_trusted_link(link: Any, api_url: str) -> TypeGuard[str]:
    """Whether a link may be opened. It has to be StackOne's, by https, or at the origin of a loopback API.

    This is one strict expression instead of a parser, because parsers and browsers disagree about the host.
    """
    if not isinstance(link, str) or len(link) > _LONGEST_LINK:
        return False
    parts = urlsplit(api_url)
    origin = re.escape(f"{parts.scheme}://{parts.netloc}")
    is_here = is_loopback(parts.hostname or "") and re.fullmatch(origin + _AFTER_THE_HOST, link) is not None
    return is_here or _AT_STACKONE.fullmatch(link) is not None
