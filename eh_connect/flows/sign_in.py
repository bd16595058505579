"""Sign-ins through connect sessions: make one, show its link, wait for its outcome; and ``link``.

``link`` makes a link by which a customer connects an account through the profile. It saves nothing here.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from eh_connect import dates, inputs
from eh_connect.errors import (
    EhConnectError,
    Ending,
    NetworkError,
    NextStep,
    StackOneRefusedError,
    StoppedError,
)
from eh_connect.flows import causes
from eh_connect.flows.find import required_profile
from eh_connect.lines import exact, ok, prose, title
from eh_connect.results import SessionResult
from eh_connect.stackone.models import ConnectSession, SessionRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eh_connect.flows.console import Watch
    from eh_connect.flows.parts import Parts
    from eh_connect.lines import Line

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 2.0, 10.0, 1.3
"""Seconds between two looks at a session, and the factor by which they grow."""

_KNOWN_STATUSES = {"pending", "authenticated", "error", "cancelled", "expired"}
"""All but the first end an attempt. StackOne's own Hub has ``expired`` too."""


def link(parts: Parts, wait: float) -> SessionResult:
    """Make the link, and wait until it was used or ``wait`` seconds are over; 0: don't wait."""
    values, sign_in = parts.values, SignIn(parts, wait)
    profile, owner = sign_in.profile, values.require(inputs.OWNER_NAME)
    request = SessionRequest(
        profile_id=profile.id,
        owner_id=values.require(inputs.OWNER_ID),
        owner_name=owner,
        kind="production",
        expires_in=values.require(inputs.EXPIRES_IN),
        label=values[inputs.SESSION_LABEL],
    )

    def begin() -> tuple[Line, ...]:
        until = sign_in.begin(request)
        return (
            title(f'Link for {owner}, through "{profile.name}"'),
            prose(
                "Send it to the customer's administrator only. Keep it private: "
                f"{until} anyone who has it can connect an account in that name."
            ),
        )

    with sign_in.reported():
        if not sign_in.was_used(begin):
            return sign_in.result(found=(*sign_in.about, exact(sign_in.link)))
        account = sign_in.session.account_id
        connected = ok(f'{owner} is connected through "{profile.name}"')
        return sign_in.result(found=(connected, *([exact(account)] if account else [])))


class SignIn:
    """Makes connect sessions through the label's profile, one after the other, until one has an outcome.

    ``wait`` is how many seconds to wait for a person; 0: the session stays pending. ``about`` is what is said
    about the link, ``end`` is when it ends, ``found`` what was found up to now.
    """

    def __init__(self, parts: Parts, wait: float) -> None:
        with parts.console.working("Looking at StackOne"):
            profiles = parts.client.profiles()
        self.profile = required_profile(profiles, parts.values, parts.local)
        self.session = ConnectSession(id="")  # none yet
        self.about: tuple[Line, ...] = ()
        self.found: list[Line] = []
        self.parts = parts
        self.wait = wait
        self._dead = 0.0
        self.end: datetime | None = None
        self._said = ""

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Add the session to whatever is raised in here, so that a script still gets the link.

        Where the person stops, what was found until then is shown.
        """
        try:
            yield
        except (EhConnectError, Ending) as exc:
            exc.body = exc.body or self._body()
            raise
        except (KeyboardInterrupt, EOFError):
            stopped = StoppedError("Stopped after the sign-in. The profile stays.", body=self._body())
            if self.session.status != "authenticated":
                stopped.title = "Stopped while waiting for the sign-in. The profile stays."
                stopped.next_steps = (NextStep("Test it later", self.parts.again),)
            stopped.found = self.found
            raise stopped from None

    def begin(self, request: SessionRequest) -> str:
        """Make a session; return in words how long its link works."""
        self._dead = self.parts.time.clock() + request.expires_in
        with self.parts.console.working("Making a link"):
            self.session = self.parts.sessions.create(request)
        self.end = self.end_of(self.session, request.expires_in)
        return dates.deadline(self.end, request.expires_in)

    def end_of(self, session: ConnectSession, expires_in: int) -> datetime:
        """Return when the link of a session ends."""
        start = dates.parsed(session.created_at) or datetime.fromisoformat(self.parts.now())
        return start + timedelta(seconds=expires_in)

    def was_used(self, begin: Callable[[], tuple[Line, ...]]) -> bool:
        """Show a link and wait until somebody signed in; False: nobody waits.

        ``begin`` makes a session and returns what to say about its link. It is called again where a link ran out
        or was cancelled and the person wants a new one.

        RejectedError: StackOne reports an error. ActionNeededError: nobody signed in. NetworkError: the last
        look at the session failed.
        """
        while True:
            self.about = begin()
            if not self.wait:
                return False
            with self.parts.console.waiting(self.about, self.link) as watch:
                if self._poll(watch):
                    return True

    def raise_error(self) -> None:
        """Raise RejectedError where StackOne reports that the sign-in failed."""
        if self.session.status == "error":
            raise causes.rejected(self.session, self.parts)

    @property
    def link(self) -> str:
        """The link of the session, empty where an earlier run made it."""
        return self.session.link.reveal() if self.session.link else ""

    def _poll(self, watch: Watch) -> bool:
        """Return whether somebody signed in; otherwise the person wants a new link."""
        clock, console, again = self.parts.time.clock, self.parts.console, self.parts.again
        start, pause = clock(), FIRST_PAUSE
        end, dead = start + self.wait, self._dead
        while True:
            now = clock()
            pressed = watch(max(0.0, min(pause, end - now, dead - now)))
            unseen = self._look(max(1.0, end - clock()))
            status = self.session.status
            if status == "authenticated":
                return True
            self.raise_error()
            now = clock()
            if status in {"cancelled", "expired"} or now >= dead:
                console.new_link(causes.attempt_over(status, again))
                self.parts.time.renew()
                return False
            if unseen and now >= end:
                raise unseen
            if pressed == "error" or now >= end:
                unknown = None if status == "pending" else status
                refusal = causes.no_sign_in(now - start, again, unknown=unknown)
                cause = console.what_shows(refusal)
                if cause is not None:
                    raise causes.seen_in_browser(cause, self.session, self.parts)
                end, pause = clock() + self.wait, FIRST_PAUSE
            else:
                pause = FIRST_PAUSE if pressed else min(pause * GROWTH, LONGEST_PAUSE)

    def _look(self, limit: float) -> NetworkError | None:
        """Look at the session. A network error is shown and returned, as the next look may succeed."""
        session = self.session
        self.parts.time.renew(limit)
        try:
            seen = self.parts.sessions.look(session.id)
        except NetworkError as exc:
            self._say(f"{exc.sentence} Checking again.")
            return exc
        except StackOneRefusedError as exc:
            if exc.http_status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                raise
            seen = session.replace(status="expired")
        self.session = seen.replace(link=session.link)
        if seen.status not in _KNOWN_STATUSES:
            self._say(
                f'StackOne reports the status "{seen.status}", which eh-connect doesn\'t know. Waiting on.'
            )
        return None

    def _say(self, text: str) -> None:
        if text != self._said:
            self.parts.console.show(prose(text))
        self._said = text

    def _body(self) -> dict[str, object]:
        return self.result().body() if self.session.id else {}

    def result(self, **more: Any) -> SessionResult:
        """Return what is known of the session."""
        session = self.session
        return SessionResult(
            session_id=int(session.id) if session.id.isascii() and session.id.isdigit() else session.id,
            auth_link_url=self.link or None,
            expires_at=self.end.isoformat(timespec="seconds") if self.end else None,
            status=session.status,
            oauth_error=session.oauth_error,
            **more,
        )
