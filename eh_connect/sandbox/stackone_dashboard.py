"""StackOne's dashboard in the rehearsal: the page of connector profiles.

Source of the form: StackOne's setup guide, which lists no field for a name. How a profile is edited is not
documented: that page is our reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from werkzeug.utils import redirect

from eh_connect.sandbox import profiles
from eh_connect.sandbox.connectors import CONNECTORS
from eh_connect.sandbox.sites import FIELD, FORM, LINK, Pages, boxes, joined, listed
from eh_connect.stackone.models import EMPLOYMENT_HERO

if TYPE_CHECKING:
    from collections.abc import Container

    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict

    from eh_connect.sandbox.records import Records

_URL = "/dashboard/connector_profiles"
_CONNECTOR = CONNECTORS[EMPLOYMENT_HERO]
_CHOICE = Markup('<p><label for="{0}">{1}</label><br><select id="{0}"><option>{2}</option></select></p>')
_ROW = Markup('{} {} <span class="id">{}</span> {}')


class Dashboard(Pages):
    """A WSGI application for ``/dashboard``; its profiles are the API's."""

    product = "StackOne"

    def __init__(self, records: Records) -> None:
        self._records = records
        super().__init__(
            ("GET", "/connector_profiles", self._list),
            ("GET", "/connector_profiles/new", self._new),
            ("POST", "/connector_profiles", self._create),
            ("GET", "/connector_profiles/<profile_id>", self._show),
            ("POST", "/connector_profiles/<profile_id>", self._edit),
        )

    def _list(self, _: Request) -> Response:
        rows = []
        for its in (profile["shown"] for profile in self._records.data["profiles"]):
            state = "Enabled" if its["active"] else "Disabled"
            name = LINK.format(f"{_URL}/{its['id']}", its["name"])
            rows.append(_ROW.format(name, its["connector_label"], its["id"], state))
        add = LINK.format(f"{_URL}/new", "+ Connector Profile")
        return self.page("Connector Profiles", listed(rows), add)

    def _new(self, request: Request, problems: tuple[str, ...] = ()) -> Response:
        fields = joined(
            _CHOICE.format("connector", "Connector", _CONNECTOR["label"]),
            _CHOICE.format("type", "Type", _CONNECTOR["authentication"][0]["label"]),
            _fields(request.form.get("client_id", ""), _CONNECTOR, request.form.getlist("actions")),
        )
        form = FORM.format("post", _URL, fields, "Create profile")
        return self.page("New Connector Profile", form, problems=problems)

    def _create(self, request: Request) -> Response:
        given = _given(request.form, _CONNECTOR, {})
        if not all(given["setup_information"].values()):
            return self._new(request, ("Client ID and Client Secret are required",))
        label = _CONNECTOR["label"]
        with self._records.change() as data:
            taken = {profile["shown"]["name"] for profile in data["profiles"]}
            names = [label, *(f"{label} {number}" for number in range(2, len(taken) + 2))]
            fixed = {
                "name": next(name for name in names if name not in taken),
                "connector_key": EMPLOYMENT_HERO,
                "authentication_config_key": _CONNECTOR["authentication"][0]["key"],
                "environment": "production",
            }
            profiles.create(data, fixed | given)
        return redirect(_URL, 303)

    def _show(self, _: Request, profile_id: str) -> Response:
        profile = profiles.find(self._records.data, profile_id)
        its, chosen = profile["shown"], profile["actions"] or ()
        switches = {"active": "Enabled", "default": "Default of the project"}
        fields = joined(
            FIELD.format("name", "Name", its["name"], "text"),
            _fields(profile["client_id"], CONNECTORS[its["connector_key"]], chosen),
            boxes("Profile", "on", switches, [name for name in switches if its[name]]),
        )
        form = FORM.format("post", f"{_URL}/{profile_id}", fields, "Save")
        return self.page(its["name"], Markup("<p>ID: {}</p>").format(its["id"]), form)

    def _edit(self, request: Request, profile_id: str) -> Response:
        with self._records.change() as data:
            profile, on = profiles.find(data, profile_id), request.form.getlist("on")
            fields = _given(request.form, CONNECTORS[profile["shown"]["connector_key"]], profile)
            name = request.form.get("name", "").strip() or profile["shown"]["name"]
            switched = {"active": "active" in on, "default": "default" in on}
            profiles.change(data, profile, fields | switched | {"name": name})
        return redirect(f"{_URL}/{profile_id}", 303)


def _fields(client_id: str, connector: dict[str, Any], chosen: Container[str]) -> Markup:
    actions = {action["id"]: action["label"] for action in connector["actions"]}
    return joined(
        FIELD.format("client_id", "Client ID", client_id, "text"),
        FIELD.format("client_secret", "Client Secret", "", "password"),
        boxes("Actions (none: all)", "actions", actions, chosen),
    )


def _given(sent: MultiDict[str, str], connector: dict[str, Any], profile: dict[str, Any]) -> dict[str, Any]:
    """The fields of a write; what was left blank stays as it is in ``profile``."""
    chosen = [action["id"] for action in connector["actions"] if action["id"] in sent.getlist("actions")]
    names = {"clientId": "client_id", "clientSecret": "client_secret"}
    setup = {key: sent.get(name, "").strip() or profile.get(name, "") for key, name in names.items()}
    is_new = setup["clientId"] != profile.get("client_id") or sent.get("client_secret", "").strip()
    return {"actions": chosen or None} | ({"setup_information": setup} if is_new else {})
