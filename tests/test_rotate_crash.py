"""A rotation or a rollback that dies anywhere: no pair is lost, and the next run finishes it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import EhConnectError
from tests.support.fakes import A, B, Fault, Killed, World
from tests.test_setup_crash import check_it_is_done, check_nothing_is_lost

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.secret import Pair


def rotated_once(world: World) -> None:
    world.run(A)
    world.rotate(B)


def with_a(world: World) -> None:
    world.run(A)


def with_b_sent_and_staged(world: World) -> None:
    world.run(A)
    world.start_again(Fault("update", Killed(), after=True))
    with suppress(Killed):
        world.rotate(B)


def by_hand(world: World) -> None:
    world.run(A)
    world.stackone.says_it_updates = False
    with suppress(EhConnectError):
        world.rotate(B)
    world.stackone.change(world.only_profile.id, pair=B)


def rolled_back_by_hand(world: World) -> None:
    rotated_once(world)
    world.stackone.says_it_updates = False
    with suppress(EhConnectError):
        world.roll_back()
    world.stackone.change(world.only_profile.id, pair=A)


def rotate_to_b(world: World) -> None:
    world.rotate(B)


def roll_back(world: World) -> None:
    world.roll_back()


STORIES: dict[str, tuple[Callable[[World], None], Callable[[World], None], Pair]] = {
    "a rotation": (with_a, rotate_to_b, B),
    "a rotation that was sent": (with_b_sent_and_staged, rotate_to_b, B),
    "a rotation by hand": (by_hand, rotate_to_b, B),
    "a rollback": (rotated_once, roll_back, A),
    "a rollback of an unfinished rotation": (with_b_sent_and_staged, roll_back, A),
    "a rollback by hand": (rolled_back_by_hand, roll_back, A),
}


def start(story: str) -> tuple[World, Callable[[World], None], Pair]:
    prepare, run, pair = STORIES[story]
    world = World()
    prepare(world)
    world.start_again()
    return world, run, pair


def calls_of(story: str) -> int:
    world, run, _ = start(story)
    run(world)
    return world.tape.count("*")


def is_noted(world: World, pair: Pair) -> bool:
    """Whether the killed run had finished: a second rollback would go back again, as it should."""
    is_settled = world.state.staged_by is None and "next" not in world.keyring.pairs
    return is_settled and world.in_force == pair


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_run_killed_at_any_call_loses_nothing_and_the_next_one_finishes(story: str, after: bool) -> None:
    for call in range(1, calls_of(story) + 1):
        world, run, pair = start(story)
        world.start_again(Fault("*", Killed(), call, after=after))
        with pytest.raises(Killed):
            run(world)
        check_nothing_is_lost(world)
        world.start_again()
        if not (run is roll_back and is_noted(world, pair)):
            run(world)
        check_nothing_is_lost(world)
        check_it_is_done(world, pair)


@pytest.mark.parametrize("story", ["a rotation", "a rotation that was sent", "a rotation by hand"])
def test_a_staged_rotation_is_finished_without_its_inputs(story: str) -> None:
    for call in range(1, calls_of(story) + 1):
        world, run, pair = start(story)
        world.start_again(Fault("*", Killed(), call, after=True))
        with suppress(Killed):
            run(world)
        world.start_again()
        if "next" in world.keyring.pairs:
            world.rotate()
            check_it_is_done(world, pair)
        check_nothing_is_lost(world)


def test_a_rotation_killed_after_a_rollback_was_begun_goes_back_first_and_then_on() -> None:
    for call in range(1, calls_of("a rollback") + 1):
        world, run, _ = start("a rollback")
        world.start_again(Fault("*", Killed(), call))
        with pytest.raises(Killed):
            run(world)
        world.start_again()
        with suppress(EhConnectError):  # B may be the previous one by now: refused, and nothing is lost
            world.rotate(B)
        check_nothing_is_lost(world)
        kept = world.keyring.pairs
        assert world.in_force == kept["current"]
        assert kept.get("next", kept["current"]) == kept["current"]
