"""The body of an answer: what can be read, what is thrown away, and that none costs more than 50 MB."""

from __future__ import annotations

import gzip
import json
import re
import tracemalloc
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.deadline import NetworkTime
from eh_connect.network import Answer, exchange, open_http
from eh_connect.network_body import MOST_BYTES, discard, read_excerpt, read_whole
from eh_connect.secret import Secret
from eh_connect.server_text import read_json
from tests.support.raw_server import Peer, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MB = 1_000_000
EXCERPT = partial(read_excerpt, re.compile(rb'"/connector_profiles"\s*:\s*(?=\{)'))


class Chunks(httpx.SyncByteStream):
    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks


def json_response(
    chunks: Iterable[bytes],
    encoding: str = "",
    *,
    status: int = 200,
    read: Callable[[Iterator[bytes]], str | None] = read_whole,
) -> Answer:
    """What an exchange makes of a body that comes in these chunks."""
    headers = {"Content-Encoding": encoding} if encoding else {}
    transport = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, stream=Chunks(chunks)))
    with open_http("https://x.test", transport=transport) as http:
        return exchange(http, http.build_request("GET", "https://x.test"), NetworkTime(), read=read)


def split(body: bytes, size: int) -> list[bytes]:
    return [body[i : i + size] for i in range(0, len(body), size)]


@given(st.text(max_size=500), st.integers(1, 60), st.sampled_from(["", "identity", "gzip", "X-GZip"]))
def test_a_body_arrives_as_it_was_sent_in_whatever_pieces(text: str, size: int, encoding: str) -> None:
    body = gzip.compress(text.encode()) if "zip" in encoding.lower() else text.encode()
    assert json_response(split(body, size), encoding).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"\xff", ""),
        (b"{}", "gzip"),
        (gzip.compress(b"{}")[:-4], "gzip"),
        (gzip.compress(b"{}") + b"more", "gzip"),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip"),
        (b"{}", "br"),
        (b"{}", "deflate"),
        (b"x" * (MOST_BYTES + 1), ""),
        (gzip.compress(b"x" * (MOST_BYTES + 1)), "gzip"),
        ("🙂".encode() * (MOST_BYTES // 8), ""),
    ],
    ids=range(10),
)
def test_what_is_too_much_or_no_text_can_not_be_read(body: bytes, encoding: str) -> None:
    answer = json_response(split(body, 60_000), encoding)
    assert (answer.status, answer.text) == (200, None)


def test_a_success_is_thrown_away_where_that_is_wanted_but_an_error_is_kept() -> None:
    assert json_response([b"personal data"], read=discard).text is None
    assert json_response([b"why not"], status=400, read=discard).text == "why not"
    taken = list[int]()

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * MB

    assert json_response(endless(), read=discard).text is None
    assert len(taken) == 21


@pytest.mark.parametrize("size", [1, 7, 60_000])
def test_an_excerpt_begins_where_it_is_wanted_in_a_long_document(size: int) -> None:
    paths = {"/a": "x" * (size * 200), "/connector_profiles": {"post": 1}, "/z": "é" * 600_000}
    body = json.dumps({"paths": paths}, ensure_ascii=False).encode()
    text = json_response(split(body, size), read=EXCERPT).text or ""
    assert text.startswith('"/connector_profiles": {"post": 1}')
    assert len(text.encode()) <= 500_000
    assert json_response([b"{}"], read=EXCERPT).text == ""
    assert json_response((b" " * MB for _ in range(22)), read=EXCERPT).text is None


def hostile_bodies() -> dict[str, bytes]:
    bomb = gzip.compress(b"\0" * (200 * MB))
    return {
        "gzip": bomb,
        "gzip, gzip": gzip.compress(bomb),
        "gzip, gzip, gzip": gzip.compress(gzip.compress(bomb)),
        "lists": b"[" + b"[]," * (3 * MB) + b"[]]",
        "records": b"[" + b'{"a":1},' * MB + b"1]",
        "texts": b"[" + b'"abc",' * MB + b"1]",
        "deep": b"[" * (9 * MB),
        "digits": b"1" * (9 * MB),
        "one text": b'"' + b"x " * (4 * MB) + b'"',
        "wide": b'"' + "🙂é".encode() * MB + b'"',
        "not text": b"\xff" * (9 * MB),
        "endless": b"x" * (30 * MB),
    }


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """The most bytes that were in use since it was last asked."""
    tracemalloc.start()

    def used() -> int:
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        return most

    yield used
    tracemalloc.stop()


def test_no_answer_costs_more_than_50_megabytes(peak: Callable[[], int]) -> None:
    bodies = hostile_bodies()
    costs = dict[str, int]()

    def talk(peer: Peer) -> None:
        path = peer.head().split()[1].decode()
        name = unquote(path.removeprefix("/"))
        peer.answer(bodies[name], *([f"Content-Encoding: {name}"] if "gzip" in name else []))

    with serving(talk) as port:
        for name in bodies:
            url = f"http://127.0.0.1:{port}/{quote(name)}"
            peak()
            before = peak()
            with open_http(url) as http, suppress(ValueError):
                answer = exchange(http, http.build_request("GET", url), NetworkTime())
                read_json(answer.text or "", [Secret("some secret")])
            costs[name] = (peak() - before) // MB
    assert {name: cost for name, cost in costs.items() if cost > 50} == {}
    assert max(costs.values()) > 10, "some were read"
