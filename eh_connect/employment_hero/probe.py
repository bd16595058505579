"""The credential probe: a token request with a made-up code, at Employment Hero's OAuth server.

How that server words its errors is not documented. Servers like it answer ``invalid_client`` for a wrong
pair and ``invalid_grant`` for a right one with a wrong code; that this one does too is inferred. A server
that looks at the code first says ``invalid_grant`` to everything. So the result is advice, not proof.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from eh_connect.errors import NetworkError
from eh_connect.network import Answer, ExchangeError, exchange, open_http
from eh_connect.ports import ProbeResult
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    import httpx

    from eh_connect.network import NetworkTime
    from eh_connect.secret import Pair

LIMIT = 10.0
"""Seconds for the probe as a whole."""

_RESULTS = {"invalid_client": ProbeResult.REJECTED, "invalid_grant": ProbeResult.NOT_REJECTED}


class CredentialProbe:
    """Sends the pair to the OAuth server's token endpoint, and to nowhere else.

    Args:
        oauth_url: base URL of the OAuth server.
        time: the network time of the command.
        transport: stands in for the network in tests.
    """

    def __init__(
        self, oauth_url: str, time: NetworkTime, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._url = oauth_url.rstrip("/")
        self._time = time
        self._transport = transport

    def __call__(self, pair: Pair) -> ProbeResult:
        """One request, and a second one after a broken connection."""
        form = {
            "grant_type": "authorization_code",
            "code": secrets.token_urlsafe(32),
            "redirect_uri": REDIRECT_URI,
            "client_id": pair.client_id.reveal(),
            "client_secret": pair.client_secret.reveal(),
            "code_verifier": secrets.token_urlsafe(48),
        }
        try:
            with open_http(self._url, transport=self._transport) as http:
                return _meaning(self._send(http, form))
        except NetworkError:
            return ProbeResult.COULD_NOT_TELL

    def _send(self, http: httpx.Client, form: dict[str, str]) -> Answer:
        at_end = self._time.left - LIMIT

        def once() -> Answer:
            request = http.build_request("POST", f"{self._url}/oauth2/token", data=form)
            return exchange(http, request, self._time, limit=self._time.left - at_end)

        try:
            return once()
        except ExchangeError as exc:
            if not exc.passing:
                raise
        return once()


def _meaning(answer: Answer) -> ProbeResult:
    try:
        body = json.loads(answer.text or "")
    except (ValueError, RecursionError):
        return ProbeResult.COULD_NOT_TELL
    error = body.get("error") if isinstance(body, dict) else None
    if answer.status not in {400, 401} or not isinstance(error, str):
        return ProbeResult.COULD_NOT_TELL
    return _RESULTS.get(error, ProbeResult.COULD_NOT_TELL)
