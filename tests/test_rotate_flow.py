"""``rotate``: a new secret of the same application, and the way back; all around it is in memory."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eh_connect.errors import (
    ActionNeededError,
    InputError,
    NetworkError,
    RejectedError,
    StackOneAuthError,
    StackOneRefusedError,
    WriteRefusedError,
)
from eh_connect.ports import ProbeResult
from tests.support.fakes import OTHER_APPLICATION, A, B, C, Fault, Killed, World


def test_the_new_secret_is_staged_then_sent_then_current(done: World) -> None:
    result = done.rotate(B)
    assert (result.command, result.action, result.via) == ("rotate", "rotated", "api")
    assert done.in_force == B
    assert done.keyring.pairs == {"current": B, "previous": A}
    writes = [name for name in done.tape.writes if name in {"write_pair", "update"}]
    assert writes == ["write_pair", "update", "write_pair", "write_pair"]


def test_nothing_but_the_pair_is_sent(done: World) -> None:
    done.rotate(B)
    (sent,) = done.stackone.sent
    assert (sent.pair, sent.name, sent.default, sent.actions) == (B, None, None, None)


def test_everything_is_asked_before_the_pair_is_staged(done: World) -> None:
    done.rotate(B)
    calls = done.tape.calls
    first_write = calls.index("write_pair")
    assert {"profiles", "may_update", "probe", "trial"} <= set(calls[:first_write])


def test_the_replaced_secret_is_noted_until_it_is_revoked_and_the_proof_is_due_again(done: World) -> None:
    done.folder.states["default"] = replace(done.state, proven_at="2026-11-01")
    result = done.rotate(B)
    assert result.proven is None
    state = done.state
    assert (state.old_secret, state.proven_at) == (A.client_secret.fingerprint, None)
    assert (state.proven_before, state.fingerprint) == ("2026-11-01", B.client_secret.fingerprint)


def test_every_replaced_secret_is_noted_until_it_is_revoked(done: World) -> None:
    done.rotate(B)
    done.rotate(C)
    assert done.state.old_secret == f"{A.client_secret.fingerprint}, {B.client_secret.fingerprint}"
    done.roll_back()
    assert done.state.old_secret == f"{A.client_secret.fingerprint}, {C.client_secret.fingerprint}"


def test_the_pair_in_force_is_unchanged(done: World) -> None:
    assert done.rotate(A).action == "unchanged"
    assert done.stackone.sent == []


def test_the_previous_pair_is_refused_with_the_way_back(done: World) -> None:
    done.rotate(B)
    done.start_again()
    with pytest.raises(InputError) as refusal:
        done.rotate(A)
    assert "eh-connect rotate --rollback" in (refusal.value.hint or "")
    assert done.tape.requests == []


def test_another_client_id_is_no_rotation_and_the_linked_accounts_are_counted(done: World) -> None:
    done.stackone.accounts[done.only_profile.id] = 7
    with pytest.raises(StackOneRefusedError) as refusal:
        done.rotate(OTHER_APPLICATION)
    assert "7 accounts are linked" in (refusal.value.detail or "")
    assert "second profile" in (refusal.value.hint or "")
    assert "write_pair" not in done.tape.calls
    assert done.in_force == A


def test_another_client_id_is_no_rotation_even_if_nobody_can_count(done: World) -> None:
    done.start_again(Fault("count_accounts", NetworkError("no answer")))
    with pytest.raises(StackOneRefusedError, match="not a rotation"):
        done.rotate(OTHER_APPLICATION)


def test_no_profile_known_is_an_error_that_names_setup(world: World) -> None:
    with pytest.raises(StackOneRefusedError) as refusal:
        world.rotate(A)
    assert [step.command for step in refusal.value.next_steps] == ["eh-connect setup"]
    assert world.stackone.rows == {}


def test_without_anything_kept_a_named_profile_is_updated(world: World) -> None:
    profile_id = world.stackone.make("Employment Hero", A)
    result = world.rotate(B, profile_id=profile_id)
    assert (result.action, world.in_force) == ("updated", B)
    assert world.keyring.pairs == {"current": B}


def test_a_profile_that_is_gone_is_never_made_anew(done: World) -> None:
    done.stackone.rows.clear()
    with pytest.raises(StackOneRefusedError, match="not at StackOne"):
        done.rotate(B)
    assert done.keyring.pairs == {"current": A}


def test_a_rejected_secret_is_not_staged(done: World) -> None:
    done.probe.results[B] = ProbeResult.REJECTED
    with pytest.raises(RejectedError):
        done.rotate(B)
    assert (done.keyring.pairs, done.in_force) == ({"current": A}, A)


def test_what_stackone_plainly_refused_is_not_staged_any_more(done: World) -> None:
    done.start_again(Fault("update", WriteRefusedError("no")))
    with pytest.raises(WriteRefusedError):
        done.rotate(B)
    assert (done.keyring.pairs, done.in_force) == ({"current": A}, A)
    assert done.state.staged_by is None


def test_a_key_without_the_right_to_write_stops_it_before_anything_is_staged(done: World) -> None:
    done.start_again(Fault("may_update", StackOneAuthError("no")))
    with pytest.raises(StackOneAuthError):
        done.rotate(B)
    assert done.keyring.pairs == {"current": A}


@pytest.mark.parametrize("given", [B, None], ids=["with inputs", "without"])
def test_a_rotation_that_died_after_sending_is_taken_up(done: World, given: object) -> None:
    done.start_again(Fault("update", Killed(), after=True))
    with pytest.raises(Killed):
        done.rotate(B)
    done.start_again()
    assert done.rotate(B if given else None).action == "rotated"
    assert done.keyring.pairs == {"current": B, "previous": A}


def test_without_a_new_secret_there_is_nothing_to_rotate_to(done: World) -> None:
    with pytest.raises(InputError):
        done.rotate()


def test_a_third_secret_settles_the_staged_one_first(done: World) -> None:
    done.start_again(Fault("update", Killed(), after=True))
    with pytest.raises(Killed):
        done.rotate(B)
    done.start_again()
    assert done.rotate(C).action == "rotated"
    assert done.keyring.pairs == {"current": C, "previous": B}
    assert [fields.pair for fields in done.stackone.sent] == [B, B, C]


def test_rollback_swaps_and_can_be_rolled_back(done: World) -> None:
    done.rotate(B)
    assert done.roll_back().action == "rolled_back"
    assert (done.in_force, done.keyring.pairs) == (A, {"current": A, "previous": B})
    assert done.state.old_secret == B.client_secret.fingerprint
    assert done.roll_back().action == "rolled_back"
    assert (done.in_force, done.keyring.pairs) == (B, {"current": B, "previous": A})


def test_rollback_probes_the_previous_pair_first(done: World) -> None:
    done.rotate(B)
    done.start_again()
    done.probe.results[A] = ProbeResult.REJECTED
    with pytest.raises(RejectedError) as rejection:
        done.roll_back()
    assert "no longer knows the previous pair" in (rejection.value.detail or "")
    assert (done.in_force, done.keyring.pairs) == (B, {"current": B, "previous": A})
    assert "update" not in done.tape.calls


def test_without_a_previous_pair_there_is_no_rollback(done: World) -> None:
    with pytest.raises(InputError):
        done.roll_back()
    assert done.tape.requests == []


def test_rollback_of_an_unfinished_rotation_ends_with_the_pair_before_it(done: World) -> None:
    done.start_again(Fault("update", Killed(), after=True))
    with pytest.raises(Killed):
        done.rotate(B)
    done.start_again()
    assert done.roll_back().action == "rolled_back"
    assert (done.in_force, done.keyring.pairs) == (A, {"current": A, "previous": B})


def test_rollback_to_another_application_is_refused_while_accounts_are_linked(done: World) -> None:
    done.run(OTHER_APPLICATION, replace_application=True)
    done.stackone.accounts[done.only_profile.id] = 2
    with pytest.raises(StackOneRefusedError, match="2 accounts are linked"):
        done.roll_back()
    assert done.in_force == OTHER_APPLICATION


def test_by_hand_the_command_afterwards_is_the_same_one(done: World) -> None:
    done.stackone.says_it_updates = False
    with pytest.raises(ActionNeededError) as first:
        done.rotate(B)
    assert [step.command for step in first.value.next_steps] == ["eh-connect rotate"]
    done.stackone.change(done.only_profile.id, pair=B)
    assert done.rotate().action == "rotated"
    with pytest.raises(ActionNeededError) as second:
        done.roll_back()
    assert [step.command for step in second.value.next_steps] == ["eh-connect rotate --rollback"]
    done.stackone.change(done.only_profile.id, pair=A)
    assert done.roll_back().action == "rolled_back"
    assert done.keyring.pairs == {"current": A, "previous": B}


def test_a_person_at_the_dashboard_rotates_in_one_run(done: World) -> None:
    done.stackone.says_it_updates = False
    done.console.person = lambda: done.stackone.change(done.only_profile.id, pair=B)
    result = done.rotate(B)
    assert (result.action, result.via) == ("rotated", "dashboard")


def test_a_dry_run_of_a_rotation_writes_and_probes_nothing(done: World) -> None:
    result = done.rotate(B, dry_run=True)
    assert (result.action, result.via, [c.field for c in result.plan]) == ("pending", None, ["client_secret"])
    assert done.tape.writes == []
    assert "probe" not in done.tape.calls
    assert "may_update" not in done.tape.calls


def test_a_profile_that_others_touched_gets_the_same_pair_again_and_that_is_an_update(done: World) -> None:
    done.stackone.change(done.only_profile.id)
    assert done.rotate(A).action == "updated"


def test_where_the_time_of_change_does_not_move_the_rotation_is_done_and_doubted(done: World) -> None:
    done.stackone.moves_time = False
    assert done.rotate(B).action == "rotated"
    assert any("did not move" in text for text in done.console.warnings)


def test_a_set_up_with_another_client_id_is_finished_or_left_before_a_rotation(done: World) -> None:
    done.start_again(Fault("update", Killed(), after=True))
    with pytest.raises(Killed):
        done.run(OTHER_APPLICATION, replace_application=True)
    done.start_again()
    with pytest.raises(StackOneRefusedError, match="not finished") as refusal:
        done.rotate(B)
    commands = [step.command for step in refusal.value.next_steps]
    assert commands == ["eh-connect setup", "eh-connect rotate --rollback"]
    assert done.keyring.pairs == {"current": A, "next": OTHER_APPLICATION}
