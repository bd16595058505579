"""The API key: one that StackOne takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.employment_hero.credentials import judge_api_key
from eh_connect.errors import StackOneAuthError
from eh_connect.wizard import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.asking import Asking
    from eh_connect.ports import ReadsProfiles, WritesProfiles
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile

    Connect = Callable[[Secret], tuple[ReadsProfiles, WritesProfiles]]


@dataclass(frozen=True)
class Opened:
    """A key that works, StackOne's calls for it, and the profiles that it shows."""

    key: Secret
    reads: ReadsProfiles
    writes: WritesProfiles
    profiles: list[ConnectorProfile]


def working_key(asking: Asking, connect: Connect, given: Secret | None) -> Opened:
    """Try the given key, or ask until one works. StackOneAuthError (5): the given one does not."""
    key = given
    while True:
        key = key or _ask(asking)
        reads, writes = connect(key)
        try:
            return Opened(key, reads, writes, reads.profiles())
        except StackOneAuthError as exc:
            if given is not None:
                raise
            asking.terminal.say(f"{exc.title} {exc.detail or ''} {exc.hint or ''}")
            key = None


def _ask(asking: Asking) -> Secret:
    asking.terminal.say(
        "An API key of your StackOne project is needed: Project Settings > API Keys. “Platform API”, read "
        "and write, is enough."
    )
    return asking.secret(
        "StackOne API key", lambda text: asking.judged(judge_api_key(text)), more=words.API_KEY
    )
