"""Reads and writes the secrets of one label in the operating system's keyring."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import msgspec

from eh_connect.deadline import DeadlineError, bounded
from eh_connect.errors import InputError, StorageError
from eh_connect.local.backends import advice, choose, full_name, name_for_people
from eh_connect.secret import Credentials, Secret
from eh_connect.server_text import clean, scrub

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

T = TypeVar("T")


class KeyringStore:
    """The entries of the service ``eh-connect:<label>``. All methods raise StorageError.

    ``backend_name`` is ``module.Class``, or None for the system's own keyring. Each call of the backend may
    take ``limit`` seconds; None means that we wait until it answers or the person presses Ctrl-C. When one
    call got no answer, all later calls fail at once. ``waiting`` is called about ten times a second while a
    call takes longer than one second.
    """

    def __init__(
        self,
        label: str,
        *,
        backend_name: str | None,
        limit: float | None = 5.0,
        waiting: Callable[[], object] = lambda: None,
    ) -> None:
        self._service = f"eh-connect:{label}"
        self._backend_name = backend_name
        self._limit = limit
        self._waiting = waiting
        self._chosen: KeyringBackend | None = None
        self._hanging = False

    @property
    def backend(self) -> str:
        """The backend's name, as ``module.Class``."""
        return full_name(self._open())

    @property
    def display_name(self) -> str:
        """The keyring's name, as people know it."""
        return name_for_people(self._open())

    def read_credentials(self, entry: str) -> Credentials | None:
        """Read the entry ``current``, ``next`` or ``previous``; None if it is not there."""
        return self._get_json(entry, Credentials)

    def read_secret(self, entry: str) -> Secret | None:
        """Read the entry ``api-key`` or ``hand-over``; None if it is not there."""
        text = self._get(entry)
        return None if text is None else Secret(text)

    def read_origins(self) -> tuple[str, ...]:
        """Read the two origins that the saved secrets may be sent to; empty if none are saved."""
        return self._get_json("origins", tuple[str, str]) or ()

    def write(self, entry: str, value: Credentials | Secret | tuple[str, ...]) -> None:
        """Save a value and read it back. Client ID and Client Secret are one entry, so they stay together."""
        if isinstance(value, Secret):
            self._set(entry, value.reveal())
        elif isinstance(value, Credentials):
            parts = {"client_id": value.client_id, "client_secret": value.client_secret}
            text = json.dumps({name: part.reveal() for name, part in parts.items()})
            self._set(entry, text, *parts.values())
        else:
            self._set(entry, json.dumps(value))

    def delete(self, entry: str) -> None:
        """Delete an entry, if it is there."""
        backend = self._open()
        failure = self._error(
            "Your keyring doesn't delete", f'"{entry}" of "{self._service}" is still there.'
        )
        try:
            self._call(f'deleting "{entry}"', partial(backend.delete_password, self._service, entry))
        except StorageError as exc:
            failure = exc  # or the entry was not there, for which each backend has another error
        if self._hanging or self._get(entry) is not None:
            raise failure

    def forget(self) -> None:
        """Delete all entries. The origins go last, so that no secret is ever saved without them."""
        for entry in ("current", "next", "previous", "api-key", "hand-over", "origins"):
            self.delete(entry)

    def trial(self) -> None:
        """Write, read and delete a random value. Nothing else shows whether the keyring works."""
        import secrets

        self._set("trial", secrets.token_urlsafe(32))
        self.delete("trial")

    def _get(self, entry: str) -> str | None:
        backend = self._open()
        return self._call(f'reading "{entry}"', partial(backend.get_password, self._service, entry))

    def _get_json(self, entry: str, kind: type[T]) -> T | None:
        text = self._get(entry)
        if text is None:
            return None
        with suppress(msgspec.MsgspecError, ValueError, RecursionError):
            return msgspec.json.decode(text, type=kind, dec_hook=_secret)
        raise StorageError(
            f'The entry "{entry}" of "{self._service}" in your keyring can\'t be read',
            hint="Something else changed it: delete it with your keyring's program.",
        )

    def _set(self, entry: str, value: str, *parts: Secret) -> None:
        backend = self._open()
        write = partial(backend.set_password, self._service, entry, value)
        self._call(f'writing "{entry}"', write, Secret(value), Secret(repr(value)[1:-1]), *parts)
        if self._get(entry) != value:
            detail = f'{full_name(backend)} did not give back what was written to "{entry}".'
            raise self._error("Your keyring accepts writes and loses them", detail)

    def _open(self) -> KeyringBackend:
        if self._chosen is None:
            self._chosen = self._call("loading it", partial(choose, self._backend_name))
        return self._chosen

    def _call(self, doing: str, call: Callable[[], T], *hidden: Secret) -> T:
        def run() -> T | BaseException:
            try:
                return call()
            except BaseException as exc:  # noqa: BLE001  # backends raise anything; it is translated below
                return exc

        def tick(waited: float) -> None:
            if waited >= 1:
                self._waiting()

        if self._hanging:
            raise self._silent(doing)
        self._hanging = True  # stays so after Ctrl-C, because cleaning up must not wait for it again
        try:
            answer = bounded(run, self._limit, name="keyring", tick=tick)
        except DeadlineError:
            raise self._silent(doing) from None
        self._hanging = False
        if isinstance(answer, BaseException):
            # Raised outside of any `except` and without a cause, because the backend's error may hold the secret.
            raise self._translated(answer, doing, hidden)
        return answer

    def _translated(self, failure: BaseException, doing: str, hidden: tuple[Secret, ...]) -> StorageError:
        from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

        if isinstance(failure, StorageError):
            return failure
        locked = isinstance(failure, (KeyringLocked, InitError))
        what = "is locked" if locked else "is missing" if isinstance(failure, NoKeyringError) else "failed"
        # When we read, we don't know the secret and can't scrub it. So we show the keyring package's errors only.
        tells = hidden or isinstance(failure, KeyringError) or self._chosen is None
        said = clean(scrub(str(failure), hidden)) if tells else ""
        if any(secret.reveal() in said for secret in hidden):  # `scrub` leaves very short ones
            said = ""
        return self._error(
            f"Your keyring {what}", f"While {doing}: {type(failure).__name__}{': ' if said else ''}{said}"
        )

    def _silent(self, doing: str) -> StorageError:
        return self._error("Your keyring doesn't answer", f"It was asked while {doing}.")

    def _error(self, title: str, detail: str) -> StorageError:
        return StorageError(title, detail=detail, hint=advice(self._backend_name))


def other_servers(saved: tuple[str, ...], now: tuple[str, ...]) -> InputError:
    """Return the error for a run that uses other servers than those that the secrets were saved for."""
    servers = (("StackOne", "STACKONE_API_URL"), ("Employment Hero", "EMPLOYMENT_HERO_OAUTH_URL"))
    differ = [
        (*server, before.removesuffix(":443"), this.removesuffix(":443"))
        for server, before, this in zip(servers, saved, now, strict=True)
        if before != this
    ]
    names, variables, before, this = zip(*differ, strict=True)
    return InputError(
        f"The saved credentials are for another {' and '.join(names)} server",
        detail=f"saved for   {', '.join(before)}\nthis run    {', '.join(this)}",
        hint=f"Use another label (--profile NAME), or that server: {', '.join(variables)}",
    )


def _secret(_: type, value: object) -> Secret:
    if not isinstance(value, str):
        raise TypeError("a secret is text")
    return Secret(value)
