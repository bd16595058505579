"""Keys, as they come from the terminal: the mode that they need, and what was typed at once."""

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
TOGETHER = 0.05
"""Seconds in which the rest of a paste arrives; nobody types that fast."""

_LOOK = 0.2
"""Seconds after which a signal is handled that came just before a wait for keys."""


def keyboard(stdin: TextIO) -> Input:
    """The terminal's keys; one that is gone counts as closed, where prompt_toolkit would wait for ever."""
    if sys.platform == "win32":
        return create_input(stdin)
    from prompt_toolkit.input.vt100 import Vt100Input

    class Keyboard(Vt100Input):
        @property
        def closed(self) -> bool:
            return super().closed or not os.isatty(self._fileno)

    return Keyboard(stdin)


def typed_at_once(keys: Input, seconds: float) -> list[KeyPress]:
    """What is typed within so many seconds: one key, or all of a paste. In raw mode only.

    Ctrl-C is KeyboardInterrupt; Ctrl-D and a terminal that is gone are EOFError.
    """
    presses: list[KeyPress] = []
    wait = seconds
    while ready(keys.fileno(), wait):
        presses += keys.read_keys()
        if keys.closed:
            raise EOFError
        wait = 0 if len(presses) == 1 else TOGETHER  # none: the first half of a sequence
    presses = presses or keys.flush_keys()  # a lone Escape
    pressed = {press.key for press in presses}
    if Keys.ControlC in pressed:
        raise KeyboardInterrupt
    if Keys.ControlD in pressed:
        raise EOFError
    return presses


def pasted(presses: Sequence[KeyPress]) -> int:
    """The length of a paste; 0 where these are key presses."""
    brackets = [press for press in presses if press.key == Keys.BracketedPaste]
    if brackets:
        return sum(len(press.data) for press in brackets)
    typed = sum(1 for press in presses if len(press.data) == 1 and (press.data >= " " or press.key in ENTER))
    return typed if typed > 1 else 0


def lines_at_once(fileno: int) -> list[str]:
    """A line, as the terminal gives them; with those that come at once with it, as a paste does.

    Ctrl-D and a terminal that is gone are EOFError.
    """
    lines = [_line(fileno)]
    while ready(fileno, TOGETHER):
        lines.append(_line(fileno))
    return lines


def _line(fileno: int) -> str:
    line = b""
    while not line.endswith((b"\n", b"\r")):
        try:
            while sys.platform != "win32" and not ready(fileno, _LOOK):
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
    """Another program may have left the terminal so that nothing waits for it."""
    if sys.platform != "win32":
        with suppress(OSError):
            os.set_blocking(fileno, True)


def drop_typed_ahead(keys: Input) -> None:
    """Forget what was typed before the question was there."""
    clear_typeahead(keys)
    flush(keys.fileno())


def flush(fileno: int) -> None:
    """The same for what the system holds."""
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        with suppress(termios.error, OSError):  # a pipe
            termios.tcflush(fileno, termios.TCIFLUSH)


@contextmanager
def raw(keys: Input, resumed: Callable[[], None]) -> Iterator[None]:
    """Each key as it is pressed, and none shown; so again where the process was suspended in between."""

    def hide() -> None:
        keys.raw_mode().__enter__()

    def again() -> None:
        hide()
        resumed()

    with keys.raw_mode(), on_resume(again):
        hide()  # once more: it may have been suspended in between
        yield


@contextmanager
def silent(fileno: int) -> Iterator[bool]:
    """Whole lines, and none shown; False where the terminal can't do so."""
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
        with on_resume(hide):
            yield hide()
    finally:
        with suppress(termios.error, OSError):  # gone
            termios.tcsetattr(fileno, termios.TCSANOW, before)


@contextmanager
def on_resume(again: Callable[[], object]) -> Iterator[None]:
    """Whoever suspends and resumes a process leaves the terminal as the shell had it."""
    if sys.platform == "win32":
        yield
        return
    if current_thread() is not main_thread():  # signals are none of its business
        yield
        return
    before = signal.signal(signal.SIGCONT, lambda *_: again())
    try:
        yield
    finally:
        signal.signal(signal.SIGCONT, before or signal.SIG_DFL)


def ready(fileno: int, seconds: float) -> bool:
    """Whether something is typed within so many seconds."""
    if sys.platform == "win32":
        import msvcrt

        end = time.monotonic() + seconds
        while not msvcrt.kbhit() and time.monotonic() < end:
            time.sleep(0.02)
        return bool(msvcrt.kbhit())
    return bool(select.select([fileno], [], [], max(seconds, 0))[0])
