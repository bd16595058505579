"""Two runs at once, and a creation that may still be under way: never two profiles."""

from __future__ import annotations

import signal

from tests.support.command import PAIR, Tool
from tests.support.flows import hang


def test_while_a_creation_may_be_under_way_no_run_sends_another(tool: Tool) -> None:
    """It was cut off without effect: as far as the next run knows, the profile may still show."""
    child = hang(tool, "POST", "/connector_profiles", 1, takes_effect=False, seconds=1)
    child.send_signal(signal.SIGKILL)
    tool.end(child)
    tool.stage.faults()
    run = tool.setup("--timeout", "3")
    assert (run.error["code"], run.error["type"]) == (7, "network")
    assert (len(tool.stage.requests()) > 1, tool.stage.profiles) == (True, [])


def test_the_second_run_on_a_label_is_turned_away_while_the_first_works(tool: Tool) -> None:
    first = hang(tool, "GET", "/connector_profiles")
    asked = len(tool.stage.log())
    second = tool.setup()
    assert (second.error["code"], second.error["type"]) == (4, "storage")
    assert ("default" in second.error["title"], "--no-store" in (second.error["hint"] or "")) == (True, False)
    assert tool.setup("--dry-run").succeeded["action"] == "pending", "it needs no lock"
    assert asked == 1
    assert tool.end(first).succeeded["action"] == "created"
    assert tool.kept() == {"current": PAIR}


def test_two_labels_go_side_by_side(tool: Tool) -> None:
    one = ("setup", "--json", "--profile", "one", "--name", "One")
    first = hang(tool, "GET", "/connector_profiles", command=one)
    assert tool.setup("--profile", "two", "--name", "Two").succeeded["profile"]["name"] == "Two"
    assert first.poll() is None
    assert tool.end(first).succeeded["profile"]["label"] == "one"
    assert tool.kept("one") == tool.kept("two") == {"current": PAIR}
