"""One exchange: kept within its time in every stage, told as what it was, and never sent once left behind."""

from __future__ import annotations

import base64
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpcore
import httpx
import pytest

from eh_connect.deadline import NetworkTime
from eh_connect.errors import NetworkError
from eh_connect.network import Answer, exchange, open_http
from eh_connect.network_faults import ExchangeError
from tests.support.http import everything_said
from tests.support.raw_server import Peer, closed, dead, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT = 0.4
FAR = "far.test"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def failing(url: str, *, seconds: float = 5, headers: dict[str, str] | None = None) -> ExchangeError:
    """How an exchange with ``url`` fails."""
    with open_http(url) as http, pytest.raises(ExchangeError) as caught:
        exchange(http, http.build_request("POST", url, headers=headers, content=b"{}"), NetworkTime(seconds))
    return caught.value


def json_response(url: str) -> Answer:
    with open_http(url) as http:
        return exchange(http, http.build_request("GET", url), NetworkTime())


@contextmanager
def in_time() -> Iterator[None]:
    start = time.monotonic()
    yield
    assert time.monotonic() - start < LIMIT + 2


def says(first: bytes, *, dripping: bytes = b"") -> Callable[[Peer], None]:
    """A server that answers, and never gets to the end."""

    def talk(peer: Peer) -> None:
        peer.head()
        peer.send(first)
        if dripping:
            peer.drip(dripping)
        peer.wait()

    return talk


EARLY, TUNNEL = b"HTTP/1.1 103 Early\r\n\r\n", b"HTTP/1.1 200 Connected\r\n\r\n"
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


@pytest.mark.parametrize("is_proxy", [False, True])
@pytest.mark.parametrize(
    ("talk", "scheme", "arrived"),
    [
        pytest.param(says(b"HTTP/1.1 200 OK\r\nX-Drip: ", dripping=b"x"), "http", True, id="headers"),
        pytest.param(says(b"", dripping=EARLY), "http", True, id="early hints"),
        pytest.param(says(BODY, dripping=b"x"), "http", True, id="body"),
        pytest.param(says(b""), "http", True, id="silence"),
        pytest.param(says(b""), "https", False, id="TLS, or a tunnel"),
        pytest.param(says(b"", dripping=EARLY), "https", False, id="a tunnel that drips"),
        pytest.param(says(TUNNEL), "https", False, id="TLS in the tunnel"),
        pytest.param(None, "http", False, id="a dead address"),
    ],
)
def test_a_server_that_does_not_finish_is_left_when_the_time_is_over(
    talk: Callable[[Peer], None] | None,
    scheme: str,
    arrived: bool,
    is_proxy: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(talk) if talk else dead() as port, in_time():
        if is_proxy:
            monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{port}")
        error = failing(f"{scheme}://{FAR if is_proxy else f'127.0.0.1:{port}'}/", seconds=LIMIT)
    through = f"{FAR} through the proxy 127.0.0.1:{port}" if is_proxy else "127.0.0.1"
    assert error.title == f"No {'answer from' if arrived else 'connection to'} {through} in time"
    assert (error.passing, error.arrived) == (True, arrived)
    assert "--timeout" in (error.hint or "")


class ManyDeadAddresses(httpx.BaseTransport):
    """Tries one address after the other for longer than anybody waits, until it is asked a second time."""

    def __init__(self) -> None:
        self.asked_again = threading.Event()
        self.done = threading.Event()
        self.connecting = False
        self.sent = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        extensions = request.extensions  # httpcore looks for "trace" in here whenever something happens
        if self.connecting:
            self.asked_again.set()
            assert self.done.wait(5)
            return httpx.Response(200)
        self.connecting = True
        extensions["trace"]("connection.connect_tcp.started", {})
        self.asked_again.wait()
        info = {"request": httpcore.Request("POST", "http://x")}
        try:
            extensions["trace"]("http11.send_request_headers.started", info)
            self.sent = True
        finally:
            self.done.set()
        return httpx.Response(200)


def test_what_was_left_behind_while_connecting_is_not_sent_afterwards_even_if_it_is_tried_again() -> None:
    transport, left = ManyDeadAddresses(), NetworkTime(LIMIT)
    http = open_http("https://x.test", transport=transport)
    request = http.build_request("POST", "https://x.test")
    with http:
        with in_time(), pytest.raises(ExchangeError) as caught:
            exchange(http, request, left)
        assert not caught.value.arrived
        assert left.left <= 0
        assert exchange(http, request, NetworkTime()).status == 200
    assert not transport.sent


def test_after_one_that_was_left_the_next_exchange_works_and_then_one_connection_serves_all() -> None:
    met = list[bytes]()

    def talk(peer: Peer) -> None:
        met.append(b"connection")
        while head := peer.head():
            if head.startswith(b"GET /drip"):
                peer.drip(b"HTTP/1.1 103 Early\r\n\r\n")
            assert b"accept-encoding: identity\r\n" in head.lower()
            peer.answer(b'{"a": 1}')

    with serving(talk) as port, open_http(f"http://127.0.0.1:{port}") as http:
        url = f"http://127.0.0.1:{port}"
        with pytest.raises(ExchangeError):
            exchange(http, http.build_request("GET", f"{url}/drip"), NetworkTime(LIMIT))
        for _ in range(3):
            answer = exchange(http, http.build_request("GET", url), NetworkTime())
            assert (answer.status, answer.text) == (200, '{"a": 1}')
    assert len(met) == 2


def test_an_error_whose_body_breaks_off_still_has_its_status_but_a_success_has_none() -> None:
    def breaks_off(peer: Peer) -> None:
        status = b"422 No" if b"/refused" in peer.head() else b"200 OK"
        peer.send(b"HTTP/1.1 " + status + b'\r\nContent-Length: 99\r\n\r\n{"a"')

    with serving(breaks_off) as port:
        answer = json_response(f"http://127.0.0.1:{port}/refused")
        assert (answer.status, answer.text) == (422, None)
        error = failing(f"http://127.0.0.1:{port}")
    assert error.title == "The connection to 127.0.0.1 broke"
    assert (error.passing, error.arrived) == (True, True)


@pytest.mark.parametrize(
    "rubbish", [b"SSH-2.0-OpenSSH_9\r\n", b"", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000]
)
def test_what_is_no_http_is_told_as_a_broken_connection(rubbish: bytes) -> None:
    with serving(lambda peer: peer.send(rubbish) if peer.head() else None) as port:
        assert failing(f"http://127.0.0.1:{port}").title == "The connection to 127.0.0.1 broke"


def test_a_fault_says_what_it_is_and_keeps_the_request_to_itself() -> None:
    port = closed()
    error = failing(f"http://127.0.0.1:{port}/?q=s3cr3t", headers={"Authorization": "s3cr3t"})
    assert error.title == "127.0.0.1 refuses the connection"
    assert (error.passing, error.arrived, error.hint) == (True, False, "Check the URL and the connection.")
    assert "s3cr3t" not in everything_said(error)
    assert failing("http://127.0.0.1", seconds=0).title == "The time for the network is used up"
    assert failing("http://no-host.invalid").title == "no-host.invalid can't be found by its name"


def test_without_tls_at_the_other_end_the_hint_names_company_certificates() -> None:
    with serving(lambda peer: peer.answer(b"")) as port:
        error = failing(f"https://127.0.0.1:{port}")
    assert error.title == "No secure connection to 127.0.0.1"
    assert "SSL_CERT_FILE" in (error.hint or "")
    assert not error.passing


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses_is_named_without_its_credentials(
    scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = closed()
    monkeypatch.setenv("ALL_PROXY", f"http://user:s3cr3t@127.0.0.1:{port}")
    error = failing(f"{scheme}://{FAR}")
    assert error.title == f"The proxy 127.0.0.1:{port} refuses the connection"
    assert "HTTPS_PROXY" in (error.hint or "")
    assert "s3cr3t" not in everything_said(error)
    monkeypatch.setenv("ALL_PROXY", "no-such.invalid:8080")
    assert failing(f"{scheme}://{FAR}").title == "The proxy no-such.invalid:8080 can't be found by its name"


@pytest.mark.parametrize(
    ("scheme", "status", "title", "passing"),
    [
        ("https", "407 Who", "The proxy {} wants a user name and a password (HTTP 407)", False),
        ("http", "407 Who", "The proxy {} wants a user name and a password (HTTP 407)", False),
        ("https", "403 No", "The proxy {} made no connection to far.test (HTTP 403)", False),
        ("https", "502 Bad", "The proxy {} made no connection to far.test (HTTP 502)", True),
    ],
)
def test_what_a_proxy_answers_itself_is_told_as_the_proxys(
    scheme: str, status: str, title: str, passing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = list[bytes]()

    def proxy(peer: Peer) -> None:
        heads.append(peer.head())
        peer.answer(b"", status=status)

    with serving(proxy) as port:
        monkeypatch.setenv(f"{scheme}_proxy", f"http://me:pass@127.0.0.1:{port}")
        error = failing(f"{scheme}://{FAR}")
    assert error.title == title.format(f"127.0.0.1:{port}")
    assert (error.passing, error.arrived) == (passing, False)
    assert error.http_status == int(status[:3])
    assert b"Proxy-Authorization: Basic " + base64.b64encode(b"me:pass") in heads[0]


def test_no_proxy_stands_before_loopback_or_what_no_proxy_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{closed()}")
    monkeypatch.setenv("NO_PROXY", "other.invalid, .invalid")
    assert "proxy" not in failing("http://no-such-host.invalid").title
    with serving(lambda peer: peer.answer(b"1") if peer.head() else None) as port:
        assert json_response(f"http://127.0.0.1:{port}").text == "1"


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("SSL_CERT_FILE", "/no/such/file", "SSL_CERT_FILE"),
        ("HTTPS_PROXY", "nonsense://x:1", "HTTPS_PROXY"),
        ("ALL_PROXY", "socks5://me:s3cr3t@127.0.0.1:1080", "pip install 'eh-connect[socks]'"),
    ],
)
def test_settings_that_can_not_be_used_are_named(
    variable: str, value: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(NetworkError) as caught:
        open_http("https://api.stackone.test")
    assert named in f"{caught.value.title} {caught.value.hint}"
    assert "s3cr3t" not in everything_said(caught.value)


def test_a_redirect_is_an_answer_and_one_to_nowhere_a_fault() -> None:
    def talk(peer: Peer) -> None:
        while head := peer.head():
            target = "http://[::" if b"/nowhere" in head else "http://127.0.0.1:1/"
            peer.answer(b"", f"Location: {target}", status="302 There")

    with serving(talk) as port:
        assert json_response(f"http://127.0.0.1:{port}").status == 302
        assert failing(f"http://127.0.0.1:{port}/nowhere").arrived
