"""Signing in, in memory: connect sessions, a person at the browser, and time that only waiting moves."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect.errors import NetworkError, StackOneRefusedError
from eh_connect.flows.link import LinkRequest, link
from eh_connect.flows.signing_in import SignInParts
from eh_connect.flows.verify import Notes, VerifyRequest, verify
from eh_connect.secret import Secret
from eh_connect.stackone.models import ConnectSession
from eh_connect.state import State
from tests.support.fakes import RecordingConsole, StackOne, States, Tape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.console import Wait
    from eh_connect.errors import ActionNeededError
    from eh_connect.result import SessionResult
    from eh_connect.sign_in import Cause
    from eh_connect.stackone.models import SessionRequest, Status

NOW = "2026-11-23T10:00:00+00:00"
LINK = "https://hub.stackone.com/connect/a-token-of-session-"


def outage() -> NetworkError:
    """Nothing comes back."""
    return NetworkError("No answer from api.stackone.com in time.")


class Sessions:
    """The connect sessions of a project, and its linked accounts."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.requests: list[SessionRequest] = []
        self.rows: dict[str, ConnectSession] = {}
        self.deleted: list[str] = []
        self.created_at: str | None = "2026-11-23T09:59:58.000Z"

    def create(self, request: SessionRequest) -> ConnectSession:
        with self.tape.call("create_session"):
            self.requests.append(request)
            session_id = str(len(self.rows) + 1)
            made = ConnectSession(
                session_id, request.profile_id, Secret(LINK + session_id), created_at=self.created_at
            )
            self.rows[session_id] = replace(made, link=None)
            return made

    def look(self, session_id: str) -> ConnectSession:
        with self.tape.call("look"):
            if session_id not in self.rows:
                raise StackOneRefusedError("StackOne refused the request (HTTP 404).", http_status=404)
            return self.rows[session_id]

    def delete_account(self, account_id: str) -> None:
        with self.tape.call("delete_account"):
            self.deleted.append(account_id)

    def ends(
        self,
        status: Status,
        *,
        error: str | None = None,
        says: str | None = None,
        account: str | None = None,
        session: str | None = None,
    ) -> None:
        """Somebody's attempt at the latest session, or at this one."""
        session_id = session or str(len(self.rows))
        row = self.rows[session_id]
        self.rows[session_id] = replace(
            row, status=status, oauth_error=error, oauth_says=says, account_id=account
        )


class Watching(RecordingConsole):
    """Waits without waiting; something happens then, or a key is pressed. Without answers, nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.pauses: list[float] = []
        self.shown: list[tuple[str, str, bool]] = []
        self.looks: list[str | None] = []
        """What is answered to "what shows?": a cause's name, or None to wait on."""
        self.deletes: bool | None = None
        self._later: list[tuple[float, Callable[[], None]]] = []
        self._keys: list[float] = []

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        self._later.append((self.now + seconds, action))

    def key_after(self, seconds: float) -> None:
        self._keys.append(self.now + seconds)

    def clock(self) -> float:
        return self.now

    def show_link(self, about: str, link: str, *, waits: bool) -> None:
        self.shown.append((about, link, waits))
        super().show_link(about, link, waits=waits)

    @contextmanager
    def waiting(self) -> Iterator[Wait]:
        yield self._waits

    def _waits(self, so_far: float, seconds: float) -> bool:
        assert so_far >= 0
        pressed = [key for key in self._keys if key <= self.now + seconds]
        until = max(self.now, pressed[0]) if pressed else self.now + seconds
        self.pauses.append(until - self.now)
        self.now = until
        self._keys = [key for key in self._keys if key > until]
        due = [action for at, action in self._later if at <= until]
        self._later = [(at, action) for at, action in self._later if at > until]
        for action in due:
            action()
        return bool(pressed)

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        self.asked.append("what shows")
        if not self.looks:
            return super().what_shows(causes, refusal)
        answer = self.looks.pop(0)
        return next(cause for cause in causes if cause.name == answer) if answer else None

    def may_delete_account(self, account: str) -> bool:
        self.asked.append("delete account")
        return super().may_delete_account(account) if self.deletes is None else self.deletes


class Scene:
    """A profile that was set up, and somebody to prove it."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.stackone = StackOne(self.tape)
        self.sessions = Sessions(self.tape)
        self.states = States(self.tape)
        self.console = Watching()
        self.renewals = 0
        self.profile_id = self.stackone.make("Employment Hero")
        self.start = State(
            "default",
            profile_id=self.profile_id,
            updated_at=self.stackone.rows[self.profile_id].updated_at,
            fingerprint="sha256:11111111",
        )
        self.states.states["default"] = self.start

    @property
    def state(self) -> State:
        return self.states.states["default"]

    def kept(self, **fields: str | None) -> None:
        """The state on disk changes, by this or by another run."""
        self.states.states["default"] = replace(self.state, **fields)  # type: ignore[arg-type]  # texts

    def verify(
        self,
        *,
        wait: float = 0.0,
        keep_account: bool = False,
        profile_id: str | None = None,
        writes: bool = True,
    ) -> SessionResult:
        start = self.states.states.get("default", State("default"))
        request = VerifyRequest("default", profile_id, wait, keep_account, "eh-connect verify")
        return verify(request, self._parts(), Notes(self.states, start, writes=writes))

    def link(self, *, wait: float = 0.0, expires_in: int = 1800) -> SessionResult:
        request = LinkRequest(
            label="default",
            profile_id=None,
            kept_id=self.state.profile_id,
            owner_id="customer-1",
            owner_name="Customer One",
            session_label="Label",
            expires_in=expires_in,
            wait=wait,
            again="eh-connect link",
        )
        return link(request, self._parts())

    def _parts(self) -> SignInParts:
        return SignInParts(
            profiles=self.stackone,
            sessions=self.sessions,
            console=self.console,
            clock=self.console.clock,
            renew=self._renew,
            now=lambda: NOW,
        )

    def _renew(self) -> None:
        self.renewals += 1
