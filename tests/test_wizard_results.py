"""The other commands at a terminal: what they ask, and their results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import leaks
from tests.support.screen import CTRL_C, ENTER, NOTHING, at

if TYPE_CHECKING:
    from tests.support.command import Tool

KEY: dict[str, Any] = {"STACKONE_API_KEY": leaks.API_KEY}


@pytest.fixture
def done(tool: Tool) -> Tool:
    """A profile was set up, and an account linked through it."""
    tool.setup()
    tool.stage.link_account(tool.stage.profiles[0]["shown"]["id"])
    return tool


@pytest.mark.parametrize(
    "name", ["status", "doctor", "setup --no-input", "link --no-input --owner-name Ann --owner-id a1"]
)
def test_a_result_at_a_terminal(done: Tool, name: str) -> None:
    with at(done, *name.split(), columns=120, **{**NOTHING, **KEY}) as someone:
        assert someone.leaves() == 0
        someone.sees_golden(f"result-{name.split(maxsplit=1)[0]}")


def test_a_rotation_asks_for_the_new_secret_alone(done: Tool) -> None:
    with at(done, "rotate", **KEY) as someone:
        someone.pastes("New Client Secret", "b")
        someone.sees("There is no question before this one.")
        someone.pastes("New Client Secret", leaks.NEW_SECRET)
        someone.answers("Test it now?", "n")
        someone.answers("(y/N)", "y")
        assert someone.leaves() == 0
        someone.sees_golden("rotate")
    assert done.holds_what_stackone_has()
    with at(done, "rotate", "--rollback") as someone:
        someone.answers("the previous Client Secret again?", "y")
        someone.answers("Test it now?", "n")
        assert someone.leaves() == 0
    assert done.kept()["current"]["client_secret"] == leaks.CLIENT_SECRET


def test_link_asks_whose_account_it_is_for_and_a_stop_there_is_only_that(done: Tool) -> None:
    with at(done, "link", **KEY) as someone:
        someone.sees("Customer's name")
        someone.types(CTRL_C)
        assert someone.leaves() == 130
        assert "Stopped" in someone.text
        assert "again" not in someone.text.partition("Stopped")[2]
    with at(done, "link", **KEY) as someone:
        someone.answers("Customer's name", "b")
        someone.sees("There is no question before this one.")
        someone.answers("Customer's name", "Bob")
        someone.answers("Customer's ID", "b")
        someone.answers("Customer's name", "?")
        someone.sees("The flag is --owner-name.")
        someone.answers("Customer's name", "Ann")
        someone.answers("Customer's ID", "a1")
        assert someone.leaves() == 0
        someone.sees_golden("link")


def test_link_asks_nothing_more_where_there_is_no_profile(tool: Tool) -> None:
    with at(tool, "link", **KEY) as someone:
        someone.sees("No profile is known")
        assert someone.leaves() == 6


def test_remove_says_what_stays_before_it_asks(done: Tool) -> None:
    page = f"{done.stage.stackone_url}/dashboard/connector_profiles"
    for answer, code in ((CTRL_C, 130), ("y" + ENTER, 0)):
        with at(done, "remove", **KEY) as someone:
            someone.sees("StackOne keeps")
            someone.sees("(y/N)")
            assert page in someone.lines, "it stands alone"
            assert done.kept()
            someone.types(answer)
            someone.sees("Removed" if code == 0 else "Stopped. Nothing was removed.")
            assert someone.leaves() == code
    assert done.kept() == {}


@pytest.mark.parametrize("name", ["verify", "rotate", "status"])
def test_a_key_that_is_missing_is_asked_for_where_it_is_needed(done: Tool, name: str) -> None:
    with at(done, name) as someone:
        if name == "status":
            assert someone.leaves() == 0
            return
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("Key accepted")


def test_a_verified_profile_with_another_name_needs_no_other_test(done: Tool) -> None:
    done.stage.sign_in(done.run("verify", "--json").succeeded["auth_link_url"])
    assert done.run("verify", "--json").succeeded["status"] == "authenticated"
    with at(done, "setup", "--name", "Two", **KEY) as someone:
        someone.sees("profile?")
        someone.types(ENTER)
        someone.answers("(y/N)", "n")
        assert someone.leaves() == 0
        assert "Test it now?" not in someone.text
        assert "Next Connect a customer eh-connect link Check this profile eh-connect status" in someone.text
