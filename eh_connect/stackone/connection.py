"""The connection to StackOne's API: sends, tries again, judges the status, reads the body."""

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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from eh_connect.deadline import NetworkTime
    from eh_connect.network import Answer, Http
    from eh_connect.secret import Secret

_KEYS = "StackOne › Project Settings › API Keys"  # a menu path
_ADDRESS = "Check the address of StackOne's API (STACKONE_API_URL), and the proxy."
_FAR = 1e9  # s
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
    """One HTTP connection, opened when first needed. Redirects are not followed: the key goes nowhere else.

    ``api_key`` is sent as the user name; ``secrets`` are others that an answer may echo: ``hide`` adds more.
    ``transport`` stands in for the network in tests.
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
        self._hidden = {api_key, *secrets}
        self._http: Http | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None

    def hide(self, *secrets: Secret) -> None:
        """Take echoes of these out of what StackOne says."""
        self._hidden.update(secrets)

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON that a GET brings. Errors: codes 5, 6 and 7."""
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
        """Send, and try again on 408, 429, 5xx (not 501), timeouts and broken connections.

        ``path`` is quoted, ``body`` goes as JSON. Not ``repeatable``: only tried again where StackOne surely
        did not carry it out. ``is_final`` tells an answer that is wanted whatever its status. ``limit`` are
        the seconds of one try. ExchangeError: no answer, a redirect, or 408, 429 or 5xx to the last try.
        """
        http = self._http = self._http or open_http(self.url, transport=self._transport)
        http.auth = httpx.BasicAuth(self._api_key.reveal().encode(errors="surrogatepass"), b"")
        sent, content = dict(headers or {}), None
        if body is not None:  # to ASCII: no character of a secret can end up in an encoding error
            content, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        doubt = False
        url = self.url + path
        for pause in (0.5, 1.0, 2.0, None):
            request = http.build_request(method, url, params=params, content=content, headers=sent)
            try:
                answer = exchange(http, request, self._time, limit=limit, read=read)
                if not is_final(answer):
                    self._check_passing(answer)
                return answer.replace(in_doubt=doubt)
            except ExchangeError as exc:
                wait = pause if pause is None or exc.retry_after is None else exc.retry_after
                may_repeat = exc.passing and (repeatable or not exc.arrived)
                if not may_repeat or wait is None or wait >= self._time.left:
                    raise
                doubt = doubt or exc.arrived
            self._time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def check(self, answer: Answer) -> None:
        """Raise unless the status is 2xx: code 5 for 401 and 403, 6 for other 4xx, else 7."""
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
        """The JSON of a success, free of echoes of secrets. Errors: those of ``check``, and 7: it is none."""
        self.check(answer)
        return self._json(answer)

    def _json(self, answer: Answer) -> Any:
        with suppress(ValueError):  # raised below: a JSON error holds the whole text
            if answer.text is not None:
                return read_json(answer.text, self._hidden)
        raise self.unreadable("It is no JSON.", answer)

    def error_body(self, answer: Answer) -> dict[str, Any]:
        """The fields of an error's body, as far as it can be read; documented: ``message``, ``errors``."""
        with suppress(ExchangeError):
            return fields_of(self._json(answer))
        return {}

    def unreadable(self, why: str, answer: Answer | None = None) -> ExchangeError:
        """The error for an answer that makes no sense; ``why`` is a sentence."""
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
        host = clean(scrub(clean(host or "another page", 1000), self._hidden), 100)
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


def fields_of(value: Any) -> dict[str, Any]:
    """The fields of a JSON object; none of anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a JSON list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds from a ``Retry-After`` of either form; None where it is missing, past or rubbish."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _FAR)  # of some hundred digits it is infinite
    with suppress(TypeError, ValueError, OverflowError):  # TypeError: one of them names no time zone
        now = parsedate_to_datetime(headers["Date"]) if "Date" in headers else datetime.now(UTC)
        wait = (parsedate_to_datetime(value) - now).total_seconds()
        return wait if wait >= 0 else None
    return None
