"""StackOne's API in the sandbox: the documented calls, and the writes of profiles that we assume."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec import MsgspecError
from msgspec.json import decode
from werkzeug import Response

from eh_connect.sandbox import accounts, profiles
from eh_connect.sandbox.records import now
from eh_connect.sandbox.site import RefusedError, Site, by_id, first, json_response, validated

if TYPE_CHECKING:
    from werkzeug import Request
    from werkzeug.exceptions import HTTPException

    from eh_connect.sandbox.site import Answer, Data, Rule

_PROFILES = "/connector_profiles"
_PROFILE = f"{_PROFILES}/<profile>"
_PINNED = f"{_PROFILE}/pinned_version"
_PAGE_SIZE = 25  # the documented default, and here the maximum too
_FILTERS = {"provider": "provider", "providers": "provider", "account_ids": "id", "status": "status"}
_FILTERS |= dict.fromkeys(("origin_owner_id", "origin_owner_ids"), "origin_owner_id")
"""The filters of the list of accounts, and the field of an account that each looks at."""


class StackOneApi(Site):
    """A WSGI application. The body of an error has ``statusCode``, ``message`` and ``timestamp``."""

    def _answer(self, request: Request, data: Data) -> Response:
        if request.path == "/oas/stackone.json":
            return self._openapi()
        if not request.user_agent.string:
            raise RefusedError(403, "Forbidden")
        sent = request.authorization
        if sent is None or sent.username != data["api_key"] or sent.password:
            raise RefusedError(401, "Unauthorized")
        return super()._answer(request, data)

    def _refusal(self, exc: HTTPException) -> Response:
        body = {"statusCode": exc.code, "message": exc.description, "timestamp": now()}
        return json_response(body | (exc.more if isinstance(exc, RefusedError) else {}), exc.code or 500)

    def _openapi(self) -> Response:
        """The OpenAPI document, which needs no key."""
        paths: dict[str, Any] = {}
        for method, path, _ in self.documented:
            shown = path.replace("<", "{").replace(">", "}")
            paths.setdefault(shown, {})[method.lower()] = {"responses": {"default": {"description": ""}}}
        info = {"title": "StackOne (sandbox)", "version": "1"}
        return json_response({"openapi": "3.1.0", "info": info, "paths": paths})

    def _list_profiles(self, request: Request, data: Data) -> Data:
        key, enabled = map(request.args.get, ("connector_key", "enabled"))
        found = [
            shown
            for shown in (profile["shown"] for profile in data["profiles"])
            if key in {None, shown["connector_key"]} and enabled in {None, str(shown["active"]).lower()}
        ]
        page, size, items = _page(request, found)
        return {"page": page, "page_size": size, "total": len(found), "data": items}

    def _create_profile(self, request: Request, data: Data) -> Answer:
        return profiles.create(data, _fields(request))["shown"], 201

    def _update_profile(self, request: Request, data: Data, profile: Data) -> Any:
        return profiles.change(data, profile, _fields(request))["shown"]

    def _unpin(self, _: Request, __: Data, profile: Data) -> Response:
        profile["pinned"] = profile["shown"]["connector_pinned_version"] = None
        return Response(status=204)

    def _list_actions(self, request: Request, _: Data) -> Data:
        wanted = request.args.get("filter[connectors]")
        connectors = profiles.CONNECTORS.items()
        found = [dict(entry) for key, entry in connectors if not wanted or key in wanted.split(",")]
        include = _listed(request, "include")
        for entry in found:
            if "actions" in _listed(request, "exclude"):
                entry["actions"] = None
            elif "action_details" not in include:
                entry["actions"] = [{"id": each["id"], "label": each["label"]} for each in entry["actions"]]
            if "authentication_guides" not in include:
                entry["authentication"] = [each | {"support": None} for each in entry["authentication"]]
        begin = _number(request, "next", 0, least=0)
        end = begin + _number(request, "page_size", _PAGE_SIZE)
        return {"data": found[begin:end], "next": str(end) if end < len(found) else None}

    def _run_action(self, request: Request, data: Data) -> Data:
        action = validated(accounts.ActionBody, _fields(request), status=400).action
        if (account_id := request.headers.get("x-account-id")) is None:
            raise RefusedError(400, "Bad Request")
        account = self.fresh(data, by_id(data, "account", account_id))
        return accounts.run_action(data, account, action, self.records.url("employment_hero"))

    def fresh(self, data: Data, account: Data) -> Data:
        """Renew an account's tokens if they have expired, and return the account."""
        return accounts.refresh_tokens(data, account, self.records.url("employment_hero"))

    def _list_accounts(self, request: Request, data: Data) -> list[Data]:
        wanted = [(name, _listed(request, key)) for key, name in _FILTERS.items()]
        shown = (self.fresh(data, each)["shown"] for each in data["accounts"])
        found = [each for each in shown if all(not values or each[name] in values for name, values in wanted)]
        return _page(request, found)[2]

    def _list_accounts_v2(self, request: Request, data: Data) -> Data:
        profile_id = request.args.get("connector_profile_id")
        found = [each for each in data["accounts"] if profile_id in {None, each["profile"]}]
        return {"data": [accounts.as_v2(self.fresh(data, each)) for each in found], "next": None}

    def _show_account_v2(self, _: Request, data: Data, account: Data) -> Data:
        return accounts.as_v2(self.fresh(data, account))

    def _delete_account(self, _: Request, data: Data, account: Data) -> Any:
        data["accounts"].remove(account)
        return account["shown"]

    def _create_session(self, request: Request, data: Data) -> Answer:
        session = accounts.create_session(data, _fields(request))
        link = f"{self.records.url('stackone')}/connect/link/{session['token']}"
        return session["shown"] | {"token": session["token"], "auth_link_url": link}, 201

    def _authenticate(self, request: Request, data: Data) -> Answer:
        return accounts.find_session(data, "token", _fields(request).get("token", ""))["shown"], 201

    documented: ClassVar[tuple[Rule, ...]] = (
        ("GET", _PROFILES, _list_profiles),
        ("GET", "/auth_configs", _list_profiles),
        ("GET", f"{_PROFILE}/versions", lambda *_, profile: profiles.versions(profile)),
        ("GET", _PINNED, lambda *_, profile: first(filter(None, [profile["pinned"]]))),
        ("PUT", _PINNED, lambda _, request, __, profile: profiles.pin(profile, _fields(request))),
        ("DELETE", _PINNED, _unpin),
        ("GET", "/actions", _list_actions),
        ("POST", "/actions/rpc", _run_action),
        ("GET", "/accounts", _list_accounts),
        ("GET", "/accounts/<account>", lambda api, _, data, account: api.fresh(data, account)["shown"]),
        ("DELETE", "/accounts/<account>", _delete_account),
        ("GET", "/v2/accounts", _list_accounts_v2),
        ("GET", "/v2/accounts/<account>", _show_account_v2),
        ("POST", "/connect_sessions", _create_session),
        ("POST", "/connect_sessions/authenticate", _authenticate),
        ("GET", "/connect_sessions/<session>", lambda *_, session: accounts.cancel_overdue(session)["shown"]),
    )
    rules = (("POST", _PROFILES, _create_profile), ("PATCH", _PROFILE, _update_profile), *documented)


def _fields(request: Request) -> Data:
    """The fields of a request's body. RefusedError: it is no JSON object, or could not be saved."""
    raw = request.get_data()
    with suppress(MsgspecError, UnicodeDecodeError):
        if request.is_json and raw.count(b"[") + raw.count(b"{") <= 200:  # noqa: PLR2004  # Python can't copy deep nests
            return decode(raw, type=dict[str, Any])
    raise RefusedError(400, "Bad Request", errors=["the body must be a JSON object"])


def _listed(request: Request, name: str) -> list[str]:
    """A list in the query: the parameter is repeated, or its values have commas between them."""
    return [part for value in request.args.getlist(name) for part in value.split(",")]


def _page(request: Request, found: list[Any]) -> tuple[int, int, list[Any]]:
    """Return the number of the page that was asked for, its size, and the items on it."""
    page = _number(request, "page", 1)
    size = min(_number(request, "page_size", _PAGE_SIZE), _PAGE_SIZE)
    begin = (page - 1) * size
    return page, size, found[begin : begin + size]


def _number(request: Request, name: str, default: int, *, least: int = 1) -> int:
    """A number in the query; ``1.0`` is accepted too. RefusedError: it is no number, or less than ``least``."""
    text = request.args.get(name, str(default))
    whole = text.removesuffix(".0")
    if not (whole.isascii() and whole.isdecimal() and len(whole) < 10) or int(whole) < least:  # noqa: PLR2004
        raise RefusedError(400, "Bad Request", errors=[f"{name} must be a number of at least {least}"])
    return int(whole)
