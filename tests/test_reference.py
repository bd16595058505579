"""What the documentation takes from the code is as the code is: tables, and JSON Schemas of what is printed."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from openapi_schema_validator import OAS31Validator

from docs import reference
from eh_connect.cli.commands import COMMANDS
from eh_connect.cli.overview import NAMES
from tests.support.documents import ROOT, blocks

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool

SCHEMAS, MADE = reference.schemas(), reference.made()


def closed(schema: Any) -> Any:
    """The same schema without room for a field that it doesn't name."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    return {**found, "additionalProperties": False} if isinstance(schema.get("properties"), dict) else found


def check(answer: dict[str, Any], name: str) -> None:
    """Assert that an object is what the schema says, with no field more."""
    problems = [error.message for error in OAS31Validator(closed(SCHEMAS[name])).iter_errors(answer)]
    assert not problems


@pytest.mark.parametrize("file", MADE, ids=lambda file: file.name)
def test_tables_and_schemas_are_those_of_the_code(file: Path) -> None:
    assert file.read_text("utf-8") == MADE[file], "run python -m docs.reference"


def test_each_schema_is_of_a_command_that_there_is() -> None:
    assert {path.stem for path in reference.SCHEMA.iterdir()} == {*SCHEMAS}
    assert {*reference.RESULTS} == {*COMMANDS} == {*NAMES}


PRINTED = [
    ("setup", "--name", "Another name"),
    ("setup", "--dry-run", "--action", "all"),
    ("verify",),
    ("link", "--owner-id", "42", "--owner-name", "Example"),
    ("status",),
    ("status", "--offline"),
    ("doctor",),
    ("guide", "--org-id", "12345", "--scopes", "all-read"),
    ("guide", "--format", "html", "--output", "page.html"),
    ("guide", "--output", "guide.txt"),
    ("remove", "--yes"),
]


def test_what_commands_print_is_what_their_schemas_say(tool: Tool) -> None:
    check(tool.setup().succeeded, "setup")
    check(tool.run("rotate", "--json", **tool.rotated).succeeded, "rotate")
    changed = {name: value for name, value in tool.rotated.items() if name == "EH_CONNECT_CLIENT_SECRET"}
    for name, *arguments in PRINTED:
        check(tool.run(name, "--json", *arguments, **changed).succeeded, name)


def test_the_sandbox_prints_what_its_schema_says(tool: Tool) -> None:
    child = tool.start("sandbox", "--json")
    check(tool.printed(child), "sandbox")
    child.send_signal(signal.SIGINT)
    assert tool.end(child).code == 130


FAILURES: list[tuple[tuple[str, ...], dict[str, str | None], set[str]]] = [
    (("setup", "--json", "--name", " "), {"EH_CONNECT_CLIENT_ID": None}, set()),
    (("--json",), {}, set()),
    (("nothing", "--json"), {}, set()),
    (("status", "--json"), {"STACKONE_API_KEY": "made-up"}, {"profiles", "secret"}),
    (("doctor", "--json"), {"STACKONE_API_KEY": "made-up"}, {"checks"}),
]


@pytest.mark.parametrize(("arguments", "changed", "found"), FAILURES)
def test_a_failure_is_what_its_schema_says_and_has_what_was_found(
    arguments: tuple[str, ...], changed: dict[str, str | None], found: set[str], tool: Tool
) -> None:
    if found:
        tool.setup().succeeded  # noqa: B018  # it asserts
    run = tool.run(*arguments, **changed)
    check({name: value for name, value in run.answer.items() if name not in found}, "failure")
    assert run.error
    if found:
        check({name: value for name, value in run.answer.items() if name != "error"}, arguments[0])


def test_the_json_in_the_documentation_is_what_the_schemas_say() -> None:
    success, failure = (json.loads(block.text) for block in blocks(ROOT / "docs" / "output.md", "json"))
    check(success, "setup")
    check(failure, "failure")
