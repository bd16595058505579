"""Writes the hand-over page, with the key that opens the answer in the keyring."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.employment_hero import scopes
from eh_connect.employment_hero.hand_over import HandOverKey
from eh_connect.employment_hero.hand_over_page import page
from eh_connect.errors import StorageError
from eh_connect.guide import PRECONDITIONS, SCOPES_STAY
from eh_connect.lines import Line, exact, ok, prose, warn
from eh_connect.results import Result

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eh_connect.guide_steps import Section
    from eh_connect.local.profile import LocalProfile
    from eh_connect.values import Values

NAME = "eh-connect-hand-over.html"
_MOST = 100


class PageResult(Result):
    """The page that was written, and what it shows of its key."""

    path: str
    check_phrase: str

    def lines(self) -> list[Line]:
        """Where it is, and what becomes of it."""
        return [
            ok("Wrote the page for your colleague:"),
            exact(self.path),
            prose(
                "Send it as it is. They create the application, enter Client ID and Client Secret there, and "
                "send you a locked text. Only your keyring opens it."
            ),
            prose(f"Compare on the phone: the page shows the check phrase {self.check_phrase}."),
        ]


def write_page(
    portal: Section, values: Values, local: LocalProfile, folder: Callable[[], Path], path: Path | None = None
) -> PageResult:
    """Write it.

    Args:
        portal: the steps in the portal.
        values: what this run was told.
        local: gets the key, which replaces that of an earlier page once this one is written.
        folder: where the page goes, unless ``path`` is given.
        path: the file to write; it is replaced.

    Raises:
        StorageError: the keyring or the folder.
    """
    key = HandOverKey.new()
    chosen = values[i.SCOPES]
    boxes = scopes.parse(chosen).ticked if chosen else ()
    text = page(
        key,
        steps=(*PRECONDITIONS.lines(document=True), warn(SCOPES_STAY), *portal.lines(document=True)),
        scopes=boxes,
        values=portal.copies,
        asked_by=values.sure(i.NAME),
    )
    earlier = local.hand_over_key() if local.writes else None
    local.save_hand_over_key(key.secret)
    try:
        written = _write(text, folder) if path is None else replace(path, text)
    except BaseException:  # Ctrl-C too: a text locked in the page that is out must still open
        local.save_hand_over_key(earlier)
        raise
    return PageResult(path=str(written), check_phrase=key.check_phrase)


def _write(text: str, folder: Callable[[], Path]) -> Path:
    """Under the first name that is free."""
    stem, ending = NAME.split(".")
    try:
        here = folder()
        for number in range(1, _MOST):
            path = here / (NAME if number == 1 else f"{stem}-{number}.{ending}")
            try:
                with path.open("x", encoding="utf-8") as file:
                    file.write(text)
            except FileExistsError:
                continue
            return path
    except OSError as exc:
        raise unwritable("the page", exc) from None
    raise StorageError("There are a hundred hand-over pages in this folder", hint="Delete some.")


def replace(path: Path, text: str) -> Path:
    """Write a file that the person named."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise unwritable(os.fspath(path), exc) from None
    return path


def unwritable(what: str, exc: OSError) -> StorageError:
    """No folder, no rights, no room."""
    return StorageError(
        f"Can't write {what}",
        detail=f"{exc.strerror or 'The folder is gone'}.",
        hint="Go to a folder where you may write, or name a file with --output.",
    )
