from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.errors import (
    EhConnectError,
    LostAnswerError,
    NetworkError,
    StackOneAuthError,
    StackOneRefusedError,
)
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.http_fakes import KEY, PAIR, URL, World, everything_said

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = PAIR.client_secret.reveal()
FIELDS = ProfileFields("My name", "oauth2", "production", PAIR, default=False, actions=("a", "b"))
MADE = {"id": "p1", "name": "My name", "connector_key": "employmenthero"}
PROFILE = ConnectorProfile("p1", "My name", "employmenthero")
PASSING = [408, 429, 500, 502, 503, 504]

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
    assert world.requests[0].content == b"{}"


@every_ask
@pytest.mark.parametrize("status", [400, 402, 409, 412, 415, 422, 499])
def test_a_refusal_of_the_empty_body_means_that_the_call_exists(
    ask: Callable[[AssumedWrites], object], status: int
) -> None:
    assert ask(writes_of(World(httpx.Response(status, text="<html>")))) is True


@every_ask
@pytest.mark.parametrize("status", [404, 405, 501])
def test_404_405_and_501_mean_that_there_is_no_such_call(
    ask: Callable[[AssumedWrites], object], status: int
) -> None:
    world = World(httpx.Response(status))
    assert ask(writes_of(world)) is False
    assert len(world.requests) == 1


@every_call
@pytest.mark.parametrize("status", [401, 403])
def test_missing_rights_are_told(call: Callable[[AssumedWrites], object], status: int) -> None:
    with pytest.raises(StackOneAuthError) as caught:
        call(writes_of(World(httpx.Response(status))))
    assert caught.value.http_status == status


@every_call
@pytest.mark.parametrize("status", [302, 307, 600])
def test_redirects_and_unknown_statuses_are_code_7(
    call: Callable[[AssumedWrites], object], status: int
) -> None:
    world = World(httpx.Response(status, headers={"Location": "https://other.test"}))
    with pytest.raises(NetworkError):
        call(writes_of(world))
    assert len(world.requests) == 1


@every_ask
@pytest.mark.parametrize("status", PASSING)
def test_an_ask_is_tried_again(ask: Callable[[AssumedWrites], object], status: int) -> None:
    world = World(httpx.Response(status), httpx.ReadError("x"), httpx.Response(422))
    assert ask(writes_of(world)) is True
    with pytest.raises(NetworkError):
        ask(writes_of(World(httpx.Response(status))))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_a_server_that_takes_the_empty_post_ends_it_all(status: int) -> None:
    world = World(httpx.Response(status, json=MADE))
    with pytest.raises(NetworkError) as caught:
        writes_of(world).may_create()
    assert type(caught.value) is NetworkError
    assert caught.value.http_status == status
    assert len(world.requests) == 1


def test_a_name_that_is_no_valid_unicode_breaks_nothing() -> None:
    assert writes_of(World(httpx.Response(201, json=MADE))).create(ProfileFields(name="\ud800")) == PROFILE


@pytest.mark.parametrize("status", [200, 204])
def test_a_server_that_takes_the_empty_patch_has_the_call(status: int) -> None:
    assert writes_of(World(httpx.Response(status))).may_update("p1")


@pytest.mark.parametrize("status", [200, 201])
def test_a_creation_sends_all_fields_and_reads_the_profile(status: int) -> None:
    world = World(httpx.Response(status, json=MADE))
    assert writes_of(world).create(FIELDS) == PROFILE
    body = {
        "name": "My name",
        "connector_key": "employmenthero",
        "authentication_config_key": "oauth2",
        "environment": "production",
        "setup_information": {"clientId": PAIR.client_id.reveal(), "clientSecret": SECRET},
        "default": False,
        "actions": ["a", "b"],
    }
    assert sent(world) == [("POST", "/connector_profiles", body)]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (ProfileFields(), {}),
        (ProfileFields(name="N"), {"name": "N"}),
        (ProfileFields(default=True), {"default": True}),
        (ProfileFields(actions=()), {"actions": []}),
        (
            ProfileFields(pair=PAIR),
            {"setup_information": {"clientId": PAIR.client_id.reveal(), "clientSecret": SECRET}},
        ),
    ],
)
def test_an_update_sends_what_is_given_and_nothing_else(fields: ProfileFields, body: object) -> None:
    world = World(httpx.Response(200, json=MADE))
    assert writes_of(world).update("p1", fields) == PROFILE
    assert sent(world) == [("PATCH", "/connector_profiles/p1", body)]


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
    assert "Taken.; name" in (caught.value.detail or "")
    assert len(world.requests) == 1


NEVER_ARRIVED: list[Exception] = [
    kind("x") for kind in (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
]
MAY_HAVE_ARRIVED: list[Exception] = [
    *(kind("x") for kind in (httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError)),
    httpx.CloseError("x"),
    httpx.RemoteProtocolError("x"),
]


@pytest.mark.parametrize("step", [*NEVER_ARRIVED, httpx.Response(429)], ids=lambda step: type(step).__name__)
def test_a_creation_that_surely_did_not_happen_is_tried_again(step: Exception | httpx.Response) -> None:
    assert writes_of(World(step, step, httpx.Response(201, json=MADE))).create(FIELDS) == PROFILE
    world = World(step)
    with pytest.raises(NetworkError) as caught:
        writes_of(world).create(FIELDS)
    assert not isinstance(caught.value, LostAnswerError)
    assert len(world.requests) == 4


def test_a_creation_waits_as_long_as_a_429_asks() -> None:
    world = World(httpx.Response(429, headers={"Retry-After": "9"}), httpx.Response(201, json=MADE))
    assert writes_of(world).create(FIELDS) == PROFILE
    assert world.clock.slept == [9]


@pytest.mark.parametrize(
    "step",
    [
        *MAY_HAVE_ARRIVED,
        *(httpx.Response(status) for status in (408, 500, 502, 503, 504, 599)),
        httpx.Response(201, text="<html>"),
        httpx.Response(201),
        httpx.Response(204),
        httpx.Response(201, json={}),
        httpx.Response(201, json=[]),
        httpx.Response(201, json={"id": 7}),
        httpx.Response(200, content=b" " * 10_000_001),
    ],
    ids=lambda step: type(step).__name__ if isinstance(step, Exception) else str(step.status_code),
)
def test_a_creation_that_may_have_happened_is_never_repeated(step: Exception | httpx.Response) -> None:
    world = World(step)
    with pytest.raises(LostAnswerError):
        writes_of(world).create(FIELDS)
    assert len(world.requests) == 1


@pytest.mark.parametrize("status", PASSING)
def test_an_update_is_repeated(status: int) -> None:
    world = World(httpx.Response(status), httpx.ReadTimeout("x"), httpx.Response(200, json=MADE))
    assert writes_of(world).update("p1", FIELDS) == PROFILE
    assert len({r.content for r in world.requests}) == 1


@pytest.mark.parametrize("status", [401, 404, 409, 422, 501])
def test_an_update_that_is_refused_after_a_lost_try_is_in_doubt(status: int) -> None:
    with pytest.raises(LostAnswerError) as caught:
        writes_of(World(httpx.ReadTimeout("x"), httpx.Response(status))).update("p1", FIELDS)
    assert caught.value.http_status == status


def test_an_update_that_is_refused_after_a_429_is_just_refused() -> None:
    with pytest.raises(StackOneRefusedError):
        writes_of(World(httpx.Response(429), httpx.Response(422))).update("p1", FIELDS)


def test_an_update_answered_with_another_profile_is_not_believed() -> None:
    with pytest.raises(NetworkError):
        writes_of(World(httpx.Response(200, json=MADE | {"id": "p2"}))).update("p1", FIELDS)


def test_an_id_can_not_lead_to_another_path() -> None:
    world = World(httpx.Response(404))
    writes_of(world).may_update("a/../b?c#d%2e")
    assert world.requests[0].url.raw_path == b"/connector_profiles/a%2F..%2Fb%3Fc%23d%252e"
    for bad in ("", ".", "..", "a b", "a\n"):
        with pytest.raises(StackOneRefusedError):
            writes_of(world).may_update(bad)
    assert len(world.requests) == 1


STEPS: list[Exception | httpx.Response] = [
    *(NEVER_ARRIVED + MAY_HAVE_ARRIVED),
    *(httpx.Response(s, json={"message": f"got {SECRET} {KEY}"}) for s in (400, 401, 403, 422, 429, 500)),
    httpx.Response(307, headers={"Location": f"https://{PAIR.client_id.reveal()}.test/"}),
]


@every_tell
@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_no_error_of_a_write_holds_a_secret(
    tell: Callable[[AssumedWrites], object], step: Exception | httpx.Response
) -> None:
    with pytest.raises(EhConnectError) as caught:
        tell(writes_of(World(step)))
    said = everything_said(caught.value)
    for secret in (KEY, SECRET, json.dumps(SECRET)[1:-1], PAIR.client_id.reveal()):
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
