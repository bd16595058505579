"""Where StackOne's API can't create profiles: one live screen; and what a colleague's page brings back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support import golden, leaks
from tests.support.hand_over import lock
from tests.support.screen import ENTER
from tests.support.wizard import at, paste, to_the_review

if TYPE_CHECKING:
    from tests.support.command import Tool


def test_one_screen_leads_through_the_dashboard_and_notices_the_profile(tool: Tool) -> None:
    tool.stage.refuse_writes()
    with at(tool, "setup") as someone:
        to_the_review(someone)
        someone.sees("Waiting for the new profile", stays=False)
        someone.sees("check now", stays=False)
        golden.compare("dashboard", someone)
        someone.types("v")
        someone.sees("Show", stays=False)
        someone.types("n" + ENTER)
        someone.sees("check now", stays=False)
        tool.stage.enter_by_hand(leaks.CLIENT_SECRET, leaks.CLIENT_ID)
        someone.types(ENTER)
        someone.sees("Found")
        someone.sees("Test it now?")
        golden.compare("dashboard-found", someone)
    assert tool.holds_what_stackone_has()


def test_the_secret_is_shown_only_on_the_press_of_a_key_and_taken_off_again(tool: Tool) -> None:
    tool.stage.refuse_writes()
    with at(tool, "setup") as someone:
        to_the_review(someone)
        someone.sees("check now", stays=False)
        assert leaks.CLIENT_SECRET.encode() not in someone.raw
        someone.types("v")
        someone.sees("(y/N)", stays=False)
        someone.types("y" + ENTER)
        someone.is_shown(leaks.CLIENT_SECRET)
        someone.types(" ")
        someone.sees("check now", stays=False)
        assert leaks.CLIENT_SECRET not in someone.text
        someone.raw = someone.raw.replace(leaks.CLIENT_SECRET.encode(), b"").replace(
            leaks.CLIENT_ID.encode(), b""
        )


def test_a_colleague_gets_a_page_and_the_next_run_takes_the_locked_text(tool: Tool) -> None:
    with at(tool, "setup") as someone:
        paste(someone, "StackOne API key", leaks.API_KEY)
        someone.sees("Choose cards", stays=False)
        someone.types(ENTER)
        someone.answers("a colleague has the account)", "g")
        someone.sees("check phrase")
        someone.sees("What now?")
        someone.types(ENTER)
        someone.sees("goes on at step 4")
        assert someone.leaves() == 130
    (page,) = tool.folder.glob("*.html")
    text = lock(page)
    with at(tool, "setup") as someone:
        paste(someone, "StackOne API key", leaks.API_KEY)
        someone.sees("the locked text you received")
        someone.waits_unseen()
        someone.types(text + ENTER)
        someone.sees("Create the connector profile?")
        someone.sees("Stop", stays=False)
        golden.compare("locked-text", someone)
        someone.types(ENTER)
        someone.sees("Created")
    assert tool.holds_what_stackone_has()
