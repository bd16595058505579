"""Start the sandbox's two servers on loopback, or find the ones that another process serves."""

from __future__ import annotations

import hashlib
import random
import socket
import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from eh_connect.errors import BusyError, StorageError
from eh_connect.local.files import display_path
from eh_connect.sandbox.accounts import request_json
from eh_connect.sandbox.employment_hero import EmploymentHeroOAuth, Portal
from eh_connect.sandbox.records import FILE, HOST, Records, SandboxKeyring, private_folder
from eh_connect.sandbox.site import json_response
from eh_connect.sandbox.stackone_api import StackOneApi
from eh_connect.sandbox.stackone_pages import Dashboard, Hub

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import WSGIApplication

_PORTS = range(20_000, 30_000)  # below the ephemeral ranges, so that no outgoing connection takes one
_NAMES = ("stackone", "employment_hero")
_POLL = 0.02  # s
_TRIES = 20


class Sandbox(ExitStack):
    """Both servers of a folder, and the variables that lead to them.

    Only one process serves a folder: the one that holds ``serving.lock``. Other processes wait until it ends,
    because its servers end with it. ``eh-connect sandbox`` is different: it tells at ``GET /sandbox`` that it is
    lasting, and others use its servers. For them ``serves`` is False, and ``records`` is a snapshot.

    Raises:
        StorageError: the folder, its lock, its records or a port can't be used.
    """

    patience: ClassVar = 15.0  # seconds to wait until another command ends

    def __init__(self, folder: Path, *, lasting: bool = False) -> None:
        super().__init__()
        self._folder = folder.absolute()
        try:
            shared = self._await_turn(time.monotonic() + self.patience)
            self.serves = shared is None
            self.records = shared or self._start(lasting=lasting)
            SandboxKeyring.folder = self._folder
            self.callback(setattr, SandboxKeyring, "folder", None)
        except BaseException:  # Ctrl-C too must leave no server behind
            self.close()
            raise

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a command needs to use the sandbox. All their values are made up."""
        stackone, employment_hero = map(self.records.url, _NAMES)
        provider = self.records.data["employment_hero"]
        ready = provider["applications"][0]
        return {
            "EH_CONNECT_HOME": str(self._folder),
            "EH_CONNECT_KEYRING": f"{SandboxKeyring.__module__}.{SandboxKeyring.__qualname__}",
            "EH_CONNECT_ORG_ID": provider["organisation"],
            "EH_CONNECT_CLIENT_ID": ready["client_id"],
            "EH_CONNECT_CLIENT_SECRET": ready["client_secrets"][-1],
            "STACKONE_API_KEY": self.records.data["stackone"]["api_key"],
            "STACKONE_API_URL": stackone,
            "STACKONE_APP_URL": f"{stackone}/dashboard",
            "EMPLOYMENT_HERO_APP_URL": employment_hero,
            "EMPLOYMENT_HERO_OAUTH_URL": employment_hero,
        }

    def serve(self, name: str, bound: socket.socket, app: WSGIApplication) -> None:
        """Start a server at a socket. Tests override this to watch its application."""
        port, fd = bound.getsockname()[1], bound.fileno()
        server = make_server(HOST, port, app, threaded=True, request_handler=_QuietHandler, fd=fd)
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name=name, daemon=True)
        thread.start()
        self.callback(thread.join)
        self.callback(server.shutdown)

    def _await_turn(self, deadline: float) -> Records | None:
        """Wait for the lock and return None, or return the records of a lasting server."""
        while True:
            try:
                self.enter_context(private_folder(self._folder).lock("serving.lock", "sandbox", FILE))
            except BusyError as exc:
                records = Records.load(self._folder)
                url = f"{records.url('stackone')}/sandbox/" if records else ""
                if records and request_json("GET", url)[1] == _description(records, lasting=True):
                    return records
                if time.monotonic() >= deadline:
                    raise StorageError(
                        "Another command is using the sandbox",
                        detail=f"It holds {display_path(self._folder / 'serving.lock')}.",
                        hint="Let it end; or start 'eh-connect sandbox' first: all commands share that.",
                    ) from exc
                time.sleep(_POLL)
            else:
                return None

    def _start(self, *, lasting: bool) -> Records:
        with ExitStack() as opened:
            # We open the sockets ourselves: Werkzeug prints and exits if a port is taken.
            records = Records.load(self._folder)
            known = [records.data[name]["port"] if records else None for name in _NAMES]
            bound = [opened.enter_context(_bind(port, self._folder)) for port in known]
            records = records or Records.create(self._folder, *(each.getsockname()[1] for each in bound))
            itself = json_response(_description(records, lasting=lasting))
            stackone = DispatcherMiddleware(
                StackOneApi(records),
                {"/dashboard": Dashboard(records), "/connect": Hub(records), "/sandbox": itself},
            )
            employment_hero = DispatcherMiddleware(
                EmploymentHeroOAuth(records), {"/app": Portal(records), "/sandbox": itself}
            )
            for name, socket_of_it, app in zip(_NAMES, bound, (stackone, employment_hero), strict=True):
                self.serve(name, socket_of_it, app)
        return records


class _QuietHandler(WSGIRequestHandler):
    """Logs nothing: standard error belongs to the command that runs beside the servers."""

    protocol_version = "HTTP/1.1"

    def log(self, kind: str, message: str, *args: Any) -> None:
        """Do nothing."""


def _bind(port: int | None, folder: Path) -> socket.socket:
    """Listen at the given port, or at a free one if there is none. StorageError: it is taken."""
    failure: OSError | None = None
    for each in [port] * _TRIES if port else random.sample(_PORTS, _TRIES):
        try:
            return socket.create_server((HOST, each), backlog=128)
        except OSError as exc:
            failure = exc
            time.sleep(_POLL)  # the process that has it may be ending
    raise StorageError(
        f"The sandbox's port {port} is taken by another program"
        if port
        else "The sandbox found no free port",
        detail=f"The sandbox in {display_path(folder)} keeps its ports: its data is bound to them ({failure}).",
        hint=f"Stop what listens there on {HOST}. Or delete {display_path(folder)}: new ports are chosen.",
    ) from failure


def _description(records: Records, *, lasting: bool) -> dict[str, Any]:
    """What ``GET /sandbox`` answers: a hash of the folder's token, and whether the server is lasting."""
    return {"sandbox": hashlib.sha256(records.data["token"].encode()).hexdigest(), "lasting": lasting}
