"""``status``: what is saved, what StackOne lists, whether they agree, what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StorageError
from eh_connect.flows.status import Looked, status
from eh_connect.local.state import PendingWrite
from eh_connect.stackone.client import Client
from eh_connect.stackone.models import ConnectorProfile
from tests.support.memory import NEW, NOW, OLD, Saved

if TYPE_CHECKING:
    from eh_connect.results import StatusResult

ID, TIME = "11111111-1111-4111-8111-111111111111", "2026-11-24T08:00:00Z"


def profile(profile_id: str = ID, *, updated_at: str = TIME, active: bool = True) -> ConnectorProfile:
    return ConnectorProfile(
        id=profile_id,
        name="Employment Hero",
        connector_key="employmenthero",
        active=active,
        updated_at=updated_at,
    )


@dataclass(eq=False)
class Project(Client):
    """StackOne's list of profiles."""

    listed: list[ConnectorProfile] = field(default_factory=lambda: [profile()])
    error: EhConnectError | None = None
    asked: int = 0

    def profiles(self) -> list[ConnectorProfile]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.listed


@pytest.fixture
def saved() -> Saved:
    """A profile that was set up from here and verified."""
    saved = Saved()
    saved.keyring.write("current", OLD)
    saved.note(
        profile_id=ID,
        name="Employment Hero",
        updated_at=TIME,
        set_at="2026-11-24T08:00:00+00:00",
        verified_at="2026-11-24T08:05:00+00:00",
        fingerprint=OLD.client_secret.fingerprint,
        via="api",
    )
    return saved


def look(
    saved: Saved, project: Project | None = None, *, check: bool = False, max_age: int | None = None
) -> StatusResult:
    return status(
        [Looked("default", saved.local(writes=False), project, why_not="not checked (--offline)")],
        now=NOW,
        max_age=max_age,
        check=check,
        command=lambda label, *words: " ".join(("eh-connect", *words, f"[{label}]")),
        warn=lambda _: None,
    )


def due(result: StatusResult) -> list[str]:
    return [each.id for each in result.profiles[0].due]


def test_what_is_as_it_should_be_has_nothing_to_do(saved: Saved) -> None:
    result = look(saved, Project(), check=True)
    (shown,) = result.profiles
    assert (shown.agree, due(result), result.exit_code) == (True, [], 0)
    assert result.secret is not None
    assert result.secret.fingerprint == OLD.client_secret.fingerprint
    assert "Nothing to do" in [line.text for line in result.lines()]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"profile_id": None}, ["not_set_up"]),
        ({"verified_at": None}, ["not_proven"]),
        ({"staged_for": "rotate"}, ["unfinished"]),
        ({"pending": PendingWrite(via="dashboard", name="Employment Hero")}, ["unfinished"]),
        ({"fingerprint": "sha256:00000000"}, ["unfinished"]),
        ({"scopes_missing": ("Admin: Teams, Read",), "scopes_checked_at": NOW}, ["scopes_missing"]),
    ],
)
def test_what_is_saved_tells_what_is_due(
    saved: Saved, fields: dict[str, object], expected: list[str]
) -> None:
    saved.note("default", **fields)
    result = look(saved, check=True)
    assert due(result) == expected
    assert result.exit_code == 9


def test_lost_credentials_are_due_to_be_brought_again(saved: Saved) -> None:
    saved.keyring.entries.clear()
    assert "pair_missing" in due(look(saved))


@pytest.mark.parametrize(
    ("listed", "agree", "expected"),
    [
        ([], False, ["not_there"]),
        ([profile(active=False)], True, ["disabled"]),
        ([profile(), profile("22222222-2222-4222-8222-222222222222")], True, ["two_of_a_name"]),
        ([profile(updated_at="2026-11-25T08:00:00Z")], False, ["changed_by_others"]),
    ],
)
def test_what_stackone_lists_tells_what_is_due(
    saved: Saved, listed: list[ConnectorProfile], agree: bool, expected: list[str]
) -> None:
    result = look(saved, Project(listed))
    assert (result.profiles[0].agree, due(result)) == (agree, expected)


@pytest.mark.parametrize(("max_age", "is_due"), [(2, True), (3, True), (4, False)])
def test_a_secret_older_than_allowed_is_due(saved: Saved, max_age: int, is_due: bool) -> None:
    assert ("secret_old" in due(look(saved, max_age=max_age))) is is_due


def test_a_rotation_that_was_not_finished_names_its_own_command(saved: Saved) -> None:
    saved.keyring.write("next", NEW)
    saved.note(staged_for="rollback")
    (each,) = look(saved).profiles[0].due
    assert each.command == "eh-connect rotate --rollback [default]"


@pytest.mark.parametrize("error", [NetworkError("No answer"), StackOneAuthError("Key refused")])
def test_a_failure_at_stackone_is_raised_with_all_that_was_found(saved: Saved, error: EhConnectError) -> None:
    with pytest.raises(type(error)) as raised:
        look(saved, Project(error=error))
    assert raised.value.body["profiles"][0]["local"]["id"] == ID
    assert raised.value.found


def test_a_state_that_cant_be_read_hides_no_other_label(saved: Saved) -> None:
    broken = StorageError("The file can't be read")
    project = Project()
    local, empty = saved.local(writes=False), saved.local("x", writes=False)
    with pytest.raises(StorageError) as raised:
        status(
            [
                Looked("bad", None, failures=(broken,)),
                Looked("default", local, project),
                Looked("x", empty, project),
            ],
            now=NOW,
            max_age=None,
            check=False,
            command=lambda *words: " ".join(words),
            warn=lambda _: None,
        )
    assert [each["label"] for each in raised.value.body["profiles"]] == ["bad", "default", "x"]
    assert project.asked == 1


def test_nothing_set_up_names_the_first_command() -> None:
    result = status(
        [], now=NOW, max_age=None, check=True, command=lambda *words: " ".join(words), warn=lambda _: None
    )
    assert (result.exit_code, result.secret) == (0, None)
    assert result.lines()[-1].text == "default setup"
