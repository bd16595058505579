"""The questions that a flow asks, where no person is there to answer; ``person.attended`` asks a person."""
# ruff: noqa: ARG002  # the arguments help a person to answer

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn

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
    from eh_connect.values import Input

    Watch = Callable[[float], Literal["look", "error"] | None]
    """Waits for so many seconds, and returns what the person pressed, if anything."""


class Revised(Exception):  # noqa: N818  # no error: the write starts again with the new answer
    """The person changed an answer at the review."""


@dataclass
class Console:
    """Where no person is there, each question raises an error that says how to answer by flag or variable.

    A subclass asks a person instead. It may also raise StoppedError, KeyboardInterrupt or EOFError: the person
    stopped.

    Args:
        show: writes lines.
        warn: writes a warning, and keeps its text for the result.
        verbose: also write what is being done.
    """

    show: Callable[..., None]
    warn: Callable[[str], None]
    verbose: bool = False

    attended = False

    @property
    def handing(self) -> Sequence[str]:
        """How the person gets Client ID and Client Secret, in words for the steps; empty: by themselves."""
        return ()

    def working(self, text: str) -> AbstractContextManager[None]:
        """Show what is being done inside the block: by a spinner at a terminal, by a line with ``--verbose``."""
        if self.verbose:
            self.show(prose(text))
        return nullcontext()

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """Ask whether to take over a profile of the wanted name (``update``), or to leave it (``skip``)."""
        raise name_is_taken(profile)

    def ask_again(self, refusal: InputError, wanted: Input[Any]) -> NoReturn:
        """Ask again for a value that turned out to be wrong, then raise Revised.

        ``refusal`` is raised instead where no person is there, and for a flag or variable.
        """
        raise refusal

    def which(self, profiles: Sequence[ConnectorProfile], refusal: StackOneRefusedError) -> ConnectorProfile:
        """Ask which of several new profiles it is. Where no person is there, ``refusal`` is raised."""
        raise refusal

    def confirm(self, change: Change, accounts: int | None) -> None:
        """Show the review, last before anything is sent. Returns if the change is to be made.

        ``accounts`` is how many are linked through the profile; None: not known, or a new profile. Revised:
        the person changed an answer.
        """

    def rejected(self, meaning: str, remedy: str) -> None:
        """Say that the check rejected the credentials. Returns if the person goes on. Revised: new ones."""
        raise RejectedError(
            "Employment Hero doesn't accept these credentials",
            detail=meaning,
            hint=f"{remedy} The check may be wrong: --no-check leaves it out.",
        )

    def new_secret(
        self, profile: ConnectorProfile, accounts: int | None, judge: Callable[[str], None]
    ) -> Secret:
        """Have the person make a new Client Secret in the portal, and return it.

        ``judge`` raises ValueError for a text that can't be the new secret.
        """
        raise InputError(
            "The new Client Secret is missing",
            missing=(CLIENT_SECRET.problem(),),
            hint="Create it in the Developer Portal, and give it. At a terminal, eh-connect rotate asks for it.",
        )

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """Lead the person through the dashboard until ``look`` returns the profile; return it."""
        raise ActionNeededError(
            work.title, detail=as_text(work.steps), hint=work.hint, next_steps=work.next_steps
        )

    @contextmanager
    def waiting(self, about: Sequence[Line], link: str) -> Iterator[Watch]:
        """Show the link for a sign-in, and wait for the sign-in inside the block."""
        self.show(*about, exact(link), prose("Waiting for the sign-in"))
        yield time.sleep  # nobody presses a key, so this only waits

    def what_shows(self, refusal: ActionNeededError) -> Cause | None:
        """Ask what the browser shows, as StackOne has seen no sign-in. None: the person wants to wait on."""
        raise refusal

    def new_link(self, refusal: ActionNeededError) -> None:
        """Ask whether to make a new link after one that ran out or was cancelled. Returns for a yes."""
        raise refusal

    def may_run_actions(self, count: int) -> bool:
        """Ask whether to run each of ``count`` list actions once with the test account."""
        return False


def as_text(lines: Sequence[Line]) -> str:
    """Return lines as plain text, for an error."""
    return "\n".join(" ".join(part for part in (line.head, line.text) if part) for line in lines).strip()
