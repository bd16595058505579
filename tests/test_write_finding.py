"""Which profile a write is for: by its ID, as what appeared since, or by its name; and whose application it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.person import Person
from tests.support.stackone import Fault
from tests.support.world import OTHER_APPLICATION, A, B, World, commands, set_up


def taken(name: str = "Employment Hero", accounts: int = 0) -> World:
    """StackOne has a profile that was not set up from here."""
    world = World()
    world.stackone.make(name).accounts = accounts
    return world


def test_an_existing_profile_is_taken_over_by_its_id_whatever_its_name() -> None:
    world = taken("Theirs")
    assert world.run("setup", A, profile_id=world.only.id).action == "updated"
    assert world.only.name == "Theirs"
    world.is_settled(A)
    assert world.run("setup", A).action == "unchanged", "it is known by now"


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("purpose", ["setup", "rotate"])
def test_an_unknown_id_is_refused_and_names_those_that_are_there(purpose: str, dry_run: bool) -> None:
    world = taken("Theirs")
    error = world.fails(purpose, A, profile_id="none", dry_run=dry_run)
    assert (error.code, world.requests, world.held) == (6, ["list"], {})
    assert f'"Theirs"\n{world.only.id}' in (error.detail or "")


@pytest.mark.parametrize(
    "options", [{"if_exists": "ask"}, {"if_exists": "fail"}, {"if_exists": "fail", "person": Person()}]
)
def test_a_name_that_is_taken_stops_a_run_that_may_not_ask_and_says_how_to_go_on(options: Any) -> None:
    world = taken()
    error = world.fails("setup", A, **options)
    assert (error.code, world.held, world.only.secret) == (6, {}, None)
    for flag in ("--if-exists update", "--if-exists skip", "--name"):
        assert flag in (error.hint or "")


@pytest.mark.parametrize(
    "options", [{"if_exists": "update"}, {"person": Person({"name_is_taken": "update", "confirm": None})}]
)
def test_a_name_that_is_taken_may_be_taken_over_by_flag_or_answer(options: Any) -> None:
    world = taken()
    assert world.run("setup", A, **options).action == "updated"
    world.is_settled(A)


@pytest.mark.parametrize("options", [{"if_exists": "skip"}, {"person": Person({"name_is_taken": "skip"})}])
def test_a_name_that_is_taken_may_be_left_by_flag_or_answer(options: Any) -> None:
    world = taken()
    result = world.run("setup", A, **options)
    assert (result.action, result.changed, result.secret) == ("unchanged", False, None)
    assert (result.profile.id, world.held, world.only.secret) == (world.only.id, {}, None)
    assert "was left as it is" in result.lines()[0].text


def test_two_profiles_of_the_name_stop_the_run_with_a_command_for_each() -> None:
    world = World()
    ids = [world.stackone.make().id for _ in range(2)]
    error = world.fails("setup", A, if_exists="update")
    assert error.code == 6
    assert commands(error) == [f"eh-connect setup --profile-id {each} --if-exists update" for each in ids]
    assert world.run("setup", A, profile_id=ids[1]).profile.id == ids[1]


def test_a_name_is_compared_as_a_whole_and_another_one_makes_a_second_profile() -> None:
    world = set_up()
    result = world.run("setup", A, name="Ours")
    assert (result.action, len(world.stackone.rows)) == ("updated", 1), "ours is renamed"
    world = taken("Employment Hero (old)")
    assert world.run("setup", A).action == "created"
    assert len(world.stackone.rows) == 2


@pytest.mark.parametrize("purpose", ["setup", "rotate"])
def test_a_profile_that_is_gone_is_never_made_anew(purpose: str) -> None:
    world = set_up()
    world.stackone.rows.clear()
    error = world.fails(purpose, B)
    assert (error.code, world.held, world.stackone.rows) == (6, {"current": A}, {})
    assert "another project's" in (error.detail or "")


def test_a_label_does_not_move_from_one_living_profile_to_another() -> None:
    world = set_up()
    theirs = world.stackone.make("Theirs")
    error = world.fails("setup", A, profile_id=theirs.id)
    assert (error.code, "--profile" in (error.hint or "")) == (6, True)
    del world.stackone.rows[world.state.profile_id or ""]
    assert world.run("setup", A, profile_id=theirs.id).action == "updated"
    world.is_settled(A)


# A creation whose answer was lost


@pytest.fixture
def lost() -> World:
    """A creation was sent; what came of it is not known."""
    world = World(Fault("create", 500, times=1))
    world.stackone.make("Theirs")
    assert world.code("setup", A) == 7
    assert world.held == {"next": A}
    return world


def test_a_lost_creation_is_not_mistaken_for_one_of_another_name_or_an_older_one(lost: World) -> None:
    lost.stackone.make("Somebody else's")
    lost.run("setup", A)
    assert [row.secret is None for row in lost.stackone.rows.values()] == [True, True, False]


def test_a_creation_that_shows_late_is_taken_over_by_the_next_run(lost: World) -> None:
    made = lost.stackone.make()
    result = lost.run("setup")
    assert (result.action, result.profile.id, lost.held) == ("created", made.id, {"current": A})


def test_two_new_profiles_after_a_lost_creation_are_for_a_person_to_choose(lost: World) -> None:
    ids = [lost.stackone.make().id for _ in range(2)]
    assert [line.split()[-1] for line in commands(lost.fails("setup", A))] == ids
    assert lost.run("setup", A, profile_id=ids[0]).profile.id == ids[0]
    assert lost.held == {"current": A}


def test_a_creation_that_may_be_under_way_needs_time_to_look_for_it(lost: World) -> None:
    error = lost.fails("setup", A, timeout="60")
    assert (error.code, "may still be creating" in error.title) == (7, True)
    assert (commands(error), lost.only.name) == (["eh-connect setup"], "Theirs")


def test_a_lost_creation_that_cant_be_patched_is_finished_by_a_person() -> None:
    world = World(Fault("create", 500, effect="now"), Fault("ask to update", 404))
    assert world.code("setup", A) == 7
    error = world.fails("setup", A)
    assert (error.code, "Create profile" in (error.detail or "")) == (8, False)
    world.stackone.change(world.only, secret=world.only.secret)
    assert (world.run("setup").via, world.held) == ("dashboard", {"current": A})


def test_an_answer_that_shows_an_older_profile_is_no_creation() -> None:
    world = taken("Theirs")
    world.stackone.faults = [Fault("create", 201, body=world.only.shown())]
    assert "existed before" in world.fails("setup", A).title
    assert world.held == {"next": A}


# Another application


@pytest.mark.parametrize(("accounts", "said"), [(1, "1 account is"), (12, "12 accounts are")])
def test_another_client_id_is_refused_while_accounts_are_linked(accounts: int, said: str) -> None:
    world = set_up()
    world.only.accounts = accounts
    error = world.fails("setup", OTHER_APPLICATION)
    assert (error.code, world.in_force, world.held) == (6, A, {"current": A})
    assert said in error.title
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
    world.run("rollback", person=Person({"confirm": lambda _, accounts: seen.append(accounts)}))
    assert seen == [3]


def test_accounts_of_a_profile_whose_client_id_is_unknown_are_warned_of() -> None:
    world = taken(accounts=2)
    assert world.run("setup", A, if_exists="update").action == "updated"
    assert any("2 accounts are linked" in text for text in world.warnings)


@pytest.mark.parametrize(("answer", "code"), [(403, 5), (404, 6), (503, 7)])
def test_accounts_that_cant_be_counted_stop_only_a_new_client_id(answer: int, code: int) -> None:
    world = set_up(Fault("accounts", answer))
    assert world.code("setup", B) == 0
    assert world.code("setup", OTHER_APPLICATION) == code
    assert world.code("setup", OTHER_APPLICATION, replace_application=True) == 0
    world = taken()
    world.stackone.faults = [Fault("accounts", answer)]
    assert world.code("setup", A, if_exists="update") == 0
    assert any("could not be counted" in text for text in world.warnings)
