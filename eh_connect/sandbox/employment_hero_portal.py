"""Employment Hero's Developer Portal in the rehearsal. Source: screenshots of the portal (March 2026)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from markupsafe import Markup
from werkzeug.utils import redirect

from eh_connect.employment_hero.portal import portal_url
from eh_connect.employment_hero.scopes import CARDS, Selection
from eh_connect.sandbox.sites import COPYABLE, FIELD, FORM, HIDDEN, LINK, Pages, boxes, joined, listed, the

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict

    from eh_connect.sandbox.records import Records

_CARDS = [(card, {f"{card.section}/{card.name}/{box.name}": box.name for box in card.boxes}) for card in CARDS]
_BOXES = {key: (card.section, card.name, box) for card, its in _CARDS for key, box in its.items()}
_FOR_EVER = Markup('<p class="warning">Scopes cannot be modified after the application is created.</p>')
_COUNTER = Markup("""<h2>API Scopes</h2><p id="counter">{} scopes selected</p>
<script>onchange = () => counter.textContent =
  document.querySelectorAll(":checked").length + " scopes selected"</script>""")


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
        applications = self._records.data["applications"]
        links = [LINK.format(_url(org, each["client_id"]), each["name"]) for each in applications]
        return self.page("API", listed(links), LINK.format(_url(org, "new"), "Add Application"))

    def _configure(self, request: Request, org: str, problems: tuple[str, ...] = ()) -> Response:
        ticked = request.values.getlist("scope")
        cards = (boxes(card.name, "scope", its, ticked) for card, its in _CARDS)
        fields = joined(_fields(request.values), _COUNTER.format(len(ticked)), *cards)
        form = FORM.format("get", _url(org, "review"), fields, "Continue to Review")
        return self.page("Configure & Select Scopes", form, problems=problems)

    def _review(self, request: Request, org: str) -> Response:
        sent = request.args
        if problems := _problems(sent):
            return self._configure(request, org, problems)
        shown = (Markup("<p>{}</p>").format(text) for text in _editable(sent).values())
        kept = joined(*(HIDDEN.format(name, value) for name, value in sent.items(multi=True)))
        create = FORM.format("post", _url(org), kept, "Create Application")
        return self.page("Review", *shown, listed(_scopes(sent)), _FOR_EVER, create)

    def _create(self, request: Request, org: str) -> Response:
        if problems := _problems(request.form):
            return self._configure(request, org, problems)
        client_id, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        application = {"client_id": client_id, "client_secrets": [secret], "scopes": _scopes(request.form)}
        with self._records.change() as data:
            data["applications"].append(application | _editable(request.form))
        return redirect(_url(org, f"{client_id}?created"), 303)

    def _show(self, request: Request, org: str, client_id: str, problems: tuple[str, ...] = ()) -> Response:
        its = _find(self._records.data, client_id)
        credentials = joined(
            COPYABLE.format("client_id", "Client ID", client_id),
            COPYABLE.format("client_secret", "Client Secret", its["client_secrets"][-1]),
            LINK.format(_url(org), "All applications"),
        )
        if "created" in request.args:
            return self.page("Application Created Successfully!", credentials)
        fields = _fields(request.form if problems else its)
        edit = FORM.format("post", _url(org, client_id), fields, "Save")
        renew = FORM.format("post", _url(org, client_id, "secret"), "", "Generate new secret")
        shown = (credentials, renew, edit, listed(its["scopes"]), _FOR_EVER)
        return self.page(its["name"], *shown, problems=problems)

    def _edit(self, request: Request, org: str, client_id: str) -> Response:
        if problems := _problems(request.form, new=False):
            return self._show(request, org, client_id, problems)
        with self._records.change() as data:
            _find(data, client_id).update(_editable(request.form))
        return redirect(_url(org, client_id), 303)

    def _renew_secret(self, _: Request, org: str, client_id: str) -> Response:
        # whether the portal can do this, and what becomes of the old secret, is not documented
        new = secrets.token_urlsafe(32)
        with self._records.change() as data:
            its = _find(data, client_id)
            kept = {"dies": [], "lives": its["client_secrets"]}[data["settings"]["old_secret"]]
            its["client_secrets"] = [*kept, new]
            if client_id == data["ready"]["client_id"]:
                data["ready"]["client_secret"] = new
        return redirect(_url(org, client_id), 303)


def _url(org: str, *parts: str) -> str:
    return "/".join((portal_url(org, ""), *parts))


def _find(data: dict[str, Any], client_id: str) -> dict[str, Any]:
    return the(each for each in data["applications"] if each["client_id"] == client_id)


def _fields(values: Mapping[str, Any]) -> Markup:
    name = FIELD.format("name", "Application Name", values.get("name", ""), "text")
    return name + FIELD.format("redirect_uri", "Redirect URI", values.get("redirect_uri", ""), "text")


def _editable(sent: MultiDict[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "").strip() for name in ("name", "redirect_uri")}


def _scopes(sent: MultiDict[str, str]) -> list[str]:
    chosen = Selection(frozenset(_BOXES[key] for key in sent.getlist("scope")))
    return [*chosen.strings, *(f"{box} (string unknown)" for box in chosen.unknown)]


def _problems(sent: MultiDict[str, str], *, new: bool = True) -> tuple[str, ...]:
    its, ticked = _editable(sent), sent.getlist("scope")
    try:
        host = urlsplit(its["redirect_uri"]).hostname
    except ValueError:
        host = None
    is_https = its["redirect_uri"].startswith("https://") and its["redirect_uri"].isprintable()
    wrong = {
        "Application Name is required": not its["name"],
        "Redirect URI must be an HTTPS address": not (host and is_https),
        "Redirect URI must not lead to localhost or 127.0.0.1": host in {"localhost", "127.0.0.1"},
        "Select at least one scope": new and not ticked,
        "There is no such scope": new and not _BOXES.keys() >= set(ticked),
    }
    return tuple(text for text, is_so in wrong.items() if is_so)
