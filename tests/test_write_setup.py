"""``setup`` where all goes well: what is asked, sent, saved and said; and what runs it stops before that."""

from __future__ import annotations

from typing import Any

import pytest

from eh_connect.errors import InputError, RejectedError, StorageError
from eh_connect.flows.console import as_text
from eh_connect.lines import Sign
from tests.support.person import Person
from tests.support.stackone import ACTIONS, Fault
from tests.support.world import A, B, C, World, pair, rotated, set_up


def test_a_first_run_saves_the_credentials_then_sends_them_then_makes_them_current() -> None:
    world = World()
    result = world.run("setup", A)
    assert (result.action, result.changed, result.via, result.documented) == ("created", True, "api", False)
    assert world.only.name == "Employment Hero"
    world.is_settled(A)
    steps = [s for s in world.steps.taken if s.startswith(("sends", "wrote", "probe"))]
    order = ["probe", "sends ask to create", "wrote next", "sends create", "wrote current"]
    assert [s for s in steps if s in order] == order
    assert steps[steps.index("sends create") - 1] == "wrote state"


def test_a_creation_takes_four_requests() -> None:
    world = World()
    world.run("setup", A, default=True, action=ACTIONS[:1])
    assert world.requests == ["list", "actions", "ask to create", "create"]


def test_a_creation_sends_what_was_given_and_nothing_else() -> None:
    world = World()
    world.run("setup", A, name="Ours", default=False, action=ACTIONS[:2])
    assert world.stackone.sent == [
        {
            "connector_key": "employmenthero",
            "name": "Ours",
            "authentication_config_key": "oauth2",
            "environment": "production",
            "setup_information": {
                "clientId": A.client_id.reveal(),
                "clientSecret": A.client_secret.reveal(),
            },
            "default": False,
            "actions": list(ACTIONS[:2]),
        }
    ]
    plain = World()
    plain.run("setup", A)
    assert set(plain.stackone.sent[0]) == set(world.stackone.sent[0]) - {"default", "actions"}


def test_a_second_run_writes_nothing_and_asks_nobody() -> None:
    world = set_up()
    result = world.run("setup", A)
    assert (result.action, result.changed, result.via, result.plan) == ("unchanged", False, None, ())
    assert world.steps.taken == ["sends list", "got list"]
    assert world.run("setup").action == "unchanged", "the saved ones"


@pytest.mark.parametrize(
    ("flags", "sent"),
    [
        ({"name": "Ours"}, {"name": "Ours"}),
        ({"default": True}, {"default": True}),
        ({"action": ACTIONS[:1]}, {"actions": [ACTIONS[0]]}),
        ({"action": ("all",)}, {"actions": list(ACTIONS)}),
        ({"name": "Ours", "default": True}, {"name": "Ours", "default": True}),
    ],
)
def test_an_update_sends_only_what_differs_once(flags: dict[str, Any], sent: dict[str, Any]) -> None:
    world = set_up()
    world.stackone.sent.clear()
    assert world.run("setup", A, **flags).action == "updated"
    assert world.stackone.sent == [sent]
    assert world.probed == [A], "of the first run"
    assert world.run("setup", A, **flags).action == "unchanged"
    assert world.run("setup", A).action == "unchanged"


def test_another_secret_replaces_the_one_before_which_stays_in_the_keyring() -> None:
    world = set_up()
    assert world.run("setup", B).action == "updated"
    assert world.requests == ["list", "ask to update", "update", "list"]
    assert world.held == {"current": B, "previous": A}
    world.is_settled(B)


def test_a_name_that_was_not_given_is_not_touched() -> None:
    world = set_up()
    world.stackone.change(world.only, name="Renamed in the dashboard", ours=True)
    world.run("setup", A)
    assert world.only.name == "Renamed in the dashboard"


@pytest.mark.parametrize("loses", ["state", "agreement"])
def test_credentials_that_cant_be_compared_are_sent_again(loses: str) -> None:
    world = set_up()
    if loses == "state":
        world.states.states.clear()
    else:
        world.stackone.change(world.only, secret=("theirs", "theirs"))
    assert world.run("setup", A, if_exists="update").action == "updated"
    world.is_settled(A)


def test_every_write_is_asked_for_first_whatever_the_flag_says() -> None:
    for via in ("auto", "api"):
        world = World()
        world.run("setup", A, via=via)
        assert world.requests[-2:] == ["ask to create", "create"]
        world.run("setup", B, via=via)
        assert world.requests[1:3] == ["ask to update", "update"]


def test_the_auth_options_key_is_learnt_from_stackone_or_assumed_with_a_warning() -> None:
    world = World()
    world.stackone.auth = [{"type": "oauth2", "key": "oauth2_custom"}]
    world.run("setup", A)
    assert (world.stackone.sent[0]["authentication_config_key"], world.warnings) == ("oauth2_custom", [])
    world = World()
    world.stackone.faults = [Fault("actions", 404)]
    world.run("setup", A)
    assert (world.stackone.sent[0]["authentication_config_key"], len(world.warnings)) == ("oauth2", 2)


def test_an_unknown_action_is_refused_with_near_ones_and_nothing_is_sent() -> None:
    world = World()
    error = world.fails("setup", A, action=("employmenthero_list_employes", ACTIONS[1]))
    assert isinstance(error, InputError)
    (problem,) = error.invalid
    assert (problem.flag, ACTIONS[0] in problem.why) == ("--action", True)
    assert (world.stackone.rows, world.held) == ({}, {})


def test_all_actions_of_an_update_need_a_list_of_them() -> None:
    world = set_up()
    world.stackone.offered = ()
    assert world.code("setup", A, action=("all",)) == 6
    assert world.run("setup", A, action=("one",)).action == "updated", "it can't be judged"


def test_what_stackone_shows_afterwards_is_judged() -> None:
    world = set_up()
    world.stackone.moves_time = False
    world.run("setup", B)
    assert any("did not move" in text for text in world.warnings)
    world = set_up()
    world.only.active = False
    world.run("setup", B)
    assert any("disabled" in text for text in world.warnings)
    world = set_up()
    world.stackone.takes_changes = False
    assert "name stayed as before" in world.fails("setup", A, name="Ours").title


def test_a_new_secret_takes_the_sign_in_test_away() -> None:
    world = set_up()
    world.states.states["default"] = world.state.changed(verified_at="2026-11-01T00:00:00+00:00")
    assert world.run("setup", A).proven == "2026-11-01T00:00:00+00:00"
    assert world.run("setup", B).proven is None


@pytest.mark.parametrize("purpose", ["setup", "rotate"])
def test_the_previous_secret_is_refused_before_anything_is_asked_of_stackone(purpose: str) -> None:
    world = rotated()
    error = world.fails(purpose, A)
    assert (error.code, world.requests) == (3, [])
    assert "eh-connect rotate --rollback" in (error.hint or "")
    world.is_settled(B)


# The check of the credentials


def test_credentials_that_are_rejected_are_neither_saved_nor_sent() -> None:
    world = World()
    world.rejects = {A}
    error = world.fails("setup", A)
    assert isinstance(error, RejectedError)
    assert (world.held, world.stackone.rows, world.requests) == ({}, {}, ["list"])
    assert world.code("setup", A, check=False) == 0


def test_a_person_may_go_on_with_rejected_credentials() -> None:
    world = World()
    world.rejects = {A}
    person = Person({"rejected": None, "confirm": None})
    assert world.run("setup", A, person=person).action == "created"
    assert person.asked == ["rejected", "confirm"]
    assert any("You went on" in text for text in person.warnings)


def test_a_check_that_could_not_tell_is_a_warning() -> None:
    world = World()
    world.cant_tell = True
    world.run("setup", A)
    assert any("could not be checked" in text for text in world.warnings)


# The keyring


def test_a_keyring_that_fails_before_sending_ends_the_run_with_nothing_sent() -> None:
    world = set_up()
    world.run("setup", A)
    world.stackone.sent.clear()

    def fails(name: str) -> None:
        if name == "writes next":
            raise StorageError("locked")

    world.keyring.step = fails
    assert world.code("setup", B) == 4
    assert world.stackone.sent == []


def test_a_keyring_that_fails_after_sending_leaves_them_to_the_next_run() -> None:
    world = set_up()

    def fails(name: str) -> None:
        if name == "writes current":
            raise StorageError("locked")

    world.keyring.step = fails
    assert world.code("setup", B) == 4
    assert world.held["next"] == B
    world.keyring.step = world.steps
    assert world.run("setup").action == "updated"
    world.is_settled(B)


# The result


def test_the_result_names_the_profile_and_shows_the_secret_by_its_fingerprint_only() -> None:
    world = World()
    result = world.run("setup", A)
    body = result.body()
    assert set(body) == {
        *("action", "changed", "via", "documented", "proven", "profile", "secret", "plan"),
    }
    assert set(body["profile"]) == {
        *("label", "id", "name", "connector_key", "active", "default", "created_at", "updated_at"),
    }
    assert body["secret"] == {
        "fingerprint": A.client_secret.fingerprint,
        "stored_in": "tests.support.memory.MemoryKeyring",
        "set_at": world.state.set_at,
    }
    text = f"{body} {as_text(result.lines())}"
    assert world.only.id in text
    assert A.client_secret.reveal() not in text
    assert A.client_id.reveal() not in text
    assert result.lines()[0].sign is Sign.OK


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({}, 'Created "Employment Hero"'),
        ({"dry_run": True}, "Nothing was sent."),
        ({"via": "api", "store": False}, "not saved here"),
    ],
)
def test_each_outcome_is_told_to_a_person(flags: dict[str, Any], said: str) -> None:
    assert said in as_text(World().run("setup", A, **flags).lines())
    for purpose, given, title in (
        ("setup", A, "is unchanged"),
        ("setup", B, "Updated"),
        ("rotate", C, "has the new Client Secret"),
    ):
        world = rotated() if given == A else set_up()
        chosen = pair("b") if given == A else given
        assert title in as_text(world.run(purpose, chosen).lines())
    assert "previous Client Secret again" in as_text(rotated().run("rollback").lines())
