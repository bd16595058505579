"""The dashboard way at a terminal: ONE live screen that watches StackOne's list while its keys work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from eh_connect.errors import ActionNeededError, NetworkError
from eh_connect.lines import BLANK, Line, ok, prose, title, unsure, warn
from eh_connect.person import words
from eh_connect.person.terminal import HELP, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.parts import DashboardWork
    from eh_connect.person.clipboard import Loan
    from eh_connect.person.desk import Desk
    from eh_connect.person.terminal import Watching
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile

LOOK_EVERY = 5.0
"""Seconds between two looks at StackOne's list."""

LOAN = 45.0
"""Seconds that a secret stays in the clipboard."""

_DOUBT_AFTER = 180.0
"""Seconds after which the right project is asked for, once."""


class DashboardScreen:
    """Shows the steps, then waits."""

    def __init__(self, desk: Desk, region: str, *, is_setup: bool) -> None:
        self._desk = desk
        self._terminal = desk.terminal
        self._region = region
        self._is_setup = is_setup
        self._loan: Loan | None = None

    def run(
        self,
        work: DashboardWork,
        look: Callable[[], ConnectorProfile | None],
        *,
        wait: float,
        renew: Callable[[], None],
    ) -> ConnectorProfile:
        """Until ``look`` shows it. ActionNeededError: ``wait`` seconds are over."""
        if self._is_setup:
            self._terminal.show(words.step(words.STEPS, work.title))
        else:
            self._terminal.show(BLANK, title(work.title), BLANK)
        project = f" (region {self._region})" if self._region else ""
        self._terminal.show(
            prose(
                f"{work.why} You do it on StackOne's page, in the project of your API key{project}. This "
                "screen notices when you are done."
            ),
            *work.steps,
        )
        waits_for = "Waiting for the new profile" if self._is_setup else "Waiting for the change"
        try:
            with self._terminal.watch(waits_for, self._keys(work), self._loan_line) as watching:
                profile = self._watch(work, look, wait, renew, watching)
        finally:
            if self._loan is not None:
                self._loan.take_back()
        self._terminal.show(
            ok(f'Found "{profile.name}". The sign-in test shows whether the right values were pasted.')
        )
        return profile

    def _watch(
        self,
        work: DashboardWork,
        look: Callable[[], ConnectorProfile | None],
        wait: float,
        renew: Callable[[], None],
        watching: Watching,
    ) -> ConnectorProfile:
        start = time.monotonic()
        has_doubted = False
        while True:
            gone = time.monotonic() - start
            renew()
            try:
                profile = look()
            except NetworkError as exc:
                self._terminal.show(unsure(f"{exc.sentence} Looking again."))
                profile = None
            if profile is not None:
                return profile
            if gone >= wait:
                raise ActionNeededError(
                    "The profile was not seen at StackOne",
                    detail=f"This run waited {gone / 60:.0f} minutes.",
                    hint=work.hint,
                    next_steps=work.next_steps,
                )
            if gone >= _DOUBT_AFTER and not has_doubted:
                has_doubted = True
                self._terminal.show(warn("Not there. Is the dashboard in the same project as your API key?"))
            if pressed := watching(LOOK_EVERY):
                self._act(pressed, work)

    def _keys(self, work: DashboardWork) -> list[Key]:
        keys = [Key("o", "open")] if self._desk.opens else []
        if work.credentials is not None:
            if self._desk.desktop.can_lend:
                keys += [Key("i", "copy ID"), Key("s", "copy secret")]
            keys.append(Key("v", "show both"))
        return [*keys, Key("", "check now"), HELP]

    def _act(self, pressed: str, work: DashboardWork) -> None:
        credentials = work.credentials
        if pressed == "o":
            self._terminal.show(self._desk.open(work.url))
        elif pressed == HELP.key:
            self._terminal.show(*words.DASHBOARD)
        elif credentials is None:
            return
        elif pressed == "i":
            self._terminal.show(self._lend("Client ID", credentials.client_id))
        elif pressed == "s":
            self._terminal.show(self._lend("Client Secret", credentials.client_secret))
        elif self._terminal.yes("Show Client ID and Client Secret on this screen?", default=False):
            both = (("Client ID", credentials.client_id), ("Client Secret", credentials.client_secret))
            self._terminal.reveal("Paste these in StackOne's dashboard", both)

    def _lend(self, name: str, secret: Secret) -> Line:
        if self._loan is not None:
            self._loan.take_back()
        self._loan = self._desk.desktop.lend(secret, LOAN)
        if self._loan is None:
            return unsure("No clipboard could be reached. Press v to show both.", indent=2)
        return ok(f"Copied: {name}", indent=2)

    def _loan_line(self) -> Line | None:
        """The countdown; in the end the clipboard is cleared, if it is still ours."""
        if self._loan is None:
            return None
        left = self._loan.seconds_left()
        if left > 0:
            return prose(f"Copied. Cleared in {left:.0f} seconds.")
        self._loan.take_back()
        self._loan = None
        return None
