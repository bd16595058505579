"""Two runs at once, and a creation that takes StackOne long: never two profiles."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support import leaks
from tests.support.command import PAIR, Tool
from tests.support.flows import hang
from tests.support.forked import wait_until
from tests.support.sandbox import Stage
from tests.support.stackone_side import WHOLE

if TYPE_CHECKING:
    from pathlib import Path

CREATE = ("POST", "/connector_profiles", 1)
LIST = {"method": "GET", "path": "/connector_profiles"}
TAKES = 1.0
"""Seconds that StackOne takes to create the profile."""

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -signal.SIGKILL}


def made_once(tool: Tool) -> bool:
    wait_until(lambda: bool(tool.stage.profiles))
    return len(tool.stage.profiles) == 1 and tool.holds_what_stackone_has()


@pytest.mark.parametrize("after", [0.0, 0.5, 0.9])
def test_a_run_stopped_in_mid_creation_is_gone_on_with(tmp_path: Path, after: float) -> None:
    with ExitStack() as stack:
        tools = {}
        for sent in CODES:
            folder = tmp_path / sent.name
            stage = stack.enter_context(Stage(folder / "sandbox"))
            tools[sent] = Tool(stage, folder / "place", folder / "keyring.json")
        children = {sent: hang(tool, *CREATE, seconds=TAKES) for sent, tool in tools.items()}
        time.sleep(after)
        for sent, child in children.items():
            child.send_signal(sent)
            # at the end of its time SIGINT and SIGTERM may find a run that has just seen its profile
            assert tools[sent].end(child).code in {CODES[sent], 0 if after else CODES[sent]}
        again = {sent: tool.start("setup", "--json", "--timeout", "30") for sent, tool in tools.items()}
        for sent, child in again.items():
            tool = tools[sent]
            assert tool.end(child).succeeded["action"] in {"created", "updated", "unchanged"}
            assert tool.setup().succeeded["action"] == "unchanged"
            assert made_once(tool)


def test_a_gateway_that_gives_up_before_stackone_does(tool: Tool) -> None:
    """The answer is the gateway's; the profile shows later."""
    post = {"method": "POST", "path": "/connector_profiles"}
    tool.stage.faults({"kind": "delay", "match": post}, {"kind": "status", "status": 504, "match": post})
    first = tool.setup("--timeout", "4")
    assert first.error["code"] == 7
    assert first.answer["next"], "how to go on"
    late = tool.start("setup", "--json", "--timeout", "30")
    time.sleep(1)
    commit(tool)
    assert tool.end(late).succeeded["action"] in {"created", "updated", "unchanged"}
    assert made_once(tool)


def commit(tool: Tool) -> None:
    """StackOne creates what it was asked for in the end."""
    body = WHOLE | {"setup_information": {"clientId": leaks.CLIENT_ID, "clientSecret": leaks.CLIENT_SECRET}}
    url = f"{tool.stage.stackone_url}/connector_profiles"
    httpx.post(url, json=body, auth=(leaks.API_KEY, "")).raise_for_status()


def test_while_a_creation_may_be_under_way_no_run_sends_another(tool: Tool) -> None:
    """It was cut off without effect: as far as the next run knows, the profile may still show."""
    child = hang(tool, *CREATE, takes_effect=False, seconds=1)
    child.send_signal(signal.SIGKILL)
    tool.end(child)
    tool.stage.faults()
    run = tool.setup("--timeout", "3")
    assert (run.error["code"], run.error["type"]) == (7, "network")
    assert (len(tool.stage.requests()) > 1, tool.stage.profiles) == (True, [])


# Two runs at once


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


def test_of_three_that_start_together_one_creates_the_profile(tool: Tool) -> None:
    tool.stage.faults({"kind": "delay", "match": LIST, "seconds": 1, "times": None})
    runs = [tool.end(child) for child in [tool.start("setup", "--json") for _ in range(3)]]
    codes = sorted(run.code for run in runs)
    assert (codes[0], set(codes) <= {0, 4}, len(tool.stage.profiles)) == (0, True, 1)
    tool.stage.faults()
    assert tool.setup().succeeded["action"] == "unchanged"


def test_two_labels_go_side_by_side(tool: Tool) -> None:
    one = ("setup", "--json", "--profile", "one", "--name", "One")
    first = hang(tool, "GET", "/connector_profiles", command=one)
    assert tool.setup("--profile", "two", "--name", "Two").succeeded["profile"]["name"] == "Two"
    assert first.poll() is None
    assert tool.end(first).succeeded["profile"]["label"] == "one"
    assert tool.kept("one") == tool.kept("two") == {"current": PAIR}
