"""A value that can't be printed by accident, and an application's credentials made of two."""

from __future__ import annotations

import hashlib
import hmac
from typing import NoReturn

from eh_connect.record import Record


class Secret:
    """A secret text. ``reveal()`` is the only way to its value; search for it to see where secrets go."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The value itself: for the keyring, an HTTPS body, or a hand-over that the person asked for."""
        return self.__value

    @property
    def fingerprint(self) -> str:
        """``sha256:`` and the first 8 hex digits of the value's SHA-256: the one form that may be shown."""
        return "sha256:" + hashlib.sha256(self.__value.encode()).hexdigest()[:8]

    @property
    def length(self) -> int:
        """Number of characters."""
        return len(self.__value)

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode(), other.reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not to be copied out of the process")


class Credentials(Record, frozen=True):
    """Client ID and Client Secret of one OAuth application."""

    client_id: Secret
    client_secret: Secret
