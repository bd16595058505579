"""What is saved of one label, in memory, and the writes that a driver makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.memory import MemoryKeyring, MemoryStates, Saved
from tests.support.stackone import Steps

if TYPE_CHECKING:
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import LocalState, Purpose

    Entries = dict[str, Credentials | Secret | tuple[str, ...]]

ORIGINS = ("https://api.stackone.com:443", "https://oauth.employmenthero.com:443")
A, B, C = (Credentials(Secret("client-id"), Secret(f"client-secret-{name}")) for name in "abc")
PROFILE = ConnectorProfile(id="id-1", name="Employment Hero", connector_key="employmenthero", updated_at="t1")
CHANGED = ConnectorProfile(id="id-1", name="Employment Hero", connector_key="employmenthero", updated_at="t2")


class Disk(Saved):
    """Keyring and state folder in memory; ``steps`` counts what is written, and a run can die at each."""

    def __init__(self, entries: Entries | None = None, kill_at: int = 0) -> None:
        self.entries = {} if entries is None else entries
        self.steps = Steps(kill_at=kill_at)
        super().__init__(MemoryKeyring(self.entries, step=self.steps), MemoryStates(step=self.steps))

    @property
    def state(self) -> LocalState:
        return self.states.states["default"]


Job = Callable[["LocalProfile", Credentials | None], None]


def job(purpose: Purpose, via: Literal["api", "dashboard"] = "api") -> Job:
    """What the driver does: stage, note, send, commit."""

    def do(local: LocalProfile, new: Credentials | None) -> None:
        new = local.rollback_target if purpose == "rollback" else new or local.credentials
        local.stage(new, ORIGINS)
        if via == "dashboard" or local.state.profile_id is None:
            local.expect(via, "Employment Hero", [PROFILE] if local.state.profile_id else [])
        if local.state.profile_id is not None:
            local.aim("id-1", purpose, sends=via == "api")
        local.commit(PROFILE if purpose == "setup" else CHANGED, ProfileFields(credentials=new), via)

    return do


create, rotate, roll_back, by_hand = job("setup"), job("rotate"), job("rollback"), job("rotate", "dashboard")


def disk_with(*steps: tuple[Job, Credentials]) -> Disk:
    disk = Disk()
    for step, new in steps:
        step(disk.local(), new)
    disk.steps.revive()
    return disk
