"""``verify``: prove a profile end to end, by somebody who signs in through it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eh_connect.commands import command
from eh_connect.errors import NetworkError, NextStep, StackOneAuthError, StackOneRefusedError, StorageError
from eh_connect.flows.signing_in import USUAL_LIFE, SigningIn, the_profile
from eh_connect.stackone.models import SessionRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.signing_in import SignInParts
    from eh_connect.ports import KeepsState
    from eh_connect.result import SessionResult
    from eh_connect.stackone.models import ConnectorProfile, ConnectSession
    from eh_connect.state import State

OWNER_ID, OWNER_NAME = "eh-connect-verify", "eh-connect verify (test)"
"""How the test account can be recognised at StackOne."""

LATER_WAIT = 600
"""Seconds to wait where nothing is kept here that a later run could look at."""

MOST_OPEN = 3
"""How many links that nobody used yet are looked at by later runs."""


@dataclass(frozen=True)
class VerifyRequest:
    """What is to be proven. ``again`` is the command line to type once more."""

    label: str
    profile_id: str | None
    wait: float
    keep_account: bool
    again: str


class Notes:
    """Notes of a label, for as long as the pair and the profile are those of the beginning.

    Nobody is locked out while a person is waited for; so before a note is made, the state is read again.

    Args:
        states: the state folder.
        start: the state at the beginning.
        writes: False: nothing is written.
    """

    def __init__(self, states: KeepsState, start: State, *, writes: bool) -> None:
        self.start = start
        self._states = states
        self._writes = writes

    def are_of(self, profile: ConnectorProfile) -> bool:
        """Whether what is kept is of this profile."""
        return self._writes and self.start.profile_id == profile.id

    @property
    def session_ids(self) -> tuple[str, ...]:
        """The sessions of earlier runs whose outcome was not seen, the latest first."""
        return tuple(self.start.session_id.split(", ")) if self.start.session_id else ()

    def make(self, session_ids: tuple[str, ...], *, proven_at: str | None = None) -> str | None:
        """Note the sessions to look at and the proof; why not, where there is a reason.

        StorageError: another run holds the lock, or the disk does not take it.
        """
        with self._states.lock(self.start.label):
            state = self._states.read(self.start.label)
            if state is None or _pair_of(state) != _pair_of(self.start):
                return "what is kept here was replaced meanwhile"
            if proven_at is None or state.staged_by is not None:
                proven_at = state.proven_at
            session_id = ", ".join(session_ids[:MOST_OPEN]) or None
            self._states.write(replace(state, session_id=session_id, proven_at=proven_at))
        if state.staged_by is not None:
            return "a new pair is staged and not finished, so which of the two was proven is not known"
        return None


def _pair_of(state: State) -> tuple[str | None, str | None]:
    return state.profile_id, state.fingerprint


def verify(request: VerifyRequest, parts: SignInParts, notes: Notes) -> SessionResult:
    """Prove it. Raises EhConnectError; a session without an outcome is looked at by the next run."""
    return _Verification(request, parts, notes).run()


class _Verification:
    def __init__(self, request: VerifyRequest, parts: SignInParts, notes: Notes) -> None:
        self.request = request
        self.parts = parts
        self.notes = notes
        self.console = parts.console
        self.signing_in = SigningIn(parts, label=request.label, again=request.again, wait=request.wait)
        self.profile = the_profile(parts, request.label, request.profile_id, notes.start.profile_id)
        self.is_kept = notes.are_of(self.profile)
        self.open: list[str] = []

    def run(self) -> SessionResult:
        with self.signing_in.told():
            session = self._earlier() or self._new()
            if session.status != "authenticated":
                return self._pending()
            return self._proven(session)

    def _earlier(self) -> ConnectSession | None:
        """The session of an earlier run that somebody has used by now; those that nobody used stay open."""
        used: list[ConnectSession] = []
        for session_id in self.notes.session_ids if self.is_kept else ():
            try:
                session = self.parts.sessions.look(session_id)
            except StackOneRefusedError:
                continue  # StackOne has forgotten it
            if session.profile_id not in {None, self.profile.id} or session.status == "cancelled":
                continue
            if session.status == "pending":
                self.open.append(session_id)
            else:
                used.append(session)
        if not used:
            if self.open:
                self.console.progress("Nobody used the link of an earlier run so far: a new one is made.")
            return None
        self.console.progress("An earlier run made a link, and somebody used it.")
        self.signing_in.adopt(next((each for each in used if each.status == "authenticated"), used[0]))
        return self._judged(self.signing_in.judged)

    def _new(self) -> ConnectSession:
        self.signing_in.create(
            SessionRequest(self.profile.id, OWNER_ID, OWNER_NAME, kind="TEST", expires_in=USUAL_LIFE)
        )
        self._note(self.signing_in.session.id, *self.open)
        return self._judged(lambda: self.signing_in.watch(self._about()))

    def _judged(self, outcome: Callable[[], ConnectSession]) -> ConnectSession:
        try:
            return outcome()
        finally:
            if self.signing_in.session.status in {"error", "cancelled"}:
                self._note(*self.open)

    def _note(self, *session_ids: str) -> None:
        if not self.is_kept:
            return
        try:
            self.notes.make(session_ids)
        except StorageError as exc:
            self.console.warn(f"The connect session could not be noted for a later run. {exc.title}.")

    def _about(self) -> str:
        return (
            "Sign in to Employment Hero by this link, and allow the access.\n"
            f"Until {self.signing_in.expires_at} whoever has it can link an account through the profile "
            f"“{self.profile.name}”: keep it to yourself."
        )

    def _pending(self) -> SessionResult:
        link = self.signing_in.session.link
        result = self.signing_in.result(
            self._about(), link.reveal() if link else "", "Nothing is proven yet."
        )
        step = NextStep("see whether somebody has signed in", self.request.again)
        if not self.is_kept:
            step = NextStep("make a new link, and wait", f"{self.request.again} --wait {LATER_WAIT}")
        return replace(result, next_steps=(step,))

    def _proven(self, session: ConnectSession) -> SessionResult:
        lines = [
            f"Proven: somebody signed in to Employment Hero through the profile “{self.profile.name}”.",
            "  Shown          its Client ID, Client Secret and redirect URI work together",
            "  Not shown      whether the scopes are enough: the first request that needs one shows that",
        ]
        steps = []
        if self.is_kept:
            lines.append(f"  Noted          {self._note_proof()}")
            if self.notes.start.old_secret is not None:
                done = command("rotate", self.request.label, "--old-revoked")
                steps.append(NextStep("once you have revoked the old secret in the Developer Portal", done))
        else:
            lines.append("  Noted          no: nothing is kept here of this profile")
        lines.append(f"  Test account   {self._account(session.account_id)}")
        return replace(self.signing_in.result(*lines), next_steps=tuple(steps))

    def _note_proof(self) -> str:
        now = self.parts.now()
        if self.profile.updated_at != self.notes.start.updated_at:
            self.console.warn(
                "Somebody changed the profile at StackOne after eh-connect's last write: what is proven is "
                "what is there now, which may not be the pair that is kept here."
            )
        try:
            why_not = self.notes.make((), proven_at=now)
        except StorageError as exc:
            raise StorageError(
                "Somebody has signed in, but that could not be noted.",
                detail=f"{exc.title}. {exc.detail or ''}".strip(),
                hint="Run it again: if the connect session was noted, nobody has to sign in once more.",
                next_steps=(NextStep("note it", self.request.again),),
            ) from exc
        if why_not is None:
            return now
        self.console.warn(f"The proof is not noted: {why_not}.")
        return f"no: {why_not}"

    def _account(self, account_id: str | None) -> str:
        if account_id is None:
            return "StackOne names none"
        shown = f"{account_id} (owner “{OWNER_NAME}”)"
        if self.request.keep_account or not self.console.may_delete_account(shown):
            return f"{shown} is kept"
        self.parts.renew()
        try:
            self.parts.sessions.delete_account(account_id)
        except (StackOneAuthError, StackOneRefusedError, NetworkError) as exc:
            self.console.warn(f"The test account {shown} was not deleted. {exc.title} Delete it at StackOne.")
            return f"{shown} could not be deleted"
        return "deleted again"
