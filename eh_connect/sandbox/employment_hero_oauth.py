"""Employment Hero's OAuth server in the rehearsal: the token endpoint, as far as it judges a pair.

That credentials are taken from a form body only is in Employment Hero's documentation; its error
bodies are not: these are RFC 6749's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from eh_connect.sandbox.records import Records

_NEEDED = {"authorization_code": "code", "refresh_token": "refresh_token"}
"""What each grant type brings along."""


class EmploymentHeroOAuth:
    """A WSGI application."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        if request.path != "/oauth2/token":
            answer = Response("Not Found", 404)
        elif request.method != "POST":
            answer = Response("Method Not Allowed", 405, {"Allow": "POST"})
        else:
            status, error = self._judge(request)
            body = json.dumps({"error": error})
            answer = Response(body, status, {"Cache-Control": "no-store"}, mimetype="application/json")
        return answer(environ, start_response)

    def _judge(self, request: Request) -> tuple[int, str]:
        form, applications = request.form, self._records.data["applications"]
        a_form = request.mimetype == "application/x-www-form-urlencoded"
        grant = form.get("grant_type")
        if not a_form or not grant or request.args or "Authorization" in request.headers:
            return 400, "invalid_request"
        if not any(
            application["client_id"] == form.get("client_id")
            and form.get("client_secret") in application["client_secrets"]
            for application in applications
        ):
            return 401, "invalid_client"
        if grant not in _NEEDED:
            return 400, "unsupported_grant_type"
        return 400, "invalid_grant" if form.get(_NEEDED[grant]) else "invalid_request"
