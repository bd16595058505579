from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from eh_connect.errors import LostAnswerError, NetworkError
from eh_connect.network import NetworkTime
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.models import ProfileFields
from tests.http_fakes import Clock, World

if TYPE_CHECKING:
    from collections.abc import Iterator

EMPTY = httpx.Response(200, json={"data": [], "total": 0})
PASSING = [408, 429, 500, 502, 503, 504, 599]
BROKEN: list[Exception] = [
    httpx.ConnectError("x"),
    httpx.ConnectTimeout("x"),
    httpx.ReadTimeout("x"),
    httpx.WriteError("x"),
    httpx.ReadError("x"),
    httpx.RemoteProtocolError("x"),
    httpx.PoolTimeout("x"),
    httpx.ProxyError("x"),
]


def busy(status: int, retry_after: str | None = None, **headers: str) -> httpx.Response:
    given = {} if retry_after is None else {"Retry-After": retry_after}
    return httpx.Response(status, headers=given | headers, json={"message": "Busy."})


@pytest.mark.parametrize("status", PASSING)
def test_a_passing_status_is_tried_four_times_with_growing_pauses(status: int) -> None:
    world = World(busy(status))
    with pytest.raises(NetworkError) as caught:
        world.client.profiles()
    assert len(world.requests) == 4
    assert world.clock.slept == [0.5, 1, 2]
    assert caught.value.http_status == status
    assert "Busy." in (caught.value.detail or "")


@pytest.mark.parametrize("status", PASSING)
def test_a_status_that_passes_is_not_noticed(status: int) -> None:
    world = World(busy(status), busy(status), busy(status), EMPTY)
    assert world.client.profiles() == []


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: type(fault).__name__)
def test_a_broken_connection_is_tried_again(fault: Exception) -> None:
    world = World(fault, fault, fault, EMPTY)
    assert world.client.profiles() == []
    with pytest.raises(NetworkError):
        World(fault).client.profiles()


def test_501_is_never_tried_again() -> None:
    world = World(busy(501))
    with pytest.raises(NetworkError):
        world.client.profiles()
    assert len(world.requests) == 1


DATE = "Mon, 23 Nov 2026 10:00:00 GMT"


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
    world = World(busy(status, retry_after, Date=DATE), EMPTY)
    assert world.client.profiles() == []
    assert world.clock.slept == [pause]


@pytest.mark.parametrize("retry_after", ["151", "9" * 400, "Mon, 23 Nov 2099 10:00:00 GMT"])
def test_a_wait_beyond_the_time_left_fails_at_once_and_is_named(retry_after: str) -> None:
    world = World(busy(429, retry_after, Date=DATE))
    with pytest.raises(NetworkError) as caught:
        world.client.profiles()
    assert len(world.requests) == 1
    assert world.clock.slept == []
    assert "asks to wait" in (caught.value.detail or "")


def test_pauses_use_up_the_time_of_the_command() -> None:
    world = World(busy(408, "60"), seconds=130)
    with pytest.raises(NetworkError):
        world.client.profiles()
    assert world.clock.slept == [60, 60]


def test_without_time_nothing_is_sent() -> None:
    world = World(EMPTY, seconds=0)
    with pytest.raises(NetworkError, match="used up"):
        world.client.profiles()
    assert world.requests == []


def test_time_between_requests_does_not_count() -> None:
    clock = Clock()
    time = NetworkTime(10, clock, clock.sleep)
    clock.now += 1000
    assert time.left == 10
    with time.running():
        clock.now += 4
    time.sleep(3)
    assert time.left == 3


class Trickle(httpx.SyncByteStream):
    """A body whose every byte takes 20 seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(100):
            self._clock.now += 20
            yield b" "


def test_an_answer_that_trickles_in_beyond_its_limit_is_a_timeout() -> None:
    world = World(lambda _: httpx.Response(200, stream=Trickle(world.clock)))
    with pytest.raises(NetworkError, match="in time"):
        world.client.profiles()
    assert len(world.requests) == 4  # 40 s each, all but the last one's within the 150 s


@pytest.mark.parametrize("second", [httpx.ReadTimeout("x"), busy(503, "1")], ids=["timeout", "503"])
def test_a_creation_may_be_lost_after_a_429_too(second: Exception | httpx.Response) -> None:
    world = World(busy(429), second)
    with pytest.raises(LostAnswerError):
        AssumedWrites(world.client).create(ProfileFields(name="N"))
    assert len(world.requests) == 2
