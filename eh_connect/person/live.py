"""The last rows of the screen, drawn over and over until the question is answered; none above is touched."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prompt_toolkit.output import Output

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
FRAME = 0.1
"""Seconds for which a frame of the spinner stands."""

_PATIENCE = 0.3
"""Seconds before a spinner is shown at all."""

_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\]8;[^\x1b]*\x1b\\")


class Live:
    """Rows that are drawn again, and lines that are printed above them."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._text = ""
        self._lock = RLock()

    def paint(self, text: str) -> None:
        """Replace the live rows."""
        with self._lock:
            if text != self._text:
                self._write(self._back() + text.rstrip("\n"))
                self._text = text

    def print(self, text: str) -> None:
        """Take the live rows away, and write what stays."""
        with self._lock:
            self._write(self._back() + text)
            self._text = ""

    def forget(self) -> None:
        """Something else was written meanwhile: the next rows begin where the cursor is."""
        self._text = ""

    @contextmanager
    def spinning(self, row: Callable[[str], str]) -> Iterator[None]:
        """Draw ``row`` of each frame from a thread, after a moment, while the block runs."""
        over = Event()

        def spin() -> None:
            start = time.monotonic()
            wait = _PATIENCE
            while not over.wait(wait):
                frame = FRAMES[int((time.monotonic() - start) / FRAME) % len(FRAMES)]
                with self._lock:
                    if not over.is_set():
                        self.paint(row(frame))
                wait = FRAME

        thread = Thread(target=spin, name="spinner", daemon=True)
        thread.start()
        try:
            yield
        finally:
            with self._lock:
                over.set()
                self.print("")

    def _back(self) -> str:
        """To the first of the live rows, and clear from there; the terminal may have become narrower."""
        if not self._text:
            return ""
        width = max(self._output.get_size().columns, 1)
        rows = _SEQUENCE.sub("", self._text).rstrip("\n").split("\n")
        height = sum(max(-(-cell_len(row) // width), 1) for row in rows)
        return "\r" + (f"\x1b[{height - 1}A" if height > 1 else "") + "\x1b[J"

    def _write(self, text: str) -> None:
        self._output.write_raw(text.replace("\n", "\r\n"))
        self._output.flush()
