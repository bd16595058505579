"""Whatever goes wrong at any request: the right exit code, nothing half done, and the next run finishes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import NEW_PAIR, PAIR
from tests.support.flows import FLOWS, begin, command_of, is_finished, kept_before, pair_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.command import Run, Tool

FOR_GOOD = {400: 6, 401: 5, 403: 5, 404: 6, 405: 6, 409: 6, 412: 6, 422: 6, 501: 7}
"""The exit code for each status that says no; where it differs, the tables below say so."""

PASSING = (408, 429, 500, 502, 503)
"""Statuses after which another try may succeed."""

CAN_NOT = {404: 8, 405: 8, 501: 8}
"""StackOne's API has no such call: a person has to use the dashboard."""

EXISTS = dict.fromkeys((400, 409, 412, 422), 0)
"""A refusal of the empty body: the call is there."""

LIST = ("GET", "/connector_profiles", 0)
ACTIONS = ("GET", "/actions", 0)
ASK_CREATE, CREATE = ("POST", "/connector_profiles", 0), ("POST", "/connector_profiles", 1)
ASK_UPDATE, UPDATE = ("PATCH", "/connector_profiles", 0), ("PATCH", "/connector_profiles", 1)
READ_BACK = ("GET", "/connector_profiles", 1)

Place = tuple[str, str, int]
CREATION: dict[str, tuple[Place, dict[int, int]]] = {
    "list": (LIST, FOR_GOOD),
    # what the connector can do is not needed to go on
    "actions": (ACTIONS, FOR_GOOD | dict.fromkeys((400, 404, 405, 409, 412, 422), 0)),
    "ask": (ASK_CREATE, FOR_GOOD | CAN_NOT | EXISTS),
    "tell": (CREATE, FOR_GOOD | CAN_NOT),
}
AN_UPDATE: dict[str, tuple[Place, dict[int, int]]] = {
    "list": (LIST, FOR_GOOD),
    "ask": (ASK_UPDATE, FOR_GOOD | CAN_NOT | EXISTS),
    "tell": (UPDATE, FOR_GOOD | CAN_NOT),
    "read back": (READ_BACK, FOR_GOOD),
}
AT = {flow: CREATION if flow == "creation" else AN_UPDATE for flow in FLOWS}
PLACES = [(flow, place) for flow, places in AT.items() for place in places]
TYPES = {2: "usage", 5: "stackone_auth", 6: "stackone_refused", 7: "network", 8: "action_needed"}


def run_with(tool: Tool, flow: str, *flags: str, **fault: Any) -> Run:
    """Run a flow with a fault that hits from the given request on."""
    changed = begin(tool, flow)
    disturb(tool, **fault)
    return tool.run_here(*command_of(flow), "--json", *flags, **changed)


def disturb(tool: Tool, kind: str, place: Place, **fault: Any) -> None:
    """Order a fault for a request; those of its kind before it are served as usual."""
    method, path, before = place
    match = {"method": method, "path": path}
    served = {"kind": "delay", "match": match, "times": before}
    tool.stage.faults(served, {"kind": kind, "match": match, "times": None, **fault})


def finish(tool: Tool, flow: str, run: Run, *flags: str) -> None:
    """Where it failed, run again without the fault: now it is done, once."""
    tool.stage.faults()
    if run.code != 0:
        changed = tool.rotated if pair_of(flow) == NEW_PAIR else {}
        run = tool.run_here(*command_of(flow), "--json", *flags, **changed)
    is_finished(tool, flow, run)


def judge(tool: Tool, run: Run, code: int) -> None:
    assert (run.code, tool.holds_what_stackone_has()) == (code, True), run
    assert run.code == 0 or run.error["type"] == TYPES[code]


@pytest.mark.parametrize(
    ("flow", "place", "status", "code"),
    [
        (flow, place, status, code)
        for flow, places in AT.items()
        for place, (_, codes) in places.items()
        for status, code in codes.items()
    ],
)
def test_a_refusal_has_its_code_and_leaves_nothing_half_done(
    tool: Tool, flow: str, place: str, status: int, code: int
) -> None:
    times = 1 if (place, code) == ("ask", 0) else None  # what is told afterwards is another test's
    run = run_with(tool, flow, kind="status", place=AT[flow][place][0], status=status, times=times)
    judge(tool, run, code)
    if code in {5, 6} and place != "read back":
        assert run.error["http_status"] == status
        assert tool.kept() == kept_before(flow)
    # What a person was asked to do in the dashboard waits for that; sending it after all is asked for.
    finish(tool, flow, run, *(["--via", "api"] if code == 8 else []))


@pytest.mark.parametrize("status", PASSING)
@pytest.mark.parametrize(("flow", "place"), PLACES)
def test_a_server_that_asks_to_wait_too_long_ends_the_run(
    tool: Tool, flow: str, place: str, status: int
) -> None:
    later = {"Retry-After": "600"}
    flags = ["--timeout", "1"] if (place, status == 429) == ("tell", False) else []
    where = AT[flow][place][0]
    run = run_with(tool, flow, *flags, kind="status", place=where, status=status, headers=later)
    judge(tool, run, 7)
    finish(tool, flow, run)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("flow", "place"), PLACES)
def test_a_server_that_is_busy_for_a_moment_is_asked_again(
    tool: Tool, flow: str, place: str, status: int
) -> None:
    now = {"Retry-After": "0"}
    where = AT[flow][place][0]
    run = run_with(tool, flow, kind="status", place=where, status=status, headers=now, times=1)
    never_repeated = (flow, place, status) == ("creation", "tell", 503)
    judge(tool, run, 7 if never_repeated else 0)
    finish(tool, flow, run)


@pytest.mark.parametrize("kind", ["html", "redirect", "drop"])
@pytest.mark.parametrize(("flow", "place"), PLACES)
def test_an_answer_that_is_none_of_stackones_is_a_network_failure(
    tool: Tool, flow: str, place: str, kind: str
) -> None:
    # An ask for an update: any 2xx says that the call is there, and so its body does not matter.
    said_yes = (flow != "creation", place, kind) == (True, "ask", "html")
    where, times = AT[flow][place][0], 1 if said_yes else None
    run = run_with(tool, flow, "--timeout", "1", kind=kind, place=where, times=times)
    judge(tool, run, 0 if said_yes else 7)
    finish(tool, flow, run)


@pytest.mark.parametrize(("flow", "place"), PLACES)
def test_a_connection_cut_once_is_made_again(tool: Tool, flow: str, place: str) -> None:
    """Cut after the request took effect: nobody can know that it did."""
    run = run_with(tool, flow, kind="drop_after", place=AT[flow][place][0], times=1)
    judge(tool, run, 0)
    assert len(tool.stage.profiles) == 1
    finish(tool, flow, run)


@pytest.mark.parametrize(("flow", "place"), PLACES)
def test_a_request_that_takes_too_long_ends_the_run_and_may_still_take_effect(
    tool: Tool, flow: str, place: str
) -> None:
    where = AT[flow][place][0]
    run = run_with(tool, flow, "--timeout", "1", kind="delay", place=where, seconds=1.5)
    judge(tool, run, 7)
    if place == "tell":
        secret = pair_of(flow)["client_secret"]
        wait_until(lambda: [p["client_secret"] for p in tool.stage.profiles] == [secret])
        assert tool.holds_what_stackone_has()
    finish(tool, flow, run)


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


ODD_BODIES = {
    "nothing": " ",
    "a text": '"done"',
    "fields of wrong types": '{"data": "none", "id": 7, "total": [], "page": {}, "next": 3}',
    "half of it": '{"data": [{"id": "1',
    "too deep": "[" * 20_000,
}


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES)
@pytest.mark.parametrize(("flow", "place"), PLACES)
def test_an_answer_of_another_shape_is_no_defect_of_ours(
    tool: Tool, flow: str, place: str, body: str
) -> None:
    said_yes = (flow != "creation", place) == (True, "ask")
    where, times = AT[flow][place][0], 1 if said_yes else None
    run = run_with(tool, flow, "--timeout", "1", kind="body", place=where, body=body, times=times)
    judge(tool, run, 0 if said_yes else 7)
    finish(tool, flow, run)


@pytest.mark.parametrize(
    ("place", "body"),
    [
        (ACTIONS, '{"data": [], "next": "the same again"}'),
        (LIST, '{"data": [], "total": 1000000, "page": 1, "page_size": 25}'),
        (LIST, '{"data": [{"connector_key": "employmenthero"}], "total": 1000000}'),
    ],
)
def test_a_list_without_an_end_ends(tool: Tool, place: Place, body: str) -> None:
    run = run_with(tool, "creation", kind="body", place=place, body=body)
    assert (run.code in {0, 7}, tool.holds_what_stackone_has()) == (True, True)
    assert len(tool.stage.log()) < 10
    finish(tool, "creation", run, "--if-exists", "update")


def test_an_empty_creation_that_is_accepted_stops_everything(tool: Tool) -> None:
    run = run_with(tool, "creation", kind="body", place=ASK_CREATE, body="{}", status=201)
    judge(tool, run, 7)
    assert tool.stage.requests().count("POST /connector_profiles") == 0
    assert tool.kept() == {}


def test_a_profile_deleted_at_stackone_is_told(tool: Tool) -> None:
    tool.setup_here()
    tool.stage.profiles.clear()
    run = tool.setup_here()
    assert (run.error["code"], tool.stage.profiles, tool.kept()) == (6, [], {"current": PAIR})


def test_the_same_holds_for_a_process_of_its_own(tool: Tool) -> None:
    disturb(tool, "drop_after", CREATE, times=1)
    run = tool.setup()
    assert (run.succeeded["action"], len(tool.stage.profiles)) == ("created", 1)
    disturb(tool, "status", UPDATE, status=422)
    run = tool.setup(**tool.rotated)
    assert (run.error["code"], run.error["http_status"], tool.kept()) == (6, 422, {"current": PAIR})
    finish(tool, "update", run)
