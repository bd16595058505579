"""StackOne's pages in the sandbox: the dashboard's connector profiles, and the Hub behind an auth link.

The form for a new profile follows StackOne's setup guide, which lists no field for a name. The other pages, and
what the Hub records, are not documented: we assume them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from werkzeug.utils import redirect

from eh_connect.sandbox import accounts, profiles
from eh_connect.sandbox.records import made_up
from eh_connect.sandbox.site import Site, by_id, challenge_of, first
from eh_connect.stackone.models import EMPLOYMENT_HERO, REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict
    from werkzeug.exceptions import HTTPException

    from eh_connect.sandbox.site import Data

_URL = "/dashboard/connector_profiles"
_SWITCHES = {"active": "Enabled", "default": "Default of the project"}


class Dashboard(Site):
    """A WSGI application for ``/dashboard``. It shows the profiles of the API."""

    def _list(self, _: Request, data: Data) -> Response:
        shown = (profile["shown"] for profile in data["profiles"])
        rows = [each | {"state": "Enabled" if each["active"] else "Disabled"} for each in shown]
        return self.page("profiles", "Connector Profiles", {"url": _URL, "profiles": rows})

    def _new(self, request: Request, _: Data, problems: tuple[str, ...] = ()) -> Response:
        shown = {"url": _URL, "actions": _boxes(profiles.actions_of(EMPLOYMENT_HERO))}
        shown["client_id"] = request.form.get("client_id", "")
        return self.page("new_profile", "New Connector Profile", shown, problems)

    def _create(self, request: Request, data: Data) -> Response:
        fields, taken = _fields(request.form, {}), {profile["shown"]["name"] for profile in data["profiles"]}
        if not all(fields["setup_information"].values()):
            return self._new(request, data, ("Client ID and Client Secret are required",))
        numbered = ("Employment Hero", *(f"Employment Hero {n}" for n in range(2, len(taken) + 2)))
        fields |= {"name": next(name for name in numbered if name not in taken), "environment": "production"}
        fields |= {"connector_key": EMPLOYMENT_HERO, "authentication_config_key": "oauth2"}
        profiles.create(data, fields)
        return redirect(_URL, 303)

    def _show(self, _: Request, __: Data, profile: Data) -> Response:
        shown = profile["shown"] | {"url": _URL, "client_id": profile["client_id"]}
        shown["actions"] = _boxes(profiles.actions_of(shown["connector_key"]), profile["actions"] or ())
        shown["switches"] = _boxes(_SWITCHES, [name for name in _SWITCHES if shown[name]])
        return self.page("profile", shown["name"], shown)

    def _edit(self, request: Request, data: Data, profile: Data) -> Response:
        form, shown, on = request.form, profile["shown"], request.form.getlist("on")
        fields = _fields(form, profile) | {"name": form.get("name", "").strip() or shown["name"]}
        profiles.change(data, profile, fields | {"default": "default" in on}, active="active" in on)
        return redirect(f"{_URL}/{shown['id']}", 303)

    rules = (
        ("GET", "/connector_profiles", _list),
        ("GET", "/connector_profiles/new", _new),
        ("POST", "/connector_profiles", _create),
        ("GET", "/connector_profiles/<profile>", _show),
        ("POST", "/connector_profiles/<profile>", _edit),
    )


class Hub(Site):
    """A WSGI application for ``/connect``, where a customer links an account."""

    def _refusal(self, exc: HTTPException) -> Response:
        text = "It has expired, or there is no such link. Ask for a new one."
        return self.message("This link can't be used", text, status=exc.code or 500)

    def _show(self, request: Request, data: Data, token: str) -> Response:
        session = accounts.find_session(data, "token", token)["shown"]
        shown = {"owner": session["origin_owner_name"], "here": request.script_root + request.path}
        shown["linked"] = [session["account_id"]] if session["account_id"] else []
        return self.page("hub", "Edit your account" if shown["linked"] else "Connect your account", shown)

    def _start(self, _: Request, data: Data, token: str) -> Response:
        session = accounts.find_session(data, "token", token)
        profile = _profile(data, session)
        session |= {"state": made_up(), "verifier": made_up()}
        accounts.set_attempt(session, "pending")
        query = {
            "response_type": "code",
            "client_id": profile["client_id"],
            "redirect_uri": REDIRECT_URI,
            "state": session["state"],
            "code_challenge": challenge_of(session["verifier"]),
            "code_challenge_method": "S256",
        }
        return redirect(f"{self.records.url('employment_hero')}/oauth2/authorize?{urlencode(query)}", 303)

    def _end(self, request: Request, data: Data) -> Response:
        session = accounts.find_session(data, "state", request.args.get("state", ""))
        session["state"], profile = None, _profile(data, session)
        server = self.records.url("employment_hero")
        try:
            tokens, text = accounts.finish_sign_in(request.args, session["verifier"], profile, server)
        except accounts.NoTokenError as exc:
            status, text = "cancelled" if exc.code == "access_denied" else "error", f"{exc.code or ''} {exc}"
            said = {"oauth_error_code": exc.code, "oauth_error_description": str(exc) or None}
        else:
            linked = accounts.link(data, session["shown"], profile["shown"]["id"], tokens)
            status, said = "authenticated", {"account_secure_id": linked}
        accounts.set_attempt(session, status, **said)
        return self.message(f"Employment Hero: {status}", text)

    rules = (
        ("GET", "/link/<token>", _show),
        ("POST", "/link/<token>", _start),
        ("GET", f"/oauth2/{EMPLOYMENT_HERO}/callback", _end),
    )


def _boxes(labels: Mapping[str, str], ticked: Container[str] = ()) -> list[dict[str, str]]:
    states = {value: " checked" if value in ticked else "" for value in labels}
    return [{"value": value, "label": label, "checked": states[value]} for value, label in labels.items()]


def _fields(sent: MultiDict[str, str], profile: Data) -> Data:
    """The fields to write for a form. What is blank in the form is taken from ``profile``."""
    names = {"clientId": "client_id", "clientSecret": "client_secret"}
    setup = {key: sent.get(name, "").strip() or profile.get(name, "") for key, name in names.items()}
    is_new = setup["clientId"] != profile.get("client_id") or sent.get("client_secret", "").strip()
    return {"actions": sent.getlist("actions") or None} | ({"setup_information": setup} if is_new else {})


def _profile(data: Data, session: Data) -> Any:
    """The profile that a session is for: the one that it names, else the default or first of its provider."""
    if profile_id := session["shown"]["connector_profile_id"]:
        return by_id(data, "profile", profile_id)
    key = session["shown"]["provider"] or EMPLOYMENT_HERO
    all_of = [p for p in data["profiles"] if p["shown"]["active"] and p["shown"]["connector_key"] == key]
    return first(sorted(all_of, key=lambda profile: not profile["shown"]["default"]))
