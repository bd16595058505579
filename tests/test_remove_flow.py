"""``remove`` in memory: what is forgotten in which order, and what is said to remain by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import (
    EhConnectError,
    NetworkError,
    StackOneAuthError,
    StackOneRefusedError,
    StoppedError,
    StorageError,
)
from eh_connect.flows.keeping import Keeping
from eh_connect.flows.remove import RemoveRequest, RemoveResult, remove
from eh_connect.state import Pending, State
from tests.fakes import ORIGINS, A, B, C, Fault, Killed, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ENTRIES = ["current", "next", "previous", "api-key", "origins"]


def yes(_by_hand: Sequence[str]) -> None:
    pass


def run(
    world: World,
    *,
    asks: bool = True,
    confirm: Callable[[Sequence[str]], None] = yes,
    why_not: str = "no key is at hand",
) -> RemoveResult:
    keeping = Keeping("default", world.secrets, world.states, writes=True, now=str)
    keeping.load()
    request = RemoveRequest(
        project=world.stackone if asks else None,
        why_not=why_not,
        dashboard_url="https://app.stackone.com",
        portal_app_url="https://secure.employmenthero.com",
        confirm=confirm,
    )
    return remove(keeping, request)


def is_empty(world: World) -> bool:
    keyring = world.keyring
    return (keyring.pairs, keyring.api_key, keyring.origins, world.folder.states) == ({}, None, (), {})


@pytest.fixture
def full(done: World) -> World:
    """Everything that can be kept is kept."""
    done.run(B)
    done.keyring.pairs["next"] = C
    done.keyring.api_key = A.client_secret
    done.folder.states["default"] = replace(done.state, org_id="12345", app_name="Our application")
    done.stackone.accounts[done.only_profile.id] = 3
    done.start_again()
    done.stackone.sent.clear()
    return done


def test_everything_is_forgotten_and_stackone_is_not_touched(full: World) -> None:
    profile = full.only_profile
    result = run(full)
    assert (result.action, result.profile_id, is_empty(full)) == ("removed", profile.id, True)
    assert (full.only_profile, full.in_force, full.stackone.sent) == (profile, B, [])
    assert full.tape.requests == ["profiles", "count_accounts"]


def test_the_keyring_comes_first_and_the_state_last(full: World) -> None:
    run(full)
    assert full.tape.writes == ["delete", *["delete"] * len(ENTRIES), "delete_state"]


def test_twice_is_fine(full: World) -> None:
    run(full)
    full.start_again()
    result = run(full)
    assert (result.action, result.profile_id, result.by_hand) == ("unchanged", None, ())
    assert full.tape.requests == []


def test_what_remains_by_hand_is_said(full: World) -> None:
    profile_id = full.only_profile.id
    at_stackone, staged, application = run(full).by_hand
    for part in ("“Employment Hero”", profile_id, "3 accounts are linked", "not documented"):
        assert part in at_stackone
    assert "https://app.stackone.com/connector_profiles" in at_stackone
    assert C.client_secret.fingerprint in staged
    for part in ("“Our application”", *(p.client_secret.fingerprint for p in (A, B, C)), "/12345/"):
        assert part in application


def test_no_secret_is_said(full: World) -> None:
    result = run(full)
    said = json.dumps(result.as_json()) + result.as_text()
    for pair in (A, B, C):
        assert pair.client_secret.reveal() not in said
        assert pair.client_id.reveal() not in said


@pytest.mark.parametrize(
    ("linked", "said"), [(0, "No account is"), (1, "1 account is"), (2, "2 accounts are")]
)
def test_the_accounts_are_counted(done: World, linked: int, said: str) -> None:
    done.stackone.accounts[done.only_profile.id] = linked
    assert f"{said} linked through it" in run(done).by_hand[0]


@pytest.mark.parametrize("call", ["profiles", "count_accounts"])
@pytest.mark.parametrize(
    "error", [NetworkError("No answer."), StackOneAuthError("Bad key."), StackOneRefusedError("Refused.")]
)
def test_a_count_that_can_not_be_had_is_said_and_stops_nothing(
    done: World, call: str, error: EhConnectError
) -> None:
    done.start_again(Fault(call, error))
    result = run(done)
    assert f"could not be learnt: {error.title}" in result.by_hand[0]
    assert is_empty(done)


def test_without_a_key_it_says_why_nobody_was_asked(done: World) -> None:
    assert "could not be learnt: no key is at hand." in run(done, asks=False).by_hand[0]
    assert done.tape.requests == []


def test_a_key_of_another_project_is_not_taken_for_no_accounts(done: World) -> None:
    done.stackone.remove(done.only_profile.id)
    said = run(done).by_hand[0]
    assert "the API key is another project's" in said
    assert "No account" not in said


def test_a_creation_whose_end_was_not_seen_is_told(world: World) -> None:
    world.folder.states["default"] = State("default", pending=Pending("api", "Ours", ()))
    world.keyring.pairs["next"] = A
    at_stackone, staged, _ = run(world).by_hand
    assert "“Ours” may have been created" in at_stackone
    assert A.client_secret.fingerprint in staged
    assert is_empty(world)


def test_a_pair_that_nobody_was_told_of_leaves_nothing_at_stackone(world: World) -> None:
    world.keyring.pairs["next"] = A
    (application,) = run(world).by_hand
    assert A.client_secret.fingerprint in application


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_single_entry_without_a_state_is_forgotten(world: World, entry: str) -> None:
    if entry == "origins":
        world.keyring.origins = ORIGINS
    elif entry == "api-key":
        world.keyring.api_key = A.client_secret
    else:
        world.keyring.pairs[entry] = A
    assert (run(world).action, is_empty(world)) == ("removed", True)


def test_a_no_leaves_everything(full: World) -> None:
    def no(by_hand: Sequence[str]) -> None:
        assert "3 accounts are linked" in by_hand[0]
        raise StoppedError("No.")

    before = (dict(full.keyring.pairs), full.state)
    with pytest.raises(StoppedError):
        run(full, confirm=no)
    assert (full.keyring.pairs, full.state) == before


def test_nobody_is_asked_where_nothing_is_kept(world: World) -> None:
    def never(_by_hand: Sequence[str]) -> None:
        raise AssertionError

    assert run(world, confirm=never).action == "unchanged"


def test_a_keyring_that_does_not_forget_is_noticed_before_anybody_is_asked(full: World) -> None:
    full.start_again(Fault("delete", StorageError("Your keyring is locked")))
    with pytest.raises(StorageError):
        run(full)
    assert (full.tape.requests, full.state.profile_id) == ([], full.only_profile.id)


def test_an_entry_that_can_not_be_read_can_be_forgotten(full: World) -> None:
    full.start_again(Fault("read_pair", StorageError("The entry 'current' can't be read")))
    assert (run(full).action, is_empty(full)) == ("removed", True)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", [Killed(), StorageError("the disk is full")])
@pytest.mark.parametrize(
    ("call", "at"), [*(("delete", n) for n in range(1, len(ENTRIES) + 2)), ("delete_state", 1)]
)
def test_a_run_that_broke_off_anywhere_is_finished_by_the_next(
    full: World, call: str, at: int, error: BaseException, after: bool
) -> None:
    full.start_again(Fault(call, error, at=at, after=after))
    with pytest.raises(type(error)):
        run(full)
    if call == "delete":
        assert "default" in full.folder.states
    full.start_again()
    assert run(full).action == ("unchanged" if call == "delete_state" and after else "removed")
    assert is_empty(full)


def test_a_profile_can_be_set_up_anew_afterwards(full: World) -> None:
    run(full)
    profile_id = full.only_profile.id
    assert full.run(A, profile_id=profile_id).action == "updated"
    assert (full.in_force, full.keyring.pairs) == (A, {"current": A})


@pytest.mark.parametrize("width", [60, 80])
def test_a_person_reads_it_within_the_width(full: World, width: int) -> None:
    lines = replace(run(full), width=width).as_text().splitlines()
    assert lines[0].startswith("Removed: “default”")
    assert all(len(line) <= width or "://" in line for line in lines)
