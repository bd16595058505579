"""The rehearsal's own endpoints, ``/rehearsal…``: identity, settings, faults to order, requests so far."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkzeug import Request, Response

from eh_connect.sandbox.sites import answered

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from eh_connect.sandbox.records import Records

_ANSWERS = {
    "status": (500, "application/json", '{"message": "ordered by a test"}'),
    "body": (200, "application/json", ""),
    "html": (200, "text/html", "<html><body>Bad gateway</body></html>"),
    "redirect": (302, "text/plain", ""),
}
_KINDS = {*_ANSWERS, "delay", "drop", "drop_after"}


@dataclass
class Fault:
    """A disturbance that a test orders.

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
        if self.kind not in _KINDS or self.match.keys() - {"method", "path"}:
            raise ValueError(f"no such fault: {self.kind}, {self.match}")

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


class Controls:
    """WSGI middleware around a server: serves ``/rehearsal…`` itself, logs and disturbs all the rest.

    Args:
        app: the server.
        records: for the settings and the identity.
        lasting: whether this is ``eh-connect sandbox``, which other commands may rely on.
    """

    def __init__(self, app: WSGIApplication, records: Records, *, lasting: bool) -> None:
        self._app = app
        self._records = records
        self._lasting = lasting
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._log: list[dict[str, Any]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        body = request.get_data()
        if request.path.split("/")[1] == "rehearsal":
            status, said = self._control(request, body)
            return answered(said, status)(environ, start_response)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}  # to be read once more
        with self._lock:
            fault = next((fault for fault in self._faults if fault.hits(request)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
            entry = {"method": request.method, "path": request.path, "empty_object": body.strip() == b"{}"}
            self._log.append(entry | {"fault": fault and fault.kind})
        app = fault.apply(self._app, environ) if fault else self._app
        return app(environ, start_response)

    def _control(self, request: Request, body: bytes) -> tuple[int, Any]:
        try:
            match request.method, request.path:
                case "GET", "/rehearsal":
                    return 200, {"rehearsal": identity(self._records), "lasting": self._lasting}
                case "GET", "/rehearsal/log":
                    return 200, self._log
                case "PUT", "/rehearsal/faults":
                    self._faults = [Fault(**item) for item in json.loads(body)]
                    return 200, None
                case "PUT", "/rehearsal/settings":
                    self._records.set(json.loads(body))
                    return 200, None
        except (ValueError, TypeError, AttributeError) as exc:
            return 400, {"error": str(exc)}
        return 404, {"error": "the rehearsal has no such endpoint"}


def identity(records: Records) -> str:
    """What a server says of itself: a hash of its folder's token."""
    return hashlib.sha256(records.data["token"].encode()).hexdigest()
