"""The clipboard: programs that read standard input, and terminals far away that take OSC 52."""

from __future__ import annotations

import base64
import os
import time
from dataclasses import dataclass
from threading import Lock, Timer
from typing import TYPE_CHECKING

from eh_connect.person.programs import find, run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eh_connect.secret import Secret

_MOST_SENT = 50_000
"""Characters; terminals drop longer sequences."""

_UTF8_OUT = "[Console]::OutputEncoding=[Text.Encoding]::UTF8; Get-Clipboard -Raw"


@dataclass(frozen=True)
class Tool:
    """A clipboard program, and its twin that reads; ``needs`` are variables of which one must be set."""

    copy: Sequence[str]
    paste: Sequence[str]
    clear: Sequence[str] = ()
    needs: Sequence[str] = ()
    encoding: str = "utf-8"


_TOOLS = (
    Tool(("pbcopy",), ("pbpaste",)),
    Tool(
        ("clip.exe",),
        ("powershell.exe", "-NoProfile", "-NonInteractive", "-Command", _UTF8_OUT),
        encoding="utf-16-le",  # clip.exe takes the rest for the code page of a console
    ),
    Tool(("wl-copy",), ("wl-paste", "--no-newline"), ("wl-copy", "--clear"), ("WAYLAND_DISPLAY",)),
    Tool(
        ("xclip", "-selection", "clipboard", "-in"),
        ("xclip", "-selection", "clipboard", "-out"),
        needs=("DISPLAY",),
    ),
    Tool(
        ("xsel", "--clipboard", "--input"),
        ("xsel", "--clipboard", "--output"),
        ("xsel", "--clipboard", "--clear"),
        ("DISPLAY",),
    ),
)


class Clipboard:
    """The first program that is there and does it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.tools = [
            tool
            for tool in _TOOLS
            if find(tool.copy[0], environ) and (not tool.needs or any(map(environ.get, tool.needs)))
        ]

    def copy(self, text: str) -> Tool | None:
        """What took the text; None where nothing did."""
        done = (t for t in self.tools if run(t.copy, self._environ, text.encode(t.encoding)) is not None)
        return next(done, None)

    def holds(self, text: str, tool: Tool) -> bool:
        """Whether the text is in there; what can't be read or decoded is not it."""
        said = run(tool.paste, self._environ, reads=True)
        return said is not None and said.rstrip(b"\r\n") == text.encode()

    def clear(self, tool: Tool) -> None:
        """Leave nothing in there."""
        run(tool.clear or tool.copy, self._environ)


class Loan:
    """A secret in the clipboard, for a while."""

    def __init__(self, clipboard: Clipboard, tool: Tool, secret: Secret, seconds: float) -> None:
        self._clipboard = clipboard
        self._tool = tool
        self._secret: Secret | None = secret
        self._lock = Lock()
        self._end = time.monotonic() + seconds
        self._timer = Timer(seconds, self.take_back)
        self._timer.daemon = True
        self._timer.start()

    def seconds_left(self) -> float:
        """Until it is taken back; never less than 0."""
        return max(self._end - time.monotonic(), 0.0)

    def take_back(self) -> None:
        """Clear the clipboard, if the secret is still what it holds."""
        self._timer.cancel()
        with self._lock:
            if self._secret is not None and self._clipboard.holds(self._secret.reveal(), self._tool):
                self._clipboard.clear(self._tool)
            self._secret = None
            self._end = 0.0


def takes_osc52(environ: Mapping[str, str]) -> bool:
    """Whether there is a terminal that may take it; none ever says so."""
    return environ.get("TERM", "") not in {"", "dumb", "linux"} and _to_terminal(b"")


def send_osc52(text: str, environ: Mapping[str, str]) -> bool:
    """Send a text to the clipboard of the terminal, which answers nothing."""
    sequence = b"\x1b]52;c;" + base64.b64encode(text.encode()) + b"\a"
    if environ.get("STY"):
        sequence = b"\x1bP" + sequence + b"\x1b\\"  # GNU screen hands on what is wrapped so
    return len(sequence) <= _MOST_SENT and _to_terminal(sequence)


def _to_terminal(sequence: bytes) -> bool:
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
