"""The wizard at a pseudo-terminal, led to a sandbox: as a person meets it, with nothing given beforehand."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.support import leaks
from tests.support.screen import DOWN, ENTER, Person, at_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.command import Tool

NOTHING = dict.fromkeys(
    ("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET", "EH_CONNECT_ORG_ID", "STACKONE_API_KEY")
)
ORGANISATION = "12345"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/connect/link/[\w-]+")


@contextmanager
def at(tool: Tool, *arguments: str, columns: int = 80, **changed: str | None) -> Iterator[Person]:
    """Run the tool at a terminal; its screen is searched for secrets afterwards."""
    variables = tool.variables({"TERM": "xterm-256color", **NOTHING, **changed})
    with at_terminal(*arguments, environment=variables, columns=columns, cwd=tool.folder) as someone:
        yield someone
    leaks.add("the screen", someone.raw.decode(errors="replace"))


def paste(someone: Person, question: str, secret: str) -> None:
    """Answer a hidden question."""
    someone.sees(question)
    someone.waits_unseen()
    someone.types(secret + ENTER)
    someone.sees(f"{len(secret)} characters")


def to_the_form(someone: Person, choice: int = 0) -> None:
    """Key, data, organisation."""
    paste(someone, "StackOne API key", leaks.API_KEY)
    someone.sees("Which data may your integration read?")
    someone.sees("Choose cards", stays=False)
    someone.types(DOWN * choice + ENTER)
    someone.answers("a colleague has the account)", ORGANISATION)


def to_the_review(someone: Person, secret: str = leaks.CLIENT_SECRET) -> None:
    """All before the review, in the full form."""
    to_the_form(someone)
    someone.sees("I've created it", stays=False)
    someone.types(ENTER)
    paste(someone, "? Client ID", leaks.CLIENT_ID)
    paste(someone, "Client Secret", secret)


def link_on(someone: Person) -> str:
    """The sign-in link, as a person copies it: whole, though the terminal broke it."""
    found = LINK.findall("".join(someone.lines))
    return str(found[-1])
