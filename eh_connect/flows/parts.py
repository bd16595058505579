"""What the flows work with. ``cli`` wires the real parts; tests wire a StackOne in memory and small ones."""

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
    """What one run was told, and what it works with.

    ``probe`` checks credentials at Employment Hero. ``now`` returns the time, UTC, ISO 8601. ``origins`` are the
    servers that credentials may be sent to. ``again`` is the command line that repeats this run.
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
