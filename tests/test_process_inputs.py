"""Secrets by file, standard input, variable and locked text; the guide, and the page that is handed over."""

from __future__ import annotations

import json
import os
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.cli.secret_files import read_secret
from tests.support import leaks
from tests.support.command import NEW_PAIR, PAIR, Run, Tool
from tests.support.hand_over import lock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"one", ""),
        (b"  one\r\n", ""),
        (b"\xef\xbb\xbfone", ""),
        ("one".encode("utf-16"), ""),
        (b"", "empty"),
        (b"\xff\x00\x00", "not text"),
        (b"x" * 70_000, "larger"),
    ],
    ids=lambda given: repr(given[:20]),
)
def test_a_file_is_read_as_editors_and_shells_write_it(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(ValueError, match=why) if why else nullcontext():
        text = read_secret(str(tmp_path / "file"), "API key", show=print, patience=9)
        assert text == "one"


def test_a_secret_comes_by_file_or_standard_input_before_its_variable(tool: Tool) -> None:
    tool.stdin = leaks.NEW_SECRET.encode()
    run = tool.setup("--client-secret-file", "-")
    assert (run.succeeded["action"], tool.kept()) == ("created", {"current": NEW_PAIR})
    file = tool.keyring.with_name("key")
    file.write_text(leaks.API_KEY)
    run = tool.setup("--api-key-file", str(file), STACKONE_API_KEY="v1.eu1.no-such-key", **tool.rotated)
    assert run.succeeded["action"] == "unchanged"


def test_what_can_not_be_a_secret_is_refused_with_its_flag(tool: Tool) -> None:
    tool.stdin = b"two words"
    run = tool.setup("--client-secret-file", "-")
    (problem,) = run.error["invalid"]
    assert (run.code, problem["flag"]) == (3, "--client-secret-file")
    assert tool.stage.requests() == []


def test_standard_input_carries_one_secret_alone(tool: Tool) -> None:
    tool.stdin = leaks.NEW_SECRET.encode()
    run = tool.setup("--client-secret-file", "-", "--api-key-file", "-")
    assert run.code == 3
    assert {each["flag"] for each in run.error["invalid"]} == {"--client-secret-file", "--api-key-file"}


def test_a_pipe_is_a_file_too(tool: Tool) -> None:
    pipe = tool.keyring.with_name("pipe")
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=(leaks.NEW_SECRET,), daemon=True).start()
    assert tool.setup("--client-secret-file", str(pipe)).succeeded["action"] == "created"
    assert tool.kept() == {"current": NEW_PAIR}


def test_a_pipe_that_nobody_writes_to_is_said_after_a_moment_and_left_in_the_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    said: list[str] = []
    with pytest.raises(ValueError, match="nothing came from"):
        read_secret(str(tmp_path / "pipe"), "API key", show=lambda line: said.append(line.text), patience=1.5)
    assert ["Waiting for" in text for text in said] == [True]


@pytest.mark.parametrize("flag", ["--client-secret", "--api-key"])
def test_a_secret_on_the_command_line_is_refused_with_the_safe_ways(tool: Tool, flag: str) -> None:
    run = tool.setup(flag, "made-up-value")
    assert (run.error["code"], run.error["type"]) == (2, "usage")
    said = f"{run.error['detail']} {run.error['hint']}"
    assert all(part in said for part in (f"{flag}-file PATH", f"{flag}-file -", "history", "new"))
    assert "made-up-value" not in run.out + run.err
    assert tool.stage.requests() == []


# The guide


@pytest.mark.parametrize(
    ("form", "begins"), [("text", "Connect"), ("markdown", "# "), ("json", "{"), ("html", "<!")]
)
def test_the_guide_comes_in_each_form_and_sends_nothing(tool: Tool, form: str, begins: str) -> None:
    file = tool.folder / "guide"
    arguments = ("guide", "--format", form, "--scopes", "directory", "--org-id", "12345")
    run = tool.run(*arguments, "--output", str(file))
    text = file.read_text()
    assert (run.code, text.startswith(begins)) == (0, True)
    for wanted in ("StackOne Integration", "employmenthero/callback", "Teams", "12345"):
        assert wanted in text
    shown = tool.run(*arguments).out if form != "html" else text
    if form == "json":
        assert json.loads(shown)["guide"] == json.loads(text)["guide"]
    else:
        assert shown.split() == text.split()
    assert tool.stage.requests() == tool.stage.requests(employment_hero=True) == []
    run = tool.run(*arguments, "--json", "--output", str(tool.folder / "no" / "such" / "folder"))
    assert (run.error["code"], "--output" in run.error["hint"]) == (4, True)
    assert tool.run("guide", "--json", "--format", "pdf").error["invalid"][0]["flag"] == "--format"


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
    assert "earlier page can't be opened" in tool.run("guide", "--format", "html").out
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
