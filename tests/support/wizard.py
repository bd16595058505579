"""The wizard at a pseudo-terminal, led to a sandbox: as a person meets it, with nothing given beforehand."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support import leaks
from tests.support.screen import ENTER, Person, at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command import Tool

NOTHING = dict.fromkeys(
    ("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET", "EH_CONNECT_ORG_ID", "STACKONE_API_KEY")
)
LINK = re.compile(r"http://127\.0\.0\.1:\d+/connect/link/[\w-]+")

BEFORE_THE_REVIEW = (
    ("StackOne API key", leaks.API_KEY),
    ("Choose cards", ""),
    ("a colleague has the account)", "12345"),
    ("I've created it", ""),
    ("? Client ID", leaks.CLIENT_ID),
    ("? Client Secret", leaks.CLIENT_SECRET),
)
"""The end of each question, and its answer."""

TO_THE_FORM, TO_THE_SECRET, TO_THE_REVIEW = 3, 5, 6
"""How many of them are answered."""


@contextmanager
def at(tool: Tool, *arguments: str, columns: int = 80, **changed: str | None) -> Iterator[Person]:
    """Run the tool at a terminal; its screen is searched for secrets afterwards."""
    variables = tool.variables({"TERM": "xterm-256color", **NOTHING, **changed})
    with at_terminal(*arguments, environment=variables, columns=columns, cwd=tool.folder) as someone:
        yield someone


def paste(someone: Person, question: str, secret: str) -> None:
    """Answer a hidden question."""
    someone.sees(question)
    someone.waits_unseen()
    someone.types(secret + ENTER)
    someone.sees(f"{len(secret)} characters")


def walk(someone: Person, answers: int = TO_THE_REVIEW) -> None:
    """Answer the first questions, in the full form."""
    for question, answer in BEFORE_THE_REVIEW[:answers]:
        someone.sees(question, stays=bool(answer))
        someone.waits_unseen()
        someone.types(answer + ENTER)


def link_on(someone: Person) -> str:
    """The sign-in link, as a person copies it: whole, though the terminal broke it."""
    found = LINK.findall("".join(someone.lines))
    return str(found[-1])
