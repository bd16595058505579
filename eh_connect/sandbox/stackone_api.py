"""StackOne's API in the rehearsal: the documented calls, and the assumed writes of profiles."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from eh_connect.sandbox import profiles, sessions, stackone_tokens
from eh_connect.sandbox.connectors import CONNECTORS
from eh_connect.sandbox.records import now
from eh_connect.sandbox.sites import Site, answered, the

if TYPE_CHECKING:
    from werkzeug import Request, Response

    from eh_connect.sandbox.records import Records

_PAGE_SIZE = 25  # the documented default


class StackOneApi(Site):
    """A WSGI application. Error bodies are ``{statusCode, message, timestamp}`` and perhaps ``errors``."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._refreshing = threading.Lock()  # a refresh token is good for one of two who list at a time
        super().__init__(
            ("GET", "/connector_profiles", self._list_profiles),
            ("POST", "/connector_profiles", self._create_profile),
            ("PATCH", "/connector_profiles/<profile_id>", self._update_profile),
            ("GET", "/actions", self._list_actions),
            ("GET", "/v2/accounts", self._list_accounts),
            ("DELETE", "/accounts/<account_id>", self._delete_account),
            ("POST", "/connect_sessions", self._create_session),
            ("GET", "/connect_sessions/<int:session_id>", self._show_session),
        )

    def _answer(self, request: Request) -> Response:
        if not request.user_agent.string:
            raise _RefusedError(403, "Forbidden")
        sent = request.authorization
        if sent is None or sent.username not in self._records.data["api_keys"] or sent.password:
            raise _RefusedError(401, "Unauthorized")
        return super()._answer(request)

    def _refusal(self, exc: HTTPException) -> Response:
        body = {"statusCode": exc.code, "message": exc.description, "timestamp": now()}
        errors = exc.errors if isinstance(exc, _RefusedError) else []
        return answered(body | ({"errors": errors} if errors else {}), exc.code or 500)

    def _may_write(self, request: Request, writes: str = "on") -> None:
        if writes != "on":
            raise _RefusedError(int(writes), f"Cannot {request.method} {request.path}")
        if request.authorization is None or request.authorization.username != self._records.key("read-write"):
            raise _RefusedError(403, "Forbidden resource")

    def _fields(self, request: Request, writes: str = "on") -> dict[str, Any]:
        """The fields of a write, if there is such a call and this key may make it."""
        self._may_write(request, writes)
        try:
            fields = json.loads(request.get_data()) if request.is_json else None
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise _RefusedError(400, "Bad Request", ["the body must be a JSON object"])
        return fields

    def _list_profiles(self, request: Request) -> Response:
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
        shown = found[begin : begin + size]
        return answered({"page": page, "page_size": size, "total": len(found), "data": shown})

    def _create_profile(self, request: Request) -> Response:
        fields = self._fields(request, self._records.data["settings"]["writes"])
        if problems := profiles.problems_of(fields):
            raise _RefusedError(422, "Validation failed", problems)
        with self._records.change() as data:
            return answered(profiles.create(data, fields)["shown"], 201)

    def _update_profile(self, request: Request, profile_id: str) -> Response:
        fields = self._fields(request, self._records.data["settings"]["writes"])
        with self._records.change() as data:
            profile = profiles.find(data, profile_id)
            if problems := profiles.problems_of(fields, connector_key=profile["shown"]["connector_key"]):
                raise _RefusedError(422, "Validation failed", problems)
            profiles.change(data, profile, fields)
            return answered(profile["shown"])

    def _list_actions(self, request: Request) -> Response:
        wanted = request.args.get("filter[connectors]")
        found = [entry for key, entry in CONNECTORS.items() if not wanted or key in wanted.split(",")]
        if request.args.get("include") != "action_details":
            found = [{**entry, "actions": []} for entry in found]
        begin = _number(request, "next", 0, least=0)
        end = begin + _number(request, "page_size", _PAGE_SIZE, least=1)
        return answered({"data": found[begin:end], "next": str(end) if end < len(found) else None})

    def _list_accounts(self, request: Request) -> Response:
        with self._refreshing:
            for account in self._accounts(request):
                stackone_tokens.refresh(self._records, account)
        return answered({"data": self._accounts(request), "next": None})

    def _accounts(self, request: Request) -> list[dict[str, Any]]:
        wanted = request.args.get("connector_profile_id")
        accounts = self._records.data["accounts"]
        return [account for account in accounts if wanted in {None, account["connector_profile_id"]}]

    def _delete_account(self, request: Request, account_id: str) -> Response:
        self._may_write(request)
        with self._refreshing, self._records.change() as data:
            account = the(each for each in data["accounts"] if each["id"] == account_id)
            data["accounts"].remove(account)
            data["tokens"].pop(account_id, None)
        return answered(account)

    def _create_session(self, request: Request) -> Response:
        fields = self._fields(request)
        if problems := sessions.problems_of(fields):
            raise _RefusedError(422, "Validation failed", problems)
        with self._records.change() as data:
            if not profiles.find(data, fields["connector_profile_id"])["shown"]["active"]:
                raise _RefusedError(412, "The connector profile is disabled")
            session = sessions.create(data, fields)
        link = f"{self._records.url('stackone')}/connect/link/{session['token']}"
        return answered(session["shown"] | {"token": session["token"], "auth_link_url": link}, 201)

    def _show_session(self, _: Request, session_id: int) -> Response:
        shown = (session["shown"] for session in self._records.data["sessions"])
        return answered(the(each for each in shown if each["id"] == session_id))


class _RefusedError(HTTPException):
    def __init__(self, status: int, message: str, errors: list[str] | None = None) -> None:
        super().__init__(message)
        self.code = status
        self.errors = errors


def _number(request: Request, name: str, default: int, *, least: int) -> int:
    text = request.args.get(name, str(default))
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise _RefusedError(400, "Bad Request", [f"{name} must be a number of at least {least}"])
    return int(text)
