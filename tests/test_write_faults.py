"""Whatever StackOne answers to a request of a write: the exit code, what is saved, and the next run."""

from __future__ import annotations

import httpx
import pytest

from tests.support.stackone import Fault
from tests.support.world import FLOWS, A, B, Flow, World, of_each, set_up

Answer = int | type[Exception]

NEVER_ARRIVED, NO_ANSWER = httpx.ConnectError, httpx.ReadTimeout
STATUSES = (302, 400, 401, 403, 404, 405, 408, 409, 412, 422, 429, 500, 501, 503)
ANSWERS: tuple[Answer, ...] = (*STATUSES, NEVER_ARRIVED, NO_ANSWER)
REFUSALS, KEY, TROUBLE = {400, 404, 405, 409, 412, 422}, {401, 403}, 7

READ = {answer: 6 if answer in REFUSALS else 5 if answer in KEY else TROUBLE for answer in ANSWERS}
ASK = READ | dict.fromkeys((400, 409, 412, 422), 0) | dict.fromkeys((404, 405, 501), 8)
TELL = READ | dict.fromkeys((404, 405, 501), 8)
CODES = {
    "list": READ,
    "actions": READ | dict.fromkeys(REFUSALS, 0),
    "ask to create": ASK,
    "create": TELL,
    "ask to update": ASK,
    "update": TELL,
}
CREATION, CHANGE = ("list", "actions", "ask to create", "create"), ("list", "ask to update", "update")


every_fault = pytest.mark.parametrize(
    ("flow", "request_", "answer"),
    [
        pytest.param(flow, request, answer, id=f"{name}, {request}, {answer}")
        for name, flow in FLOWS.items()
        for request in (CREATION if name == "creation" else CHANGE)
        for answer in ANSWERS
    ],
)


@every_fault
def test_a_fault_for_good_ends_with_its_code_and_the_next_run_goes_on(
    flow: Flow, request_: str, answer: Answer
) -> None:
    world = flow.begin(Fault(request_, answer))
    before = world.held
    code = world.code(flow.purpose, flow.given)
    assert code == CODES[request_][answer]
    world.is_safe()
    assert set(before.values()) <= set(world.held.values())
    world.stackone.faults.clear()
    if code or flow.purpose != "rollback":  # which is no repetition
        world.run(flow.purpose, flow.given)
    world.is_safe()
    world.is_settled(flow.wanted)


@every_fault
def test_a_fault_that_passes_is_gone_through(flow: Flow, request_: str, answer: Answer) -> None:
    world = flow.begin(Fault(request_, answer, times=2))
    code = world.code(flow.purpose, flow.given)
    passes = answer in {408, 429, 500, 503, NEVER_ARRIVED, NO_ANSWER}
    if passes and (request_ != "create" or answer in {429, NEVER_ARRIVED}):
        assert code == 0
        world.is_settled(flow.wanted)
    else:
        assert code == CODES[request_][answer]


@pytest.mark.parametrize("answer", [400, 401, 403, 409, 422, 404, 405, 501])
@of_each("creation", "update", "rotation")
def test_what_was_plainly_refused_is_undone(flow: Flow, answer: int) -> None:
    world = flow.begin(Fault("create", answer), Fault("update", answer))
    before = world.held
    assert world.code(flow.purpose, flow.given) == TELL[answer]
    staged = {"next": flow.given} if answer in {404, 405, 501} else {}  # for a person, in the dashboard
    assert world.held == before | staged


@pytest.mark.parametrize("answer", [500, 503, 408, NO_ANSWER])
def test_a_creation_whose_answer_was_lost_is_found_and_given_its_credentials_again(answer: Answer) -> None:
    world = World(Fault("create", answer, effect="now"))
    result = world.run("setup", A)
    assert (result.action, result.via) == ("created", "api")
    assert world.requests[3:] == ["create", "list", "ask to update", "update", "list"]
    world.is_settled(A)


@pytest.mark.parametrize("answer", [500, 503, NO_ANSWER])
@of_each("update", "rotation", "rollback")
def test_an_update_whose_answers_were_lost_is_sent_again_by_the_next_run(flow: Flow, answer: Answer) -> None:
    world = flow.begin(Fault("update", answer, effect="now"))
    assert world.code(flow.purpose, flow.given) == 7
    assert world.held["next"] == flow.wanted == world.in_force
    world.stackone.faults.clear()
    world.run(flow.purpose, flow.given)
    assert "update" in world.requests
    world.is_settled(flow.wanted)


@pytest.mark.parametrize("answer", [429, NEVER_ARRIVED])
def test_a_creation_that_never_arrived_is_not_waited_for(answer: Answer) -> None:
    world = World(Fault("create", answer))
    assert world.code("setup", A) == 7
    assert world.held == {"next": A}
    world.stackone.faults.clear()
    before = world.clock()
    assert world.run("setup", A).action == "created"
    assert world.clock() == before


def test_a_profile_that_is_gone_is_told_from_a_call_that_is_not_there() -> None:
    assert set_up(Fault("ask to update", 404)).code("setup", B) == 8
    world = set_up()
    world.only.id = "another"  # deleted between the list and the ask
    assert world.code("setup", B) == 6
