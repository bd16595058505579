"""The credential probe: a token request with a made-up code to Employment Hero's OAuth server.

Employment Hero doesn't document the errors of that server. Servers like it answer ``invalid_client`` to wrong
credentials, and ``invalid_grant`` to right ones with a wrong code. We infer that this one does so too. But a
server that looks at the code first answers ``invalid_grant`` to everything. So the result is only advice.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

from eh_connect.employment_hero.credentials import ProbeResult
from eh_connect.errors import NetworkError
from eh_connect.network import Answer, Http, exchange, open_http
from eh_connect.network_faults import ExchangeError
from eh_connect.server_text import read_json
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    import httpx

    from eh_connect.deadline import NetworkTime
    from eh_connect.secret import Credentials

LIMIT = 10.0
"""Seconds for the whole probe."""

_RESULTS = {"invalid_client": ProbeResult.REJECTED, "invalid_grant": ProbeResult.NOT_REJECTED}


class CredentialProbe:
    """Sends credentials to the OAuth server's token endpoint and nowhere else."""

    def __init__(
        self, oauth_url: str, time: NetworkTime, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._url = oauth_url.rstrip("/")
        self._time = time
        self._transport = transport
        self._results: dict[Credentials, ProbeResult] = {}

    def __call__(self, credentials: Credentials) -> ProbeResult:
        """Ask the server. A broken connection is tried a second time; the answer is remembered."""
        if credentials not in self._results:
            try:
                with open_http(self._url, transport=self._transport) as http:
                    self._results[credentials] = _meaning(self._send(http, credentials))
            except NetworkError:
                self._results[credentials] = ProbeResult.COULD_NOT_TELL
        return self._results[credentials]

    def _send(self, http: Http, credentials: Credentials) -> Answer:
        form = {
            "grant_type": "authorization_code",
            "code": secrets.token_urlsafe(32),
            "redirect_uri": REDIRECT_URI,
            "client_id": credentials.client_id.reveal(),
            "client_secret": credentials.client_secret.reveal(),
            "code_verifier": secrets.token_urlsafe(48),
        }
        left_at_end = self._time.left - LIMIT

        def once() -> Answer:
            # A request of its own for each try, because the one before may still be hanging somewhere.
            request = http.build_request("POST", f"{self._url}/oauth2/token", data=form)
            return exchange(http, request, self._time, limit=self._time.left - left_at_end)

        try:
            return once()
        except ExchangeError as exc:
            if not exc.passing:
                raise
        return once()


def _meaning(answer: Answer) -> ProbeResult:
    with suppress(ValueError):
        body = read_json(answer.text or "")
        error = body.get("error") if isinstance(body, dict) else None
        if answer.status in {400, 401} and isinstance(error, str):
            return _RESULTS.get(error, ProbeResult.COULD_NOT_TELL)
    return ProbeResult.COULD_NOT_TELL
