"""What ``setup`` is asked for, and whom it works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.commands import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.ports import Probes, ReadsProfiles, WritesProfiles
    from eh_connect.secret import Pair


@dataclass(frozen=True)
class SetupRequest:
    """What the person, or the pipeline, wants.

    ``origins`` are the hosts that the secrets may go to; ``if_exists`` is ask, update, skip or fail;
    ``via`` is auto, api or dashboard; ``again`` are the flags of this run that the next command needs too;
    ``purpose`` is what a pair is staged for: setup, rotate or rollback.
    """

    label: str
    pair: Pair
    pair_given: bool
    name: str
    name_given: bool
    profile_id: str | None
    default: bool | None
    actions: tuple[str, ...] | None
    if_exists: str
    via: str
    check: bool
    dry_run: bool
    replace_application: bool
    origins: tuple[str, ...]
    dashboard_url: str
    again: tuple[str, ...] = ()
    purpose: str = "setup"

    @property
    def words(self) -> tuple[str, ...]:
        """The command of this run, with the flag that makes it what it is."""
        return {"rotate": ("rotate",), "rollback": ("rotate", "--rollback")}.get(self.purpose, ("setup",))

    def command_line(self, *arguments: str) -> str:
        """The same command once more, with these arguments and those that it needs again."""
        name, *flags = self.words
        return command(name, self.label, *flags, *arguments, *self.again)


@dataclass(frozen=True)
class SetupParts:
    """The collaborators. ``pause`` sleeps for seconds of network time."""

    profiles: ReadsProfiles
    writes: WritesProfiles
    probe: Probes
    keeping: Keeping
    console: Console
    pause: Callable[[float], None]
