"""Lines for a person; output that can't be written or read; text that is none."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eh_connect.cli.output import Output
from eh_connect.errors import EhConnectError
from tests.support import leaks
from tests.support.needs import needs

if TYPE_CHECKING:
    from tests.support.command import Tool

posix = pytest.mark.skipif(os.name == "nt", reason="a shell's redirections")
has_full = needs("a device that is always full", Path("/dev/full").exists())


@posix
@pytest.mark.parametrize(
    "line", ["setup", "setup 2>&1 >/dev/null", "guide --json", "setup --help", "--version"]
)
def test_a_reader_that_went_away_is_not_our_failure(tool: Tool, line: str) -> None:
    done = tool.shell(f"exec 3>&1; {{ sleep 0.1; eh-connect {line}; echo $? >&3; }} | true")
    assert (done.out.strip(), "Traceback" in done.err) == ("0", False)


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_fine(tool: Tool, closed: str) -> None:
    done = tool.shell(f"exec 3>&1; eh-connect setup {closed}; echo $? >&3")
    assert (done.out.splitlines()[-1], "Traceback" in done.err) == ("0", False)
    assert len(tool.stage.profiles) == 1


@has_full
@pytest.mark.parametrize("flags", ["", "--json"])
def test_output_that_can_not_be_written_is_told(tool: Tool, flags: str) -> None:
    done = tool.shell(f"eh-connect setup {flags} >/dev/full; echo $?")
    assert (done.out.strip(), "Traceback" in done.err) == ("4", False)
    assert "The output can't be written" in done.err
    done = tool.shell(f"eh-connect setup --via no {flags} >/dev/full; echo $?")
    assert (done.out.strip(), "--via" in done.err) == ("3", True)


@has_full
@pytest.mark.parametrize("asked", ["", "--help", "setup --help", "--version"])
def test_help_that_can_not_be_written_is_told_too(tool: Tool, asked: str) -> None:
    done = tool.shell(f"eh-connect {asked} >/dev/full; echo $?")
    assert (done.out.strip(), "The output can't be written" in done.err) == ("4", True)
    assert "defect" not in done.err


@has_full
def test_progress_that_can_not_be_written_stops_nothing(tool: Tool) -> None:
    done = tool.shell("eh-connect setup --json 2>/dev/full; echo $?")
    assert done.out.strip().endswith("0")
    assert len(tool.stage.profiles) == 1
    assert tool.shell("eh-connect setup --via no 2>/dev/full; echo $?").out.strip() == "3"
    assert tool.shell("eh-connect setup --nope 2>/dev/full; echo $?").out.strip() == "2"


def test_output_is_readable_without_unicode(tool: Tool) -> None:
    locale = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    name = "“Löhne” → 工资 🐘"
    tool.setup("--name", name)
    run = tool.run_real("setup", "--no-input", **locale)
    assert (run.code, "Traceback" in run.err) == (0, False)
    run = tool.run_real("setup", "--no-input", "--dry-run", **locale, **tool.rotated)
    assert (run.code, "(unknown)" in run.out or "sha256:" in run.out) == (0, True)
    assert "->" in run.out
    run = tool.run_real("setup", "--json", "--if-exists", "“", **locale)
    assert run.error["code"] == 3
    assert tool.run_real("setup", "--json", **locale).succeeded["profile"]["name"] == name
    assert tool.run_real("guide", PYTHONIOENCODING="cp437").code == 0


@posix
def test_arguments_that_are_no_text_are_told(tool: Tool) -> None:
    done = tool.shell(r"""eh-connect setup --json --name $'\xff' --client-secret-file $'\xfe'""")
    assert (json.loads(done.out)["error"]["code"], done.err) == (3, "")
    done = tool.shell(r"""eh-connect $'\xff\xfe' --json""")
    assert (json.loads(done.out)["error"]["code"], done.err) == (2, "")


@posix
def test_a_folder_whose_name_is_no_text_works(tool: Tool) -> None:
    done = tool.shell(r"""EH_CONNECT_HOME="$HOME"/$'\xff' eh-connect setup --json""")
    assert json.loads(done.out)["action"] == "created"
    done = tool.shell(r"""touch "$HOME"/$'\xfe'; EH_CONNECT_HOME="$HOME"/$'\xfe' eh-connect setup --json""")
    assert (json.loads(done.out)["error"]["code"], done.err) == (4, "")


@pytest.mark.parametrize("flags", [("--profile", "two"), ("--sandbox",)])
def test_every_command_in_a_status_is_for_its_label_and_its_servers(
    tool: Tool, flags: tuple[str, ...]
) -> None:
    if "--sandbox" in flags:
        assert "eh-connect setup --sandbox" in tool.run("status", *flags).out
    tool.setup(*flags).succeeded  # noqa: B018  # it asserts
    tool.run("rotate", "--json", *flags, **tool.rotated)
    if "--sandbox" not in flags:
        tool.stage.sign_in(tool.run("verify", "--json", *flags).succeeded["auth_link_url"])
        assert tool.run("verify", "--json", *flags).succeeded["status"] == "authenticated"
    said = re.findall(r"eh-connect [a-z].*", tool.run("status", *flags).out)
    assert said
    assert all(" ".join(flags) in command for command in said), said


def test_lines_for_a_person_in_a_pipe_have_no_colours_no_links_and_no_client_id(tool: Tool) -> None:
    runs = [tool.run("setup", "--no-input"), *(tool.run(c) for c in ("status", "doctor", "guide"))]
    for run in runs:
        assert run.code == 0
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", run.out + run.err)
        assert leaks.CLIENT_ID not in run.out


@pytest.mark.parametrize(
    ("prose", "meant"),
    [
        ("Make one, then run eh-connect rotate.", "Make one, then run eh-connect rotate --sandbox."),
        ("To return: eh-connect rotate --rollback", "To return: eh-connect rotate --rollback --sandbox"),
        ("Run eh-connect setup with them.", "Run eh-connect setup --sandbox with them."),
        ("See eh-connect setup --name x --sandbox.", "See eh-connect setup --name x --sandbox."),
        ("Run eh-connect sandbox in another terminal.", "Run eh-connect sandbox in another terminal."),
        ("It is not what eh-connect writes.", "It is not what eh-connect writes."),
    ],
)
def test_a_command_in_the_prose_of_an_error_is_for_the_sandbox_too(
    prose: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for suffix, said in ((" --sandbox", meant), ("", prose)):
        Output("setup", json=True, suffix=suffix).failure(EhConnectError("Title", hint=prose))
        assert json.loads(capsys.readouterr().out)["error"]["hint"] == said
