"""The person's browser and clipboard, where there are some. Whatever fails there stops nothing."""

from __future__ import annotations

import os
import shlex
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from eh_connect.deadline import DeadlineError, bounded
from eh_connect.person.clipboard import Clipboard, Loan, send_osc52, takes_osc52
from eh_connect.person.programs import find, start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from eh_connect.secret import Secret

_MOMENT = 1.5
"""Seconds in which an opener fails, if it does; a browser may run for hours."""

_OPENERS = (
    ("open",) if sys.platform == "darwin" else ("xdg-open",),
    ("gio", "open"),
)
_OPENERS_OF_WSL = (("wslview",), ("rundll32.exe", "url.dll,FileProtocolHandler"))


class Desktop:
    """What the surroundings of the terminal offer.

    Args:
        environ: tells SSH, WSL, a display, and what the person prefers (``BROWSER``).
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    @property
    def is_remote(self) -> bool:
        """Whether the person sits at another machine."""
        return any(map(self._environ.get, ("SSH_CONNECTION", "SSH_TTY")))

    @property
    def can_copy(self) -> bool:
        """Whether a way to the clipboard is known."""
        return self.can_lend or (self.is_remote and takes_osc52(self._environ))

    @property
    def can_lend(self) -> bool:
        """Whether this machine has a clipboard: the only one that a secret goes to."""
        return not self.is_remote and bool(self._clipboard.tools)

    def copy(self, text: str) -> Literal["copied", "sent"] | None:
        """Copy what is no secret; "sent" went to a terminal that never says whether it took it."""
        if self.is_remote:
            return "sent" if takes_osc52(self._environ) and send_osc52(text, self._environ) else None
        return "copied" if self._clipboard.copy(text) else None

    def lend(self, secret: Secret, seconds: float) -> Loan | None:
        """Put a secret into the clipboard for so many seconds; None where that can't be done."""
        tool = self._clipboard.copy(secret.reveal()) if self.can_lend else None
        return Loan(self._clipboard, tool, secret, seconds) if tool else None

    def open(self, url: str) -> bool:
        """Ask the system to open a page; whether it was asked. What comes of it can't be known."""
        if not url.startswith(("https://", "http://")):
            return False
        if sys.platform == "win32" and not self._environ.get("BROWSER", "").strip():
            try:
                os.startfile(url)  # noqa: S606  # the way to the default browser
            except OSError:
                return False
            return True
        return any(self._took(command) for command in self._commands(url))

    def finds_no_browser(self) -> str | None:
        """Why no page can be opened from here; None where that can be tried."""
        if sys.platform == "win32" or next(self._commands(""), None):
            return None
        if self.is_remote:
            return "this terminal is on another machine (SSH)"
        return "no browser was found" if self._has_display else "there is no graphical display here"

    @cached_property
    def _clipboard(self) -> Clipboard:
        return Clipboard(self._environ)

    @property
    def _has_display(self) -> bool:
        names = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
        return sys.platform == "darwin" or any(map(self._environ.get, names))

    def _commands(self, url: str) -> Iterator[list[str]]:
        """What is tried, in this order."""
        for entry in self._environ.get("BROWSER", "").split(os.pathsep):
            try:
                words = shlex.split(entry.strip().removesuffix("&"))
            except ValueError:  # a quote that is never closed
                continue
            if words and find(words[0], self._environ):
                given = [word.replace("%s", url) for word in words]
                yield given if given != words or "%s" in entry else [*words, url]
        if self.is_remote or not self._has_display:
            return
        for opener in (*(_OPENERS_OF_WSL if self._environ.get("WSL_DISTRO_NAME") else ()), *_OPENERS):
            if find(opener[0], self._environ):
                yield [*opener, url]

    def _took(self, command: list[str]) -> bool:
        process = start(command, self._environ)
        if process is None:
            return False
        try:
            return bounded(process.wait, _MOMENT, name=command[0]) == 0
        except DeadlineError:
            return True  # a browser that stays in the foreground, aside
