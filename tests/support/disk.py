"""What is saved of one label, in memory, and the writes that a driver makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from eh_connect.local.profile import LocalProfile
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import ConnectorProfile, ProfileFields
from tests.support.memory import MemoryKeyring, MemoryStates
from tests.support.stackone import Steps

if TYPE_CHECKING:
    from eh_connect.local.state import LocalState, Purpose

ORIGINS = ("https://api.stackone.com:443", "https://oauth.employmenthero.com:443")
NOW = "2026-11-24T10:00:00+00:00"
A, B, C = (Credentials(Secret("client-id"), Secret(f"client-secret-{name}")) for name in "abc")
PROFILE = ConnectorProfile(id="id-1", name="Employment Hero", connector_key="employmenthero", updated_at="t1")
CHANGED = ConnectorProfile(id="id-1", name="Employment Hero", connector_key="employmenthero", updated_at="t2")


@dataclass
class Disk:
    """Keyring and state folder in memory; ``steps`` counts what is written, and a run can die at each."""

    entries: dict[str, Credentials | Secret | tuple[str, ...]] = field(default_factory=dict)
    steps: Steps = field(default_factory=Steps)

    def __post_init__(self) -> None:
        self.keyring = MemoryKeyring(self.entries, step=self.steps)
        self.states = MemoryStates(step=self.steps)

    @property
    def state(self) -> LocalState:
        return self.states.states["default"]


def opened(disk: Disk, *, writes: bool = True) -> LocalProfile:
    local = LocalProfile("default", disk.keyring, disk.states, writes=writes, now=lambda: NOW)
    local.load()
    return local


Job = Callable[[LocalProfile, Credentials | None], None]


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
        step(opened(disk), new)
    disk.steps.revive()
    return disk
