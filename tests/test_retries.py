"""What is tried again, how often, and how long is waited for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from eh_connect.errors import EhConnectError, LostAnswerError, NetworkError
from tests.support.http import ASKS, READS, TELLS, World, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.stackone.client import Client

    Call = Callable[[Client], object]

EMPTY = page([], total=0)
MADE = httpx.Response(201, json={"id": "p1", "name": "N"})
SESSION = httpx.Response(201, json={"id": 7, "auth_link_url": "https://hub.stackone.com/x"})
PASSING = [408, 429, 500, 502, 503, 504, 599]
NEVER_ARRIVED = [
    kind("x") for kind in (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
]
MAY_HAVE_ARRIVED = [
    *(kind("x") for kind in (httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError)),
    *(httpx.CloseError("x"), httpx.RemoteProtocolError("x")),
]


def busy(status: int, retry_after: str | None = None, **headers: str) -> httpx.Response:
    given = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, headers=given | headers, json={"message": "Busy."})


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        pytest.param(READS["profiles"], EMPTY, id="read"),
        pytest.param(READS["create session"], SESSION, id="create session"),
        *(pytest.param(ask, httpx.Response(422), id=name) for name, ask in ASKS.items()),
        pytest.param(TELLS["update"], MADE, id="update"),
    ],
)
@pytest.mark.parametrize("step", [*map(busy, PASSING), *NEVER_ARRIVED, *MAY_HAVE_ARRIVED], ids=repr)
def test_what_may_be_repeated_is_tried_four_times_with_growing_pauses(
    call: Call, answer: httpx.Response, step: httpx.Response | Exception
) -> None:
    world = World(step, step, step, answer)
    call(world.client)
    assert len({request.content for request in world.requests}) == 1, "to the letter"
    world = World(step)
    with pytest.raises(NetworkError) as caught:
        call(world.client)
    assert (len(world.requests), world.clock.slept) == (4, [0.5, 1, 2])
    if isinstance(step, httpx.Response):
        assert (caught.value.http_status, "Busy." in str(caught.value.detail)) == (step.status_code, True)


@pytest.mark.parametrize("status", [400, 401, 404, 422, 501])
def test_any_other_status_is_final(status: int) -> None:
    world = World(busy(status, "1"))
    with pytest.raises(Exception, match=str(status)):
        world.client.profiles()
    assert len(world.requests) == 1


@pytest.mark.parametrize("status", [408, 429, 503])
@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        *(("7", 7), (" 7 ", 7), ("0", 0)),
        ("Mon, 23 Nov 2026 10:00:20 GMT", 20),
        ("Mon, 23 Nov 2026 11:00:20 +0100", 20),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.5),
        ("Mon, 99 Nov 2026 10:00:20 GMT", 0.5),
        *((rubbish, 0.5) for rubbish in ("-7", "soon", "1.5", "")),
    ],
)
def test_retry_after_is_kept_to_exactly_and_rubbish_is_ignored(
    status: int, retry_after: str, pause: float
) -> None:
    world = World(busy(status, retry_after, Date="Mon, 23 Nov 2026 10:00:00 GMT"), EMPTY)
    assert world.client.profiles() == []
    assert world.clock.slept == [pause]


@pytest.mark.parametrize(
    ("retry_after", "seconds", "slept", "requests"),
    [
        *((far, 150, [], 1) for far in ("151", "9" * 400, "Mon, 23 Nov 2099 10:00:00 GMT")),
        *(("60", 130, [60, 60], 3), ("60", 60, [], 1), ("60", 0, [], 0)),
    ],
)
def test_a_wait_beyond_the_time_of_the_command_fails_at_once_and_is_named(
    retry_after: str, seconds: float, slept: list[float], requests: int
) -> None:
    world = World(busy(429, retry_after), seconds=seconds)
    with pytest.raises(NetworkError) as caught:
        world.client.profiles()
    assert (world.clock.slept, len(world.requests)) == (slept, requests)
    assert re.search(r"asks to wait \d+ seconds", str(caught.value.detail)) or requests == 0


@pytest.mark.parametrize("step", [*NEVER_ARRIVED, busy(429, "9")], ids=repr)
def test_a_creation_that_surely_did_not_happen_is_tried_again(step: Exception | httpx.Response) -> None:
    world = World(step, MADE)
    assert TELLS["create"](world.client)
    assert world.clock.slept == [0.5 if isinstance(step, Exception) else 9]
    world = World(step)
    with pytest.raises(NetworkError) as caught:
        TELLS["create"](world.client)
    assert not isinstance(caught.value, LostAnswerError)
    assert len(world.requests) == 4


UNREADABLE = [
    *(httpx.Response(201, text="<html>"), httpx.Response(204), httpx.Response(201, json=[])),
    *(httpx.Response(201, json={"id": bad}) for bad in (None, True, "..")),
    httpx.Response(200, content=b" " * 10_000_001),
]


@pytest.mark.parametrize("earlier", [(), (busy(429),)], ids=["", "after a 429"])
@pytest.mark.parametrize(
    "step", [*MAY_HAVE_ARRIVED, *(busy(s) for s in PASSING if s != 429), *UNREADABLE], ids=repr
)
def test_a_creation_that_may_have_happened_is_never_repeated(
    step: Exception | httpx.Response, earlier: tuple[httpx.Response, ...]
) -> None:
    world = World(*earlier, step)
    with pytest.raises(LostAnswerError, match=r".") as caught:
        TELLS["create"](world.client)
    assert len(world.requests) == len(earlier) + 1
    assert "may have carried it out" in str(caught.value.detail)


@pytest.mark.parametrize(
    ("earlier", "status", "is_in_doubt"),
    [
        *((httpx.ReadTimeout("x"), status, True) for status in (401, 404, 405, 409, 422, 501)),
        (busy(429), 422, False),
    ],
    ids=repr,
)
def test_an_update_that_is_refused_is_in_doubt_only_after_a_try_that_may_have_arrived(
    earlier: Exception | httpx.Response, status: int, is_in_doubt: bool
) -> None:
    with pytest.raises(EhConnectError) as caught:
        TELLS["update"](World(earlier, busy(status)).client)
    assert isinstance(caught.value, LostAnswerError) is is_in_doubt
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    ("step", "requests"),
    [(busy(429, "3"), 2), (httpx.ConnectError("x"), 2), (busy(502), 1), (httpx.ReadTimeout("x"), 1)],
    ids=repr,
)
def test_an_action_is_run_once(step: Exception | httpx.Response, requests: int) -> None:
    world = World(step, httpx.Response(200, json={}))
    if requests == 1:
        with pytest.raises(NetworkError):
            world.sessions.run_action("acc", "employmenthero_list_teams")
    else:
        assert world.sessions.run_action("acc", "employmenthero_list_teams").http_status == 200
    assert len(world.requests) == requests
