"""Employment Hero in the sandbox: its Developer Portal, its OAuth server, and a few calls that need a token.

The portal follows prints of it (March and June 2026). Employment Hero documents mandatory PKCE, credentials in a
form body, tokens of 15 minutes and the API's envelope, but no errors or sign-in pages: these follow RFC 6749, 6750
and 7636. Parameters are checked first, then the client, then the code, as Doorkeeper does.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect

from eh_connect.employment_hero.portal import portal_url
from eh_connect.employment_hero.scopes import BOXES, by_card
from eh_connect.sandbox.records import HOST, made_up
from eh_connect.sandbox.site import Site, challenge_of
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict

    from eh_connect.sandbox.site import Answer, Data

_API = "/v2/organisations/<org>/developer_portal/api"
_HTTPS = re.compile(r"https://(?:[^/@\s]*@)?([\w.-]+)(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_STRINGS = {  # of each box; made up where the real ones were never seen
    f"{box.section}/{box.card}/{box.name}": box.strings
    or (f"{box.card.lower().replace(' ', '_')}:{box.name.lower()}",)
    for box in BOXES
}
_CARDS = [
    {"section": boxes[0].section, "card": boxes[0].card, "boxes": [box.name for box in boxes]}
    for boxes in by_card(BOXES)
]
_SECTIONS = [
    {"section": section, "role": role, "cards": [card for card in _CARDS if card["section"] == section]}
    for section, role in (("Admin", "Administrator Role Required"), ("User", "Standard User Role"))
]

_REQUIRED = {  # the parameters of each grant type
    "authorization_code": ("code", "redirect_uri", "code_verifier"),
    "refresh_token": ("refresh_token",),
}
_SECRETS = {"client_id", "client_secret", "code", "code_verifier"}  # not allowed in the query
_CODE_KEYS = ("client_id", "redirect_uri", "code_challenge")  # a code is valid only with the same ones
_CODE_SECONDS = 60
_TOKEN_SECONDS = 900
_CHALLENGE_LENGTH = 43
_PERSON = {"email": "robin@example.invalid", "password": "made-up"}
ORGANISATION = "Sample Pty Ltd"
_SCOPES = {"organisations": ("organizations:list", "organisations:list")}  # both spellings have been seen


class Portal(Site):
    """A WSGI application for ``/app``. Every organisation has the same applications."""

    server, product = "employment_hero", "Employment Hero"

    def _list(self, _: Request, data: Data, org: str) -> Response:
        shown = {"url": portal_url(org, ""), "applications": data["applications"]}
        return self.page("applications", "API", shown)

    def _configure(self, _: Request, __: Data, org: str, problems: Sequence[str] = ()) -> Response:
        shown = {"url": portal_url(org, ""), "sections": _SECTIONS}
        return self.page("new_application", "Add New Application", shown, problems)

    def _review(self, request: Request, data: Data, org: str) -> Response:
        sent = request.args
        if problems := _form_problems(sent):
            return self._configure(request, data, org, problems)
        hidden = [{"key": key, "value": value} for key, value in sent.items(multi=True)]
        shown = {"url": portal_url(org, ""), "sent": hidden, "scopes": _scopes(sent), **_editable(sent)}
        return self.page("review", "Review", shown)

    def _create(self, request: Request, data: Data, org: str) -> Response:
        if problems := _form_problems(request.form):
            return self._configure(request, data, org, problems)
        application = _editable(request.form) | {"client_id": made_up(), "client_secrets": [made_up()]}
        data["applications"].append(application | {"scopes": _scopes(request.form)})
        return redirect(f"{portal_url(org, '')}/{application['client_id']}?created", 303)

    def _show(
        self, request: Request, _: Data, org: str, application: Data, problems: Sequence[str] = ()
    ) -> Response:
        url = portal_url(org, "")
        shown = application | {"url": url, "here": f"{url}/{application['client_id']}"}
        shown |= {"client_secret": application["client_secrets"][-1]}
        if "created" in request.args:
            return self.page("created", "Application Created Successfully!", shown)
        shown |= _editable(request.form) if problems else {}
        return self.page("application", application["name"], shown, problems)

    def _edit(self, request: Request, data: Data, org: str, application: Data) -> Response:
        if problems := _form_problems(request.form, new=False):
            return self._show(request, data, org, application, problems)
        application.update(_editable(request.form))
        return redirect(f"{portal_url(org, '')}/{application['client_id']}", 303)

    def _renew_secret(self, _: Request, __: Data, org: str, application: Data) -> Response:
        # Not documented: whether the portal can do this, and whether the old secret stays valid.
        application["client_secrets"] = [made_up()]
        return redirect(f"{portal_url(org, '')}/{application['client_id']}", 303)

    rules = (
        ("GET", _API, _list),
        ("GET", f"{_API}/new", _configure),
        ("GET", f"{_API}/review", _review),
        ("POST", _API, _create),
        ("GET", f"{_API}/<application>", _show),
        ("POST", f"{_API}/<application>", _edit),
        ("POST", f"{_API}/<application>/secret", _renew_secret),
    )


class EmploymentHeroOAuth(Site):
    """A WSGI application for ``/oauth2`` and ``/api/v1``."""

    server, product = "employment_hero", "Employment Hero"

    _signed_in: ClassVar[set[str]] = set()  # tickets: the consent form of a signed-in person has one

    def _authorize(self, request: Request, data: Data) -> Response:
        """Show the login, then the consent, then go back to the client. The query stays the same."""
        sent, form, application = request.args, request.form, _find_application(data, request.args)
        uris = application["redirect_uri"].replace(",", " ").split() if application else []
        if application is None or sent.get("redirect_uri") not in uris:
            wrong = (
                "This redirect URI is not the application's"
                if application
                else "This application is not known"
            )
            return self.message(wrong, status=400)  # no redirect: RFC 6749, 4.1.2.1
        if urlsplit(sent["redirect_uri"]).hostname == HOST:
            return self.message("Forbidden", status=403)
        if error := _authorize_error(sent):
            return self._redirect_back(sent, **error)
        if (ticket := form.get("ticket")) not in self._signed_in:
            return self._sign_in(request, application)
        self._signed_in.discard(str(ticket))
        if form.get("decision") != "Allow":
            return self._redirect_back(sent, error="access_denied")
        grant = dict.fromkeys(("access_token", "refresh_token")) | {name: sent[name] for name in _CODE_KEYS}
        data["grants"].append(grant | {"code": (code := made_up()), "expires": time.time() + _CODE_SECONDS})
        return self._redirect_back(sent, code=code)

    def _sign_in(self, request: Request, application: Data) -> Response:
        here, form = f"{request.path}?{request.query_string.decode()}", request.form
        if any(form.get(name) != value for name, value in _PERSON.items()):
            problems = ["This sandbox knows only the person who is filled in"] if "email" in form else []
            return self.page("sign_in", "Sign in", {"here": here, **_PERSON}, problems)
        self._signed_in.add(ticket := made_up())
        shown = application | {"here": here, "ticket": ticket, "organisation": ORGANISATION}
        return self.page("consent", f"Authorize {application['name']}", shown)

    def _redirect_back(self, sent: Mapping[str, str], **said: str) -> Response:
        to = sent["redirect_uri"]
        if to == REDIRECT_URI:  # go to the sandbox's StackOne instead of the real one
            to = f"{self.records.url('stackone')}/connect/oauth2/employmenthero/callback"
        said |= {"state": sent["state"]} if "state" in sent else {}
        return redirect(f"{to}{'&' if '?' in to else '?'}{urlencode(said)}", 303)

    def _token(self, request: Request, data: Data) -> Answer:
        sent = request.values
        a_form = request.mimetype == "application/x-www-form-urlencoded"
        if not a_form or _SECRETS & request.args.keys() or "Authorization" in request.headers:
            return {"error": "invalid_request"}, 400
        if (grant_type := sent.get("grant_type", "")) not in _REQUIRED:
            return {"error": "unsupported_grant_type" if grant_type else "invalid_request"}, 400
        if not all(sent.get(name) for name in _REQUIRED[grant_type]):
            return {"error": "invalid_request"}, 400
        application, name = _find_application(data, sent), _REQUIRED[grant_type][0]
        if application is None or sent.get("client_secret") not in application["client_secrets"]:
            return {"error": "invalid_client"}, 401
        owned = (each for each in data["grants"] if each["client_id"] == application["client_id"])
        grant = next((each for each in owned if each[name] == sent[name]), None)
        if grant is None or (name == "code" and not _spend_code(grant, sent)):
            return {"error": "invalid_grant"}, 400
        tokens = {"access_token": made_up(), "refresh_token": made_up()}
        grant.update(tokens, expires=time.time() + _TOKEN_SECONDS)  # earlier tokens become invalid
        return {**tokens, "token_type": "bearer", "expires_in": _TOKEN_SECONDS}, 200

    def _list(self, request: Request, data: Data, entity: str) -> Answer:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        alive = (each for each in data["grants"] if each["access_token"] and each["expires"] > time.time())
        grant = next((each for each in alive if (kind, token) == ("Bearer", each["access_token"])), None)
        application = _find_application(data, grant) if grant else None
        if application is None:
            return {"error": "invalid_token"}, 401
        scopes = _SCOPES.get(entity, (f"{entity}:list",))
        if not set(scopes) & set(application["scopes"]):
            return {"error": "insufficient_scope", "scope": scopes[0]}, 403
        page, size = (request.args.get(name, 1, type=int) for name in ("page_index", "item_per_page"))
        name = ORGANISATION if entity == "organisations" else "Kim Sample"
        found = [{"id": data["organisation"], "name": name}] if page == 1 else []
        numbers = {"page_index": page, "item_per_page": size, "total_pages": 1, "total_items": 1}
        return {"data": {"items": found, **numbers}}, 200

    rules = (
        ("GET", "/oauth2/authorize", _authorize),
        ("POST", "/oauth2/authorize", _authorize),
        ("POST", "/oauth2/token", _token),
        ("GET", "/api/v1/<entity>", _list),
    )


def _editable(sent: MultiDict[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "").strip() for name in ("name", "redirect_uri")}


def _scopes(sent: MultiDict[str, str]) -> list[str]:
    """The scope strings of the ticked boxes, in the portal's order."""
    ticked = sent.getlist("scope")
    return [string for key, strings in _STRINGS.items() if key in ticked for string in strings]


def _form_problems(sent: MultiDict[str, str], *, new: bool = True) -> tuple[str, ...]:
    fields, ticked = _editable(sent), sent.getlist("scope")
    uris = [_HTTPS.fullmatch(uri.strip()) for uri in fields["redirect_uri"].split(",")]
    wrong = {
        "Application Name required": not fields["name"],
        "Redirect URI required": not fields["redirect_uri"],
        "Redirect URI must be an HTTPS address": fields["redirect_uri"] and not all(uris),
        "Redirect URI must not lead to localhost": any(uri and uri[1].lower() == "localhost" for uri in uris),
        "At least 1 scope required": new and not ticked,
        "There is no such scope": new and not _STRINGS.keys() >= set(ticked),
    }
    return tuple(text for text, is_so in wrong.items() if is_so)


def _find_application(data: Data, sent: Mapping[str, Any]) -> Data | None:
    """The application with the Client ID that was sent; None if there is none."""
    return next((each for each in data["applications"] if each["client_id"] == sent.get("client_id")), None)


def _authorize_error(sent: Mapping[str, str]) -> dict[str, str]:
    """The OAuth error of an authorize request; empty if it has none."""
    if sent.get("response_type") != "code":
        return {"error": "unsupported_response_type"}
    challenge = sent.get("code_challenge", "")
    if len(challenge) != _CHALLENGE_LENGTH or sent.get("code_challenge_method") != "S256":
        return {"error": "invalid_request", "error_description": "PKCE with S256 is required"}
    return {}


def _spend_code(grant: dict[str, Any], sent: Mapping[str, str]) -> bool:
    """Spend a code; return whether it was valid for this request."""
    grant["code"] = None
    return bool(
        grant["expires"] > time.time()
        and sent.get("redirect_uri") == grant["redirect_uri"]
        and challenge_of(sent.get("code_verifier", "")) == grant["code_challenge"]
    )
