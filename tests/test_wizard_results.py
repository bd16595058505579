"""The other commands at a terminal, the plain form, and narrow windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import golden, leaks
from tests.support.screen import CTRL_C, ENTER
from tests.support.wizard import NOTHING, at, link_on, paste

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
        golden.compare(f"result-{name.split(maxsplit=1)[0]}", someone)


def test_a_rotation_asks_for_the_new_secret_alone(done: Tool) -> None:
    with at(done, "rotate", **KEY) as someone:
        paste(someone, "New Client Secret", leaks.NEW_SECRET)
        someone.answers("Test it now?", "n")
        someone.answers("(y/N)", "y")
        assert someone.leaves() == 0
        golden.compare("rotate", someone)
    assert done.holds_what_stackone_has()
    with at(done, "rotate", "--rollback") as someone:
        someone.answers("the previous Client Secret again?", "y")
        someone.answers("Test it now?", "n")
        assert someone.leaves() == 0
    assert done.kept()["current"]["client_secret"] == leaks.CLIENT_SECRET


def test_link_asks_whose_account_it_is_for(done: Tool) -> None:
    with at(done, "link", **KEY) as someone:
        someone.answers("Customer's name", "Ann")
        someone.answers("Customer's ID", "a1")
        someone.sees("/connect/link/")
        assert someone.leaves() == 0
        golden.compare("link", someone)


def test_link_asks_nothing_more_where_there_is_no_profile(tool: Tool) -> None:
    with at(tool, "link", **KEY) as someone:
        someone.sees("No profile is known")
        assert someone.leaves() == 6


@pytest.mark.parametrize(("name", "question"), [("remove", "(y/N)"), ("link", "Customer's name")])
def test_a_stop_at_a_question_is_only_that(done: Tool, name: str, question: str) -> None:
    with at(done, name, **KEY) as someone:
        someone.sees(question)
        someone.types(CTRL_C)
        someone.sees("Stopped")
        assert someone.leaves() == 130
        assert "again" not in someone.text.partition("Stopped")[2]
    assert done.kept()


def test_remove_says_what_stays_before_it_asks(done: Tool) -> None:
    with at(done, "remove", **KEY) as someone:
        someone.sees("StackOne keeps")
        someone.sees("(y/N)")
        assert done.kept()
        someone.types("y" + ENTER)
        someone.sees("Removed")
        assert someone.leaves() == 0
    assert done.kept() == {}


def test_the_plain_form_has_the_same_steps_one_line_after_another(tool: Tool) -> None:
    with at(tool, "setup", "--plain") as someone:
        someone.sees("Step 1 of 5. StackOne")
        someone.sees("Nothing is shown.")
        someone.waits_unseen()
        someone.types(leaks.API_KEY + ENTER)
        someone.sees("OK: Key accepted")
        someone.sees("Step 2 of 5.")
        someone.sees("1. Directory")
        someone.answers("Number", "1")
        someone.sees("Step 3 of 5.")
        someone.answers("a colleague has the account)", "12345")
        someone.sees("I've created it")
        someone.types(ENTER)
        someone.sees("Step 4 of 5.")
        for question, secret in (("Client ID", leaks.CLIENT_ID), ("Client Secret", leaks.CLIENT_SECRET)):
            someone.sees(f"Question: {question}")
            someone.waits_unseen()
            someone.types(secret + ENTER)
            someone.sees("43 characters")
        someone.sees("Step 5 of 5. Review")
        someone.answers("Number", "1")
        someone.sees("OK: Created")
        someone.answers("Test it now?", "y")
        someone.sees("Enter")
        tool.stage.sign_in(link_on(someone))
        someone.types(ENTER)
        someone.sees("OK: Verified")
        someone.answers("(y/N)", "")
        assert someone.leaves() == 0
        golden.compare("setup-plain", someone)
    assert b"\x1b[" not in someone.raw.replace(b"\x1b[?2004h", b"").replace(b"\x1b[?2004l", b"")


@pytest.mark.parametrize("columns", [49, 30])
def test_a_window_that_is_too_small_gets_the_plain_form(tool: Tool, columns: int) -> None:
    with at(tool, "setup", columns=columns) as someone:
        someone.sees("Step 1 of 5.")


@pytest.mark.parametrize("name", ["verify", "status", "rotate"])
def test_a_key_that_is_missing_is_asked_for_at_a_terminal(done: Tool, name: str) -> None:
    with at(done, name) as someone:
        if name == "status":
            assert someone.leaves() == 0
            return
        paste(someone, "StackOne API key", leaks.API_KEY)
        someone.sees("Key accepted")
