"""What is due, by what is kept and what StackOne lists: each by itself, and any mixture."""

from __future__ import annotations

import copy
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.cli.app import app
from eh_connect.errors import StorageError
from eh_connect.flows.due import Judging
from eh_connect.flows.keeping import Keeping
from eh_connect.stackone.models import EMPLOYMENT_HERO, ConnectorProfile
from eh_connect.state import Pending, State
from tests.documents import ROOT, table
from tests.fakes import A, B, C, Keyring, States, Tape

if TYPE_CHECKING:
    from eh_connect.secret import Pair

OURS = ConnectorProfile(
    "id-1", "Employment Hero", EMPLOYMENT_HERO, active=True, default=False, updated_at="t-1"
)
WELL = State(
    "default",
    profile_id="id-1",
    name="Employment Hero",
    updated_at="t-1",
    set_at="2026-11-01T00:00:00+00:00",
    fingerprint=A.client_secret.fingerprint,
    via="api",
    proven_at="2026-11-02T00:00:00+00:00",
)
NOW = "2026-11-23T00:00:00+00:00"
EMPTY = State("default")


def judged(
    state: State = WELL,
    *profiles: ConnectorProfile,
    asked: bool = True,
    max_age: int | None = None,
    readable: bool = True,
    suffix: str = "",
    **pairs: Pair | None,
) -> Judging:
    """All is well, but for what is said."""
    keeping = Keeping(state.label, Keyring(Tape()), States(Tape()), writes=False, now=str)
    keeping.state = state
    if readable:
        keeping.current, keeping.next = pairs.get("current", A), pairs.get("next")
        keeping.previous = pairs.get("previous")
    else:
        keeping.unreadable = StorageError("Your keyring is locked")
    return Judging(keeping, list(profiles or (OURS,)) if asked else None, NOW, max_age, suffix)


def only(judging: Judging) -> tuple[str, str]:
    (due,) = judging.due()
    return due.id, due.command


def test_nothing_is_due_where_all_is_well() -> None:
    assert judged().due() == ()
    assert judged(asked=False, max_age=22).due() == ()
    assert judged(readable=False).due() == ()
    assert (judged().agree, judged(asked=False).agree) == (True, None)


BY_HAND = Pending("dashboard", "Employment Hero", ())
BY_CALL = Pending("api", "Employment Hero", ())
TWIN = replace(OURS, id="id-2")

CASES: list[tuple[str, Judging, str]] = [
    ("not_set_up", judged(EMPTY, current=None), "setup"),
    ("not_set_up", judged(EMPTY), "setup"),
    ("not_set_up", judged(EMPTY, readable=False), "setup"),
    ("unfinished", judged(EMPTY, next=A, current=None), "setup"),
    ("unfinished", judged(replace(EMPTY, pending=BY_CALL), current=None), "setup"),
    ("unfinished", judged(replace(EMPTY, pending=BY_HAND), current=None), "setup --profile-id new"),
    ("unfinished", judged(next=B), "setup"),
    ("unfinished", judged(replace(WELL, pending=BY_HAND)), "setup"),
    ("unfinished", judged(replace(WELL, staged_by="rotate"), next=B), "rotate"),
    ("unfinished", judged(replace(WELL, staged_by="rotate", pending=BY_HAND), next=B), "rotate"),
    ("unfinished", judged(replace(WELL, staged_by="rollback"), next=B), "rotate --rollback"),
    ("unfinished", judged(replace(WELL, staged_by="rotate"), readable=False), "rotate"),
    ("unfinished", judged(current=B), "setup"),
    ("unfinished", judged(replace(WELL, fingerprint=None)), "setup"),
    ("pair_missing", judged(current=None), "setup"),
    ("pair_missing", judged(current=None, max_age=1), "setup"),
    ("not_there", judged(WELL, TWIN), "status"),
    ("disabled", judged(WELL, replace(OURS, active=False)), "status"),
    ("two_of_a_name", judged(WELL, OURS, TWIN), "status"),
    ("changed_by_others", judged(WELL, replace(OURS, updated_at="t-2")), "setup"),
    ("changed_by_others", judged(replace(WELL, updated_at=None)), "setup"),
    ("not_proven", judged(replace(WELL, proven_at=None)), "verify"),
    ("proven_before_rotation", judged(replace(WELL, proven_at=None, proven_before="2026-11-02")), "verify"),
    ("old_secret_not_revoked", judged(replace(WELL, old_secret="sha256:0000aaaa")), "rotate --old-revoked"),
    ("secret_old", judged(max_age=21), "rotate"),
    ("secret_old", judged(max_age=21, readable=False), "rotate"),
    ("secret_old", judged(replace(WELL, set_at="2026-11-01"), max_age=21), "rotate"),
    ("secret_old", judged(replace(WELL, set_at="some day"), max_age=9999), "rotate"),
    ("secret_old", judged(replace(WELL, set_at=None), max_age=9999), "rotate"),
]
IDS = {due_id for due_id, _, _ in CASES}


@pytest.mark.parametrize(("due_id", "judging", "line"), CASES)
def test_each_is_due_by_itself_with_its_command(due_id: str, judging: Judging, line: str) -> None:
    assert only(judging) == (due_id, f"eh-connect {line}")


@pytest.mark.parametrize(("due_id", "judging", "line"), CASES)
def test_a_command_names_the_label_and_the_rehearsal(due_id: str, judging: Judging, line: str) -> None:
    keeping = copy.copy(judging.keeping)
    keeping.state = replace(keeping.state, label="prod")
    name, _, rest = line.partition(" ")
    wanted = " ".join(filter(None, ("eh-connect", name, "--profile prod", rest, "--sandbox")))
    assert only(replace(judging, keeping=keeping, suffix=" --sandbox")) == (due_id, wanted)


def test_what_nobody_asked_stackone_is_not_judged() -> None:
    for due_id in ("not_there", "disabled", "two_of_a_name", "changed_by_others"):
        for _, judging, _ in (case for case in CASES if case[0] == due_id):
            if judging.keeping.state.updated_at is not None:
                assert replace(judging, profiles=None).due() == ()
                assert replace(judging, profiles=None).agree is None


def test_our_own_unfinished_write_is_not_taken_for_somebody_elses() -> None:
    judging = judged(
        replace(WELL, staged_by="rotate", proven_at=None), replace(OURS, updated_at="t-2"), next=B
    )
    assert only(judging) == ("unfinished", "eh-connect rotate")
    assert judging.agree is False


def test_a_profile_without_a_time_of_change_can_not_be_compared() -> None:
    judging = judged(WELL, replace(OURS, updated_at=None))
    assert (judging.due(), judging.agree) == ((), None)


def test_a_profile_that_is_gone_is_explained_in_both_ways_and_not_sent_to_be_proven() -> None:
    (due,) = judged(replace(WELL, proven_at=None, label="prod"), TWIN, suffix=" --sandbox").due()
    assert due.id == "not_there"
    for part in ("it was deleted", "another project's", "eh-connect remove --profile prod --sandbox", "id-1"):
        assert part in due.why


def test_several_of_a_name_are_told_apart_by_their_ids() -> None:
    (due,) = judged(WELL, TWIN, OURS, replace(OURS, id="id-3"), replace(OURS, id="id-4", name="x")).due()
    assert "3 profiles" in due.why
    assert "ours is id-1, not id-2, id-3." in due.why


def test_every_id_is_in_the_document_and_no_other() -> None:
    rows = table(ROOT / "docs" / "status.md", "id", "means", "command")
    assert {row[0].strip("`") for row in rows} == IDS
    assert len(rows) == len(IDS)


# Any mixture

TIMES = st.sampled_from([None, "t-1", "t-2"])
PAIRS = st.sampled_from([None, A, B, C])
PROFILES = st.lists(
    st.builds(
        ConnectorProfile,
        id=st.sampled_from(["id-1", "id-2", "id-3"]),
        name=st.sampled_from(["Employment Hero", "Another"]),
        connector_key=st.just(EMPLOYMENT_HERO),
        active=st.sampled_from([None, True, False]),
        updated_at=TIMES,
    ),
    unique_by=lambda profile: profile.id,
)
STATES = st.builds(
    State,
    label=st.sampled_from(["default", "prod", "a-1"]),
    profile_id=st.sampled_from([None, "id-1"]),
    updated_at=TIMES,
    set_at=st.sampled_from([None, "2026-11-01T00:00:00+00:00", "2026-11-22T00:00:00Z", "rubbish"]),
    fingerprint=st.sampled_from([None, A.client_secret.fingerprint, B.client_secret.fingerprint]),
    proven_at=st.sampled_from([None, "2026-11-02"]),
    proven_before=st.sampled_from([None, "2026-11-01"]),
    staged_by=st.sampled_from([None, "setup", "rotate", "rollback"]),
    old_secret=st.sampled_from([None, "sha256:0000aaaa"]),
    pending=st.sampled_from([None, BY_HAND, BY_CALL]),
)


@st.composite
def mixtures(draw: st.DrawFn) -> Judging:
    keeping = Keeping("default", Keyring(Tape()), States(Tape()), writes=False, now=str)
    keeping.state = draw(STATES)
    if draw(st.booleans()):
        keeping.unreadable = StorageError("locked")
    else:
        keeping.current, keeping.next, keeping.previous = draw(PAIRS), draw(PAIRS), draw(PAIRS)
    suffix = draw(st.sampled_from(["", " --sandbox"]))
    return Judging(keeping, draw(st.none() | PROFILES), NOW, draw(st.sampled_from([None, 10])), suffix)


def holds(judging: Judging) -> set[str]:
    """The same, told as the document tells it."""
    k, s, profiles = judging.keeping, judging.keeping.state, judging.profiles
    mismatch = k.current is not None and k.current.client_secret.fingerprint != s.fingerprint
    unfinished = any((k.next, s.pending, s.staged_by)) or (s.profile_id is not None and mismatch)
    found = {"unfinished"} if unfinished else set()
    if s.profile_id is None:
        return found or {"not_set_up"}
    ours = next((p for p in profiles or [] if p.id == s.profile_id), None)
    gone = profiles is not None and ours is None
    if ours is not None:
        moved = ours.updated_at is not None and ours.updated_at != s.updated_at
        twins = [p for p in profiles or [] if p.name == ours.name]
        found |= {"disabled"} if ours.active is False else set()
        found |= {"two_of_a_name"} if len(twins) > 1 else set()
        found |= {"changed_by_others"} if moved and not unfinished else set()
    if s.proven_at is None and not unfinished and not gone:
        found |= {"proven_before_rotation" if s.proven_before else "not_proven"}
    young = s.set_at == "2026-11-22T00:00:00Z"
    has_pair = k.unreadable is not None or k.current is not None
    found |= {"secret_old"} if judging.max_age is not None and has_pair and not young else set()
    found |= {"pair_missing"} if k.unreadable is None and not (k.current or k.next) else set()
    found |= {"not_there"} if gone else set()
    return found | ({"old_secret_not_revoked"} if s.old_secret else set())


@given(mixtures())
def test_in_any_mixture_it_is_due_exactly_where_it_holds(judging: Judging) -> None:
    due = judging.due()
    assert [each.id for each in due] == list(dict.fromkeys(each.id for each in due))
    assert {each.id for each in due} == holds(judging)


@given(mixtures())
def test_where_they_differ_something_is_due(judging: Judging) -> None:
    if judging.agree is False:
        assert judging.due()


@given(mixtures())
def test_what_is_said_holds_no_secret(judging: Judging) -> None:
    said = repr(judging.due())
    for pair in (A, B, C):
        assert pair.client_secret.reveal() not in said
        assert pair.client_id.reveal() not in said


COMMANDS: dict[str, Any] = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # a group has them


@given(mixtures())
def test_every_command_is_one_that_the_real_command_line_takes(judging: Judging) -> None:
    for due in judging.due():
        program, name, *arguments = shlex.split(due.command)
        assert program == "eh-connect"
        assert name in COMMANDS
        COMMANDS[name].make_context(name, arguments)  # a usage error raises
