"""The wizard on a desktop: a browser that can be asked, and a clipboard that lends a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support import golden, leaks
from tests.support.screen import CTRL_C, ENTER
from tests.support.wizard import at, link_on, paste, to_the_form, to_the_review

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


def test_the_values_of_the_form_are_copied_by_a_key(tool: Tool, desktop: Desktop) -> None:
    with at(tool, "setup", **desktop.environ) as someone:
        to_the_form(someone)
        someone.sees("I've created it", stays=False)
        for key, said in (("n", "Application Name"), ("r", "Redirect URI")):
            someone.types(key)
            someone.sees(f"Copied: {said}")
            someone.sees("I've created it", stays=False)
        assert desktop.held.read_text().endswith("/connect/oauth2/employmenthero/callback")
        someone.types("o")
        someone.sees("Asked your browser to open it")
        someone.sees("I've created it", stays=False)
        golden.compare("form-keys", someone)


def test_a_secret_is_lent_to_the_clipboard_until_the_profile_is_there(tool: Tool, desktop: Desktop) -> None:
    tool.stage.refuse_writes()
    with at(tool, "setup", **desktop.environ) as someone:
        to_the_review(someone)
        someone.sees("Waiting for the new profile", stays=False)
        for key, said, value in (
            ("i", "Client ID", leaks.CLIENT_ID),
            ("s", "Client Secret", leaks.CLIENT_SECRET),
        ):
            someone.sees("check now", stays=False)
            someone.types(key)
            someone.sees(f"Copied: {said}")
            someone.sees("Cleared in", stays=False)
            assert desktop.held.read_text() == value
        golden.compare("dashboard-copied", someone)
        tool.stage.enter_by_hand(leaks.CLIENT_SECRET, leaks.CLIENT_ID)
        someone.types(ENTER)
        someone.sees("Found")
        assert desktop.held.read_text() == ""


def test_what_was_copied_since_is_left_alone_by_a_stop(tool: Tool, desktop: Desktop) -> None:
    tool.stage.refuse_writes()
    with at(tool, "setup", **desktop.environ) as someone:
        to_the_review(someone)
        someone.sees("check now", stays=False)
        someone.types("s")
        someone.sees("Copied: Client Secret")
        someone.sees("check now", stays=False)
        desktop.held.write_text("of the person's own")
        someone.types(CTRL_C)
        assert someone.leaves() == 130
    assert desktop.held.read_text() == "of the person's own"


def test_a_sign_in_is_waited_for_with_the_link_at_hand(tool: Tool, desktop: Desktop) -> None:
    tool.setup()
    with at(tool, "verify", STACKONE_API_KEY=leaks.API_KEY, **desktop.environ) as someone:
        someone.sees("I see an error", stays=False)
        someone.types("c")
        someone.sees("Copied: the link")
        assert desktop.held.read_text() == link_on(someone)
        someone.sees("I see an error", stays=False)
        golden.compare("sign-in", someone)
        tool.stage.sign_in(desktop.held.read_text())
        someone.types(ENTER)
        someone.answers("Check the scopes too?", "n")
        assert someone.leaves() == 0


def test_a_rotation_where_the_api_can_t_is_one_screen_too(tool: Tool, desktop: Desktop) -> None:
    tool.setup()
    tool.stage.refuse_writes()
    with at(tool, "rotate", STACKONE_API_KEY=leaks.API_KEY, **desktop.environ) as someone:
        paste(someone, "New Client Secret", leaks.NEW_SECRET)
        someone.sees("Waiting for the change", stays=False)
        someone.sees("check now", stays=False)
        golden.compare("dashboard-rotate", someone)
        tool.stage.enter_by_hand(leaks.NEW_SECRET)
        someone.types(ENTER)
        someone.sees("Test it now?")
    assert tool.holds_what_stackone_has()


def test_stopped_at_the_dashboard_the_next_run_looks_first(tool: Tool, desktop: Desktop) -> None:
    tool.stage.refuse_writes()
    with at(tool, "setup", **desktop.environ) as someone:
        to_the_review(someone)
        someone.sees("check now", stays=False)
        someone.types(CTRL_C)
        someone.sees("Stopped. The profile may exist at StackOne.")
        someone.sees("Saved in Test Keyring: Client ID, Client Secret")
        someone.sees("eh-connect setup looks for it first and won't create a second one")
        assert someone.leaves() == 130
    tool.stage.enter_by_hand(leaks.CLIENT_SECRET, leaks.CLIENT_ID)
    with at(tool, "setup") as someone:
        someone.sees("Going on with what you saved")
        paste(someone, "StackOne API key", leaks.API_KEY)
        someone.sees("Test it now?")
    assert tool.holds_what_stackone_has()


@pytest.mark.parametrize("waits", [False, True])
def test_stopped_after_the_profile_was_made_it_stays(tool: Tool, waits: bool) -> None:
    with at(tool, "setup") as someone:
        to_the_review(someone)
        someone.sees("Create the connector profile?")
        someone.sees("Stop", stays=False)
        someone.types(ENTER)
        someone.sees("Test it now?")
        if waits:
            someone.types(ENTER)
            someone.sees("Waiting for the sign-in", stays=False)
        someone.types(CTRL_C)
        someone.sees("The profile stays.")
        someone.sees("eh-connect verify")
        assert someone.leaves() == 130
    assert tool.holds_what_stackone_has()
