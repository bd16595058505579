"""``verify``: a sign-in through the profile, then the list actions, then the test account is removed again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from eh_connect import inputs, lines
from eh_connect.dates import deadline
from eh_connect.errors import (
    NetworkError,
    NextStep,
    StackOneAuthError,
    StackOneRefusedError,
    StorageError,
)
from eh_connect.flows.actions_check import check_actions
from eh_connect.flows.find import the_profile
from eh_connect.flows.sign_in import SignIn
from eh_connect.local.state import SavedSession
from eh_connect.stackone.models import SessionRequest

if TYPE_CHECKING:
    from eh_connect.flows.parts import SignInParts
    from eh_connect.lines import Line
    from eh_connect.results import ActionView, SessionResult
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values

OWNER_NAME = "eh-connect verify (test)"
"""How a test account can be recognised at StackOne."""

LIFE = 1800
"""Seconds that a link works. Source: the default that StackOne documents."""

LATER_WAIT = 600
"""Seconds to wait where nothing is saved here that a later run could look at."""


def verify(values: Values, parts: SignInParts, *, wait: float, command: str) -> SessionResult:
    """Verify the profile. A session without an outcome is looked at by the next run.

    Args:
        values: what this run was told.
        parts: the collaborators.
        wait: seconds to wait for a person; 0: the link is handed out and the run ends.
        command: the label's command line, with ``{}`` for the command.

    Raises:
        EhConnectError: what stood in the way; it carries the session.
    """
    profile = the_profile(values, parts.local, parts.profiles.profiles())
    test = _Test(values, parts, profile, SignIn(parts, wait=wait, command=command))
    with test.sign_in.reported():
        return test.run()


@dataclass
class _Test:
    values: Values
    parts: SignInParts
    profile: ConnectorProfile
    sign_in: SignIn
    found: list[Line] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.is_saved = self.parts.local.is_of(self.profile)
        self.account: str | None = None
        self.untested: tuple[Line, ...] = ()

    def run(self) -> SessionResult:
        if not self._earlier():
            while self._new() == "over":
                self.parts.renew()
            if self.sign_in.sure.status != "authenticated":
                return self._pending()
        self.account = self.sign_in.sure.account_id
        try:
            self.parts.renew()
            self._note_verified()
            actions = self._actions()
        finally:  # Ctrl-C too: a test account is removed, or named
            self._remove_account()
        missing = any(each.result == "scope_missing" for each in actions or ())
        return self.sign_in.result(
            actions=None if actions is None else tuple(actions),
            found=(*self.found, *self.untested),
            exit_code=9 if missing else 0,
        )

    def _earlier(self) -> bool:
        """Whether the link of an earlier run was used by now."""
        saved = self.parts.local.state.session if self.is_saved else None
        if saved is None:
            return False
        try:
            session = self.parts.sessions.look(saved.id)
        except StackOneRefusedError:
            return False  # StackOne has forgotten it
        if session.profile_id not in {None, self.profile.id} or session.status not in {
            "authenticated",
            "error",
        }:
            return False
        self.parts.console.show(lines.ok("The link of an earlier run was used"))
        self.sign_in.session = session
        self._note(session=None)
        self.sign_in.judge()
        return True

    def _new(self) -> str:
        owner = f"eh-connect-verify-{self.parts.new_id()}"  # a known one would open the account of before
        session = self.sign_in.begin(
            SessionRequest(
                profile_id=self.profile.id,
                owner_id=owner,
                owner_name=OWNER_NAME,
                kind="test",
                expires_in=LIFE,
            )
        )
        self._note(session=SavedSession(id=session.id, owner_id=owner))
        try:
            return self.sign_in.watch(self._about())
        finally:
            if self.sign_in.sure.status not in {"pending", "authenticated"}:
                self._note(session=None)

    def _about(self) -> tuple[Line, ...]:
        until = deadline(self.sign_in.expires_at, LIFE)
        return (
            lines.prose(
                f"Sign in and allow access here. Keep the link private: {until} anyone who has it can connect "
                "an account."
            ),
        )

    def _pending(self) -> SessionResult:
        link = self.sign_in.sure.link
        found = [*self._about(), *([lines.exact(link.reveal())] if link else [])]
        step = NextStep("See whether the sign-in was done", self.parts.again)
        if not self.is_saved:
            step = NextStep("Make a new link, and wait", f"{self.parts.again} --wait {LATER_WAIT}")
        return self.sign_in.result(found=(*found, lines.unsure("No sign-in yet")), next_steps=(step,))

    def _note_verified(self) -> None:
        self.found.append(lines.ok("Verified: Client ID, Client Secret and redirect URI work together"))
        if not self.is_saved:
            self.found.append(lines.unsure("Not noted: nothing is saved here of this profile"))
            return
        try:
            now = next(p for p in self.parts.profiles.profiles() if p.id == self.profile.id)
            why_not = self.parts.local.verified(now)
        except (StopIteration, NetworkError, StackOneAuthError, StackOneRefusedError):
            why_not = "whether the profile was changed meanwhile could not be checked"
        except StorageError as exc:
            why_not = f"{exc.sentence} {exc.detail or ''}".strip()
        if why_not is not None:
            self.parts.console.warn(
                f"Verified what StackOne has now. It is not noted for the saved secret: {why_not}"
            )

    def _actions(self) -> list[ActionView] | None:
        if self.account is None:
            return None
        outcome = check_actions(self.values, self.parts, self.account)
        self.found += outcome.lines
        if outcome.actions is None:
            self.untested = (lines.unsure(f"Scopes are not tested: {self.parts.again} --actions"),)
            return None
        if self.is_saved and outcome.was_checked:
            missing = tuple(each.missing_scope or each.id for each in outcome.actions if each.is_missing)
            self._note(scopes_checked_at=self.parts.now(), scopes_missing=missing)
        return outcome.actions

    def _remove_account(self) -> None:
        account = self.account
        if account is None:
            return
        if self.values[inputs.KEEP_ACCOUNT]:
            self.found.append(lines.unsure(f"The test account stays at StackOne: {account}"))
            self._note_left(account)
            return
        try:
            self.parts.renew()
            self.parts.sessions.delete_account(account)
        except (StackOneAuthError, StackOneRefusedError, NetworkError) as exc:
            self.parts.console.warn(
                f"The test account {account} could not be removed. {exc.sentence} Delete it in StackOne."
            )
            self._note_left(account)
        except BaseException:  # stopped once more: it is named all the same
            self.parts.console.warn(f"The test account {account} may still be at StackOne. Delete it there.")
            raise
        else:
            self.found.append(lines.ok("Removed the test account from StackOne"))

    def _note_left(self, account: str) -> None:
        self._note(test_accounts=(*self.parts.local.state.test_accounts, account))

    def _note(self, **fields: object) -> None:
        if not self.is_saved:
            return
        try:
            self.parts.local.note_later(**fields)
        except StorageError as exc:
            self.parts.console.warn(f"The next run won't know of this test. {exc.sentence}")
