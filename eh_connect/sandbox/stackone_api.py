"""StackOne's API in the sandbox: the documented calls, and the assumed writes of profiles."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from werkzeug import Response

from eh_connect.sandbox import accounts, profiles, provider, sessions
from eh_connect.sandbox.connectors import CONNECTORS
from eh_connect.sandbox.records import now
from eh_connect.sandbox.site import RefusedError, Site, answered, the

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug import Request
    from werkzeug.exceptions import HTTPException

    from eh_connect.sandbox.records import Records

_PAGE_SIZE = 25  # the documented default
_PROFILE = "/connector_profiles/<profile_id>"
_LISTS = {
    "origin_owner_ids": "origin_owner_id",
    "providers": "provider",
    "account_ids": "id",
    "status": "status",
}


class StackOneApi(Site):
    """A WSGI application. Error bodies are ``{statusCode, message, timestamp}`` and perhaps more."""

    def __init__(self, records: Records) -> None:
        self._records = records
        assumed: list[tuple[str, str, Callable[..., Response]]] = [
            ("POST", "/connector_profiles", self._create_profile),
            ("PATCH", _PROFILE, self._update_profile),
        ]
        self._documented: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", "/connector_profiles", self._list_profiles),
            ("GET", "/auth_configs", self._list_profiles),
            ("GET", f"{_PROFILE}/versions", self._list_versions),
            ("GET", f"{_PROFILE}/pinned_version", self._show_pinned),
            ("PUT", f"{_PROFILE}/pinned_version", self._pin),
            ("DELETE", f"{_PROFILE}/pinned_version", self._unpin),
            ("GET", "/actions", self._list_actions),
            ("POST", "/actions/rpc", self._run_action),
            ("GET", "/accounts", self._list_accounts),
            ("GET", "/accounts/<account_id>", self._show_account),
            ("DELETE", "/accounts/<account_id>", self._delete_account),
            ("GET", "/v2/accounts", self._list_accounts_v2),
            ("GET", "/v2/accounts/<account_id>", self._show_account_v2),
            ("POST", "/connect_sessions", self._create_session),
            ("POST", "/connect_sessions/authenticate", self._authenticate),
            ("GET", "/connect_sessions/<session_id>", self._show_session),
        ]
        super().__init__(*assumed, *self._documented)

    def _answer(self, request: Request) -> Response:
        if request.path == "/oas/stackone.json":
            return self._openapi()
        if not request.user_agent.string:
            raise RefusedError(403, "Forbidden")
        sent = request.authorization
        if sent is None or sent.username not in self._records.data["api_keys"] or sent.password:
            raise RefusedError(401, "Unauthorized")
        return super()._answer(request)

    def _refusal(self, exc: HTTPException) -> Response:
        body = {"statusCode": exc.code, "message": exc.description, "timestamp": now()}
        return answered(body | (exc.more if isinstance(exc, RefusedError) else {}), exc.code or 500)

    def _openapi(self) -> Response:
        """What StackOne shows of its API to everybody."""
        paths: dict[str, Any] = {}
        for method, path, _ in self._documented:
            shown = path.replace("<", "{").replace(">", "}")
            paths.setdefault(shown, {})[method.lower()] = {"responses": {"default": {"description": ""}}}
        info = {"title": "StackOne (sandbox)", "version": "1"}
        return answered({"openapi": "3.1.0", "info": info, "paths": paths})

    def _fields(self, request: Request, *, writes: str = "on", runs: bool = False) -> dict[str, Any]:
        """The fields of a body, if there is such a call and this key may make it."""
        if writes != "on":
            raise RefusedError(int(writes), f"Cannot {request.method} {request.path}")
        key = request.authorization and request.authorization.username
        rights = self._records.data["api_keys"][key]
        if rights == "read-only" or (runs and rights == "no-actions"):
            raise RefusedError(403, "Forbidden resource")
        if request.method == "DELETE":
            return {}
        fields = None
        with suppress(ValueError, RecursionError):
            fields = json.loads(request.get_data()) if request.is_json else None
        if not isinstance(fields, dict):
            raise RefusedError(400, "Bad Request", errors=["the body must be a JSON object"])
        return fields

    def _list_profiles(self, request: Request) -> Response:
        data = self._records.data
        settings, key, enabled = data["settings"], *map(request.args.get, ("connector_key", "enabled"))
        found = [
            profile["shown"]
            for profile in data["profiles"]
            if key in {None, profile["shown"]["connector_key"]}
            and enabled in {None, str(profile["shown"]["active"]).lower()}
        ]
        page, size, shown = _page(request, found, settings["first_page"], settings["max_page_size"])
        return answered({"page": page, "page_size": size, "total": len(found), "data": shown})

    def _create_profile(self, request: Request) -> Response:
        fields = self._fields(request, writes=self._records.data["settings"]["writes"])
        _valid(profiles.problems_of(fields))
        with self._records.change() as data:
            return answered(profiles.create(data, fields)["shown"], 201)

    def _update_profile(self, request: Request, profile_id: str) -> Response:
        fields = self._fields(request, writes=self._records.data["settings"]["writes"])
        with self._records.change() as data:
            profile = profiles.find(data, profile_id)
            _valid(profiles.problems_of(fields, connector_key=profile["shown"]["connector_key"]))
            profiles.change(data, profile, fields)
            return answered(profile["shown"])

    def _list_versions(self, _: Request, profile_id: str) -> Response:
        return answered(profiles.versions(profiles.find(self._records.data, profile_id)))

    def _show_pinned(self, _: Request, profile_id: str) -> Response:
        pinned = profiles.find(self._records.data, profile_id)["pinned"]
        return answered(the([pinned] if pinned else []))

    def _pin(self, request: Request, profile_id: str) -> Response:
        fields = self._fields(request)
        with self._records.change() as data:
            profile = profiles.find(data, profile_id)
            _valid(profiles.pin(profile, fields.get("pinned_version") or "", fields.get("owner")))
            return answered(profile["pinned"])

    def _unpin(self, request: Request, profile_id: str) -> Response:
        self._fields(request)
        with self._records.change() as data:
            profiles.pin(profiles.find(data, profile_id), None, None)
        return Response(status=204)

    def _list_actions(self, request: Request) -> Response:
        wanted = request.args.get("filter[connectors]")
        found = [dict(entry) for key, entry in CONNECTORS.items() if not wanted or key in wanted.split(",")]
        include, exclude = _listed(request, "include"), _listed(request, "exclude")
        for entry in found:
            if "actions" in exclude:
                entry["actions"] = None
            elif "action_details" not in include:
                entry["actions"] = [{name: its[name] for name in ("id", "label")} for its in entry["actions"]]
            if "authentication_guides" not in include:
                entry["authentication"] = [its | {"support": None} for its in entry["authentication"]]
        begin = _number(request, "next", 0, least=0)
        end = begin + _number(request, "page_size", _PAGE_SIZE, least=1)
        return answered({"data": found[begin:end], "next": str(end) if end < len(found) else None})

    def _run_action(self, request: Request) -> Response:
        fields = self._fields(request, runs=True)
        return answered(provider.run_action(self._records, request.headers.get("x-account-id"), fields))

    def _accounts(self, ids: list[str]) -> list[dict[str, Any]]:
        for account_id in ids:
            provider.refresh(self._records, account_id)
        return [each for each in self._records.data["accounts"] if each["shown"]["id"] in ids]

    def _list_accounts(self, request: Request) -> Response:
        one = {name: request.args.get(name) for name in ("provider", "origin_owner_id")}
        many = {name: _listed(request, key) for key, name in _LISTS.items()}
        shown = (each["shown"] for each in self._accounts([*self._ids(None)]))
        found = [
            its
            for its in shown
            if all(value in {None, its[name]} for name, value in one.items())
            and all(not values or its[name] in values for name, values in many.items())
        ]
        return answered(_page(request, found, 1, _PAGE_SIZE)[2])

    def _list_accounts_v2(self, request: Request) -> Response:
        ids = [*self._ids(request.args.get("connector_profile_id"))]
        return answered({"data": [*map(accounts.v2, self._accounts(ids))], "next": None})

    def _ids(self, profile_id: str | None) -> list[str]:
        its = self._records.data["accounts"]
        return [each["shown"]["id"] for each in its if profile_id in {None, each["profile"]}]

    def _show_account(self, _: Request, account_id: str) -> Response:
        return answered(the(self._accounts([account_id]))["shown"])

    def _show_account_v2(self, _: Request, account_id: str) -> Response:
        return answered(accounts.v2(the(self._accounts([account_id]))))

    def _delete_account(self, request: Request, account_id: str) -> Response:
        self._fields(request)
        with self._records.change() as data:
            account = accounts.find(data, account_id)
            data["accounts"].remove(account)
        return answered(account["shown"])

    def _create_session(self, request: Request) -> Response:
        fields = self._fields(request)
        _valid(sessions.problems_of(fields))
        with self._records.change() as data:
            session = sessions.create(data, fields)
            profile_id = session["shown"]["connector_profile_id"]
            if profile_id and not profiles.find(data, profile_id)["shown"]["active"]:
                raise RefusedError(412, "The connector profile is disabled")
        link = f"{self._records.url('stackone')}/connect/link/{session['token']}"
        return answered(session["shown"] | {"token": session["token"], "auth_link_url": link}, 201)

    def _authenticate(self, request: Request) -> Response:
        token = self._fields(request).get("token")
        _valid([] if isinstance(token, str) else ["token must be a string"])
        return answered(sessions.find(self._records.data, "token", str(token))["shown"], 201)

    def _show_session(self, _: Request, session_id: str) -> Response:
        with self._records.change() as data:
            number = session_id.removesuffix(".0")
            session = the(each for each in data["sessions"] if str(each["shown"]["id"]) == number)
            sessions.give_up(session, data["settings"]["attempt_seconds"])
        return answered(session["shown"])


def _valid(problems: list[str]) -> None:
    if problems:
        raise RefusedError(422, "Validation failed", errors=problems)


def _listed(request: Request, name: str) -> list[str]:
    """A list in the query: repeated, or divided by commas."""
    return [part for value in request.args.getlist(name) for part in value.split(",")]


def _page(request: Request, found: list[Any], first: int, most: int) -> tuple[int, int, list[Any]]:
    """A page's number, its size, and what is on it."""
    page = _number(request, "page", first, least=first)
    size = min(_number(request, "page_size", _PAGE_SIZE, least=1), most)
    begin = (page - first) * size
    return page, size, found[begin : begin + size]


def _number(request: Request, name: str, default: int, *, least: int) -> int:
    """A number in the query; ``1.0`` is one."""
    text = request.args.get(name, str(default))
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal()) or int(whole) < least:
        raise RefusedError(400, "Bad Request", errors=[f"{name} must be a number of at least {least}"])
    return int(whole)
