"""Employment Hero's Developer Portal in the sandbox. Source: prints of the portal (March and June 2026)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from werkzeug.utils import redirect

from eh_connect.employment_hero.portal import portal_url
from eh_connect.employment_hero.scopes import BOXES, by_card
from eh_connect.sandbox.records import made_up
from eh_connect.sandbox.site import Pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict

    from eh_connect.sandbox.site import Data

_API = "/v2/organisations/<org>/developer_portal/api"
_HTTPS = re.compile(r"https://(?:[^/@\s]*@)?([\w.-]+|\[[0-9a-f:]+\])(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_ROLES = {"Admin": "Administrator Role Required", "User": "Standard User Role"}
_STRINGS = {
    # where they were never seen, one that is made up after those that were
    f"{box.section}/{box.card}/{box.name}": box.strings
    or (f"{box.card.lower().replace(' ', '_')}:{box.name.lower()}",)
    for box in BOXES
}
"""What each box of the form stands for."""

_CARDS = [
    {"section": its[0].section, "card": its[0].card, "boxes": [box.name for box in its]}
    for its in by_card(BOXES)
]
_SECTIONS = [
    {"section": section, "role": role, "cards": [card for card in _CARDS if card["section"] == section]}
    for section, role in _ROLES.items()
]


class Portal(Pages):
    """A WSGI application for ``/app``. Its applications are the same in every organisation."""

    server, product = "employment_hero", "Employment Hero"

    def _list(self, _: Request, data: Data, org: str) -> Response:
        shown = {"url": portal_url(org, ""), "applications": data["applications"]}
        return self.page("applications", "API", shown)

    def _configure(self, _: Request, __: Data, org: str, problems: Sequence[str] = ()) -> Response:
        shown = {"url": portal_url(org, ""), "sections": _SECTIONS}
        return self.page("new_application", "Add New Application", shown, problems)

    def _review(self, request: Request, data: Data, org: str) -> Response:
        sent = request.args
        if problems := _problems(sent):
            return self._configure(request, data, org, problems)
        hidden = [{"key": key, "value": value} for key, value in sent.items(multi=True)]
        shown = {"url": portal_url(org, ""), "sent": hidden, "scopes": _scopes(sent), **_editable(sent)}
        return self.page("review", "Review", shown)

    def _create(self, request: Request, data: Data, org: str) -> Response:
        if problems := _problems(request.form):
            return self._configure(request, data, org, problems)
        its = {"client_id": made_up(), "client_secrets": [made_up()], "scopes": _scopes(request.form)}
        data["applications"].append(its | _editable(request.form))
        return redirect(f"{portal_url(org, '')}/{its['client_id']}?created", 303)

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
        if problems := _problems(request.form, new=False):
            return self._show(request, data, org, application, problems)
        application.update(_editable(request.form))
        return redirect(f"{portal_url(org, '')}/{application['client_id']}", 303)

    def _renew_secret(self, _: Request, __: Data, org: str, application: Data) -> Response:
        # whether the portal can do this, and what becomes of the old secret, is not documented
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


def _editable(sent: MultiDict[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "").strip() for name in ("name", "redirect_uri")}


def _scopes(sent: MultiDict[str, str]) -> list[str]:
    """The strings of the boxes, in the portal's order."""
    ticked = sent.getlist("scope")
    return [string for key, strings in _STRINGS.items() if key in ticked for string in strings]


def _problems(sent: MultiDict[str, str], *, new: bool = True) -> tuple[str, ...]:
    its, ticked = _editable(sent), sent.getlist("scope")
    uris = [_HTTPS.fullmatch(uri.strip()) for uri in its["redirect_uri"].split(",")]
    wrong = {
        "Application Name required": not its["name"],
        "Redirect URI required": not its["redirect_uri"],
        "Redirect URI must be an HTTPS address": its["redirect_uri"] and not all(uris),
        "Redirect URI must not lead to localhost": any(uri and uri[1].lower() == "localhost" for uri in uris),
        "At least 1 scope required": new and not ticked,
        "There is no such scope": new and not _STRINGS.keys() >= set(ticked),
    }
    return tuple(text for text, is_so in wrong.items() if is_so)
