"""Writes the hand-over page, with the key that opens the answer in the keyring."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect import guide
from eh_connect import inputs as i
from eh_connect.employment_hero.hand_over import HandOverKey, page
from eh_connect.errors import StorageError
from eh_connect.lines import Line, exact, ok, prose, warn
from eh_connect.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from eh_connect.local.profile import LocalProfile
    from eh_connect.values import Values

_NAME, _ENDING = "eh-connect-hand-over", ".html"
_MOST = 100


class PageResult(Result, frozen=True, kw_only=True):
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


def write_page(values: Values, local: LocalProfile, path: Path | None = None) -> PageResult:
    """Write it to ``path``, whatever is there; without one, to a new file in this folder.

    Its key replaces that of an earlier page once it is written.

    Raises:
        StorageError: the keyring or the folder.
    """
    key = HandOverKey.new()
    section = guide.portal_section(values)
    before = (*guide.PRECONDITIONS.lines(document=True), warn(guide.SCOPES_STAY))
    text = page(
        key,
        steps=(*before, *section.lines(document=True)),
        scopes=guide.chosen_scopes(values).ticked,
        values=section.copies,
        asked_by=values.require(i.NAME),
    )
    earlier = local.hand_over_key() if local.writes else None
    local.save_hand_over_key(key.secret)
    try:
        written = replace(path, text) if path else _write(text)
    except BaseException:  # Ctrl-C too: a text locked in the page that is out must still open
        local.save_hand_over_key(earlier)
        raise
    return PageResult(path=str(written), check_phrase=key.check_phrase)


def replace(path: Path, text: str) -> Path:
    """Write a file that the person named."""
    with _writing(os.fspath(path)):
        path.write_text(text, encoding="utf-8")
    return path


def _write(text: str) -> Path:
    """Under the first name that is free."""
    with _writing("the page"):
        here = Path.cwd()
        for number in range(1, _MOST):
            path = here / f"{_NAME}{f'-{number}' if number > 1 else ''}{_ENDING}"
            with suppress(FileExistsError), path.open("x", encoding="utf-8") as file:
                file.write(text)
                return path
    raise StorageError("There are a hundred hand-over pages in this folder", hint="Delete some.")


@contextmanager
def _writing(what: str) -> Iterator[None]:
    """No folder, no rights, no room."""
    try:
        yield
    except OSError as exc:
        raise StorageError(
            f"Can't write {what}",
            detail=f"{exc.strerror or 'The folder is gone'}.",
            hint="Go to a folder where you may write, or name a file with --output.",
        ) from None
