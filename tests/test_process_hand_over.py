"""The hand-over as processes meet it: the page, the locked text that comes back, its key in the keyring."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support import leaks
from tests.support.command import PAIR, Run, Tool
from tests.support.hand_over import lock

if TYPE_CHECKING:
    from pathlib import Path

BY_TEXT = {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": None}
"""Credentials come by the locked text alone."""


def make_page(tool: Tool, name: str = "page.html") -> tuple[Path, dict[str, Any]]:
    """The page's file, and what is said of it."""
    said = tool.run("guide", "--format", "html", "--output", name, "--json").succeeded
    key, text = json.loads(saved_key(tool) or ""), (tool.folder / name).read_text("utf-8")
    assert key["x"] in text
    assert key["d"] not in text
    return tool.folder / name, said


def saved_key(tool: Tool) -> str | None:
    entries: dict[str, str] = json.loads(tool.keyring.read_text()).get("eh-connect:default", {})
    return entries.get("hand-over")


def by_file(tool: Tool, text: str) -> Run:
    mailed = "> “" + "\r\n> ".join(text[at : at + 72] for at in range(0, len(text), 72)) + "”\r\n"
    (tool.folder / "locked.txt").write_text(mailed)
    return tool.setup("--credentials-file", "locked.txt", **BY_TEXT)


def by_standard_input(tool: Tool, text: str) -> Run:
    tool.stdin = text.encode()
    return tool.setup("--credentials-file", "-", **BY_TEXT)


def by_variable(tool: Tool, text: str) -> Run:
    return tool.setup(EH_CONNECT_LOCKED_CREDENTIALS=text, **BY_TEXT)


@pytest.mark.parametrize("come_back", [by_file, by_standard_input, by_variable])
def test_credentials_that_come_back_locked_make_the_profile_and_the_key_goes(
    come_back: Any, tool: Tool
) -> None:
    page, said = make_page(tool)
    assert said["path"].endswith("page.html")
    assert said["check_phrase"] in page.read_text("utf-8")
    assert come_back(tool, lock(page)).succeeded["action"] == "created"
    assert tool.kept() == {"current": PAIR}
    assert not saved_key(tool)
    assert tool.holds_what_stackone_has()


def test_the_key_goes_too_where_the_rest_has_to_be_done_in_the_dashboard(tool: Tool) -> None:
    tool.stage.refuse_writes()
    page, _ = make_page(tool)
    assert by_variable(tool, lock(page)).code == 8
    assert tool.kept() == {"next": PAIR}
    assert not saved_key(tool)


def test_the_key_stays_where_stackone_refused_what_came_back(tool: Tool) -> None:
    page, _ = make_page(tool)
    tool.environ["STACKONE_API_KEY"] = "made-up"
    assert by_variable(tool, lock(page)).code == 5
    assert saved_key(tool)


def test_a_text_of_an_earlier_page_is_told_by_its_key_and_nothing_is_lost(tool: Tool) -> None:
    earlier, _ = make_page(tool)
    newest, said = make_page(tool, "newest.html")
    run = by_variable(tool, lock(earlier))
    (problem,) = run.error["invalid"]
    assert (run.code, problem["input"]) == (3, "credentials")
    assert said["check_phrase"] in problem["why"]
    assert by_variable(tool, lock(newest)).succeeded["action"] == "created"


def test_a_page_that_could_not_be_written_leaves_the_key_of_the_one_that_is_out(tool: Tool) -> None:
    fails = ("guide", "--format", "html", "--output", "missing/page.html", "--json")
    assert tool.run(*fails).code == 4
    assert not saved_key(tool)
    page, _ = make_page(tool)
    assert tool.run(*fails).code == 4
    assert by_variable(tool, lock(page)).succeeded["action"] == "created"


def test_without_a_page_there_is_no_key_to_open_it(tool: Tool) -> None:
    page, _ = make_page(tool)
    tool.run("remove", "--yes", "--json").succeeded  # noqa: B018  # it asserts
    assert not saved_key(tool)
    assert "no hand-over page is out" in by_variable(tool, lock(page)).error["invalid"][0]["why"]


def test_a_rotation_takes_the_locked_text_too(tool: Tool) -> None:
    tool.setup().succeeded  # noqa: B018  # it asserts
    page, _ = make_page(tool)
    text = lock(page, {**PAIR, "client_secret": leaks.NEW_SECRET})
    run = tool.run("rotate", "--json", EH_CONNECT_LOCKED_CREDENTIALS=text, **BY_TEXT)
    assert run.succeeded["action"] == "rotated"
    assert tool.kept()["current"]["client_secret"] == leaks.NEW_SECRET
    assert not saved_key(tool)
