"""Chooses the keyring: the system's own, unless EH_CONNECT_KEYRING names another one."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eh_connect.errors import StorageError
from eh_connect.local.files import display_path

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_FREEDESKTOP = "keyring.backends.SecretService.Keyring"
_LIBSECRET = "keyring.backends.libsecret.Keyring"
_KWALLET = "keyring.backends.kwallet.DBusKeyring"
_KWALLET_4 = "keyring.backends.kwallet.DBusKeyringKWallet4"
_MACOS = "keyring.backends.macOS.Keyring"
_WINDOWS = "keyring.backends.Windows.WinVaultKeyring"
_ALLOWED = {
    **dict.fromkeys((_FREEDESKTOP, _LIBSECRET), "Secret Service"),
    **dict.fromkeys((_KWALLET, _KWALLET_4), "KWallet"),
    _MACOS: "macOS Keychain",
    _WINDOWS: "Windows Credential Locker",
}


def full_name(backend: object) -> str:
    """Return ``module.Class``."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def name_for_people(backend: KeyringBackend) -> str:
    """Return the keyring's name as people know it, or ``module.Class`` where no such name is known."""
    name = _ALLOWED.get(full_name(backend)) or str(getattr(backend, "known_as", full_name(backend)))
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if name == "Secret Service" and runtime and Path(runtime, "keyring", "control").exists():
        return "GNOME Keyring"  # only its daemon makes that socket
    return name


def advice(named: str | None) -> str:
    """Say what to do about a keyring that doesn't work. It depends on who chose that keyring."""
    if named:
        return "Unset EH_CONNECT_KEYRING, or make it module.Class of a working backend."
    if os.environ.get("PYTHON_KEYRING_BACKEND"):
        return "Unset PYTHON_KEYRING_BACKEND, which chooses this keyring."
    with suppress(ImportError, OSError, RuntimeError):  # RuntimeError: there is no home folder
        from keyring.util.platform_ import config_root

        config = Path(config_root(), "keyringrc.cfg")
        if config.exists():
            return f"Delete or correct {display_path(config)}, which chooses this keyring."
    return "Start or unlock your keyring."


def choose(named: str | None) -> KeyringBackend:
    """Load the backend that is ``named``, or the system's own.

    A choice that the person made for all programs (a variable or a file of the keyring package) is used if
    we allow that backend. Raises StorageError where no allowed backend works, and whatever the packages of a
    chosen backend raise.
    """
    from keyring.core import load_config, load_env, load_keyring

    if named:
        return _checked(load_keyring(named))
    logging.getLogger("keyring").addHandler(logging.NullHandler())  # else it writes between our lines
    chosen = (load_env() if os.environ.get("PYTHON_KEYRING_BACKEND") else None) or load_config()
    # The chainer asks every backend in turn, so it leaves the choice open.
    is_open = chosen is None or full_name(chosen) == "keyring.backends.chainer.ChainerBackend"
    backend = _first_that_works() if is_open else _checked(chosen)
    if backend is not None and full_name(backend) in _ALLOWED:
        if full_name(backend) == _FREEDESKTOP:
            _share_one_connection(backend)
        return backend
    found = full_name(chosen) if chosen else "none"
    raise StorageError(
        "This computer has no keyring to save the secrets in",
        detail=f"That is common over SSH, in WSL and in containers. Found: {found}. eh-connect uses Secret "
        "Service, KWallet, macOS Keychain or Windows Credential Locker.",
        hint=advice(None) if chosen else "Start one of them, or run this on your desktop.",
    )


def _first_that_works() -> KeyringBackend | None:
    from keyring.core import load_keyring

    if sys.platform == "darwin":
        names = [_MACOS]
    elif sys.platform == "win32":
        names = [_WINDOWS]
    elif "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"):
        names = [_KWALLET, _KWALLET_4, _FREEDESKTOP, _LIBSECRET]
    else:  # the keyring package ranks them like this too
        names = [_FREEDESKTOP, _KWALLET, _LIBSECRET, _KWALLET_4]
    for name in names:
        with suppress(Exception):  # backends raise anything; the next one may work
            return load_keyring(name)
    return None


def _share_one_connection(backend: Any) -> None:
    """Let all calls to the Secret Service use one connection.

    keyring opens one for each call and agrees on a key for it, which takes 15 ms.
    """
    from secretstorage.util import open_session

    opened = backend.get_preferred_collection
    shared: list[Any] = []

    def collection() -> Any:
        if shared and not shared[0].is_locked():
            return shared[0]
        fresh = opened()
        fresh.session = open_session(fresh.connection)
        atexit.register(fresh.connection.close)
        fresh.connection.close = lambda: None  # keyring closes it after each call
        shared[:] = [fresh]
        return fresh

    backend.get_preferred_collection = collection


def _checked(backend: object) -> KeyringBackend:
    from keyring.backend import KeyringBackend

    if not isinstance(backend, KeyringBackend):
        raise TypeError("it is not a keyring backend")
    return backend
