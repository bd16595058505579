"""Loopback servers that speak in raw bytes, for what no HTTP library would send: dripping, bombs, proxies."""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Talk = Callable[["Peer"], object]


class Peer:
    """One connection, seen from the server; ``over`` is set when the test is."""

    def __init__(self, held: socket.socket, over: threading.Event) -> None:
        self._held = held
        self.over = over

    def head(self) -> bytes:
        """All until the empty line; b"" where the client went away."""
        got = b""
        while b"\r\n\r\n" not in got and (more := self._held.recv(65_536)):
            got += more
        return got

    def send(self, *parts: bytes) -> None:
        """As it is."""
        for part in parts:
            self._held.sendall(part)

    def answer(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        """A whole answer; the connection stays open."""
        lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
        self.send("\r\n".join(lines).encode(), body)

    def drip(self, piece: bytes) -> None:
        """A piece every 50 ms, until the client goes away."""
        while not self.over.wait(0.05):
            self.send(piece)

    def wait(self) -> None:
        """Say nothing."""
        self.over.wait()


@contextmanager
def serving(talk: Talk) -> Iterator[int]:
    """The port of a server that has ``talk`` with everybody who connects."""
    over, threads = threading.Event(), list[threading.Thread]()

    def meet(held: socket.socket) -> None:
        with held, suppress(OSError):  # the client went away
            held.settimeout(10)
            talk(Peer(held, over))

    def serve(server: socket.socket) -> None:
        with suppress(OSError):  # shut down below
            while True:
                threads.append(threading.Thread(target=meet, args=(server.accept()[0],)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threads.append(threading.Thread(target=serve, args=(server,)))
        threads[0].start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(5)


@contextmanager
def dead(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """The port of an address that takes no connection and refuses none: its queue is full."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with ExitStack() as stack, socket.socket(family) as server:
        server.bind((address, port))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket(family))
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def closed() -> int:
    """A port that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
