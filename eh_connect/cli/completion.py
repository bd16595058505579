"""What the shell offers on Tab. It never asks, warns or fails: where nothing is known, nothing is offered."""

from __future__ import annotations

import os
from contextlib import suppress

from eh_connect.errors import EhConnectError


def labels(incomplete: str) -> list[str]:
    """The labels that are known on this computer."""
    from eh_connect.local.files import default_folder
    from eh_connect.local.state import StateFolder

    with suppress(EhConnectError):
        return _beginning(incomplete, StateFolder(default_folder(os.environ)).labels())
    return []


def scopes(incomplete: str) -> list[str]:
    """Presets and cards; behind a comma the next one."""
    from eh_connect.employment_hero.scopes import BOXES, PRESETS, READ

    before, comma, last = incomplete.rpartition(",")
    names = dict.fromkeys([*PRESETS, *(box.card for box in BOXES if box.name == READ)])
    return [before + comma + name for name in _beginning(last, list(names))]


def actions(incomplete: str) -> list[str]:
    """Action IDs as StackOne lists them, where a key is in the variable."""
    from eh_connect.deadline import NetworkTime
    from eh_connect.inputs import API_KEY, STACKONE_URL
    from eh_connect.secret import Secret
    from eh_connect.stackone.client import Client

    key = os.environ.get(API_KEY.variable or "")
    url = os.environ.get(STACKONE_URL.variable or "") or STACKONE_URL.default or ""
    if not key:
        return []
    with (
        suppress(EhConnectError, ValueError),
        Client(Secret(key), url=STACKONE_URL.judge(url), time=NetworkTime(2.0)) as client,
    ):
        return _beginning(incomplete, ["all", *(action.id for action in client.actions().actions)])
    return []


def _beginning(incomplete: str, words: list[str]) -> list[str]:
    return [word for word in words if word.lower().startswith(incomplete.lower())]
