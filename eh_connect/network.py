"""One HTTP exchange, for StackOne and the probe. It takes limited time, wherever it hangs, and at most 50 MB."""

from __future__ import annotations

import ipaddress
import logging
import os
import ssl
import urllib.request
from contextlib import suppress
from socket import SHUT_RDWR, socket
from threading import Lock
from typing import TYPE_CHECKING, Any

import httpx

from eh_connect import __version__
from eh_connect.deadline import DeadlineError, bounded
from eh_connect.network_body import body_text, read_whole
from eh_connect.network_faults import PROXY, ExchangeError, exchange_error, refused_by_proxy
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eh_connect.deadline import NetworkTime

_LOG = logging.getLogger(__name__)
"""Gets one line for each request, for ``--verbose``, without query, headers and body."""

ONE_REQUEST = 30.0
"""Seconds that a single request may take."""


class Answer(Record, frozen=True):
    """What came back. ``text`` is None if the body can't be read or was thrown away."""

    status: int
    headers: httpx.Headers
    text: str | None
    in_doubt: bool = False
    """Whether the server may have carried out an earlier try of the same request."""

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return httpx.codes.is_success(self.status)


class Http(httpx.Client):
    """A client for one server, with its proxy (host and port) and its last connection."""

    proxy_name: str | None = None
    connection: Any = None


def open_http(url: str, *, transport: httpx.BaseTransport | None = None) -> Http:
    """Return a client for one server. It uses the environment's proxy, but never for a loopback address.

    Raises ExchangeError if the proxy or certificate settings of this computer can't be used.
    """
    title, hint = "The proxy settings of this computer can't be used", PROXY
    try:
        proxy = None if transport else _proxy(httpx.URL(url))
        name = None if proxy is None else proxy.url.netloc.decode("ascii")
        http = Http(
            headers={
                "User-Agent": f"eh-connect/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "identity",
            },
            verify=_tls_context(url if transport is None else ""),
            trust_env=False,  # we read the environment ourselves, so that we can name the proxy
            proxy=proxy,
            transport=transport,
            # More than one connection, because a try that was left behind may still hold one.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=1),
            follow_redirects=False,
        )
    except OSError:
        title = "The certificates that SSL_CERT_FILE or SSL_CERT_DIR names can't be read"
        hint = "Correct or unset these variables."
    except ImportError:
        title, hint = f"The SOCKS proxy {name} needs another package", "pip install 'eh-connect[socks]'"
    except (ValueError, httpx.InvalidURL):
        pass
    else:
        http.proxy_name = name
        return http
    raise ExchangeError(title, arrived=False, hint=hint)


def exchange(
    http: Http,
    request: httpx.Request,
    time: NetworkTime,
    *,
    limit: float = ONE_REQUEST,
    read: Callable[[Iterator[bytes]], str | None] = read_whole,
) -> Answer:
    """Send a request once and return its answer, whatever its status is.

    It may take ``limit`` seconds, but no longer than the command has left. ``read`` reads the body of a
    success; an error's body is read as a whole. Raises ExchangeError if there is no answer.
    """
    allowed, before, host = min(limit, time.left), time.left, request.url.host
    if allowed <= 0:
        raise ExchangeError("The time for the network is used up", arrived=False)
    place = f"{host}{request.url.path}"  # without the query, which may hold a secret
    attempt = _Attempt(http)
    # A new dict, because an attempt that was left behind still looks into the one before.
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), allowed)
    request.extensions = {"timeout": timeout, "trace": attempt.trace}

    def send() -> Answer:
        response = http.send(request, stream=True)
        try:
            return Answer(response.status_code, response.headers, body_text(response, read))
        finally:
            response.close()

    with time.running():
        outcome = attempt.outcome(send, allowed, place)
    if not isinstance(outcome, Answer):
        _LOG.debug("%s %s: %s", request.method, place, type(outcome).__name__)
        # Not raised `from` it, because httpx's exceptions hold the request, with the key and the secret.
        raise exchange_error(outcome, host, http.proxy_name, was_sent=attempt.may_have_been_sent)
    _LOG.debug("%s %s: %d, %.2f s", request.method, place, outcome.status, before - time.left)
    if http.proxy_name and outcome.status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        raise refused_by_proxy(outcome.status, host, http.proxy_name)
    return outcome


class _Attempt:
    """One request under way. If it is left behind, it is cut off and can't be sent later."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._lock = Lock()
        self._is_abandoned = False
        self.may_have_been_sent = True
        """True until a connection is started, False while it is made, True when the request goes out."""

    def outcome(self, send: Callable[[], Answer], seconds: float, place: str) -> Answer | Exception:
        """Return the answer, or what httpx raised."""
        try:
            return bounded(send, seconds, name=place)
        except DeadlineError:
            self._abandon()
            return httpx.ReadTimeout("left behind") if self.may_have_been_sent else httpx.ConnectTimeout("")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as exc:
            return exc
        except BaseException:  # after Ctrl-C or SIGTERM the thread must not send the request any more
            self._abandon()
            raise

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Follow how far it is. httpcore calls this; source: the ``trace`` extension in its documentation."""
        if event.endswith("connect_tcp.started"):
            self.may_have_been_sent = False
        elif event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._http.connection = info["return_value"]
        elif event == "http11.send_request_headers.started":
            with self._lock:
                if self._is_abandoned:
                    raise httpx.WriteTimeout("left behind")
                if info["request"].method != b"CONNECT":  # which goes to the proxy only
                    self.may_have_been_sent = True

    def _abandon(self) -> None:
        with self._lock:
            self._is_abandoned = True
        held = self._http.connection and self._http.connection.get_extra_info("socket")
        if held is not None:
            with suppress(OSError):  # the connection has ended by itself
                # Not the TLS socket's own method, which changes what the thread uses.
                socket.shutdown(held, SHUT_RDWR)


def is_loopback(host: str) -> bool:
    """Whether a host is a loopback address of this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _proxy(url: httpx.URL) -> httpx.Proxy | None:
    """Return the proxy by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, or the system's settings."""
    settings = urllib.request.getproxies()
    named = (settings.get(url.scheme) or settings.get("all") or "").strip()
    place = f"{url.host}:{url.port or ''}".rstrip(":")
    if not named or is_loopback(url.host) or urllib.request.proxy_bypass(place):
        return None
    proxy = httpx.URL(named if "://" in named else f"http://{named}")
    return httpx.Proxy(proxy, ssl_context=_tls_context("https:") if proxy.scheme == "https" else None)


def _tls_context(url: str) -> ssl.SSLContext:
    """Return a context that trusts SSL_CERT_FILE and SSL_CERT_DIR, or the system's store if neither is set."""
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    if not url.startswith("https:"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # is not used, trusts nobody and saves 40 ms
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=folder or None)
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
