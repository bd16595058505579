"""``setup`` where StackOne or the keyring fails, and the runs after that."""

from __future__ import annotations

import pytest

from eh_connect.errors import (
    ActionNeededError,
    InputError,
    LostAnswerError,
    NetworkError,
    RejectedError,
    StackOneAuthError,
    StackOneRefusedError,
    StorageError,
    WriteRefusedError,
)
from eh_connect.ports import ProbeResult
from tests.support.fakes import A, B, C, Fault, Killed, World


def test_a_creation_whose_answer_was_lost_is_found_and_patched(world: World) -> None:
    world.start_again(Fault("create", LostAnswerError("lost"), after=True))
    result = world.run(A)
    assert (result.action, result.via) == ("created", "api")
    assert world.tape.requests.count("create") == 1
    assert world.tape.requests[-3:] == ["may_update", "update", "profiles"]
    assert (world.in_force, world.keyring.pairs) == (A, {"current": A})


def test_a_creation_that_was_lost_on_its_way_is_left_to_the_next_run(world: World) -> None:
    world.start_again(Fault("create", LostAnswerError("lost", http_status=502)))
    with pytest.raises(NetworkError) as caught:
        world.run(A)
    assert (caught.value.code, caught.value.http_status) == (7, 502)
    assert world.tape.requests.count("create") == 1
    assert (world.stackone.rows, world.keyring.pairs) == ({}, {"next": A})
    assert world.pauses == [1.0, 2.0]
    assert world.run(A).action == "created"
    assert (world.in_force, world.keyring.pairs) == (A, {"current": A})


def test_a_creation_that_shows_late_is_taken_over_by_the_next_run(world: World) -> None:
    world.start_again(Fault("create", LostAnswerError("lost")))
    with pytest.raises(NetworkError):
        world.run(A)
    world.stackone.make("Employment Hero", A)
    assert world.run().action == "created"
    assert (len(world.stackone.rows), world.keyring.pairs) == (1, {"current": A})


def test_a_lost_creation_is_not_mistaken_for_one_of_another_name_or_an_older_one(world: World) -> None:
    theirs = world.stackone.make("Theirs")
    world.start_again(Fault("create", LostAnswerError("lost")))
    with pytest.raises(NetworkError):
        world.run(A)
    later = world.stackone.make("Somebody else's")
    world.run(A)
    assert (world.stackone.pairs[theirs], world.stackone.pairs[later]) == (None, None)
    assert len(world.stackone.rows) == 3


def test_two_new_profiles_of_the_name_after_a_lost_creation_are_for_a_person_to_choose(world: World) -> None:
    world.start_again(Fault("create", LostAnswerError("lost")))
    with pytest.raises(NetworkError):
        world.run(A)
    ids = [world.stackone.make("Employment Hero") for _ in range(2)]
    with pytest.raises(StackOneRefusedError) as caught:
        world.run(A)
    assert [s.command.split()[-1] for s in caught.value.next_steps] == ids
    world.run(A, profile_id=ids[0])
    assert (world.stackone.pairs[ids[0]], world.keyring.pairs) == (A, {"current": A})


def test_a_lost_creation_that_can_not_be_patched_is_finished_by_a_person(world: World) -> None:
    world.stackone.says_it_updates = False
    world.start_again(Fault("create", LostAnswerError("lost"), after=True))
    with pytest.raises(NetworkError):
        world.run(A)
    with pytest.raises(ActionNeededError) as caught:
        world.run(A)
    assert "Create profile" not in (caught.value.detail or "")
    world.stackone.change(world.only_profile.id, pair=A)
    world.run()
    assert (len(world.stackone.rows), world.keyring.pairs) == (1, {"current": A})


@pytest.mark.parametrize(
    "error", [WriteRefusedError("422"), StackOneRefusedError("x"), StackOneAuthError("403")]
)
def test_a_refused_creation_leaves_nothing_behind(world: World, error: Exception) -> None:
    world.start_again(Fault("create", error))
    with pytest.raises((StackOneRefusedError, StackOneAuthError)):
        world.run(A)
    assert world.keyring.pairs == {}
    assert world.state.pending is None
    assert world.run(B).action == "created"
    assert world.keyring.pairs == {"current": B}


@pytest.mark.parametrize("error", [WriteRefusedError("422"), StackOneAuthError("403")])
def test_a_refused_update_leaves_what_was_before(done: World, error: Exception) -> None:
    before = done.state
    done.start_again(Fault("update", error))
    with pytest.raises((StackOneRefusedError, StackOneAuthError)):
        done.run(B)
    assert (done.keyring.pairs, done.state) == ({"current": A}, before)
    assert done.run(A).action == "unchanged"


@pytest.mark.parametrize("call", ["profiles", "may_create"])
@pytest.mark.parametrize("error", [StackOneAuthError("401"), NetworkError("down")])
def test_a_failure_before_the_creation_keeps_nothing(world: World, call: str, error: Exception) -> None:
    world.start_again(Fault(call, error))
    with pytest.raises((StackOneAuthError, NetworkError)):
        world.run(A)
    assert (world.keyring.pairs, world.folder.states) == ({}, {})


def test_an_update_whose_answer_was_lost_is_sent_again_by_the_next_run(done: World) -> None:
    done.start_again(Fault("update", LostAnswerError("lost"), after=True))
    with pytest.raises(NetworkError):
        done.run(B)
    assert done.keyring.pairs == {"current": A, "next": B}
    assert done.run().action == "updated"
    assert done.keyring.pairs == {"current": B, "previous": A}


def test_an_answer_that_shows_an_old_profile_is_no_creation(world: World) -> None:
    theirs = world.stackone.make("Theirs")
    world.stackone.answers_creation_with = theirs
    with pytest.raises(NetworkError, match="existed before"):
        world.run(A)
    assert world.keyring.pairs == {"next": A}


def test_a_change_that_stackone_accepts_and_does_not_make_is_refused(done: World) -> None:
    done.stackone.takes_changes = False
    with pytest.raises(StackOneRefusedError, match="name stayed as before"):
        done.run(A, name="Ours")


def test_a_keyring_that_fails_before_sending_stops_the_run(done: World) -> None:
    done.start_again(Fault("write_pair", StorageError("locked")))
    with pytest.raises(StorageError):
        done.run(B)
    assert "update" not in done.tape.calls
    assert done.in_force == A


def test_a_keyring_that_fails_after_sending_leaves_the_pair_staged(done: World) -> None:
    done.start_again(Fault("write_pair", StorageError("locked"), at=3))
    with pytest.raises(StorageError):
        done.run(B)
    assert done.in_force == B
    assert B in done.keyring.pairs.values()
    done.run()
    assert done.keyring.pairs == {"current": B, "previous": A}


@pytest.fixture
def staged(done: World) -> World:
    """B is staged, and did not reach StackOne, as far as can be known."""
    done.start_again(Fault("update", NetworkError("down")))
    with pytest.raises(NetworkError):
        done.run(B)
    done.start_again()
    done.stackone.sent.clear()
    return done


def test_a_staged_pair_is_settled_before_another_one(staged: World) -> None:
    result = staged.run(C)
    assert (result.action, result.via) == ("updated", "api")
    assert [fields.pair for fields in staged.stackone.sent] == [B, C]
    assert staged.keyring.pairs == {"current": C, "previous": B}


def test_a_staged_pair_undoes_no_rotation_back_to_the_one_in_force(staged: World) -> None:
    with pytest.raises(InputError, match="previous"):
        staged.run(A)
    assert (staged.in_force, staged.keyring.pairs) == (B, {"current": B, "previous": A})


def test_a_staged_pair_that_employment_hero_rejects_gives_way(staged: World) -> None:
    staged.probe.results[B] = ProbeResult.REJECTED
    assert staged.run(C).action == "updated"
    assert staged.keyring.pairs == {"current": C, "previous": A}
    assert any("dropped" in warning for warning in staged.console.warnings)


def test_a_staged_pair_that_gave_way_is_gone_though_the_next_one_is_rejected_too(staged: World) -> None:
    staged.probe.results = dict.fromkeys((B, C), ProbeResult.REJECTED)
    with pytest.raises(RejectedError):
        staged.run(C)
    assert (staged.in_force, staged.keyring.pairs) == (A, {"current": A})


def test_a_staged_pair_that_stackone_seems_to_have_is_settled_though_employment_hero_rejects_it(
    done: World,
) -> None:
    done.start_again(Fault("update", Killed(), after=True))
    with pytest.raises(Killed):
        done.run(B)
    done.start_again(Fault("update", WriteRefusedError("409"), at=2))
    done.probe.results[B] = ProbeResult.REJECTED
    with pytest.raises(WriteRefusedError):
        done.rotate(C)
    assert (done.in_force, done.keyring.pairs) == (B, {"current": B, "previous": A})


def test_a_staged_pair_that_stackone_refuses_gives_way(staged: World) -> None:
    staged.start_again(Fault("update", WriteRefusedError("422")))
    staged.run(C)
    assert staged.keyring.pairs == {"current": C, "previous": A}


def test_a_staged_pair_that_stackone_may_hold_is_not_dropped_though_it_is_refused(done: World) -> None:
    done.start_again(Fault("update", Killed(), after=True))
    with pytest.raises(Killed):
        done.run(B)
    done.start_again(Fault("update", WriteRefusedError("409")))
    with pytest.raises(WriteRefusedError):
        done.run(C)
    assert (done.in_force, done.keyring.pairs) == (B, {"current": A, "next": B})


@pytest.mark.parametrize("result", [ProbeResult.REJECTED, ProbeResult.NOT_REJECTED])
def test_a_profile_created_with_a_staged_pair_stays_ours_whatever_becomes_of_the_pair(
    world: World, result: ProbeResult
) -> None:
    world.start_again(Fault("create", Killed(), after=True))
    with pytest.raises(Killed):
        world.run(A)
    world.probe.results[A] = result
    assert world.run(B).action == "created"
    assert (world.in_force, world.keyring.pairs["current"]) == (B, B)


def test_a_profile_that_is_being_taken_over_stays_the_one_after_a_failure(world: World) -> None:
    theirs = world.stackone.make("Theirs")
    world.start_again(Fault("update", LostAnswerError("lost"), after=True))
    with pytest.raises(NetworkError):
        world.run(A, profile_id=theirs)
    world.run()
    assert (world.only_profile.id, world.in_force) == (theirs, A)
