"""One private folder: believed only if nobody else could have written in it; its files replaced in one step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def default_folder(environ: Mapping[str, str]) -> Path | None:
    """``EH_CONNECT_HOME``, else the platform's folder for state; None where the system knows no home."""
    raise NotImplementedError


class PrivateFolder:
    """A folder (0700) of files (0600). Errors: StorageError.

    Whatever is read or locked, the way to it and the file itself are judged first.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is none. Creates nothing."""
        raise NotImplementedError

    def write(self, name: str, content: bytes) -> None:
        """Replace a file in one step: a reader sees the old or the new one, never a part."""
        raise NotImplementedError

    def delete(self, name: str) -> bool:
        """Delete a file; False where there was none."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """The names of all that is in there."""
        raise NotImplementedError

    def check_writable(self) -> None:
        """Make the folder, write a file in it and delete that again."""
        raise NotImplementedError
