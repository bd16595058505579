"""A D-Bus session of one's own, with a Secret Service or without one; and what else tests need."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from tests.support.forked import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "org.freedesktop.secrets"
PASSWORD = "made-up"

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
  </policy>
</busconfig>
"""
"""Without service folders: nothing starts by itself, so that a missing service is really missing."""

MISSING = [
    part for part in ("gnome-keyring-daemon", "dbus-daemon", "dbus-send") if shutil.which(part) is None
]


@contextlib.contextmanager
def secret_service(
    home: Path, kind: Literal["unlocked", "locked", "missing", "hanging"] = "unlocked"
) -> Iterator[dict[str, str]]:
    """The environment for programs of a session; several may run in it, one after the other or at once.

    ``home`` holds what the keyring keeps: a second session with it finds the secrets of the first.
    """
    # sockets have a short path: the limit is 107 bytes
    with tempfile.TemporaryDirectory(prefix="eh-") as short, contextlib.ExitStack() as stack:
        runtime = Path(short)
        socket = runtime / "bus"
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        env = {
            **kept,
            "HOME": str(home),
            "XDG_DATA_HOME": str(home / ".local" / "share"),
            "XDG_STATE_HOME": str(home / ".local" / "state"),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_RUNTIME_DIR": short,
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        config = runtime / "bus.xml"
        config.write_text(BUS.format(socket=socket), encoding="utf-8")
        stack.enter_context(_running(["dbus-daemon", f"--config-file={config}", "--nofork"], env))
        wait_until(socket.exists)
        daemon = ["gnome-keyring-daemon", "--foreground", "--components=secrets"]
        if kind == "locked":
            with _running([*daemon, "--unlock"], env, PASSWORD):  # it makes the keyring that is then locked
                wait_until(lambda: _is_owned(env) and any(home.rglob("*.keyring")))
            wait_until(lambda: not _is_owned(env))
            stack.enter_context(_running(daemon, env))
        elif kind == "unlocked":
            stack.enter_context(_running([*daemon, "--unlock"], env, PASSWORD))
        elif kind == "hanging":
            stack.enter_context(_running([sys.executable, "-m", "tests.support.secret_service"], env))
        if kind != "missing":
            wait_until(lambda: _is_owned(env))
        yield env


def kept_in(session: str, service: str) -> dict[str, str]:
    """What the Secret Service of a session keeps for a service: passwords by user name."""
    import secretstorage
    from jeepney.io.blocking import open_dbus_connection  # type: ignore[import-untyped]  # it ships no types

    with contextlib.closing(open_dbus_connection(session)) as connection:
        collection = secretstorage.get_default_collection(connection)
        items = collection.search_items({"service": service})
        return {item.get_attributes()["username"]: item.get_secret().decode() for item in items}


@contextlib.contextmanager
def _running(argv: list[str], env: dict[str, str], typed: str = "") -> Iterator[None]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(argv, env=env, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet) as child:
        assert child.stdin is not None
        child.stdin.write(typed.encode())
        child.stdin.close()
        try:
            yield
        finally:
            child.terminate()
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()


def _is_owned(env: dict[str, str]) -> bool:
    bus = "org.freedesktop.DBus"
    argv = ["dbus-send", "--session", "--print-reply", f"--dest={bus}", "/", f"{bus}.NameHasOwner"]
    done = subprocess.run([*argv, f"string:{SERVICE}"], env=env, capture_output=True, check=False, timeout=10)
    return b"boolean true" in done.stdout


def _never_answer() -> None:
    """Own the Secret Service's name, read what is asked, and answer nothing."""
    from jeepney import DBus  # type: ignore[import-untyped]  # it ships no types
    from jeepney.io.blocking import open_dbus_connection

    connection = open_dbus_connection(bus="SESSION")
    connection.send_and_get_reply(DBus().RequestName(SERVICE))
    while True:
        connection.receive()


def needs(part: str, present: bool) -> pytest.MarkDecorator:
    """A mark that skips where ``part`` is missing; under ``CI=true`` the tests run, and fail."""
    missing = not present and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"this machine lacks {part}")


needs_secret_service = needs(f"the Secret Service ({', '.join(MISSING)})", not MISSING)


if __name__ == "__main__":
    _never_answer()
