"""``rotate``: a new secret of the same application, and the return to the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.secret import Secret
from tests.support.person import Person
from tests.support.stackone import Fault, Killed
from tests.support.world import OTHER_APPLICATION, A, B, C, World, commands, pair, rotated, set_up, texts

if TYPE_CHECKING:
    from collections.abc import Callable


def test_only_the_new_secret_is_sent() -> None:
    world = set_up()
    assert world.run("rotate", B).action == "rotated"
    assert (world.held, list(world.stackone.sent[-1])) == (
        {"current": B, "previous": A},
        ["setup_information"],
    )


def test_the_secret_in_force_is_unchanged_and_one_that_others_touched_is_sent_again() -> None:
    world = set_up()
    assert world.run("rotate", A).action == "unchanged"
    world.stackone.change(world.only)
    assert world.run("rotate", A).action == "updated"


def test_another_client_id_is_no_rotation_and_the_linked_accounts_are_counted() -> None:
    world = set_up()
    world.only.accounts = 7
    error = world.fails("rotate", OTHER_APPLICATION)
    assert (error.code, "7 accounts are linked" in (error.detail or "")) == (6, True)
    assert "second profile" in (error.hint or "")
    world.stackone.faults = [Fault("accounts", 503)]
    assert "could not be counted" in (world.fails("rotate", OTHER_APPLICATION).detail or "")
    assert (world.in_force, world.held) == (A, {"current": A})


@pytest.mark.parametrize(("given", "person"), [(A, None), (None, Person())])
def test_no_profile_known_is_an_error_that_names_setup(given: Any, person: Person | None) -> None:
    error = World().fails("rotate", given, person=person)
    assert (error.code, commands(error)) == (6, ["eh-connect setup"])


def test_without_anything_saved_a_named_profile_is_updated_if_its_client_id_is_given() -> None:
    world = World()
    theirs = world.stackone.make()
    error = world.fails("rotate", person=Person(), profile_id=theirs.id)
    assert (error.code, error.title) == (3, "The Client ID is missing")
    assert world.run("rotate", B, profile_id=theirs.id).action == "updated"
    world.is_settled(B)


def test_a_rotation_that_was_not_finished_is_settled_before_another_secret() -> None:
    world = set_up(Fault("update", Killed, effect="now", times=1))
    world.code("rotate", B)
    assert world.run("rotate", C).action == "rotated"
    assert world.held == {"current": C, "previous": B}
    sent = [each["setup_information"]["clientSecret"] for each in world.stackone.sent]
    assert sent == [texts(each)[1] for each in (B, B, C)]


# What an earlier run staged


@pytest.fixture
def staged() -> World:
    """A secret was sent, and its answer never came; whether StackOne has it is not known."""
    world = set_up(Fault("update", Killed, times=1))
    world.code("setup", B)
    assert world.held == {"current": A, "next": B}
    return world


def test_staged_credentials_are_settled_and_a_variable_with_the_old_ones_does_not_undo_that(
    staged: World,
) -> None:
    assert staged.code("setup", A) == 3
    staged.is_settled(B)


@pytest.mark.parametrize("how", ["rejected", "refused"])
def test_staged_credentials_that_nobody_wants_give_way(staged: World, how: str) -> None:
    if how == "rejected":
        staged.rejects = {B}
    else:
        staged.stackone.faults = [Fault("update", 422, times=1)]
    assert staged.run("setup", C).action == "updated"
    assert (staged.held, staged.in_force) == ({"current": C, "previous": A}, C)
    assert any("dropped" in text for text in staged.warnings)


def test_staged_credentials_that_gave_way_are_gone_though_the_next_are_rejected_too(staged: World) -> None:
    staged.rejects = {B, C}
    assert staged.code("setup", C) == 9
    assert (staged.held, staged.in_force) == ({"current": A}, A)


@pytest.mark.parametrize(
    ("faults", "code", "held"),
    [([], 0, {"current": C, "previous": B}), ([Fault("update", 422)], 6, {"current": A, "next": B})],
)
def test_staged_credentials_that_stackone_seems_to_have_are_not_dropped_though_they_are_rejected(
    staged: World, faults: list[Fault], code: int, held: dict[str, Any]
) -> None:
    staged.stackone.change(staged.only, secret=texts(B))
    staged.rejects, staged.stackone.faults = {B}, faults
    assert (staged.code("setup", C), staged.held) == (code, held)


def test_a_set_up_with_another_client_id_is_finished_or_left_before_a_rotation() -> None:
    world = set_up(Fault("update", Killed, times=1))
    world.code("setup", OTHER_APPLICATION, replace_application=True)
    error = world.fails("rotate", B)
    assert (error.code, commands(error)) == (6, ["eh-connect setup", "eh-connect rotate --rollback"])
    assert world.held == {"current": A, "next": OTHER_APPLICATION}


# The way back


def test_a_rollback_swaps_and_can_be_rolled_back() -> None:
    world = rotated()
    assert world.run("rollback").action == "rolled_back"
    assert world.held == {"current": A, "previous": B}
    world.is_settled(A)
    world.run("rollback")
    world.is_settled(B)


def test_without_a_previous_secret_there_is_no_rollback() -> None:
    world = set_up()
    assert (world.code("rollback"), world.requests) == (3, [])


@pytest.mark.parametrize("effect", ["none", "now"])
def test_a_rollback_of_an_unfinished_rotation_ends_with_the_secret_before_it(effect: Any) -> None:
    world = set_up(Fault("update", Killed, effect=effect, times=1))
    world.code("rotate", B)
    assert world.run("rollback").action == "rolled_back"
    assert world.held == {"current": A, "previous": B}
    world.is_settled(A)


def test_a_rollback_to_another_application_is_refused_while_accounts_are_linked() -> None:
    world = set_up()
    world.run("setup", OTHER_APPLICATION)
    world.only.accounts = 2
    assert "2 accounts are linked" in world.fails("rollback").title
    world.is_settled(OTHER_APPLICATION)


# At a terminal


def new_secret(text: str) -> Callable[..., Secret]:
    """A person who makes a secret in the portal, and pastes it."""

    def pasted(_: Any, __: Any, judge: Callable[[str], None]) -> Secret:
        judge(text)
        return Secret(text)

    return pasted


def test_a_person_makes_the_secret_last_of_all_and_it_is_saved_at_once() -> None:
    world = set_up()
    world.only.accounts = 12
    seen: list[Any] = []

    def make(profile: Any, accounts: Any, judge: Callable[[str], None]) -> Secret:
        seen.extend((profile.name, accounts, world.requests[:]))
        return new_secret(texts(B)[1])(profile, accounts, judge)

    def confirm(*_: Any) -> None:
        assert world.held["next"] == B

    assert world.run("rotate", person=Person({"new_secret": make, "confirm": confirm})).action == "rotated"
    assert seen == ["Employment Hero", 12, ["list", "accounts", "ask to update"]]
    world.is_settled(B)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (texts(B)[1], "the secret that is in force"),
        (texts(A)[1], "the previous secret"),
        (texts(A)[0], "it is the Client ID"),
        ("two words", "blanks"),
    ],
)
def test_what_cant_be_the_new_secret_is_refused_with_the_reason(text: str, why: str) -> None:
    world = rotated()
    with pytest.raises(ValueError, match=why):
        world.run("rotate", person=Person({"new_secret": new_secret(text)}))
    world.is_settled(B)


def test_an_unusual_secret_is_warned_of() -> None:
    person = Person({"new_secret": new_secret("short"), "confirm": None})
    set_up().run("rotate", person=person)
    assert any(text.startswith("Client Secret: ") for text in person.warnings)


@pytest.mark.parametrize(("answer", "code"), [(403, 5), (404, 8)])
def test_where_nothing_may_be_written_no_secret_is_asked_for(answer: int, code: int) -> None:
    world = set_up(Fault("ask to update", answer))
    assert world.code("rotate", person=Person(), via="api") == code
    assert world.held == {"current": A}


@pytest.mark.parametrize("is_known", [True, False])
def test_a_rotation_that_stopped_goes_on_with_the_secret_that_was_saved_while_the_portal_knows_it(
    is_known: bool,
) -> None:
    world = set_up()
    stops = Person({"new_secret": new_secret(texts(B)[1]), "confirm": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        world.run("rotate", person=stops)
    world.rejects = set() if is_known else {B}
    person = Person({"new_secret": new_secret(texts(C)[1]), "confirm": None})
    assert world.run("rotate", person=person).action == "rotated"
    assert any("Going on with the secret" in text for text in person.said) is is_known
    assert world.held == {"current": B if is_known else C, "previous": A}


def test_unattended_the_secret_has_to_be_given() -> None:
    world = set_up()
    assert world.code("rotate", client_id=texts(A)[0]) == 3
    assert (world.held, world.in_force) == ({"current": A}, A)
    assert world.run("rotate", pair("b")).action == "rotated"
