"""Where StackOne's API can't create profiles, and on a desktop: browser, clipboard, a colleague's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.sandbox import profiles
from tests.support import leaks
from tests.support.hand_over import lock
from tests.support.screen import CTRL_C, DOWN, ENTER, TO_THE_FORM, at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool

XCLIP = '#!/bin/sh\ncase "$*" in *-out*) cat "{held}";; *) cat >"{held}";; esac\n'


class Desktop:
    """A clipboard, which is a file, and a browser that says yes to everything."""

    def __init__(self, folder: Path) -> None:
        self.held = folder / "held"
        for name, body in (("xclip", XCLIP.format(held=self.held)), ("browser", "#!/bin/sh\n")):
            (folder / name).write_text(body)
            (folder / name).chmod(0o755)
        self.environ: dict[str, Any] = {
            "PATH": f"{folder}:/usr/bin:/bin",
            "DISPLAY": ":0",
            "BROWSER": str(folder / "browser"),
        }


@pytest.fixture
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Desktop:
    return Desktop(tmp_path_factory.mktemp("desktop"))


@pytest.fixture
def by_hand(tool: Tool) -> Tool:
    """The tool, where the API can't write."""
    tool.stage.refuse_writes()
    return tool


def test_one_screen_leads_through_the_dashboard_and_notices_the_profile(by_hand: Tool) -> None:
    with at(by_hand, "setup") as someone:
        someone.walks()
        someone.sees("check now", stays=False)
        someone.sees_golden("dashboard")
        someone.types("v")
        someone.presses("n" + ENTER, "(y/N)")
        someone.sees("check now", stays=False)
        by_hand.stage.enter_by_hand(leaks.CLIENT_SECRET, leaks.CLIENT_ID)
        someone.types(ENTER)
        someone.sees("Test it now?")
        someone.sees_golden("dashboard-found")
    assert by_hand.holds_what_stackone_has()


def test_of_several_new_profiles_the_person_says_which_one_is_theirs(by_hand: Tool) -> None:
    fields = {
        "connector_key": "employmenthero",
        "authentication_config_key": "oauth2",
        "environment": "production",
        "setup_information": {"clientId": leaks.CLIENT_ID, "clientSecret": leaks.CLIENT_SECRET},
    }
    with at(by_hand, "setup") as someone:
        someone.walks()
        someone.sees("check now", stays=False)
        with by_hand.stage.records.change("stackone") as data:
            for name in ("One", "Other"):
                profiles.create(data, fields | {"name": name})
        someone.types(ENTER)
        someone.sees("Which one is yours?")
        someone.sees("(just now)", stays=False)
        someone.presses(DOWN + ENTER, "Other")
        someone.sees('Found "Other"')


def test_a_secret_is_shown_on_the_press_of_a_key_and_taken_off_and_a_stop_leaves_others_copies(
    by_hand: Tool, desktop: Desktop
) -> None:
    with at(by_hand, "setup", **desktop.environ) as someone:
        someone.walks()
        someone.presses("s", "check now")
        someone.sees("Copied: Client Secret")
        someone.sees("check now", stays=False)
        assert leaks.CLIENT_SECRET.encode() not in someone.raw
        someone.types("v")
        someone.presses("y" + ENTER, "(y/N)")
        someone.is_shown(leaks.CLIENT_SECRET)
        someone.types(" ")
        someone.sees("check now", stays=False)
        assert leaks.CLIENT_SECRET not in someone.text
        for shown in (leaks.CLIENT_SECRET, leaks.CLIENT_ID):  # as was asked for: no leak
            someone.raw = someone.raw.replace(shown.encode(), b"")
        desktop.held.write_text("of the person's own")
        someone.types(CTRL_C)
        someone.sees("Stopped. The profile may exist at StackOne.")
        someone.sees("Saved in Test Keyring: Client ID, Client Secret")
        someone.sees("eh-connect setup looks for it first and won't create a second one")
        assert someone.leaves() == 130
    assert desktop.held.read_text() == "of the person's own"
    by_hand.stage.enter_by_hand(leaks.CLIENT_SECRET, leaks.CLIENT_ID)
    with at(by_hand, "setup") as someone:
        someone.sees("Going on with what you saved")
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("Test it now?")
    assert by_hand.holds_what_stackone_has()


def test_a_secret_is_lent_to_the_clipboard_until_the_profile_is_there(
    by_hand: Tool, desktop: Desktop
) -> None:
    with at(by_hand, "setup", **desktop.environ) as someone:
        someone.walks()
        for key, said, value in (
            ("i", "Client ID", leaks.CLIENT_ID),
            ("s", "Client Secret", leaks.CLIENT_SECRET),
        ):
            someone.presses(key, "check now")
            someone.sees(f"Copied: {said}")
            someone.sees("Cleared in", stays=False)
            assert desktop.held.read_text() == value
        someone.sees_golden("dashboard-copied")
        by_hand.stage.enter_by_hand(leaks.CLIENT_SECRET, leaks.CLIENT_ID)
        someone.types(ENTER)
        someone.sees("Found")
        assert desktop.held.read_text() == ""


def test_a_rotation_where_the_api_can_t_is_one_screen_too(tool: Tool, desktop: Desktop) -> None:
    tool.setup()
    tool.stage.refuse_writes()
    with at(tool, "rotate", STACKONE_API_KEY=leaks.API_KEY, **desktop.environ) as someone:
        someone.pastes("New Client Secret", leaks.NEW_SECRET)
        someone.sees("check now", stays=False)
        someone.sees_golden("dashboard-rotate")
        tool.stage.enter_by_hand(leaks.NEW_SECRET)
        someone.types(ENTER)
        someone.sees("Test it now?")
    assert tool.holds_what_stackone_has()


def test_the_values_of_the_form_are_copied_by_a_key(tool: Tool, desktop: Desktop) -> None:
    with at(tool, "setup", **desktop.environ) as someone:
        someone.walks(TO_THE_FORM)
        for key, said in (
            ("n", "Copied: Application Name"),
            ("r", "Copied: Redirect URI"),
            ("o", "Asked your browser to open it"),
        ):
            someone.presses(key, "I've created it")
            someone.sees(said)
        assert desktop.held.read_text().endswith("/connect/oauth2/employmenthero/callback")
        someone.sees("I've created it", stays=False)
        someone.sees_golden("form-keys")


def test_a_sign_in_is_waited_for_with_the_link_at_hand(tool: Tool, desktop: Desktop) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY, **desktop.environ) as someone:
        someone.presses("c", "I see an error")
        someone.sees("Copied: the link")
        assert desktop.held.read_text() == someone.link
        someone.sees("I see an error", stays=False)
        someone.sees_golden("sign-in")
        tool.stage.sign_in(desktop.held.read_text())
        someone.types(ENTER)
        someone.answers("Check the scopes too?", "n")
        assert someone.leaves() == 0


def test_a_colleague_gets_a_page_and_the_next_run_takes_the_locked_text(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        someone.walks(TO_THE_FORM - 1)
        someone.answers("a colleague has the account)", "g")
        someone.sees("check phrase")
        someone.chooses("What now?")
        someone.sees("goes on at step 4")
        assert someone.leaves() == 130
    (page,) = tool.folder.glob("*.html")
    with at(tool, "setup") as someone:
        someone.pastes("StackOne API key", leaks.API_KEY)
        someone.sees("the locked text you received")
        someone.waits_unseen()
        someone.types(lock(page) + ENTER)
        someone.sees("Create the connector profile?")
        someone.sees("Stop", stays=False)
        someone.sees_golden("locked-text")
        someone.types(ENTER)
        someone.sees("Created")
    assert tool.holds_what_stackone_has()
