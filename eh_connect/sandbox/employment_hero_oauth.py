"""Employment Hero's OAuth server in the rehearsal, with the one call of its API that needs a token.

Mandatory PKCE, credentials from a form body only, 15 minutes and the API's envelope are in Employment Hero's
documentation; its error bodies and pages are not: these follow RFC 6749, 6750 and 7636.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.utils import redirect

from eh_connect.sandbox.sites import FIELD, FORM, HIDDEN, Pages, answered, challenge_of, listed
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug import Request, Response

    from eh_connect.sandbox.records import Records

_NEEDED = {"authorization_code": "code", "refresh_token": "refresh_token"}
"""What each grant type brings along."""

_BOUND = ("client_id", "redirect_uri", "code_challenge")
"""What of the authorize request a code is bound to."""

_CODE_SECONDS = 60
_CHALLENGE_LENGTH = 43
_PERSON = {"email": "robin@example.invalid", "password": "made-up"}
_ORGANISATION = "Rehearsal Pty Ltd"
_SCOPES = {"organizations:list", "organisations:list"}  # both spellings have been seen


class EmploymentHeroOAuth(Pages):
    """A WSGI application for ``/oauth2`` and ``/api/v1``."""

    product = "Employment Hero"

    def __init__(self, records: Records) -> None:
        self._records = records
        self._signed_in: set[str] = set()  # what shows at the consent that somebody has signed in
        super().__init__(
            ("GET", "/oauth2/authorize", self._authorize),
            ("POST", "/oauth2/authorize", self._authorize),
            ("POST", "/oauth2/token", self._token),
            ("GET", "/api/v1/organisations", self._organisations),
        )

    def _authorize(self, request: Request) -> Response:
        """Login, then consent, then back to the client; the request stays in the query all the way."""
        sent, form = request.args, request.form
        its = self._application(sent)
        if its is None or sent.get("redirect_uri") != its["redirect_uri"]:  # no redirect: RFC 6749, 4.1.2.1
            wrong = "This redirect URI is not the application's" if its else "This application is not known"
            return self.page(wrong, status=400)
        if sent.get("response_type") != "code":
            return self._back(sent, error="unsupported_response_type")
        challenge = sent.get("code_challenge", "")
        if len(challenge) != _CHALLENGE_LENGTH or sent.get("code_challenge_method") != "S256":
            return self._back(sent, error="invalid_request", error_description="PKCE with S256 is required")
        if (ticket := form.get("ticket")) not in self._signed_in:
            return self._sign_in(request, its)
        self._signed_in.discard(str(ticket))
        if form.get("decision") != "Allow":
            return self._back(sent, error="access_denied")
        grant = dict.fromkeys(("access_token", "refresh_token")) | {name: sent[name] for name in _BOUND}
        grant |= {"code": secrets.token_urlsafe(32), "expires": time.time() + _CODE_SECONDS}
        with self._records.change() as data:
            data["grants"].append(grant)
        return self._back(sent, code=grant["code"])

    def _sign_in(self, request: Request, its: dict[str, Any]) -> Response:
        here, form = f"{request.path}?{request.query_string.decode()}", request.form
        if any(form.get(name) != value for name, value in _PERSON.items()):
            email = FIELD.format("email", "Email", _PERSON["email"], "text")
            password = FIELD.format("password", "Password", _PERSON["password"], "password")
            problems = ["That is not the person whom this rehearsal made up"] if "email" in form else []
            signing_in = FORM.format("post", here, email + password, "Sign in")
            return self.page("Sign in", signing_in, problems=problems)
        self._signed_in.add(ticket := secrets.token_urlsafe(32))
        shown = HIDDEN.format("ticket", ticket)
        buttons = (
            FORM.format("post", here, shown + HIDDEN.format("decision", text), text)
            for text in ("Allow", "Cancel")
        )
        asks = Markup("<p>{} asks for access to {}:</p>").format(its["name"], _ORGANISATION)
        return self.page(f"Authorize {its['name']}", asks, listed(its["scopes"]), *buttons)

    def _back(self, sent: Mapping[str, str], **said: Any) -> Response:
        to = sent["redirect_uri"]
        if to == REDIRECT_URI:  # the rehearsal's StackOne, not the real one
            to = f"{self._records.url('stackone')}/connect/oauth2/employmenthero/callback"
        said |= {"state": sent["state"]} if "state" in sent else {}
        return redirect(f"{to}{'&' if '?' in to else '?'}{urlencode(said)}", 303)

    def _token(self, request: Request) -> Response:
        status, said = self._judge(request)
        return answered(said, status)

    def _judge(self, request: Request) -> tuple[int, dict[str, Any]]:
        form, grant_type = request.form, request.form.get("grant_type")
        a_form = request.mimetype == "application/x-www-form-urlencoded"
        if not a_form or not grant_type or request.args or "Authorization" in request.headers:
            return 400, {"error": "invalid_request"}
        its = self._application(form)
        if its is None or form.get("client_secret") not in its["client_secrets"]:
            return 401, {"error": "invalid_client"}
        if grant_type not in _NEEDED:
            return 400, {"error": "unsupported_grant_type"}
        shown = form.get(name := _NEEDED[grant_type])
        if not shown:
            return 400, {"error": "invalid_request"}
        with self._records.change() as data:
            owned = (each for each in data["grants"] if each["client_id"] == its["client_id"])
            grant = next((each for each in owned if each[name] == shown), None)
            if grant is None or (grant_type == "authorization_code" and not _redeemed(grant, form)):
                return 400, {"error": "invalid_grant"}
            tokens = {each: secrets.token_urlsafe(32) for each in ("access_token", "refresh_token")}
            seconds = data["settings"]["access_token_seconds"]
            grant.update(tokens, expires=time.time() + seconds)  # the earlier ones are forgotten
        return 200, {**tokens, "token_type": "bearer", "expires_in": seconds}

    def _organisations(self, request: Request) -> Response:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        data = self._records.data
        alive = (each for each in data["grants"] if each["access_token"] and each["expires"] > time.time())
        grant = next((each for each in alive if (kind, token) == ("Bearer", each["access_token"])), None)
        its = self._application(grant) if grant else None
        if its is None:
            return answered({"error": "invalid_token"}, 401)
        if _SCOPES.isdisjoint(its["scopes"]):
            return answered({"error": "insufficient_scope"}, 403)
        page, size = (request.args.get(name, 1, type=int) for name in ("page_index", "item_per_page"))
        found = [{"id": data["organisation"], "name": _ORGANISATION}] if page == 1 else []
        numbers = {"page_index": page, "item_per_page": size, "total_pages": 1, "total_items": 1}
        return answered({"data": {"items": found, **numbers}})

    def _application(self, sent: Mapping[str, Any]) -> dict[str, Any] | None:
        its: list[dict[str, Any]] = self._records.data["applications"]
        return next((each for each in its if each["client_id"] == sent.get("client_id")), None)


def _redeemed(grant: dict[str, Any], form: Mapping[str, str]) -> bool:
    """Whether the code is good; it is spent by its first use, right or wrong."""
    grant["code"] = None
    return bool(
        grant["expires"] > time.time()
        and form.get("redirect_uri") == grant["redirect_uri"]
        and challenge_of(form.get("code_verifier", "")) == grant["code_challenge"]
    )
