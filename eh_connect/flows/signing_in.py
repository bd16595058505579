"""Somebody signs in through a profile: a connect session is made, its link shown, its outcome waited for."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from eh_connect import sign_in
from eh_connect.commands import command
from eh_connect.errors import (
    EhConnectError,
    Ending,
    NetworkError,
    NextStep,
    StackOneRefusedError,
    StoppedError,
)
from eh_connect.flows.finding import known
from eh_connect.result import SessionResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eh_connect.console import Console, Wait
    from eh_connect.errors import ActionNeededError
    from eh_connect.ports import ConnectSessions, ReadsProfiles
    from eh_connect.stackone.models import ConnectorProfile, ConnectSession, SessionRequest

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 2.0, 10.0, 1.3
"""Seconds between two looks at a session, which grow."""

USUAL_LIFE = 1800
"""Seconds that a link lives. Source: the default that StackOne documents."""


@dataclass(frozen=True)
class SignInParts:
    """The collaborators.

    ``clock`` never goes back, in seconds; ``renew`` gives the next requests all their time: waiting for a
    person is none; ``now`` is the time as ISO 8601 text, UTC.
    """

    profiles: ReadsProfiles
    sessions: ConnectSessions
    console: Console
    clock: Callable[[], float]
    renew: Callable[[], None]
    now: Callable[[], str]


def the_profile(
    parts: SignInParts, label: str, wanted_id: str | None, kept_id: str | None
) -> ConnectorProfile:
    """The profile of a given or kept ID. StackOneRefusedError (6): none is known, or it is not there."""
    profile = None
    if wanted_id is not None or kept_id is not None:
        profile = known(parts.profiles.profiles(), wanted_id, label, kept_id)
    if profile is None:
        raise StackOneRefusedError(
            "No profile is known here.",
            detail=f"Nothing was finished under the label “{label}”.",
            hint="Set it up first, or name the profile with --profile-id.",
            next_steps=(NextStep("create it, or take it over", command("setup", label)),),
        )
    return profile


class SigningIn:
    """One connect session. ``again`` is the command line to type once more.

    What it raises carries the session, so that a pipeline that waited in vain has its link.
    """

    def __init__(self, parts: SignInParts, *, label: str, again: str, wait: float) -> None:
        self._parts = parts
        self._label = label
        self._again = again
        self._wait = wait
        self._session: ConnectSession | None = None
        self._started = self._life = 0.0
        self._expires_at: str | None = None
        self._told_of = ""

    @contextmanager
    def told(self) -> Iterator[None]:
        """Whatever is raised in here carries the session."""
        try:
            yield
        except (EhConnectError, Ending) as exc:
            exc.body = exc.body or self._body()
            raise
        except (KeyboardInterrupt, EOFError):
            step = NextStep("go on", self._again)
            raise StoppedError("Stopped.", next_steps=(step,), body=self._body()) from None

    def adopt(self, session: ConnectSession) -> None:
        """The session is an earlier run's."""
        self._session = session

    def create(self, request: SessionRequest) -> None:
        """Make a session."""
        self._started, self._life = self._parts.clock(), request.expires_in
        self._session = self._parts.sessions.create(request)
        life = timedelta(seconds=request.expires_in)
        self._expires_at = _later(self._session.created_at, life) or _later(self._parts.now(), life)

    @property
    def expires_at(self) -> str | None:
        """When the link stops working."""
        return self._expires_at

    def result(self, *lines: str) -> SessionResult:
        """What is known, in these lines for a person."""
        session = self.session
        return SessionResult(
            session.id, session.link, self._expires_at, session.status, session.oauth_error, lines
        )

    def watch(self, about: str) -> ConnectSession:
        """Show the link and wait for the outcome; without patience the session is left pending.

        Raises:
            RejectedError: StackOne reports an error.
            ActionNeededError: cancelled; or nobody signed in.
            NetworkError: nothing was seen of it in the end.
        """
        session = self.session
        if session.link is not None:
            self._parts.console.show_link(about, session.link.reveal(), waits=self._wait > 0)
        if self._wait:
            with self._parts.console.waiting() as wait:
                self._poll(wait)
        return self.judged()

    def judged(self) -> ConnectSession:
        """The session, unless its attempt failed."""
        session = self.session
        if session.status == "error":
            raise sign_in.rejection(session, self._label, self._again)
        if session.status == "cancelled":
            raise sign_in.cancelled(self._again)
        return session

    def _poll(self, wait: Wait) -> None:
        start, pause = self._parts.clock(), FIRST_PAUSE
        end, dead = start + self._wait, self._started + self._life
        while True:
            now = self._parts.clock()
            was_pressed = wait(now - start, max(0.0, min(pause, end - now, dead - now)))
            unseen = self._look()
            if self.session.status != "pending":
                return
            now = self._parts.clock()
            if unseen and now >= min(end, dead):
                raise unseen
            if now >= dead:
                raise sign_in.expired(self._again)
            if was_pressed or now >= end:
                self._ask(sign_in.nobody(now - start, self._again))
                end, pause = self._parts.clock() + self._wait, FIRST_PAUSE
            else:
                pause = min(pause * GROWTH, LONGEST_PAUSE)

    def _look(self) -> NetworkError | None:
        """See how it went; an error that may pass is told and returned: there will be another look."""
        session = self.session
        self._parts.renew()
        try:
            seen = self._parts.sessions.look(session.id)
        except NetworkError as exc:
            if exc.title != self._told_of:
                self._parts.console.progress(f"{exc.title} Looking again.")
            self._told_of = exc.title
            return exc
        except StackOneRefusedError as exc:
            if exc.http_status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                raise
            raise sign_in.expired(self._again) from exc
        self._session = replace(seen, link=session.link)
        return None

    def _ask(self, refusal: ActionNeededError) -> None:
        cause = self._parts.console.what_shows(sign_in.CAUSES, refusal)
        if cause is not None:
            raise sign_in.seen(cause, self.session, self._again)

    @property
    def session(self) -> ConnectSession:
        """The session as it was seen last."""
        if self._session is None:
            raise AssertionError("there is a session by now")
        return self._session

    def _body(self) -> dict[str, object]:
        return self.result().as_json() if self._session is not None else {}


def _later(time: str | None, life: timedelta) -> str | None:
    """A time, as a server wrote it, and so much later; None where it is none."""
    try:
        start = datetime.fromisoformat(time or "")
        start = start if start.tzinfo else start.replace(tzinfo=UTC)
        return (start + life).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError):
        return None
