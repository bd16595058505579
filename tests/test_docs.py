"""The documents say what is so: their command lines run, their tables are complete, their links lead on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docs.pictures import phases
from eh_connect.cli.funnel import TerminatedError
from eh_connect.employment_hero.scopes import CARDS, PRESETS
from eh_connect.errors import EhConnectError
from tests.support import documents
from tests.support.documents import ALL, FOR_USERS, README, ROOT, blocks, inline_code, prose, table
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Stage

DOCS = ROOT / "docs"
COMMANDS = ("setup", "rotate", "verify", "link", "status", "remove", "doctor", "guide", "sandbox")
VARIABLE = r"(?:EH_CONNECT|STACKONE|EMPLOYMENT_HERO)_[A-Z_]+"
SHELLS = ("sh", "bash", "shell", "console")
NEW_SECRET = "made-up-new-secret-0123456789-0123456789-_"
REFUSED_FLAGS = {"--client-secret", "--api-key"}


def _pipeline_steps(document: Path) -> list[str]:
    steps = [re.findall(r"run: (eh-connect .*)", block.text) for block in blocks(document, "yaml")]
    return [line for found in steps for line in found]


SET_UP_AND_TEST = [block.text for block in blocks(README, "sh")[:2]]
ROTATE = DOCS / "rotate.md"
FROM_TOP_TO_BOTTOM = "\n".join(["eh-connect setup", *(block.text for block in blocks(ROTATE, *SHELLS))])
SCRIPTS = [
    pytest.param(text, id=f"{document.name}-{number}")
    for document in FOR_USERS
    for number, text in enumerate(
        [*(block.text for block in blocks(document, *SHELLS)), *_pipeline_steps(document)], 1
    )
    if text not in SET_UP_AND_TEST and document != ROTATE
] + [pytest.param(FROM_TOP_TO_BOTTOM, id=ROTATE.name)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with rehearsing(tmp_path / "sandbox") as stage:
        yield stage


@pytest.fixture
def environment(stage: Stage, tmp_path: Path) -> dict[str, str]:
    """A reader's machine: ``eh-connect`` on the path, its variables set, its two secret files."""
    programs = tmp_path / "bin"
    programs.mkdir()
    shim = programs / "eh-connect"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m eh_connect "$@"\n')
    shim.chmod(0o755)
    values = stage.environment
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    (credentials / "client-secret").write_text(values["EH_CONNECT_CLIENT_SECRET"] + "\n")
    stage.register(values["EH_CONNECT_CLIENT_ID"], NEW_SECRET)
    (credentials / "new-client-secret").write_text(NEW_SECRET + "\n")
    (credentials / "api-key").write_text(values["STACKONE_API_KEY"] + "\n")
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "CREDENTIALS_DIRECTORY": str(credentials),
        **values,
    }


def _bash(script: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def _flags_of(*command: str) -> frozenset[str]:
    """The flags that ``--help`` shows."""
    run = subprocess.run(
        [sys.executable, "-m", "eh_connect", *command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return _flags_in(run.stdout)


def _flags_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def _keys(value: Any) -> Any:
    """The shape of a JSON value: its keys, all the way down; a list's by its first item."""
    if isinstance(value, dict):
        return {key: _keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_keys(item) for item in value[:1]]
    return None


def test_the_readme_starts_with_two_lines_to_paste_the_rehearsal_and_the_tests() -> None:
    rehearsal, tests = SET_UP_AND_TEST
    assert "\n" not in rehearsal + tests
    assert rehearsal.endswith(".venv/bin/eh-connect setup --sandbox --no-input")
    assert ".venv/bin/pytest" in tests


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_documented_command_line_runs_as_it_stands(
    script: str, environment: dict[str, str], tmp_path: Path
) -> None:
    run = _bash(script, environment, tmp_path)
    assert run.returncode == 0, run.stderr


def test_the_documented_pipeline_tells_pending_changes_from_none(
    environment: dict[str, str], tmp_path: Path
) -> None:
    script = next(block.text for block in blocks(DOCS / "ci.md", "sh") if "--exit-code" in block.text)
    before = _bash(script, environment, tmp_path)
    _bash("eh-connect setup", environment, tmp_path)
    after = _bash(script, environment, tmp_path)
    assert "Changes are pending." in before.stdout
    assert "Nothing to change." in after.stdout


def test_the_documented_pipeline_passes_errors_on(environment: dict[str, str], tmp_path: Path) -> None:
    script = next(block.text for block in blocks(DOCS / "ci.md", "sh") if "--exit-code" in block.text)
    run = _bash(script, {**environment, "STACKONE_API_KEY": ""}, tmp_path)
    assert run.returncode == 3


@pytest.mark.parametrize(
    ("number", "name", "exit_code"), [(0, "Employment Hero", 0), (1, " ", 3)], ids=["success", "failure"]
)
def test_the_json_shown_has_the_fields_of_the_real_one(
    number: int, name: str, exit_code: int, environment: dict[str, str], tmp_path: Path
) -> None:
    shown = json.loads(blocks(DOCS / "output.md", "json")[number].text)
    if exit_code:
        environment = {**environment, "EH_CONNECT_CLIENT_ID": ""}
    run = _bash(f"eh-connect setup --json --name '{name}'", environment, tmp_path)
    assert run.returncode == exit_code
    assert _keys(shown) == _keys(json.loads(run.stdout))


def test_the_json_shown_of_a_proof_has_the_fields_of_the_real_one(
    environment: dict[str, str], tmp_path: Path
) -> None:
    answers = map(json.loads, (block.text for block in blocks(DOCS / "output.md", "json")))
    shown = next(answer for answer in answers if answer["command"] == "verify")
    run = _bash("eh-connect setup --json > setup.json; eh-connect verify --json", environment, tmp_path)
    assert _keys(shown) == _keys(json.loads(run.stdout))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_flag_is_in_the_reference(command: str) -> None:
    places = [place for name in ("setup", command) if (place := DOCS / f"{name}.md").exists()]
    reference = "".join(place.read_text(encoding="utf-8") for place in places)
    assert _flags_of(command) <= _flags_in(reference)


def test_the_picture_of_the_phases_is_of_the_rotation_as_it_is() -> None:
    assert phases.svg(phases.phases()) == phases.FILE.read_text(encoding="utf-8")


def test_every_variable_is_in_the_reference() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "eh_connect").rglob("*.py"))
    known = set(re.findall(rf'"({VARIABLE})"', code))
    reference = (DOCS / "setup.md").read_text(encoding="utf-8")
    assert known == set(re.findall(rf"\b{VARIABLE}\b", reference))


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_a_document_names_only_flags_and_commands_that_exist(document: Path) -> None:
    existing = frozenset[str]().union(_flags_of(), *map(_flags_of, COMMANDS)) | REFUSED_FLAGS
    code = [*inline_code(document), *(block.text for block in blocks(document, *SHELLS, "yaml"))]
    ours = [text for text in code if text.startswith("--") or re.search(r"\beh-connect(?!:)", text)]
    named = [word for text in ours for word in re.findall(r"\beh-connect ([a-z]+)", text)]
    flags = frozenset[str]().union(*map(_flags_in, ours)) - {"--quiet"}
    assert flags <= existing
    assert set(named) <= set(COMMANDS)


def test_every_exit_code_is_in_the_table_with_its_type() -> None:
    rows = table(DOCS / "exit-codes.md", "code", "type", "meaning", "what to do")
    documented = {(int(row[0]), row[1].strip("`")) for row in rows}
    errors = {EhConnectError, TerminatedError} | _subclasses(EhConnectError)
    assert documented == {(error.code, error.type) for error in errors} | {(0, ""), (10, "")}


def test_the_readmes_exit_codes_are_those_of_the_full_table() -> None:
    full = table(DOCS / "exit-codes.md", "code", "type", "meaning", "what to do")
    short = [code for row in table(README, "code", "meaning") for code in row[0].split(", ")]
    assert short == [row[0] for row in full]


def _subclasses(error: type[EhConnectError]) -> set[type[EhConnectError]]:
    direct = {each for each in error.__subclasses__() if each.__module__ == "eh_connect.errors"}
    return direct.union(*map(_subclasses, direct))


def test_the_table_of_scopes_is_the_catalogue() -> None:
    rows = table(DOCS / "employment-hero.md", "card", "boxes", "remark")
    assert [row[:2] for row in rows] == [[card.name, ", ".join(card.boxes)] for card in CARDS]
    assert [row[2] == "sensitive" for row in rows] == [card.personal for card in CARDS]


def test_every_preset_of_scopes_is_documented() -> None:
    rows = table(DOCS / "employment-hero.md", "preset", "ticks Read on")
    assert [row[0].strip("`") for row in rows] == list(PRESETS)


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_relative_links_lead_to_files(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", prose(document))
    missing = [t for t in targets if "://" not in t and not (document.parent / t).is_file()]
    assert missing == []


@pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)
def test_files_that_a_document_names_exist(document: Path) -> None:
    named = [
        text for text in inline_code(document) if re.fullmatch(r"(eh_connect|tests|docs|\.ci)/[\w./-]+", text)
    ]
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), {README}
    while ahead:
        document = ahead.pop()
        reached.add(document)
        targets = re.findall(r"\]\(([^)#:]+\.md)\)", prose(document))
        ahead |= {(document.parent / target).resolve() for target in targets} - reached
    assert reached == set(ALL)


def test_every_block_of_the_documents_is_of_a_kind_that_is_checked() -> None:
    kinds = {block.language for document in FOR_USERS for block in documents.every_block(document)}
    assert kinds <= {*SHELLS, "json", "yaml", "text"}
