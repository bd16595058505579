"""``status`` and ``remove``: what is saved, what StackOne lists, what is due, what remains elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StoppedError, StorageError
from eh_connect.flows.console import Console
from eh_connect.flows.remove import forget
from eh_connect.flows.status import LabelSource, compare
from eh_connect.lines import Kind
from eh_connect.local.state import PendingWrite
from eh_connect.secret import Secret
from eh_connect.stackone.client import Client
from eh_connect.stackone.models import ConnectorProfile
from tests.support.memory import NEW, NOW, OLD, Disk, told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eh_connect.results import RemoveResult, StatusResult

ID, TIME = "11111111-1111-4111-8111-111111111111", "2026-11-24T08:00:00Z"
UNATTENDED = Console(lambda *_: None, lambda _: None)
BY_HAND = PendingWrite(via="dashboard", name="Employment Hero")
PROFILE = ConnectorProfile(
    id=ID, name="Employment Hero", connector_key="employmenthero", active=True, updated_at=TIME
)


@dataclass(eq=False)
class Project(Client):
    """StackOne's list of profiles, each with 12 linked accounts."""

    listed: list[ConnectorProfile] = field(default_factory=lambda: [PROFILE])
    error: EhConnectError | None = None
    asked: int = 0

    def profiles(self) -> list[ConnectorProfile]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.listed

    def count_accounts(self, profile_id: str) -> int:
        return 12 if profile_id == ID else 0


@pytest.fixture
def saved() -> Disk:
    """A profile that was set up from here and verified."""
    saved = Disk()
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


def see(*labels: LabelSource, max_age: int | None = None) -> StatusResult:
    return compare(
        labels,
        now=NOW,
        max_age=max_age,
        check=True,
        command=lambda label, *words: " ".join(("eh-connect", *words, f"[{label}]")),
        console=UNATTENDED,
    )


def look(saved: Disk, project: Project | None = None, max_age: int | None = None) -> StatusResult:
    offline = "--offline"
    return see(LabelSource("default", saved.local(writes=False), project, why_not=offline), max_age=max_age)


def due(result: StatusResult) -> list[str]:
    return [each.id for each in result.profiles[0].due]


def test_what_is_as_it_should_be_has_nothing_to_do(saved: Disk) -> None:
    result = look(saved, Project())
    assert (result.profiles[0].agree, due(result), result.exit_code) == (True, [], 0)
    assert result.secret is not None
    assert result.secret.fingerprint == OLD.client_secret.fingerprint
    assert "Nothing to do" in [line.text for line in result.lines()]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"profile_id": None}, "not_set_up"),
        ({"verified_at": None}, "not_proven"),
        ({"staged_for": "rotate"}, "unfinished"),
        ({"pending": BY_HAND}, "unfinished"),
        ({"profile_id": None, "begun_at": TIME}, "unfinished"),
        ({"fingerprint": "sha256:00000000"}, "unfinished"),
        ({"scopes_missing": ("Admin: Teams, Read",), "scopes_checked_at": NOW}, "scopes_missing"),
    ],
)
def test_what_is_saved_tells_what_is_due(saved: Disk, fields: dict[str, object], expected: str) -> None:
    saved.note(**fields)
    result = look(saved)
    assert (due(result), result.exit_code) == ([expected], 9)


def test_what_is_missing_is_said_once(saved: Disk) -> None:
    saved.note(scopes_missing=("Teams: Read (Admin)",), scopes_checked_at=NOW)
    said = [line.text for line in look(saved).lines()]
    assert sum("Teams" in text for text in said) == 1


def test_lost_credentials_are_due_to_be_brought_again(saved: Disk) -> None:
    saved.keyring.entries.clear()
    assert "pair_missing" in due(look(saved))


@pytest.mark.parametrize(
    ("listed", "agree", "expected"),
    [
        ([], False, "not_there"),
        ([PROFILE.replace(active=False)], True, "disabled"),
        ([PROFILE, PROFILE.replace(id="22222222-2222-4222-8222-222222222222")], True, "two_of_a_name"),
        ([PROFILE.replace(updated_at="2026-11-25T08:00:00Z")], False, "changed_by_others"),
    ],
)
def test_what_stackone_lists_tells_what_is_due(
    saved: Disk, listed: list[ConnectorProfile], agree: bool, expected: str
) -> None:
    result = look(saved, Project(listed))
    assert (result.profiles[0].agree, due(result)) == (agree, [expected])


@pytest.mark.parametrize(("max_age", "is_due"), [(2, True), (3, True), (4, False)])
def test_a_secret_older_than_allowed_is_due(saved: Disk, max_age: int, is_due: bool) -> None:
    assert ("secret_old" in due(look(saved, max_age=max_age))) is is_due


def test_a_rotation_that_was_not_finished_names_its_own_command(saved: Disk) -> None:
    saved.keyring.write("next", NEW)
    saved.note(staged_for="rollback")
    (each,) = look(saved).profiles[0].due
    assert each.command == "eh-connect rotate --rollback [default]"


@pytest.mark.parametrize("error", [NetworkError("No answer"), StackOneAuthError("Key refused")])
def test_a_failure_at_stackone_is_raised_with_all_that_was_found(saved: Disk, error: EhConnectError) -> None:
    with pytest.raises(type(error)) as raised:
        look(saved, Project(error=error))
    assert raised.value.body["profiles"][0]["local"]["id"] == ID
    assert raised.value.found


def test_a_state_that_cant_be_read_hides_no_other_label_and_a_project_is_asked_once(saved: Disk) -> None:
    broken, project = StorageError("The file can't be read"), Project()
    readable = [LabelSource(label, saved.local(label, writes=False), project) for label in ("default", "x")]
    with pytest.raises(StorageError) as raised:
        see(LabelSource("bad", None, failures=(broken,)), *readable)
    assert [each["label"] for each in raised.value.body["profiles"]] == ["bad", "default", "x"]
    assert project.asked == 1


def test_nothing_set_up_names_the_first_command() -> None:
    result = see()
    assert (result.exit_code, result.secret) == (0, None)
    assert result.lines()[-1].text == "eh-connect setup [default]"
    assert (due(look(Disk())), look(Disk()).exit_code) == (["not_set_up"], 9), "a label was asked for"


# Removing it


@pytest.fixture
def full(saved: Disk) -> Disk:
    """All that can be saved of a label."""
    saved.keyring.write("next", NEW)
    saved.keyring.write("api-key", Secret("v1.eu1.key"))
    saved.keyring.write("hand-over", Secret("{}"))
    saved.keyring.write("origins", ("https://api.stackone.com:443",))
    saved.note(app_name="App", test_accounts=("account-1",))
    return saved


def removed(
    saved: Disk, project: Project | None = None, confirm: Callable[[Sequence[str]], None] | None = None
) -> RemoveResult:
    local = saved.local()
    looked = LabelSource(local.label, local, project, why_not="no API key")
    return forget(local, looked, told(), UNATTENDED, confirm)


def test_everything_is_forgotten_and_what_remains_is_named(full: Disk) -> None:
    result = removed(full, Project())
    assert (full.keyring.entries, full.states.states) == ({}, {})
    assert (result.action, result.profile.id) == ("removed", ID)
    told = "\n".join(result.by_hand)
    for part in ("12 accounts are linked", ID, "account-1", '"App"', OLD.client_secret.fingerprint):
        assert part in told
    exact = [line.text for line in result.lines() if line.kind is Kind.EXACT]
    assert exact == [ID, "https://app.stackone.com/connector_profiles", "account-1"]
    assert removed(full).action == "unchanged"


@pytest.mark.parametrize(
    ("project", "said"),
    [
        (None, "not known: no API key"),
        (Project(error=NetworkError("No answer")), "not known: No answer"),
        (Project([]), "it was deleted"),
    ],
)
def test_what_cant_be_learnt_of_stackone_stops_nothing(
    full: Disk, project: Project | None, said: str
) -> None:
    assert said in removed(full, project).by_hand[0]


def test_a_creation_without_an_end_is_named() -> None:
    saved = Disk()
    saved.note(pending=PendingWrite(via="api", name="Mine", sent_at=NOW))
    assert 'may have a connector profile "Mine"' in removed(saved).by_hand[0]


def test_a_no_leaves_everything(full: Disk) -> None:
    def refuse(_: Sequence[str]) -> None:
        raise StoppedError("Stopped")

    with pytest.raises(StoppedError):
        removed(full, confirm=refuse)
    assert len(full.keyring.entries) == 5


def test_a_keyring_that_doesnt_forget_keeps_the_state_too(full: Disk) -> None:
    full.keyring.keeps = False
    with pytest.raises(StorageError):
        removed(full)
    assert full.states.states
