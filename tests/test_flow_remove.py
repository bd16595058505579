"""``remove``: what is saved goes, what remains elsewhere is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import NetworkError, StoppedError, StorageError
from eh_connect.flows.remove import remove
from eh_connect.flows.status import Looked
from eh_connect.local.state import PendingWrite
from eh_connect.secret import Secret
from eh_connect.values import Values
from tests.support.memory import NEW, NOW, OLD, Saved
from tests.test_flow_status import ID, Project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eh_connect.results import RemoveResult


class Linked(Project):
    """A project whose profile has linked accounts."""

    def count_accounts(self, profile_id: str) -> int:
        return 12 if profile_id == ID else 0


def run(
    saved: Saved, project: Project | None = None, confirm: Callable[[Sequence[str]], None] | None = None
) -> RemoveResult:
    local = saved.local()
    looked = Looked(local.label, local, project, why_not="no API key")
    return remove(local, looked, Values((), {}, {}, lambda path, _: path), confirm)


@pytest.fixture
def saved() -> Saved:
    """All that can be saved of a label."""
    saved = Saved()
    saved.keyring.write("current", OLD)
    saved.keyring.write("next", NEW)
    saved.keyring.write("api-key", Secret("v1.eu1.key"))
    saved.keyring.write("hand-over", Secret("{}"))
    saved.keyring.write("origins", ("https://api.stackone.com:443",))
    saved.note(profile_id=ID, name="Employment Hero", app_name="App", test_accounts=("account-1",))
    return saved


def test_everything_is_forgotten_and_what_remains_is_named(saved: Saved) -> None:
    result = run(saved, Linked())
    assert (saved.keyring.entries, saved.states.states) == ({}, {})
    assert (result.action, result.profile.id) == ("removed", ID)
    told = "\n".join(result.by_hand)
    for part in ("12 accounts are linked", ID, "account-1", '"App"', OLD.client_secret.fingerprint):
        assert part in told
    assert run(saved).action == "unchanged"


@pytest.mark.parametrize(
    ("project", "said"),
    [
        (None, "not known: no API key"),
        (Linked(error=NetworkError("No answer")), "not known: No answer"),
        (Linked([]), "it was deleted"),
    ],
)
def test_what_cant_be_learnt_of_stackone_stops_nothing(
    saved: Saved, project: Project | None, said: str
) -> None:
    assert said in run(saved, project).by_hand[0]


def test_a_creation_without_an_end_is_named() -> None:
    saved = Saved()
    saved.note(pending=PendingWrite(via="api", name="Mine", sent_at=NOW))
    assert 'may have a connector profile "Mine"' in run(saved).by_hand[0]


def test_a_no_leaves_everything(saved: Saved) -> None:
    def refuse(_: Sequence[str]) -> None:
        raise StoppedError("Stopped")

    with pytest.raises(StoppedError):
        run(saved, confirm=refuse)
    assert len(saved.keyring.entries) == 5


def test_a_keyring_that_doesnt_forget_keeps_the_state_too(saved: Saved) -> None:
    saved.keyring.keeps = False
    with pytest.raises(StorageError):
        run(saved)
    assert saved.states.states
