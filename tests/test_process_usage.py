"""Wrong usage, odd surroundings, and output that can't be written: said, and never a defect of ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eh_connect import __version__
from tests.support import leaks
from tests.support.leaks import ODD_SECRET

if TYPE_CHECKING:
    from tests.support.command import Tool

SECRETIVE = "Zq7-hush_hush.9"

WRONG = [
    ["frobnicate"],
    ["setup", "--frobnicate"],
    ["setup", f"--frobnicate={SECRETIVE}"],
    ["setup", SECRETIVE],
    ["setup", "--client-sec", SECRETIVE],
    ["setup", "--json=", SECRETIVE],
    [SECRETIVE],
    ["setup", "--dry-run=yes"],
    ["guide", "--client-secret", SECRETIVE],
    ["sandbox", "--profile", SECRETIVE],
    ["setup", "--api-key", SECRETIVE],
    ["setup", f"-{SECRETIVE}"],
    ["setup", f"--{SECRETIVE}=x"],
    ["setup", "--", f"--{SECRETIVE}"],
    ["setup", "--timeout"],
    ["setup", "--client-secret"],
    ["setup", "--exit-code"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_wrong_usage_is_told_without_the_value(tool: Tool, arguments: list[str]) -> None:
    run = tool.run(*arguments)
    assert (run.code, run.out, SECRETIVE in run.err, "Traceback" in run.err) == (2, "", False, False)
    assert run.err
    first = (
        WRONG.index(arguments) % 2 or "--" in arguments or arguments[-1] in {"--timeout", "--client-secret"}
    )
    run = tool.run(*(["--json", *arguments] if first else [*arguments, "--json"]))
    assert (run.error["code"], run.error["type"], SECRETIVE in run.out + run.err) == (2, "usage", False)
    assert run.answer.keys() == {"schema", "command", "ok", "warnings", "next", "error"}
    known = next((a for a in arguments if a in {"setup", "guide", "sandbox"}), None)
    assert run.answer["command"] == known


def test_a_misspelt_flag_suggests_the_nearest_but_none_that_would_be_refused(tool: Tool) -> None:
    said = tool.run("setup", "--api_key=x").err
    assert "No such option: --api_key (Possible options: --api-key-file)" in said


BAD = {
    "--timeout": "soon",
    "--wait": "1e9",
    "--via": "API",
    "--if-exists": "overwrite",
    "--profile": "../up",
    "--name": "two\nlines",
    "--profile-id": "a b",
    "--org-id": "https://example.com/",
    "--scopes": "no such card",
    "--stackone-url": "https://a..b",
    "--stackone-app-url": "ftp://app.stackone.com",
    "--client-secret-file": "/no/such/file",
    "--action": "",
}


def test_every_bad_value_is_told_at_once_with_its_flag_and_changes_nothing(tool: Tool) -> None:
    arguments = [word for pair in BAD.items() for word in pair]
    run = tool.setup(*arguments)
    problems = [problem["flag"] for problem in run.error["invalid"] + run.error["missing"]]
    assert (run.code, run.error["type"], sorted(problems)) == (3, "input", sorted(BAD))
    run = tool.run("setup", "--no-input", *arguments, STACKONE_API_KEY=None)
    assert (run.code, run.out) == (3, "")
    assert all(flag in run.err for flag in (*BAD, "--api-key-file", "STACKONE_API_KEY"))
    assert (tool.stage.requests(), tool.state.exists(), tool.keyring.exists()) == ([], False, False)


def test_tab_offers_what_is_known(tool: Tool) -> None:
    tool.setup("--profile", "staging").succeeded  # noqa: B018  # it asserts
    for typed, offered in (
        ("eh-connect st", "status"),
        ("eh-connect setup --profile s", "staging"),
        ("eh-connect setup --scopes all-read,dir", "all-read,directory"),
        ("eh-connect setup --action employmenthero_list_te", "employmenthero_list_teams"),
    ):
        count = str(typed.count(" "))
        run = tool.run(_EH_CONNECT_COMPLETE="complete_bash", COMP_WORDS=typed, COMP_CWORD=count)
        assert (run.code, run.out.split(), run.err) == (0, [offered], ""), typed


# Surroundings


def test_a_chosen_folder_needs_no_home(tool: Tool) -> None:
    for home in (None, "", "/no/such/home"):
        assert tool.setup(HOME=home).succeeded["action"] in {"created", "unchanged"}, home


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be somebody else")
def test_somebody_without_a_home_is_told_what_to_set_and_needs_none_without_a_store(tool: Tool) -> None:
    nowhere = dict.fromkeys(("EH_CONNECT_HOME", "EH_CONNECT_KEYRING", "EH_TEST_RECORD", "HOME", "TMPDIR"))
    unknown = {"EH_TEST_UID": "54321", **nowhere}
    for command in (["setup"], ["rotate"], ["setup", "--sandbox"], ["guide", "--format", "html"]):
        run = tool.run(*command, "--json", **unknown)
        assert (run.error["code"], "EH_CONNECT_HOME" in run.error["hint"]) == (4, True), command
    assert tool.stage.requests() == []
    assert tool.run("setup", "--no-store", "--json", **unknown).succeeded["action"] == "created"
    assert tool.run("status", "--json", **unknown).succeeded["profiles"] == []
    assert tool.run("guide", **unknown).code == 0
    assert tool.run("doctor", "--json", **unknown).code == 4


def test_verbose_says_no_secret(tool: Tool) -> None:
    run = tool.setup("--verbose", EH_CONNECT_CLIENT_SECRET=ODD_SECRET)
    assert run.succeeded["action"] == "created"


IN_A_COMMAND = """
import os, sys
from eh_connect.cli.commands import Command
from eh_connect.cli.execute import execute
def run(session):
    secret = os.environ["CANARY"]
    raise ValueError(f"can't handle {secret}") from KeyError(secret)
sys.exit(execute(Command("setup", "__main__:run", "", (), (), ()), {"json": "--json" in sys.argv}))
"""
BEFORE_IT = """
import sys
from eh_connect.__main__ import main
sys.modules["eh_connect.cli.execute"] = None
sys.exit(main(["setup", "--name", "canary", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("flags", [["--json"], []])
@pytest.mark.parametrize(
    ("script", "kind"), [(IN_A_COMMAND, "ValueError"), (BEFORE_IT, "ModuleNotFoundError")]
)
def test_a_defect_is_named_by_its_place_and_never_by_its_text(
    tool: Tool, script: str, kind: str, flags: list[str]
) -> None:
    tool.kind = "code"
    run = tool.run(script, *flags, CANARY=leaks.CLIENT_SECRET)
    said = run.error["title"] if flags else run.err
    assert (run.code, kind in said, "Traceback" in run.err) == (1, True, False)


def test_a_variable_that_is_for_setup_is_no_matter_of_a_command_that_does_not_take_it(tool: Tool) -> None:
    tool.setup().succeeded  # noqa: B018  # it asserts
    for_setup = {
        "EH_CONNECT_ORG_ID": "no organisation",
        "EH_CONNECT_SCOPES": "no:such:scope",
        "EH_CONNECT_NAME": "two\nlines",
        "EH_CONNECT_ACTIONS": "all,one",
    }
    link = ["link", "--owner-id", "customer-1", "--owner-name", "Customer One"]
    for command in (["verify"], link, ["status"], ["doctor"], ["remove", "--yes"]):
        assert tool.run(*command, "--json", **for_setup).succeeded["ok"], command
    assert tool.run("setup", "--json", **for_setup).code == 3


def test_the_installed_script_is_the_same_program(tool: Tool) -> None:
    script = Path(sys.executable).with_name("eh-connect")
    if not script.exists():
        pytest.skip("it is not installed")
    tool.kind = "program"
    assert tool.run(str(script), "setup", "--json").succeeded["action"] == "created"
    assert tool.run(str(script), "--version").out == f"eh-connect {__version__}\n"
