"""What a flow can say and ask. Not asking is another implementation, not an ``if``."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol

from eh_connect.errors import ActionNeededError, InputError, RejectedError, StackOneRefusedError
from eh_connect.inputs import CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.by_hand import ByHand
    from eh_connect.change import Change
    from eh_connect.secret import Secret
    from eh_connect.sign_in import Cause
    from eh_connect.stackone.models import ConnectorProfile

    Wait = Callable[[float, float], bool]
    """Wait for so many seconds, so many after the start; True: the person pressed a key."""


class Console(Protocol):
    """The person, if there is one."""

    def progress(self, text: str) -> None:
        """Say what is going on."""
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

    def confirm(self, change: Change) -> None:
        """Last look before anything is sent; returns if it is to be done."""
        ...

    def rejected(self, explanation: str, remedy: str) -> None:
        """The probe rejected the pair: returns if the person goes on all the same."""
        ...

    def new_secret(
        self, portal: str | None, judge: Callable[[str], None], doubt: Callable[[Secret], str | None]
    ) -> Secret:
        """All is ready: have the person make a new Client Secret in the portal, and take it.

        ``portal``: its address, if known. ``judge`` raises ValueError on what can't be it; ``doubt`` says
        what speaks against it, which the person may overrule.
        """
        ...

    def do_by_hand(self, work: ByHand, done: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """The API can't do it: lead the person through the dashboard until ``done`` shows the profile."""
        ...

    def show_link(self, about: str, link: str, *, waits: bool) -> None:
        """Show and open a link for signing in; ``waits``: this run stays until somebody has."""
        ...

    def waiting(self) -> AbstractContextManager[Wait]:
        """Somebody is waited for."""
        ...

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        """StackOne has seen no sign-in: what does the browser show? None: wait on. Raises ``refusal``."""
        ...

    def may_delete_account(self, account: str) -> bool:
        """Whether the test account that a sign-in has made may be deleted again."""
        ...


class Unattended:
    """Nobody is there: each question is an error that names the way out."""

    def __init__(
        self,
        *,
        say: Callable[[str], None],
        warn: Callable[[str], None],
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        self._say = say
        self._warn = warn
        self._pause = pause

    def progress(self, text: str) -> None:
        """Said on standard error."""
        self._say(text)

    def warn(self, text: str) -> None:
        """Said on standard error, and kept for the result."""
        self._warn(text)

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """Refused: whose profile it is can't be seen from here."""
        raise taken(profile)

    def which(
        self,
        profiles: Sequence[ConnectorProfile],  # noqa: ARG002  # they are named in the refusal
        refusal: StackOneRefusedError,
    ) -> ConnectorProfile:
        """Refused, with a command for each."""
        raise refusal

    def confirm(self, change: Change) -> None:
        """Whoever runs it unattended has decided."""

    def rejected(self, explanation: str, remedy: str) -> None:
        """Refused: nothing was written."""
        raise RejectedError(
            "Employment Hero rejected the Client ID and Secret.",
            detail=explanation,
            hint=f"{remedy} The check is advice, not proof: --no-check leaves it out.",
        )

    def new_secret(
        self,
        portal: str | None,  # noqa: ARG002  # nobody is there to go to it
        judge: Callable[[str], None],  # noqa: ARG002  # likewise
        doubt: Callable[[Secret], str | None],  # noqa: ARG002  # likewise
    ) -> Secret:
        """Refused: it has to be given."""
        raise InputError("The new Client Secret is missing.", missing=(CLIENT_SECRET.problem(),))

    def do_by_hand(
        self,
        work: ByHand,
        done: Callable[[], ConnectorProfile | None],  # noqa: ARG002  # nobody is there to wait for
    ) -> ConnectorProfile:
        """Refused, with the steps and the command to run afterwards."""
        raise ActionNeededError(
            work.title,
            detail=work.as_text(),
            hint=work.hint,
            next_steps=work.next_steps,
        )

    def show_link(self, about: str, link: str, *, waits: bool) -> None:
        """Said where it can't wait for the result, which has it too."""
        if waits:
            self._say(f"{about}\n{link}")

    @contextmanager
    def waiting(self) -> Iterator[Wait]:
        """Nobody presses a key."""
        yield self._wait

    def _wait(self, so_far: float, seconds: float) -> bool:  # noqa: ARG002  # nobody looks on
        self._pause(seconds)
        return False

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:  # noqa: ARG002  # nobody looks at the browser
        """Refused."""
        raise refusal

    def may_delete_account(self, account: str) -> bool:
        """Nothing is deleted unasked."""
        self._warn(
            f"The test account {account} stays at StackOne: delete it there, or call DELETE /accounts/ID."
        )
        return False


def taken(profile: ConnectorProfile) -> StackOneRefusedError:
    """The refusal to touch a profile of our name unasked."""
    return StackOneRefusedError(
        f"StackOne has a profile named “{profile.name}” already.",
        detail=f"Its ID is {profile.id}. It was not made from here, so it is not touched unasked.",
        hint="Take it over with --if-exists update, leave it with --if-exists skip, "
        "or choose another name with --name.",
    )
