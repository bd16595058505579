"""``setup`` where StackOne's API can't write: a person does it, in the dashboard."""

from __future__ import annotations

import pytest

from eh_connect.errors import (
    ActionNeededError,
    InputError,
    StackOneRefusedError,
)
from tests.support.fakes import A, B, World


def test_a_creation_by_hand_is_staged_and_told_with_the_command_for_afterwards(by_hand: World) -> None:
    with pytest.raises(ActionNeededError) as caught:
        by_hand.run(A)
    error = caught.value
    assert error.code == 8
    assert [step.command for step in error.next_steps] == ["eh-connect setup --profile-id new"]
    assert "OAuth 2.0" in (error.detail or "")
    assert "--profile-id" in (error.hint or "")
    said = f"{error.title} {error.detail} {error.hint}"
    assert A.client_secret.reveal() not in said
    assert by_hand.stackone.sent == []
    assert by_hand.keyring.pairs == {"next": A}


@pytest.mark.parametrize("how", ["new", "id"])
def test_what_a_person_created_is_taken_over_and_nothing_is_sent(by_hand: World, how: str) -> None:
    by_hand.stackone.make("There before")
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    made = by_hand.stackone.make("A name that the dashboard chose", A)
    result = by_hand.run(profile_id=made if how == "id" else how)
    assert (result.action, result.via) == ("created", "dashboard")
    assert result.as_json()["documented"] is True
    assert (by_hand.keyring.pairs, by_hand.state.profile_id) == ({"current": A}, made)
    assert by_hand.run().action == "unchanged"
    assert by_hand.run(profile_id="new").action == "unchanged", "the same command again"
    assert by_hand.stackone.sent == []


def test_what_a_person_created_under_our_name_is_taken_over_with_if_exists_update(by_hand: World) -> None:
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    by_hand.stackone.make("Employment Hero", A)
    assert by_hand.run(A, if_exists="update").action == "created"
    assert (by_hand.keyring.pairs, by_hand.stackone.sent) == ({"current": A}, [])


def test_what_a_person_created_is_still_new_after_being_asked_twice(by_hand: World) -> None:
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    assert by_hand.console.warnings == []
    made = by_hand.stackone.make("By hand", A)
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    assert any("--profile-id new" in warning for warning in by_hand.console.warnings)
    assert by_hand.run(profile_id="new").as_json()["profile"]["id"] == made


def test_new_means_exactly_one(by_hand: World) -> None:
    with pytest.raises(StackOneRefusedError, match="No new"):
        by_hand.run(A, profile_id="new")
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    with pytest.raises(StackOneRefusedError, match="No new"):
        by_hand.run(profile_id="new")
    for name in ("one", "two"):
        by_hand.stackone.make(name)
    with pytest.raises(StackOneRefusedError, match="Several"):
        by_hand.run(profile_id="new")
    assert by_hand.keyring.pairs == {"next": A}


def test_via_api_never_turns_to_a_person_and_keeps_nothing(by_hand: World) -> None:
    by_hand.console.person = lambda: None
    with pytest.raises(ActionNeededError, match="API") as caught:
        by_hand.run(A, via="api")
    assert caught.value.code == 8
    assert (by_hand.keyring.pairs, by_hand.console.asked) == ({}, [])


@pytest.mark.parametrize("via", ["auto", "api"])
def test_a_call_that_is_missing_after_a_positive_ask_is_missing(world: World, via: str) -> None:
    world.stackone.creates = False
    with pytest.raises(ActionNeededError):
        world.run(A, via=via)
    assert world.keyring.pairs == ({"next": A} if via == "auto" else {})
    world.stackone.creates = True
    assert world.run(A).action == "created"
    assert world.keyring.pairs == {"current": A}


def test_an_update_that_is_missing_after_a_positive_ask_is_missing(done: World) -> None:
    done.stackone.updates = False
    with pytest.raises(ActionNeededError):
        done.run(B, via="api")
    assert done.keyring.pairs == {"current": A}
    with pytest.raises(ActionNeededError):
        done.run(B)
    assert (done.keyring.pairs, done.in_force) == ({"current": A, "next": B}, A)


def test_via_dashboard_asks_the_api_for_nothing_but_the_list(world: World) -> None:
    with pytest.raises(ActionNeededError):
        world.run(A, via="dashboard")
    assert world.tape.requests == ["profiles"]

    def person() -> None:
        world.stackone.make("By hand", A)

    world.console.person = person
    result = world.run(via="dashboard")
    assert (result.action, result.via) == ("created", "dashboard")
    assert (world.keyring.pairs, world.stackone.sent) == ({"current": A}, [])


def test_a_person_at_the_terminal_creates_while_the_run_watches(by_hand: World) -> None:
    def person() -> None:
        assert by_hand.keyring.pairs == {"next": A}
        by_hand.stackone.make("By hand", A)

    by_hand.console.person = person
    result = by_hand.run(A, default=True)
    assert (result.action, result.via, by_hand.keyring.pairs) == ("created", "dashboard", {"current": A})
    (work,) = by_hand.console.works
    assert "Set default to: true" in work.steps


def test_several_profiles_that_appear_while_the_run_watches_are_for_a_person_to_choose(
    by_hand: World,
) -> None:
    def person() -> None:
        for name in ("one", "two"):
            by_hand.stackone.make(name)

    by_hand.console.person = person
    with pytest.raises(StackOneRefusedError, match="Several"):
        by_hand.run(A)
    assert by_hand.keyring.pairs == {"next": A}


def test_an_update_by_hand_is_noted_once_the_profile_has_moved(done: World) -> None:
    done.stackone.says_it_updates = False
    with pytest.raises(ActionNeededError) as caught:
        done.run(B)
    assert [step.command for step in caught.value.next_steps] == ["eh-connect setup"]
    assert "--profile-id" not in (caught.value.hint or "")
    assert B.client_secret.fingerprint in (caught.value.detail or "")
    with pytest.raises(ActionNeededError):
        done.run()
    done.stackone.change(done.only_profile.id, pair=B)
    result = done.run()
    assert (result.action, result.via) == ("updated", "dashboard")
    assert done.keyring.pairs == {"current": B, "previous": A}
    assert done.run().action == "unchanged"


def test_a_change_by_hand_without_the_pair_does_not_ask_for_the_pair_afterwards(done: World) -> None:
    done.stackone.says_it_updates = False
    with pytest.raises(ActionNeededError):
        done.run(A, default=True)
    set_at = done.state.set_at
    done.stackone.change(done.only_profile.id, default=True)
    assert done.run(A, default=True).action == "updated"
    assert (done.state.set_at, done.keyring.pairs) == (set_at, {"current": A})
    assert done.run(A, default=True).action == "unchanged"


def test_an_update_of_a_profile_taken_over_by_hand_is_found_again_without_its_id(by_hand: World) -> None:
    theirs = by_hand.stackone.make("Theirs")
    with pytest.raises(ActionNeededError):
        by_hand.run(A, profile_id=theirs)
    by_hand.stackone.change(theirs, pair=A)
    assert by_hand.run().action == "updated"
    assert (by_hand.only_profile.id, by_hand.keyring.pairs) == (theirs, {"current": A})


def test_a_profile_that_somebody_touched_is_not_what_a_person_was_asked_to_create(by_hand: World) -> None:
    theirs = by_hand.stackone.make("Theirs")
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    by_hand.stackone.change(theirs, name="Theirs, renamed")
    with pytest.raises(ActionNeededError):
        by_hand.run(profile_id=theirs)
    assert by_hand.keyring.pairs == {"next": A}


def test_an_old_pair_does_not_undo_what_a_person_did_by_hand(done: World) -> None:
    done.stackone.says_it_updates = False
    with pytest.raises(ActionNeededError):
        done.run(B)
    done.stackone.change(done.only_profile.id, pair=B)
    with pytest.raises(InputError, match="previous"):
        done.run(A)
    assert done.keyring.pairs == {"current": B, "previous": A}


def test_no_store_by_hand_promises_nothing_for_afterwards(by_hand: World) -> None:
    with pytest.raises(ActionNeededError) as caught:
        by_hand.run(A, store=False)
    assert caught.value.next_steps == ()
    assert "--no-store" in (caught.value.hint or "")
    assert (by_hand.keyring.pairs, by_hand.folder.states) == ({}, {})
