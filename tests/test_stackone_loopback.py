from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import NetworkError
from eh_connect.network import NetworkTime
from eh_connect.secret import Secret
from eh_connect.stackone.client import Client
from tests.http_fakes import CALLS, KEY, URL

if TYPE_CHECKING:
    from collections.abc import Iterator


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections: set[object]
    release: threading.Event

    def setup(self) -> None:
        super().setup()
        self.connections.add(self.client_address)

    def do_GET(self) -> None:
        link = f"http://{self.headers['Host']}/connect/link/1"
        body = json.dumps({"data": [], "total": 0, "id": 7, "auth_link_url": link}).encode()
        if self.path.startswith("/hang"):
            self.release.wait()
            return
        if self.path.startswith("/drop"):
            self.close_connection = True
            return
        if self.path.startswith("/drip"):
            for _ in range(10_000):  # a header that grows for ever, and never lets a single read wait
                try:
                    self.wfile.write(b"HTTP/1.1 103 Early\r\n\r\n")
                except OSError:
                    return
                if self.release.wait(0.01):
                    return
        self.send_response(200)
        length = 1000 if self.path.startswith("/trickle") else len(body)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)
        if self.path.startswith("/trickle"):
            self.wfile.flush()
            self.release.wait()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def loopback() -> Iterator[tuple[str, type[Handler]]]:
    release = threading.Event()
    handler = type("Handler", (Handler,), {"connections": set(), "release": release})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", handler
        finally:
            release.set()
            server.shutdown()
            thread.join()


def test_one_connection_serves_all_calls_and_no_proxy_stands_before_loopback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with loopback() as (url, handler), Client(Secret(KEY), url=url, time=NetworkTime()) as client:
        for call in CALLS.values():
            call(client)
        assert len(handler.connections) == 1


@pytest.mark.parametrize("path", ["/hang", "/trickle", "/drip"])
def test_a_server_that_does_not_finish_is_left_when_the_time_is_up(path: str) -> None:
    with (
        loopback() as (url, _),
        Client(Secret(KEY), url=url + path, time=NetworkTime(0.2)) as client,
        pytest.raises(NetworkError, match="in time"),
    ):
        client.profiles()


def test_a_dropped_connection_is_tried_again_and_then_told() -> None:
    pauses: list[float] = []
    time = NetworkTime(150, sleep=pauses.append)
    with (
        loopback() as (url, _),
        Client(Secret(KEY), url=url + "/drop", time=time) as client,
        pytest.raises(NetworkError, match="broke"),
    ):
        client.profiles()
    assert pauses == [0.5, 1, 2]


def test_a_closed_port_says_that_the_connection_was_refused() -> None:
    with loopback() as (url, _):
        pass
    time = NetworkTime(150, sleep=lambda _: None)
    with Client(Secret(KEY), url=url, time=time) as client, pytest.raises(NetworkError, match="refuses"):
        client.profiles()


def test_a_tls_fault_names_the_variable_for_company_certificates() -> None:
    with loopback() as (url, _):
        secure = url.replace("http:", "https:")
        client = Client(Secret(KEY), url=secure, time=NetworkTime())
        with client, pytest.raises(NetworkError, match="secure") as caught:
            client.profiles()
    assert "SSL_CERT_FILE" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SSL_CERT_FILE", "/no/such/file"), ("HTTPS_PROXY", "nonsense://x:1")],
)
def test_settings_that_can_not_be_used_are_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    monkeypatch.delenv(variable.lower(), raising=False)
    with Client(Secret(KEY), url=URL, time=NetworkTime()) as client, pytest.raises(NetworkError) as caught:
        client.profiles()
    assert variable in f"{caught.value.title} {caught.value.hint}"
