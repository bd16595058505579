"""When it doesn't go well: each a screen of its own, and a way on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import leaks
from tests.support.screen import CTRL_C, DOWN, ENTER, TO_THE_SECRET, Person, at

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


def pastes_again(someone: Person) -> None:
    """Paste a secret that is rejected, then the right credentials."""
    someone.walks(TO_THE_SECRET)
    someone.pastes("? Client Secret", WRONG_SECRET)
    someone.chooses("What now?")
    someone.pastes("? Client ID", leaks.CLIENT_ID)
    someone.pastes("? Client Secret", leaks.CLIENT_SECRET)


def test_credentials_that_are_refused_can_be_pasted_again(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        pastes_again(someone)
        someone.chooses("Create the connector profile?")
        someone.sees("(Y/n)")
        someone.sees_golden("credentials-refused")
    assert tool.holds_what_stackone_has()


def test_what_was_pasted_again_and_chosen_at_the_review_is_there_after_a_stop(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        pastes_again(someone)
        someone.chooses("Create the connector profile?", 1)
        someone.chooses("What would you like to change?", 1)
        someone.answers('or "all")', "employmenthero_list_teams")
        someone.sees("Create the connector profile?")
        someone.sees("Create it", stays=False)
        someone.types(CTRL_C)
        assert someone.leaves() == 130
    assert tool.kept()["next"]["client_secret"] == leaks.CLIENT_SECRET
    with at(tool, "setup", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.sees("employmenthero_list_teams")
        someone.chooses("Create the connector profile?")
        someone.sees("(Y/n)")
    assert tool.holds_what_stackone_has()


def test_the_name_of_a_stopped_set_up_is_kept_beside_a_profile_that_exists(tool: Tool) -> None:
    tool.setup()
    with at(tool, "setup", "--profile", "two", "--name", "Two") as someone:
        someone.walks()
        someone.sees("Create it", stays=False)
        someone.types(CTRL_C)
        assert someone.leaves() == 130
    with at(tool, "setup", "--profile", "two", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.sees('"Two", new')
        someone.sees("Create it", stays=False)


def test_an_action_that_the_connector_lacks_is_asked_for_again_with_some_that_it_has(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.walks()
        someone.chooses("Create the connector profile?", 1)
        someone.chooses("What would you like to change?", 1)
        someone.answers('or "all")', "?")
        someone.sees("An unknown ID is refused")
        someone.answers('or "all")', "list_emploees")
        someone.sees('"list_emploees" is not an action of the connector; near: employmenthero_list_employees')
        someone.answers('or "all")', "employmenthero_list_employees")
        someone.sees("Actions employmenthero_list_employees")
        someone.chooses("Create the connector profile?")
        someone.sees("Created")
    assert tool.stage.profiles[0]["actions"] == ["employmenthero_list_employees"]


def test_a_name_that_another_profile_has_is_asked_for_again(tool: Tool) -> None:
    tool.setup()
    tool.run("remove", "--yes", "--json").succeeded  # noqa: B018  # it asserts
    with at(tool, "setup", EH_CONNECT_ORG_ID="12345", EH_CONNECT_SCOPES="directory") as someone:
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.chooses("What would you like to do?", 2)
        someone.answers("Name", "?")
        someone.sees("The flag is --name.")
        someone.answers("Name", "b")
        someone.chooses("What would you like to do?", 2)
        someone.answers("Name", "Employment Hero")
        someone.sees("Name: that one is taken.")
        someone.answers("Name", "Second")
        someone.presses(ENTER, "I've created it")
        someone.pastes("? Client ID", leaks.CLIENT_ID)
        someone.pastes("? Client Secret", leaks.CLIENT_SECRET)
        someone.chooses("Create the connector profile?", 1)
        someone.sees("What would you like to")
        someone.presses(ENTER, "back to the review")
        someone.sees("change? Name")
        someone.answers("? Name", "Employment Hero")
        someone.chooses('named "Employment Hero" already. What now?', 1)
        someone.answers("Name", "Third")
        someone.chooses("Create the connector profile?")
        someone.sees('Created "Third"')


def test_credentials_that_a_rotation_replaced_are_asked_for_again(tool: Tool) -> None:
    tool.setup()
    tool.run("rotate", "--json", **tool.rotated).succeeded  # noqa: B018  # it asserts
    with at(tool, "setup", "--name", "New", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.chooses("Change the connector profile?", 1)
        someone.sees("What would you like to")
        someone.presses(DOWN * 3 + ENTER, "back to the review")
        someone.sees("change? Client ID and Client Secret")
        for secret, said in (
            (leaks.CLIENT_SECRET, "These are the previous credentials."),
            (leaks.NEW_SECRET, "Change the connector profile?"),
        ):
            someone.pastes("? Client ID", leaks.CLIENT_ID)
            someone.pastes("? Client Secret", secret)
            someone.sees(said)


def test_a_rollback_to_a_secret_that_is_refused_stops_at_enter(tool: Tool) -> None:
    tool.setup("--no-check", EH_CONNECT_CLIENT_SECRET=WRONG_SECRET)
    tool.run("rotate", "--json", **tool.rotated).succeeded  # noqa: B018  # it asserts
    with at(tool, "rotate", "--rollback", STACKONE_API_KEY=leaks.API_KEY) as someone:
        someone.chooses("What now?")
        someone.sees("Nothing was changed at StackOne.")
        assert someone.leaves() == 130
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
        someone.sees("keep waiting", stays=False)
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
