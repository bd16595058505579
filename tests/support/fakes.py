"""Small real implementations of the ports: a StackOne, a keyring and a state folder in memory."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from eh_connect.console import Unattended
from eh_connect.errors import InputError, StackOneRefusedError
from eh_connect.flows.converging import setup
from eh_connect.flows.keeping import Keeping
from eh_connect.flows.request import SetupParts, SetupRequest
from eh_connect.flows.rotate import rotate
from eh_connect.ports import ProbeResult
from eh_connect.secret import Pair, Secret
from eh_connect.stackone.models import EMPLOYMENT_HERO, Action, ConnectorActions, ConnectorProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eh_connect.by_hand import ByHand
    from eh_connect.ports import KeepsSecrets, KeepsState, Probes, ReadsProfiles, WritesProfiles
    from eh_connect.result import SetupResult
    from eh_connect.stackone.models import ProfileFields
    from eh_connect.state import State

ORIGINS = ("https://api.stackone.com:443", "https://oauth.employmenthero.com:443")
ACTIONS = tuple(f"employmenthero_{verb}_employees" for verb in ("list", "get", "create"))


def pair(secret: str, client_id: str = "one") -> Pair:
    """A made-up pair; the same words make the same pair."""
    return Pair(Secret(f"client-id-{client_id}"), Secret(f"client-secret-{secret}"))


A, B, C = pair("a"), pair("b"), pair("c")
OTHER_APPLICATION = pair("x", client_id="two")


class Killed(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class Fault:
    """The ``at``-th call of ``call`` (``*``: of any) raises, before or after it took effect."""

    call: str
    error: BaseException
    at: int = 1
    after: bool = False


@dataclass
class Tape:
    """Every call to a collaborator, in order; faults are spliced in here."""

    calls: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        self.calls.append(name)
        due = [f for f in self.faults if f.call in {name, "*"} and f.at == self.count(f.call)]
        for fault in due:
            if not fault.after:
                raise fault.error
        yield
        for fault in due:
            raise fault.error

    def count(self, name: str) -> int:
        return len(self.calls) if name == "*" else self.calls.count(name)

    @property
    def writes(self) -> list[str]:
        """The calls that change something anywhere."""
        keeping = {
            "trial",
            "check_writable",
            "write_pair",
            "write_api_key",
            "write_origins",
            "delete",
            "write_state",
            "delete_state",
        }
        return [name for name in self.calls if name in keeping | {"create", "update"}]

    @property
    def requests(self) -> list[str]:
        """The calls to StackOne."""
        requests = {"profiles", "actions", "count_accounts", "may_create", "create", "may_update", "update"}
        return [name for name in self.calls if name in requests]


class StackOne:
    """A project: profiles with the pair that each of them uses. Every change moves ``updated_at``."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.rows: dict[str, ConnectorProfile] = {}
        self.pairs: dict[str, Pair | None] = {}
        self.accounts: dict[str, int] = {}
        self.offered = ConnectorActions("oauth2", tuple(Action(a, a) for a in ACTIONS))
        self.says_it_creates = self.creates = True
        self.says_it_updates = self.updates = True
        self.moves_time = True
        self.takes_changes = True
        self.vanishes_when_asked = False
        self.answers_creation_with: str | None = None
        self.sent: list[ProfileFields] = []
        self._made = self._changes = 0

    def make(self, name: str, pair: Pair | None = None, default: bool = False) -> str:
        """A person or a call makes a profile; its ID."""
        self._made += 1
        profile_id, now = f"id-{self._made}", self._now()
        self.rows[profile_id] = ConnectorProfile(
            profile_id, name, EMPLOYMENT_HERO, active=True, default=default, created_at=now, updated_at=now
        )
        self.pairs[profile_id] = pair
        return profile_id

    def change(
        self,
        profile_id: str,
        *,
        name: str | None = None,
        pair: Pair | None = None,
        default: bool | None = None,
    ) -> None:
        """A person or a call changes a profile."""
        row = self.rows[profile_id]
        self.rows[profile_id] = replace(
            row,
            name=row.name if name is None else name,
            default=row.default if default is None else default,
            updated_at=self._now() if self.moves_time else row.updated_at,
        )
        self.pairs[profile_id] = pair or self.pairs[profile_id]

    def remove(self, profile_id: str) -> None:
        """Somebody deletes a profile."""
        del self.rows[profile_id], self.pairs[profile_id]

    def profiles(self) -> list[ConnectorProfile]:
        with self.tape.call("profiles"):
            return list(self.rows.values())

    def actions(self) -> ConnectorActions:
        with self.tape.call("actions"):
            return self.offered

    def count_accounts(self, profile_id: str) -> int:
        with self.tape.call("count_accounts"):
            return self.accounts.get(profile_id, 0)

    def may_create(self) -> bool:
        with self.tape.call("may_create"):
            return self.says_it_creates

    def create(self, fields: ProfileFields) -> ConnectorProfile | None:
        with self.tape.call("create"):
            self.sent.append(fields)
            if not self.creates:
                return None
            profile_id = self.make(fields.name or "", fields.pair, default=bool(fields.default))
            return self.rows[self.answers_creation_with or profile_id]

    def may_update(self, profile_id: str) -> bool:
        with self.tape.call("may_update"):
            if self.vanishes_when_asked:
                self.remove(profile_id)
            return self.says_it_updates and profile_id in self.rows

    def update(self, profile_id: str, fields: ProfileFields) -> ConnectorProfile | None:
        with self.tape.call("update"):
            self.sent.append(fields)
            if not self.updates or profile_id not in self.rows:
                return None
            if self.takes_changes:
                self.change(profile_id, name=fields.name, pair=fields.pair, default=fields.default)
            return self.rows[profile_id]

    def _now(self) -> str:
        self._changes += 1
        return f"2026-11-23T00:00:{self._changes:04d}Z"


class Keyring:
    """The keyring entries of one label."""

    backend = "tests.support.fakes.Keyring"

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.pairs: dict[str, Pair] = {}
        self.api_key: Secret | None = None
        self.origins: tuple[str, ...] = ()

    def read_pair(self, entry: str) -> Pair | None:
        with self.tape.call("read_pair"):
            return self.pairs.get(entry)

    def write_pair(self, entry: str, pair: Pair) -> None:
        with self.tape.call("write_pair"):
            self.pairs[entry] = pair

    def read_api_key(self) -> Secret | None:
        with self.tape.call("read_api_key"):
            return self.api_key

    def write_api_key(self, key: Secret) -> None:
        with self.tape.call("write_api_key"):
            self.api_key = key

    def read_origins(self) -> tuple[str, ...]:
        with self.tape.call("read_origins"):
            return self.origins

    def write_origins(self, origins: tuple[str, ...]) -> None:
        with self.tape.call("write_origins"):
            self.origins = origins

    def delete(self, entry: str) -> None:
        with self.tape.call("delete"):
            self.pairs.pop(entry, None)
            self.api_key = None if entry == "api-key" else self.api_key
            self.origins = () if entry == "origins" else self.origins

    def trial(self) -> None:
        with self.tape.call("trial"):
            pass


class States:
    """A state folder."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.states: dict[str, State] = {}

    def read(self, label: str) -> State | None:
        with self.tape.call("read_state"):
            return self.states.get(label)

    def write(self, state: State) -> None:
        with self.tape.call("write_state"):
            self.states[state.label] = state

    def delete(self, label: str) -> bool:
        with self.tape.call("delete_state"):
            return self.states.pop(label, None) is not None

    def check_writable(self) -> None:
        with self.tape.call("check_writable"):
            pass

    @contextmanager
    def lock(self, label: str) -> Iterator[None]:  # noqa: ARG002  # there is one label
        with self.tape.call("lock"):
            yield


class Probe:
    """Employment Hero's token endpoint: knows which pairs it rejects."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.results: dict[Pair, ProbeResult] = {}
        self.asked: list[Pair] = []

    def __call__(self, pair: Pair) -> ProbeResult:
        with self.tape.call("probe"):
            self.asked.append(pair)
            return self.results.get(pair, ProbeResult.NOT_REJECTED)


class RecordingConsole(Unattended):
    """Nobody is there, unless an answer is given for a question."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.warnings: list[str] = []
        self.asked: list[str] = []
        self.works: list[ByHand] = []
        self.when_taken: Literal["update", "skip"] | None = None
        self.goes_on_when_rejected = False
        self.person: Callable[[], None] | None = None
        super().__init__(say=self.said.append, warn=self.warnings.append)

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        self.asked.append("name is taken")
        return self.when_taken or super().name_is_taken(profile)

    def rejected(self, explanation: str, remedy: str) -> None:
        self.asked.append("rejected")
        if not self.goes_on_when_rejected:
            super().rejected(explanation, remedy)

    def do_by_hand(self, work: ByHand, done: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        self.asked.append("by hand")
        self.works.append(work)
        if self.person is None:
            return super().do_by_hand(work, done)
        assert done() is None, "seen as done before the person did anything"
        self.person()
        profile = done()
        if profile is None:
            raise StackOneRefusedError("the person did something else")
        return profile


class World:
    """StackOne, a machine, and a person: ``run`` is one command, wired as the command line does it."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.stackone = StackOne(self.tape)
        self.keyring = Keyring(self.tape)
        self.folder = States(self.tape)
        self.probe = Probe(self.tape)
        self.console = RecordingConsole()
        self.pauses: list[float] = []
        self._minutes = 0

    @property
    def reads(self) -> ReadsProfiles:
        return self.stackone

    @property
    def writes(self) -> WritesProfiles:
        return self.stackone

    @property
    def secrets(self) -> KeepsSecrets:
        return self.keyring

    @property
    def states(self) -> KeepsState:
        return self.folder

    @property
    def probes(self) -> Probes:
        return self.probe

    @property
    def state(self) -> State:
        return self.folder.states["default"]

    @property
    def only_profile(self) -> ConnectorProfile:
        (profile,) = self.stackone.rows.values()
        return profile

    @property
    def in_force(self) -> Pair | None:
        """The pair that the only profile uses."""
        return self.stackone.pairs[self.only_profile.id]

    def run(
        self,
        given: Pair | None = None,
        *,
        name: str | None = None,
        profile_id: str | None = None,
        default: bool | None = None,
        actions: tuple[str, ...] | None = None,
        if_exists: str = "ask",
        via: str = "auto",
        check: bool = True,
        dry_run: bool = False,
        store: bool = True,
        replace_application: bool = False,
        origins: tuple[str, str] = ORIGINS,
        purpose: str = "setup",
    ) -> SetupResult:
        keeping = Keeping(
            "default", self.secrets, self.states, writes=store and not dry_run, now=self._minute
        )
        keeping.load()
        kept = {"setup": keeping.pair, "rotate": keeping.next, "rollback": keeping.rollback or keeping.next}
        wanted = given or kept[purpose]
        if wanted is None:  # the command says so before the flow begins
            raise InputError("there is no pair for it")
        keeping.trial()
        keeping.check_origins(origins, ORIGINS)
        keeping.on_success(stackone_url=origins[0], oauth_url=origins[1])
        request = SetupRequest(
            label="default",
            pair=wanted,
            pair_given=given is not None,
            name=name or keeping.state.name or "Employment Hero",
            name_given=name is not None,
            profile_id=profile_id,
            default=default,
            actions=actions,
            if_exists=if_exists,
            via=via,
            check=check,
            dry_run=dry_run,
            replace_application=replace_application,
            origins=origins,
            dashboard_url="https://app.stackone.com",
            purpose=purpose,
        )
        parts = SetupParts(self.reads, self.writes, self.probes, keeping, self.console, self.pauses.append)
        return setup(request, parts) if purpose == "setup" else rotate(request, parts)

    def rotate(self, given: Pair | None = None, **options: Any) -> SetupResult:
        """One ``rotate``."""
        return self.run(given, purpose="rotate", **options)

    def roll_back(self, **options: Any) -> SetupResult:
        """One ``rotate --rollback``."""
        return self.run(purpose="rollback", **options)

    def start_again(self, *faults: Fault) -> None:
        """Forget the calls so far; these faults are to come."""
        self.tape.calls.clear()
        self.tape.faults = list(faults)

    def _minute(self) -> str:
        self._minutes += 1
        return f"2026-11-23T10:{self._minutes:02d}:00+00:00"
