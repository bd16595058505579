"""Connect sessions: the documented calls that prove a profile, and link accounts through it.

Sources: StackOne's OpenAPI-derived SDK and its API reference.
"""

from __future__ import annotations

import ipaddress
import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote, urlsplit

from eh_connect.secret import Secret
from eh_connect.stackone import reading

if TYPE_CHECKING:
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectSession, SessionRequest

_LONGEST_LINK = 8000
_SHORTEST_TOKEN = 20
"""Characters. Shorter parts of a link are words of its path."""
_AFTER_THE_HOST = r"(?:[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*)?"  # the characters of a URL (RFC 3986)
_AT_STACKONE = re.compile(
    r"https://(?:[a-z0-9-]+\.)*stackone\.com(?::443)?" + _AFTER_THE_HOST, re.ASCII | re.IGNORECASE
)


class Sessions:
    """Makes and watches connect sessions. Errors: codes 5, 6 and 7."""

    def __init__(self, client: Client) -> None:
        self._connection = client.connection

    def create(self, request: SessionRequest) -> ConnectSession:
        """A new session, with its link.

        Tried again like a read, even where an earlier try may have been carried out: a session that nobody
        has the link of does nothing, and ends by itself.
        """
        body = {
            "connector_profile_id": request.profile_id,
            "origin_owner_id": request.owner_id,
            "origin_owner_name": request.owner_name,
            "type": request.kind,
            "expires_in": request.expires_in,
        }
        if request.label is not None:
            body["label"] = request.label
        answer = self._connection.request("POST", "/connect_sessions", body=body)
        self._connection.check(answer)
        fields = self._connection.json(answer)
        link, token = (
            fields.get(n) if isinstance(fields, dict) else None for n in ("auth_link_url", "token")
        )
        behind_the_host = re.split("[/?#&=]", link)[3:] if isinstance(link, str) else []
        tokens = [token, *behind_the_host]
        self._connection.hide(
            *(Secret(t) for t in tokens if isinstance(t, str) and len(t) >= _SHORTEST_TOKEN)
        )
        if not is_trusted_link(link, self._connection.url):
            raise self._connection.unreadable(
                "Its link for signing in does not lead to StackOne: it is neither opened nor shown.", answer
            )
        session = self._session(fields, link=Secret(link))
        if session.profile_id not in {None, request.profile_id}:
            raise self._connection.unreadable("It shows a connect session of another profile.")
        return session

    def look(self, session_id: str) -> ConnectSession:
        """The session, and how its latest attempt went."""
        session = self._session(self._connection.get(f"/connect_sessions/{quote(session_id, safe='')}", {}))
        if session.id != session_id:
            raise self._connection.unreadable("It shows another connect session.")
        return session

    def delete_account(self, account_id: str) -> None:
        """Delete a linked account; one that is not there is fine. What is answered is not documented."""
        answer = self._connection.request("DELETE", f"/accounts/{quote(account_id, safe='')}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return
        self._connection.check(answer)
        if answer.text is None or answer.text.strip():
            self._connection.json(answer)  # a page of something in between is no answer of StackOne's

    def _session(self, fields: Any, link: Secret | None = None) -> ConnectSession:
        session = reading.session(fields, link)
        if session is None:
            raise self._connection.unreadable("It does not show a connect session.")
        return session


def is_trusted_link(link: Any, api_url: str) -> TypeGuard[str]:
    """Whether a link may be opened: at StackOne by https, or at the very origin of a loopback API.

    One strict expression instead of a parser: browsers and parsers differ in what they take for the host.
    """
    if not isinstance(link, str) or len(link) > _LONGEST_LINK:
        return False
    if _AT_STACKONE.fullmatch(link):
        return True
    parts = urlsplit(api_url)
    try:
        is_loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    origin = re.escape(f"{parts.scheme}://{parts.netloc}")
    return is_loopback and re.fullmatch(origin + _AFTER_THE_HOST, link) is not None
