"""A connect session is made, its link shown, its outcome waited for; and ``link``, which is just that.

``link`` makes a link by which a customer's account is connected through the profile. Nothing is saved of it.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal

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
from eh_connect.lines import exact, ok, prose, title, unsure
from eh_connect.results import SessionResult
from eh_connect.stackone.models import SessionRequest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from eh_connect.flows.console import Watch
    from eh_connect.flows.parts import Parts
    from eh_connect.lines import Line
    from eh_connect.stackone.models import ConnectSession

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 2.0, 10.0, 1.3
"""Seconds between two looks at a session, which grow."""

OVER = {"authenticated", "error", "cancelled", "expired"}
"""Statuses that end an attempt; StackOne's own Hub knows ``expired`` too."""


def link(parts: Parts, wait: float) -> SessionResult:
    """Make the link and, if that is wanted, wait until it was used. Arguments and errors as of ``verify``."""
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
    with sign_in.reported():
        outcome = "over"
        while outcome == "over":
            until = sign_in.begin(request)
            about = (
                title(f'Link for {owner}, through "{profile.name}"'),
                prose(
                    "Send it to the customer's administrator only. Keep it private: "
                    f"{until} anyone who has it can connect an account in that name."
                ),
            )
            outcome = sign_in.watch(about)
        session = sign_in.current
        if outcome == "authenticated":
            account = [exact(session.account_id)] if session.account_id else []
            return sign_in.result(found=(ok(f'{owner} is connected through "{profile.name}"'), *account))
        shown = exact(session.link.reveal()) if session.link else unsure("StackOne gave no link")
        return sign_in.result(found=(*about, shown))


class SignIn:
    """Connect sessions through the label's profile, one after the other, until one has an outcome.

    What it raises carries the session, so that a pipeline that waited in vain has its link. ``wait`` are the
    seconds to wait for a person; 0: the session is left pending.
    """

    def __init__(self, parts: Parts, wait: float) -> None:
        self.profile = required_profile(parts.client.profiles(), parts.values, parts.local)
        self.session: ConnectSession | None = None
        self.parts = parts
        self._wait = wait
        self._dead = 0.0
        self._expires_at: str | None = None
        self._said = ""

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
                next_steps=(NextStep("Test it later", self.parts.again),),
                body=self._body(),
            ) from None

    def begin(self, request: SessionRequest) -> str:
        """Make a session; until when its link works, in words."""
        self._dead = self.parts.time.clock() + request.expires_in
        self.session = self.parts.sessions.create(request)
        start = dates.parsed(self.session.created_at) or dates.parsed(self.parts.now())
        if start is not None:
            end = start + timedelta(seconds=request.expires_in)
            self._expires_at = end.isoformat(timespec="seconds")
        return dates.deadline(self._expires_at, request.expires_in)

    def watch(self, about: Sequence[Line]) -> Literal["authenticated", "pending", "over"]:
        """Show the link and wait; ``over``: it was cancelled or ran out, and the person wants another.

        RejectedError: StackOne reports an error. ActionNeededError: there was no sign-in. NetworkError: nothing
        was seen of it in the end.
        """
        link = self.current.link
        if link is not None:
            self.parts.console.show_link(about, link.reveal(), waits=self._wait > 0)
        if not self._wait:
            return "pending"
        with self.parts.console.waiting("Waiting for the sign-in") as watch:
            return self._poll(watch)

    def judge(self) -> None:
        """Raise what an attempt that is over, and not well, means."""
        if self.current.status == "error":
            raise causes.rejected(self.current, self.parts)

    @property
    def current(self) -> ConnectSession:
        """The session as it was seen last."""
        if self.session is None:
            raise AssertionError("there is a session by now")
        return self.session

    def _poll(self, watch: Watch) -> Literal["authenticated", "over"]:
        clock, console, again = self.parts.time.clock, self.parts.console, self.parts.again
        start, pause = clock(), FIRST_PAUSE
        end, dead = start + self._wait, self._dead
        while True:
            now = clock()
            pressed = watch(max(0.0, min(pause, end - now, dead - now)))
            unseen = self._look(max(1.0, end - clock()))
            status = self.current.status
            if status == "authenticated":
                return "authenticated"
            self.judge()
            now = clock()
            if status in {"cancelled", "expired"} or now >= dead:
                console.new_link(causes.attempt_over(status, again))
                self.parts.time.renew()
                return "over"
            if unseen and now >= end:
                raise unseen
            if pressed == "error" or now >= end:
                unknown = None if status == "pending" else status
                refusal = causes.no_sign_in(now - start, again, unknown=unknown)
                cause = console.what_shows(causes.CAUSES, refusal)
                if cause is not None:
                    raise causes.seen_in_browser(cause, self.current, again)
                end, pause = clock() + self._wait, FIRST_PAUSE
            else:
                pause = FIRST_PAUSE if pressed else min(pause * GROWTH, LONGEST_PAUSE)

    def _look(self, limit: float) -> NetworkError | None:
        """See how it went; an error that may pass is said and returned: there will be another look."""
        session = self.current
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
        if seen.status not in {"pending", *OVER}:
            self._say(
                f'StackOne reports the status "{seen.status}", which eh-connect doesn\'t know. Waiting on.'
            )
        return None

    def _say(self, text: str) -> None:
        if text != self._said:
            self.parts.console.show(prose(text))
        self._said = text

    def _body(self) -> dict[str, object]:
        return self.result().body() if self.session is not None else {}

    def result(self, **more: Any) -> SessionResult:
        """What is known."""
        session = self.current
        return SessionResult(
            session_id=int(session.id) if session.id.isascii() and session.id.isdigit() else session.id,
            auth_link_url=session.link.reveal() if session.link else None,
            expires_at=self._expires_at,
            status=session.status,
            oauth_error=session.oauth_error,
            **more,
        )
