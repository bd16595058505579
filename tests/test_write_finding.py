"""Which profile a write is for: by its ID, as what appeared since, or by its name; and whose it is."""

from __future__ import annotations

import pytest

from tests.support.person import Person
from tests.support.stackone import Fault
from tests.support.world import OTHER_APPLICATION, A, B, World, set_up


def test_an_existing_profile_is_taken_over_by_its_id_whatever_its_name() -> None:
    world = World()
    theirs = world.stackone.make("Theirs")
    assert world.run("setup", A, profile_id=theirs.id).action == "updated"
    assert (theirs.name, world.state.profile_id) == ("Theirs", theirs.id)
    world.is_settled(A)
    assert world.run("setup", A).action == "unchanged", "it is known by now"


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("purpose", ["setup", "rotate"])
def test_an_unknown_id_is_refused_and_names_those_that_are_there(purpose: str, dry_run: bool) -> None:
    world = World()
    theirs = world.stackone.make("Theirs")
    error = world.fails(purpose, A, profile_id="none", dry_run=dry_run)
    assert (error.code, world.requests) == (6, ["list"])
    assert f'"Theirs" ({theirs.id})' in (error.detail or "")
    assert world.held == {}


@pytest.mark.parametrize("if_exists", ["ask", "fail"])
def test_a_name_that_is_taken_stops_an_unattended_run_and_says_how_to_go_on(if_exists: str) -> None:
    world = World()
    world.stackone.make()
    error = world.fails("setup", A, if_exists=if_exists)
    assert error.code == 6
    for flag in ("--if-exists update", "--if-exists skip", "--name"):
        assert flag in (error.hint or "")
    assert (world.held, world.only.secret) == ({}, None)


def test_a_name_that_is_taken_may_be_taken_over_by_flag_or_answer() -> None:
    for flags in ({"if_exists": "update"}, {"person": Person({"name_is_taken": "update", "confirm": None})}):
        world = World()
        world.stackone.make()
        assert world.run("setup", A, **flags).action == "updated"
        world.is_settled(A)


def test_a_name_that_is_taken_may_be_left_by_flag_or_answer() -> None:
    for flags in ({"if_exists": "skip"}, {"person": Person({"name_is_taken": "skip"})}):
        world = World()
        theirs = world.stackone.make()
        result = world.run("setup", A, **flags)
        assert (result.action, result.changed, result.secret) == ("unchanged", False, None)
        assert (result.profile.id, world.held, theirs.secret) == (theirs.id, {}, None)
        assert "was left as it is" in result.lines()[0].text


def test_fail_asks_nobody() -> None:
    world = World()
    world.stackone.make()
    assert world.code("setup", A, if_exists="fail", person=Person()) == 6


def test_two_profiles_of_the_name_stop_the_run_with_a_command_for_each() -> None:
    world = World()
    ids = [world.stackone.make().id for _ in range(2)]
    error = world.fails("setup", A, if_exists="update")
    assert error.code == 6
    assert [step.command for step in error.next_steps] == [
        f"eh-connect setup --profile-id {each} --if-exists update" for each in ids
    ]
    assert world.run("setup", A, profile_id=ids[1]).profile.id == ids[1]


def test_a_name_is_compared_as_a_whole_and_another_one_makes_a_second_profile() -> None:
    world = set_up()
    result = world.run("setup", A, name="Ours")
    assert (result.action, len(world.stackone.rows)) == ("updated", 1), "ours is renamed"
    world = World()
    world.stackone.make("Employment Hero (old)")
    assert world.run("setup", A).action == "created"
    assert len(world.stackone.rows) == 2


@pytest.mark.parametrize("purpose", ["setup", "rotate"])
def test_a_profile_that_is_gone_is_never_made_anew(purpose: str) -> None:
    world = set_up()
    world.stackone.rows.clear()
    error = world.fails(purpose, B)
    assert (error.code, world.held) == (6, {"current": A})
    assert "another project's" in (error.detail or "")
    assert world.stackone.rows == {}


def test_a_label_does_not_move_from_one_living_profile_to_another() -> None:
    world = set_up()
    theirs = world.stackone.make("Theirs")
    error = world.fails("setup", A, profile_id=theirs.id)
    assert (error.code, "--profile" in (error.hint or "")) == (6, True)
    del world.stackone.rows[world.state.profile_id or ""]
    assert world.run("setup", A, profile_id=theirs.id).action == "updated"
    world.is_settled(A)


# A creation whose answer was lost


def lost(world: World) -> None:
    world.stackone.faults = [Fault("create", 500, times=1)]
    assert world.code("setup", A) == 7
    assert world.held == {"next": A}


def test_a_lost_creation_is_not_mistaken_for_one_of_another_name_or_an_older_one() -> None:
    world = World()
    theirs = world.stackone.make("Theirs")
    lost(world)
    later = world.stackone.make("Somebody else's")
    world.run("setup", A)
    assert (theirs.secret, later.secret, len(world.stackone.rows)) == (None, None, 3)


def test_a_creation_that_shows_late_is_taken_over_by_the_next_run() -> None:
    world = World()
    lost(world)
    world.stackone.make()
    assert world.run("setup").action == "created"
    world.is_settled(A)


def test_two_new_profiles_after_a_lost_creation_are_for_a_person_to_choose() -> None:
    world = World()
    lost(world)
    ids = [world.stackone.make().id for _ in range(2)]
    error = world.fails("setup", A)
    assert [step.command.split()[-1] for step in error.next_steps] == ids
    assert world.run("setup", A, profile_id=ids[0]).profile.id == ids[0]
    assert world.held == {"current": A}


def test_a_creation_that_may_be_under_way_needs_time_to_look_for_it() -> None:
    world = World()
    lost(world)
    error = world.fails("setup", A, timeout="60")
    assert (error.code, "may still be creating" in error.title) == (7, True)
    assert [step.command for step in error.next_steps] == ["eh-connect setup"]
    assert world.stackone.rows == {}


def test_a_lost_creation_that_cant_be_patched_is_finished_by_a_person() -> None:
    world = World()
    world.stackone.faults = [Fault("create", 500, effect="now"), Fault("ask to update", 404)]
    assert world.code("setup", A) == 7
    error = world.fails("setup", A)
    assert (error.code, "Create profile" in (error.detail or "")) == (8, False)
    world.stackone.change(world.only, secret=world.only.secret)
    assert world.run("setup").via == "dashboard"
    assert world.held == {"current": A}


def test_an_answer_that_shows_an_older_profile_is_no_creation() -> None:
    world = World()
    theirs = world.stackone.make("Theirs")
    world.stackone.faults = [Fault("create", 201, body=theirs.shown())]
    assert "existed before" in world.fails("setup", A).title
    assert world.held == {"next": A}


# Another application


@pytest.mark.parametrize("accounts", [1, 12])
def test_another_client_id_is_refused_while_accounts_are_linked(accounts: int) -> None:
    world = set_up()
    world.only.accounts = accounts
    error = world.fails("setup", OTHER_APPLICATION)
    assert (error.code, world.in_force, world.held) == (6, A, {"current": A})
    assert ("1 account is" if accounts == 1 else "12 accounts are") in error.title
    assert "--replace-application" in (error.hint or "")


def test_another_client_id_is_taken_knowingly_or_where_nothing_is_linked() -> None:
    world = set_up()
    assert world.run("setup", OTHER_APPLICATION).action == "updated"
    world.only.accounts = 2
    assert world.run("setup", B, replace_application=True).action == "updated"
    world.is_settled(B)


def test_the_same_client_id_needs_no_look_at_the_accounts_unless_a_person_reviews_it() -> None:
    world = set_up()
    world.run("setup", B)
    assert "accounts" not in world.requests
    world.only.accounts = 3
    seen: list[int | None] = []
    person = Person({"confirm": lambda _, accounts: seen.append(accounts)})
    world.run("rollback", person=person)
    assert seen == [3]


def test_accounts_of_a_profile_whose_client_id_is_unknown_are_warned_of() -> None:
    world = World()
    world.stackone.make().accounts = 2
    assert world.run("setup", A, if_exists="update").action == "updated"
    assert any("2 accounts are linked" in text for text in world.warnings)


@pytest.mark.parametrize("answer", [404, 503])
def test_accounts_that_cant_be_counted_stop_only_a_new_client_id(answer: int) -> None:
    world = set_up()
    world.stackone.faults = [Fault("accounts", answer)]
    assert world.code("setup", B) == 0
    assert world.code("setup", OTHER_APPLICATION) == (6 if answer == 404 else 7)
    assert world.code("setup", OTHER_APPLICATION, replace_application=True) == 0
    world = World()
    world.stackone.make()
    world.stackone.faults = [Fault("accounts", answer)]
    assert world.code("setup", A, if_exists="update") == 0
    assert any("could not be counted" in text for text in world.warnings)
