"""What a run is told, and what is saved of a label, in memory: it behaves as the real keyring and folder do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from eh_connect.cli.commands import COMMANDS
from eh_connect.errors import BusyError, StorageError
from eh_connect.local.keyring import KeyringStore
from eh_connect.local.profile import LocalProfile
from eh_connect.local.state import LocalState, Purpose, StateFolder
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from eh_connect.values import Values
from tests.support.stackone import Steps

Entries = dict[str, Credentials | Secret | tuple[str, ...]]
NOW = "2026-11-27T09:22:00+00:00"
OLD = Credentials(Secret("idOld" + "x" * 38), Secret("secretOld" + "x" * 34))
NEW = Credentials(OLD.client_id, Secret("secretNew" + "y" * 34))
A, B, C = (Credentials(Secret("client-id"), Secret(f"client-secret-{name}")) for name in "abc")
ORIGINS = ("https://api.stackone.com:443", "https://oauth.employmenthero.com:443")
PROFILE = ConnectorProfile(id="id-1", name="Employment Hero", connector_key="employmenthero", updated_at="t1")
CHANGED = ConnectorProfile(id="id-1", name="Employment Hero", connector_key="employmenthero", updated_at="t2")


def told(
    typed: dict[str, Any] | None = None, environ: dict[str, str] | None = None, command: str = "setup"
) -> Values:
    """What a run of a command is told, by flags and by variables."""
    takes = {name: each.all_inputs for name, each in COMMANDS.items()}
    return Values(command, typed or {}, environ or {}, lambda path, _: f"from {path}", takes.__getitem__)


@dataclass
class MemoryKeyring(KeyringStore):
    """One entry may be ``unreadable``."""

    entries: Entries
    step: Callable[[str], None]
    unreadable: str | None = None
    keeps: bool = True
    """False: deletions fail."""

    backend = "tests.support.memory.MemoryKeyring"
    display_name = "Memory Keyring"

    def read_credentials(self, entry: str) -> Any:
        return self._found(entry)

    def read_secret(self, entry: str) -> Any:
        return self._found(entry)

    def read_origins(self) -> Any:
        return self._found("origins") or ()

    def delete(self, entry: str) -> None:
        if not self.keeps:
            raise StorageError("Your keyring does not delete")
        self.step(f"deletes {entry}")
        self.entries.pop(entry, None)
        self.step(f"deleted {entry}")

    def trial(self) -> None:
        pass

    def _found(self, entry: str) -> object:
        if entry == self.unreadable:
            raise StorageError("Your keyring can't be read")
        return self.entries.get(entry)

    def write(self, entry: str, value: Credentials | Secret | tuple[str, ...]) -> None:
        self.step(f"writes {entry}")
        self.entries[entry] = value
        self.step(f"wrote {entry}")


@dataclass
class MemoryStates(StateFolder):
    """``busy``: another run holds the lock."""

    step: Callable[[str], None]
    states: dict[str, LocalState] = field(default_factory=dict)
    busy: bool = False

    def load(self, label: str) -> LocalState | None:
        return self.states.get(label)

    def save(self, state: LocalState) -> None:
        self.step("writes state")
        self.states[state.label] = state
        self.step("wrote state")

    def forget(self, label: str) -> None:
        self.step("deletes state")
        self.states.pop(label, None)
        self.step("deleted state")

    def exists(self) -> bool:
        return bool(self.states)

    def check_writable(self) -> None:
        pass

    @contextmanager
    def hold(self, label: str) -> Iterator[None]:
        if self.busy:
            raise BusyError(f"Another run of eh-connect holds the lock for {label}")
        yield


class Disk:
    """What is saved: lasts over several runs. ``steps`` counts what is written, and a run can die at each."""

    def __init__(self, entries: Entries | None = None, kill_at: int = 0) -> None:
        self.entries = {} if entries is None else entries
        self.steps = Steps(kill_at=kill_at)
        self.keyring = MemoryKeyring(self.entries, self.steps)
        self.states = MemoryStates(self.steps)

    @property
    def state(self) -> LocalState:
        return self.states.states["default"]

    def now(self) -> str:
        return NOW

    def local(self, label: str = "default", *, writes: bool = True) -> LocalProfile:
        """As a run finds it."""
        local = LocalProfile(label, self.keyring, self.states, writes=writes, now=self.now)
        local.load()
        return local

    def note(self, **fields: object) -> None:
        """Note fields of the state, as an earlier run left them."""
        self.local().note(**fields)


Job = Callable[["LocalProfile", Credentials | None], None]


def job(purpose: Purpose, via: Literal["api", "dashboard"] = "api") -> Job:
    """What the driver does: stage, note, send, commit."""

    def do(local: LocalProfile, new: Credentials | None) -> None:
        new = local.rollback_target if purpose == "rollback" else new or local.credentials
        local.stage(new, ORIGINS)
        if via == "dashboard" or local.state.profile_id is None:
            local.note_pending(via, "Employment Hero", [PROFILE] if local.state.profile_id else [])
        if local.state.profile_id is not None:
            local.note_target("id-1", purpose, sends=via == "api")
        local.commit(PROFILE if purpose == "setup" else CHANGED, ProfileFields(credentials=new), via)

    return do


create, rotate, roll_back, by_hand = job("setup"), job("rotate"), job("rollback"), job("rotate", "dashboard")


def disk_with(*steps: tuple[Job, Credentials]) -> Disk:
    disk = Disk()
    for step, new in steps:
        step(disk.local(), new)
    disk.steps.revive()
    return disk
