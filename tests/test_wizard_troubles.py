"""When it doesn't go well: each a screen of its own, and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import leaks
from tests.support.screen import CTRL_C, ENTER, TO_THE_SECRET, at

if TYPE_CHECKING:
    from tests.support.command import Tool

WRONG_KEY = "v1.eu1.notTheKeyOfAnyProject"
WRONG_SECRET = "wrongSecretOfFortyThreeCharacters0123456789"


def test_a_key_that_is_refused_is_asked_for_again(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.pastes("StackOne API key", WRONG_KEY)
        someone.sees("rejected the API key")
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("help", stays=False)
        someone.sees_golden("key-refused")


def test_a_key_that_was_given_is_not_called_pasted_where_it_is_refused(tool: Tool) -> None:
    with at(tool, "setup", STACKONE_API_KEY=WRONG_KEY) as someone:
        someone.sees("rejected the API key")
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("Key accepted")
        assert "You pasted" not in someone.text


def test_without_a_keyring_it_ends_before_anything_is_asked(tool: Tool) -> None:
    with at(
        tool, "setup", DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent", EH_CONNECT_KEYRING=None
    ) as someone:
        assert someone.leaves() == 4
        someone.sees_golden("no-keyring")


def test_credentials_that_are_refused_can_be_pasted_again(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.walks(TO_THE_SECRET)
        someone.pastes("? Client Secret", WRONG_SECRET)
        someone.chooses("What now?")
        someone.pastes("? Client ID", leaks.CLIENT_ID)
        someone.pastes("? Client Secret", leaks.CLIENT_SECRET)
        someone.chooses("Create the connector profile?")
        someone.sees("(Y/n)")
        someone.sees_golden("credentials-refused")
    assert tool.holds_what_stackone_has()


def test_stop_at_a_choice_is_a_stop(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.walks(TO_THE_SECRET)
        someone.pastes("? Client Secret", WRONG_SECRET)
        someone.chooses("What now?", 2)
        assert someone.leaves() == 130
    assert tool.stage.profiles == []


def test_a_profile_that_exists_comes_before_all_about_an_application(tool: Tool) -> None:
    tool.setup()
    tool.run("remove", "--yes", "--json").succeeded  # noqa: B018  # it asserts
    tool.stage.link_account(tool.stage.profiles[0]["shown"]["id"])
    before = tool.stage.requests()
    with at(tool, "setup") as someone:
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("What would you like to do?")
        someone.sees("Stop", stays=False)
        someone.sees_golden("profile-exists")
        asked = tool.stage.requests()[len(before) :]
        assert asked == ["GET /connector_profiles", "GET /v2/accounts"]
        someone.types(ENTER)
        someone.pastes("? Client ID", leaks.CLIENT_ID)
        someone.pastes("? Client Secret", leaks.NEW_SECRET)
        someone.chooses("Change the connector profile?")
        someone.sees("Updated")
    assert tool.holds_what_stackone_has()


def test_what_the_browser_shows_leads_to_the_one_thing_to_do(tool: Tool) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.presses("e", "I see an error")
        someone.sees("wait on", stays=False)
        someone.sees_golden("browser-shows")
        someone.types(ENTER)
        assert someone.leaves() == 8
        someone.sees_golden("browser-redirect-uri")


def test_a_link_that_ran_out_is_made_anew(tool: Tool) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.sees("I see an error", stays=False)
        first = someone.link
        tool.stage.sign_in(first, consent=False)
        someone.types(ENTER)
        someone.sees("new link", stays=False)
        someone.sees_golden("link-cancelled")
        someone.types(ENTER)
        while someone.link == first:
            someone.sees("check now", stays=False)
        tool.stage.sign_in(someone.link)
        someone.types(ENTER)
        someone.answers("Check the scopes too?", "n")
        someone.sees("Verified")
        assert someone.leaves() == 0


def test_stopped_after_the_sign_in_it_says_what_was_verified_and_keeps_that(tool: Tool) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.sees("I see an error", stays=False)
        tool.stage.sign_in(someone.link)
        someone.types(ENTER)
        someone.sees("Check the scopes too?")
        someone.types(CTRL_C)
        someone.sees("Verified")
        someone.sees("Removed the test account")
        someone.sees("Stopped after the sign-in")
        assert someone.leaves() == 130
    assert tool.stage.accounts == []
    assert tool.run("status", "--json", "--check").code == 0


@pytest.mark.parametrize("waits", [False, True])
def test_stopped_after_the_profile_was_made_it_stays(tool: Tool, waits: bool) -> None:
    with at(tool, "setup") as someone:
        someone.walks()
        someone.chooses("Create the connector profile?")
        someone.sees("Test it now?")
        if waits:
            someone.types(ENTER)
            someone.sees("Waiting for the sign-in", stays=False)
        someone.types(CTRL_C)
        someone.sees("The profile stays.")
        someone.sees("eh-connect verify")
        assert someone.leaves() == 130
    assert tool.holds_what_stackone_has()
