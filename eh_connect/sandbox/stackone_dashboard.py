"""StackOne's dashboard in the sandbox: the page of connector profiles.

Source of the form: StackOne's setup guide, which lists no field for a name. How a profile is edited is not
documented: that page is our reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.utils import redirect

from eh_connect.sandbox import profiles
from eh_connect.sandbox.connectors import CONNECTORS, actions_of
from eh_connect.sandbox.site import Pages
from eh_connect.stackone.models import EMPLOYMENT_HERO

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from werkzeug import Request, Response
    from werkzeug.datastructures import MultiDict

    from eh_connect.sandbox.records import Records

_URL = "/dashboard/connector_profiles"
_SWITCHES = {"active": "Enabled", "default": "Default of the project"}


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
        shown = (profile["shown"] for profile in self._records.data["profiles"])
        rows = [its | {"state": "Enabled" if its["active"] else "Disabled"} for its in shown]
        return self.page("profiles", "Connector Profiles", {"url": _URL, "profiles": rows})

    def _new(self, request: Request, problems: tuple[str, ...] = ()) -> Response:
        shown = {"url": _URL, "button": "Create profile", "new": [{}], "kept": []}
        shown |= {
            "client_id": request.form.get("client_id", ""),
            "actions": _boxes(actions_of(EMPLOYMENT_HERO)),
        }
        return self.page("profile", "New Connector Profile", shown, problems=problems)

    def _create(self, request: Request) -> Response:
        connector = CONNECTORS[EMPLOYMENT_HERO]
        given = _given(request.form, EMPLOYMENT_HERO, {})
        if not all(given["setup_information"].values()):
            return self._new(request, ("Client ID and Client Secret are required",))
        with self._records.change() as data:
            taken = {profile["shown"]["name"] for profile in data["profiles"]}
            names = [connector["name"], *(f"{connector['name']} {n}" for n in range(2, len(taken) + 2))]
            fixed = {
                "name": next(name for name in names if name not in taken),
                "connector_key": EMPLOYMENT_HERO,
                "authentication_config_key": connector["authentication"][0]["key"],
                "environment": "production",
            }
            profiles.create(data, fixed | given)
        return redirect(_URL, 303)

    def _show(self, _: Request, profile_id: str) -> Response:
        profile = profiles.find(self._records.data, profile_id)
        its = profile["shown"]
        switches = _boxes(_SWITCHES, [name for name in _SWITCHES if its[name]])
        shown: dict[str, Any] = {"url": f"{_URL}/{profile_id}", "button": "Save", "new": []}
        shown |= {"client_id": profile["client_id"], "kept": [its | {"switches": switches}]}
        shown["actions"] = _boxes(actions_of(its["connector_key"]), profile["actions"] or ())
        return self.page("profile", its["name"], shown)

    def _edit(self, request: Request, profile_id: str) -> Response:
        with self._records.change() as data:
            profile, on = profiles.find(data, profile_id), request.form.getlist("on")
            fields = _given(request.form, profile["shown"]["connector_key"], profile)
            fields |= {name: name in on for name in _SWITCHES}
            fields["name"] = request.form.get("name", "").strip() or profile["shown"]["name"]
            profiles.change(data, profile, fields)
        return redirect(f"{_URL}/{profile_id}", 303)


def _boxes(labels: Mapping[str, str], ticked: Container[str] = ()) -> list[dict[str, str]]:
    states = {value: " checked" if value in ticked else "" for value in labels}
    return [{"value": value, "label": label, "checked": states[value]} for value, label in labels.items()]


def _given(sent: MultiDict[str, str], connector_key: str, profile: dict[str, Any]) -> dict[str, Any]:
    """The fields of a write; what was left blank stays as it is in ``profile``."""
    chosen = [each for each in actions_of(connector_key) if each in sent.getlist("actions")]
    names = {"clientId": "client_id", "clientSecret": "client_secret"}
    setup = {key: sent.get(name, "").strip() or profile.get(name, "") for key, name in names.items()}
    is_new = setup["clientId"] != profile.get("client_id") or sent.get("client_secret", "").strip()
    return {"actions": chosen or None} | ({"setup_information": setup} if is_new else {})
