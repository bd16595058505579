"""Whom a flow asks: a person at a terminal (``person.attended``), or nobody."""
# ruff: noqa: ARG002  # what helps a person to answer: where nobody is there, nobody reads it

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from eh_connect.errors import ActionNeededError, InputError, RejectedError
from eh_connect.flows.find import name_is_taken
from eh_connect.inputs import CLIENT_SECRET
from eh_connect.lines import exact, prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.change import Change
    from eh_connect.errors import StackOneRefusedError
    from eh_connect.flows.causes import Cause
    from eh_connect.flows.dashboard import DashboardWork
    from eh_connect.lines import Line
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile

    Watch = Callable[[float], Literal["look", "error"] | None]
    """Wait for so many seconds; what the person pressed, if anything."""


class Revised(Exception):  # noqa: N818  # no error: the way back to planning
    """The person changed an answer at the review."""


@dataclass
class Console:
    """Nobody is there: each question is an error that names the way out. Who asks a person overrides them.

    Questions raise StoppedError (130) where the person stops, and KeyboardInterrupt and EOFError as they come.

    Args:
        show: writes lines.
        warn: does so too, and keeps the text for the result.
        verbose: also say what is being done.
    """

    show: Callable[..., None]
    warn: Callable[[str], None]
    verbose: bool = False

    attended = False

    @property
    def handing(self) -> Sequence[str]:
        """How the person gets Client ID and Client Secret from here, in words."""
        return ()

    def working(self, text: str) -> AbstractContextManager[None]:
        """Something takes a moment: a spinner at a terminal, a line with ``--verbose``."""
        if self.verbose:
            self.show(prose(text))
        return nullcontext()

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """A profile of our name exists that is not ours: take it over, or leave it and stop."""
        raise name_is_taken(profile)

    def which(self, profiles: Sequence[ConnectorProfile], refusal: StackOneRefusedError) -> ConnectorProfile:
        """Several profiles have appeared: which one is it? ``refusal`` where nobody can tell."""
        raise refusal

    def confirm(self, change: Change, accounts: int | None) -> None:
        """The review, last before anything is sent. Returns if it is to be done.

        ``accounts`` are linked through the profile; None: not known, or a new profile. Raises
        ``Revised`` where the person changed something: then all is planned again.
        """

    def rejected(self, meaning: str, remedy: str) -> None:
        """The probe rejected the credentials: returns if the person goes on. ``Revised``: pasted again."""
        raise RejectedError(
            "Employment Hero doesn't accept these credentials",
            detail=meaning,
            hint=f"{remedy} The check may be wrong: --no-check leaves it out.",
        )

    def new_secret(
        self, profile: ConnectorProfile, accounts: int | None, judge: Callable[[str], None]
    ) -> Secret:
        """All is ready: have the person make a new Client Secret in the portal, and take it.

        ``judge`` raises ValueError on what can't be it.
        """
        raise InputError(
            "The new Client Secret is missing",
            missing=(CLIENT_SECRET.problem(),),
            hint="Create it in the Developer Portal, and give it. At a terminal, eh-connect rotate asks for it.",
        )

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """The API can't do it: lead the person through the dashboard until ``look`` shows the profile."""
        raise ActionNeededError(
            work.title, detail=as_text(work.steps), hint=work.hint, next_steps=work.next_steps
        )

    def show_link(self, about: Sequence[Line], link: str, *, waits: bool) -> None:
        """Show a link for signing in, where this run ``waits`` until it was used: else the result says it."""
        if waits:
            self.show(*about, exact(link))

    @contextmanager
    def waiting(self, text: str) -> Iterator[Watch]:
        """A sign-in is waited for."""
        if self.verbose:
            self.show(prose(text))
        yield time.sleep  # nobody presses a key: the pause between two looks is just that

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        """StackOne has seen no sign-in: what does the browser show? None: wait on. Raises ``refusal``."""
        raise refusal

    def new_link(self, refusal: ActionNeededError) -> None:
        """The link ran out or was cancelled: returns if another is to be made. Raises ``refusal``."""
        raise refusal

    def may_run_actions(self, count: int) -> bool:
        """Whether each enabled list action may be run once with the test account: ``--actions`` says so."""
        return False


def as_text(lines: Sequence[Line]) -> str:
    """Lines as plain text, for an error."""
    return "\n".join(" ".join(part for part in (line.head, line.text) if part) for line in lines).strip()
