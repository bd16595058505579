"""Finds the terminal that is there, and the form that it can show."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eh_connect.person.terminal import Terminal


def open_terminal(environ: Mapping[str, str], *, plain: bool) -> Terminal | None:
    """The terminal to ask at: standard error, else what the process was started from; None where none is.

    Args:
        environ: ``TERM`` and ``EH_CONNECT_ACCESSIBLE`` may ask for the plain form.
        plain: ``--plain`` does.
    """
    screen = _screen()
    if screen is None or not _is_terminal(sys.stdin):
        return None
    from eh_connect.person import keyboard, look

    for stream in (screen, sys.stdin):
        keyboard.make_blocking(stream.fileno())
    wants_plain = plain or bool(environ.get("EH_CONNECT_ACCESSIBLE"))
    if look.look_of(screen, environ, plain=wants_plain).plain:
        from eh_connect.person.terminal_plain import PlainTerminal

        return PlainTerminal(screen, sys.stdin.fileno())
    from eh_connect.person.terminal_full import FullTerminal

    return FullTerminal(screen, keyboard.keyboard(sys.stdin))


def _screen() -> TextIO | None:
    if _is_terminal(sys.stderr):
        return sys.stderr
    try:  # 2>file, or 2>&1 | tee file
        descriptor = os.open("CONOUT$" if os.name == "nt" else "/dev/tty", os.O_RDWR)
    except OSError:
        return None
    encoding = getattr(sys.stdin, "encoding", None)
    return os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace")


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False
