"""Employment Hero's OAuth server in the rehearsal: the token endpoint, as far as it judges a pair.

That credentials are taken from a form body only is in Employment Hero's documentation; its error
bodies are not: these are RFC 6749's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from werkzeug import Response

from eh_connect.sandbox.sites import Site

if TYPE_CHECKING:
    from werkzeug import Request

    from eh_connect.sandbox.records import Records

_NEEDED = {"authorization_code": "code", "refresh_token": "refresh_token"}
"""What each grant type brings along."""


class EmploymentHeroOAuth(Site):
    """A WSGI application."""

    def __init__(self, records: Records) -> None:
        self._records = records
        super().__init__(("POST", "/oauth2/token", self._token))

    def _token(self, request: Request) -> Response:
        status, error = self._judge(request)
        return Response(json.dumps({"error": error}), status, mimetype="application/json")

    def _judge(self, request: Request) -> tuple[int, str]:
        form, grant = request.form, request.form.get("grant_type")
        a_form = request.mimetype == "application/x-www-form-urlencoded"
        if not a_form or not grant or request.args or "Authorization" in request.headers:
            return 400, "invalid_request"
        if not any(
            its["client_id"] == form.get("client_id") and form.get("client_secret") in its["client_secrets"]
            for its in self._records.data["applications"]
        ):
            return 401, "invalid_client"
        if grant not in _NEEDED:
            return 400, "unsupported_grant_type"
        return 400, "invalid_grant" if form.get(_NEEDED[grant]) else "invalid_request"
