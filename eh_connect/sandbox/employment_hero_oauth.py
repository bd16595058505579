"""Employment Hero's OAuth server in the sandbox, and the few calls of its API that need a token.

Mandatory PKCE, credentials from a form body only, 15 minutes and the API's envelope are in Employment Hero's
documentation; its error bodies and pages are not: these follow RFC 6749, 6750 and 7636, and the order of
judging is that of Doorkeeper: parameters, client, code.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect

from eh_connect.sandbox.records import HOST
from eh_connect.sandbox.site import Pages, answered, challenge_of
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug import Request, Response

    from eh_connect.sandbox.records import Records

_NEEDED = {
    "authorization_code": ("code", "redirect_uri", "code_verifier"),
    "refresh_token": ("refresh_token",),
}
"""What each grant type brings along."""

_SECRETS = {"client_id", "client_secret", "code", "code_verifier"}
"""What the query must not carry."""

_BOUND = ("client_id", "redirect_uri", "code_challenge")
"""What of the authorize request a code is bound to."""

_CODE_SECONDS = 60
_CHALLENGE_LENGTH = 43
_PERSON = {"email": "robin@example.invalid", "password": "made-up"}
ORGANISATION = "Sample Pty Ltd"
EMPLOYEE = "Kim Sample"
_SCOPES = {"organisations": ("organizations:list", "organisations:list")}  # both spellings have been seen


class EmploymentHeroOAuth(Pages):
    """A WSGI application for ``/oauth2`` and ``/api/v1``."""

    product = "Employment Hero"

    def __init__(self, records: Records) -> None:
        self._records = records
        self._signed_in: set[str] = set()  # what shows at the consent that a person has signed in
        super().__init__(
            ("GET", "/oauth2/authorize", self._authorize),
            ("POST", "/oauth2/authorize", self._authorize),
            ("POST", "/oauth2/token", self._token),
            ("GET", "/api/v1/<entity>", self._list),
        )

    def _authorize(self, request: Request) -> Response:
        """Login, then consent, then back to the client; the request stays in the query all the way."""
        sent, form = request.args, request.form
        its = self._application(sent)
        if its is None or sent.get("redirect_uri") not in its["redirect_uri"].replace(",", " ").split():
            wrong = "This redirect URI is not the application's" if its else "This application is not known"
            return self.message(wrong, status=400)  # no redirect: RFC 6749, 4.1.2.1
        if urlsplit(sent["redirect_uri"]).hostname == HOST:
            return self.message("Forbidden", status=403)
        if error := _error_of(sent):
            return self._back(sent, **error)
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
            problems = ["This sandbox knows only the person who is filled in"] if "email" in form else []
            return self.page("sign_in", "Sign in", {"here": here, **_PERSON}, problems=problems)
        self._signed_in.add(ticket := secrets.token_urlsafe(32))
        shown = {"here": here, "ticket": ticket, "decisions": ["Allow", "Cancel"]}
        return self.page("consent", f"Authorize {its['name']}", its | shown | {"organisation": ORGANISATION})

    def _back(self, sent: Mapping[str, str], **said: Any) -> Response:
        to = sent["redirect_uri"]
        if to == REDIRECT_URI:  # the sandbox's StackOne, not the real one
            to = f"{self._records.url('stackone')}/connect/oauth2/employmenthero/callback"
        said |= {"state": sent["state"]} if "state" in sent else {}
        return redirect(f"{to}{'&' if '?' in to else '?'}{urlencode(said)}", 303)

    def _token(self, request: Request) -> Response:
        status, said = self._judge(request)
        return answered(said, status)

    def _judge(self, request: Request) -> tuple[int, dict[str, Any]]:
        sent = request.values
        a_form = request.mimetype == "application/x-www-form-urlencoded"
        if not a_form or _SECRETS & request.args.keys() or "Authorization" in request.headers:
            return 400, {"error": "invalid_request"}
        if (grant_type := sent.get("grant_type", "")) not in _NEEDED:
            return 400, {"error": "unsupported_grant_type" if grant_type else "invalid_request"}
        if not all(sent.get(name) for name in _NEEDED[grant_type]):
            return 400, {"error": "invalid_request"}
        its = self._application(sent)
        if its is None or sent.get("client_secret") not in its["client_secrets"]:
            return 401, {"error": "invalid_client"}
        name = _NEEDED[grant_type][0]
        with self._records.change() as data:
            owned = (each for each in data["grants"] if each["client_id"] == its["client_id"])
            grant = next((each for each in owned if each[name] == sent[name]), None)
            if grant is None or (name == "code" and not _redeemed(grant, sent)):
                return 400, {"error": "invalid_grant"}
            tokens = {each: secrets.token_urlsafe(32) for each in ("access_token", "refresh_token")}
            seconds = data["settings"]["access_token_seconds"]
            grant.update(tokens, expires=time.time() + seconds)  # the earlier ones are forgotten
        return 200, {**tokens, "token_type": "bearer", "expires_in": seconds}

    def _list(self, request: Request, entity: str) -> Response:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        data = self._records.data
        alive = (each for each in data["grants"] if each["access_token"] and each["expires"] > time.time())
        grant = next((each for each in alive if (kind, token) == ("Bearer", each["access_token"])), None)
        its = self._application(grant) if grant else None
        if its is None:
            return answered({"error": "invalid_token"}, 401)
        scopes = _SCOPES.get(entity, (f"{entity}:list",))
        if not set(scopes) & set(its["scopes"]):
            return answered({"error": "insufficient_scope", "scope": scopes[0]}, 403)
        page, size = (request.args.get(name, 1, type=int) for name in ("page_index", "item_per_page"))
        name = ORGANISATION if entity == "organisations" else EMPLOYEE
        found = [{"id": data["organisation"], "name": name}] if page == 1 else []
        numbers = {"page_index": page, "item_per_page": size, "total_pages": 1, "total_items": 1}
        return answered({"data": {"items": found, **numbers}})

    def _application(self, sent: Mapping[str, Any]) -> dict[str, Any] | None:
        its: list[dict[str, Any]] = self._records.data["applications"]
        return next((each for each in its if each["client_id"] == sent.get("client_id")), None)


def _error_of(sent: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with an authorize request."""
    if sent.get("response_type") != "code":
        return {"error": "unsupported_response_type"}
    challenge = sent.get("code_challenge", "")
    if len(challenge) != _CHALLENGE_LENGTH or sent.get("code_challenge_method") != "S256":
        return {"error": "invalid_request", "error_description": "PKCE with S256 is required"}
    return {}


def _redeemed(grant: dict[str, Any], sent: Mapping[str, str]) -> bool:
    """Whether the code is good; it is spent by its first use, right or wrong."""
    grant["code"] = None
    return bool(
        grant["expires"] > time.time()
        and sent.get("redirect_uri") == grant["redirect_uri"]
        and challenge_of(sent.get("code_verifier", "")) == grant["code_challenge"]
    )
