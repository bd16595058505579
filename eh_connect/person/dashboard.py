"""The dashboard way at a terminal: ONE live screen that watches StackOne's list while its keys work."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from eh_connect.errors import ActionNeededError, NetworkError
from eh_connect.lines import Line, ok, prose, unsure, warn
from eh_connect.person import words
from eh_connect.person.terminal import HELP, Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.dashboard import DashboardWork
    from eh_connect.person.desktop import Desktop, Loan
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile

LOOK_EVERY = 5.0
"""Seconds between two looks at StackOne's list."""

LOAN = 45.0
"""Seconds that a secret stays in the clipboard."""

_DOUBT_AFTER = 180.0
"""Seconds after which the right project is asked for, once."""


class DashboardScreen:
    """Waits for what is done in the dashboard; its keys open the page and hand over the credentials."""

    def __init__(self, terminal: Terminal, desktop: Desktop, work: DashboardWork) -> None:
        self._terminal = terminal
        self._desktop = desktop
        self._work = work
        self._loan: Loan | None = None

    def wait(
        self,
        text: str,
        look: Callable[[], ConnectorProfile | None],
        seconds: float,
        renew: Callable[[], None],
    ) -> ConnectorProfile:
        """Until ``look`` shows it. ActionNeededError: the time is over.

        ``renew`` gives each look its network time.
        """
        start = time.monotonic()
        has_doubted = False
        try:
            with self._terminal.watch(text, self._keys(), self._loan_line) as watching:
                while (profile := self._seen(look, renew)) is None:
                    gone = time.monotonic() - start
                    if gone >= seconds:
                        raise ActionNeededError(
                            "The profile was not seen at StackOne",
                            detail=f"This run waited {gone / 60:.0f} minutes.",
                            hint=self._work.hint,
                            next_steps=self._work.next_steps,
                        )
                    if gone >= _DOUBT_AFTER and not has_doubted:
                        has_doubted = True
                        doubt = "Not there. Is the dashboard in the same project as your API key?"
                        self._terminal.show(warn(doubt))
                    if pressed := watching(LOOK_EVERY):
                        self._act(pressed)
                return profile
        finally:
            self._end_loan()

    def _seen(
        self, look: Callable[[], ConnectorProfile | None], renew: Callable[[], None]
    ) -> ConnectorProfile | None:
        renew()
        try:
            return look()
        except NetworkError as exc:
            self._terminal.show(unsure(f"{exc.sentence} Looking again."))
            return None

    def _keys(self) -> list[Key]:
        keys = [Key("o", "open")] if self._desktop.opens else []
        if self._work.credentials is not None:
            if self._desktop.can_lend:
                keys += [Key("i", "copy ID"), Key("s", "copy secret")]
            keys.append(Key("v", "show both"))
        return [*keys, Key("", "check now"), HELP]

    def _act(self, pressed: str) -> None:
        credentials = self._work.credentials
        if pressed == "o":
            self._terminal.show(self._desktop.open(self._work.url))
        elif pressed == HELP.key:
            self._terminal.show(*words.DASHBOARD)
        elif credentials is None:
            return
        elif pressed == "i":
            self._lend("Client ID", credentials.client_id)
        elif pressed == "s":
            self._lend("Client Secret", credentials.client_secret)
        elif self._terminal.yes("Show Client ID and Client Secret on this screen?", default=False):
            both = (("Client ID", credentials.client_id), ("Client Secret", credentials.client_secret))
            self._terminal.reveal("Paste these in StackOne's dashboard", both)

    def _lend(self, name: str, secret: Secret) -> None:
        self._end_loan()
        self._loan = self._desktop.lend(secret, LOAN)
        came = ok(f"Copied: {name}", 2) if self._loan else None
        self._terminal.show(came or unsure("No clipboard could be reached. Press v to show both.", 2))

    def _loan_line(self) -> Line | None:
        """The countdown; in the end the clipboard is cleared, if it is still ours."""
        left = self._loan.seconds_left() if self._loan else 0
        if left > 0:
            return prose(f"Copied. Cleared in {left:.0f} seconds.")
        self._end_loan()
        return None

    def _end_loan(self) -> None:
        if self._loan is not None:
            self._loan.take_back()
        self._loan = None
