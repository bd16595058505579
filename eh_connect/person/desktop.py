"""The person's browser and clipboard, if there are any. A failure there stops nothing.

The programs that are started don't get our terminal, our output or our secrets, and have little time.
"""

from __future__ import annotations

import base64
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import cached_property
from threading import Lock, Timer
from typing import TYPE_CHECKING

from eh_connect.deadline import DeadlineError, bounded
from eh_connect.lines import Line, ok, unsure, warn
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from eh_connect.secret import Secret

_ANSWERS_IN = 3.0
"""Seconds that a clipboard program may take. PowerShell needs one or two to start."""

_FAILS_IN = 1.5
"""Seconds after which a browser counts as asked. It may run for hours."""

_MOST_READ = 1_000_000
"""Bytes that are read from the clipboard."""

_MOST_SENT = 50_000
"""Bytes of a sequence that is sent to the terminal. Terminals drop longer ones."""

_PREFIXES = ("EH_CONNECT_", "STACKONE_")
"""The beginnings of the names of our variables, which may hold secrets."""

_OPENERS = ("open" if sys.platform == "darwin" else "xdg-open", "gio open")
_OPENERS_OF_WSL = ("wslview", "rundll32.exe url.dll,FileProtocolHandler")
_UTF8_OUT = "'[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-Clipboard -Raw'"


class Tool(Record, frozen=True):
    """The programs of a clipboard: one to copy, one to paste. ``needs`` is a variable that must be set."""

    copy: str
    paste: str
    clear: str = ""
    needs: str = ""
    encoding: str = "utf-8"


_TOOLS = (
    Tool("pbcopy", "pbpaste"),
    Tool(
        "clip.exe",
        f"powershell.exe -NoProfile -NonInteractive -Command {_UTF8_OUT}",
        encoding="utf-16-le",  # it reads anything else in the console's code page
    ),
    Tool("wl-copy", "wl-paste --no-newline", "wl-copy --clear", "WAYLAND_DISPLAY"),
    Tool("xclip -selection clipboard -in", "xclip -selection clipboard -out", needs="DISPLAY"),
    Tool("xsel --clipboard --input", "xsel --clipboard --output", "xsel --clipboard --clear", "DISPLAY"),
)


class Desktop:
    """Opens pages and copies texts, as far as the surroundings in ``environ`` allow.

    ``opens`` is False if the person wants no page to be opened.
    """

    def __init__(self, environ: Mapping[str, str], *, opens: bool = True) -> None:
        self._environ = environ
        self.opens = opens

    @property
    def is_remote(self) -> bool:
        """Whether the person works from another machine, through SSH."""
        return any(map(self._environ.get, ("SSH_CONNECTION", "SSH_TTY")))

    @property
    def can_copy(self) -> bool:
        """Whether a way to the clipboard is known."""
        return self.can_lend or self._takes_osc52

    @property
    def can_lend(self) -> bool:
        """Whether this machine has a clipboard. A secret is copied to no other."""
        return not self.is_remote and bool(self._tools)

    def copy(self, name: str, text: str) -> Line:
        """Copy a text that is no secret. Returns a line that says what happened."""
        if self.can_lend and self._put(text):
            return ok(f"Copied: {name}", indent=2)
        if self._takes_osc52 and self._send_osc52(text):
            return warn(
                f"Sent to your terminal's clipboard: {name}. If pasting brings nothing, copy it by hand.", 2
            )
        return unsure("No clipboard could be reached. Copy it by hand.", indent=2)

    def lend(self, secret: Secret, seconds: float) -> Loan | None:
        """Put a secret into the clipboard for so many seconds. Returns None if that fails."""
        tool = self._put(secret.reveal()) if self.can_lend else None
        return Loan(self, tool, secret, seconds) if tool else None

    def holds(self, text: str, tool: Tool) -> bool:
        """Whether the clipboard holds this text; False if it can't be read."""
        said = self._run(shlex.split(tool.paste), reads=True)
        return said is not None and said.rstrip(b"\r\n") == text.encode()

    def clear(self, tool: Tool) -> None:
        """Empty the clipboard."""
        self._run(shlex.split(tool.clear or tool.copy))

    def open(self, url: str) -> Line:
        """Ask a browser to open a page. Returns a line that says whether one was asked; the rest isn't known."""
        if self.opens and url.startswith(("https://", "http://")) and self._ask_browser(url):
            return ok("Asked your browser to open it", indent=2)
        return unsure("No browser could be asked. Open the address by hand.", indent=2)

    def why_no_browser(self) -> str | None:
        """Why no browser can be asked; None if one can."""
        if sys.platform == "win32" or next(self._openers(""), None):
            return None
        if self.is_remote:
            return "this terminal is on another machine (SSH)"
        return "no browser was found" if self._has_display else "there is no graphical display here"

    @cached_property
    def _tools(self) -> list[Tool]:
        found = [tool for tool in _TOOLS if self._is_installed(tool.copy.split()[0])]
        return [tool for tool in found if not tool.needs or self._environ.get(tool.needs)]

    @property
    def _takes_osc52(self) -> bool:
        """Whether a terminal on another machine may copy for us (OSC 52). Terminals don't say whether they do."""
        known = self._environ.get("TERM", "") not in {"", "dumb", "linux"}
        return self.is_remote and known and _to_terminal(b"")

    @property
    def _has_display(self) -> bool:
        names = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")
        return sys.platform == "darwin" or any(map(self._environ.get, names))

    def _put(self, text: str) -> Tool | None:
        """Put a text into the clipboard. Returns the program that took it; None if there is none."""
        for tool in self._tools:
            if self._run(shlex.split(tool.copy), text.encode(tool.encoding)) is not None:
                return tool
        return None

    def _send_osc52(self, text: str) -> bool:
        sequence = b"\x1b]52;c;" + base64.b64encode(text.encode()) + b"\a"
        if self._environ.get("STY"):
            sequence = b"\x1bP" + sequence + b"\x1b\\"  # GNU screen passes on what is wrapped like this
        return len(sequence) <= _MOST_SENT and _to_terminal(sequence)

    def _ask_browser(self, url: str) -> bool:
        if sys.platform == "win32" and not self._environ.get("BROWSER", "").strip():
            try:
                os.startfile(url)  # noqa: S606  # this is how Windows opens the default browser
            except OSError:
                return False
            return True
        return any(self._run(command, stays=True) is not None for command in self._openers(url))

    def _openers(self, url: str) -> Iterator[list[str]]:
        """The commands that may open a page, the preferred ones first."""
        for entry in self._environ.get("BROWSER", "").split(os.pathsep):
            try:
                words = shlex.split(entry.strip().removesuffix("&"))
            except ValueError:  # a quotation mark is missing
                continue
            if words and self._is_installed(words[0]):
                given = [word.replace("%s", url) for word in words]
                yield given if given != words else [*words, url]
        if self.is_remote or not self._has_display:
            return
        for opener in (*(_OPENERS_OF_WSL if self._environ.get("WSL_DISTRO_NAME") else ()), *_OPENERS):
            if self._is_installed(opener.split()[0]):
                yield [*opener.split(), url]

    def _is_installed(self, program: str) -> bool:
        return shutil.which(program, path=self._environ.get("PATH", os.defpath)) is not None

    def _run(
        self, command: Sequence[str], given: bytes = b"", *, reads: bool = False, stays: bool = False
    ) -> bytes | None:
        """Run a program with ``given`` as its input. Returns its output; None if it fails or takes too long.

        A program that ``stays`` may take longer: it is left running.
        """
        env = {name: value for name, value in self._environ.items() if not name.startswith(_PREFIXES)}
        try:
            process = subprocess.Popen(  # noqa: S603  # no shell; what is run is listed in our tables, or in BROWSER
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if reads else subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                env=env,
            )
        except (OSError, ValueError):  # ValueError: a NUL character
            return None

        def talk() -> bytes | None:
            with process:
                if process.stdin:
                    with suppress(OSError):  # it closed its input
                        process.stdin.write(given)
                        process.stdin.close()
                said = process.stdout.read(_MOST_READ + 1) if process.stdout else b""
                return said if len(said) <= _MOST_READ and process.wait() == 0 else None

        try:
            return bounded(talk, _FAILS_IN if stays else _ANSWERS_IN, name=command[0])
        except DeadlineError:
            return b"" if stays else None
        except OSError:
            return None
        finally:
            if not stays and process.poll() is None:
                with suppress(OSError):  # it has ended meanwhile
                    if sys.platform == "win32":
                        process.kill()
                    else:
                        os.killpg(process.pid, signal.SIGKILL)


class Loan:
    """A secret in the clipboard, which is taken back after a while."""

    def __init__(self, desktop: Desktop, tool: Tool, secret: Secret, seconds: float) -> None:
        self._desktop = desktop
        self._tool = tool
        self._secret = secret
        self._lock = Lock()
        self._end = time.monotonic() + seconds
        self._timer = Timer(seconds, self.take_back)
        self._timer.daemon = True
        self._timer.start()

    def seconds_left(self) -> float:
        """The seconds until the secret is taken back; 0 afterwards."""
        return max(self._end - time.monotonic(), 0.0)

    def take_back(self) -> None:
        """Empty the clipboard, if it still holds the secret."""
        self._timer.cancel()
        with self._lock:
            if self._end and self._desktop.holds(self._secret.reveal(), self._tool):
                self._desktop.clear(self._tool)
            self._end = 0.0


def _to_terminal(sequence: bytes) -> bool:
    """Write to the terminal that the process was started from. Returns whether that worked."""
    try:
        terminal = os.open("/dev/tty", os.O_WRONLY)
    except OSError:
        return False
    try:
        return os.write(terminal, sequence) == len(sequence)
    except OSError:
        return False
    finally:
        os.close(terminal)
