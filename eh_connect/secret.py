"""A secret that can't be printed by accident, and the two that are an application's credentials."""

from __future__ import annotations

import hashlib
import hmac
from typing import NoReturn

from eh_connect.record import Record


class Secret:
    """A secret text. Only ``reveal()`` returns it, so a search for that name shows where secrets go."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """Return the text, for the keyring, a request, or a hand-over that the person asked for."""
        return self.__value

    @property
    def fingerprint(self) -> str:
        """``sha256:`` and the first 8 hex digits of the text's SHA-256. Only this form may be shown."""
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
        raise TypeError("a Secret can't be pickled or copied")


class Credentials(Record, frozen=True, forbid_unknown_fields=True):
    """Client ID and Client Secret of one OAuth application."""

    client_id: Secret
    client_secret: Secret
