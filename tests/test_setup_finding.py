"""Which profile ``setup`` takes for its own, and which it does not touch."""

from __future__ import annotations

import pytest

from eh_connect.errors import (
    ActionNeededError,
    NetworkError,
    StackOneRefusedError,
)
from tests.support.fakes import OTHER_APPLICATION, A, B, Fault, World


def test_an_existing_profile_is_taken_over_by_its_id_whatever_its_name(world: World) -> None:
    theirs = world.stackone.make("Made by hand")
    result = world.run(A, profile_id=theirs)
    assert (result.action, world.in_force, world.only_profile.name) == ("updated", A, "Made by hand")
    assert world.run(A).action == "unchanged"


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_unknown_id_is_refused(world: World, dry_run: bool) -> None:
    world.stackone.make("Another")
    with pytest.raises(StackOneRefusedError, match="no-such-id") as caught:
        world.run(A, profile_id="no-such-id", dry_run=dry_run)
    assert caught.value.code == 6
    assert "“Another”" in (caught.value.detail or "")
    assert (world.stackone.sent, world.keyring.pairs) == ([], {})


@pytest.mark.parametrize("if_exists", ["ask", "fail"])
def test_a_name_that_is_taken_stops_an_unattended_run(world: World, if_exists: str) -> None:
    theirs = world.stackone.make("Employment Hero")
    with pytest.raises(StackOneRefusedError, match="already") as caught:
        world.run(A, if_exists=if_exists)
    assert theirs in (caught.value.detail or "")
    assert "--if-exists update" in (caught.value.hint or "")
    assert (world.stackone.sent, world.keyring.pairs, world.folder.states) == ([], {}, {})


def test_a_name_that_is_taken_may_be_updated(world: World) -> None:
    world.stackone.make("Employment Hero")
    assert world.run(A, if_exists="update").action == "updated"
    assert world.in_force == A
    assert world.console.asked == []


@pytest.mark.parametrize("asked", [False, True])
def test_a_name_that_is_taken_may_be_left(world: World, asked: bool) -> None:
    theirs = world.stackone.make("Employment Hero")
    world.console.when_taken = "skip"
    result = world.run(A, if_exists="ask" if asked else "skip").as_json()
    assert (result["action"], result["changed"], result["via"]) == ("unchanged", False, None)
    assert result["profile"]["id"] == theirs
    assert result["secret"] is None
    assert (world.stackone.sent, world.keyring.pairs, world.folder.states) == ([], {}, {})
    assert bool(world.console.asked) == asked


def test_a_person_may_say_that_a_name_that_is_taken_is_to_be_updated(world: World) -> None:
    world.stackone.make("Employment Hero")
    world.console.when_taken = "update"
    assert world.run(A).action == "updated"


def test_two_profiles_of_the_name_stop_the_run_with_a_command_for_each(world: World) -> None:
    ids = [world.stackone.make("Employment Hero") for _ in range(2)]
    with pytest.raises(StackOneRefusedError) as caught:
        world.run(A, if_exists="update")
    commands = [step.command for step in caught.value.next_steps]
    assert commands == [f"eh-connect setup --profile-id {one}" for one in ids]
    assert (world.stackone.sent, world.keyring.pairs) == ([], {})
    world.run(A, profile_id=ids[1])
    assert [world.stackone.pairs[one] for one in ids] == [None, A]


def test_a_kept_profile_that_is_gone_is_never_replaced_by_a_new_one(done: World) -> None:
    done.stackone.remove(done.only_profile.id)
    with pytest.raises(StackOneRefusedError, match="is not at StackOne"):
        done.run(A)
    assert done.stackone.rows == {}
    theirs = done.stackone.make("Other")
    done.run(A, profile_id=theirs)
    assert done.in_force == A


def test_a_label_does_not_move_from_one_living_profile_to_another(done: World) -> None:
    theirs = done.stackone.make("Other")
    with pytest.raises(StackOneRefusedError, match="belongs to another profile"):
        done.run(A, profile_id=theirs)
    assert done.stackone.pairs[theirs] is None


def test_a_profile_that_vanishes_while_it_is_changed_is_not_replaced(done: World) -> None:
    done.stackone.vanishes_when_asked = True
    with pytest.raises(StackOneRefusedError, match="not at StackOne any more"):
        done.run(B)
    assert (done.stackone.rows, done.keyring.pairs) == ({}, {"current": A})


def test_another_client_id_is_refused_while_accounts_are_linked(done: World) -> None:
    done.stackone.accounts[done.only_profile.id] = 3
    with pytest.raises(StackOneRefusedError, match="3 accounts") as caught:
        done.run(OTHER_APPLICATION)
    assert "--replace-application" in (caught.value.hint or "")
    assert (done.in_force, done.keyring.pairs) == (A, {"current": A})


def test_another_client_id_is_taken_knowingly_or_where_nothing_is_linked(done: World) -> None:
    done.stackone.accounts[done.only_profile.id] = 3
    done.run(OTHER_APPLICATION, replace_application=True)
    assert done.in_force == OTHER_APPLICATION
    done.stackone.accounts.clear()
    done.run(B)
    assert done.in_force == B


def test_another_client_id_is_refused_though_a_pair_waits_for_a_person(done: World) -> None:
    done.stackone.says_it_updates = False
    with pytest.raises(ActionNeededError):
        done.run(B)
    done.stackone.says_it_updates = True
    done.stackone.accounts[done.only_profile.id] = 3
    with pytest.raises(StackOneRefusedError, match="3 accounts"):
        done.run(OTHER_APPLICATION)
    assert done.in_force == A


def test_the_same_client_id_needs_no_look_at_the_accounts(done: World) -> None:
    done.stackone.accounts[done.only_profile.id] = 3
    done.run(B)
    assert "count_accounts" not in done.tape.calls


def test_accounts_that_hang_on_a_profile_of_unknown_client_id_are_warned_of(world: World) -> None:
    theirs = world.stackone.make("Employment Hero")
    world.stackone.accounts[theirs] = 2
    world.run(A, profile_id=theirs)
    assert any("2 accounts are linked" in warning for warning in world.console.warnings)


@pytest.mark.parametrize("fault", [StackOneRefusedError("No such call."), NetworkError("No answer.")])
def test_accounts_that_can_not_be_counted_stop_only_a_new_client_id(world: World, fault: Exception) -> None:
    theirs = world.stackone.make("Employment Hero")
    world.start_again(Fault("count_accounts", fault))
    assert world.run(A, profile_id=theirs).action == "updated"
    assert any("could not be learnt" in warning for warning in world.console.warnings)
    world.start_again(Fault("count_accounts", fault))
    with pytest.raises(type(fault)):
        world.run(OTHER_APPLICATION)
    assert world.in_force == A
