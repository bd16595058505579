"""Whether the scopes are enough: each enabled list action is run once with the test account.

The data that comes back is of real people: it is read to its end and thrown away where it arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from eh_connect import inputs, lines
from eh_connect.employment_hero import scopes
from eh_connect.errors import NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.results import ActionView

if TYPE_CHECKING:
    from eh_connect.flows.parts import SignInParts
    from eh_connect.lines import Line
    from eh_connect.stackone.models import Action, ActionRun
    from eh_connect.values import Values

_GONE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}


@dataclass
class Outcome:
    """What the actions showed; ``actions`` is None where none was run."""

    actions: list[ActionView] | None = None
    lines: list[Line] = field(default_factory=list)

    @property
    def was_checked(self) -> bool:
        """Whether anything is known of the scopes now."""
        return any(each.result != "not_checked" for each in self.actions or ())


def check_actions(values: Values, parts: SignInParts, account: str) -> Outcome:
    """Offer it (unattended: ``--actions``), and run them."""
    wanted = values[inputs.RUN_ACTIONS]
    if not wanted and not parts.console.attended:
        return Outcome()
    try:
        actions = _enabled_lists(parts)
    except (StackOneAuthError, StackOneRefusedError, NetworkError) as exc:
        return Outcome([], [lines.unsure(f"Scopes are not tested: {exc.sentence}")])
    if not actions:
        return Outcome([], [lines.unsure("Scopes are not tested: StackOne names no list action")])
    if not wanted and not parts.console.may_run_actions(len(actions)):
        return Outcome()
    outcome = Outcome([])
    for number, action in enumerate(actions, 1):
        with parts.console.working(f"Running {action.id} ({number} of {len(actions)})"):
            view, line, goes_on = _run(parts, account, action)
        outcome.lines.append(line)
        if outcome.actions is not None and view is not None:
            outcome.actions.append(view)
        if not goes_on:
            break
    if any(each.is_missing for each in outcome.actions or ()):
        outcome.lines += [
            lines.prose("Scopes can't be added to an application."),
            lines.todo(
                "Create a new application with all of them: better now than after customers connected."
            ),
        ]
    elif outcome.was_checked:
        outcome.lines.append(
            lines.unsure("Not tested: other actions, and customers whose administrator has fewer rights")
        )
    return outcome


def _enabled_lists(parts: SignInParts) -> list[Action]:
    enabled = parts.local.state.actions
    known = [action for action in parts.profiles.actions().actions if action.is_list]
    if not enabled or "all" in enabled:
        return known
    return [action for action in known if action.id in enabled]


def _run(parts: SignInParts, account: str, action: Action) -> tuple[ActionView | None, Line, bool]:
    parts.renew()
    try:
        ran = parts.sessions.run_action(account, action.id)
    except NetworkError as exc:
        view = ActionView(id=action.id, result="not_checked", http_status=exc.http_status, missing_scope=None)
        return view, lines.unsure(f"{action.id}: could not check. {exc.sentence}"), True
    return _judged(action, ran)


def _judged(action: Action, ran: ActionRun) -> tuple[ActionView, Line, bool]:
    """What a run says, and whether the next one is worth it."""
    status = ran.http_status
    says = f' "{ran.message}"' if ran.message else ""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        view = ActionView(id=action.id, result="works", http_status=status, missing_scope=None)
        return view, lines.ok(f"{action.id}: works"), True
    if ran.is_scope_missing:
        card = scopes.card_for_action(action.id, (*ran.scopes, *action.required_scopes))
        named = card or "a scope that StackOne doesn't name"
        view = ActionView(id=action.id, result="scope_missing", http_status=status, missing_scope=named)
        return view, lines.fail(f"{action.id}: scope missing, {named}"), True
    view = ActionView(id=action.id, result="not_checked", http_status=status, missing_scope=None)
    if ran.is_call_gone or (status in _GONE and status != HTTPStatus.NOT_FOUND):
        text = f"Scopes could not be checked: StackOne's API no longer runs actions this way (HTTP {status})."
        return view, lines.unsure(text), False
    if status == HTTPStatus.FORBIDDEN:
        text = (
            f'{action.id}: could not check (HTTP 403).{says} The API key may lack the right "Actions: Execute". '
            "Everything else is verified."
        )
        return view, lines.unsure(text), False
    if status == HTTPStatus.UNAUTHORIZED:
        text = f"{action.id}: could not check. The linked account's sign-in was refused (HTTP 401).{says}"
        return view, lines.unsure(text), True
    return view, lines.unsure(f"{action.id}: could not check (HTTP {status}).{says}"), True
