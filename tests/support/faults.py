"""Disturbances of a server that a test orders, and the log of what it was asked."""

from __future__ import annotations

import io
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_ANSWERS = {
    "status": (500, "application/json", '{"message": "ordered by a test"}'),
    "body": (200, "application/json", ""),
    "html": (200, "text/html", "<html><body>Bad gateway</body></html>"),
    "redirect": (302, "text/plain", ""),
}
_KINDS = {*_ANSWERS, "delay", "drop", "drop_after"}


@dataclass
class Fault:
    """What happens to a request.

    ``status``, ``body``, ``html`` and ``redirect`` are answered instead of the server's own; ``delay``
    serves as usual after ``seconds``; ``drop`` cuts the connection, ``drop_after`` after it took effect.

    ``times``: how many requests it hits; None for all. ``match``: ``method`` and ``path`` (a prefix).
    """

    kind: str
    match: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    status: int | None = None
    seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def __post_init__(self) -> None:
        assert self.kind in _KINDS, self.kind
        assert self.match.keys() <= {"method", "path"}, self.match

    def hits(self, request: Request) -> bool:
        """Whether this request is one of those ordered."""
        method, path = self.match.get("method", request.method), self.match.get("path", "")
        return self.times != 0 and method == request.method and request.path.startswith(path)

    def apply(self, app: WSGIApplication, environ: WSGIEnvironment) -> WSGIApplication:
        """What answers the request."""
        time.sleep(self.seconds)
        if self.kind in _ANSWERS:
            status, kind, body = _ANSWERS[self.kind]
            headers = ({"Location": "/elsewhere"} if self.kind == "redirect" else {}) | self.headers
            return Response([self.body or body], self.status or status, headers, mimetype=kind)
        if self.kind == "drop_after":
            Response.from_app(app, environ)
        if self.kind != "delay":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("ordered by a test")  # so Werkzeug knows that nobody listens
        return app


class Disturbed:
    """WSGI middleware around a server: logs every request, and disturbs those that are ordered."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        self.log: list[dict[str, Any]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path == "/sandbox/":
            return self._app(environ, start_response)
        body = request.get_data()
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}  # to be read once more
        with self._lock:
            fault = next((fault for fault in self.faults if fault.hits(request)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
            entry = {"method": request.method, "path": request.path, "empty_object": body.strip() == b"{}"}
            self.log.append(entry | {"fault": fault and fault.kind})
        app = fault.apply(self._app, environ) if fault else self._app
        return app(environ, start_response)
