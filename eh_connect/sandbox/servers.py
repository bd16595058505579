"""The rehearsal's two servers on loopback, and who may serve a folder."""

from __future__ import annotations

import http.client
import json
import random
import socket
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server

from eh_connect.errors import StorageError
from eh_connect.sandbox.employment_hero_oauth import EmploymentHeroOAuth
from eh_connect.sandbox.employment_hero_portal import Portal
from eh_connect.sandbox.faults import Controls, identity
from eh_connect.sandbox.records import HOST, Records, make_folder
from eh_connect.sandbox.stackone_api import StackOneApi
from eh_connect.sandbox.stackone_dashboard import Dashboard
from eh_connect.sandbox.stackone_hub import Hub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from wsgiref.types import WSGIApplication

    from werkzeug.serving import BaseWSGIServer

_PORTS = range(20_000, 30_000)  # below the ephemeral ranges: no outgoing connection takes one of these
_SERVERS: dict[str, Callable[[Records], WSGIApplication]] = {
    "stackone": lambda its: DispatcherMiddleware(
        StackOneApi(its), {"/dashboard": Dashboard(its), "/connect": Hub(its)}
    ),
    "employment_hero": lambda its: DispatcherMiddleware(EmploymentHeroOAuth(its), {"/app": Portal(its)}),
}
_POLL = 0.05
_TRIES_OF_REMEMBERED_PORT = 20
_TRIES_OF_NEW_PORT = 100


class Rehearsal:
    """Both servers of a folder: started, or found served by ``eh-connect sandbox``.

    One process serves a folder at a time: the holder of ``serving.lock``, which dies with it. The others
    wait for it, as its servers may end at any moment; except where it is ``eh-connect sandbox``, which says
    at ``GET /rehearsal`` that it is lasting: its servers are used as they are.

    Attributes:
        serves: False where the servers are another process's.
        records: the data; a snapshot taken at the start where another process serves.
        stackone_url, employment_hero_url: base URLs.

    Args:
        folder: the sandbox's folder; made if missing.
        lasting: whether this is ``eh-connect sandbox``.
        patience: seconds to wait for another command's end.

    Raises:
        StorageError: the folder, its lock, its records or a remembered port is not to be had.
    """

    def __init__(self, folder: Path, *, lasting: bool = False, patience: float = 15.0) -> None:
        make_folder(folder)
        self._folder = folder
        self._running: list[tuple[BaseWSGIServer, threading.Thread]] = []
        self._lock = FileLock(folder / "serving.lock", mode=0o600, thread_local=False)
        shared = self._await_turn(time.monotonic() + patience)
        self.serves = shared is None
        try:
            self.records = shared or self._start(lasting=lasting)
        except BaseException:  # Ctrl-C too leaves no server behind
            self.stop()
            raise
        self.stackone_url = self.records.url("stackone")
        self.employment_hero_url = self.records.url("employment_hero")

    def stop(self) -> None:
        """Stop what was started here; doing so again is fine."""
        while self._running:
            server, thread = self._running.pop()
            server.shutdown()
            thread.join()
        self._lock.release()

    def _await_turn(self, deadline: float) -> Records | None:
        """Hold the lock, and return None; or return the records of a lasting server."""
        while True:
            try:
                self._lock.acquire(timeout=0)
            except Timeout as exc:
                if (shared := _served_lastingly(self._folder)) is not None:
                    return shared
                if time.monotonic() >= deadline:
                    raise StorageError(
                        "Another command is using the sandbox",
                        detail=f"It holds {self._folder / 'serving.lock'}.",
                        hint="Let it end; or start 'eh-connect sandbox' first: all commands share that.",
                    ) from exc
                time.sleep(_POLL)
            except (OSError, NotImplementedError) as exc:  # the latter: a file system without locks
                raise StorageError(f"Can't lock the folder {self._folder}", detail=str(exc)) from exc
            else:
                return None

    def _start(self, *, lasting: bool) -> Records:
        for leftover in self._folder.glob("rehearsal.json.*.tmp"):  # of a run that was killed
            with suppress(OSError):
                leftover.unlink()
        with ExitStack() as opened:
            # sockets of our own: given a port that is taken, Werkzeug prints and exits
            records = Records.load(self._folder)
            known = records.data["ports"] if records else dict.fromkeys(_SERVERS)
            bound = {name: opened.enter_context(_bind(port, self._folder)) for name, port in known.items()}
            records = records or Records.create(
                self._folder, **{name: each.getsockname()[1] for name, each in bound.items()}
            )
            for name, its_own in bound.items():
                self._serve(its_own, Controls(_SERVERS[name](records), records, lasting=lasting))
        return records

    def _serve(self, bound: socket.socket, app: WSGIApplication) -> None:
        port, fd = bound.getsockname()[1], bound.fileno()
        server = make_server(HOST, port, app, threaded=True, request_handler=_QuietHandler, fd=fd)
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="rehearsal", daemon=True)
        thread.start()
        self._running.append((server, thread))


class _QuietHandler(WSGIRequestHandler):
    """Standard error belongs to the command that runs beside the servers."""

    protocol_version = "HTTP/1.1"

    def log(self, kind: str, message: str, *args: Any) -> None:
        """Say nothing: ``GET /rehearsal/log`` tells what was asked."""


def _bind(port: int | None, folder: Path) -> socket.socket:
    """Listen at the port that the folder remembers, or at any free one."""
    tries = random.sample(_PORTS, _TRIES_OF_NEW_PORT) if port is None else [port] * _TRIES_OF_REMEMBERED_PORT
    failure: OSError | None = None
    for each in tries:
        try:
            return socket.create_server((HOST, each), backlog=128)
        except OSError as exc:
            failure = exc
        if port is not None:
            time.sleep(_POLL)  # its last owner may be ending at this moment
    if port is None:
        raise StorageError(
            "The sandbox found no free port",
            detail=f"{len(tries)} ports of {HOST} from {_PORTS.start} to {_PORTS.stop - 1} were tried.",
            hint="Allow programs to listen on loopback ports, then run this again.",
        ) from failure
    raise StorageError(
        f"The sandbox's port {port} is taken by another program",
        detail=f"The sandbox in {folder} keeps to its ports: what it stores is bound to them ({failure}).",
        hint=f"Stop what listens on {HOST}:{port}; or delete {folder}, to start afresh on other ports.",
    ) from failure


def _served_lastingly(folder: Path) -> Records | None:
    """The folder's records, where its remembered port says that a lasting server of it is there."""
    records = Records.load(folder)
    if records is None:
        return None
    connection = http.client.HTTPConnection(HOST, records.data["ports"]["stackone"], timeout=1)
    try:
        connection.request("GET", "/rehearsal")
        said = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return records if said == {"rehearsal": identity(records), "lasting": True} else None
