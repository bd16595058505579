"""Writes the hand-over page, and saves the key that opens the answer."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect import guide
from eh_connect.employment_hero.hand_over import HandOverKey, page
from eh_connect.errors import StorageError
from eh_connect.lines import Line, exact, ok, prose, warn
from eh_connect.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eh_connect.local.profile import LocalProfile
    from eh_connect.values import Values

_MOST_PAGES = 100
"""Hand-over pages in one folder."""


class PageResult(Result, frozen=True, kw_only=True):
    """The page that was written, and the check phrase that it shows. ``replaces``: an earlier page is void now."""

    path: str
    check_phrase: str
    replaces: bool

    def lines(self) -> list[Line]:
        """Where the page is, and what to do with it."""
        found = [
            ok("Wrote the page for your colleague:"),
            exact(self.path),
            prose(
                "Send it as it is. They create the application, enter Client ID and Client Secret there, and "
                "send you a locked text. Only your keyring opens it."
            ),
            prose(f"Compare on the phone: the page shows the check phrase {self.check_phrase}."),
        ]
        if self.replaces:
            found.append(warn("A text that was locked in an earlier page can't be opened now."))
        return found


def write_page(values: Values, local: LocalProfile, path: Path | None = None) -> PageResult:
    """Write the page to ``path``, or to a new file in this folder.

    The key of an earlier page is replaced, once the new page is written.

    Raises:
        StorageError: the keyring can't save the key, or the page can't be written.
    """
    key = HandOverKey.new()
    section = guide.portal_section(values)
    before = (*guide.PRECONDITIONS.lines(document=True), warn(guide.SCOPES_STAY))
    text = page(
        key,
        steps=(*before, *section.lines(document=True)),
        scopes=guide.chosen_scopes(values).ticked,
        values=section.copies,
    )
    earlier = local.hand_over_key() if local.writes else None
    local.save_hand_over_key(key.secret)
    try:
        written = write_file(path, text) if path else _write_new(text)
    except BaseException:  # Ctrl-C too: the answer to the earlier page must still open
        local.save_hand_over_key(earlier)
        raise
    return PageResult(path=str(written), check_phrase=key.check_phrase, replaces=earlier is not None)


def write_file(path: Path, text: str) -> Path:
    """Write a file that the person named, even if it exists. Returns its path.

    Raises:
        StorageError: it can't be written.
    """
    with _storage_errors(os.fspath(path)):
        path.write_text(text, encoding="utf-8")
    return path


def _write_new(text: str) -> Path:
    """Write the page to a new file in this folder. Returns its path."""
    with _storage_errors("the page"):
        here = Path.cwd()
        for number in range(1, _MOST_PAGES):
            path = here / f"eh-connect-hand-over{f'-{number}' if number > 1 else ''}.html"
            with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
                file.write(text)
                return path
    raise StorageError("There are a hundred hand-over pages in this folder", hint="Delete some.")


@contextmanager
def _storage_errors(what: str) -> Iterator[None]:
    """Turn an OSError into a StorageError that names ``what``."""
    try:
        yield
    except OSError as exc:
        raise StorageError(
            f"Can't write {what}",
            detail=f"{exc.strerror or 'The folder is gone'}.",
            hint="Go to a folder where you may write, or name a file with --output.",
        ) from None
