"""``setup`` where all goes well: what is asked, sent, kept and said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eh_connect.errors import (
    ActionNeededError,
    InputError,
    LostAnswerError,
    RejectedError,
    StackOneRefusedError,
)
from eh_connect.ports import ProbeResult
from eh_connect.stackone.models import ConnectorActions
from tests.support.fakes import ACTIONS, A, B, C, Fault, Killed, World


def test_a_first_run_creates_the_profile_and_keeps_the_pair(world: World) -> None:
    result = world.run(A)
    assert (result.action, result.via) == ("created", "api")
    assert world.only_profile.name == "Employment Hero"
    assert world.in_force == A
    assert world.keyring.pairs == {"current": A}
    assert world.state.profile_id == world.only_profile.id
    assert world.state.stackone_url == "https://api.stackone.com:443"


def test_a_creation_takes_four_requests(world: World) -> None:
    world.run(A, default=True, actions=ACTIONS[:1])
    assert world.tape.requests == ["profiles", "actions", "may_create", "create"]


def test_a_creation_keeps_the_pair_before_it_tells_stackone(world: World) -> None:
    world.run(A)
    calls = world.tape.calls
    assert calls.index("probe") < calls.index("may_create") < calls.index("write_pair")
    assert calls.index("write_pair") < calls.index("write_state") < calls.index("create")


def test_default_and_actions_that_were_left_out_are_not_sent(world: World) -> None:
    world.run(A)
    (fields,) = world.stackone.sent
    assert (fields.default, fields.actions) == (None, None)
    assert (fields.auth_key, fields.environment, fields.pair) == ("oauth2", "production", A)
    world.run(B)
    update = world.stackone.sent[1]
    assert (update.name, update.auth_key, update.environment) == (None, None, None)
    assert (update.default, update.actions, update.pair) == (None, None, B)


def test_default_and_actions_that_were_given_are_sent(world: World) -> None:
    world.run(A, default=False, actions=ACTIONS[:2])
    (fields,) = world.stackone.sent
    assert (fields.default, fields.actions) == (False, ACTIONS[:2])


def test_all_actions_are_left_out_of_a_creation_and_listed_in_an_update(world: World) -> None:
    world.run(A, actions=("all",))
    assert world.stackone.sent[0].actions is None
    assert world.run(A, actions=("all",)).action == "unchanged"
    world.run(A, actions=ACTIONS[:1])
    world.run(A, actions=("all",))
    assert world.stackone.sent[2].actions == ACTIONS


def test_an_unknown_action_is_refused_with_near_ones_and_nothing_is_written(world: World) -> None:
    with pytest.raises(InputError) as caught:
        world.run(A, actions=("employmenthero_list_employes", ACTIONS[1]))
    (problem,) = caught.value.invalid
    assert problem.flag == "--action"
    assert ACTIONS[0] in problem.why
    assert (world.stackone.rows, world.keyring.pairs, world.folder.states) == ({}, {}, {})


def test_the_auth_options_key_is_learnt_from_stackone(world: World) -> None:
    world.stackone.offered = ConnectorActions("oauth2_custom", ())
    world.run(A)
    assert world.stackone.sent[0].auth_key == "oauth2_custom"
    assert world.console.warnings == []


def test_an_auth_option_that_can_not_be_learnt_is_assumed_with_a_warning(world: World) -> None:
    world.start_again(Fault("actions", StackOneRefusedError("no such call")))
    world.run(A)
    assert world.stackone.sent[0].auth_key == "oauth2"
    assert len(world.console.warnings) == 2


def test_a_second_run_writes_nothing_and_asks_nobody(done: World) -> None:
    result = done.run(A)
    assert (result.action, result.via, result.plan) == ("unchanged", None, ())
    assert done.tape.requests == ["profiles"]
    assert [c for c in done.tape.writes if c not in {"trial", "check_writable"}] == []
    assert done.probe.asked == [A], "the first run's"


def test_a_run_without_a_given_pair_uses_the_kept_one(done: World) -> None:
    assert done.run().action == "unchanged"


def test_another_secret_is_sent_by_a_patch_and_the_old_one_becomes_previous(done: World) -> None:
    result = done.run(B)
    assert (result.action, result.via) == ("updated", "api")
    assert done.in_force == B
    assert done.keyring.pairs == {"current": B, "previous": A}
    assert done.tape.requests == ["profiles", "may_update", "update", "profiles"]
    assert done.console.warnings == []


def test_a_profile_that_is_disabled_is_warned_of(done: World) -> None:
    ours = done.only_profile
    done.stackone.rows[ours.id] = replace(ours, active=False)
    done.run(B)
    assert any("disabled" in warning for warning in done.console.warnings)


def test_every_write_is_asked_for_first_with_via_api_too(world: World) -> None:
    world.run(A, via="api")
    world.run(B, via="api")
    calls = world.tape.requests
    assert calls[calls.index("create") - 1] == "may_create"
    assert calls[calls.index("update") - 1] == "may_update"


def test_the_pair_is_sent_again_where_no_state_is_left(done: World) -> None:
    done.folder.states.clear()
    done.keyring.pairs.clear()
    assert done.run(A, if_exists="update").action == "updated"
    assert done.stackone.sent[0].pair == A


def test_the_pair_is_sent_again_where_somebody_changed_the_profile(done: World) -> None:
    done.stackone.change(done.only_profile.id, pair=C)
    assert done.run(A).action == "updated"
    assert done.in_force == A


def test_a_name_is_changed_only_if_it_is_given(done: World) -> None:
    done.stackone.change(done.only_profile.id, name="Renamed in the dashboard")
    done.run(A)
    assert done.only_profile.name == "Renamed in the dashboard"
    assert done.run(A, name="Ours").action == "updated"
    assert done.only_profile.name == "Ours"
    assert done.run(A).action == "unchanged"


def test_a_default_is_sent_only_where_it_differs(done: World) -> None:
    assert done.run(A, default=True).action == "updated"
    (fields,) = done.stackone.sent
    assert (fields.default, fields.pair, fields.name) == (True, None, None)
    assert done.run(A, default=True).action == "unchanged"


def test_a_write_that_does_not_move_the_time_of_change_is_warned_of(done: World) -> None:
    done.stackone.moves_time = False
    assert done.run(B).action == "updated"
    assert any("did not move" in warning for warning in done.console.warnings)


def test_a_new_pair_takes_the_proof_away(done: World) -> None:
    done.folder.states["default"] = replace(done.state, proven_at="2026-11-23")
    assert done.run(A).proven == "2026-11-23"
    assert done.run(B).proven is None


def test_the_previous_pair_is_refused_before_anything_is_asked(done: World) -> None:
    done.run(B)
    done.start_again()
    with pytest.raises(InputError, match="previous") as caught:
        done.run(A)
    assert "rotate --rollback" in (caught.value.hint or "")
    assert done.tape.requests == []
    assert done.in_force == B


def test_a_rejected_pair_is_neither_kept_nor_sent(world: World) -> None:
    world.probe.results[A] = ProbeResult.REJECTED
    with pytest.raises(RejectedError) as caught:
        world.run(A)
    assert caught.value.code == 9
    assert world.tape.requests == ["profiles"]
    assert (world.keyring.pairs, world.folder.states) == ({}, {})


def test_a_person_may_go_on_with_a_rejected_pair(world: World) -> None:
    world.probe.results[A] = ProbeResult.REJECTED
    world.console.goes_on_when_rejected = True
    assert world.run(A).action == "created"
    assert any("rejected" in warning for warning in world.console.warnings)


def test_a_probe_that_could_not_tell_is_a_warning(world: World) -> None:
    world.probe.results[A] = ProbeResult.COULD_NOT_TELL
    assert world.run(A).action == "created"
    assert any("could not tell" in warning for warning in world.console.warnings)


def test_no_check_leaves_the_probe_out(world: World) -> None:
    world.probe.results[A] = ProbeResult.REJECTED
    assert world.run(A, check=False).action == "created"
    assert world.probe.asked == []


def test_a_change_without_the_pair_is_not_probed(done: World) -> None:
    done.run(A, name="Ours")
    assert "probe" not in done.tape.calls


@pytest.mark.parametrize("given", [A, B])
def test_a_dry_run_writes_asks_and_probes_nothing(done: World, given: object) -> None:
    result = done.run(A if given is A else B, dry_run=True)
    assert (result.action, result.via) == ("unchanged" if given is A else "pending", None)
    assert done.tape.requests == ["profiles"]
    assert (done.tape.writes, "probe" in done.tape.calls, done.console.asked) == ([], False, [])


def test_a_dry_run_says_what_a_creation_would_do(world: World) -> None:
    result = world.run(A, dry_run=True, default=True).as_json()
    assert (result["action"], result["changed"], result["via"], result["documented"]) == (
        "pending",
        False,
        None,
        None,
    )
    assert result["profile"]["id"] is None
    assert result["plan"] == [
        {"field": "name", "from": None, "to": "Employment Hero"},
        {"field": "client_id", "from": None, "to": A.client_id.fingerprint},
        {"field": "client_secret", "from": None, "to": A.client_secret.fingerprint},
        {"field": "default", "from": None, "to": "true"},
    ]
    assert (world.tape.writes, world.folder.states) == ([], {})


def test_a_dry_run_asks_nobody_about_a_name_that_is_taken(world: World) -> None:
    world.stackone.make("Employment Hero")
    world.console.when_taken = "update"
    with pytest.raises(StackOneRefusedError):
        world.run(A, dry_run=True)
    assert world.console.asked == []


def test_a_dry_run_leaves_a_staged_pair_alone(done: World) -> None:
    done.start_again(Fault("update", Killed()))
    with pytest.raises(Killed):
        done.run(B)
    done.start_again()
    result = done.run(C, dry_run=True)
    assert result.action == "pending"
    assert done.tape.writes == []
    assert done.keyring.pairs == {"current": A, "next": B}


@pytest.mark.parametrize("profile_id", ["new", None])
def test_a_dry_run_does_not_note_what_a_person_did(by_hand: World, profile_id: str | None) -> None:
    with pytest.raises(ActionNeededError):
        by_hand.run(A)
    made = by_hand.stackone.make("By hand", A)
    before = by_hand.state
    by_hand.start_again()
    result = by_hand.run(dry_run=True, profile_id=profile_id or made)
    assert (result.action, result.via, by_hand.tape.writes) == ("pending", None, [])
    assert (by_hand.state, by_hand.keyring.pairs) == (before, {"next": A})


def test_no_store_creates_and_keeps_nothing(world: World) -> None:
    result = world.run(A, store=False).as_json()
    assert (result["action"], result["via"]) == ("created", "api")
    assert result["secret"] == {
        "fingerprint": A.client_secret.fingerprint,
        "stored_in": None,
        "set_at": result["secret"]["set_at"],
    }
    assert world.in_force == A
    assert [call for call in world.tape.writes if call != "create"] == []


def test_no_store_finds_a_lost_creation_all_the_same(world: World) -> None:
    world.start_again(Fault("create", LostAnswerError("lost"), after=True))
    assert world.run(A, store=False).action == "created"
    assert world.in_force == A
    assert world.folder.states == {}


def test_no_store_does_not_touch_what_is_kept(done: World) -> None:
    kept, state = dict(done.keyring.pairs), done.state
    done.run(B, store=False)
    assert (done.keyring.pairs, done.state, done.in_force) == (kept, state, B)


def test_the_result_has_the_fields_of_the_contract(world: World) -> None:
    result = world.run(A).as_json()
    profile = world.only_profile
    assert result == {
        "action": "created",
        "changed": True,
        "via": "api",
        "documented": False,
        "proven": None,
        "profile": {
            "label": "default",
            "id": profile.id,
            "name": "Employment Hero",
            "connector_key": "employmenthero",
            "active": True,
            "default": False,
            "created_at": profile.created_at,
            "updated_at": profile.updated_at,
        },
        "secret": {
            "fingerprint": A.client_secret.fingerprint,
            "stored_in": "tests.support.fakes.Keyring",
            "set_at": world.state.set_at,
        },
        "plan": [
            {"field": "name", "from": None, "to": "Employment Hero"},
            {"field": "client_id", "from": None, "to": A.client_id.fingerprint},
            {"field": "client_secret", "from": None, "to": A.client_secret.fingerprint},
        ],
    }


@pytest.mark.parametrize("again", [A, B])
def test_the_text_names_the_profile_and_shows_the_secret_by_its_fingerprint_only(
    done: World, again: object
) -> None:
    pair = A if again is A else B
    text = done.run(pair).as_text()
    assert done.only_profile.id in text
    assert pair.client_secret.fingerprint in text
    assert pair.client_secret.reveal() not in text
