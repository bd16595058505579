"""What the flows work with, as Protocols: the real parts are wired in ``cli``, small ones in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.employment_hero.credentials import ProbeResult
    from eh_connect.errors import NextStep
    from eh_connect.flows.console import Console
    from eh_connect.lines import Line
    from eh_connect.local.profile import LocalProfile
    from eh_connect.secret import Credentials
    from eh_connect.stackone.models import (
        ActionRun,
        ConnectorActions,
        ConnectorProfile,
        ConnectSession,
        ProfileFields,
        SessionRequest,
    )


class ReadsProfiles(Protocol):
    """StackOne's documented calls. Errors: codes 5, 6 and 7."""

    def profiles(self) -> list[ConnectorProfile]:
        """Every Employment Hero connector profile of the project (all pages)."""
        ...

    def actions(self) -> ConnectorActions:
        """What the Employment Hero connector can do, and how it signs in."""
        ...

    def count_accounts(self, profile_id: str) -> int:
        """How many accounts are linked through a profile."""
        ...


class WritesProfiles(Protocol):
    """StackOne's assumed calls. ``None`` or False: the API has no such call. Errors: codes 5, 6 and 7."""

    def may_create(self) -> bool:
        """Ask before telling: an empty POST, which carries no secret and can create nothing."""
        ...

    def create(self, fields: ProfileFields) -> ConnectorProfile | None:
        """Create a profile; None where there is no such call. LostAnswerError: look before anything else."""
        ...

    def may_update(self, profile_id: str) -> bool:
        """Ask before telling: an empty PATCH. False also on 404: list to see whether the profile is gone."""
        ...

    def update(self, profile_id: str, fields: ProfileFields) -> ConnectorProfile | None:
        """Change a profile; None as in ``may_update``. Repeating it is harmless."""
        ...


class ConnectSessions(Protocol):
    """StackOne's documented calls for signing in through a profile. Errors: codes 5, 6 and 7."""

    def create(self, request: SessionRequest) -> ConnectSession:
        """A new session, with the link for signing in."""
        ...

    def look(self, session_id: str) -> ConnectSession:
        """How its latest attempt went."""
        ...

    def delete_account(self, account_id: str) -> None:
        """Delete a linked account; one that is not there is fine."""
        ...

    def run_action(self, account_id: str, action_id: str) -> ActionRun:
        """Run a list action with an account. Its data is thrown away unread; only how it went is looked at."""
        ...


class Probes(Protocol):
    """The credential probe at Employment Hero's token endpoint."""

    def __call__(self, credentials: Credentials) -> ProbeResult:
        """Never raises for a network fault: that is COULD_NOT_TELL. The same credentials are asked once."""
        ...


@dataclass(frozen=True)
class Cause:
    """What a browser may show at the sign-in that StackOne does not hear of: as the person would say it.

    ``means`` says in a few words what is likely; ``remedy`` is the one thing to do; ``exact`` a value to compare,
    to the letter.
    """

    name: str
    looks: str
    means: str
    remedy: str
    exact: str | None = None


@dataclass(frozen=True)
class DashboardWork:
    """A change that a person makes in StackOne's dashboard.

    ``why`` it is not done by API; ``steps`` come from ``guide``; ``next_steps`` are for where nobody is there,
    or the wait is over.
    """

    title: str
    why: str
    url: str
    steps: tuple[Line, ...]
    credentials: Credentials | None
    hint: str
    next_steps: tuple[NextStep, ...]


class Revised(Exception):  # noqa: N818  # no error: the way back to planning
    """The person changed an answer at the review."""


@dataclass(frozen=True)
class SignInParts:
    """The collaborators of ``flows.sign_in``.

    ``again`` is the command line to type once more. ``renew`` gives the next requests all their network time,
    or as many seconds: waiting for a person is none. ``new_id`` makes a few random characters.
    """

    profiles: ReadsProfiles
    sessions: ConnectSessions
    local: LocalProfile
    console: Console
    clock: Callable[[], float]
    renew: Callable[..., None]
    now: Callable[[], str]
    new_id: Callable[[], str]
    again: str


@dataclass(frozen=True)
class WriteParts:
    """The collaborators of ``flows.write``.

    ``pause`` sleeps for seconds of network time; ``left`` tells how much of that there is; ``renew`` gives the
    next requests all of it, or as many seconds; ``now`` is the time, UTC, ISO 8601.
    """

    profiles: ReadsProfiles
    writes: WritesProfiles
    probe: Probes
    local: LocalProfile
    console: Console
    pause: Callable[[float], None]
    left: Callable[[], float]
    renew: Callable[..., None]
    now: Callable[[], str]
