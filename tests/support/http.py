"""A scripted server that is judged by StackOne's OpenAPI, and what tests of HTTP share."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from eh_connect.deadline import NetworkTime
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.client import Client
from eh_connect.stackone.models import ProfileFields, SessionRequest
from eh_connect.stackone.sessions import Sessions
from tests.support.openapi import JudgedTransport

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "v1.eu.k3y+with/signs="
CREDENTIALS = Credentials(Secret("cl13nt-id-of-43-characters"), Secret('s3cr3t"with/quotes&more+of=it'))
URL = "https://api.stackone.test"
SESSION_REQUEST = SessionRequest("an-id", "owner", "Owner", kind="test", expires_in=1800)

Step = httpx.Response | Exception

FIELDS = ProfileFields("My name", "oauth2", "production", CREDENTIALS, default=False, actions=("a", "b"))

READS: dict[str, Callable[[Client], object]] = {
    "profiles": Client.profiles,
    "actions": Client.actions,
    "callback": Client.callback_in_guides,
    "accounts": lambda client: client.count_accounts("an-id"),
    "create session": lambda client: Sessions(client).create(SESSION_REQUEST),
    "look at session": lambda client: Sessions(client).look("7"),
}
"""Every documented call that has an answer to read."""

ASKS: dict[str, Callable[[Client], object]] = {
    "ask to create": lambda client: AssumedWrites(client).may_create(),
    "ask to update": lambda client: AssumedWrites(client).may_update("p1"),
}
TELLS: dict[str, Callable[[Client], object]] = {
    "create": lambda client: AssumedWrites(client).create(FIELDS),
    "update": lambda client: AssumedWrites(client).update("p1", FIELDS),
}


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class Script:
    """Answers request after request; the last step is repeated for ever."""

    steps: list[Step | Callable[[httpx.Request], httpx.Response]]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        step = self.steps[min(len(self.requests), len(self.steps) - 1)]
        self.requests.append(request)
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return httpx.Response(step.status_code, headers=step.headers, content=step.content)
        return step(request)


class World:
    """A client, the script that it talks to, and the clock of its network time."""

    def __init__(
        self, *steps: Step | Callable[[httpx.Request], httpx.Response], seconds: float = 150.0
    ) -> None:
        self.clock = Clock()
        self.script = Script(list(steps))
        self.time = NetworkTime(seconds, self.clock, self.clock.sleep)
        transport = JudgedTransport(self.script)
        self.client = Client(Secret(KEY), url=URL, time=self.time, transport=transport)

    @property
    def requests(self) -> list[httpx.Request]:
        return self.script.requests

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.client)


def page(items: object, **more: object) -> httpx.Response:
    """A page of a list; in ASCII, so that it can be of anything."""
    return httpx.Response(200, content=json.dumps({"data": items, **more}).encode())


def everything_said(exc: BaseException) -> str:
    """Whatever of an error may come to be shown."""
    said = [*traceback.format_exception(exc), str(exc), repr(exc)]
    seen: BaseException | None = exc
    while seen is not None:
        said += [repr(seen), repr(seen.args), repr(vars(seen))]
        seen = seen.__cause__ or seen.__context__
    return "\n".join(said)
