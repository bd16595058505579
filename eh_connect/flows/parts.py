"""What the flows work with, as Protocols: the real parts are wired in ``cli``, small ones in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.change import Change
    from eh_connect.employment_hero.credentials import ProbeResult
    from eh_connect.errors import ActionNeededError, NextStep, StackOneRefusedError
    from eh_connect.lines import Line
    from eh_connect.local.profile import LocalProfile
    from eh_connect.secret import Credentials, Secret
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


class Watch(Protocol):
    """A live line while the person does something elsewhere."""

    def __call__(self, so_far: float, seconds: float) -> Literal["look", "error"] | None:
        """Wait for so many seconds, ``so_far`` after the start; what the person pressed, if anything."""
        ...


class Console(Protocol):
    """The person, if there is one. Not asking is another implementation, not an ``if``.

    Questions raise StoppedError (130) where the person stops, and KeyboardInterrupt and EOFError as they come.
    """

    attended: bool

    @property
    def handing(self) -> Sequence[str]:
        """How the person gets Client ID and Client Secret from here, in words; empty where nobody is there."""
        ...

    def show(self, *lines: Line) -> None:
        """Say something."""
        ...

    def working(self, text: str) -> AbstractContextManager[None]:
        """Something takes a moment: a spinner at a terminal, nothing in a pipe but with ``--verbose``."""
        ...

    def warn(self, text: str) -> None:
        """Say what may need a look; it is part of the result."""
        ...

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """A profile of our name exists that is not ours: take it over, or leave it and stop."""
        ...

    def which(self, profiles: Sequence[ConnectorProfile], refusal: StackOneRefusedError) -> ConnectorProfile:
        """Several profiles have appeared: which one is it? ``refusal`` where nobody can tell."""
        ...

    def confirm(self, change: Change, accounts: int | None) -> None:
        """The review, last before anything is sent. Returns if it is to be done.

        ``accounts`` are linked through the profile; None: not known, or a new profile. Raises
        ``Revised`` where the person changed something: then all is planned again.
        """
        ...

    def rejected(self, meaning: str, remedy: str) -> None:
        """The probe rejected the credentials: returns if the person goes on. ``Revised``: pasted again."""
        ...

    def new_secret(
        self,
        profile: ConnectorProfile,
        accounts: int | None,
        judge: Callable[[str], None],
    ) -> Secret:
        """All is ready: have the person make a new Client Secret in the portal, and take it.

        ``judge`` raises ValueError on what can't be it.
        """
        ...

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """The API can't do it: lead the person through the dashboard until ``look`` shows the profile."""
        ...

    def show_link(self, about: Sequence[Line], link: str, *, waits: bool) -> None:
        """Show a link for signing in, and open it; ``waits``: this run stays until it was used."""
        ...

    def waiting(self, text: str) -> AbstractContextManager[Watch]:
        """A sign-in is waited for."""
        ...

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        """StackOne has seen no sign-in: what does the browser show? None: wait on. Raises ``refusal``."""
        ...

    def new_link(self, reason: str, refusal: ActionNeededError) -> None:
        """The link ran out or was cancelled: returns if another is to be made. Raises ``refusal``."""
        ...

    def may_run_actions(self, count: int) -> bool:
        """Whether each enabled list action may be run once with the test account."""
        ...


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
