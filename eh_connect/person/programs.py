"""Programs of the desktop: they get none of our streams, our terminal or our secrets, and little time."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from eh_connect.deadline import DeadlineError, bounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOMENT = 3.0
"""Seconds; PowerShell alone takes one or two to start."""

_MOST = 1_000_000
"""Bytes that are read of an answer."""

_OURS = ("EH_CONNECT_", "STACKONE_")
"""Variables that begin so may hold secrets."""


def find(name: str, environ: Mapping[str, str]) -> str | None:
    """The path of a program."""
    return shutil.which(name, path=environ.get("PATH", os.defpath))


def start(
    command: Sequence[str], environ: Mapping[str, str], *, writes: bool = False, reads: bool = False
) -> subprocess.Popen[bytes] | None:
    """A program in a session of its own; None where it can't be started."""
    try:
        return subprocess.Popen(  # noqa: S603  # no shell; what is run is listed in our tables, or in BROWSER
            command,
            stdin=subprocess.PIPE if writes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if reads else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            env={name: value for name, value in environ.items() if not name.startswith(_OURS)},
        )
    except (OSError, ValueError):  # ValueError: a NUL
        return None


def run(
    command: Sequence[str], environ: Mapping[str, str], given: bytes = b"", *, reads: bool = False
) -> bytes | None:
    """What a program answers to ``given``; None where it fails, or takes longer than a moment."""
    process = start(command, environ, writes=True, reads=reads)
    if process is None:
        return None

    def talk() -> bytes | None:
        with process:
            if process.stdin:
                with suppress(OSError):  # it reads nothing
                    process.stdin.write(given)
                    process.stdin.close()
            said = process.stdout.read(_MOST + 1) if process.stdout else b""
            return said if len(said) <= _MOST and process.wait() == 0 else None

    try:
        return bounded(talk, MOMENT, name=command[0])
    except (DeadlineError, OSError):
        return None
    finally:
        if process.poll() is None:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        if os.name == "nt":
            process.kill()
        else:
            import signal

            os.killpg(process.pid, signal.SIGKILL)
