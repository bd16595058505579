"""Writes where StackOne's API can't: a person makes them in the dashboard, now or before the next run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.person import Person
from tests.support.stackone import Fault
from tests.support.world import A, B, C, World, commands, set_up, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.dashboard import DashboardWork


@pytest.fixture
def cant() -> tuple[Fault, Fault]:
    """The API can't write."""
    return Fault("ask to create", 404), Fault("ask to update", 405)


@pytest.fixture
def world(cant: tuple[Fault, Fault]) -> World:
    """Nothing is set up."""
    return World(*cant)


@pytest.fixture
def done(cant: tuple[Fault, Fault]) -> World:
    """A profile was set up before."""
    return set_up(*cant)


def test_unattended_it_is_staged_and_told_with_the_command_for_afterwards(world: World) -> None:
    error = world.fails("setup", A)
    assert (error.code, commands(error), world.held) == (8, ["eh-connect setup"], {"next": A})
    assert "OAuth 2.0" in (error.detail or "")
    for secret in texts(A):
        assert secret not in f"{error.title} {error.detail} {error.hint}"
    assert world.stackone.sent == []


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", ["Employment Hero", "A name that the dashboard chose"])
@pytest.mark.parametrize("given", [A, None])
def test_what_was_created_since_it_was_asked_for_is_taken_over_and_nothing_is_sent(
    world: World, name: str, given: Any, times: int
) -> None:
    world.stackone.make("There before")
    assert [world.code("setup", A) for _ in range(times)] == [8] * times
    made = world.stackone.make(name, texts(A))
    result = world.run("setup", given)
    assert (result.action, result.via, result.documented) == ("created", "dashboard", True)
    assert (world.held, world.state.profile_id, world.stackone.sent) == ({"current": A}, made.id, [])
    assert world.run("setup").action == "unchanged"


def test_several_new_ones_are_for_a_person_to_choose(world: World) -> None:
    world.code("setup", A)
    ids = [world.stackone.make(name).id for name in ("one", "two")]
    assert commands(world.fails("setup")) == [f"eh-connect setup --profile-id {each}" for each in ids]
    assert world.held == {"next": A}
    assert world.run("setup", profile_id=ids[1]).action == "created"


def test_other_credentials_given_afterwards_are_not_mistaken_for_those_in_the_dashboard(world: World) -> None:
    world.code("setup", A)
    world.stackone.make("By hand", texts(A))
    world.stackone.faults.clear()
    assert world.run("setup", B).action == "created"
    assert world.held == {"current": B, "previous": A}
    world.is_settled(B)


def test_credentials_that_wait_for_a_person_give_way_to_newer_ones(done: World) -> None:
    done.code("setup", B)
    done.stackone.faults.clear()
    assert done.run("setup", C).action == "updated"
    assert done.held == {"current": C, "previous": A}
    done.is_settled(C)


def test_a_person_creates_while_the_run_watches(world: World) -> None:
    def create(work: DashboardWork, _: Any) -> None:
        assert (world.held, work.credentials) == ({"next": A}, A)
        assert "doesn't offer" in work.why
        world.stackone.make("By hand", texts(A))

    person = Person({"dashboard": create})
    result = world.run("setup", A, person=person, default=True)
    assert (result.action, result.via, world.held) == ("created", "dashboard", {"current": A})
    assert person.asked == ["dashboard"], "there is nothing to confirm"


def test_of_several_that_appear_while_the_run_watches_the_person_says_which(world: World) -> None:
    def create(*_: Any) -> None:
        for name in ("one", "two"):
            world.stackone.make(name, texts(A))

    person = Person({"dashboard": create, "which": lambda profiles, _: profiles[1]})
    assert world.run("setup", A, person=person).profile.name == "two"


def test_a_person_changes_it_while_the_run_watches(done: World) -> None:
    def change(work: DashboardWork, _: Any) -> None:
        assert work.title == 'Change "Employment Hero" in StackOne\'s dashboard'
        done.stackone.change(done.only, secret=texts(B))

    result = done.run("rotate", B, person=Person({"dashboard": change}))
    assert (result.action, result.via) == ("rotated", "dashboard")
    done.is_settled(B)


@pytest.mark.parametrize(("purpose", "action"), [("setup", "updated"), ("rotate", "rotated")])
def test_a_change_is_noted_once_the_profile_has_moved(done: World, purpose: str, action: str) -> None:
    assert commands(done.fails(purpose, B)) == [f"eh-connect {purpose}"]
    assert (done.code(purpose), done.held) == (8, {"current": A, "next": B}), "not there"
    done.stackone.change(done.only, secret=texts(B))
    result = done.run(purpose)
    assert (result.action, result.via) == (action, "dashboard")
    assert (done.held, done.stackone.sent) == ({"current": B, "previous": A}, [])
    assert done.run("setup").action == "unchanged"


def test_a_rollback_by_hand_names_its_own_command(done: World) -> None:
    done.code("rotate", B)
    done.stackone.change(done.only, secret=texts(B))
    done.run("rotate")
    assert commands(done.fails("rollback")) == ["eh-connect rotate --rollback"]
    done.stackone.change(done.only, secret=texts(A))
    assert done.run("rollback").action == "rolled_back"
    assert done.held == {"current": A, "previous": B}


def test_a_change_without_credentials_does_not_ask_for_them_afterwards(done: World) -> None:
    set_at = done.state.set_at
    assert done.code("setup", A, default=True) == 8
    done.stackone.change(done.only, default=True)
    assert done.run("setup", A, default=True).action == "updated"
    assert (done.state.set_at, done.held) == (set_at, {"current": A})
    assert done.run("setup", A, default=True).action == "unchanged"


@pytest.mark.parametrize("again", [{"action": ("employmenthero_list_teams",)}, {}])
def test_actions_that_a_person_was_to_enable_are_not_asked_for_again(
    world: World, done: World, again: dict[str, Any]
) -> None:
    for each in (world, done):
        assert each.code("setup", A, action=("employmenthero_list_teams",)) == 8
    world.stackone.make("Employment Hero", texts(A))
    done.stackone.change(done.only)
    for each, action in ((world, "created"), (done, "updated")):
        result = each.run("setup", A, **again)
        assert (result.action, result.via, each.stackone.sent) == (action, "dashboard", [])
        assert each.run("setup", A, **again).action == "unchanged"


def test_a_profile_that_is_to_be_taken_over_is_found_again_without_its_id(world: World) -> None:
    theirs = world.stackone.make("Theirs")
    world.code("setup", A, profile_id=theirs.id)
    world.stackone.change(theirs, secret=texts(A))
    assert world.run("setup").action == "updated"
    assert (world.only.id, world.held) == (theirs.id, {"current": A})


def test_a_profile_that_somebody_touched_is_not_the_one_that_was_to_be_created(world: World) -> None:
    theirs = world.stackone.make("Theirs")
    world.code("setup", A)
    world.stackone.change(theirs, name="Theirs, renamed")
    assert (world.code("setup", profile_id=theirs.id), world.held) == (8, {"next": A})


def test_an_old_variable_does_not_undo_what_was_done_in_the_dashboard(done: World) -> None:
    done.code("setup", B)
    done.stackone.change(done.only, secret=texts(B))
    assert (done.code("setup", A), done.held) == (3, {"current": B, "previous": A})


def test_via_api_never_turns_to_a_person_and_saves_nothing(world: World) -> None:
    error = world.fails("setup", A, via="api", person=Person())
    assert (error.code, world.held) == (8, {})
    assert "--via api" in (error.hint or "")


def test_via_dashboard_asks_the_api_for_nothing_but_the_list() -> None:
    world = World()
    assert (world.code("setup", A, via="dashboard"), world.requests) == (8, ["list"])
    world.stackone.make("By hand", texts(A))
    result = world.run("setup", via="dashboard")
    assert (result.action, result.via, world.stackone.sent) == ("created", "dashboard", [])


@pytest.mark.parametrize(("begin", "given"), [(World, A), (set_up, B)])
@pytest.mark.parametrize("via", ["auto", "api"])
def test_a_call_that_is_missing_after_a_positive_ask_is_missing(
    begin: Callable[..., World], given: Any, via: str
) -> None:
    world = begin(Fault("create", 501), Fault("update", 501))
    before = world.held
    assert world.code("setup", given, via=via) == 8
    assert world.held == before | ({"next": given} if via == "auto" else {})
    world.stackone.faults.clear()
    world.run("setup", given)
    world.is_settled(given)


def test_no_store_promises_nothing_for_afterwards(world: World) -> None:
    error = world.fails("setup", A, store=False)
    assert (error.next_steps, "--no-store" in (error.hint or "")) == ((), True)
    assert (world.keyring.entries, world.states.states) == ({}, {})


@pytest.mark.parametrize("is_named", [False, True])
def test_a_dry_run_does_not_note_what_a_person_did(world: World, is_named: bool) -> None:
    world.code("setup", A)
    made = world.stackone.make("By hand", texts(A))
    state = world.state
    result = world.run("setup", A, dry_run=True, profile_id=made.id if is_named else None)
    assert (result.action, world.state, world.held) == ("pending", state, {"next": A})


def test_a_name_that_the_dashboard_did_not_take_is_said_and_not_asked_for_again(world: World) -> None:
    assert world.code("setup", A, name="Mine") == 8
    world.stackone.make("Employment Hero", texts(A))
    for action in ("created", "unchanged"):
        assert world.run("setup", A, name="Mine").action == action
        assert world.warnings == ['StackOne shows the name "Employment Hero", not "Mine".']
    dry_run = world.run("setup", A, name="Mine", dry_run=True, via="dashboard")
    assert dry_run.action == "unchanged"
    assert world.code("setup", A, name="Another") == 8


def test_what_was_chosen_for_the_dashboard_is_not_sent_by_another_command(done: World) -> None:
    assert done.code("setup", A, action=("employmenthero_list_teams",)) == 8
    done.stackone.faults.clear()
    done.run("rotate", B)
    assert [sorted(each) for each in done.stackone.sent] == [["setup_information"]]


def test_a_rotation_by_hand_keeps_what_is_known_of_the_actions_and_asks_for_no_name(done: World) -> None:
    done.note(actions=("employmenthero_list_teams",))
    assert done.code("rotate", B, via="dashboard") == 8
    done.stackone.change(done.only, secret=texts(B), name="Renamed")
    assert done.run("rotate").action == "rotated"
    assert (done.state.actions, done.state.wanted_name) == (("employmenthero_list_teams",), None)
