"""What only ``GET /actions`` knows: the auth option's key, and which action IDs there are."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect.change import ALL_ACTIONS, Change, Kind
from eh_connect.errors import InputError, StackOneRefusedError
from eh_connect.inputs import ACTIONS
from eh_connect.stackone.models import DEFAULT_AUTH_KEY, ConnectorActions

if TYPE_CHECKING:
    from eh_connect.flows.console import Console
    from eh_connect.flows.parts import ReadsProfiles
    from eh_connect.stackone.models import ProfileFields


def completed(change: Change, profiles: ReadsProfiles, console: Console) -> ProfileFields:
    """The change's fields with auth key and action IDs filled in. Asks only where they are needed."""
    fields = change.fields
    creating = change.kind is Kind.CREATE
    if not creating and fields.actions is None:
        return fields
    try:
        offered = profiles.actions()
    except StackOneRefusedError as exc:
        console.warn(f"StackOne didn't say what the connector can do. {exc.sentence}")
        offered = ConnectorActions(None, ())
    actions = _action_ids(fields.actions, offered, creating=creating)
    if not creating:
        return replace(fields, actions=actions)
    if offered.auth_key is None:
        console.warn(f'StackOne names no OAuth 2.0 option of the connector, so "{DEFAULT_AUTH_KEY}" is sent.')
    return replace(fields, actions=actions, authentication_config_key=offered.auth_key or DEFAULT_AUTH_KEY)


def _action_ids(
    wanted: tuple[str, ...] | None, offered: ConnectorActions, *, creating: bool
) -> tuple[str, ...] | None:
    ids = tuple(action.id for action in offered.actions)
    if wanted is None or (wanted == ALL_ACTIONS and creating):
        return None
    if wanted == ALL_ACTIONS:
        if not ids:
            raise StackOneRefusedError(
                "StackOne didn't say which actions there are",
                hint="Name them with --action ID, or enable all of them in the dashboard.",
            )
        return ids
    unknown = [action for action in wanted if ids and action not in ids]
    if unknown:
        raise InputError(
            "The connector has no such action",
            invalid=tuple(ACTIONS.problem(_unknown(action, ids)) for action in unknown),
            hint="Leave --action out to enable all of them.",
        )
    return wanted


def _unknown(action: str, ids: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(action, ids, n=3)
    return f'"{action}" is not an action of the connector' + (f"; near: {', '.join(near)}" if near else "")
