"""``status`` in memory: who is asked how often, and what is told whatever fails."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StorageError
from eh_connect.flows.keeping import Keeping
from eh_connect.flows.status import Opened, StatusResult, status
from tests.fakes import A, B, Fault, Keyring, StackOne, States, Tape, World

NOW = "2026-12-24T00:00:00+00:00"


def look(
    *labels: Opened,
    check: bool = False,
    max_age: int | None = None,
    width: int = 80,
    warnings: list[str] | None = None,
) -> StatusResult:
    warned: list[str] = [] if warnings is None else warnings
    return status(labels, now=NOW, max_age=max_age, check=check, width=width, suffix="", warn=warned.append)


def opened(world: World, project: StackOne | None = None, *failures: EhConnectError) -> Opened:
    keeping = Keeping("default", world.secrets, world.states, writes=False, now=str)
    keeping.load()
    return Opened("default", keeping, project, why_not="nobody asked", failures=failures)


def test_what_was_set_up_agrees_and_has_to_be_proven(done: World) -> None:
    result = look(opened(done, done.stackone), check=True)
    (profile,) = result.as_json()["profiles"]
    assert (profile["agree"], [due["id"] for due in profile["due"]]) == (True, ["not_proven"])
    assert profile["remote"]["id"] == profile["local"]["id"] == done.only_profile.id
    assert result.exit_code == 9
    assert result.as_json()["secret"] == {
        "fingerprint": A.client_secret.fingerprint,
        "stored_in": "tests.fakes.Keyring",
        "set_at": done.state.set_at,
    }


def test_it_only_reads(done: World) -> None:
    look(opened(done, done.stackone))
    assert (done.tape.writes, done.tape.requests) == ([], ["profiles"])


def test_a_change_by_others_is_seen(done: World) -> None:
    done.stackone.change(done.only_profile.id, name="Renamed")
    (profile,) = look(opened(done, done.stackone)).as_json()["profiles"]
    assert (profile["agree"], profile["remote"]["name"]) == (False, "Renamed")
    assert "changed_by_others" in [due["id"] for due in profile["due"]]


def test_a_deleted_profile_is_seen(done: World) -> None:
    done.stackone.remove(done.only_profile.id)
    (profile,) = look(opened(done, done.stackone)).as_json()["profiles"]
    assert (profile["agree"], profile["remote"]) == (False, None)
    assert [due["id"] for due in profile["due"]] == ["not_there"]


def test_a_rotation_leaves_its_traces(done: World) -> None:
    done.run(B)
    result = look(opened(done, done.stackone)).as_json()
    (profile,) = result["profiles"]
    assert profile["local"]["fingerprint"] == B.client_secret.fingerprint
    assert profile["local"]["previous"] == A.client_secret.fingerprint
    assert [due["id"] for due in profile["due"]] == ["not_proven", "old_secret_not_revoked"]
    for pair in (A, B):
        assert pair.client_secret.reveal() not in json.dumps(result)


@pytest.mark.parametrize("at", ["update", "write_pair", "delete", "write_state"])
def test_a_run_that_broke_off_is_unfinished_and_not_somebody_elses_doing(done: World, at: str) -> None:
    done.start_again(Fault(at, NetworkError("broke off"), after=True))
    with pytest.raises(NetworkError):
        done.run(B)
    done.start_again()
    (profile,) = look(opened(done, done.stackone)).as_json()["profiles"]
    ids = [due["id"] for due in profile["due"]]
    assert (ids[0], "changed_by_others" in ids) == ("unfinished", False)
    done.run(B)
    ids = [due.id for due in look(opened(done, done.stackone)).profiles[0].due]
    assert ids == ["not_proven", "old_secret_not_revoked"]


def test_a_project_is_asked_once_for_all_its_labels(done: World) -> None:
    other = World()
    other.run(A)
    other.start_again()
    labels = [
        replace(opened(w, w.stackone), label=name) for w, name in zip([done, done, other], "abc", strict=True)
    ]
    result = look(*labels)
    assert [profile.label for profile in result.profiles] == ["a", "b", "c"]
    assert (done.tape.requests, other.tape.requests) == (["profiles"], ["profiles"])
    assert result.as_json()["secret"] is None


@pytest.mark.parametrize("error", [NetworkError("No answer."), StackOneAuthError("No such key.")])
def test_what_is_kept_is_told_although_stackone_does_not_answer(done: World, error: EhConnectError) -> None:
    good = World()
    good.run(A)
    done.start_again(Fault("profiles", error))
    warnings: list[str] = []
    ours = opened(done, done.stackone)
    with pytest.raises(type(error)) as caught:
        look(ours, opened(good, good.stackone), ours, warnings=warnings)
    assert caught.value is error
    assert "--offline" in (error.hint or "")
    told = error.body["profiles"]
    assert [profile["agree"] for profile in told] == [None, True, None]
    assert [profile["local"]["id"] for profile in told] == ["id-1"] * 3
    assert "not_proven" in [due["id"] for due in told[0]["due"]]
    assert (error.title in error.text, A.client_secret.fingerprint in error.text) == (True, True)
    assert (done.tape.requests, warnings) == (["profiles"], [])


def test_of_several_failures_the_first_is_the_result_and_the_others_are_warnings(done: World) -> None:
    done.start_again(Fault("profiles", NetworkError("No answer.", detail="Not from there.")))
    damaged = StorageError("The state can't be read", detail="It is damaged.")
    broken = Opened("broken", None, failures=(damaged,))
    warnings: list[str] = []
    with pytest.raises(StorageError, match="state") as caught:
        look(broken, opened(done, done.stackone), warnings=warnings)
    assert [profile["local"] is None for profile in caught.value.body["profiles"]] == [True, False]
    assert warnings == ["No answer. Not from there."]


def test_what_stackone_says_is_told_beside_a_keyring_that_failed(done: World) -> None:
    done.start_again(Fault("profiles", StackOneAuthError("No such key.", detail="Make a new one.")))
    warnings: list[str] = []
    with pytest.raises(StorageError):
        look(opened(done, done.stackone, StorageError("Your keyring is locked")), warnings=warnings)
    assert warnings == ["No such key. Make a new one."]


def test_a_title_is_ended_before_more_is_said(done: World) -> None:
    locked = StorageError("Your keyring is locked", detail="While reading.")
    warnings: list[str] = []
    with pytest.raises(NetworkError):
        look(opened(done, None, NetworkError("First.")), opened(done, None, locked), warnings=warnings)
    assert warnings == ["Your keyring is locked. While reading."]


def test_a_label_that_can_not_be_read_is_not_called_empty() -> None:
    with pytest.raises(StorageError) as caught:
        look(Opened("broken", None, failures=(StorageError("The state can't be read"),)), check=True)
    assert caught.value.body["profiles"][0]["due"] == []
    assert "can't be read" in caught.value.text


def test_a_keyring_that_can_not_be_read_says_so_of_what_it_would_hold(done: World) -> None:
    done.start_again(Fault("read_pair", StorageError("Your keyring is locked")))
    label = opened(done)
    assert label.keeping is not None
    assert label.keeping.unreadable is not None
    with pytest.raises(StorageError) as caught:
        look(replace(label, failures=(label.keeping.unreadable,)))
    local = caught.value.body["profiles"][0]["local"]
    assert (local["staged"], local["api_key_kept"], local["previous"]) == (None, None, None)
    assert local["fingerprint"] == A.client_secret.fingerprint
    assert caught.value.body["secret"]["stored_in"] is None
    assert "can't be read now" in caught.value.text


def test_where_nothing_is_kept_nothing_is_due() -> None:
    result = look(check=True)
    assert (result.exit_code, result.as_json()) == (0, {"profiles": [], "secret": None})
    assert [step.command for step in result.next_steps] == ["eh-connect setup"]


def test_a_label_without_anything_is_to_be_set_up() -> None:
    empty = Keeping("prod", Keyring(Tape()), States(Tape()), writes=False, now=str)
    empty.load()
    result = look(Opened("prod", empty), check=True)
    assert (result.exit_code, result.as_json()["secret"]) == (9, None)
    assert [(d.id, d.command) for d in result.profiles[0].due] == [
        ("not_set_up", "eh-connect setup --profile prod")
    ]


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("width", [60, 80, 10])
def test_a_person_reads_it_within_the_width_and_can_copy_each_command(
    done: World, width: int, asked: bool
) -> None:
    done.run(B)
    done.stackone.make("Employment Hero")
    done.stackone.change(done.state.profile_id or "")
    result = look(opened(done, done.stackone if asked else None), max_age=1, width=width)
    lines = result.as_text().splitlines()
    commands = [line.strip() for line in lines if line.strip().startswith("eh-connect")]
    assert commands == [due.command for due in result.profiles[0].due]
    assert max(map(len, lines)) <= max(width, 45)
    assert "\x1b" not in result.as_text()
