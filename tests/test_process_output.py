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
from tests.support.secret_service import needs

if TYPE_CHECKING:
    from tests.support.command import Tool

UNREAD = ("setup", "setup 2>&1 >/dev/null", "guide --json", "setup --help", "--version")
NOT_WRITTEN = "The output can't be written"
LINES = [  # of a shell, its exit code, what standard error says
    *((f"{{ sleep 0.1; eh-connect {each}; }} | true", 0, "") for each in UNREAD),
    *((f"eh-connect setup {closed}", 0, "") for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-")),
    *((f"eh-connect setup {flags} >/dev/full", 4, NOT_WRITTEN) for flags in ("", "--json")),
    *((f"eh-connect setup --via no {flags} >/dev/full", 3, "--via") for flags in ("", "--json")),
    *(
        (f"eh-connect {help_} >/dev/full", 4, NOT_WRITTEN)
        for help_ in ("", "--help", "setup --help", "--version")
    ),
    ("eh-connect setup --json 2>/dev/full", 0, ""),
    ("eh-connect setup --via no 2>/dev/full", 3, ""),
    ("eh-connect setup --nope 2>/dev/full", 2, ""),
    (r"eh-connect setup --json --name $'\xff' --client-secret-file $'\xfe'", 3, ""),
    (r"eh-connect $'\xff\xfe' --json", 2, ""),
    (r"""EH_CONNECT_HOME="$HOME"/$'\xff' eh-connect setup --json""", 0, ""),
    (r"""touch "$HOME"/$'\xfe'; EH_CONNECT_HOME="$HOME"/$'\xfe' eh-connect setup --json""", 4, ""),
    (r"""mkdir gone; cd gone; rmdir "$PWD"; eh-connect setup --json""", 0, ""),
]
"""Streams that are closed, full, or read by nobody; words that are no text; a folder that is gone."""


@needs("a shell", os.name != "nt")
@needs("a device that is always full", Path("/dev/full").exists())
@pytest.mark.parametrize(("line", "code", "says"), LINES)
def test_a_shell_may_hand_in_anything(tool: Tool, line: str, code: int, says: str) -> None:
    run = tool.shell(f"set -o pipefail; {line}")
    assert (run.code, says in run.err) == (code, True), run
    assert not re.search("Traceback|defect", run.err)
    if "--json" in line and code and not says:
        assert (run.error["code"], run.err) == (code, "")
    if code == 0 and "eh-connect setup" in line and "--help" not in line:
        assert len(tool.stage.profiles) == 1


def test_output_is_readable_without_unicode(tool: Tool) -> None:
    locale = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    name = "“Löhne” → 工资 🐘"
    tool.setup("--name", name)
    tool.kind = "interpreter"
    run = tool.run("setup", "--no-input", **locale)
    assert (run.code, "Traceback" in run.err) == (0, False)
    run = tool.run("setup", "--no-input", "--dry-run", **locale, **tool.rotated)
    assert (run.code, "(unknown)" in run.out or "sha256:" in run.out) == (0, True)
    assert "->" in run.out
    run = tool.run("setup", "--json", "--if-exists", "“", **locale)
    assert run.error["code"] == 3
    assert tool.run("setup", "--json", **locale).succeeded["profile"]["name"] == name
    assert tool.run("guide", PYTHONIOENCODING="cp437").code == 0


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
