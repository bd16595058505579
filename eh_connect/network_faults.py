"""Says in words why an HTTP exchange failed, and whether the proxy or the server is to blame."""

from __future__ import annotations

import re
import socket
import ssl
from typing import TYPE_CHECKING

import httpx

from eh_connect.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = "Check the connection, then run the same command again. --timeout gives it more time."
PROXY = "Check HTTPS_PROXY, ALL_PROXY and NO_PROXY."
_URL = "Check the URL and the connection."


class ExchangeError(NetworkError):
    """An exchange that failed.

    Attributes:
        passing: whether another try may succeed.
        arrived: whether the server may have carried the request out.
        retry_after: the seconds that the server asks us to wait; None if it doesn't ask.
    """

    def __init__(
        self,
        title: str,
        *,
        passing: bool = False,
        arrived: bool,
        detail: str | None = None,
        hint: str = LATER,
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(title, detail=detail, hint=hint, http_status=http_status)
        self.passing = passing
        self.arrived = arrived
        self.retry_after = retry_after


def exchange_error(exc: Exception, host: str, proxy: str | None, *, was_sent: bool) -> ExchangeError:
    """Return the error for what httpx raised.

    ``proxy`` is its host and port. ``was_sent`` says whether the request may have been sent.
    """
    if not isinstance(exc, httpx.HTTPError):
        title = f"{host} answered with an address that makes no sense"
        return ExchangeError(title, arrived=True, hint="Check the URL, and the proxy.")
    never_sent = not was_sent or isinstance(
        exc, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError
    )
    causes = tuple(_chain(exc))
    through = f"{host} through the proxy {proxy}" if proxy else host
    if isinstance(exc, httpx.ProxyError):
        found = re.match(r"([1-5]\d\d)\b", str(exc))
        return refused_by_proxy(int(found[1]) if found else None, host, proxy or "")
    if never_sent and any(isinstance(cause, ssl.SSLError) for cause in causes):
        return ExchangeError(
            f"No secure connection to {through}",
            arrived=False,
            detail="This computer does not trust the certificate, or something stands in between.",
            hint="Behind a company proxy, set SSL_CERT_FILE to the file of its certificates. "
            "Check the clock of this computer too.",
        )
    culprit, check = (f"The proxy {proxy}", PROXY) if proxy else (host, _URL)
    if isinstance(exc, httpx.TimeoutException):
        title, hint = f"No {'connection to' if never_sent else 'answer from'} {through} in time", LATER
    elif any(isinstance(cause, socket.gaierror) for cause in causes):
        title, hint = f"{culprit} can't be found by its name", check
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        title, hint = f"{culprit} refuses the connection", check
    else:
        title = f"No connection to {through}" if never_sent else f"The connection to {through} broke"
        hint = LATER
    return ExchangeError(title, passing=True, arrived=not never_sent, hint=hint)


def refused_by_proxy(status: int | None, host: str, proxy: str) -> ExchangeError:
    """Return the error for a proxy that refuses; ``status`` is the HTTP status that it answered, if any."""
    if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
        return ExchangeError(
            f"The proxy {proxy} wants a user name and a password (HTTP 407)",
            arrived=False,
            detail="There are none in the proxy's address, or it does not take them.",
            hint="Set HTTPS_PROXY to http://NAME:PASSWORD@HOST:PORT, or ask whoever runs the proxy.",
            http_status=status,
        )
    return ExchangeError(
        f"The proxy {proxy} made no connection to {host}{f' (HTTP {status})' if status else ''}",
        passing=status is None or status >= httpx.codes.INTERNAL_SERVER_ERROR,
        arrived=False,
        hint="Check the URL, HTTPS_PROXY and ALL_PROXY, and who may use the proxy.",
        http_status=status,
    )


def _chain(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__ or exc.__context__
