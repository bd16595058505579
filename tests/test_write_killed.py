"""A run that dies anywhere: at every request, and at every write to keyring and state folder."""

from __future__ import annotations

import pytest

from eh_connect.errors import Ending
from tests.support.stackone import Fault, Killed
from tests.support.world import A, Flow, World, of_each


def deaths(flow: Flow) -> range:
    """The points at which the run of a flow can die, but for the last, when all is done."""
    world = flow.begin()
    world.run(flow.purpose, flow.given)
    return range(1, len(world.steps.taken))


@of_each()
def test_whatever_is_written_or_sent_the_next_run_goes_on_from_there(flow: Flow) -> None:
    done = {"created", "updated", "rotated", "rolled_back", "unchanged"}
    for step in deaths(flow):
        world = flow.begin()
        assert world.code(flow.purpose, flow.given, kill_at=step) == -9
        world.is_safe()
        assert world.run(flow.purpose, flow.given).action in done
        world.is_safe()
        world.is_settled(flow.wanted)
        if flow.purpose != "rollback":
            assert world.run(flow.purpose, flow.given).action == "unchanged"


@of_each("creation", "update", "rotation")
def test_the_run_after_that_may_die_too(flow: Flow) -> None:
    for step in deaths(flow):
        for second in range(1 + step % 6, 40, 6):
            world = flow.begin()
            world.code(flow.purpose, flow.given, kill_at=step)
            if world.code(flow.purpose, flow.given, kill_at=second) != -9:
                break
            world.is_safe()
            world.run(flow.purpose, flow.given)
            world.is_settled(flow.wanted)


@of_each("creation", "update", "rotation")
def test_a_run_without_the_variables_goes_on_with_what_is_saved(flow: Flow) -> None:
    for step in deaths(flow):
        world = flow.begin()
        world.code(flow.purpose, flow.given, kill_at=step)
        if "next" in world.held:
            world.run(flow.purpose)
            world.is_settled(flow.wanted)


@of_each("update", "rotation", "rollback")
def test_what_was_sent_may_be_carried_out_after_the_run_died(flow: Flow) -> None:
    for seconds in (0, 1, 40):
        world = flow.begin(Fault("update", Killed, effect="late", times=1, seconds=seconds))
        assert world.code(flow.purpose, flow.given) == -9
        world.clock.now += seconds / 2
        world.is_safe()
        world.run(flow.purpose, flow.given)
        world.clock.now += seconds
        world.run("setup")
        world.is_settled(flow.wanted)


@pytest.mark.parametrize("seconds", [0, 5, 30, 80])
def test_a_creation_that_is_under_way_is_waited_for_and_not_repeated(seconds: float) -> None:
    world = World(Fault("create", Killed, effect="late", times=1, seconds=seconds))
    assert world.code("setup", A) == -9
    assert world.run("setup", A).action == "created"
    assert "create" not in world.requests
    world.is_safe()
    world.is_settled(A)


def test_a_creation_that_never_came_about_is_repeated_once_its_time_is_over() -> None:
    world = World(Fault("create", Killed, times=1))
    world.code("setup", A)
    died = world.clock()
    assert world.run("setup", A).action == "created"
    assert 90 <= world.clock() - died < 100
    world.is_settled(A)


@of_each()
@pytest.mark.parametrize("stop", [KeyboardInterrupt, Ending])
def test_a_person_may_stop_it_anywhere(flow: Flow, stop: type[BaseException]) -> None:
    requests = ("list", "ask to update", "ask to create", "update", "create")
    unheard = [Fault(each, stop, times=1) for each in requests]
    for fault in (*unheard, *(Fault(each, stop, effect="now", times=1) for each in ("update", "create"))):
        world = flow.begin(fault)
        try:
            code = world.code(flow.purpose, flow.given)
        except stop:
            code = 130
        world.is_safe()
        if code == 130:
            world.run(flow.purpose, flow.given)
        world.is_settled(flow.wanted)
