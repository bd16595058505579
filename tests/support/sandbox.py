"""The sandbox for tests: served in this process, judged and disturbed, for the tool as another process."""

from __future__ import annotations

import html
import io
import re
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from werkzeug import Request, Response

from eh_connect.employment_hero.portal import portal_url
from eh_connect.sandbox import accounts
from eh_connect.sandbox.servers import Sandbox
from tests.support.openapi import JudgedApp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


_ANSWERS = {
    "status": (500, "application/json", '{"message": "ordered by a test"}'),
    "body": (200, "application/json", ""),
    "html": (200, "text/html", "<html><body>Bad gateway</body></html>"),
    "redirect": (302, "text/plain", ""),
}
_KINDS = {*_ANSWERS, "delay", "drop", "drop_after"}


@dataclass
class Fault:
    """What happens to a request.

    ``status``, ``body``, ``html`` and ``redirect`` are answered instead of the server's own; ``delay``
    serves as usual after ``seconds``; ``drop`` cuts the connection, ``drop_after`` after it took effect.

    ``times``: how many requests it hits; None for all. ``match``: ``method`` and ``path`` (a prefix).
    """

    kind: str
    match: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    status: int | None = None
    seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def __post_init__(self) -> None:
        assert self.kind in _KINDS, self.kind
        assert self.match.keys() <= {"method", "path"}, self.match

    def hits(self, request: Request) -> bool:
        """Whether this request is one of those ordered."""
        method, path = self.match.get("method", request.method), self.match.get("path", "")
        return self.times != 0 and method == request.method and request.path.startswith(path)

    def apply(self, app: WSGIApplication, environ: WSGIEnvironment) -> WSGIApplication:
        """What answers the request."""
        time.sleep(self.seconds)
        if self.kind in _ANSWERS:
            status, kind, body = _ANSWERS[self.kind]
            headers = ({"Location": "/elsewhere"} if self.kind == "redirect" else {}) | self.headers
            return Response([self.body or body], self.status or status, headers, mimetype=kind)
        if self.kind == "drop_after":
            Response.from_app(app, environ)
        if self.kind != "delay":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("ordered by a test")  # so Werkzeug knows that nobody listens
        return app


class Disturbed:
    """WSGI middleware around a server: logs every request, and disturbs those that are ordered."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._lock = threading.Lock()
        self.faults: list[Fault] = []
        self.requests: list[str] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.path == "/sandbox/":
            return self._app(environ, start_response)
        body = request.get_data()
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}  # to be read once more
        with self._lock:
            fault = next((fault for fault in self.faults if fault.hits(request)), None)
            if fault is not None and fault.times is not None:
                fault.times -= 1
            asks = " {}" if body.strip() == b"{}" else ""
            self.requests.append(f"{request.method} {request.path}{asks}")
        app = fault.apply(self._app, environ) if fault else self._app
        return app(environ, start_response)


class Stage(Sandbox):
    """The sandbox, seen from behind the scenes; at the end of a block it broke no rule of StackOne's."""

    def __init__(self, folder: Path) -> None:
        self._servers: dict[str, Disturbed] = {}
        super().__init__(folder)

    def serve(self, name: str, bound: socket.socket, app: WSGIApplication) -> None:
        if name == "stackone":
            app = judged = JudgedApp(app)

            def is_unbroken(failed: object, *_: object) -> None:
                assert failed or judged.violations == []

            self.push(is_unbroken)
        self._servers[name] = Disturbed(app)
        super().serve(name, bound, self._servers[name])

    @property
    def stackone_url(self) -> str:
        return self.records.url("stackone")

    @property
    def employment_hero_url(self) -> str:
        return self.records.url("employment_hero")

    @property
    def application_url(self) -> str:
        """The page of the ready application in the Developer Portal."""
        return f"{portal_url('1', self.employment_hero_url)}/{self.environment['EH_CONNECT_CLIENT_ID']}"

    @property
    def grants(self) -> Any:
        """Employment Hero's codes and tokens."""
        return self.records.data["employment_hero"]["grants"]

    @property
    def profiles(self) -> Any:
        """With what StackOne never shows: ``{"shown", "client_id", "client_secret", "actions"}``."""
        return self.records.data["stackone"]["profiles"]

    @property
    def accounts(self) -> Any:
        """The linked accounts: ``{"shown", "profile", "tokens"}``. Asking StackOne may refresh tokens."""
        return self.records.data["stackone"]["accounts"]

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """The connect sessions as ``GET /connect_sessions/{id}`` shows them."""
        return [session["shown"] for session in self.records.data["stackone"]["sessions"]]

    def expire_sessions(self) -> None:
        """As if the life of every auth link were over."""
        with self.records.change("stackone") as data:
            for session in data["sessions"]:
                session["expires"] = 0

    def expire_tokens(self) -> None:
        """As if 15 minutes had gone by: for codes, and for access tokens at either end."""
        with self.records.change("stackone") as ours, self.records.change("employment_hero") as theirs:
            for kept in (*theirs["grants"], *(each["tokens"] for each in ours["accounts"] if each["tokens"])):
                kept["expires"] = 0

    def sign_in(self, auth_link_url: str, *, consent: bool = True) -> str:
        """Hub, login and consent without a browser, as far as it goes; the text of the last page."""
        buttons = ("Connect Employment Hero", "Sign in", "Allow" if consent else "Cancel")
        return text_of(walk(auth_link_url, *buttons))

    def enter_by_hand(self, client_secret: str, client_id: str | None = None) -> None:
        """A person enters a secret in the dashboard: for the first profile; with a Client ID, for a new one."""
        page = f"{self.environment['STACKONE_APP_URL']}/connector_profiles"
        if client_id is None:
            (profile, *_) = self.profiles
            page, client_id = f"{page}/{profile['shown']['id']}", profile["client_id"]
        form = {"client_id": client_id, "client_secret": client_secret, "on": "active"}
        assert httpx.post(page, data=form).status_code == httpx.codes.SEE_OTHER

    def link_account(self, profile_id: str, status: str = "active") -> str:
        """An account without tokens; its ID."""
        with self.records.change("stackone") as data:
            named = {"origin_owner_id": f"owner-{len(data['accounts'])}", "origin_owner_name": "Owner"}
            usual = dict.fromkeys(("origin_username", "label", "type", "account_id"))
            account_id = accounts.link(data, usual | named | {"provider": "employmenthero"}, profile_id)
            accounts.set_status(data["accounts"][-1], status)
        return account_id

    def register(self, client_id: str, client_secret: str) -> None:
        """Make this a pair that Employment Hero knows; a known client gets a further secret."""
        with self.records.change("employment_hero") as data:
            for application in data["applications"]:
                if application["client_id"] == client_id:
                    application["client_secrets"].append(client_secret)
                    return
            new = {"client_id": client_id, "client_secrets": [client_secret]}
            data["applications"].append({**data["applications"][0], **new})

    def refuse_writes(self) -> None:
        """As if StackOne's API could not create or change a profile."""
        missing = {"kind": "status", "status": 404, "times": None}
        methods = ({"method": method, "path": "/connector_profiles"} for method in ("POST", "PATCH"))
        self.faults(*(missing | {"match": match} for match in methods))

    def faults(self, *faults: dict[str, Any], employment_hero: bool = False) -> None:
        """Order these faults (fields: ``Fault``) in place of earlier ones."""
        self._server(employment_hero).faults = [Fault(**fault) for fault in faults]

    def requests(self, *, employment_hero: bool = False) -> list[str]:
        """The requests so far, such as ``GET /actions``; an ask ends in ``{}``."""
        return list(self._server(employment_hero).requests)

    def _server(self, employment_hero: bool) -> Disturbed:
        return self._servers["employment_hero" if employment_hero else "stackone"]


def walk(url: str, *buttons: str) -> httpx.Response:
    """Open a page and press one button after the other, until one is not there; the last page."""
    with httpx.Client(follow_redirects=True) as person:
        page = person.get(url)
        for button in buttons:
            if f"<button>{button}</button>" not in page.text:
                break
            page = press(person, page, button)
    return page


def press(person: httpx.Client, page: httpx.Response, button: str) -> httpx.Response:
    """Send the form of a button as it came."""
    forms = re.findall(r'<form method="(\w+)" action="([^"]*)">(.*?)</form>', page.text, re.DOTALL)
    (form,) = (form for form in forms if f"<button>{button}</button>" in form[2])
    method, action, inside = form
    sent = re.findall(r'<input[^>]* name="([^"]*)" value="([^"]*)"', inside)
    fields = {name: html.unescape(value) for name, value in sent}
    return person.request(method, page.url.join(html.unescape(action)), data=fields)


def text_of(page: httpx.Response) -> str:
    """What can be read on a page."""
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", "\n", page.text, flags=re.DOTALL)
    return "\n".join(line for line in html.unescape(shown).splitlines() if line.strip())
