"""The person's browser and clipboard, where there are some."""

from __future__ import annotations

import base64
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Desktop:
    """What the surroundings of the terminal offer.

    Args:
        environ: the environment, which tells SSH, a display and WSL.
        browser: False for ``--no-browser``.
        write: writes to the terminal, for the clipboard of a terminal far away (OSC 52).
    """

    def __init__(self, environ: Mapping[str, str], *, browser: bool, write: Callable[[str], object]) -> None:
        self._environ = environ
        self._browser = browser
        self._write = write

    @property
    def is_remote(self) -> bool:
        """Whether the person sits at another machine."""
        return any(self._environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY"))

    def no_browser(self) -> str | None:
        """Why no browser can be opened here; None where one can be tried."""
        if not self._browser:
            return "--no-browser was given"
        if self.is_remote:
            return "this terminal is on another machine (SSH)"
        if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
            return "this terminal is in a container"
        if "microsoft" in _kernel():
            return "this is WSL: open it in the browser of Windows"
        if sys.platform not in {"win32", "darwin"} and not (
            self._environ.get("DISPLAY") or self._environ.get("WAYLAND_DISPLAY")
        ):
            return "there is no graphical display here"
        return None

    def finds_no_browser(self) -> str | None:
        """The same, after a look for one."""
        why_not = self.no_browser()
        if why_not is None:
            import webbrowser

            try:
                webbrowser.get()
            except webbrowser.Error:
                return "no browser was found"
        return why_not

    def open(self, url: str) -> str | None:
        """Open a page; None if a browser was started, else why not."""
        why_not = self.no_browser()
        if why_not is not None:
            return why_not
        import webbrowser

        try:
            return None if webbrowser.open(url) else "no browser was found"
        except webbrowser.Error:
            return "no browser was found"

    def can_copy(self) -> bool:
        """Whether there is a clipboard for a value that is not secret."""
        return self.is_remote or self.has_clipboard()

    def copy(self, text: str) -> bool:
        """Copy a value that is not secret: over SSH by OSC 52, which not every terminal obeys."""
        if self.is_remote:
            self._write(f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\a")
            return True
        return _copy(text)

    def has_clipboard(self) -> bool:
        """Whether this machine has a clipboard: the only one that a secret may go to."""
        if self.is_remote:
            return False
        import pyperclip

        copy, _ = pyperclip.determine_clipboard()  # is_available() says no until the first use
        return bool(copy)

    def lend(self, text: str, seconds: float) -> Lent | None:
        """Put a secret into the local clipboard for so many seconds; None where there is none."""
        if not self.has_clipboard():
            return None
        before = _paste() or ""
        return Lent(text, before, seconds) if _copy(text) else None


class Lent:
    """A secret in the clipboard. What was there before comes back, unless it was replaced since."""

    def __init__(self, text: str, before: str, seconds: float) -> None:
        self._text = text
        self._before = before
        self._timer = threading.Timer(seconds, self._restore)
        self._timer.daemon = True
        self._timer.start()

    def take_back(self) -> None:
        """Restore the clipboard now."""
        self._timer.cancel()
        self._restore()

    def _restore(self) -> None:
        if _paste() == self._text:
            _copy(self._before)


def _copy(text: str) -> bool:
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError):
        return False
    return True


def _paste() -> str | None:
    import pyperclip

    try:
        return str(pyperclip.paste())
    except (pyperclip.PyperclipException, OSError):
        return None


def _kernel() -> str:
    try:
        return Path("/proc/version").read_text(encoding="utf-8", errors="replace").lower()
    except OSError:
        return ""
