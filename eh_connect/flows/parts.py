"""What the flows work with: wired in ``cli``; in tests with a StackOne in memory, and small stand-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.deadline import NetworkTime
    from eh_connect.employment_hero.credentials import ProbeResult
    from eh_connect.flows.console import Console
    from eh_connect.local.profile import LocalProfile
    from eh_connect.secret import Credentials
    from eh_connect.stackone.assumed_writes import AssumedWrites
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.sessions import Sessions
    from eh_connect.values import Values


class Parts(Record, frozen=True):
    """What one run was told, and its collaborators.

    ``probe`` checks credentials at Employment Hero. ``now`` is the time, UTC, ISO 8601; ``origins`` are where
    credentials may go; ``again`` is the command line to type once more.
    """

    values: Values
    local: LocalProfile
    console: Console
    client: Client
    writes: AssumedWrites
    sessions: Sessions
    probe: Callable[[Credentials], ProbeResult]
    time: NetworkTime
    now: Callable[[], str]
    origins: tuple[str, ...]
    again: str
