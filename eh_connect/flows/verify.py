"""``verify``: sign in through the profile, run the list actions, remove the test account.

Each enabled list action runs once with the test account, to see whether the scopes are enough. The data that
comes back is about real people, so it is thrown away where it arrives.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from eh_connect import dates, inputs, lines
from eh_connect.employment_hero import scopes
from eh_connect.errors import STACKONE_ERRORS, NetworkError, NextStep, StackOneRefusedError, StorageError
from eh_connect.flows.sign_in import SignIn
from eh_connect.guide import chosen_scopes
from eh_connect.results import ActionView
from eh_connect.stackone.models import SessionRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from eh_connect.flows.parts import Parts
    from eh_connect.lines import Line
    from eh_connect.results import SessionResult
    from eh_connect.stackone.models import Action, ActionRun, ConnectSession

_OWNER_NAME = "eh-connect verify (test)"
"""People recognise a test account at StackOne by this name."""

_LINK_LIFE = 1800
"""Seconds that a link works. Source: the default that StackOne documents."""

_LONG_WAIT = 600
"""Seconds to wait that are suggested where a later run can't look at this session."""


def verify(parts: Parts, wait: float) -> SessionResult:
    """Verify the profile, or first look whether the link of an earlier run was used.

    ``wait`` is how many seconds to wait for a person; 0: return the link, and leave the outcome to the next run.
    """
    test = _Test(parts, wait)
    with test.reported():
        return test.run()


class _Test(SignIn):
    def __init__(self, parts: Parts, wait: float) -> None:
        super().__init__(parts, wait)
        self._is_saved = parts.local.is_of(self.profile)
        chosen = chosen_scopes(parts.values).boxes if self._is_saved else ()
        self._chosen = {box.title for box in chosen}

    def run(self) -> SessionResult:
        if not self._find_earlier() and not self._sign_in():
            return self._pending()
        account, actions = self.session.account_id, None
        try:
            self.parts.time.renew()
            self._note_verified()
            if account is not None:
                actions = self._check_actions(account)
        finally:  # after Ctrl-C too
            if account is not None:
                self._remove(account)
        if account is not None and actions is None:
            self.found.append(lines.unsure(f"Scopes are not tested: {self.parts.again} --actions"))
        return self.result(
            actions=actions,
            found=tuple(self.found),
            exit_code=9 if _missing(actions or ()) else 0,
        )

    def _find_earlier(self) -> bool:
        """Return whether the link of an earlier run was used. The session is that one, unless it is over."""
        saved = self.parts.local.state.session_id if self._is_saved else None
        if saved is None:
            return False
        try:
            with self.parts.console.working("Looking at the link of an earlier run"):
                session = self.parts.sessions.look(saved)
        except StackOneRefusedError:
            return False  # StackOne has forgotten it
        if session.profile_id not in {None, self.profile.id}:
            return False
        if session.status == "pending":
            self._keep(session)
        if session.status not in {"authenticated", "error"}:
            return False
        self.parts.console.show(lines.ok("The link of an earlier run was used"))
        self.session = session
        self._note(session_id=None)
        self.raise_error()
        return True

    def _keep(self, session: ConnectSession) -> None:
        """Go on with the session of an earlier run, if its link works. A run that waits has to show a link."""
        if dates.parsed(session.created_at) is None:
            return  # it can't be seen when its link ends
        end, now = self.end_of(session, _LINK_LIFE), datetime.fromisoformat(self.parts.now())
        until = dates.deadline(end, (end - now).total_seconds())
        if end > now and self.wait:
            self.parts.console.warn(
                f"The link of an earlier run works too, {until}. Use only the new link: what is connected through "
                "the other one stays at StackOne."
            )
        elif end > now:
            self.session, self.end = session, end
            self.about = (
                lines.prose(f"The link that an earlier run showed works {until}. Keep it private."),
            )

    def _sign_in(self) -> bool:
        if self.session.id:
            return False  # the sign-in through an earlier link would not be seen if there were another one
        try:
            return self.was_used(self._begin)
        finally:
            if self.session.status not in {"pending", "authenticated"}:
                self._note(session_id=None)

    def _begin(self) -> tuple[Line, ...]:
        owner = f"eh-connect-verify-{secrets.token_hex(4)}"  # one used before would open its account again
        request = SessionRequest(self.profile.id, owner, _OWNER_NAME, kind="test", expires_in=_LINK_LIFE)
        until = self.begin(request)
        self._note(session_id=self.session.id)
        return (
            lines.prose(
                f"Sign in and allow access here. Keep the link private: {until} anyone who has it can connect an "
                "account."
            ),
        )

    def _pending(self) -> SessionResult:
        steps = [NextStep("See whether the sign-in was done", self.parts.again)] if self._is_saved else []
        if not self._is_saved or not self.link:
            steps.append(NextStep("Make a new link, and wait", f"{self.parts.again} --wait {_LONG_WAIT}"))
        link = [lines.exact(self.link)] if self.link else []
        found = (*self.about, *link, lines.unsure("No sign-in yet"))
        return self.result(found=found, next_steps=tuple(steps))

    def _note_verified(self) -> None:
        self.found.append(lines.ok("Verified: Client ID, Client Secret and redirect URI work together"))
        if not self._is_saved:
            self.found.append(lines.unsure("Not noted: nothing is saved here of this profile"))
            return
        try:
            with self.parts.console.working("Looking whether the profile was changed meanwhile"):
                profiles = self.parts.client.profiles()
            now = next(each for each in profiles if each.id == self.profile.id)
            why_not = self.parts.local.verified(now)
        except (StopIteration, *STACKONE_ERRORS):
            why_not = "whether the profile was changed meanwhile could not be checked"
        except StorageError as exc:
            why_not = exc.sentences
        if why_not is not None:
            self.parts.console.warn(
                f"Verified what StackOne has now. It is not noted for the saved secret: {why_not}"
            )

    def _check_actions(self, account: str) -> tuple[ActionView, ...] | None:
        """Run the enabled list actions, if ``--actions`` or the person says so. None: neither does."""
        console = self.parts.console
        wanted = self.parts.values[inputs.RUN_ACTIONS]
        if not wanted and not console.attended:
            return None
        try:
            with console.working("Looking which actions there are"):
                actions = self._enabled_lists()
            why_not = "" if actions else "StackOne names no list action"
        except STACKONE_ERRORS as exc:
            actions, why_not = [], exc.sentence
        if why_not:
            self.found.append(lines.unsure(f"Scopes are not tested: {why_not}"))
        elif not wanted and not console.may_run_actions(len(actions)):
            return None
        found = []
        for number, action in enumerate(actions, 1):
            with console.working(f"Running {action.id} ({number} of {len(actions)})"):
                view, line, goes_on = self._run(account, action)
            self.found.append(line)
            found.append(view)
            if not goes_on:
                break
        self._add_scopes(found)
        return tuple(found)

    def _enabled_lists(self) -> list[Action]:
        enabled = self.parts.local.state.actions if self._is_saved else None
        known = [action for action in self.parts.client.actions().actions if action.is_list]
        if not enabled or "all" in enabled:
            return known
        return [action for action in known if action.id in enabled]

    def _run(self, account: str, action: Action) -> tuple[ActionView, Line, bool]:
        """Run an action; return what came of it, a line about it, and whether to run the next one."""
        self.parts.time.renew()
        try:
            return _describe(action, self.parts.sessions.run_action(account, action.id), self._chosen)
        except NetworkError as exc:
            line = lines.unsure(f"{action.id}: could not check. {exc.sentence}")
            return ActionView(id=action.id, http_status=exc.http_status), line, True

    def _add_scopes(self, views: list[ActionView]) -> None:
        """Say what the runs tell about the scopes, and note it."""
        missing = _missing(views)
        was_checked = any(each.result != "not_checked" for each in views)
        if not set(missing) <= self._chosen:
            self.found.append(lines.prose("Did you leave them out on purpose? Then this is as it should be."))
        if missing:
            self.found += [
                lines.prose("Scopes can't be added to an application."),
                lines.todo(
                    "Create a new application with all of them: better now than after customers connected."
                ),
            ]
        elif was_checked:
            self.found.append(
                lines.unsure("Not tested: other actions, and customers whose administrator has fewer rights")
            )
        if was_checked:
            self._note(scopes_checked_at=self.parts.now(), scopes_missing=missing)

    def _remove(self, account: str) -> None:
        """Remove the test account from StackOne, or say that it may still be there."""
        console, left = self.parts.console, (*self.parts.local.state.test_accounts, account)
        if self.parts.values[inputs.KEEP_ACCOUNT]:
            self.found += lines.from_text(f"The test account stays at StackOne:\n{account}", lines.unsure)
            self._note(test_accounts=left)
            return
        try:
            self.parts.time.renew()
            with console.working("Removing the test account from StackOne"):
                self.parts.sessions.delete_account(account)
        except STACKONE_ERRORS as exc:
            console.warn(
                f"The test account could not be removed. {exc.sentence} Delete it in StackOne:\n{account}"
            )
            self._note(test_accounts=left)
        except BaseException:  # Ctrl-C once more
            console.warn(f"The test account may still be at StackOne. Delete it there:\n{account}")
            raise
        else:
            self.found.append(lines.ok("Removed the test account from StackOne"))

    def _note(self, **fields: object) -> None:
        if not self._is_saved:
            return
        try:
            self.parts.local.note_unlocked(**fields)
        except StorageError as exc:
            self.parts.console.warn(f"The next run won't know of this test. {exc.sentence}")


def _describe(action: Action, ran: ActionRun, chosen: AbstractSet[str]) -> tuple[ActionView, Line, bool]:
    """Say what came of an action. ``chosen`` are the titles of the boxes that were chosen, if that is known."""
    status, says = ran.http_status, f' "{ran.message}"' if ran.message else ""
    view = ActionView(id=action.id, http_status=status)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return view.replace(result="works"), lines.ok(f"{action.id}: works"), True
    if ran.is_scope_missing:
        card = scopes.card_for_action(action.id, (*ran.scopes, *action.required_scopes))
        if card is not None and chosen and card not in chosen:
            line = lines.unsure(f"{action.id}: not allowed. You didn't choose {card}.")
            return view.replace(result="not_chosen", missing_scope=card), line, True
        missing = card or "a scope that StackOne doesn't name"
        line = lines.fail(f"{action.id}: scope missing, {missing}")
        return view.replace(result="scope_missing", missing_scope=missing), line, True
    if ran.is_call_gone or status in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}:
        text = f"Scopes could not be checked: StackOne's API no longer runs actions this way (HTTP {status})."
        return view, lines.unsure(text), False
    why = f" (HTTP {status}).{says}"
    if status == HTTPStatus.UNAUTHORIZED:
        why = f". The linked account's sign-in was refused (HTTP 401).{says}"
    elif status == HTTPStatus.FORBIDDEN:
        why += ' The API key may lack the right "Actions: Execute". Everything else is verified.'
    return view, lines.unsure(f"{action.id}: could not check{why}"), status != HTTPStatus.FORBIDDEN


def _missing(views: Iterable[ActionView]) -> tuple[str, ...]:
    """Return the scopes that are missing, without those that were left out by choice."""
    found = (each.missing_scope for each in views if each.result == "scope_missing" and each.missing_scope)
    return tuple(dict.fromkeys(found))
