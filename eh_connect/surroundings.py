"""This machine, looked at without leaving a trace: the state folder, certificates, proxies, the terminal."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import getproxies

from eh_connect.errors import NetworkError, StorageError
from eh_connect.network import open_http
from eh_connect.state import ELSEWHERE, StateFolder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PROXY = re.compile(
    r"(?P<scheme>[a-z0-9]+://)?(?P<user>[^@/?#\s]*@)?"
    r"(?P<address>([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)/?",
    re.IGNORECASE,
)
"""Anything else is not shown: what looks like its host could be a piece of a password."""


def try_folder(folder: Path) -> bool:
    """Whether the state folder is there already; one that is not could be made. Leaves nothing behind.

    Raises:
        StorageError: it can't be used.
    """
    if os.path.lexists(folder):
        with _mode_kept(folder):
            StateFolder(folder).check_writable()
        return True
    above = next(parent for parent in folder.parents if os.path.lexists(parent))
    try:
        with tempfile.TemporaryDirectory(prefix=".eh-connect-", dir=above) as trial:
            StateFolder(Path(trial) / "state").check_writable()
    except (OSError, StorageError) as exc:
        why = exc.detail if isinstance(exc, StorageError) else exc.strerror
        raise StorageError(
            f"The folder {folder} can't be made in {above}",
            detail=why,
            hint=ELSEWHERE,
        ) from exc
    return False


@contextmanager
def _mode_kept(folder: Path) -> Iterator[None]:
    """A folder of ours that is open to others is closed by whoever writes in it: that is taken back."""
    mode = stat.S_IMODE(folder.stat().st_mode) if folder.is_dir() else None
    try:
        yield
    finally:
        if mode is not None and stat.S_IMODE(folder.stat().st_mode) != mode:
            folder.chmod(mode)


def open_to_others(folder: Path) -> tuple[Path, int] | None:
    """The first of the folder and its files that others can read, with its mode; None where none is."""
    if os.name == "nt" or not folder.is_dir():
        return None
    try:
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.glob("profile-*"))}
    except OSError as exc:
        raise StorageError(f"Can't look into {folder}", detail=exc.strerror) from exc
    return next(((path, mode) for path, mode in modes.items() if mode & 0o077), None)


def trust_store(environ: Mapping[str, str]) -> str:
    """Whose certificates are trusted, in words. NetworkError: they can't be read."""
    open_http("https://127.0.0.1").close()  # as for every request, but for the proxies: a loopback has none
    file, folders = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if folders and not file and not any(map(_holds_something, folders.split(os.pathsep))):
        raise NetworkError(
            "SSL_CERT_DIR names no folder with certificates.",
            detail="So no server is trusted.",
            hint="Correct or unset SSL_CERT_DIR.",
        )
    named = {"SSL_CERT_FILE": file, "SSL_CERT_DIR": folders}
    shown = " and ".join(f"{name} ({value})" for name, value in named.items() if value)
    return f"Those of {shown}, and no others." if shown else "The system's own."


def _holds_something(folder: str) -> bool:
    try:
        return any(Path(folder).iterdir())
    except OSError:
        return False


def proxies() -> dict[str, str]:
    """The proxies by what they are for, to be shown. NetworkError: the settings can't be used."""
    open_http("http://proxies").close()  # as for every request, but for the certificates: http has none
    return {scheme: _without_password(url) for scheme, url in getproxies().items() if scheme != "no" and url}


def _without_password(url: str) -> str:
    seen = _PROXY.fullmatch(url.strip())
    if seen is None:
        return "an address that can't be read, and so is not shown"
    return f"{seen['scheme'] or ''}{seen['address']}{' with credentials' if seen['user'] else ''}"


def terminal_size() -> tuple[int, int] | None:
    """Columns and lines of the terminal at standard error; None where there is none."""
    try:
        columns, lines = os.get_terminal_size(2)
    except OSError:
        return None
    return columns, lines
