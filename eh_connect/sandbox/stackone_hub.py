"""StackOne's Hub in the sandbox: the page behind an auth link, where a customer links an account.

How the real one looks, and what it records when, is not documented beyond the fields of the attempt.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from werkzeug.utils import redirect

from eh_connect.sandbox import accounts, profiles, sessions
from eh_connect.sandbox.provider import NoTokenError, organisation, tokens
from eh_connect.sandbox.site import Pages, challenge_of, the
from eh_connect.stackone.models import EMPLOYMENT_HERO, REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from werkzeug import Request, Response
    from werkzeug.exceptions import HTTPException

    from eh_connect.sandbox.records import Records


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
        return self.message("This link can't be used", text, status=exc.code or 500)

    def _show(self, request: Request, token: str) -> Response:
        its = sessions.find(self._records.data, "token", token)["shown"]
        shown = {"owner": its["origin_owner_name"], "here": request.script_root + request.path}
        if its["account_id"]:
            return self.page("hub", "Edit your account", shown | {"linked": [{}]})
        return self.page("hub", "Connect your account", shown | {"linked": []})

    def _start(self, _: Request, token: str) -> Response:
        state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        with self._records.change() as data:
            session = sessions.find(data, "token", token)
            profile = _profile(data, session)
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
            profile = _profile(data, session)
        kept, said = {}, dict[str, str | None]()
        try:
            kept = self._tokens(request.args, session, profile)
            status, text = "authenticated", organisation(self._records, kept["access_token"])
        except NoTokenError as exc:
            status, text = "cancelled" if exc.code == "access_denied" else "error", f"{exc.code or ''} {exc}"
            said = {"oauth_error_code": exc.code, "oauth_error_description": str(exc) or None}
        with self._records.change() as data:
            session = data["sessions"][session["shown"]["id"] - 1]
            if status == "authenticated":
                linked = accounts.link(data, session["shown"], profile["shown"]["id"], kept)
                said = {"account_secure_id": linked}
            sessions.record(session, status, **said)
        return self.message(f"Employment Hero: {status}", text or "")

    def _tokens(
        self, sent: Mapping[str, str], session: dict[str, Any], profile: dict[str, Any]
    ) -> dict[str, Any]:
        if "error" in sent:
            raise NoTokenError(sent.get("error_description", ""), sent["error"])
        grant = {"code": sent.get("code", ""), "code_verifier": session["verifier"]}
        grant |= {"grant_type": "authorization_code", "redirect_uri": REDIRECT_URI}
        return tokens(self._records, profile, grant)


def _profile(data: dict[str, Any], session: dict[str, Any]) -> dict[str, Any]:
    """The profile that a session is for: the named one, else what is usual for its provider."""
    if profile_id := session["shown"]["connector_profile_id"]:
        return profiles.find(data, profile_id)
    key = session["shown"]["provider"] or EMPLOYMENT_HERO
    all_of = [p for p in data["profiles"] if p["shown"]["active"] and p["shown"]["connector_key"] == key]
    return the(sorted(all_of, key=lambda profile: not profile["shown"]["default"]))
