"""An API key of another project: noticed, and explained, before anything is kept or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.screen import DOWN, ENTER, Person, at_terminal
from tests.test_wizard_terminal import choose

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool


def leave_project(tool: Tool) -> None:
    """From now on every key is one of a project without the profile."""
    with tool.stage.prepared.rehearsal.records.change() as data:
        del data["profiles"][0]


def kept(tool: Tool) -> tuple[str, bytes]:
    return tool.keyring.read_text(), (tool.state / "profile-default.json").read_bytes()


@pytest.mark.parametrize("flags", [(), ("--no-store",), ("--dry-run",), ("--if-exists", "update")])
@pytest.mark.parametrize("changed", [True, False])
def test_unattended_it_is_refused_and_nothing_is_written(
    tool: Tool, flags: tuple[str, ...], changed: bool
) -> None:
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    leave_project(tool)
    before = kept(tool)
    run = tool.setup_here(*flags, **(tool.rotated if changed else {}))
    assert (run.error["code"], "is not at StackOne" in run.error["title"]) == (6, True)
    assert "It was deleted there, or the API key is another project's" in run.error["detail"]
    assert (kept(tool), tool.stage.profiles) == (before, [])
    assert tool.stage.requests()[-1] == "GET /connector_profiles"


@pytest.fixture
def person_environ(tool: Tool) -> dict[str, str]:
    """The key is typed; a changed pair makes it ask for a yes."""
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    return {
        name: value for name, value in (tool.environ | tool.rotated).items() if name != "STACKONE_API_KEY"
    }


def keep(person: Person) -> None:
    person.sees("Keep the API key in the keyring?")
    person.sees("Explain", stays=False)
    person.types(DOWN + ENTER)


def test_the_wizard_refuses_it_before_it_asks_whether_to_keep_it(
    tool: Tool, person_environ: dict[str, str], tmp_path: Path
) -> None:
    leave_project(tool)
    before = kept(tool)
    with at_terminal("setup", environment=person_environ, cwd=tmp_path) as person:
        person.answers("StackOne API key", tool.environ["STACKONE_API_KEY"])
        person.sees("is not at StackOne")
        person.sees("It was deleted there, or the API key is another project's. Nothing was written.")
        assert person.leaves() == 6
        assert "Keep the API key" not in person.text
    assert (kept(tool), tool.stage.profiles) == (before, [])


def test_another_profile_of_that_project_can_be_taken_over_knowingly(
    tool: Tool, person_environ: dict[str, str], tmp_path: Path
) -> None:
    leave_project(tool)
    tool.setup_here("--profile", "other", "--no-store").succeeded  # noqa: B018  # it asserts
    other = tool.stage.profiles[0]["shown"]["id"]
    with at_terminal("setup", "--profile-id", other, environment=person_environ, cwd=tmp_path) as person:
        person.answers("StackOne API key", tool.environ["STACKONE_API_KEY"])
        keep(person)
        person.sees("Do it?")
        person.sees("Explain", stays=False)
        person.types(ENTER)
        person.sees("Updated the connector profile")
        choose(person, "Prove it now", 2, plain=False)
        assert person.leaves() == 0
