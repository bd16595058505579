"""Which keyring is used: the system's own, loaded alone; any other only where EH_CONNECT_KEYRING names it."""

from __future__ import annotations

import atexit
import logging
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eh_connect.errors import StorageError
from eh_connect.local.files import display_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    """``module.Class``."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def name_for_people(backend: KeyringBackend) -> str:
    """The keyring's name as people know it: ours, or its ``known_as``, else ``module.Class``."""
    name = _ALLOWED.get(full_name(backend)) or str(getattr(backend, "known_as", full_name(backend)))
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if name == "Secret Service" and runtime and Path(runtime, "keyring", "control").exists():
        return "GNOME Keyring"  # its daemon makes that socket; other providers have none
    return name


def advice(named: str | None) -> str:
    """What to do about a keyring that does not work: about that which chose it."""
    if named:
        return "Unset EH_CONNECT_KEYRING, or make it module.Class of a working backend."
    if os.environ.get("PYTHON_KEYRING_BACKEND"):
        return "Unset PYTHON_KEYRING_BACKEND, which chooses this keyring."
    config = _config()
    if config.exists():
        return f"Delete or correct {display_path(config)}, which chooses this keyring."
    return "Start or unlock your keyring."


def choose(named: str | None) -> KeyringBackend:
    """The backend to use; whatever its packages raise, and StorageError where none is allowed."""
    from keyring.core import load_keyring

    return _sure(load_keyring(named)) if named else _systems_own()


def _systems_own() -> KeyringBackend:
    from keyring.core import load_config, load_env

    logging.getLogger("keyring").addHandler(logging.NullHandler())  # it would write between our lines
    chosen = (load_env() if os.environ.get("PYTHON_KEYRING_BACKEND") else None) or load_config()
    members: Iterable[KeyringBackend] = [_sure(chosen)] if chosen else _viable()
    if chosen and full_name(chosen) == "keyring.backends.chainer.ChainerBackend":
        members = getattr(chosen, "backends", ())
    for member in members:
        if full_name(member) in _ALLOWED:
            return _on_one_connection(member) if full_name(member) == _FREEDESKTOP else member
    found = full_name(chosen) if chosen else "none"
    raise StorageError(
        "This computer has no keyring to save the secrets in",
        detail=f"That is common over SSH, in WSL and in containers. Found: {found}. eh-connect uses Secret "
        "Service, KWallet, macOS Keychain or Windows Credential Locker.",
        hint=advice(None) if chosen else "Start one of them, or run this on your desktop.",
    )


def _viable() -> Iterator[KeyringBackend]:
    """Backends that work here, the best first. Only as many are imported as it takes."""
    for name in _candidates():
        module, _, class_name = name.rpartition(".")
        backend = getattr(import_module(module), class_name)
        try:
            _ = backend.priority  # raises where the backend can't work
            found = backend()
        except Exception:  # noqa: BLE001, S112  # backends leak anything; the next one may work
            continue
        yield found


def _on_one_connection(backend: Any) -> KeyringBackend:
    """The Secret Service on one connection: keyring opens one, and agrees on a key, for each call (15 ms)."""
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
    return _sure(backend)


def _candidates() -> tuple[str, ...]:
    if sys.platform == "darwin":
        return (_MACOS,)
    if sys.platform == "win32":
        return (_WINDOWS,)
    # The order of keyring's priorities, which rank KWallet first on KDE only.
    if "KDE" in os.environ.get("XDG_CURRENT_DESKTOP", "").split(":"):
        return (_KWALLET, _KWALLET_4, _FREEDESKTOP, _LIBSECRET)
    return (_FREEDESKTOP, _KWALLET, _LIBSECRET, _KWALLET_4)


def _config() -> Path:
    try:
        from keyring.util.platform_ import config_root

        return Path(config_root(), "keyringrc.cfg")
    except (ImportError, OSError, RuntimeError):  # no home
        return Path(os.devnull, "keyringrc.cfg")


def _sure(backend: object) -> KeyringBackend:
    from keyring.backend import KeyringBackend

    if not isinstance(backend, KeyringBackend):
        raise TypeError("it is not a keyring backend")
    return backend
