"""Keyring backends for tests of the whole tool: ``EH_CONNECT_KEYRING=tests.support.keyrings.FileKeyring``."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from keyring.backend import KeyringBackend
from keyring.backends import SecretService
from keyring.errors import KeyringLocked, PasswordDeleteError, PasswordSetError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Stops(KeyringBackend):
    """Stands before a backend: notes each call, and can end the process at one.

    ``EH_TEST_KEYRING_LOG``: a file that gets a line per call, such as ``set eh-connect:prod current``.
    ``EH_TEST_STOP_AT``: ``set:3:after:SIGKILL``, ``delete:1:before:SIGINT`` …: that signal to the own process
    before or after its n-th call of that kind.
    """

    priority: ClassVar[float] = -1
    calls: ClassVar[Counter[str]] = Counter()

    def get_password(self, service: str, username: str) -> str | None:
        with self.call("get", service, username):
            return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        with self.call("set", service, username):
            super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        with self.call("delete", service, username):
            super().delete_password(service, username)

    @contextlib.contextmanager
    def call(self, kind: str, service: str, username: str) -> Iterator[None]:
        if log := os.environ.get("EH_TEST_KEYRING_LOG"):
            with Path(log).open("a", encoding="utf-8") as file:
                file.write(f"{kind} {service} {username}\n")
        self.calls[kind] += 1
        here = f"{kind}:{self.calls[kind]}:"
        where = os.environ.get("EH_TEST_STOP_AT", "")
        self.trouble()
        if where.startswith(f"{here}before:"):
            stop(where)
        yield
        if where.startswith(f"{here}after:"):
            stop(where)

    def trouble(self) -> None:
        """What goes wrong with every call: for the backends below."""


def stop(where: str) -> None:
    """Send the own process the signal that ends it, and wait for that."""
    os.kill(os.getpid(), signal.Signals[where.rpartition(":")[2]])
    time.sleep(60)  # a thread of a process that is ending


class InFile(KeyringBackend):
    """A JSON file at ``EH_TEST_KEYRING_FILE``: works across processes, replaced in one step."""

    def get_password(self, service: str, username: str) -> str | None:
        return self.content().get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        content = self.content()
        content.setdefault(service, {})[username] = password
        self.replace(content)

    def delete_password(self, service: str, username: str) -> None:
        content = self.content()
        if username not in content.get(service, {}):
            raise PasswordDeleteError("no such entry")
        del content[service][username]
        self.replace(content)

    def content(self) -> dict[str, dict[str, str]]:
        path = Path(os.environ["EH_TEST_KEYRING_FILE"])
        content: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        return content

    def replace(self, content: dict[str, dict[str, str]]) -> None:
        path = Path(os.environ["EH_TEST_KEYRING_FILE"])
        descriptor, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file)
        Path(name).replace(path)


class FileKeyring(Stops, InFile):
    """A keyring that works."""

    known_as = "Test Keyring"


class StoppingSecretService(Stops, SecretService.Keyring):
    """The real Secret Service."""


class LosingKeyring(FileKeyring):
    """Accepts writes and loses them."""

    def replace(self, content: dict[str, dict[str, str]]) -> None:
        content.clear()


class LockedKeyring(FileKeyring):
    """Locked, and nobody opens it."""

    def trouble(self) -> None:
        raise KeyringLocked("Failed to unlock the collection!")


class HangingKeyring(FileKeyring):
    """Answers after an hour."""

    def trouble(self) -> None:
        time.sleep(3600)


class SlowKeyring(FileKeyring):
    """Takes ``EH_TEST_KEYRING_DELAY`` seconds (0.2) for each call."""

    def trouble(self) -> None:
        time.sleep(float(os.environ.get("EH_TEST_KEYRING_DELAY", "0.2")))


class LeakyErrorKeyring(FileKeyring):
    """Its errors hold the password."""

    def get_password(self, service: str, username: str) -> str | None:
        password = super().get_password(service, username)
        if password is not None:
            raise RuntimeError(f"can't decode {password}")
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"can't store {password!r} as {username} of {service}", password)


class MissingModuleKeyring(FileKeyring):
    """Needs a module that is not installed."""

    def trouble(self) -> None:
        raise ModuleNotFoundError("No module named 'Crypto'")


class FullKeyring(FileKeyring):
    """Refuses writes of a process from the n-th on (``EH_TEST_KEYRING_FULL_AT``, 1)."""

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.calls["set"] + 1 >= int(os.environ.get("EH_TEST_KEYRING_FULL_AT", "1")):
            raise PasswordSetError("the store is full")
        super().set_password(service, username, password)


class StickyKeyring(FileKeyring):
    """Reports a deletion and keeps the entry."""

    def delete_password(self, service: str, username: str) -> None:
        with self.call("delete", service, username):
            pass


class NotAKeyring:
    """No backend at all, though it looks like one."""

    priority = 9
