"""Employment Hero's OAuth server in the sandbox, and the few calls of its API that need a token.

Mandatory PKCE, credentials from a form body only, 15 minutes and the API's envelope are in Employment Hero's
documentation; its error bodies and pages are not: these follow RFC 6749, 6750 and 7636, and the order of
judging is that of Doorkeeper: parameters, client, code.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect

from eh_connect.sandbox.records import HOST, made_up
from eh_connect.sandbox.site import Pages, challenge_of
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug import Request, Response

    from eh_connect.sandbox.records import Records
    from eh_connect.sandbox.site import Answer, Data

_NEEDED = {  # by each grant type
    "authorization_code": ("code", "redirect_uri", "code_verifier"),
    "refresh_token": ("refresh_token",),
}
_SECRETS = {"client_id", "client_secret", "code", "code_verifier"}  # the query must not carry them
_BOUND = ("client_id", "redirect_uri", "code_challenge")  # a code, to these of the authorize request
_CODE_SECONDS = 60
_TOKEN_SECONDS = 900
_CHALLENGE_LENGTH = 43
_PERSON = {"email": "robin@example.invalid", "password": "made-up"}
ORGANISATION = "Sample Pty Ltd"
EMPLOYEE = "Kim Sample"
_SCOPES = {"organisations": ("organizations:list", "organisations:list")}  # both spellings have been seen


class EmploymentHeroOAuth(Pages):
    """A WSGI application for ``/oauth2`` and ``/api/v1``."""

    server, product = "employment_hero", "Employment Hero"

    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self._signed_in: set[str] = set()  # what shows at the consent that a person has signed in

    def _authorize(self, request: Request, data: Data) -> Response:
        """Login, then consent, then back to the client; the request stays in the query all the way."""
        sent, form, its = request.args, request.form, _application(data, request.args)
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
        data["grants"].append(grant | {"code": (code := made_up()), "expires": time.time() + _CODE_SECONDS})
        return self._back(sent, code=code)

    def _sign_in(self, request: Request, its: Data) -> Response:
        here, form = f"{request.path}?{request.query_string.decode()}", request.form
        if any(form.get(name) != value for name, value in _PERSON.items()):
            problems = ["This sandbox knows only the person who is filled in"] if "email" in form else []
            return self.page("sign_in", "Sign in", {"here": here, **_PERSON}, problems)
        self._signed_in.add(ticket := made_up())
        shown = its | {"here": here, "ticket": ticket, "organisation": ORGANISATION}
        return self.page("consent", f"Authorize {its['name']}", shown)

    def _back(self, sent: Mapping[str, str], **said: str) -> Response:
        to = sent["redirect_uri"]
        if to == REDIRECT_URI:  # the sandbox's StackOne, not the real one
            to = f"{self.records.url('stackone')}/connect/oauth2/employmenthero/callback"
        said |= {"state": sent["state"]} if "state" in sent else {}
        return redirect(f"{to}{'&' if '?' in to else '?'}{urlencode(said)}", 303)

    def _token(self, request: Request, data: Data) -> Answer:
        sent = request.values
        a_form = request.mimetype == "application/x-www-form-urlencoded"
        if not a_form or _SECRETS & request.args.keys() or "Authorization" in request.headers:
            return {"error": "invalid_request"}, 400
        if (grant_type := sent.get("grant_type", "")) not in _NEEDED:
            return {"error": "unsupported_grant_type" if grant_type else "invalid_request"}, 400
        if not all(sent.get(name) for name in _NEEDED[grant_type]):
            return {"error": "invalid_request"}, 400
        its, name = _application(data, sent), _NEEDED[grant_type][0]
        if its is None or sent.get("client_secret") not in its["client_secrets"]:
            return {"error": "invalid_client"}, 401
        owned = (each for each in data["grants"] if each["client_id"] == its["client_id"])
        grant = next((each for each in owned if each[name] == sent[name]), None)
        if grant is None or (name == "code" and not _redeemed(grant, sent)):
            return {"error": "invalid_grant"}, 400
        tokens = {"access_token": made_up(), "refresh_token": made_up()}
        grant.update(tokens, expires=time.time() + _TOKEN_SECONDS)  # the earlier ones are forgotten
        return {**tokens, "token_type": "bearer", "expires_in": _TOKEN_SECONDS}, 200

    def _list(self, request: Request, data: Data, entity: str) -> Answer:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        alive = (each for each in data["grants"] if each["access_token"] and each["expires"] > time.time())
        grant = next((each for each in alive if (kind, token) == ("Bearer", each["access_token"])), None)
        its = _application(data, grant) if grant else None
        if its is None:
            return {"error": "invalid_token"}, 401
        scopes = _SCOPES.get(entity, (f"{entity}:list",))
        if not set(scopes) & set(its["scopes"]):
            return {"error": "insufficient_scope", "scope": scopes[0]}, 403
        page, size = (request.args.get(name, 1, type=int) for name in ("page_index", "item_per_page"))
        name = ORGANISATION if entity == "organisations" else EMPLOYEE
        found = [{"id": data["organisation"], "name": name}] if page == 1 else []
        numbers = {"page_index": page, "item_per_page": size, "total_pages": 1, "total_items": 1}
        return {"data": {"items": found, **numbers}}, 200

    rules = (
        ("GET", "/oauth2/authorize", _authorize),
        ("POST", "/oauth2/authorize", _authorize),
        ("POST", "/oauth2/token", _token),
        ("GET", "/api/v1/<entity>", _list),
    )


def _application(data: Data, sent: Mapping[str, Any]) -> Data | None:
    """The one that a request is for."""
    return next((each for each in data["applications"] if each["client_id"] == sent.get("client_id")), None)


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
