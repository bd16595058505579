"""The connection to StackOne's API. It sends requests, tries again, and reads answers and errors."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import httpx

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.network import ONE_REQUEST, exchange, open_http
from eh_connect.network_body import read_whole
from eh_connect.network_faults import ExchangeError
from eh_connect.server_text import clean, read_json, scrub
from eh_connect.stackone.models import fields_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from eh_connect.deadline import NetworkTime
    from eh_connect.network import Answer, Http
    from eh_connect.secret import Secret

_KEYS = "StackOne › Project Settings › API Keys"  # a menu path
_ADDRESS = "Check the address of StackOne's API (STACKONE_API_URL), and the proxy."
_FAR = 1e9  # seconds
_LATER = "Wait a little, then run the same command again."
_MEANS = {
    401: "It may be cut off, switched off or deleted.",
    403: 'It may lack the right "Platform API" (read and write), or this IP address isn\'t allowed.',
    400: "It takes the request for malformed.",
    404: "It doesn't know what was asked for, or the API key is another project's.",
    409: "It conflicts with how things stand there.",
    412: "It belongs to something that is disabled there.",
    422: "It takes a value for invalid.",
}


class Connection:
    """An HTTP connection to StackOne's API. It is opened for the first request.

    ``api_key`` is sent as the user name. Redirects are not followed, so the key goes to ``url`` only. The key
    and ``secrets`` are taken out of whatever StackOne says. Tests give a ``transport`` in place of the network.
    """

    def __init__(
        self,
        api_key: Secret,
        *,
        url: str,
        time: NetworkTime,
        transport: httpx.BaseTransport | None = None,
        secrets: Iterable[Secret] = (),
    ) -> None:
        self.url = url.rstrip("/")
        self._api_key = api_key
        self._time = time
        self._transport = transport
        self._secrets = {api_key, *secrets}
        self._http: Http | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def hide(self, *secrets: Secret) -> None:
        """Take these secrets too out of whatever StackOne says."""
        self._secrets.update(secrets)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Send a GET and return the JSON of its answer. Raises errors of the codes 5, 6 and 7."""
        return self.content(self.request("GET", path, params=params))

    def request(  # noqa: PLR0913  # all that makes one request
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
        is_final: Callable[[Answer], bool] = lambda _: False,
        limit: float = ONE_REQUEST,
        read: Callable[[Iterator[bytes]], str | None] = read_whole,
    ) -> Answer:
        """Send a request. Try again on 408, 429, 5xx (not 501), timeouts and broken connections.

        ``path`` has to be quoted already; ``body`` is sent as JSON. If a request is not ``repeatable``, it is
        only tried again when StackOne surely didn't carry it out. An answer that ``is_final`` accepts is
        returned whatever its status is. ``limit`` is the time for one try, in seconds. Raises ExchangeError if
        the last try got no answer, a redirect, 408, 429 or 5xx.
        """
        http = self._http = self._http or open_http(self.url, transport=self._transport)
        http.auth = httpx.BasicAuth(self._api_key.reveal().encode(errors="surrogatepass"), b"")
        sent, content = dict(headers or {}), None
        if body is not None:  # to ASCII: no character of a secret can end up in an encoding error
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        is_in_doubt = False
        pauses = [0.5, 1.0, 2.0]
        while True:
            request = http.build_request(
                method, self.url + path, params=params, content=content, headers=sent
            )
            try:
                answer = exchange(http, request, self._time, limit=limit, read=read)
                if not is_final(answer):
                    self._check_passing(answer)
                return answer.replace(in_doubt=is_in_doubt)
            except ExchangeError as exc:
                if not pauses or not exc.passing or (exc.arrived and not repeatable):
                    raise
                pause = pauses.pop(0)
                if exc.retry_after is not None:
                    pause = exc.retry_after
                if pause >= self._time.left:
                    raise
                is_in_doubt = is_in_doubt or exc.arrived
            self._time.sleep(pause)

    def check(self, answer: Answer) -> None:
        """Raise an error unless the status is 2xx: code 5 for 401 and 403, code 6 for other 4xx, else code 7."""
        if answer.is_success:
            return
        status = answer.status
        kind: type[EhConnectError] = StackOneAuthError
        if status == HTTPStatus.UNAUTHORIZED:
            title, hint = "StackOne rejected the API key", f"Check it, or create one: {_KEYS}"
        elif status == HTTPStatus.FORBIDDEN:
            title = "StackOne doesn't let this API key do that"
            hint = f"Check the key in {_KEYS}, and the IP allow-list if you have one"
        elif HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
            kind, title = StackOneRefusedError, "StackOne refused the request"
            hint = "Correct what StackOne names, then run the same command again."
        else:
            kind, title = NetworkError, "StackOne can't do that"
            hint = "Check the address of StackOne's API (STACKONE_API_URL), or ask StackOne's support."
        detail = f"{_MEANS.get(status, '')} {self._said(answer)}".strip()
        raise kind(f"{title} (HTTP {status})", detail=detail or None, hint=hint, http_status=status)

    def content(self, answer: Answer) -> Any:
        """Return the JSON of a success, without echoes of secrets. Raises what ``check`` raises, and code 7."""
        self.check(answer)
        with suppress(ValueError):  # not a cause of what is raised below, because it holds the whole text
            return read_json(answer.text or "", self._secrets)
        raise self.unreadable("It is no JSON.", answer)

    def error_body(self, answer: Answer) -> dict[str, Any]:
        """Return the fields of an error's body; none if it can't be read. Documented: ``message``, ``errors``."""
        with suppress(ValueError):
            return fields_of(read_json(answer.text or "", self._secrets))
        return {}

    def unreadable(self, why: str, answer: Answer | None = None) -> ExchangeError:
        """Return the error for an answer that makes no sense; ``why`` is a sentence."""
        return ExchangeError(
            "StackOne sent an answer that can't be read",
            arrived=True,
            detail=f"{why} Perhaps it is not from StackOne but from something in between.",
            hint=_ADDRESS,
            http_status=answer.status if answer else None,
        )

    def _check_passing(self, answer: Answer) -> None:
        status = answer.status
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise self._redirected(answer)
        is_limit = status == HTTPStatus.TOO_MANY_REQUESTS
        is_fault = status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED
        if not (is_limit or is_fault or status == HTTPStatus.REQUEST_TIMEOUT):
            return
        wait = _retry_after(answer.headers)
        asks = "" if wait is None else f"It asks to wait {wait:.0f} seconds. "
        title = "StackOne gets too many requests" if is_limit else "StackOne has a problem"
        raise ExchangeError(
            f"{title} (HTTP {status})",
            passing=True,
            arrived=not is_limit,
            detail=(asks + self._said(answer)).strip() or None,
            hint=_LATER,
            http_status=status,
            retry_after=wait,
        )

    def _redirected(self, answer: Answer) -> ExchangeError:
        host = None
        with suppress(ValueError):
            host = urlsplit(answer.headers.get("Location", "")).hostname
        host = clean(scrub(clean(host or "another page", 1000), self._secrets), 100)
        return ExchangeError(
            f"StackOne's API redirects to {host} (HTTP {answer.status})",
            arrived=False,
            detail="Redirects are not followed: the API key goes to the address that you gave only.",
            hint=_ADDRESS,
            http_status=answer.status,
        )

    def _said(self, answer: Answer) -> str:
        body = self.error_body(answer)
        errors = body.get("errors")
        parts = [body.get("message"), *(errors if isinstance(errors, list) else [])]
        texts = [clean(part) for part in parts if isinstance(part, str) and clean(part)]
        said = clean("; ".join(dict.fromkeys(texts)), 600)
        return f"StackOne says: {said}{'' if said.endswith(('.', '!', '…')) else '.'}" if said else ""


def _retry_after(headers: httpx.Headers) -> float | None:
    """Return the seconds of a ``Retry-After`` in either form; None if it is missing, past or rubbish."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _FAR)  # some hundred digits would be infinite
    with suppress(TypeError, ValueError, OverflowError):  # TypeError: one of the times has no time zone
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        wait = (parsedate_to_datetime(value) - now).total_seconds()
        return wait if wait >= 0 else None
    return None
