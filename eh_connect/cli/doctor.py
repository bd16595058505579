"""``doctor``, with its checks of this computer."""

from __future__ import annotations

import codecs
import os
import re
import shlex
import stat
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.doctor_network import Network
from eh_connect.cli.opening import judge_given
from eh_connect.errors import NetworkError, StorageError
from eh_connect.flows.doctor import Check, Outcome, run_checks
from eh_connect.local.files import display_path
from eh_connect.local.state import StateFolder
from eh_connect.network import open_http
from eh_connect.server_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eh_connect.cli.session import Session
    from eh_connect.local.profile import LocalProfile
    from eh_connect.results import DoctorResult

_PROXY = re.compile(
    r"(?P<scheme>[a-z0-9]+://)?(?P<user>[^@/?#\s]*@)?"
    r"(?P<address>([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)/?",
    re.IGNORECASE,
)
"""The address of a proxy. Anything else is not shown: a part of it could be a piece of a password."""


def doctor(session: Session) -> DoctorResult:
    """Check this computer, then the network. Raise the first failure, with all that was found."""
    values = session.values
    judge_given(session)
    values.stop_on_problems()
    local = session.local(values.require(i.PROFILE), writes=False, patient=False)
    checks = (*_ThisComputer(session, local).checks(), *Network(session, local).checks())
    return run_checks(checks, session.console())


class _ThisComputer:
    """The checks of this computer."""

    def __init__(self, session: Session, local: LocalProfile) -> None:
        self._session = session
        self._local = local

    def checks(self) -> tuple[Check, ...]:
        """The checks in their order."""
        return (
            Check("folder", "state folder", self._folder),
            Check("keyring", "keyring", self._keyring),
            Check("terminal", "terminal", self._terminal),
            Check("browser", "browser", self._browser),
            Check("clipboard", "clipboard", self._clipboard),
            Check("trust_store", "certificates", self._certificates),
            Check("proxy", "proxy", self._proxy),
        )

    def _folder(self) -> Outcome:
        folder = self._session.require_folder()
        self._local.load_state()
        if not os.path.lexists(folder):
            _try_to_create(folder)
            return Outcome(f"{display_path(folder)}, will be created")
        with _mode_kept(folder):
            self._local.states.check_writable()
        for path in (folder, *folder.glob("profile-*")) if os.name != "nt" else ():
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & 0o077:
                right = "700" if path == folder else "600"
                remedy = f"chmod {right} {shlex.quote(str(path))}"
                return Outcome(f"{display_path(path)} can be read by others (mode {mode:o})", "warn", remedy)
        return Outcome(display_path(folder))

    def _keyring(self) -> Outcome:
        begun = time.perf_counter()
        self._local.keyring.trial()
        spent = (time.perf_counter() - begun) * 1000
        self._local.load_secrets()
        if self._local.unreadable is not None:
            raise self._local.unreadable
        return Outcome(f"{self._local.keyring.display_name}, tried in {spent:.0f} ms")

    def _terminal(self) -> Outcome:
        environ = self._session.environ
        if not os.isatty(0):
            return Outcome("standard input is no terminal: all values have to be given", "skip")
        if self._session.terminal is None and not self._session.is_silent:
            return Outcome("there is no terminal to draw questions on", "warn", "Run it at a terminal.")
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        term = clean(environ.get("TERM", "")) or "not set"
        seen = f"TERM={term}, {encoding}"
        if codecs.lookup(encoding).name != "utf-8":
            return Outcome(
                f"{seen}: some characters are spelled out",
                "warn",
                "Set a UTF-8 locale, such as LANG=C.UTF-8.",
            )
        return Outcome(seen)

    def _browser(self) -> Outcome:
        why_not = self._session.desktop.why_no_browser()
        if why_not is None:
            return Outcome("pages can be opened")
        return Outcome(
            f"pages can't be opened: {why_not}", "warn", "Open the addresses that are shown by hand."
        )

    def _clipboard(self) -> Outcome:
        if self._session.desktop.can_copy:
            return Outcome("values can be copied")
        remedy = "On Linux, install wl-clipboard (Wayland) or xclip (X11)."
        return Outcome("no clipboard: copy values off the screen", "warn", remedy)

    def _certificates(self) -> Outcome:
        open_http("https://127.0.0.1").close()  # loads the certificates as every request does; uses no proxy
        file, folders = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
        if folders and not file and not any(map(_holds_something, folders.split(os.pathsep))):
            raise NetworkError(
                "SSL_CERT_DIR names no folder with certificates",
                detail="So no server is trusted.",
                hint="Correct or unset SSL_CERT_DIR.",
            )
        named = {"SSL_CERT_FILE": file, "SSL_CERT_DIR": folders}
        told = " and ".join(f"{name} ({value})" for name, value in named.items() if value)
        return Outcome(f"those of {told} only" if told else "the system's own")

    def _proxy(self) -> Outcome:
        from urllib.request import getproxies

        open_http("http://proxies").close()  # reads the settings as every request does; needs no certificate
        found = {
            scheme: _without_password(url) for scheme, url in getproxies().items() if scheme != "no" and url
        }
        return Outcome("; ".join(f"{scheme}: {url}" for scheme, url in sorted(found.items())) or "none")


def _try_to_create(folder: Path) -> None:
    """Make a trial folder where the state folder would be, and delete it. StorageError: it can't be made."""
    above = next(parent for parent in folder.parents if os.path.lexists(parent))
    try:
        with tempfile.TemporaryDirectory(prefix=".eh-connect-", dir=above) as trial:
            StateFolder(Path(trial) / "state").check_writable()
    except (OSError, StorageError) as exc:
        why = exc.detail if isinstance(exc, StorageError) else exc.strerror
        hint = "Set EH_CONNECT_HOME to a folder of your own."
        raise StorageError(f"{display_path(folder)} can't be created", detail=why, hint=hint) from exc


@contextmanager
def _mode_kept(folder: Path) -> Iterator[None]:
    """Restore the folder's mode at the end: writing in a folder that is open to others closes it."""
    mode = stat.S_IMODE(folder.stat().st_mode) if folder.is_dir() else None
    try:
        yield
    finally:
        if mode is not None and stat.S_IMODE(folder.stat().st_mode) != mode:
            folder.chmod(mode)


def _holds_something(folder: str) -> bool:
    try:
        return any(Path(folder).iterdir())
    except OSError:
        return False


def _without_password(url: str) -> str:
    seen = _PROXY.fullmatch(url.strip())
    if seen is None:
        return "an address that can't be read"
    return f"{seen['scheme'] or ''}{seen['address']}{' with credentials' if seen['user'] else ''}"
