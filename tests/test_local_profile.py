"""What is saved of a label: in which order it changes, so that no kill loses a secret, and where it may go."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import pytest

from eh_connect.errors import BusyError, InputError, StorageError
from eh_connect.local.state import LocalState, PendingWrite
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.memory import (
    CHANGED,
    NOW,
    ORIGINS,
    PROFILE,
    A,
    B,
    C,
    Disk,
    Job,
    by_hand,
    create,
    disk_with,
    roll_back,
    rotate,
)
from tests.support.stackone import Killed

# The order


JOBS = {
    "a creation": ((), create, A),
    "a rotation": (((create, A),), rotate, B),
    "a second rotation": (((create, A), (rotate, B)), rotate, C),
    "a rollback": (((create, A), (rotate, B)), roll_back, A),
    "a change in the dashboard": (((create, A),), by_hand, B),
}


@pytest.mark.parametrize("name", JOBS)
def test_killed_at_any_write_nothing_is_lost_and_the_next_run_ends_the_same(name: str) -> None:
    before, do, new = JOBS[name]
    whole = disk_with(*before)
    do(whole.local(), new)
    for at in range(1, len(whole.steps.taken) + 1):
        disk = disk_with(*before)
        held = disk.local().current
        disk.steps.revive(kill_at=at)
        with pytest.raises(Killed):
            do(disk.local(), new)
        disk.steps.revive()
        saved = [disk.entries.get(entry) for entry in ("current", "next", "previous")]
        assert held is None or held in saved
        again = disk.local()
        if again.state.sent is not None or again.state.pending is not None:
            assert new in saved, "it may be at StackOne"
        assert "next" not in disk.entries or disk.entries["origins"] == ORIGINS
        ended = (whole.entries, whole.states.states)
        if (disk.entries, disk.states.states) != ended:  # a rollback that is done would swap
            do(again, new)
        assert (disk.entries, disk.states.states) == ended, f"killed at step {at}"


def test_what_a_finished_creation_and_rotation_leave() -> None:
    disk = Disk()
    local = disk.local()
    local.note(wanted_name="Employment Hero", chosen_actions=("x",), org_id="12345")
    local.servers = {"stackone_url": "https://api", "oauth_url": "https://oauth"}
    local.stage(A, ORIGINS)
    local.note_pending("api", "Employment Hero", [])
    assert disk.state.pending == PendingWrite(via="api", name="Employment Hero", sent_at=NOW)
    assert (disk.local().is_sent, disk.state.stackone_url) == (True, None)
    local.commit(PROFILE, ProfileFields(credentials=A), "api")
    assert disk.entries == {"current": A, "origins": ORIGINS}
    assert disk.state == LocalState(
        label="default",
        stackone_url="https://api",
        oauth_url="https://oauth",
        org_id="12345",
        profile_id="id-1",
        name="Employment Hero",
        updated_at="t1",
        set_at=NOW,
        fingerprint=A.client_secret.fingerprint,
        via="api",
    )
    local.note(verified_at=NOW, scopes_missing=("x",), session_id="1")
    rotate(disk.local(), B)
    assert disk.entries == {"current": B, "previous": A, "origins": ORIGINS}
    state = disk.state
    assert (state.verified_at, state.session_id, state.scopes_missing) == (None, None, ())
    assert state.fingerprint == B.client_secret.fingerprint


def test_a_plain_refusal_leaves_all_as_before_it_was_staged() -> None:
    disk = disk_with((create, A))
    before = dict(disk.entries), disk.state
    for staged_before in (None, B):
        local = disk.local()
        if staged_before:
            local.stage(B, ORIGINS)
            before = {**before[0], "next": B}, before[1]
        local.stage(C, ORIGINS)
        local.note_target("id-1", "rotate", sends=True)
        assert local.is_sent
        local.undo()
        assert (disk.entries, disk.state, local.is_sent) == (*before, False)
    local = disk.local()
    local.note_target("id-1", "rotate", sends=True)
    local.unstage()
    assert (local.credentials, "next" in disk.entries, disk.state.staged_for) == (A, False, None)


def test_asked_twice_what_a_person_made_in_between_is_still_new() -> None:
    local = Disk().local()
    local.note_pending("dashboard", "x", [])
    local.note_pending("dashboard", "x", [PROFILE])
    assert local.state.pending == PendingWrite(via="dashboard", name="x")
    local.note_pending("api", "x", [PROFILE])
    assert local.state.pending is not None
    assert local.state.pending.known == (("id-1", "t1"),)


def test_what_our_last_write_left_is_known_only_where_nothing_else_may_be_there() -> None:
    disk = disk_with((create, A))
    local = disk.local()
    in_force = local.in_force(PROFILE)
    assert in_force is not None
    assert (in_force.credentials, in_force.updated_at) == (A, "t1")
    other = ConnectorProfile(id="id-2", name="Other", connector_key="employmenthero")
    assert (local.in_force(None), local.in_force(other), local.possible_credentials(other)) == (
        None,
        None,
        (),
    )
    local.stage(B, ORIGINS)
    assert local.in_force(PROFILE) is not None
    assert local.possible_credentials(PROFILE) == (A, B)
    local.note_target("id-1", "rotate", sends=True)
    assert local.in_force(PROFILE) is None


@pytest.mark.parametrize("do", [create, rotate])
def test_a_run_that_must_not_write_writes_nothing(do: Job) -> None:
    disk = disk_with((create, A))
    local = disk.local(writes=False)
    do(local, B)
    local.save_api_key(Secret("key"), ORIGINS)
    with pytest.raises(StorageError, match="hand-over page"):
        local.save_hand_over_key(Secret("jwk"))
    assert (disk.steps.taken, local.current) == ([], B)


# The sign-in test


def test_a_sign_in_is_dated_only_for_the_credentials_that_it_tested() -> None:
    disk = disk_with((create, A))
    local = disk.local()
    assert local.verified(PROFILE) is None
    assert disk.state.verified_at == NOW
    disk = disk_with((create, A))
    local = disk.local()
    assert "was changed at StackOne" in str(local.verified(CHANGED))
    assert disk.state.verified_at is None
    other = ConnectorProfile(id="id-2", name="x", connector_key="employmenthero", updated_at="t1")
    assert "not saved here" in str(local.verified(other))
    disk.local().note_target("id-1", "rotate", sends=False)
    assert "new credentials" in str(local.verified(PROFILE))
    rotate(disk.local(), B)
    assert "other credentials" in str(local.verified(PROFILE))
    assert disk.state.verified_at is None


def test_a_note_of_a_run_without_the_lock_keeps_what_another_run_noted() -> None:
    disk = disk_with((create, A))
    local = disk.local()
    disk.local().note(org_id="12345")
    assert local.note_unlocked(session_id="1")
    assert (disk.state.org_id, disk.state.session_id) == ("12345", "1")
    disk.states.busy = True
    with pytest.raises(BusyError):
        local.note_unlocked(session=None)
    disk.states.busy = False
    disk.states.states.clear()
    assert not local.note_unlocked(session=None)
    assert disk.states.states == {}


# Forgetting


def test_a_hand_over_key_alone_is_something_to_forget() -> None:
    disk = Disk()
    assert disk.local().is_empty
    disk.local().save_hand_over_key(Secret("jwk"))
    assert (disk.local().hand_over_key(), disk.local().is_empty) == (Secret("jwk"), False)
    disk.local().save_hand_over_key(None)
    assert disk.local().is_empty


def test_a_removal_killed_anywhere_can_be_repeated_and_never_unbinds_what_is_left() -> None:
    for at in range(1, 16):
        disk = disk_with((create, A), (rotate, B))
        disk.entries |= {"next": C, "api-key": Secret("key"), "hand-over": Secret("jwk")}
        disk.steps.revive(kill_at=at)
        with suppress(Killed):
            disk.local().forget()
        disk.steps.revive()
        assert "origins" in disk.entries or set(disk.entries) == set()
        assert not disk.local().is_empty or not disk.states.states
        disk.local().forget()
        assert (disk.entries, disk.states.states) == ({}, {})


# Where what is saved may go

STACKONE, OAUTH = ORIGINS
ELSEWHERE = [
    ("https://elsewhere.test:443", OAUTH),
    (STACKONE, "https://elsewhere.test:443"),
    ("https://api.stackone.com:8443", OAUTH),
    ("http://api.stackone.com:443", OAUTH),
    (OAUTH, STACKONE),
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("entry", ["current", "next", "previous", "api-key"])
@pytest.mark.parametrize("recorded", [True, False])
def test_one_saved_secret_is_enough_to_refuse_other_servers(
    elsewhere: tuple[str, str], entry: str, recorded: bool
) -> None:
    disk = Disk({entry: A.client_secret if entry == "api-key" else A})
    if recorded:
        disk.entries["origins"] = ORIGINS
    disk.local().check_origins(ORIGINS, ORIGINS)
    with pytest.raises(InputError, match="are for another") as caught:
        disk.local().check_origins(elsewhere, ORIGINS)
    assert caught.value.code == 3


def test_the_refusal_names_both_servers_and_the_variable() -> None:
    with pytest.raises(InputError) as caught:
        Disk({"current": A, "origins": ELSEWHERE[0]}).local().check_origins(ORIGINS, ORIGINS)
    assert caught.value.title == "The saved credentials are for another StackOne server"
    assert caught.value.detail == ("saved for   https://elsewhere.test\nthis run    https://api.stackone.com")
    assert "STACKONE_API_URL" in str(caught.value.hint)


def test_nothing_in_the_state_decides_where_a_secret_goes_and_without_one_any_server_will_do() -> None:
    Disk().local().check_origins(ELSEWHERE[0], ORIGINS)
    disk = disk_with((create, A))
    disk.states.states["default"] = disk.state.replace(
        stackone_url="https://his.test", oauth_url="https://his.test"
    )
    disk.local().check_origins(ORIGINS, ORIGINS)
    with pytest.raises(InputError):
        disk.local().check_origins(("https://his.test:443",) * 2, ORIGINS)


@pytest.mark.parametrize("secret", ["next", "api-key"])
def test_a_secret_is_bound_to_its_servers_before_it_is_saved(secret: str) -> None:
    disk = Disk(kill_at=2)
    local = disk.local()
    save = partial(local.stage, A) if secret == "next" else partial(local.save_api_key, Secret("key"))
    with pytest.raises(Killed):
        save(ELSEWHERE[0])
    assert disk.entries == {"origins": ELSEWHERE[0]}


@pytest.mark.parametrize("entry", ["current", "next", "previous", "api-key", "origins"])
def test_a_keyring_that_can_be_read_in_part_counts_as_empty(entry: str) -> None:
    saved: dict[str, Credentials | Secret | tuple[str, ...]] = {"current": A, "next": B, "previous": C}
    disk = Disk({**saved, "api-key": Secret("key"), "origins": ORIGINS})
    disk.keyring.unreadable = entry
    local = disk.local()
    assert (local.credentials, local.previous, local.api_key) == (None,) * 3
    assert local.unreadable is not None
    assert not local.is_empty
    disk.keyring.unreadable = None
    local.load()
    assert local.credentials == B
    assert local.unreadable is None
