"""A StackOne in memory, behind the real client: profiles and actions, with faults at any request."""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.http import Clock

ACTIONS = tuple(f"employmenthero_{name}" for name in ("list_employees", "list_teams", "get_employee"))


class Killed(BaseException):
    """The process dies here."""


@dataclass
class Steps:
    """Everything that is written or asked anywhere, in order; the process can die at each."""

    taken: list[str] = field(default_factory=list)
    kill_at: int = 0
    is_dead: bool = False

    def __call__(self, name: str) -> None:
        self.taken.append(name)
        if self.is_dead or len(self.taken) == self.kill_at:
            self.is_dead = True  # what runs on the way out can do nothing more
            raise Killed

    def revive(self, kill_at: int = 0) -> None:
        """Another process."""
        self.taken, self.kill_at, self.is_dead = [], kill_at, False


@dataclass
class Row:
    """A profile; ``secret`` is what it uses, ``ours`` whether a run of ours wrote that."""

    id: str
    name: str
    created_at: str
    updated_at: str
    default: bool = False
    active: bool = True
    connector_key: str = "employmenthero"
    secret: tuple[str, str] | None = None
    actions: list[str] | None = None
    ours: bool = False
    accounts: int = 0

    def shown(self) -> dict[str, Any]:
        hidden = {"secret", "actions", "ours", "accounts"}
        return {key: value for key, value in asdict(self).items() if key not in hidden}


@dataclass
class Fault:
    """What happens to a request instead of an answer: a status, or an exception.

    ``effect``: whether it is carried out all the same, at once or after ``seconds``. ``times`` how often,
    ``skips`` how many like it are answered first.
    """

    request: str
    what: int | type[BaseException]
    effect: Literal["none", "now", "late"] = "none"
    times: float = math.inf
    skips: int = 0
    seconds: float = 20
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)


@dataclass
class StackOne:
    """The server. Every change moves ``updated_at``."""

    clock: Clock
    step: Callable[[str], None]
    rows: dict[str, Row] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    auth: list[dict[str, str]] = field(default_factory=lambda: [{"type": "oauth2", "key": "oauth2"}])
    offered: tuple[str, ...] = ACTIONS
    moves_time: bool = True
    takes_changes: bool = True
    _later: list[tuple[float, httpx.Request]] = field(default_factory=list)
    _changes: int = 0

    def make(self, name: str = "Employment Hero", secret: tuple[str, str] | None = None) -> Row:
        """Somebody makes a profile."""
        now = self._tick()
        row = Row(f"id-{self._changes}", name, now, now, secret=secret)
        self.rows[row.id] = row
        return row

    def change(self, row: Row, **fields: Any) -> None:
        """Somebody changes a profile."""
        for key, value in {"ours": False, **fields}.items():
            setattr(row, key, value)
        row.updated_at = self._tick() if self.moves_time else row.updated_at

    def __call__(self, request: httpx.Request) -> httpx.Response:
        for due in [each for each in self._later if each[0] <= self.clock()]:
            self._later.remove(due)
            self._answer(due[1])
        name = _name(request)
        self.requests.append(name)
        self.step(f"sends {name}")
        answer = self._disturbed(request, name)
        self.step(f"got {name}")
        return answer

    def _disturbed(self, request: httpx.Request, name: str) -> httpx.Response:
        for fault in self.faults:
            if fault.request != name or not fault.times:
                continue
            if fault.skips:
                fault.skips -= 1
                continue
            fault.times -= 1
            if fault.effect == "now":
                self._answer(request)
            elif fault.effect == "late":
                self._later.append((self.clock() + fault.seconds, request))
            if isinstance(fault.what, int):
                return httpx.Response(fault.what, headers=fault.headers, json=fault.body)
            if issubclass(fault.what, httpx.TimeoutException):
                self.clock.now += 30
            raise fault.what("made up")
        return self._answer(request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        found = self.rows.get(request.url.path.rpartition("/")[2])
        status, answer = 200, dict[str, Any]()
        match _name(request):
            case "list":
                answer = {"data": [row.shown() for row in self.rows.values()], "total": len(self.rows)}
            case "actions":
                listed = [{"id": each} for each in self.offered]
                entry = {"connector_key": "employmenthero", "authentication": self.auth, "actions": listed}
                answer = {"data": [entry]}
            case "accounts":
                row = self.rows.get(request.url.params["connector_profile_id"])
                answer = {"data": [{"connector_profile_id": row.id}] * row.accounts if row else []}
            case "ask to create":
                status, answer = 422, {"message": "connector_key is missing"}
            case "create":
                row = self.make()
                self._write(row, body)
                row.updated_at = row.created_at
                status, answer = 201, row.shown()
            case _ if found is None:
                status, answer = 404, {"message": "Not found"}
            case _:
                if body:
                    self._write(found, body)
                answer = found.shown()
        return httpx.Response(status, json=answer)

    def _write(self, row: Row, body: dict[str, Any]) -> None:
        self.sent.append(body)
        if not self.takes_changes:
            return
        keys = body.get("setup_information")
        fields: dict[str, Any] = {key: body[key] for key in ("name", "default", "actions") if key in body}
        if keys:
            fields |= {"secret": (keys["clientId"], keys["clientSecret"]), "ours": True}
        self.change(row, **{"ours": row.ours, **fields})

    def _tick(self) -> str:
        self._changes += 1
        return f"2026-11-27T00:00:{self._changes:04d}Z"


_CALLS = (
    ("GET", "/connector_profiles", "list"),
    ("GET", "/actions", "actions"),
    ("GET", "/v2/accounts", "accounts"),
    ("POST", "/connector_profiles", "create"),
    ("PATCH", "/connector_profiles/.+", "update"),
)


def _name(request: httpx.Request) -> str:
    """What a request is for."""
    for method, path, name in _CALLS:
        if request.method == method and re.fullmatch(path, request.url.path):
            return f"ask to {name}" if request.content == b"{}" else name
    raise AssertionError(f"no call of StackOne's: {request.method} {request.url.path}")
