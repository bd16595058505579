"""A run that dies anywhere: the next one finishes, and no pair that StackOne holds is ever lost."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eh_connect.errors import EhConnectError, InputError, LostAnswerError, NetworkError, WriteRefusedError
from tests.support.fakes import ACTIONS, ORIGINS, A, B, C, Fault, Killed, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.secret import Pair

NEVER = 10_000


def check_nothing_is_lost(world: World) -> None:
    """What StackOne holds is in the keyring, and there is one profile at most."""
    assert len(world.stackone.rows) <= 1
    for held in world.stackone.pairs.values():
        assert held in world.keyring.pairs.values()


def check_it_is_done(world: World, pair: Pair) -> None:
    assert world.in_force == pair
    assert world.keyring.pairs["current"] == pair
    assert "next" not in world.keyring.pairs
    state, profile = world.state, world.only_profile
    assert (state.profile_id, state.updated_at) == (profile.id, profile.updated_at)
    assert state.fingerprint == pair.client_secret.fingerprint
    assert state.set_at is not None
    assert state.pending is None
    world.start_again()
    assert world.run(pair).action == "unchanged"
    assert world.run().action == "unchanged"


def create(world: World) -> None:
    world.run(A)


def update(world: World) -> None:
    world.run(B)


def other_pair(world: World) -> None:
    world.run(C)


def kept_pair(world: World) -> None:
    world.run()


def rename(world: World) -> None:
    world.run(B, name="Another name", default=True, actions=ACTIONS[:1])


def nothing(_world: World) -> None:
    pass


def with_a(world: World) -> None:
    world.run(A)


def with_a_then_b(world: World) -> None:
    world.run(A)
    world.run(B)


def with_b_staged_and_not_sent(world: World) -> None:
    world.run(A)
    world.start_again(Fault("update", Killed()))
    with suppress(Killed):
        world.run(B)


def with_b_sent_and_staged(world: World) -> None:
    world.run(A)
    world.start_again(Fault("update", Killed(), after=True))
    with suppress(Killed):
        world.run(B)


def with_a_created_and_staged(world: World) -> None:
    world.start_again(Fault("create", Killed(), after=True))
    with suppress(Killed):
        world.run(A)


def with_a_staged_and_not_created(world: World) -> None:
    world.start_again(Fault("create", Killed()))
    with suppress(Killed):
        world.run(A)


def with_a_touched_by_somebody(world: World) -> None:
    world.run(A)
    world.stackone.change(world.only_profile.id)


STORIES: dict[str, tuple[Callable[[World], None], Callable[[World], None], Pair]] = {
    "a creation": (nothing, create, A),
    "an update": (with_a, update, B),
    "a second update": (with_a_then_b, other_pair, C),
    "an update of everything": (with_a, rename, B),
    "the same pair, staged and not sent": (with_b_staged_and_not_sent, update, B),
    "the same pair, sent and staged": (with_b_sent_and_staged, update, B),
    "the kept pair, sent and staged": (with_b_sent_and_staged, kept_pair, B),
    "another pair, one staged and not sent": (with_b_staged_and_not_sent, other_pair, C),
    "another pair, one sent and staged": (with_b_sent_and_staged, other_pair, C),
    "another pair, one created and staged": (with_a_created_and_staged, other_pair, C),
    "another pair, one staged and not created": (with_a_staged_and_not_created, other_pair, C),
    "the same pair, created and staged": (with_a_created_and_staged, create, A),
    "a profile that somebody touched": (with_a_touched_by_somebody, update, B),
    "the same pair for a profile that somebody touched": (with_a_touched_by_somebody, create, A),
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
        run(world)
        check_nothing_is_lost(world)
        check_it_is_done(world, pair)


@pytest.mark.parametrize("story", STORIES)
def test_a_finished_run_leaves_the_pair_in_force(story: str) -> None:
    world, run, pair = start(story)
    run(world)
    check_it_is_done(world, pair)


@settings(max_examples=300, deadline=None)
@given(
    story=st.sampled_from(sorted(STORIES)),
    first=st.tuples(st.integers(1, 40), st.booleans()),
    second=st.tuples(st.integers(1, 40), st.booleans()),
)
def test_two_runs_killed_in_a_row_lose_nothing(
    story: str, first: tuple[int, bool], second: tuple[int, bool]
) -> None:
    world, run, pair = start(story)
    for call, after in (first, second):
        world.start_again(Fault("*", Killed(), call, after=after))
        with suppress(Killed):
            run(world)
        check_nothing_is_lost(world)
    world.start_again()
    run(world)
    check_it_is_done(world, pair)


ERRORS: dict[str, list[BaseException]] = {
    "*": [Killed()],
    "profiles": [NetworkError("no answer")],
    "may_update": [NetworkError("no answer")],
    "create": [LostAnswerError("lost"), WriteRefusedError("refused"), NetworkError("never arrived")],
    "update": [LostAnswerError("lost"), WriteRefusedError("refused"), NetworkError("unreadable")],
}
EFFECT = (Killed, LostAnswerError)
"""Failures that may come after the call took effect; of the others this would be a lie of StackOne's."""


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    call = draw(st.sampled_from(sorted(ERRORS)))
    error = draw(st.sampled_from(ERRORS[call]))
    after = draw(st.booleans()) and isinstance(error, EFFECT)
    return Fault(call, error, draw(st.integers(1, 40 if call == "*" else 4)), after=after)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([A, B, C, None]), st.lists(faults(), max_size=3)), max_size=6))
def test_whatever_went_wrong_before_a_clean_run_brings_its_pair_into_force(
    runs: list[tuple[Pair | None, list[Fault]]],
) -> None:
    world = World()
    for pair, of_this_run in runs:
        if pair is None and not ({"current", "next"} & set(world.keyring.pairs)):
            continue
        world.start_again(*of_this_run)
        with suppress(Killed, EhConnectError):
            world.run(pair)
        check_nothing_is_lost(world)
    world.start_again()
    try:
        world.run(C)
    except InputError:  # it is the previous one: the one that is kept is as good an end
        world.run()
    check_nothing_is_lost(world)
    check_it_is_done(world, world.keyring.pairs["current"])


def crash_points(story: Callable[[World], None], prepare: Callable[[World], None]) -> list[Fault]:
    world = World()
    prepare(world)
    world.start_again()
    story(world)
    last = world.tape.count("*")
    return [Fault("*", Killed(), call, after=after) for call in range(1, last + 1) for after in (False, True)]


def asked_a_person_to_create(world: World) -> None:
    world.stackone.says_it_creates = world.stackone.says_it_updates = False
    with suppress(EhConnectError):
        world.run(A)
    world.stackone.make("Employment Hero (2)", A)


def asked_a_person_to_update(world: World) -> None:
    world.run(A)
    world.stackone.says_it_updates = False
    with suppress(EhConnectError):
        world.run(B)
    world.stackone.change(world.only_profile.id, pair=B)


def test_taking_over_what_a_person_created_may_be_killed_anywhere_and_is_never_asked_for_again() -> None:
    def take_over(world: World) -> None:
        world.run(profile_id="new")

    for fault in crash_points(take_over, asked_a_person_to_create):
        world = World()
        asked_a_person_to_create(world)
        world.start_again(fault)
        with pytest.raises(Killed):
            take_over(world)
        check_nothing_is_lost(world)
        world.start_again()
        take_over(world)
        check_it_is_done(world, A)


def test_noting_what_a_person_updated_may_be_killed_anywhere_and_is_never_asked_for_again() -> None:
    for fault in crash_points(kept_pair, asked_a_person_to_update):
        world = World()
        asked_a_person_to_update(world)
        world.start_again(fault)
        with pytest.raises(Killed):
            world.run()
        check_nothing_is_lost(world)
        world.start_again()
        world.run()
        check_it_is_done(world, B)
        assert world.keyring.pairs["previous"] == A


def test_a_pair_staged_for_one_set_of_hosts_stays_bound_to_them_whenever_the_run_dies() -> None:
    elsewhere = ("http://127.0.0.1:8000", "http://127.0.0.1:8001")
    for call in range(1, calls_of("a creation") + 1):
        world = World()
        world.start_again(Fault("*", Killed(), call, after=True))
        with suppress(Killed):
            world.run(A, origins=elsewhere)
        world.start_again()
        if world.keyring.pairs:
            with pytest.raises(InputError):
                world.run(origins=ORIGINS)
            assert world.tape.requests == []
        world.run(A, origins=elsewhere)
        assert world.keyring.origins == elsewhere
        assert world.in_force == A
