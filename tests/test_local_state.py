"""The state of a label: what comes back is what was written; what is damaged is not believed."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eh_connect.errors import StorageError
from eh_connect.local.files import default_folder, display_path
from eh_connect.local.state import LocalState, PendingWrite, StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = "2026-01-02T12:00:00+00:00"
STATE = LocalState(
    label="prod",
    stackone_url="https://api.stackone.com",
    oauth_url="https://oauth.employmenthero.com",
    org_id="12345",
    app_name="StackOne Integration",
    scopes="directory",
    profile_id="0e6a1b2c",
    name="Employment Hero",
    wanted_name="Another",
    created_at="2026-01-01T00:00:00Z",
    updated_at="as StackOne writes it",
    set_at="2026-01-02T00:00:01Z",
    fingerprint="sha256:1a2b3c4d",
    via="api",
    actions=("employmenthero_list_employees", "employmenthero_get_employee"),
    chosen_actions=(),
    verified_at="2026-01-03T00:00:00+11:00",
    session_id="7",
    test_accounts=("8", "9"),
    scopes_checked_at="2026-01-03T00:00:00.123456Z",
    scopes_missing=("teams:list",),
    staged_for="rotate",
    sent="sha256:2b3c4d5e",
    pending=PendingWrite(via="api", name="x", known=(("a", "2026-01-01"), ("b", None)), sent_at=NOON),
)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "home")


def put(folder: StateFolder, content: bytes) -> Path:
    assert folder.path is not None
    folder.path.mkdir(mode=0o700, exist_ok=True)
    path = folder.path / "profile-prod.json"
    path.write_bytes(content)
    return path


def with_fields(**fields: object) -> bytes:
    return json.dumps({"schema": 1, "label": "prod", **fields}).encode()


@pytest.mark.parametrize("state", [STATE, LocalState(label="x"), LocalState(label="a-1", actions=())])
def test_a_state_comes_back_as_it_was_written(folder: StateFolder, state: LocalState) -> None:
    folder.save(STATE.replace(label=state.label))
    folder.save(state)
    assert folder.load(state.label) == state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    name=st.none() | st.text(st.characters()),
    actions=st.none() | st.lists(st.text()).map(tuple),
    known=st.lists(st.tuples(st.text(), st.none() | st.text())).map(tuple),
)
def test_whatever_stackone_or_a_person_named_survives_the_file(
    folder: StateFolder, name: str | None, actions: Any, known: Any
) -> None:
    pending: PendingWrite = PendingWrite(via="dashboard", name=name or "", known=known, sent_at=None)
    folder.save(STATE.replace(name=name, actions=actions, pending=pending))
    read = folder.load("prod")
    printable = name and name.encode(errors="replace").decode()
    assert read is not None
    assert (read.name, read.actions, read.pending and read.pending.known) == (printable, actions, known)


def test_labels_are_those_with_a_state_and_a_deleted_one_is_gone_with_its_lock(folder: StateFolder) -> None:
    assert folder.labels() == []
    for label in ("prod", "a-1", "test"):
        folder.save(LocalState(label=label))
    with folder.hold("only-locked"), folder.hold("prod"):
        pass
    assert folder.path is not None
    strangers = ("profile-.json", "profile-X.json", "profile-a.json.x.tmp", "notes.txt")
    for stranger in strangers:
        (folder.path / stranger).write_text("{}")
    assert folder.labels() == ["a-1", "prod", "test"]
    for label in ("prod", "prod", "a-1", "test", "only-locked"):
        folder.forget(label)
        assert folder.load(label) is None
    assert set(folder.names()) == set(strangers)


@pytest.mark.parametrize("label", ["", "../x", "a/b", "a\\b", "A", "ä", "a.b", "a\n", "*"])
def test_a_label_that_could_leave_the_folder_is_refused(folder: StateFolder, label: str) -> None:
    uses: list[Callable[[], object]] = [
        lambda: folder.load(label),
        lambda: folder.save(LocalState(label=label)),
        lambda: folder.forget(label),
        lambda: folder.hold(label),
    ]
    for use in uses:
        with pytest.raises(StorageError, match="can't be a label"):
            use()
    assert folder.labels() == []
    with pytest.raises(StorageError, match="Can't write"):
        folder.save(LocalState(label="x" * 300))


PENDING: dict[str, object] = {"via": "api", "name": "x", "known": [], "sent_at": None}
DAMAGED = {
    "empty": b"",
    "cut off": b'{"schema": 1, "label": "prod", "na',
    "not UTF-8": b'{"schema": 1, "label": "prod", "name": "\xff"}',
    "UTF-16": with_fields().decode().encode("utf-16"),
    "half a surrogate pair": b'{"schema": 1, "label": "prod", "name": "\\ud800"}',
    "a list": b"[]",
    "null": b"null",
    "too deep": b"[" * 100_000,
    "a number without end": b'{"schema": ' + b"1" * 5000 + b"}",
    "no schema": b'{"label": "prod"}',
    "no label": b'{"schema": 1}',
    "another label": with_fields(label="test"),
    "a field that is not ours": with_fields(colour="green"),
    "schema as text": with_fields(schema="1"),
    "schema nought": with_fields(schema=0),
    "name a number": with_fields(name=1),
    "actions of numbers": with_fields(actions=[1]),
    "an unknown purpose": with_fields(staged_for="fun"),
    "an unknown way": with_fields(via="post"),
    "pending with odd IDs": with_fields(pending={**PENDING, "known": [[None, "x"]]}),
    "pending with odd times": with_fields(pending={**PENDING, "known": [["x", 1]]}),
    "pending sent soon": with_fields(pending={**PENDING, "sent_at": "soon"}),
}
DAMAGED |= {
    f"{field} {text}": with_fields(**{field: text})
    for field in ("set_at", "verified_at", "scopes_checked_at")
    for text in ("soon", "9999-12-31T00:00:00Z", "1970-01-01T00:00:00Z", "2026-01-02T12:00:00", "")
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_file_is_not_believed_and_stays_as_it_is(folder: StateFolder, content: bytes) -> None:
    path = put(folder, content)
    with pytest.raises(StorageError, match="can't be read") as caught:
        folder.load("prod")
    assert str(path) in caught.value.title
    assert "--profile-id" in str(caught.value.hint)
    assert path.read_bytes() == content


def test_a_newer_schema_asks_for_an_upgrade(folder: StateFolder) -> None:
    put(folder, with_fields(schema=2, name={"new": "shape"}, set_at="soon"))
    with pytest.raises(StorageError, match="newer eh-connect") as caught:
        folder.load("prod")
    assert "Upgrade" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (NOON, 90.0),
        ("2026-01-02T12:00:30Z", 60.0),
        ("2026-01-02T23:01:30+11:00", 0.0),
        ("2026-01-03T12:00:00Z", 0.0),
        ("2026-01-02T11:00:00Z", 90.0),  # the clock was set back
    ],
)
def test_a_creation_may_be_under_way_for_90_seconds(now: str, left: float) -> None:
    assert PendingWrite(via="api", name="x", sent_at=NOON).seconds_left(now) == left
    assert PendingWrite(via="dashboard", name="x").seconds_left(now) == 0.0


# Where it is


def test_the_folder_named_in_the_environment_is_used_else_the_platforms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    for named, meant in ((str(tmp_path / "x"), "x"), ("x", "x"), ("~/x", "home/x")):
        assert default_folder({"EH_CONNECT_HOME": named}) == tmp_path / meant
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert default_folder({}) == default_folder({"EH_CONNECT_HOME": ""}) == tmp_path / "eh-connect"
    assert display_path(tmp_path / "home" / "x" / "y") == os.path.join("~", "x", "y")  # noqa: PTH118  # a text
    assert display_path(tmp_path / "home-x") == str(tmp_path / "home-x")


@pytest.mark.skipif(os.name == "nt", reason="a working folder can't be deleted there")
def test_a_home_that_is_unknown_or_a_working_folder_that_is_gone_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for named in ("~no-such-user-anywhere/x", "relative"):
        with pytest.raises(StorageError, match=f"EH_CONNECT_HOME can't be found: {named}"):
            default_folder({"EH_CONNECT_HOME": named})
