"""The checks of ``doctor`` that need the network: StackOne and its documentation, Employment Hero, the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from eh_connect import inputs as i
from eh_connect.cli.opening import open_project
from eh_connect.errors import InputError, NetworkError
from eh_connect.flows.doctor import LATER, Check, Outcome
from eh_connect.lines import counted
from eh_connect.network import exchange, open_http
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.local.profile import LocalProfile
    from eh_connect.stackone.client import Client
    from eh_connect.values import Input

_CLOCK_WARNS, _CLOCK_FAILS = 60, 300  # s


class Network:
    """The checks of StackOne and Employment Hero. Saved secrets go only to servers that they were saved for."""

    _client: Client

    def __init__(self, session: Session, local: LocalProfile) -> None:
        self._session = session
        self._local = local
        self._skews: list[float] = []
        """How many seconds this computer's clock is ahead of each server's, in the order of the answers."""

    def checks(self) -> tuple[Check, ...]:
        """The checks in their order."""
        oauth = partial(self._employment_hero, i.EMPLOYMENT_HERO_OAUTH_URL)
        app = partial(self._employment_hero, i.EMPLOYMENT_HERO_APP_URL)
        return (
            Check("stackone", "StackOne", self._stackone),
            Check("api_key", "API key", self._api_key, needs="stackone"),
            Check("may_write", "creating profiles", self._may_write, needs="api_key"),
            Check("callback", "callback address", self._callback, advisory=True, needs="api_key"),
            Check(
                "documented", "StackOne's documentation", self._documented, advisory=True, needs="stackone"
            ),
            Check("employment_hero_oauth", "Employment Hero sign-in", oauth, advisory=True),
            Check("employment_hero_app", "Employment Hero portal", app, advisory=True),
            Check("clock", "clock", self._clock),
        )

    def _stackone(self) -> Outcome:
        """Make a documented call without a key. StackOne should answer 401."""
        host, status, spent = self._get(f"{self._session.values.require(i.STACKONE_URL)}/connector_profiles")
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise NetworkError(
                f"{host} redirects (HTTP {status})",
                detail="Redirects are not followed. Perhaps a sign-in page of this network is in between.",
                hint="Check STACKONE_API_URL, the network, and the proxy.",
                http_status=status,
            )
        if status in {408, 429} or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise NetworkError(f"{host} has a problem (HTTP {status})", hint=LATER, http_status=status)
        return Outcome(f"{host} answers, in {spent:.0f} ms")

    def _api_key(self) -> Outcome:
        try:
            client = open_project(self._session, self._local)
        except InputError as exc:
            return Outcome(f"not sent. {exc.sentences}", "skip", exc.hint)
        if client is None:
            remedy = "Give one by STACKONE_API_KEY or --api-key-file."
            return Outcome("none is given or saved", "skip", remedy)
        self._client = client
        count = len(client.profiles())
        which = "the given one" if self._session.values.given(i.API_KEY) else "the saved one"
        return Outcome(f"{which} is accepted; its project has {counted(count, 'Employment Hero profile')}")

    def _may_write(self) -> Outcome:
        """Send an empty request: it can't create anything, but shows whether the call exists."""
        from eh_connect.stackone.assumed_writes import AssumedWrites

        if AssumedWrites(self._client).may_create():
            return Outcome("StackOne's API can do it (asked with an empty request)")
        return Outcome("StackOne's API doesn't offer it: setup leads you through the dashboard")

    def _callback(self) -> Outcome:
        named = self._client.callback_in_guides()
        if not named:
            return Outcome("StackOne's guide names none now", "skip")
        if REDIRECT_URI in named:
            return Outcome("StackOne's guide names the same")
        return Outcome(
            f"StackOne's guide names another one: {', '.join(sorted(named))}",
            "warn",
            "Compare it with the callback URL that the dashboard shows on your profile.",
        )

    def _documented(self) -> Outcome:
        from eh_connect.stackone.assumed_writes import documents_create

        has_call = documents_create(self._session.values.require(i.STACKONE_URL), self._session.time)
        if has_call is None:
            return Outcome("could not be read", "skip")
        if has_call:
            return Outcome(
                "StackOne documents a call that creates profiles now", "warn", "Look for a newer eh-connect."
            )
        return Outcome("no call that creates profiles is documented, as expected")

    def _employment_hero(self, server: Input[str]) -> Outcome:
        host, status, spent = self._get(self._session.values.require(server))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Outcome(f"{host} answers, but with HTTP {status}", "warn", LATER)
        return Outcome(f"{host} answers, in {spent:.0f} ms")

    def _clock(self) -> Outcome:
        """Compare the clock with that of the first server that answered; StackOne is asked first."""
        if not self._skews:
            return Outcome("no server told the time", "skip")
        skew = self._skews[0]
        if abs(skew) <= _CLOCK_WARNS:
            return Outcome(f"within {_CLOCK_WARNS} seconds of the servers")
        title = f"{abs(skew):.0f} seconds {'ahead of' if skew > 0 else 'behind'} the servers"
        remedy = "Set the clock, or let the network set it (Linux: timedatectl set-ntp true)."
        if abs(skew) <= _CLOCK_FAILS:
            return Outcome(title, "warn", remedy)
        detail = "TLS and tokens of limited life depend on it."
        raise NetworkError(f"This computer's clock is {title}", detail=detail, hint=remedy)

    def _get(self, url: str) -> tuple[str, int, float]:
        """Send a GET; return the host, the status of its answer, and the milliseconds that it took."""
        time = self._session.time
        time.renew()
        before = time.left
        with open_http(url) as http:
            answer = exchange(http, http.build_request("GET", url), time)
        try:
            told = parsedate_to_datetime(answer.headers.get("Date", ""))
            self._skews.append((datetime.now(UTC) - told).total_seconds())
        except (TypeError, ValueError, OverflowError):  # TypeError: the date has no time zone
            pass
        return urlsplit(url).netloc, answer.status, (before - time.left) * 1000
