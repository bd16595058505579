"""Secrets and other values by file, standard input, variable and locked text; and the guide."""

from __future__ import annotations

import json
import os
import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from eh_connect.cli.secret_files import read_secret
from tests.support import leaks
from tests.support.command import NEW_PAIR, Tool

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
