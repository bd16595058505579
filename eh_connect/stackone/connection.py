"""The connection to StackOne's API: sends, tries again, judges the status, reads the body."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import tenacity

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.network import Answer, ExchangeError, exchange, open_http
from eh_connect.server_text import clean, read_json, scrub

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from eh_connect.network import NetworkTime
    from eh_connect.secret import Secret

TRIES = 4
_SERVER_FAULTS = 500
_TRY_AGAIN = "Wait a little, then run the same command again."
_REFUSED = {
    400: "It takes the request for malformed.",
    404: "It does not know what was asked for, or the API key belongs to another project.",
    409: "It conflicts with how things stand there.",
    412: "It belongs to something that is disabled there.",
    422: "It takes a value for invalid.",
}


class Connection:
    """Basic auth with the API key as user name, one HTTP connection, opened when first needed.

    Args:
        api_key: sent to ``url`` only.
        url: base URL of the API, without a trailing slash.
        time: the network time of the command.
        transport: stands in for the network in tests.
        secrets: others that an answer may echo; ``hide`` adds more.
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
        self._api_key = api_key
        self.url = url.rstrip("/")
        self._time = time
        self._transport = transport
        self._hidden = {api_key, *secrets}
        self._http: httpx.Client | None = None

    def hide(self, *secrets: Secret) -> None:
        """Take echoes of these out of what StackOne says."""
        self._hidden.update(secrets)

    def close(self) -> None:
        """Close the connection."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def get(self, path: str, params: Mapping[str, str]) -> Any:
        """The JSON that a GET brings. Errors: codes 5, 6 and 7."""
        answer = self.request("GET", path, params=params)
        self.check(answer)
        return self.json(answer)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Send, and try again on 408, 429, 5xx (not 501), timeouts and broken connections.

        Args:
            method: of HTTP.
            path: below the base URL, already quoted.
            params: of the query.
            body: sent as JSON.
            repeatable: False: only tried again where StackOne surely did not carry it out.

        Raises:
            ExchangeError: no answer, a redirect, or 408, 429 or 5xx to the last try.
        """
        doubt = False

        def attempt() -> Answer:
            nonlocal doubt
            try:
                return replace(self._once(method, path, params, body), in_doubt=doubt)
            except ExchangeError as exc:
                doubt = doubt or exc.arrived
                raise

        def is_worth_it(exc: BaseException) -> bool:
            return isinstance(exc, ExchangeError) and exc.passing and (repeatable or not exc.arrived)

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(is_worth_it),
            wait=_pause,
            stop=lambda state: state.attempt_number >= TRIES or state.upcoming_sleep >= self._time.left,
            sleep=self._time.sleep,
            reraise=True,
        )(attempt)

    def _once(
        self, method: str, path: str, params: Mapping[str, str] | None, body: Mapping[str, Any] | None
    ) -> Answer:
        if self._http is None:
            auth = httpx.BasicAuth(self._api_key.reveal(), "")
            self._http = open_http(self.url, transport=self._transport, auth=auth)
        # Encoded here: to ASCII, so that no character of a secret can end up in an encoding error.
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content is not None else None
        request = self._http.build_request(
            method, self.url + path, params=params, content=content, headers=headers
        )
        answer = exchange(self._http, request, self._time)
        status = answer.status
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise self._redirected(answer)
        if status in {408, 429} or (_SERVER_FAULTS <= status < _SERVER_FAULTS + 100 and status != 501):  # noqa: PLR2004 - HTTP statuses are their own names
            raise self._busy(answer)
        return answer

    def check(self, answer: Answer) -> None:
        """Raise unless the status is 2xx: code 5 for 401 and 403, 6 for other 4xx, else 7."""
        status, said = answer.status, self._said(answer)
        kind: type[EhConnectError] = StackOneRefusedError
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return
        if status == HTTPStatus.UNAUTHORIZED:
            kind = StackOneAuthError
            title, detail = "StackOne does not accept the API key.", "It is wrong, or was deleted."
            hint = "Make a key in StackOne's Project Settings > API Keys, then give it anew."
        elif status == HTTPStatus.FORBIDDEN:
            kind = StackOneAuthError
            title = "StackOne does not allow this API key to do that."
            detail = (
                "The key lacks the scope “Platform API” (read and write), or this IP address is not allowed."
            )
            hint = "Look at the key in Project Settings > API Keys, and at the IP allow-list if you have one."
        elif HTTPStatus.BAD_REQUEST <= status < _SERVER_FAULTS:
            title = f"StackOne refused the request (HTTP {status})."
            detail = _REFUSED.get(status, "")
            hint = "Correct what StackOne names, then run the same command again."
        else:
            kind = NetworkError
            title, detail = f"StackOne can't do that (HTTP {status}).", ""
            hint = "Check the URL of the StackOne API; else ask StackOne's support."
        raise kind(title, detail=f"{detail} {said}".strip() or None, hint=hint, http_status=status)

    def json(self, answer: Answer) -> Any:
        """The body as JSON, free of echoes of secrets. ExchangeError: it can't be read."""
        try:
            if answer.text is not None:
                return read_json(answer.text, self._hidden)
        except (ValueError, RecursionError):
            pass  # raised below: a JSON error holds the whole text
        raise self.unreadable("It is no JSON.", answer)

    def unreadable(self, why: str, answer: Answer | None = None) -> ExchangeError:
        """The error for an answer that makes no sense; ``why`` is a sentence."""
        return ExchangeError(
            "StackOne sent an answer that can't be read.",
            passing=False,
            arrived=True,
            detail=f"{why} Perhaps it is not from StackOne but from something in between.",
            hint="Check the URL of the StackOne API, and the proxy; then run the same command again.",
            http_status=answer.status if answer else None,
        )

    def _busy(self, answer: Answer) -> ExchangeError:
        status, wait = answer.status, _retry_after(answer.headers)
        is_limit = status == HTTPStatus.TOO_MANY_REQUESTS
        asks = "" if wait is None else f"StackOne asks to wait {wait:.0f} s. "
        return ExchangeError(
            "StackOne gets too many requests." if is_limit else f"StackOne has a problem (HTTP {status}).",
            passing=True,
            arrived=not is_limit,
            detail=(asks + self._said(answer)).strip() or None,
            hint=_TRY_AGAIN,
            http_status=status,
            retry_after=wait,
        )

    def _redirected(self, answer: Answer) -> ExchangeError:
        try:
            host = urlsplit(answer.headers.get("Location", "")).hostname or "another page"
        except ValueError:
            host = "another page"
        host = clean(scrub(clean(host, len(host)), self._hidden), 100)
        return ExchangeError(
            f"StackOne's API redirects (HTTP {answer.status}) to {host}.",
            passing=False,
            arrived=False,
            detail="Redirects are not followed: the API key goes to the configured address only.",
            hint="Check the URL of the StackOne API, and the proxy.",
            http_status=answer.status,
        )

    def _said(self, answer: Answer) -> str:
        """What an error body says: ``message`` and ``errors``, as far as they are there and are text."""
        try:
            body = read_json(answer.text or "", self._hidden)
        except (ValueError, RecursionError):
            return ""
        body = body if isinstance(body, dict) else {}
        errors = body.get("errors")
        parts = [body.get("message"), *(errors if isinstance(errors, list) else [])]
        texts = [clean(part) for part in parts if isinstance(part, str) and clean(part)]
        said = clean("; ".join(dict.fromkeys(texts)), 600)
        return f"StackOne says: {said}{'' if said.endswith(('.', '!', '…')) else '.'}" if said else ""


def _pause(state: tenacity.RetryCallState) -> float:
    exc = state.outcome.exception() if state.outcome else None
    asked = exc.retry_after if isinstance(exc, ExchangeError) else None
    return 0.5 * 2.0 ** (state.attempt_number - 1) if asked is None else asked


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds from a ``Retry-After`` of either form; None where it is missing, past or rubbish."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    until, now = _date(value), _date(headers.get("Date", "")) or datetime.now(UTC)
    return (until - now).total_seconds() if until and until >= now else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
