"""The calls that nobody has published: asked for before they are used, and never a secret in an error."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.http import CREDENTIALS, KEY, URL, World, everything_said

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET, CLIENT_ID = CREDENTIALS.client_secret.reveal(), CREDENTIALS.client_id.reveal()
FIELDS = ProfileFields("My name", "oauth2", "production", CREDENTIALS, default=False, actions=("a", "b"))
MADE = {"id": "p1", "name": "My name", "connector_key": "employmenthero"}
PROFILE = ConnectorProfile(id="p1", name="My name")

ASKS: dict[str, Callable[[AssumedWrites], object]] = {
    "may_create": AssumedWrites.may_create,
    "may_update": lambda writes: writes.may_update("p1"),
}
TELLS: dict[str, Callable[[AssumedWrites], object]] = {
    "create": lambda writes: writes.create(FIELDS),
    "update": lambda writes: writes.update("p1", FIELDS),
}
every_ask = pytest.mark.parametrize("ask", ASKS.values(), ids=list(ASKS))
every_tell = pytest.mark.parametrize("tell", TELLS.values(), ids=list(TELLS))
every_call = pytest.mark.parametrize("call", [*ASKS.values(), *TELLS.values()], ids=[*ASKS, *TELLS])


def writes_of(world: World) -> AssumedWrites:
    return AssumedWrites(world.client)


def sent(world: World) -> list[tuple[str, str, Any]]:
    return [(r.method, str(r.url).removeprefix(URL), json.loads(r.content)) for r in world.requests]


def test_asking_sends_an_empty_object_and_nothing_else() -> None:
    world = World(httpx.Response(400))
    assert writes_of(world).may_create()
    assert writes_of(world).may_update("p1")
    assert sent(world) == [("POST", "/connector_profiles", {}), ("PATCH", "/connector_profiles/p1", {})]


@every_ask
@pytest.mark.parametrize(
    ("status", "exists"),
    [*((s, True) for s in (400, 402, 409, 412, 415, 422, 499)), *((s, False) for s in (404, 405, 501))],
)
def test_the_status_of_an_ask_says_whether_the_call_exists(
    ask: Callable[[AssumedWrites], object], status: int, exists: bool
) -> None:
    world = World(httpx.Response(status, text="<html>"))
    assert ask(writes_of(world)) is exists
    assert len(world.requests) == 1


@every_ask
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_an_ask_is_tried_again(ask: Callable[[AssumedWrites], object], status: int) -> None:
    world = World(httpx.Response(status), httpx.ReadError("x"), httpx.Response(422))
    assert ask(writes_of(world)) is True
    with pytest.raises(NetworkError):
        ask(writes_of(World(httpx.Response(status))))


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


@every_call
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, StackOneAuthError), (403, StackOneAuthError), (302, NetworkError), (307, NetworkError)],
)
def test_missing_rights_and_redirects_are_told(
    call: Callable[[AssumedWrites], object], status: int, kind: type[Exception]
) -> None:
    world = World(httpx.Response(status, headers={"Location": "https://other.test"}))
    with pytest.raises(kind, match=str(status)):
        call(writes_of(world))
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
        "setup_information": {"clientId": CLIENT_ID, "clientSecret": SECRET},
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
        (
            ProfileFields(credentials=CREDENTIALS),
            {"setup_information": {"clientId": CLIENT_ID, "clientSecret": SECRET}},
        ),
    ],
)
def test_an_update_sends_what_is_given_and_nothing_else(fields: ProfileFields, body: object) -> None:
    world = World(httpx.Response(200, json=MADE))
    assert writes_of(world).update("p1", fields) == PROFILE
    assert sent(world) == [("PATCH", "/connector_profiles/p1", body)]
    assert SECRET not in repr(fields)


@every_tell
@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_write_that_does_not_exist_after_all_is_none(
    tell: Callable[[AssumedWrites], object], status: int
) -> None:
    assert tell(writes_of(World(httpx.Response(status)))) is None


@every_tell
@pytest.mark.parametrize("status", [400, 409, 412, 422, 418])
def test_a_refused_write_is_code_6_and_not_repeated(
    tell: Callable[[AssumedWrites], object], status: int
) -> None:
    world = World(httpx.Response(status, json={"message": "Taken.", "errors": ["name"]}))
    with pytest.raises(StackOneRefusedError, match=str(status)) as caught:
        tell(writes_of(world))
    assert "Taken.; name" in str(caught.value.detail)
    assert len(world.requests) == 1


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


@every_tell
@pytest.mark.parametrize(
    "step",
    [
        *(kind("x") for kind in (httpx.ConnectError, httpx.ReadTimeout, httpx.WriteError, httpx.ProxyError)),
        *(httpx.Response(s, json={"message": f"got {SECRET} {KEY}"}) for s in (400, 401, 403, 422, 429, 500)),
        httpx.Response(307, headers={"Location": f"https://{CLIENT_ID}.test/"}),
    ],
    ids=repr,
)
def test_no_error_of_a_write_holds_a_secret(
    tell: Callable[[AssumedWrites], object], step: Exception | httpx.Response
) -> None:
    with pytest.raises(EhConnectError) as caught:
        tell(writes_of(World(step)))
    said = everything_said(caught.value)
    for secret in (KEY, SECRET, json.dumps(SECRET)[1:-1], CLIENT_ID):
        assert secret not in said


@every_call
@given(
    status=st.sampled_from([200, 201, 204, 302, 400, 401, 404, 422, 501]),
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "message", "errors", "name"]), inner)
        ),
        max_leaves=8,
    ),
)
def test_arbitrary_answers_raise_nothing_but_our_errors(
    call: Callable[[AssumedWrites], object], status: int, body: object
) -> None:
    with suppress(StackOneAuthError, StackOneRefusedError, NetworkError):
        call(writes_of(World(httpx.Response(status, content=json.dumps(body).encode()))))
