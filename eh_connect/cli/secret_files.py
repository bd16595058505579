"""Read a secret from a file or from standard input. Either may be endless or never give anything."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from eh_connect.deadline import DeadlineError, bounded
from eh_connect.lines import Line, prose

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST = 64 * 1024
"""Bytes. A larger file has more in it than one secret."""

PATIENCE = 20.0
"""Seconds that an unattended run waits for a pipe."""


def read_secret(
    path: str, title: str, *, show: Callable[[Line], None], patience: float | None, is_shared: bool = False
) -> str:
    """Return the text of a file (``-`` is standard input), which holds the secret that ``title`` names.

    It waits for ``patience`` seconds; if that is None, until the person presses Ctrl-C. ``is_shared``: standard
    input was named more than once. Raises ValueError with the reason if there is no such text.
    """
    if path == "-" and is_shared:
        raise ValueError("standard input can carry only one secret")
    name = "standard input" if path == "-" else path
    said: list[str] = []

    def waiting(so_far: float) -> None:
        if not said and so_far >= 1:
            said.append(title)
            show(prose(f"Waiting for {name}, which should give the {title}. Ctrl+C stops.", indent=0))

    try:
        raw = bounded(lambda: _bytes(path), patience, name="reading a file", tick=waiting)
    except DeadlineError:
        raise ValueError(f"nothing came from {name} within {patience:g} seconds") from None
    if len(raw) > LARGEST:
        raise ValueError("the file is larger than 64 KiB: it should hold the secret and nothing else")
    text = _decoded(raw).strip()
    if not text:
        raise ValueError("the file is empty" if path != "-" else "standard input was empty")
    return text


def stdin_is_terminal() -> bool:
    """Whether standard input is a terminal."""
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # it is closed
        return False


def _bytes(path: str) -> bytes:
    if path == "-":
        if sys.stdin is None or stdin_is_terminal():
            raise ValueError("standard input is a terminal: pipe the secret in, or name a file")
        try:
            return sys.stdin.buffer.read(LARGEST + 1)
        except (OSError, ValueError):
            raise ValueError("standard input can't be read") from None
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # /dev/fd/63 and pipes are files here too
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "not a path"
        raise ValueError(f"the file can't be read: {reason}") from None


def _decoded(raw: bytes) -> str:
    # PowerShell writes UTF-16 with a byte order mark for ">".
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("the file is not text") from None
