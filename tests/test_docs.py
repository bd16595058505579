"""The documents say what is so: their command lines run, their tables are complete, their links lead on."""

from __future__ import annotations

import inspect
import re
import shlex
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

import pytest

from docs import reference
from docs.pictures import phases
from eh_connect.cli.commands import COMMANDS
from eh_connect.cli.execute import TerminatedError
from eh_connect.cli.parser import parser_of
from eh_connect.errors import EhConnectError
from eh_connect.flows import status
from eh_connect.flows.causes import CAUSES
from tests.support import leaks
from tests.support.documents import (
    ALL,
    FOR_USERS,
    README,
    ROOT,
    anchors,
    blocks,
    command_lines,
    inline_code,
    prose,
    table,
)

if TYPE_CHECKING:
    from tests.support.command import Tool

DOCS = ROOT / "docs"
SET_UP_AND_TEST = [block.text for block in blocks(README, "sh")[:2]]
STEPS = [line for block in blocks(DOCS / "ci.md", "yaml") for line in re.findall(r"run: (.*)", block.text)]
SCRIPTS = [
    pytest.param(text, id=f"{document.name}-{number}")
    for document in FOR_USERS
    for number, text in enumerate((block.text for block in blocks(document, "sh")), 1)
    if text not in SET_UP_AND_TEST and "--credentials-file" not in text  # which a colleague brings
] + [pytest.param(line, id="ci.md-step") for line in STEPS if line.startswith("eh-connect")]
LINES = [
    pytest.param(line, id=f"{document.name}-{number}")
    for document in ALL
    for number, line in enumerate(dict.fromkeys(command_lines(document)), 1)
] + [pytest.param(line, id=f"help-{name}") for name in COMMANDS for line, _ in COMMANDS[name].examples]


def of_each_document(documents: tuple[Path, ...] = ALL) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("document", documents, ids=lambda document: document.name)


def credentials(tool: Tool) -> Path:
    """A folder with a file for each secret, as systemd's LoadCredential makes one."""
    folder = tool.keyring.with_name("credentials")
    folder.mkdir()
    secrets = {"client-secret": leaks.CLIENT_SECRET, "new-client-secret": leaks.NEW_SECRET}
    for name, secret in (secrets | {"api-key": leaks.API_KEY}).items():
        (folder / name).write_text(secret + "\n")
    return folder


def test_the_readme_is_read_in_a_minute_and_starts_with_two_lines_to_paste() -> None:
    sandbox, tests = SET_UP_AND_TEST
    assert "\n" not in sandbox + tests
    assert sandbox.endswith(".venv/bin/eh-connect setup --sandbox --no-input")
    assert tests.endswith(".venv/bin/pytest -n auto")
    assert len(README.read_text("utf-8").splitlines()) <= 100


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_documented_script_runs_as_it_stands(script: str, tool: Tool) -> None:
    lines = [line for line in script.splitlines() if not line.startswith("export ")]
    if all(re.fullmatch(r"eh-connect [^|>;]*", line) for line in lines):
        values = {"CREDENTIALS_DIRECTORY": str(credentials(tool))}
        runs = [tool.run(*shlex.split(Template(line).substitute(values))[1:]) for line in lines]
    else:
        runs = [tool.shell("set -euo pipefail\n" + "\n".join(lines))]
    assert [done.err for done in runs if done.code != 0] == []


@pytest.mark.parametrize("line", LINES)
def test_a_documented_command_line_is_one_that_the_parser_takes(line: str) -> None:
    _, *words = shlex.split(line)
    if not words or words[0].startswith("-"):
        assert words in ([], ["--help"], ["--version"])
        return
    name, *arguments = words
    taken = parser_of(COMMANDS[name]).make_context(name, arguments).params
    by_parameter = {each.parameter: each for each in COMMANDS[name].all_inputs}
    for parameter, value in taken.items():
        wanted = by_parameter.get(parameter)
        if isinstance(value, str) and wanted is not None and wanted.kind.carries == "value":
            wanted.kind.judge(value)


def test_the_documented_pipeline_tells_pending_changes_from_none_and_passes_errors_on(tool: Tool) -> None:
    script = next(block.text for block in blocks(DOCS / "ci.md", "sh") if "--exit-code" in block.text)
    script = f"set -euo pipefail\n{script}"
    assert tool.shell(script).out.endswith("Changes are pending.\n")
    tool.setup().succeeded  # noqa: B018  # it asserts
    assert tool.shell(script).out.endswith("Nothing to change.\n")
    assert tool.shell(script, STACKONE_API_KEY="").code == 3


@of_each_document()
def test_a_document_names_only_flags_that_exist(document: Path) -> None:
    flags = {flag for each in reference.declared() for flag in (each.flag, each.off) if flag}
    ours = {*flags, "--client-secret", "--api-key", "--help", "--version", "--quiet", "--editable"}
    code = [*inline_code(document), *(block.text for block in blocks(document, "sh", "yaml"))]
    ours |= {"--check"} if document.name == "CONTRIBUTING.md" else set()
    assert {flag for text in code for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)} <= ours


def test_every_variable_is_in_the_reference() -> None:
    pattern = r"\b(?:EH_CONNECT|STACKONE|EMPLOYMENT_HERO)_[A-Z_]+\b"
    sources = (ROOT / "eh_connect").rglob("*.py")
    known = {name for path in sources for name in re.findall(rf'"({pattern})"', path.read_text("utf-8"))}
    assert known == set(re.findall(pattern, (DOCS / "setup.md").read_text("utf-8")))


def test_every_exit_code_is_in_the_table_with_its_type() -> None:
    rows = table(DOCS / "exit-codes.md", "code", "type", "meaning", "do")
    errors = [TerminatedError, EhConnectError]
    for error in errors:  # it grows meanwhile
        errors += [each for each in error.__subclasses__() if each not in errors]
    documented = {(int(code), name.strip("`")) for code, name, *_ in rows}
    assert documented == {(error.code, error.type) for error in errors} | {(0, ""), (10, "")}


def test_all_that_can_be_due_is_in_the_table() -> None:
    rows = table(DOCS / "status.md", "id in the JSON", "means")
    known = re.findall(r'self\._due\(\s*"(\w+)"', inspect.getsource(status))
    assert sorted(row[0].strip("`") for row in rows) == sorted(known)


def test_every_check_of_doctor_is_in_the_table(tool: Tool) -> None:
    rows = [row[0] for row in table(DOCS / "doctor.md", "check", "looks at")]
    shown = re.findall(r"^  \S (\S.*?)  ", tool.run("doctor").out, re.MULTILINE)
    assert shown == rows


def test_what_a_browser_may_show_is_in_the_table() -> None:
    rows = table(DOCS / "verify.md", "your browser shows", "do")
    assert [row[0] for row in rows] == [cause.looks for cause in CAUSES]


def test_the_picture_of_the_phases_is_of_the_rotation_as_it_is() -> None:
    assert phases.svg(phases.phases()) == phases.FILE.read_text("utf-8")


@of_each_document()
def test_files_and_headings_that_a_document_names_are_there(document: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)]+)\)", prose(document)):
        place, _, heading = target.partition("#")
        file = document.parent / place if place else document
        if "://" not in target and (not file.exists() or (heading and heading not in anchors(file))):
            broken.append(target)
    ours = r"(eh_connect|tests|docs|\.ci|cli|flows|person|local|stackone)/[\w./-]+"
    named = [text for text in inline_code(document) if re.fullmatch(ours, text)]
    broken += [
        name for name in named if not ((ROOT / name).exists() or (ROOT / "eh_connect" / name).exists())
    ]
    assert broken == []


def test_every_document_and_picture_is_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), {README}
    while ahead:
        document = ahead.pop()
        reached.add(document)
        targets = re.findall(r"\]\(([^)#:]+\.(?:md|svg|png))(?:#[^)]*)?\)", prose(document))
        found = {(document.parent / target).resolve() for target in targets} - reached
        reached |= {file for file in found if file.suffix != ".md"}
        ahead |= found - reached
    pictures = {path for path in (DOCS / "pictures").iterdir() if path.suffix in {".svg", ".png"}}
    assert reached == {*ALL, *pictures}


@of_each_document(FOR_USERS)
def test_every_block_is_of_a_kind_that_is_checked(document: Path) -> None:
    assert {block.language for block in blocks(document)} <= {"sh", "json", "yaml", "text"}
