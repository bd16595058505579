"""Immutable values with named fields. Declaring a dataclass takes ten times as long, and a run needs forty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

if TYPE_CHECKING:
    from typing import Self


class Record(Struct, frozen=True):
    """The base: its subclasses declare fields as a dataclass does; equal where all fields are."""

    def replace(self, **fields: Any) -> Self:
        """A copy with other values."""
        return structs.replace(self, **fields)
