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
    from werkzeug import Request
    from werkzeug.exceptions import HTTPException

    from eh_connect.sandbox.records import Records
    from eh_connect.sandbox.site import Rule

_PAGE_SIZE = 25  # the documented default
_FILTERS = {"origin_owner_id": "origin_owner_id", "origin_owner_ids": "origin_owner_id"}
_FILTERS |= {"provider": "provider", "providers": "provider", "account_ids": "id", "status": "status"}
"""What the list of accounts can be filtered by, and the field that it looks at."""


class StackOneApi(Site):
    """A WSGI application. Error bodies are ``{statusCode, message, timestamp}`` and perhaps more."""

    def __init__(self, records: Records) -> None:
        self._records = records
        assumed: list[Rule] = [
            ("POST", "/connector_profiles", self._create_profile),
            ("PATCH", "/connector_profiles/<its_id>", self._update_profile),
        ]
        one, pinned = "/accounts/<its_id>", "/connector_profiles/<its_id>/pinned_version"
        self._documented: list[Rule] = [
            ("GET", "/connector_profiles", self._list_profiles),
            ("GET", "/auth_configs", self._list_profiles),
            (
                "GET",
                "/connector_profiles/<its_id>/versions",
                lambda _, its_id: profiles.versions(self._profile(its_id)),
            ),
            ("GET", pinned, lambda _, its_id: the(filter(None, [self._profile(its_id)["pinned"]]))),
            ("PUT", pinned, self._pin),
            ("DELETE", pinned, self._unpin),
            ("GET", "/actions", self._list_actions),
            ("POST", "/actions/rpc", self._run_action),
            ("GET", "/accounts", self._list_accounts),
            ("GET", one, lambda _, its_id: the(self._accounts([its_id]))["shown"]),
            ("DELETE", one, self._delete_account),
            ("GET", "/v2/accounts", self._list_accounts_v2),
            ("GET", f"/v2{one}", lambda _, its_id: accounts.v2(the(self._accounts([its_id])))),
            ("POST", "/connect_sessions", self._create_session),
            ("POST", "/connect_sessions/authenticate", self._authenticate),
            ("GET", "/connect_sessions/<its_id>", self._show_session),
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

    def _profile(self, its_id: str) -> dict[str, Any]:
        return profiles.find(self._records.data, its_id)

    def _list_profiles(self, request: Request) -> Any:
        data = self._records.data
        settings, key, enabled = data["settings"], *map(request.args.get, ("connector_key", "enabled"))
        found = [
            its
            for its in (profile["shown"] for profile in data["profiles"])
            if key in {None, its["connector_key"]} and enabled in {None, str(its["active"]).lower()}
        ]
        page, size, shown = _page(request, found, settings["first_page"], settings["max_page_size"])
        return {"page": page, "page_size": size, "total": len(found), "data": shown}

    def _create_profile(self, request: Request) -> Response:
        fields = self._fields(request, writes=self._records.data["settings"]["writes"])
        _valid(profiles.problems_of(fields))
        with self._records.change() as data:
            return answered(profiles.create(data, fields)["shown"], 201)

    def _update_profile(self, request: Request, its_id: str) -> Any:
        fields = self._fields(request, writes=self._records.data["settings"]["writes"])
        with self._records.change() as data:
            profile = profiles.find(data, its_id)
            _valid(profiles.problems_of(fields, connector_key=profile["shown"]["connector_key"]))
            profiles.change(data, profile, fields)
            return profile["shown"]

    def _pin(self, request: Request, its_id: str) -> Any:
        fields = self._fields(request)
        with self._records.change() as data:
            profile = profiles.find(data, its_id)
            _valid(profiles.pin(profile, fields.get("pinned_version") or "", fields.get("owner")))
            return profile["pinned"]

    def _unpin(self, request: Request, its_id: str) -> Response:
        self._fields(request)
        with self._records.change() as data:
            profiles.pin(profiles.find(data, its_id), None, None)
        return Response(status=204)

    def _list_actions(self, request: Request) -> Any:
        wanted = request.args.get("filter[connectors]")
        found = [dict(entry) for key, entry in CONNECTORS.items() if not wanted or key in wanted.split(",")]
        include = _listed(request, "include")
        for entry in found:
            if "actions" in _listed(request, "exclude"):
                entry["actions"] = None
            elif "action_details" not in include:
                entry["actions"] = [{name: its[name] for name in ("id", "label")} for its in entry["actions"]]
            if "authentication_guides" not in include:
                entry["authentication"] = [its | {"support": None} for its in entry["authentication"]]
        begin = _number(request, "next", 0, least=0)
        end = begin + _number(request, "page_size", _PAGE_SIZE, least=1)
        return {"data": found[begin:end], "next": str(end) if end < len(found) else None}

    def _run_action(self, request: Request) -> Any:
        fields = self._fields(request, runs=True)
        return provider.run_action(self._records, request.headers.get("x-account-id"), fields)

    def _accounts(self, ids: list[str]) -> list[dict[str, Any]]:
        """Accounts, with tokens that are fresh."""
        return [provider.refresh(self._records, account_id) for account_id in ids]

    def _ids(self, profile_id: str | None) -> list[str]:
        its = self._records.data["accounts"]
        return [each["shown"]["id"] for each in its if profile_id in {None, each["profile"]}]

    def _list_accounts(self, request: Request) -> Any:
        wanted = [(name, _listed(request, key)) for key, name in _FILTERS.items()]
        shown = (each["shown"] for each in self._accounts(self._ids(None)))
        found = [its for its in shown if all(not values or its[name] in values for name, values in wanted)]
        return _page(request, found, 1, _PAGE_SIZE)[2]

    def _list_accounts_v2(self, request: Request) -> Any:
        its = self._accounts(self._ids(request.args.get("connector_profile_id")))
        return {"data": [*map(accounts.v2, its)], "next": None}

    def _delete_account(self, request: Request, its_id: str) -> Any:
        self._fields(request)
        with self._records.change() as data:
            account = accounts.find(data, its_id)
            data["accounts"].remove(account)
        return account["shown"]

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

    def _show_session(self, _: Request, its_id: str) -> Any:
        number = its_id.removesuffix(".0")
        with self._records.change() as data:
            session = the(each for each in data["sessions"] if str(each["shown"]["id"]) == number)
            sessions.give_up(session, data["settings"]["attempt_seconds"])
        return session["shown"]


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
