"""One HTTP exchange, for StackOne and the probe: the command's network time, and what its faults mean."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
import ssl
import threading
import time as system
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self
from weakref import WeakKeyDictionary

import httpx
import truststore

from eh_connect import __version__
from eh_connect.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOG = logging.getLogger(__name__)
"""A line per request, for ``--verbose``: no query, no header, no body."""

ONE_REQUEST = 30.0
"""Seconds that a single request may take."""

MOST_BYTES = 10_000_000
"""A longer body is not read."""

_LATER = "Check the connection, then run the same command again. --timeout gives it more time."


class NetworkTime:
    """The network time of the whole command: requests and the pauses between tries, not a person's thinking.

    Args:
        seconds: how much there is.
        clock: a clock that never goes back, in seconds.
        sleep: waits for so many seconds.
    """

    def __init__(
        self,
        seconds: float = 150.0,
        clock: Callable[[], float] = system.monotonic,
        sleep: Callable[[float], None] = system.sleep,
    ) -> None:
        self.left = self._all = seconds
        self.clock = clock
        self._sleep = sleep

    @contextmanager
    def running(self) -> Iterator[None]:
        """What happens in here is network time."""
        start = self.clock()
        try:
            yield
        finally:
            self.left -= self.clock() - start

    def renew(self) -> None:
        """All of it once more: a person was waited for."""
        self.left = self._all

    def sleep(self, seconds: float) -> None:
        """Wait before another try; never longer than there is time."""
        with self.running():
            self._sleep(min(seconds, max(self.left, 0.0)))


class ExchangeError(NetworkError):
    """An exchange that failed.

    Attributes:
        passing: another try may succeed.
        arrived: the server may have carried the request out.
        retry_after: seconds that the server asks to wait; None where it names none.
    """

    def __init__(
        self,
        title: str,
        *,
        passing: bool,
        arrived: bool,
        detail: str | None = None,
        hint: str = _LATER,
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(title, detail=detail, hint=hint, http_status=http_status)
        self.passing = passing
        self.arrived = arrived
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    """What came back. ``text`` is None where the body can't be read."""

    status: int
    headers: httpx.Headers
    text: str | None
    in_doubt: bool = False
    """An earlier try of the same request may have been carried out."""


def open_http(
    url: str, *, transport: httpx.BaseTransport | None = None, auth: httpx.Auth | None = None
) -> httpx.Client:
    """A client with one connection; proxies as the environment says, but never for a loopback address."""
    title = "The proxy settings of this machine can't be used."
    hint = "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY."
    try:
        return httpx.Client(
            auth=auth,
            headers={"User-Agent": f"eh-connect/{__version__}", "Accept": "application/json"},
            verify=_trusted(url if transport is None else ""),
            trust_env=not _is_loopback(url),
            transport=transport,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
            follow_redirects=False,
        )
    except OSError:
        title = "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names can't be read."
        hint = "Correct or unset these variables."
    except (ValueError, ImportError, httpx.InvalidURL):
        pass
    raise ExchangeError(title, passing=False, arrived=False, hint=hint)


def _trusted(url: str) -> ssl.SSLContext:
    """The system's trust store, unless SSL_CERT_FILE or SSL_CERT_DIR is set: then that, on every system."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not url.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; trusts nobody, and costs no 40 ms
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_loopback(url: str) -> bool:
    try:
        return ipaddress.ip_address(httpx.URL(url).host).is_loopback
    except ValueError:
        return False


def exchange(
    http: httpx.Client, request: httpx.Request, time: NetworkTime, *, limit: float = ONE_REQUEST
) -> Answer:
    """Send a request once and read its answer.

    Args:
        http: from ``open_http``.
        request: of ``http.build_request``.
        time: what the command has left.
        limit: seconds that this request may take.

    Raises:
        ExchangeError: no answer. An answer of any status, readable or not, is none.
    """
    allowed = min(limit, time.left)
    if allowed <= 0:
        raise ExchangeError("The time for the network is used up.", passing=False, arrived=False)
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), allowed)
    request.extensions["timeout"] = timeouts
    place = f"{request.url.host}{request.url.path}"  # a query can carry what nobody should read
    with time.running(), _Watch(http, request, allowed) as watch:
        deadline = time.clock() + allowed
        try:
            response = http.send(request, stream=True)
            timeouts["read"] = max(deadline - time.clock(), 0.001)
            try:
                text = _text(response, lambda: time.clock() >= deadline)
            finally:
                response.close()
            spent = time.clock() - (deadline - allowed)
            _LOG.debug("%s %s: %d, %.2f s", request.method, place, response.status_code, spent)
            return Answer(response.status_code, response.headers, text)
        except httpx.HTTPError as exc:
            late = httpx.ReadTimeout("cut") if watch.has_cut else exc
            fault = _fault(late, request.url.host)
            _LOG.debug("%s %s: %s", request.method, place, type(exc).__name__)
        except (httpx.InvalidURL, UnicodeError, ValueError):  # of the request, or of a redirect's target
            fault = ExchangeError(
                f"{request.url.host} answered with an address that makes no sense.",
                passing=False,
                arrived=True,
                hint="Check the URL, and the proxy.",
            )
    # Raised out here, not `from exc`: httpx's exceptions hold the request, with the key and the secret.
    raise fault


class _Watch:
    """Cuts the connection when the time is over.

    httpx's limits are for each read: a server that sends a byte now and then would never meet them.
    """

    _streams: ClassVar[WeakKeyDictionary[httpx.Client, Any]] = WeakKeyDictionary()

    def __init__(self, http: httpx.Client, request: httpx.Request, seconds: float) -> None:
        self._http = http
        request.extensions["trace"] = self._trace
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self.has_cut = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._streams[self._http] = info["return_value"]

    def _cut(self) -> None:
        stream = self._streams.get(self._http)
        held = stream and stream.get_extra_info("socket")
        if held is not None:
            self.has_cut = True
            with suppress(OSError):  # it ended by itself
                held.shutdown(socket.SHUT_RDWR)


def _text(response: httpx.Response, too_late: Callable[[], bool]) -> str | None:
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                return None
            if too_late():
                raise httpx.ReadTimeout("the answer takes too long")
    except httpx.DecodingError:
        return None
    except httpx.HTTPError:
        if response.is_success:
            raise
        return None  # the status says enough
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _fault(exc: httpx.HTTPError, host: str) -> ExchangeError:
    causes = tuple(_causes(exc))
    never = isinstance(exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError)
    if isinstance(exc, httpx.ConnectError) and any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ExchangeError(
            f"No secure connection to {host}.",
            passing=False,
            arrived=False,
            detail="TLS failed: this machine does not trust the certificate, or something stands in between.",
            hint="Behind a company proxy, set SSL_CERT_FILE to the file of its certificates. "
            "Check the clock of this machine too.",
        )
    if isinstance(exc, httpx.ProxyError):
        title, hint = (
            f"The proxy made no connection to {host}.",
            "Check HTTPS_PROXY, and who may use the proxy.",
        )
    elif never and isinstance(exc, httpx.TimeoutException):
        title, hint = f"No connection to {host} in time.", _LATER
    elif isinstance(exc, httpx.TimeoutException):
        title, hint = f"No answer from {host} in time.", _LATER
    elif any(isinstance(cause, socket.gaierror) for cause in causes):
        title, hint = (
            f"The address of {host} can't be found.",
            "Check the URL, the connection, and the proxy if one is set.",
        )
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        title, hint = (
            f"{host} refuses the connection.",
            "Check the URL, the firewall, and the proxy if one is set.",
        )
    else:
        title = f"No connection to {host}." if never else f"The connection to {host} broke."
        hint = _LATER
    return ExchangeError(title, passing=True, arrived=not never, hint=hint)


def _causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__
