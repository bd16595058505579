"""The screen that waits while a person does something in StackOne's dashboard."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect import dates
from eh_connect.errors import ActionNeededError, NetworkError
from eh_connect.lines import Line, ok, prose, unsure, warn
from eh_connect.person import words
from eh_connect.person.terminal import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.dashboard import DashboardWork
    from eh_connect.person.desktop import Desktop, Loan
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.models import ConnectorProfile

_LOOK_EVERY = 5.0
"""Seconds between two looks at StackOne's list."""

_LENT_FOR = 45.0
"""Seconds that a secret stays in the clipboard."""

_DOUBT_AFTER = 180.0
"""Seconds after which the person is asked, once, whether it is the right project."""


@dataclass
class DashboardScreen:
    """Waits for the person; its keys open the page and hand over the credentials.

    Args:
        look: looks at StackOne's list; None as long as the work is not done.
        renew: gives the next look the whole network time.
    """

    terminal: Terminal
    desktop: Desktop
    work: DashboardWork
    look: Callable[[], ConnectorProfile | None]
    renew: Callable[[], None]
    _loan: Loan | None = None

    def wait(self, text: str, seconds: float) -> ConnectorProfile:
        """Wait until the work is done. Raises ActionNeededError if that takes longer than ``seconds``."""
        start = time.monotonic()
        has_doubted = False
        try:
            with self.terminal.watch(text, self._keys(), words.DASHBOARD, self._countdown) as watching:
                while (profile := self._look_once()) is None:
                    passed = time.monotonic() - start
                    if passed >= seconds:
                        raise ActionNeededError(
                            "The profile was not seen at StackOne",
                            detail=f"This run waited {dates.span(max(passed, 1))}.",
                            hint=self.work.hint,
                            next_steps=self.work.next_steps,
                        )
                    if passed >= _DOUBT_AFTER and not has_doubted:
                        has_doubted = True
                        doubt = "Not there. Is the dashboard in the same project as your API key?"
                        self.terminal.show(warn(doubt))
                    watching(_LOOK_EVERY)
                return profile
        finally:
            self._take_back()

    def _look_once(self) -> ConnectorProfile | None:
        self.renew()
        try:
            return self.look()
        except NetworkError as exc:
            self.terminal.show(unsure(f"{exc.sentence} Looking again."))
            return None

    def _keys(self) -> list[Key]:
        terminal, desktop, credentials = self.terminal, self.desktop, self.work.credentials
        keys = []
        if desktop.opens:
            keys.append(Key("o", "open", lambda: terminal.show(desktop.open(self.work.url))))
        if credentials is not None and desktop.can_lend:
            client_id, client_secret = credentials.client_id, credentials.client_secret
            keys.append(Key("i", "copy ID", lambda: self._lend("Client ID", client_id)))
            keys.append(Key("s", "copy secret", lambda: self._lend("Client Secret", client_secret)))
        if credentials is not None:
            keys.append(Key("v", "show both", lambda: self._reveal(credentials)))
        return [*keys, Key("", "check now")]

    def _reveal(self, credentials: Credentials) -> None:
        if self.terminal.yes("Show Client ID and Client Secret on this screen?", words.SHOWN, default=False):
            both = (("Client ID", credentials.client_id), ("Client Secret", credentials.client_secret))
            self.terminal.reveal("Paste these in StackOne's dashboard", both)

    def _lend(self, name: str, secret: Secret) -> None:
        self._take_back()
        self._loan = self.desktop.lend(secret, _LENT_FOR)
        copied = ok(f"Copied: {name}", 2) if self._loan else None
        self.terminal.show(copied or unsure("No clipboard could be reached. Press v to show both.", 2))

    def _countdown(self) -> Line | None:
        left = self._loan.seconds_left() if self._loan else 0
        return prose(f"Copied. Cleared in {left:.0f} seconds.") if left else None

    def _take_back(self) -> None:
        if self._loan:
            self._loan.take_back()
