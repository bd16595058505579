"""A computer, a StackOne and a person in memory: one call is one run, wired as the command line does it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from eh_connect import inputs as i
from eh_connect.cli.opening import use_saved
from eh_connect.cli.session import origins
from eh_connect.deadline import NetworkTime
from eh_connect.employment_hero.credentials import ProbeResult
from eh_connect.errors import EhConnectError
from eh_connect.flows.console import Console, Revised
from eh_connect.flows.parts import Parts
from eh_connect.flows.write import write
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.client import Client
from eh_connect.stackone.sessions import Sessions
from tests.support.http import Clock
from tests.support.memory import NOW, Disk, told
from tests.support.stackone import Fault, Killed, Row, StackOne

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.change import WriteResult
    from eh_connect.values import Values
    from tests.support.person import Person


def pair(secret: str, application: str = "one") -> Credentials:
    """Made-up credentials; the same words make the same ones."""
    return Credentials(Secret(f"client-id-{application}".ljust(43, "i")), Secret(secret.ljust(43, "s")))


A, B, C = pair("a"), pair("b"), pair("c")
OTHER_APPLICATION = pair("x", "two")


class World(Disk):
    """``run`` is one run. Keyring, state folder and StackOne last; the clock moves by waiting only."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__()
        self.clock = Clock()
        self.stackone = StackOne(self.clock, self.steps, faults=[*faults])
        self.rejects: set[Credentials] = set()
        self.cant_tell = False
        self.probed: list[Credentials] = []
        self.warnings: list[str] = []

    @property
    def only(self) -> Row:
        """The only profile."""
        (row,) = self.stackone.rows.values()
        return row

    @property
    def in_force(self) -> Credentials | None:
        """What the only profile uses."""
        return _credentials(self.only)

    @property
    def held(self) -> dict[str, Credentials]:
        """The credentials in the keyring."""
        return {k: v for k, v in self.keyring.entries.items() if isinstance(v, Credentials)}

    @property
    def requests(self) -> list[str]:
        return self.stackone.requests

    def now(self) -> str:
        began = datetime.fromisoformat(NOW) - timedelta(seconds=1000)  # the clock's start
        return (began + timedelta(seconds=self.clock())).isoformat(timespec="seconds")

    def values(self, command: str, credentials: Credentials | None = None, /, **typed: Any) -> Values:
        """What a run was told: credentials by variable, the rest by flag."""
        environ = {"STACKONE_API_KEY": "v1.eu1.key"}
        if credentials is not None:
            environ["EH_CONNECT_CLIENT_ID"] = credentials.client_id.reveal()
            environ["EH_CONNECT_CLIENT_SECRET"] = credentials.client_secret.reveal()
        return told(typed, environ, command)

    def client(self, seconds: float = 150) -> tuple[Client, NetworkTime]:
        time = NetworkTime(seconds, self.clock, self.clock.sleep)
        url, transport = "https://api.stackone.com", httpx.MockTransport(self.stackone)
        return Client(Secret("v1.eu1.key"), url=url, time=time, transport=transport), time

    def run(
        self,
        purpose: Any = "setup",
        credentials: Credentials | None = None,
        *,
        person: Person | None = None,
        kill_at: int = 0,
        **typed: Any,
    ) -> WriteResult:
        """One run of ``setup``, ``rotate`` or ``rollback``; ``typed`` are its flags."""
        self.steps.revive(kill_at)
        self.requests.clear()
        self.warnings = person.warnings if person else []
        command = "setup" if purpose == "setup" else "rotate"
        typed |= {"rollback": True} if purpose == "rollback" else {}
        values = self.values(command, credentials, **typed)
        values.stop_on_problems()
        local = self.local(writes=bool(values[i.STORE]) and not values[i.DRY_RUN])
        use_saved(values, local, purpose)
        client, time = self.client(values.require(i.TIMEOUT))
        parts = Parts(
            values=values,
            local=local,
            console=person or Console(lambda *_: None, self.warnings.append),
            client=client,
            writes=AssumedWrites(client),
            sessions=Sessions(client),
            probe=self._probe,
            time=time,
            now=self.now,
            origins=origins(values),
            again=values.command(command),
        )
        with client:
            while True:
                try:
                    return write(purpose, parts)
                except Revised:
                    continue

    def code(self, *run: Any, **options: Any) -> int:
        """The exit code of a run; -9: it was killed."""
        try:
            return self.run(*run, **options).exit_code
        except EhConnectError as error:
            return error.code
        except Killed:
            return -9

    def fails(self, *run: Any, **options: Any) -> EhConnectError:
        """How a run failed."""
        with pytest.raises(EhConnectError) as raised:
            self.run(*run, **options)
        return raised.value

    def is_safe(self) -> None:
        """Nothing is lost: what our runs brought to StackOne is in the keyring, and in one profile only."""
        ours = [row for row in self.stackone.rows.values() if row.ours]
        assert len(ours) <= 1
        for row in ours:
            assert _credentials(row) in self.held.values()

    def is_settled(self, credentials: Credentials) -> None:
        """The credentials are in force, and nothing is left to do."""
        assert self.in_force == credentials == self.held["current"]
        assert "next" not in self.held
        state = self.state
        assert (state.pending, state.staged_for, state.sent) == (None, None, None)
        assert (state.profile_id, state.updated_at) == (self.only.id, self.only.updated_at)
        assert state.fingerprint == credentials.client_secret.fingerprint

    def _probe(self, credentials: Credentials) -> ProbeResult:
        self.steps("probe")
        self.probed.append(credentials)
        if self.cant_tell:
            return ProbeResult.COULD_NOT_TELL
        return ProbeResult.REJECTED if credentials in self.rejects else ProbeResult.NOT_REJECTED


def _credentials(row: Row) -> Credentials | None:
    return None if row.secret is None else Credentials(*map(Secret, row.secret))


def texts(credentials: Credentials) -> tuple[str, str]:
    """As they are entered in the dashboard."""
    return credentials.client_id.reveal(), credentials.client_secret.reveal()


def commands(of: EhConnectError | WriteResult) -> list[str]:
    """What is to be run next."""
    return [step.command for step in of.next_steps]


def set_up(*faults: Fault) -> World:
    """A world with a profile that was set up from here."""
    world = World()
    world.run("setup", A)
    world.stackone.sent.clear()
    world.stackone.faults = [*faults]
    return world


def rotated(*faults: Fault) -> World:
    """The same, with its secret replaced."""
    world = set_up()
    world.run("rotate", B)
    world.stackone.faults = [*faults]
    return world


class Flow(NamedTuple):
    """A write: what comes before, the run, what it is given, what is in force after it."""

    begin: Callable[..., World]
    purpose: str
    given: Credentials | None
    wanted: Credentials


FLOWS = {
    "creation": Flow(World, "setup", A, A),
    "update": Flow(set_up, "setup", B, B),
    "rotation": Flow(set_up, "rotate", B, B),
    "rollback": Flow(rotated, "rollback", None, A),
}


def of_each(*names: str) -> pytest.MarkDecorator:
    """The test is run for each flow of those names."""
    return pytest.mark.parametrize("flow", [pytest.param(FLOWS[name], id=name) for name in names or FLOWS])
