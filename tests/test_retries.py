"""What is tried again, how often, and how long is waited for it."""

from __future__ import annotations

import httpx
import pytest

from eh_connect.errors import LostAnswerError, NetworkError
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.models import ProfileFields
from tests.support.http import CREDENTIALS, SESSION_REQUEST, World, page

EMPTY = page([], total=0)
PASSING = [408, 429, 500, 502, 503, 504, 599]
NEVER_ARRIVED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
MAY_HAVE_ARRIVED = (
    *(httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.WriteError, httpx.CloseError),
    httpx.RemoteProtocolError,
)


def busy(status: int, retry_after: str | None = None, **headers: str) -> httpx.Response:
    given = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, headers=given | headers, json={"message": "Busy."})


@pytest.mark.parametrize("status", PASSING)
def test_a_passing_status_is_tried_four_times_with_growing_pauses(status: int) -> None:
    assert World(busy(status), busy(status), busy(status), EMPTY).client.profiles() == []
    world = World(busy(status))
    with pytest.raises(NetworkError) as caught:
        world.client.profiles()
    assert (len(world.requests), world.clock.slept) == (4, [0.5, 1, 2])
    assert (caught.value.http_status, "Busy." in str(caught.value.detail)) == (status, True)


@pytest.mark.parametrize("fault", [*NEVER_ARRIVED, *MAY_HAVE_ARRIVED])
def test_a_broken_connection_is_tried_again(fault: type[httpx.TransportError]) -> None:
    assert World(*[fault("x")] * 3, EMPTY).client.profiles() == []
    world = World(fault("x"))
    with pytest.raises(NetworkError):
        world.client.profiles()
    assert len(world.requests) == 4


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
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        ("Mon, 23 Nov 2026 10:00:20 GMT", 20),
        ("Mon, 23 Nov 2026 11:00:20 +0100", 20),
        ("Mon, 23 Nov 2026 09:00:00 GMT", 0.5),
        ("-7", 0.5),
        ("soon", 0.5),
        ("1.5", 0.5),
        ("", 0.5),
        ("Mon, 99 Nov 2026 10:00:20 GMT", 0.5),
    ],
)
def test_retry_after_is_kept_to_exactly_and_rubbish_is_ignored(
    status: int, retry_after: str, pause: float
) -> None:
    world = World(busy(status, retry_after, Date="Mon, 23 Nov 2026 10:00:00 GMT"), EMPTY)
    assert world.client.profiles() == []
    assert world.clock.slept == [pause]


@pytest.mark.parametrize("retry_after", ["151", "9" * 400, "Mon, 23 Nov 2099 10:00:00 GMT"])
def test_a_wait_beyond_the_time_left_fails_at_once_and_is_named(retry_after: str) -> None:
    world = World(busy(429, retry_after))
    with pytest.raises(NetworkError) as caught:
        world.client.profiles()
    assert (len(world.requests), world.clock.slept) == (1, [])
    assert "asks to wait" in str(caught.value.detail)


@pytest.mark.parametrize(("seconds", "slept"), [(130, [60, 60]), (60, []), (0, [])])
def test_pauses_use_up_the_time_of_the_command(seconds: float, slept: list[float]) -> None:
    world = World(busy(408, "60"), seconds=seconds)
    with pytest.raises(NetworkError):
        world.client.profiles()
    assert world.clock.slept == slept
    assert len(world.requests) == (len(slept) + 1 if seconds else 0)


FIELDS = ProfileFields("N", "oauth2", "production", CREDENTIALS)
MADE = httpx.Response(201, json={"id": "p1", "name": "N"})


@pytest.mark.parametrize("step", [*(kind("x") for kind in NEVER_ARRIVED), busy(429, "9")], ids=repr)
def test_a_creation_that_surely_did_not_happen_is_tried_again(step: Exception | httpx.Response) -> None:
    world = World(step, MADE)
    assert AssumedWrites(world.client).create(FIELDS)
    assert world.clock.slept == [0.5 if isinstance(step, Exception) else 9]
    world = World(step)
    with pytest.raises(NetworkError) as caught:
        AssumedWrites(world.client).create(FIELDS)
    assert not isinstance(caught.value, LostAnswerError)
    assert len(world.requests) == 4


UNREADABLE = [
    *(httpx.Response(201, text="<html>"), httpx.Response(204), httpx.Response(201, json=[])),
    *(httpx.Response(201, json={"id": bad}) for bad in (None, True, "..")),
    httpx.Response(200, content=b" " * 10_000_001),
]


@pytest.mark.parametrize("earlier", [(), (busy(429),)], ids=["", "after a 429"])
@pytest.mark.parametrize(
    "step",
    [*(kind("x") for kind in MAY_HAVE_ARRIVED), *(busy(s) for s in PASSING if s != 429), *UNREADABLE],
    ids=repr,
)
def test_a_creation_that_may_have_happened_is_never_repeated(
    step: Exception | httpx.Response, earlier: tuple[httpx.Response, ...]
) -> None:
    world = World(*earlier, step)
    with pytest.raises(LostAnswerError, match=r".") as caught:
        AssumedWrites(world.client).create(FIELDS)
    assert len(world.requests) == len(earlier) + 1
    assert "may have carried it out" in str(caught.value.detail)


@pytest.mark.parametrize("status", PASSING)
def test_an_update_is_repeated_to_the_letter(status: int) -> None:
    world = World(busy(status), httpx.ReadTimeout("x"), MADE)
    assert AssumedWrites(world.client).update("p1", FIELDS)
    assert len({request.content for request in world.requests}) == 1


@pytest.mark.parametrize("status", [401, 404, 405, 409, 422, 501])
def test_an_update_that_is_refused_after_a_lost_try_is_in_doubt(status: int) -> None:
    with pytest.raises(LostAnswerError) as caught:
        AssumedWrites(World(httpx.ReadTimeout("x"), busy(status)).client).update("p1", FIELDS)
    assert caught.value.http_status == status


def test_an_update_that_is_refused_after_a_429_is_just_refused() -> None:
    with pytest.raises(Exception, match="422") as caught:
        AssumedWrites(World(busy(429), busy(422)).client).update("p1", FIELDS)
    assert not isinstance(caught.value, LostAnswerError)


def test_a_session_is_made_again_where_an_answer_was_lost() -> None:
    made = {"id": 7, "auth_link_url": "https://hub.stackone.com/x"}
    world = World(busy(500), httpx.ReadTimeout("x"), httpx.Response(201, json=made))
    assert world.sessions.create(SESSION_REQUEST).id == "7"


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
