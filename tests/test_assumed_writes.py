"""The calls that nobody has published: asked for before they are used. Their errors: ``test_stackone_errors``."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from eh_connect.errors import NetworkError, StackOneRefusedError
from eh_connect.stackone.assumed_writes import PUBLIC_OPENAPI, AssumedWrites, documents_create
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.http import ASKS, CREDENTIALS, FIELDS, URL, World

MADE = {"id": "p1", "name": "My name", "connector_key": "employmenthero"}
PROFILE = ConnectorProfile(id="p1", name="My name")
SETUP = {"clientId": CREDENTIALS.client_id.reveal(), "clientSecret": CREDENTIALS.client_secret.reveal()}


def writes_of(world: World) -> AssumedWrites:
    return AssumedWrites(world.client)


def sent(world: World) -> list[tuple[str, str, Any]]:
    return [(r.method, str(r.url).removeprefix(URL), json.loads(r.content)) for r in world.requests]


@pytest.mark.parametrize(
    ("status", "exists"),
    [*((s, True) for s in (400, 402, 409, 412, 415, 422, 499)), *((s, False) for s in (404, 405, 501))],
)
def test_an_empty_object_is_sent_and_its_status_says_whether_the_call_exists(
    status: int, exists: bool
) -> None:
    world = World(httpx.Response(status, text="<html>"))
    assert [ask(world.client) for ask in ASKS.values()] == [exists, exists]
    assert sent(world) == [("POST", "/connector_profiles", {}), ("PATCH", "/connector_profiles/p1", {})]


@pytest.mark.parametrize("status", [200, 201, 204])
def test_a_server_that_takes_the_empty_patch_has_the_call_and_one_that_takes_the_post_ends_it_all(
    status: int,
) -> None:
    assert writes_of(World(httpx.Response(status))).may_update("p1")
    world = World(httpx.Response(status, json=MADE))
    with pytest.raises(NetworkError, match=f"empty request.*{status}") as caught:
        writes_of(world).may_create()
    assert type(caught.value) is NetworkError
    assert len(world.requests) == 1


@pytest.mark.parametrize("status", [200, 201])
def test_a_creation_sends_all_fields_and_reads_the_profile(status: int) -> None:
    world = World(httpx.Response(status, json=MADE))
    assert writes_of(world).create(FIELDS) == PROFILE
    body = {
        "name": "My name",
        "connector_key": "employmenthero",
        "authentication_config_key": "oauth2",
        "environment": "production",
        "setup_information": SETUP,
        "default": False,
        "actions": ["a", "b"],
    }
    assert sent(world) == [("POST", "/connector_profiles", body)]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (ProfileFields(), {}),
        (ProfileFields(name="\ud800"), {"name": "\ud800"}),
        (ProfileFields(default=False, actions=()), {"default": False, "actions": []}),
        (ProfileFields(credentials=CREDENTIALS), {"setup_information": SETUP}),
    ],
)
def test_an_update_sends_what_is_given_and_nothing_else(fields: ProfileFields, body: object) -> None:
    world = World(httpx.Response(200, json=MADE))
    assert writes_of(world).update("p1", fields) == PROFILE
    assert sent(world) == [("PATCH", "/connector_profiles/p1", body)]
    assert SETUP["clientSecret"] not in repr(fields)


def test_an_update_answered_with_another_profile_is_not_believed() -> None:
    with pytest.raises(NetworkError, match="can't be read"):
        writes_of(World(httpx.Response(200, json=MADE | {"id": "p2"}))).update("p1", FIELDS)


def test_an_id_can_not_lead_to_another_path() -> None:
    world = World(httpx.Response(404))
    writes_of(world).may_update("a/../b?c#d%2e")
    assert world.requests[0].url.raw_path == b"/connector_profiles/a%2F..%2Fb%3Fc%23d%252e"
    for bad in ("", ".", "..", "a b", "a\n"):
        with pytest.raises(StackOneRefusedError):
            writes_of(world).may_update(bad)
    assert len(world.requests) == 1


OPENAPI = '{{"x": "/connector_profiles", "paths": {{"/connector_profiles": {}, "/a": {{"post": {{}}}}}}}}'


@pytest.mark.parametrize(
    ("answer", "documented"),
    [
        (httpx.Response(200, text=OPENAPI.format('{"get": {}, "parameters": ["post"]}')), False),
        (httpx.Response(200, text=OPENAPI.format('{"get": {}, "post": {}}')), True),
        (httpx.Response(200, text=OPENAPI.format('{"get": {')), None),
        (httpx.Response(200, text=OPENAPI.format("[" * 100_000)), None),
        (httpx.Response(200, json={"openapi": "3.1.0", "paths": {"/accounts": {"post": {}}}}), None),
        (httpx.Response(200, text="<html>"), None),
        (httpx.Response(200, content=b"\xff"), None),
        (httpx.Response(404, text=OPENAPI.format('{"post": {}}')), None),
        (httpx.Response(307, headers={"Location": "/x"}), None),
        (httpx.ConnectError("x"), None),
    ],
)
def test_whether_stackone_or_the_sandbox_documents_a_create_call_is_asked_without_a_key(
    answer: httpx.Response | Exception, documented: bool | None
) -> None:
    world = World(answer)
    transport = httpx.MockTransport(world.script)
    for url in (URL, "http://127.0.0.1:5/"):
        assert documents_create(url, world.time, transport=transport) is documented
    asked = [str(request.url) for request in world.requests]
    assert asked == [PUBLIC_OPENAPI, "http://127.0.0.1:5/oas/stackone.json"]
    assert not any("Authorization" in request.headers for request in world.requests)
