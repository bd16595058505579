"""Employment Hero's Developer Portal in the sandbox. Source: prints of the portal (March and June 2026)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from werkzeug.utils import redirect

from eh_connect.employment_hero.portal import portal_url
from eh_connect.employment_hero.scopes import BOXES, by_card
from eh_connect.sandbox.site import Pages, the

if TYPE_CHECKING:
    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict

    from eh_connect.employment_hero.scopes import Box
    from eh_connect.sandbox.records import Records

_ROLES = {"Admin": "Administrator Role Required", "User": "Standard User Role"}


def _strings(box: Box) -> tuple[str, ...]:
    """A box's strings; where they were never seen, one that is made up after those that were."""
    return box.strings or (f"{box.card.lower().replace(' ', '_')}:{box.name.lower()}",)


_BOXES = {f"{box.section}/{box.card}/{box.name}": _strings(box) for box in BOXES}
"""What each box of the form stands for."""

_SECTIONS = [
    {
        "section": section,
        "role": role,
        "cards": [
            {"card": boxes[0].card, "boxes": [{"box": box.name} for box in boxes]}
            for boxes in by_card(box for box in BOXES if box.section == section)
        ],
    }
    for section, role in _ROLES.items()
]


class Portal(Pages):
    """A WSGI application for ``/app``. Its applications are the same in every organisation."""

    product = "Employment Hero"

    def __init__(self, records: Records) -> None:
        self._records = records
        api = "/v2/organisations/<org>/developer_portal/api"
        super().__init__(
            ("GET", api, self._list),
            ("GET", f"{api}/new", self._configure),
            ("GET", f"{api}/review", self._review),
            ("POST", api, self._create),
            ("GET", f"{api}/<client_id>", self._show),
            ("POST", f"{api}/<client_id>", self._edit),
            ("POST", f"{api}/<client_id>/secret", self._renew_secret),
        )

    def _list(self, _: Request, org: str) -> Response:
        shown = {"url": portal_url(org, ""), "applications": self._records.data["applications"]}
        return self.page("applications", "API", shown)

    def _configure(self, _: Request, org: str, problems: tuple[str, ...] = ()) -> Response:
        shown = {"url": portal_url(org, ""), "sections": _SECTIONS}
        return self.page("new_application", "Add New Application", shown, problems=problems)

    def _review(self, request: Request, org: str) -> Response:
        sent = request.args
        if problems := _problems(sent):
            return self._configure(request, org, problems)
        hidden = [{"key": key, "value": value} for key, value in sent.items(multi=True)]
        shown = {"url": portal_url(org, ""), "sent": hidden, "scopes": _scopes(sent), **_editable(sent)}
        return self.page("review", "Review", shown)

    def _create(self, request: Request, org: str) -> Response:
        if problems := _problems(request.form):
            return self._configure(request, org, problems)
        client_id, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        application = {"client_id": client_id, "client_secrets": [secret], "scopes": _scopes(request.form)}
        with self._records.change() as data:
            data["applications"].append(application | _editable(request.form))
        return redirect(f"{portal_url(org, '')}/{client_id}?created", 303)

    def _show(self, request: Request, org: str, client_id: str, problems: tuple[str, ...] = ()) -> Response:
        its, url = _find(self._records.data, client_id), portal_url(org, "")
        credentials = [
            {"id": "client_id", "label": "Client ID", "value": client_id},
            {"id": "client_secret", "label": "Client Secret", "value": its["client_secrets"][-1]},
        ]
        shown = {"url": url, "here": f"{url}/{client_id}", "credentials": credentials}
        if "created" in request.args:
            shown |= {"created": [{}], "kept": []}
            return self.page("credentials", "Application Created Successfully!", shown)
        shown |= {"created": [], "kept": [its | (_editable(request.form) if problems else {})]}
        return self.page("credentials", its["name"], shown, problems=problems)

    def _edit(self, request: Request, org: str, client_id: str) -> Response:
        if problems := _problems(request.form, new=False):
            return self._show(request, org, client_id, problems)
        with self._records.change() as data:
            _find(data, client_id).update(_editable(request.form))
        return redirect(f"{portal_url(org, '')}/{client_id}", 303)

    def _renew_secret(self, _: Request, org: str, client_id: str) -> Response:
        # whether the portal can do this, and what becomes of the old secret, is not documented
        new = secrets.token_urlsafe(32)
        with self._records.change() as data:
            its = _find(data, client_id)
            kept = {"dies": [], "lives": its["client_secrets"]}[data["settings"]["old_secret"]]
            its["client_secrets"] = [*kept, new]
            if client_id == data["ready"]["client_id"]:
                data["ready"]["client_secret"] = new
        return redirect(f"{portal_url(org, '')}/{client_id}", 303)


def _find(data: dict[str, Any], client_id: str) -> dict[str, Any]:
    return the(each for each in data["applications"] if each["client_id"] == client_id)


def _editable(sent: MultiDict[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "").strip() for name in ("name", "redirect_uri")}


def _scopes(sent: MultiDict[str, str]) -> list[str]:
    """The strings of the boxes, in the portal's order."""
    return [string for key in _BOXES if key in sent.getlist("scope") for string in _BOXES[key]]


def _problems(sent: MultiDict[str, str], *, new: bool = True) -> tuple[str, ...]:
    its, ticked = _editable(sent), sent.getlist("scope")
    hosts = [_host(uri.strip()) for uri in its["redirect_uri"].split(",")]
    wrong = {
        "Application Name required": not its["name"],
        "Redirect URI required": not its["redirect_uri"],
        "Redirect URI must be an HTTPS address": its["redirect_uri"] and not all(hosts),
        "Redirect URI must not lead to localhost": "localhost" in hosts,
        "At least 1 scope required": new and not ticked,
        "There is no such scope": new and not _BOXES.keys() >= set(ticked),
    }
    return tuple(text for text, is_so in wrong.items() if is_so)


def _host(uri: str) -> str | None:
    """The host of an HTTPS address; None for anything else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    return parts.hostname if parts.scheme == "https" and uri.isprintable() else None
