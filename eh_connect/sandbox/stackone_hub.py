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
from eh_connect.sandbox.pkce import challenge_of
from eh_connect.sandbox.sites import FORM, Pages, listed
from eh_connect.sandbox.stackone_tokens import RefusedError, organisation, tokens
from eh_connect.stackone.models import EMPLOYMENT_HERO, REDIRECT_URI

if TYPE_CHECKING:
    from typing import Any

    from werkzeug import Request, Response

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
            ("GET", f"/oauth2/{EMPLOYMENT_HERO}/callback", self._callback),
        )

    def _show(self, request: Request, token: str) -> Response:
        session = sessions.find(self._records.data, "token", token)
        if session is None:
            return self._gone()
        owner = _TEXT.format(f"For {session['shown']['origin_owner_name']}")
        button = FORM.format("post", request.script_root + request.path, "", "Connect Employment Hero")
        return self.page("Connect your account", owner, button)

    def _start(self, _: Request, token: str) -> Response:
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._records.change() as data:
            session = sessions.find(data, "token", token)
            if session is None:
                return self._gone()
            profile = profiles.find(data, session["shown"]["connector_profile_id"])
            session |= {"state": state, "verifier": verifier}
            sessions.record(session, "pending")
        query = {"client_id": profile["client_id"], "redirect_uri": REDIRECT_URI, "state": state}
        if self._records.data["settings"]["pkce"] == "on":
            query |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
        asked = urlencode({"response_type": "code", **query})
        return redirect(f"{self._records.url('employment_hero')}/oauth2/authorize?{asked}", 303)

    def _callback(self, request: Request) -> Response:
        with self._records.change() as data:
            session = sessions.find(data, "state", request.args.get("state"))
            if session is None:
                return self._gone()
            session["state"] = None
        if error := request.args.get("error"):
            status = "cancelled" if error == "access_denied" else "error"
            return self._over(session, status, error, request.args.get("error_description"))
        profile = profiles.find(data, session["shown"]["connector_profile_id"])
        grant = {"code": request.args.get("code", ""), "redirect_uri": REDIRECT_URI}
        if data["settings"]["pkce"] == "on":
            grant["code_verifier"] = session["verifier"]
        try:
            kept = tokens(self._records, profile, grant_type="authorization_code", **grant)
            name = organisation(self._records, kept["access_token"])
        except RefusedError as exc:
            return self._over(session, "error", exc.code, str(exc))
        return self._over(session, "authenticated", None, name, kept)

    def _over(
        self,
        session: dict[str, Any],
        status: str,
        code: str | None,
        text: str | None,
        kept: dict[str, Any] | None = None,
    ) -> Response:
        """Record how the attempt ended, with the account where there are tokens to keep; say it too."""
        its, account_id = session["shown"], str(uuid.uuid4()) if kept else None
        with self._records.change() as data:
            if kept:
                account = {"id": account_id, "status": "active"} | {name: its[name] for name in _OF_SESSION}
                data["accounts"].append(account)
                data["tokens"][account_id] = kept
            said = {"oauth_error_description": None if kept else text, "account_secure_id": account_id}
            sessions.record(data["sessions"][its["id"] - 1], status, code, **said)
        titles = {"authenticated": "Connected", "cancelled": "Not connected", "error": "Not connected"}
        shown = {"Status": status, "Code": code, "Organisation" if kept else "Description": text}
        return self.page(titles[status], listed(f"{name}: {value}" for name, value in shown.items() if value))

    def _gone(self) -> Response:
        text = "It has expired, or there was never such a link. Ask for a new one."
        return self.page("This link can't be used", _TEXT.format(text), status=410)
