"""Nobody is there to be asked: each question is an error that names the way out."""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from eh_connect.errors import ActionNeededError, InputError, RejectedError
from eh_connect.flows.find import taken
from eh_connect.inputs import CLIENT_SECRET
from eh_connect.lines import exact, prose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import NoReturn

    from eh_connect.change import Change
    from eh_connect.errors import StackOneRefusedError
    from eh_connect.flows.parts import Cause, DashboardWork, Watch
    from eh_connect.lines import Line
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile


class Unattended:
    """``flows.parts.Console`` without a person.

    Args:
        show: writes lines to standard error.
        warn: does so too, and keeps the text for the result.
        verbose: also say what is being done.
        pause: sleeps for seconds.
    """

    attended = False
    handing = ()

    def __init__(
        self,
        *,
        show: Callable[..., None],
        warn: Callable[[str], None],
        verbose: bool = False,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._show = show
        self._warn = warn
        self._verbose = verbose
        self._pause = pause

    def show(self, *lines: Line) -> None:
        """On standard error."""
        self._show(*lines)

    def working(self, text: str) -> AbstractContextManager[None]:
        """Said with ``--verbose`` only: a log wants no spinner."""
        if self._verbose:
            self._show(prose(text))
        return nullcontext()

    def warn(self, text: str) -> None:
        """On standard error, and in the result."""
        self._warn(text)

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """Refused: whose profile it is can't be seen from here."""
        raise taken(profile)

    def which(self, profiles: Sequence[ConnectorProfile], refusal: StackOneRefusedError) -> ConnectorProfile:  # noqa: ARG002  # the refusal names them
        """Refused, with a command for each."""
        raise refusal

    def confirm(self, change: Change, accounts: int | None) -> None:
        """Whoever runs it unattended has decided."""

    def rejected(self, meaning: str, remedy: str) -> None:
        """Refused: nothing was written."""
        raise RejectedError(
            "Employment Hero doesn't accept these credentials",
            detail=meaning,
            hint=f"{remedy} The check may be wrong: --no-check leaves it out.",
        )

    def new_secret(
        self,
        profile: ConnectorProfile,  # noqa: ARG002  # nobody is there to look at it
        accounts: int | None,  # noqa: ARG002  # likewise
        judge: Callable[[str], None],  # noqa: ARG002  # likewise
    ) -> Secret:
        """Refused: it has to be given."""
        raise InputError(
            "The new Client Secret is missing",
            missing=(CLIENT_SECRET.problem(),),
            hint="Create it in the Developer Portal, and give it. At a terminal, eh-connect rotate asks for it.",
        )

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> NoReturn:  # noqa: ARG002  # nobody is waited for
        """Refused, with the steps and the command to run afterwards."""
        raise ActionNeededError(
            work.title, detail=as_text(work.steps), hint=work.hint, next_steps=work.next_steps
        )

    def show_link(self, about: Sequence[Line], link: str, *, waits: bool) -> None:
        """Said where this run waits; else the result says it."""
        if waits:
            self._show(*about, exact(link))

    @contextmanager
    def waiting(self, text: str) -> Iterator[Watch]:
        """Nobody presses a key."""
        if self._verbose:
            self._show(prose(text))
        yield self._watch

    def _watch(self, so_far: float, seconds: float) -> Literal["look", "error"] | None:  # noqa: ARG002  # nobody looks on
        self._pause(seconds)
        return None

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:  # noqa: ARG002  # nobody sees the browser
        """Refused."""
        raise refusal

    def new_link(self, reason: str, refusal: ActionNeededError) -> None:  # noqa: ARG002  # the refusal says it
        """Refused: nobody is there to use another."""
        raise refusal

    def may_run_actions(self, count: int) -> bool:  # noqa: ARG002  # however many
        """Not unasked: ``--actions`` asks for it."""
        return False


def as_text(lines: Sequence[Line]) -> str:
    """Lines as plain text, for an error."""
    return "\n".join(" ".join(part for part in (line.head, line.text) if part) for line in lines).strip()
