"""StackOne's API in the rehearsal: the documented calls, and the assumed writes of connector profiles."""

from __future__ import annotations

import copy
import json
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from eh_connect.sandbox.connectors import CONNECTORS
from eh_connect.sandbox.profile_fields import problems_of
from eh_connect.sandbox.records import now

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from eh_connect.sandbox.records import Records

_PAGE_SIZE = 25
"""The documented default."""

_NULLABLE = ("connector_version", "connector_pinned_version", "connector_owner")


class StackOneApi:
    """A WSGI application. Error bodies are ``{statusCode, message, timestamp}`` and perhaps ``errors``."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._routes = Map(
            [
                Rule("/connector_profiles", methods=["GET"], endpoint=self._list_profiles),
                Rule("/connector_profiles", methods=["POST"], endpoint=self._create_profile),
                Rule("/connector_profiles/<profile_id>", methods=["PATCH"], endpoint=self._update_profile),
                Rule("/actions", methods=["GET"], endpoint=self._list_actions),
                Rule("/v2/accounts", methods=["GET"], endpoint=self._list_accounts),
            ]
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        try:
            self._check_sender(request)
            endpoint, arguments = self._routes.bind_to_environ(environ).match()
            status, body = 201 if request.method == "POST" else 200, endpoint(request, **arguments)
        except _RefusedError as exc:
            status, body = exc.status, exc.body
        except HTTPException as exc:
            status, body = exc.code or 500, _RefusedError(exc.code or 500, exc.name).body
        answer = Response(json.dumps(body), status, mimetype="application/json")
        return answer(environ, start_response)

    def _check_sender(self, request: Request) -> None:
        if not request.user_agent.string:
            raise _RefusedError(403, "Forbidden")
        sent = request.authorization
        if sent is None or sent.username not in self._records.data["api_keys"] or sent.password:
            raise _RefusedError(401, "Unauthorized")

    def _written(self, request: Request) -> dict[str, Any]:
        """The fields of a write, if there is such a call and this key may make it."""
        writes = self._records.data["settings"]["writes"]
        if writes != "on":
            raise _RefusedError(int(writes), f"Cannot {request.method} {request.path}")
        if request.authorization is None or request.authorization.username != self._records.key("read-write"):
            raise _RefusedError(403, "Forbidden resource")
        try:
            fields = json.loads(request.get_data()) if request.is_json else None
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise _RefusedError(400, "Bad Request", ["the body must be a JSON object"])
        return fields

    def _list_profiles(self, request: Request) -> Any:
        data = self._records.data
        first = data["settings"]["first_page"]
        page = _number(request, "page", first, least=first)
        size = min(_number(request, "page_size", _PAGE_SIZE, least=1), data["settings"]["max_page_size"])
        key, enabled = request.args.get("connector_key"), request.args.get("enabled")
        found = [
            profile["shown"]
            for profile in data["profiles"]
            if key in {None, profile["shown"]["connector_key"]}
            and enabled in {None, str(profile["shown"]["active"]).lower()}
        ]
        begin = (page - first) * size
        return {"page": page, "page_size": size, "total": len(found), "data": found[begin : begin + size]}

    def _create_profile(self, request: Request) -> Any:
        fields = self._written(request)
        if problems := problems_of(fields):
            raise _RefusedError(422, "Validation failed", problems)
        connector, time = CONNECTORS[fields["connector_key"]], now()
        shown = {
            "id": str(uuid.uuid4()),
            "connector_key": connector["key"],
            "connector_label": connector["label"],
            "logo_url": f"https://logos.invalid/{connector['key']}.svg",
            "categories": ["hris"],
            "active": True,
            "default": False,
            "release_stage": connector["release_stage"],
            "authentication_config_label": connector["authentication"][0]["label"],
            "created_at": time,
            "updated_at": time,
        }
        profile = {"shown": dict.fromkeys(_NULLABLE) | shown, "actions": None}
        with self._records.change() as data:
            data["profiles"].append(profile)
            _apply(fields, profile, data["profiles"])
        return profile["shown"]

    def _update_profile(self, request: Request, profile_id: str) -> Any:
        fields = self._written(request)
        with self._records.change() as data:
            found = [profile for profile in data["profiles"] if profile["shown"]["id"] == profile_id]
            if not found:
                raise _RefusedError(404, "Connector profile not found")
            profile = found[0]
            shown, before = profile["shown"], copy.deepcopy(profile)
            if problems := problems_of(fields, connector_key=shown["connector_key"]):
                raise _RefusedError(422, "Validation failed", problems)
            _apply(fields, profile, data["profiles"])
            if profile != before or "setup_information" in fields:
                shown["updated_at"] = _later_than(shown["updated_at"])
        return shown

    def _list_actions(self, request: Request) -> Any:
        wanted = request.args.get("filter[connectors]")
        found = [entry for key, entry in CONNECTORS.items() if not wanted or key in wanted.split(",")]
        if request.args.get("include") != "action_details":
            found = [{**entry, "actions": []} for entry in found]
        begin = _number(request, "next", 0, least=0)
        end = begin + _number(request, "page_size", _PAGE_SIZE, least=1)
        return {"data": found[begin:end], "next": str(end) if end < len(found) else None}

    def _list_accounts(self, request: Request) -> Any:
        wanted = request.args.get("connector_profile_id")
        accounts = self._records.data["accounts"]
        found = [account for account in accounts if wanted in {None, account["connector_profile_id"]}]
        return {"data": found, "next": None}


class _RefusedError(Exception):
    """An answer that is not a 2xx."""

    def __init__(self, status: int, message: str, errors: list[str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: dict[str, Any] = {"statusCode": status, "message": message, "timestamp": now()}
        if errors:
            self.body["errors"] = errors


def _number(request: Request, name: str, default: int, *, least: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise _RefusedError(400, "Bad Request", [f"{name} must be a number of at least {least}"])
    return int(text)


def _apply(fields: dict[str, Any], profile: dict[str, Any], everyone: list[dict[str, Any]]) -> None:
    shown = profile["shown"]
    for name in ("name", "environment", "authentication_config_key", "default"):
        if name in fields:
            shown[name] = fields[name]
    if setup := fields.get("setup_information"):
        profile["client_id"], profile["client_secret"] = setup["clientId"], setup["clientSecret"]
    if "actions" in fields:
        profile["actions"] = fields["actions"]
    if fields.get("default"):
        # the default is the project's choice: the profile that loses it keeps its `updated_at`
        for other in everyone:
            if other is not profile and other["shown"]["connector_key"] == shown["connector_key"]:
                other["shown"]["default"] = False


def _later_than(text: str) -> str:
    """The present time, and at least a millisecond after ``text``: two changes never look like one."""
    following = datetime.fromisoformat(text) + timedelta(milliseconds=1)
    return max(now(), following.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
