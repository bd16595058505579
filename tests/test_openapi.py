"""The judge itself: what StackOne's OpenAPI forbids does not pass."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.openapi import JudgedApp, Violation, check_answer, check_request

HEADERS = {
    "User-Agent": "eh-connect/1",
    "Authorization": "Basic a2V5Og==",
    "Content-Type": "application/json",
}
WHEN = "2026-11-26T10:00:00Z"
PROFILE = {
    "id": "p",
    "name": "n",
    "connector_key": "employmenthero",
    "connector_label": "Employment Hero",
    "logo_url": "https://x",
    "categories": ["hris"],
    "active": True,
    "default": False,
    "release_stage": "ga",
    "created_at": WHEN,
    "updated_at": WHEN,
    "environment": None,
}
OWNER = {"origin_owner_id": "o", "origin_owner_name": "O"}
SETUP = {"clientId": "i", "clientSecret": "s"}
WHOLE = {
    "name": "n",
    "connector_key": "k",
    "authentication_config_key": "oauth2",
    "environment": "production",
    "setup_information": SETUP,
}
SESSION = OWNER | {"id": 7, "organization_id": "1", "project_id": "p", "created_at": WHEN}
ERROR = {"statusCode": 404, "message": "no", "timestamp": WHEN}


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", "https://api.stackone.com/connector_profiles?connector_key=e&page=2&enabled=true", None),
        ("GET", "/actions?filter%5Bconnectors%5D=e&include=action_details", None),
        ("GET", "/v2/accounts?connector_profile_id=p", None),
        ("POST", "/connect_sessions", OWNER | {"type": "test", "expires_in": 1800.0}),
        ("POST", "/actions/rpc", {"action": "a"}),
        ("DELETE", "/accounts/7", None),
        ("POST", "/connector_profiles", {}),
        ("POST", "/connector_profiles", WHOLE | {"default": True}),
        ("PATCH", "/connector_profiles/p", {"setup_information": SETUP}),
    ],
)
def test_right_requests_pass(method: str, url: str, body: Any) -> None:
    check_request(method, url, HEADERS | {"x-account-id": "7"}, None if body is None else json.dumps(body))


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("POST", "/connect_sessions", OWNER | {"type": "TEST"}),
        ("POST", "/connect_sessions", OWNER | {"surprise": 1}),
        ("POST", "/connect_sessions", {}),
        ("POST", "/connect_sessions", None),
        ("POST", "/actions/rpc", {"action": "a"}),
        ("GET", "/connector_profiles", {"a": 1}),
        ("GET", "/connector_profiles?page=true", None),
        ("GET", "/connector_profiles?limit=3", None),
        ("GET", "/actions?filter%5Bconnector%5D=e", None),
        ("GET", "/actions?include=everything", None),
        ("GET", "/v2/accounts?profile=1", None),
        ("GET", "/connector_profiles/p", None),
        ("DELETE", "/connector_profiles/p", None),
        ("POST", "/connector_profiles", {"name": "n"}),
        ("PATCH", "/connector_profiles/p", {"client_secret": "s"}),
        ("PATCH", "/connector_profiles/p", {"setup_information": {"clientSecret": "s"}}),
    ],
)
def test_wrong_requests_do_not_pass(method: str, url: str, body: Any) -> None:
    with pytest.raises(Violation):
        check_request(method, url, HEADERS, None if body is None else json.dumps(body))


@pytest.mark.parametrize(
    "wrong",
    [
        {"User-Agent": ""},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic a2V5OnB3"},
        {"Content-Type": ""},
    ],
)
def test_wrong_headers_do_not_pass(wrong: dict[str, str]) -> None:
    with pytest.raises(Violation):
        check_request("POST", "/connect_sessions", HEADERS | wrong, json.dumps(OWNER))


LIST = {"page": 1.0, "page_size": 25, "total": 1, "data": [PROFILE]}
RIGHT: list[tuple[str, str, int, Any]] = [
    ("GET", "/connector_profiles", 200, LIST),
    ("GET", "/connect_sessions/7", 200, SESSION | {"type": None, "latest_connection_attempt": None}),
    ("POST", "/connect_sessions", 201, SESSION | {"token": "t", "auth_link_url": "https://x"}),
    ("GET", "/v2/accounts", 200, {"data": [{"id": "1"}]}),
    ("POST", "/actions/rpc", 200, [1, "anything"]),
    ("POST", "/connector_profiles", 201, PROFILE),
    ("PATCH", "/connector_profiles/p", 404, ERROR),
    ("GET", "/nowhere", 404, ERROR),
    ("DELETE", "/connector_profiles/p/pinned_version", 204, None),
]
WRONG: list[tuple[str, str, int, Any]] = [
    ("GET", "/connector_profiles", 200, LIST | {"data": [PROFILE | {"updated_at": "soon"}]}),
    ("GET", "/connector_profiles", 200, LIST | {"data": [PROFILE | {"active": None}]}),
    ("GET", "/connector_profiles", 201, LIST),
    ("POST", "/connector_profiles", 200, PROFILE),
    ("GET", "/connect_sessions/7", 200, SESSION | {"id": "7"}),
    ("GET", "/connect_sessions/7", 200, SESSION | {"type": "TEST"}),
    ("GET", "/connect_sessions/7", 200, SESSION | {"latest_connection_attempt": {"status": "pending"}}),
    ("POST", "/connect_sessions", 201, SESSION | {"token": "t"}),
    ("DELETE", "/accounts/7", 204, None),
    ("DELETE", "/connector_profiles/p/pinned_version", 204, {}),
    ("GET", "/accounts", 403, ERROR),
    ("GET", "/accounts", 404, {"message": "no"}),
    ("GET", "/connector_profiles/p", 200, PROFILE),
]


@pytest.mark.parametrize(("method", "path", "status", "body"), RIGHT)
def test_right_answers_pass(method: str, path: str, status: int, body: Any) -> None:
    check_answer(method, path, status, "" if body is None else json.dumps(body))


@pytest.mark.parametrize(("method", "path", "status", "body"), WRONG)
def test_wrong_answers_do_not_pass(method: str, path: str, status: int, body: Any) -> None:
    with pytest.raises(Violation):
        check_answer(method, path, status, "" if body is None else json.dumps(body))
    with pytest.raises(Violation):
        check_answer(method, path, status, "<html>")


@pytest.mark.parametrize(("agent", "wrong"), [("eh-connect/1", 2), ("curl", 1)])
def test_a_stage_is_judged_by_its_answers_and_by_what_our_client_sends(agent: str, wrong: int) -> None:
    import io

    from werkzeug.wrappers import Request, Response

    @Request.application
    def app(request: Request) -> Response:
        return Response(request.get_data() or b"{}", 200)

    judged = JudgedApp(app)
    for path in ("/connect_sessions", "/hub"):
        body = b'{"type": "TEST"}'
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_USER_AGENT": agent,
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
        }
        answer = judged(environ, lambda *_: print)
        assert b"".join(answer) == body, "what was judged reaches the application"
    assert len(judged.violations) == wrong
