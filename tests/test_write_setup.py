"""What a write asks, sends, saves and says where all goes well; and what stops it before that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.errors import InputError, StorageError
from eh_connect.flows.console import as_text
from eh_connect.lines import Sign
from tests.support.person import Person
from tests.support.stackone import ACTIONS, Fault
from tests.support.world import A, B, Flow, World, commands, of_each, rotated, set_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.secret import Credentials


@pytest.mark.parametrize("via", ["auto", "api"])
@of_each()
def test_credentials_are_checked_then_saved_then_sent_then_made_current(flow: Flow, via: str) -> None:
    world = flow.begin()
    assert world.run(flow.purpose, flow.given, via=via).via == "api"
    call = "create" if flow.begin is World else "update"
    order = ["probe", f"sends ask to {call}", "wrote next", f"sends {call}", "wrote current"]
    steps = [step for step in world.steps.taken if step.startswith(("sends", "wrote", "probe"))]
    assert [step for step in steps if step in order] == order
    assert steps[steps.index(f"sends {call}") - 1] == "wrote state"
    assert ("previous" in world.held) is (call == "update")
    world.is_settled(flow.wanted)


def test_a_creation_takes_four_requests_and_sends_what_was_given_and_nothing_else() -> None:
    world = World()
    world.run("setup", A, name="Ours", default=False, action=ACTIONS[:2])
    assert world.requests == ["list", "actions", "ask to create", "create"]
    plain = {
        "connector_key": "employmenthero",
        "name": "Ours",
        "authentication_config_key": "oauth2",
        "environment": "production",
        "setup_information": {"clientId": A.client_id.reveal(), "clientSecret": A.client_secret.reveal()},
    }
    assert world.stackone.sent == [plain | {"default": False, "actions": list(ACTIONS[:2])}]
    world = World()
    world.run("setup", A)
    assert world.stackone.sent == [plain | {"name": "Employment Hero"}]


@pytest.mark.parametrize("given", [A, None])
def test_a_second_run_writes_nothing_and_asks_nobody(given: Credentials | None) -> None:
    world = set_up()
    result = world.run("setup", given)
    assert (result.action, result.changed, result.via, result.plan) == ("unchanged", False, None, ())
    assert world.steps.taken == ["sends list", "got list"]
    result = world.run("setup", given, dry_run=True, exit_code=True)
    assert (result.action, result.exit_code) == ("unchanged", 0)


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
    assert world.run("setup", A, **flags).action == "updated"
    assert (world.stackone.sent, world.probed) == ([sent], [A]), "checked in the first run"
    assert world.run("setup", A, **flags).action == "unchanged"
    assert world.run("setup", A).action == "unchanged"


@pytest.mark.parametrize("loses", ["state", "agreement"])
def test_credentials_that_cant_be_compared_are_sent_again(loses: str) -> None:
    world = set_up()
    if loses == "state":
        world.states.states.clear()
    else:
        world.stackone.change(world.only, secret=("theirs", "theirs"), name="Renamed in the dashboard")
    assert world.run("setup", A, if_exists="update").action == "updated"
    assert (world.only.name == "Employment Hero") is (loses == "state"), "a name not given is not touched"
    world.is_settled(A)


def test_the_auth_options_key_is_learnt_from_stackone_or_assumed_with_a_warning() -> None:
    world = World()
    world.stackone.auth = [{"type": "oauth2", "key": "oauth2_custom"}]
    world.run("setup", A)
    assert (world.stackone.sent[0]["authentication_config_key"], world.warnings) == ("oauth2_custom", [])
    world = World(Fault("actions", 404))
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
    world.stackone.moves_time, world.only.active = False, False
    assert world.run("rotate", B).action == "rotated"
    assert ["did not move" in text or "disabled" in text for text in world.warnings] == [True, True]
    world = set_up()
    world.stackone.takes_changes = False
    assert "name stayed as before" in world.fails("setup", A, name="Ours").title


def test_a_new_secret_takes_the_sign_in_test_away() -> None:
    world = set_up()
    world.states.states["default"] = world.state.replace(verified_at="2026-11-01T00:00:00+00:00")
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


@of_each()
def test_credentials_that_are_rejected_are_neither_saved_nor_sent(flow: Flow) -> None:
    world = flow.begin()
    before = world.held
    world.rejects = {flow.wanted}
    error = world.fails(flow.purpose, flow.given)
    assert (error.code, world.held, world.requests) == (9, before, ["list"])
    assert ("no longer takes the previous" in (error.detail or "")) is (flow.purpose == "rollback")
    assert world.code(flow.purpose, flow.given, check=False) == 0


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


# Runs that leave nothing here, or nothing anywhere


@of_each()
def test_a_dry_run_reads_the_list_and_says_what_would_change(flow: Flow) -> None:
    world = flow.begin()
    before = world.held
    result = world.run(flow.purpose, flow.given, dry_run=True, exit_code=True)
    assert (result.action, result.exit_code, result.via, result.changed) == ("pending", 10, None, False)
    assert [change.field for change in result.plan][-1] == "client_secret"
    assert (world.steps.taken, world.held) == (["sends list", "got list"], before)
    assert world.code(flow.purpose, flow.given, dry_run=True) == 0


def test_a_dry_run_shows_secrets_by_fingerprints_and_names_the_command() -> None:
    result = World().run("setup", A, dry_run=True, default=True, action=ACTIONS[:1])
    assert [(change.field, change.before, change.after) for change in result.plan] == [
        ("name", None, "Employment Hero"),
        ("client_id", None, A.client_id.fingerprint),
        ("client_secret", None, A.client_secret.fingerprint),
        ("default", None, "true"),
        ("actions", None, ACTIONS[0]),
    ]
    assert commands(result) == [f"eh-connect setup --action {ACTIONS[0]} --default"]


def test_a_dry_run_asks_nobody_about_a_name_that_is_taken() -> None:
    world = World()
    world.stackone.make()
    assert world.code("setup", A, dry_run=True, person=Person()) == 6
    assert world.run("setup", A, dry_run=True, if_exists="update").action == "pending"


def test_a_dry_run_leaves_what_is_staged_and_what_is_under_way_alone() -> None:
    world = set_up()
    world.code("setup", B, kill_at=12)
    before = world.held
    assert world.run("setup", dry_run=True).action == "pending"
    assert (world.held, world.requests) == (before, ["list"])
    world = World(Fault("create", 500))
    world.code("setup", A)
    began = world.clock()
    assert world.run("setup", A, dry_run=True).action == "pending"
    assert world.clock() == began


@pytest.mark.parametrize("faults", [(), (Fault("create", 500, effect="now"),)])
def test_no_store_creates_one_profile_and_leaves_nothing_here(faults: tuple[Fault, ...]) -> None:
    world = World(*faults)
    result = world.run("setup", A, store=False)
    assert (result.action, world.in_force) == ("created", A)
    assert (world.keyring.entries, world.states.states) == ({}, {})
    assert (result.secret and result.secret.stored_in) is None
    assert world.run("setup", B, store=False, if_exists="update").action == "updated"


@pytest.mark.parametrize(("breaks_at", "sends"), [("writes next", 0), ("writes current", 1)])
def test_what_a_keyring_that_fails_has_not_saved_is_brought_again(breaks_at: str, sends: int) -> None:
    world = set_up()

    def fails(name: str) -> None:
        if name == breaks_at:
            raise StorageError("locked")

    world.keyring.step = fails
    assert (world.code("setup", B), len(world.stackone.sent)) == (4, sends)
    assert (world.held.get("next") == B) is bool(sends)
    world.keyring.step = world.steps
    assert world.run("setup", B).action == "updated"
    world.is_settled(B)


# The result


def test_the_result_names_the_profile_and_shows_the_secret_by_its_fingerprint_only() -> None:
    world = World()
    result = world.run("setup", A)
    body = result.body()
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
    ("begin", "purpose", "given", "flags", "said"),
    [
        (World, "setup", A, {}, 'Created "Employment Hero"'),
        (World, "setup", A, {"dry_run": True}, "Nothing was sent."),
        (World, "setup", A, {"via": "api", "store": False}, "not saved here"),
        (set_up, "setup", A, {}, "is unchanged"),
        (set_up, "setup", B, {}, "Updated"),
        (set_up, "rotate", B, {}, "has the new Client Secret"),
        (rotated, "rollback", None, {}, "previous Client Secret again"),
    ],
)
def test_each_outcome_is_told_to_a_person(
    begin: Callable[[], World], purpose: str, given: Credentials | None, flags: dict[str, Any], said: str
) -> None:
    assert said in as_text(begin().run(purpose, given, **flags).lines())
