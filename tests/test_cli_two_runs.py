"""Two runs at once: on one label one of them wins, on two labels both go on."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.command import PAIR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.command import Tool

MATCH = {"method": "GET", "path": "/connector_profiles"}


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_second_run_on_a_label_is_turned_away_while_the_first_works(tool: Tool) -> None:
    tool.stage.faults({"kind": "delay", "match": MATCH, "seconds": 3})
    first = tool.start("setup", "--json")
    wait_until(lambda: bool(tool.stage.log()))
    second = tool.setup()
    assert (second.error["code"], second.error["type"]) == (4, "storage")
    assert "default" in second.error["title"]
    assert second.error["hint"]
    assert len(tool.stage.log()) == 1
    assert tool.end(first).succeeded["action"] == "created"
    assert tool.kept() == {"current": PAIR}
    assert tool.setup().succeeded["action"] == "unchanged"


def test_of_two_that_start_together_one_creates_the_profile(tool: Tool) -> None:
    tool.stage.faults({"kind": "delay", "match": MATCH, "seconds": 1, "times": None})
    runs = [tool.end(process) for process in [tool.start("setup", "--json") for _ in range(3)]]
    codes = sorted(run.code for run in runs)
    assert (codes[0], set(codes) <= {0, 4}, len(tool.stage.profiles)) == (0, True, 1)
    tool.stage.faults()
    assert tool.setup().succeeded["action"] == "unchanged"


def test_a_dry_run_does_not_wait_for_the_lock_nor_hold_it(tool: Tool) -> None:
    tool.stage.faults({"kind": "delay", "match": MATCH, "seconds": 3})
    first = tool.start("setup", "--json")
    wait_until(lambda: bool(tool.stage.log()))
    assert tool.setup("--dry-run").succeeded["action"] == "pending"
    assert tool.setup("--no-store", "--dry-run").succeeded["action"] == "pending"
    assert tool.end(first).succeeded["action"] == "created"


def test_two_labels_go_side_by_side(tool: Tool) -> None:
    tool.stage.faults({"kind": "delay", "match": MATCH, "seconds": 8})
    first = tool.start("setup", "--json", "--profile", "one", "--name", "One")
    wait_until(lambda: bool(tool.stage.log()))
    assert tool.setup("--profile", "two", "--name", "Two").succeeded["profile"]["name"] == "Two"
    assert first.poll() is None
    assert tool.end(first).succeeded["profile"]["label"] == "one"
    assert tool.kept("one") == tool.kept("two") == {"current": PAIR}
    for label in ("one", "two"):
        assert tool.setup("--profile", label).succeeded["action"] == "unchanged"


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_end_of_a_holder_frees_the_label(tool: Tool, sent: signal.Signals) -> None:
    tool.stage.faults({"kind": "delay", "match": MATCH, "seconds": 5})
    first = tool.start("setup", "--json")
    wait_until(lambda: bool(tool.stage.log()))
    first.send_signal(sent)
    tool.end(first)
    assert tool.setup().succeeded["action"] == "created"
    assert tool.kept() == {"current": PAIR}
