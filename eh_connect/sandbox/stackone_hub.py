"""StackOne's Hub in the rehearsal: the page behind an auth link, where somebody links an account.

How the real one looks, and what it records when, is not documented beyond the fields of the attempt.
"""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.utils import redirect

from eh_connect.sandbox import profiles, sessions
from eh_connect.sandbox.sites import FORM, Pages, challenge_of, listed
from eh_connect.sandbox.stackone_tokens import RefusedError, organisation, tokens
from eh_connect.stackone.models import EMPLOYMENT_HERO, REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from werkzeug import Request, Response
    from werkzeug.exceptions import HTTPException

    from eh_connect.sandbox.records import Records

_TEXT = Markup("<p>{}</p>")
_OF_SESSION = ("connector_profile_id", "origin_owner_id", "origin_owner_name", "provider", "type", "label")


class Hub(Pages):
    """A WSGI application for ``/connect``."""

    product = "StackOne"

    def __init__(self, records: Records) -> None:
        self._records = records
        super().__init__(
            ("GET", "/link/<token>", self._show),
            ("POST", "/link/<token>", self._start),
            ("GET", f"/oauth2/{EMPLOYMENT_HERO}/callback", self._end),
        )

    def _refusal(self, exc: HTTPException) -> Response:
        text = "It has expired, or there is no such link. Ask for a new one."
        return self.page("This link can't be used", _TEXT.format(text), status=exc.code or 500)

    def _show(self, request: Request, token: str) -> Response:
        its = sessions.find(self._records.data, "token", token)["shown"]
        button = FORM.format("post", request.script_root + request.path, "", "Connect Employment Hero")
        return self.page("Connect your account", _TEXT.format(f"For {its['origin_owner_name']}"), button)

    def _start(self, _: Request, token: str) -> Response:
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._records.change() as data:
            session = sessions.find(data, "token", token)
            profile = profiles.find(data, session["shown"]["connector_profile_id"])
            session |= {"state": state, "verifier": verifier}
            sessions.record(session, "pending")
        query = {"client_id": profile["client_id"], "redirect_uri": REDIRECT_URI, "state": state}
        if data["settings"]["pkce"] == "on":
            query |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
        asked = urlencode({"response_type": "code", **query})
        return redirect(f"{self._records.url('employment_hero')}/oauth2/authorize?{asked}", 303)

    def _end(self, request: Request) -> Response:
        with self._records.change() as data:
            session = sessions.find(data, "state", request.args.get("state", ""))
            session["state"] = None
        its = session["shown"]
        said: dict[str, str | None]
        try:
            kept = self._tokens(request.args, session)
            texts = [organisation(self._records, kept["access_token"])]
            status, said = "authenticated", {"account_secure_id": str(uuid.uuid4())}
        except RefusedError as exc:
            status, texts = "cancelled" if exc.code == "access_denied" else "error", [exc.code, str(exc)]
            said = {"oauth_error_code": exc.code, "oauth_error_description": str(exc) or None}
        with self._records.change() as data:
            sessions.record(data["sessions"][its["id"] - 1], status, **said)
            if account_id := said.get("account_secure_id"):
                named = {name: its[name] for name in _OF_SESSION}
                data["accounts"].append({"id": account_id, "status": "active"} | named)
                data["tokens"][account_id] = kept
        return self.page(f"Employment Hero: {status}", listed(text for text in texts if text))

    def _tokens(self, sent: Mapping[str, str], session: dict[str, Any]) -> dict[str, Any]:
        if "error" in sent:
            raise RefusedError(sent.get("error_description", ""), sent["error"])
        profile = profiles.find(self._records.data, session["shown"]["connector_profile_id"])
        grant = {"code": sent.get("code", ""), "code_verifier": session["verifier"]}
        grant |= {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
        return tokens(self._records, profile, grant)
