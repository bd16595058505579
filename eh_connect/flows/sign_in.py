"""``verify`` and ``link``: a connect session is made, its link shown, its outcome waited for."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

from eh_connect import dates
from eh_connect.errors import (
    EhConnectError,
    Ending,
    NetworkError,
    NextStep,
    StackOneRefusedError,
    StoppedError,
)
from eh_connect.flows import causes
from eh_connect.lines import prose
from eh_connect.results import SessionResult

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eh_connect.errors import ActionNeededError
    from eh_connect.flows.console import Watch
    from eh_connect.flows.parts import SignInParts
    from eh_connect.lines import Line
    from eh_connect.stackone.models import ConnectSession, SessionRequest

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 2.0, 10.0, 1.3
"""Seconds between two looks at a session, which grow."""

OVER = {"authenticated", "error", "cancelled", "expired"}
"""Statuses that end an attempt; StackOne's own Hub knows ``expired`` too."""


class SignIn:
    """Connect sessions, one after the other, until one has an outcome.

    What it raises carries the session, so that a pipeline that waited in vain has its link.

    Args:
        parts: the collaborators.
        wait: seconds to wait for a person; 0: the session is left pending.
        command: the label's command line, with ``{}`` for the command.
    """

    def __init__(self, parts: SignInParts, *, wait: float, command: str) -> None:
        self._parts = parts
        self._wait = wait
        self._command = command
        self._started = self._life = 0.0
        self._said = ""
        self.session: ConnectSession | None = None
        self.expires_at: str | None = None

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Whatever is raised in here carries the session."""
        try:
            yield
        except (EhConnectError, Ending) as exc:
            exc.body = exc.body or self._body()
            raise
        except (KeyboardInterrupt, EOFError):
            raise StoppedError(
                "Stopped while waiting for the sign-in. The profile stays.",
                next_steps=(NextStep("Test it later", self._parts.again),),
                body=self._body(),
            ) from None

    def begin(self, request: SessionRequest) -> ConnectSession:
        """Make a session."""
        self._started, self._life = self._parts.clock(), request.expires_in
        self.session = session = self._parts.sessions.create(request)
        start = dates.parsed(session.created_at) or dates.parsed(self._parts.now())
        if start is not None:
            self.expires_at = (start + timedelta(seconds=request.expires_in)).isoformat(timespec="seconds")
        return session

    def watch(self, about: Sequence[Line]) -> Literal["authenticated", "pending", "over"]:
        """Show the link and wait; ``over``: it was cancelled or ran out, and the person wants another.

        Raises:
            RejectedError: StackOne reports an error.
            ActionNeededError: cancelled, run out, or nobody signed in.
            NetworkError: nothing was seen of it in the end.
        """
        link = self.sure.link
        if link is not None:
            self._parts.console.show_link(about, link.reveal(), waits=self._wait > 0)
        if not self._wait:
            return "pending"
        with self._parts.console.waiting("Waiting for the sign-in") as watch:
            return self._poll(watch)

    def judge(self) -> None:
        """Raise what an attempt that is over, and not well, means."""
        if self.sure.status == "error":
            raise causes.rejection(self.sure, self._command, self._parts.again)

    @property
    def sure(self) -> ConnectSession:
        """The session as it was seen last."""
        if self.session is None:
            raise AssertionError("there is a session by now")
        return self.session

    def _poll(self, watch: Watch) -> Literal["authenticated", "over"]:
        start, pause = self._parts.clock(), FIRST_PAUSE
        end, dead = start + self._wait, self._started + self._life
        while True:
            now = self._parts.clock()
            pressed = watch(max(0.0, min(pause, end - now, dead - now)))
            unseen = self._look(max(1.0, end - self._parts.clock()))
            status, again = self.sure.status, self._parts.again
            if status == "authenticated":
                return "authenticated"
            self.judge()
            now = self._parts.clock()
            if status in {"cancelled", "expired"} or now >= dead:
                refusal = causes.cancelled(again) if status == "cancelled" else causes.expired(again)
                self._parts.console.new_link(refusal)
                return "over"
            if unseen and now >= end:
                raise unseen
            if pressed == "error" or now >= end:
                unknown = None if status == "pending" else status
                self._ask(causes.no_sign_in(now - start, again, unknown=unknown))
                end, pause = self._parts.clock() + self._wait, FIRST_PAUSE
            else:
                pause = FIRST_PAUSE if pressed else min(pause * GROWTH, LONGEST_PAUSE)

    def _look(self, limit: float) -> NetworkError | None:
        """See how it went; an error that may pass is said and returned: there will be another look."""
        session = self.sure
        self._parts.renew(limit)
        try:
            seen = self._parts.sessions.look(session.id)
        except NetworkError as exc:
            self._say(f"{exc.sentence} Checking again.")
            return exc
        except StackOneRefusedError as exc:
            if exc.http_status not in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
                raise
            seen = replace_status(session, "expired")
        self.session = seen.model_copy(update={"link": session.link})
        if seen.status not in {"pending", *OVER}:
            self._say(
                f'StackOne reports the status "{seen.status}", which eh-connect doesn\'t know. Waiting on.'
            )
        return None

    def _say(self, text: str) -> None:
        if text != self._said:
            self._parts.console.show(prose(text))
        self._said = text

    def _ask(self, refusal: ActionNeededError) -> None:
        cause = self._parts.console.what_shows(causes.CAUSES, refusal)
        if cause is not None:
            raise causes.seen(cause, self.sure, self._parts.again)

    def _body(self) -> dict[str, object]:
        return self.result().body() if self.session is not None else {}

    def result(self, **more: Any) -> SessionResult:
        """What is known."""
        session = self.sure
        return SessionResult(
            session_id=int(session.id) if session.id.isascii() and session.id.isdigit() else session.id,
            auth_link_url=session.link.reveal() if session.link else None,
            expires_at=self.expires_at,
            status=session.status,
            oauth_error=session.oauth_error,
            **more,
        )


def replace_status(session: ConnectSession, status: str) -> ConnectSession:
    """The same session with another status."""
    return session.model_copy(update={"status": status})
