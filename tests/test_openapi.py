"""The judge itself: what StackOne's OpenAPI forbids does not pass. What it allows, all other tests send."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug import Request, Response
from werkzeug.test import Client

from tests.support.openapi import JudgedApp, Violation, check_answer, check_request

AGENT, KEY, JSON = "User-Agent", "Authorization", "Content-Type"
HEADERS = {AGENT: "eh-connect/1", KEY: "Basic a2V5Og==", JSON: "application/json"}
OWNER = {"origin_owner_id": "o", "origin_owner_name": "O"}


@pytest.mark.parametrize(
    ("method", "url", "body", "wrong"),
    [
        ("POST", "/connect_sessions", OWNER | {"type": "TEST"}, {}),
        ("POST", "/connect_sessions", OWNER | {"surprise": 1}, {}),
        ("POST", "/connect_sessions", {}, {}),
        ("POST", "/connect_sessions", None, {}),
        ("POST", "/actions/rpc", {"action": "a"}, {}),
        ("GET", "/connector_profiles", {"a": 1}, {}),
        ("GET", "/connector_profiles?page=true", None, {}),
        ("GET", "/actions?filter%5Bconnector%5D=e", None, {}),
        ("GET", "/actions?include=everything", None, {}),
        ("GET", "/v2/accounts?profile=1", None, {}),
        ("GET", "/connector_profiles/p", None, {}),
        ("POST", "/connector_profiles", {"name": "n"}, {}),
        ("PATCH", "/connector_profiles/p", {"client_secret": "s"}, {}),
        ("PATCH", "/connector_profiles/p", {"setup_information": {"clientSecret": "s"}}, {}),
        ("POST", "/connect_sessions", OWNER, {AGENT: ""}),
        ("POST", "/connect_sessions", OWNER, {KEY: "Bearer x"}),
        ("POST", "/connect_sessions", OWNER, {KEY: "Basic a2V5OnB3"}),
        ("POST", "/connect_sessions", OWNER, {JSON: ""}),
    ],
)
def test_wrong_requests_do_not_pass(method: str, url: str, body: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(Violation):
        check_request(method, url, HEADERS | wrong, None if body is None else json.dumps(body))


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
LIST = {"page": 1.0, "page_size": 25, "total": 1, "data": [PROFILE]}
SESSION = OWNER | {"id": 7, "organization_id": "1", "project_id": "p", "created_at": WHEN}
ERROR = {"statusCode": 404, "message": "no", "timestamp": WHEN}
RIGHT: list[tuple[str, str, int, Any]] = [
    ("GET", "/connector_profiles", 200, LIST),
    ("GET", "/connect_sessions/7", 200, SESSION),
    ("PATCH", "/connector_profiles/p", 404, ERROR),
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


@pytest.mark.parametrize(("method", "path", "status", "body"), WRONG)
def test_wrong_answers_do_not_pass(method: str, path: str, status: int, body: Any) -> None:
    for right in RIGHT:
        check_answer(*right[:3], json.dumps(right[3]))
    for text in ("" if body is None else json.dumps(body), "<html>"):
        with pytest.raises(Violation):
            check_answer(method, path, status, text)


@pytest.mark.parametrize(("agent", "wrong"), [("eh-connect/1", 2), ("curl", 1)])
def test_a_stage_is_judged_by_its_answers_and_by_what_our_client_sends(agent: str, wrong: int) -> None:
    judged = JudgedApp(Request.application(lambda request: Response(request.get_data(), 200)))
    for path in ("/connect_sessions", "/hub"):
        answer = Client(judged).post(path, json={"type": "TEST"}, headers={"User-Agent": agent})
        assert b"TEST" in answer.data, "what was judged reaches the application"
    assert len(judged.violations) == wrong
