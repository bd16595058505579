"""Reads keys and lines from the terminal, and puts the terminal into the mode that each needs."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from contextlib import contextmanager, suppress
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.keys import Keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding.key_processor import KeyPress

ENTER = frozenset({Keys.ControlM, Keys.ControlJ})

_PASTE_GAP = 0.05
"""Seconds within which the next part of a paste arrives. People type more slowly."""

_SIGNAL_CHECK = 0.2
"""Seconds after which a wait for a line is interrupted, to handle signals that came just before it."""


def open_keyboard(stdin: TextIO) -> Input:
    """prompt_toolkit's keyboard, but closed once the terminal has vanished: the library would wait for ever."""
    if sys.platform == "win32":
        return create_input(stdin)
    from prompt_toolkit.input.vt100 import Vt100Input

    class Keyboard(Vt100Input):
        @property
        def closed(self) -> bool:
            return super().closed or not os.isatty(self._fileno)

    return Keyboard(stdin)


def read_keys(keys: Input, seconds: float) -> list[KeyPress]:
    """Read a key press or all of a paste, in raw mode; nothing if no key is pressed for so many seconds.

    Raises KeyboardInterrupt for Ctrl-C, and EOFError for Ctrl-D or if the terminal vanishes.
    """
    presses: list[KeyPress] = []
    wait = seconds
    while has_input(keys.fileno(), wait):
        presses += keys.read_keys()
        if keys.closed:
            raise EOFError
        wait = 0 if len(presses) == 1 else _PASTE_GAP  # no press: the first half of a sequence
    presses = presses or keys.flush_keys()  # a lone Escape
    pressed = {press.key for press in presses}
    if Keys.ControlC in pressed:
        raise KeyboardInterrupt
    if Keys.ControlD in pressed:
        raise EOFError
    return presses


def paste_length(presses: Sequence[KeyPress]) -> int:
    """The number of characters that were pasted; 0 if these are key presses."""
    brackets = [press for press in presses if press.key == Keys.BracketedPaste]
    if brackets:
        return sum(len(press.data) for press in brackets)
    typed = sum(1 for press in presses if len(press.data) == 1 and (press.data >= " " or press.key in ENTER))
    return typed if typed > 1 else 0


def read_lines(fileno: int) -> list[str]:
    """Read a typed line or all lines of a paste. Raises EOFError for Ctrl-D or if the terminal vanishes."""
    lines = [_read_line(fileno)]
    while has_input(fileno, _PASTE_GAP):
        lines.append(_read_line(fileno))
    return lines


def _read_line(fileno: int) -> str:
    line = b""
    while not line.endswith((b"\n", b"\r")):
        try:
            while sys.platform != "win32" and not has_input(fileno, _SIGNAL_CHECK):
                pass
            make_blocking(fileno)
            part = os.read(fileno, 65536)
        except OSError as exc:
            raise EOFError from exc
        if not part:
            raise EOFError
        line += part
    return line.decode(errors="replace").strip("\r\n")


def make_blocking(fileno: int) -> None:
    """Make reads and writes wait: another program may have left the terminal in non-blocking mode."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.set_blocking(fileno, True)


def drop_typed_ahead(keys: Input) -> None:
    """Drop what was typed before a question, including what prompt_toolkit has read of it."""
    clear_typeahead(keys)
    drop_unread(keys.fileno())


def drop_unread(fileno: int) -> None:
    """Drop what was typed and is still unread."""
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        with suppress(termios.error, OSError):  # a pipe
            termios.tcflush(fileno, termios.TCIFLUSH)


@contextmanager
def raw_mode(keys: Input, resumed: Callable[[], None]) -> Iterator[None]:
    """Get each key as it is pressed, without showing it.

    If the process is suspended meanwhile, the mode is set again and ``resumed`` is called.
    """

    def set_mode() -> None:
        keys.raw_mode().__enter__()

    def set_again() -> None:
        set_mode()
        resumed()

    with keys.raw_mode(), _on_resume(set_again):
        set_mode()  # again: the process may have been suspended between the two
        yield


@contextmanager
def echo_off(fileno: int) -> Iterator[bool]:
    """Read whole lines without showing them. Gives False if the terminal can't do that."""
    if sys.platform == "win32":
        yield False
        return
    import termios

    def hide() -> bool:
        mode = termios.tcgetattr(fileno)
        mode[3] &= ~termios.ECHO
        termios.tcsetattr(fileno, termios.TCSANOW, mode)
        return not termios.tcgetattr(fileno)[3] & termios.ECHO

    try:
        before = termios.tcgetattr(fileno)
    except (termios.error, OSError):
        yield False
        return
    try:
        with _on_resume(hide):
            yield hide()
    finally:
        with suppress(termios.error, OSError):  # the terminal has vanished
            termios.tcsetattr(fileno, termios.TCSANOW, before)


@contextmanager
def _on_resume(set_again: Callable[[], object]) -> Iterator[None]:
    """Call ``set_again`` whenever a suspended process goes on: the shell has changed the terminal's mode."""
    if sys.platform == "win32" or current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGCONT, lambda *_: set_again())
    try:
        yield
    finally:
        signal.signal(signal.SIGCONT, before or signal.SIG_DFL)


def has_input(fileno: int, seconds: float) -> bool:
    """Wait for so many seconds at most; whether something was typed."""
    if sys.platform == "win32":
        import msvcrt

        end = time.monotonic() + seconds
        while not msvcrt.kbhit() and time.monotonic() < end:
            time.sleep(0.02)  # Windows can't wait for a key
        return bool(msvcrt.kbhit())
    return bool(select.select([fileno], [], [], max(seconds, 0))[0])
