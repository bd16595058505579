"""When it doesn't go well: each a screen of its own, and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import golden, leaks
from tests.support.screen import CTRL_C, DOWN, ENTER
from tests.support.wizard import ORGANISATION, at, link_on, paste, to_the_form, to_the_review

if TYPE_CHECKING:
    from tests.support.command import Tool
    from tests.support.screen import Person

WRONG_KEY = "v1.eu1.notTheKeyOfAnyProject"
WRONG_SECRET = "wrongSecretOfFortyThreeCharacters0123456789"


def chooses(someone: Person, question: str, number: int) -> None:
    """Take a choice of a menu, counted from 0."""
    someone.sees(question)
    someone.sees("❯", stays=False)  # noqa: RUF001  # the pointer
    someone.types(DOWN * number + ENTER)


def test_a_key_that_is_refused_is_asked_for_again(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        paste(someone, "StackOne API key", WRONG_KEY)
        someone.sees("rejected the API key")
        paste(someone, "StackOne API key", leaks.API_KEY)
        someone.sees("Choose cards", stays=False)
        someone.sees("help", stays=False)
        golden.compare("key-refused", someone)


def test_without_a_keyring_it_ends_before_anything_is_asked(tool: Tool) -> None:
    with at(
        tool, "setup", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent", EH_CONNECT_KEYRING=None
    ) as someone:
        assert someone.leaves() == 4
        golden.compare("no-keyring", someone)


def test_credentials_that_are_refused_can_be_pasted_again(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        to_the_review(someone, WRONG_SECRET)
        chooses(someone, "What now?", 0)
        paste(someone, "? Client ID", leaks.CLIENT_ID)
        paste(someone, "Client Secret", leaks.CLIENT_SECRET)
        chooses(someone, "Create the connector profile?", 0)
        someone.sees("(Y/n)")
        golden.compare("credentials-refused", someone)
    assert tool.holds_what_stackone_has()


def test_stop_at_a_choice_is_a_stop(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        to_the_review(someone, WRONG_SECRET)
        chooses(someone, "What now?", 2)
        assert someone.leaves() == 130
    assert tool.stage.profiles == []


def test_a_profile_that_exists_comes_before_all_about_an_application(tool: Tool) -> None:
    tool.setup()
    tool.run("remove", "--yes", "--json").succeeded  # noqa: B018  # it asserts
    tool.stage.link_account(tool.stage.profiles[0]["shown"]["id"])
    with at(tool, "setup") as someone:
        paste(someone, "StackOne API key", leaks.API_KEY)
        someone.sees("What would you like to do?")
        someone.sees("Stop", stays=False)
        golden.compare("profile-exists", someone)
        someone.types(ENTER)
        paste(someone, "? Client ID", leaks.CLIENT_ID)
        paste(someone, "Client Secret", leaks.NEW_SECRET)
        chooses(someone, "Change the connector profile?", 0)
        someone.sees("Updated")
    assert tool.holds_what_stackone_has()


def test_what_the_browser_shows_leads_to_the_one_thing_to_do(tool: Tool) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.sees("I see an error", stays=False)
        someone.types("e")
        someone.sees("What does your browser show?")
        someone.sees("wait on", stays=False)
        golden.compare("browser-shows", someone)
        someone.types(ENTER)
        assert someone.leaves() == 8
        golden.compare("browser-redirect-uri", someone)


def test_a_link_that_ran_out_is_made_anew(tool: Tool) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.sees("I see an error", stays=False)
        first = link_on(someone)
        tool.stage.sign_in(first, consent=False)
        someone.types(ENTER)
        someone.sees("cancelled")
        someone.sees("new link", stays=False)
        golden.compare("link-cancelled", someone)
        someone.types(ENTER)
        someone.sees("Waiting for the sign-in", stays=False)
        while link_on(someone) == first:
            someone.sees("check now", stays=False)
        tool.stage.sign_in(link_on(someone))
        someone.types(ENTER)
        someone.answers("Check the scopes too?", "n")
        someone.sees("Verified")
        assert someone.leaves() == 0


@pytest.mark.parametrize("steps", range(6))
def test_ctrl_c_says_what_is_saved_and_the_next_run_goes_on(tool: Tool, steps: int) -> None:
    with at(tool, "setup") as someone:
        someone.sees("StackOne API key")
        someone.waits_unseen()
        if steps > 0:
            someone.types(leaks.API_KEY + ENTER)
            someone.sees("Choose cards", stays=False)
        if steps > 1:
            someone.types(ENTER)
            someone.sees("a colleague has the account)")
        if steps > 2:
            someone.types("12345" + ENTER)
            someone.sees("I've created it", stays=False)
        if steps > 3:
            someone.types(ENTER)
            someone.sees("? Client ID")
            someone.waits_unseen()
        if steps > 4:
            someone.types(leaks.CLIENT_ID + ENTER)
            paste(someone, "Client Secret", leaks.CLIENT_SECRET)
            someone.sees("Stop", stays=False)
        someone.types(CTRL_C)
        someone.sees("Nothing was changed at StackOne")
        someone.sees("eh-connect setup")
        assert someone.leaves() == 130
        if steps in {2, 5}:
            golden.compare(f"stopped-{steps}", someone)
    assert tool.stage.profiles == []
    with at(tool, "setup") as someone:
        paste(someone, "StackOne API key", leaks.API_KEY)
        if steps > 4:
            someone.sees("Create the connector profile?")
        else:
            someone.sees(
                ("Which data", "Which data", "a colleague", "I've created it", "I've created it")[steps],
                stays=False,
            )


def test_answers_can_be_gone_back_to(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        to_the_form(someone)
        someone.sees("I've created it", stays=False)
        someone.types("b")
        someone.answers("a colleague has the account)", "b")
        someone.sees("Which data may your integration read?")
        someone.sees("Choose cards", stays=False)
        someone.types(DOWN * 2 + ENTER)
        someone.answers("a colleague has the account)", "67890")
        someone.sees("organisations/67890")
        someone.sees("I've created it", stays=False)


def test_back_from_the_form_ends_there_again_where_all_before_it_was_given(tool: Tool) -> None:
    with at(tool, "setup", "--scopes", "directory", "--org-id", ORGANISATION) as someone:
        paste(someone, "StackOne API key", leaks.API_KEY)
        for key in ("b", ENTER):
            someone.sees("4 Scopes")
            someone.sees("I've created it", stays=False)
            someone.types(key)
        someone.sees("? Client ID")


def test_each_question_explains_itself(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.sees("StackOne API key")
        someone.waits_unseen()
        someone.types("?" + ENTER)
        to_the_form(someone)
        someone.sees("I've created it", stays=False)
        someone.types("?")
        someone.sees("I've created it", stays=False)
        golden.compare("explained", someone)
