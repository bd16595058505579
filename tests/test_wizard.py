"""The wizard on a real pseudo-terminal: its screens, its questions, and how it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.support import golden
from tests.support.screen import ENTER
from tests.support.wizard import at, link_on, to_the_review

if TYPE_CHECKING:
    from tests.support.command import Tool
    from tests.support.screen import Person


def walk(someone: Person, tool: Tool) -> None:
    """The happy path, from the first question to the end."""
    to_the_review(someone)
    someone.sees("Create the connector profile?")
    someone.sees("Stop", stays=False)
    someone.types(ENTER)
    someone.sees("Created")
    someone.answers("Test it now?", "")
    someone.sees("check now", stays=False)
    tool.stage.sign_in(link_on(someone))
    someone.types(ENTER)
    someone.sees("Verified")
    someone.answers("(y/N)", "")
    someone.sees("eh-connect status")
    assert someone.leaves() == 0


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_happy_path(tool: Tool, columns: int) -> None:
    with at(tool, "setup", columns=columns) as someone:
        walk(someone, tool)
        golden.compare(f"setup-{columns}", someone)
    assert tool.holds_what_stackone_has()
    if columns == 80:
        printed = list("\n".join(someone.lines).rstrip().splitlines())
        questions = [line for line in printed if line.startswith("? ")]
        assert (len(questions), len(printed) <= 90) == (8, True)


def test_the_happy_path_without_colour(tool: Tool) -> None:
    with at(tool, "setup", NO_COLOR="1") as someone:
        walk(someone, tool)
    assert not re.search(rb"\x1b\[[0-9;]*(3[0-7]|9[0-7])m", someone.raw)
    assert b"\x1b[1m" in someone.raw, "bold is no colour"
