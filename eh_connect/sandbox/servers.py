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
from werkzeug.serving import WSGIRequestHandler, make_server

from eh_connect.errors import StorageError
from eh_connect.sandbox.employment_hero_oauth import EmploymentHeroOAuth
from eh_connect.sandbox.faults import Controls, identity
from eh_connect.sandbox.records import Records, make_folder
from eh_connect.sandbox.stackone_api import StackOneApi

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import WSGIApplication

    from werkzeug.serving import BaseWSGIServer

_HOST = "127.0.0.1"
_PORTS = range(20_000, 30_000)
"""Below every system's ephemeral range: no outgoing connection takes a remembered port."""

_POLL = 0.05
_TRIES_OF_REMEMBERED_PORT = 20
_TRIES_OF_NEW_PORT = 100


class Rehearsal:
    """Both servers of a folder: started, or found served by ``eh-connect sandbox``.

    One process serves a folder at a time: the holder of ``serving.lock``, which dies with it. So the
    records have one writer, and no command relies on the servers of another that may end at any moment:
    it waits for the lock instead. The exception is ``eh-connect sandbox``, which says at ``GET
    /rehearsal`` that it is lasting: its servers are used as they are.

    Attributes:
        serves: False where the servers are another process's.
        records: the data; a snapshot taken at the start where another process serves.

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
        except BaseException:
            self.stop()
            raise

    @property
    def stackone_url(self) -> str:
        """Base URL of StackOne's API."""
        return f"http://{_HOST}:{self.records.data['ports']['stackone']}"

    @property
    def employment_hero_url(self) -> str:
        """Base URL of Employment Hero's servers."""
        return f"http://{_HOST}:{self.records.data['ports']['employment_hero']}"

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
            records = Records.load(self._folder)
            if records is None:
                bound = [opened.enter_context(_bind_somewhere()) for _ in range(2)]
                ports = [each.getsockname()[1] for each in bound]
                records = Records.create(self._folder, stackone=ports[0], employment_hero=ports[1])
            else:
                its = records.data["ports"]
                ports = [its["stackone"], its["employment_hero"]]
                bound = [opened.enter_context(_bind_again(port, self._folder)) for port in ports]
            apps: tuple[WSGIApplication, ...] = (StackOneApi(records), EmploymentHeroOAuth(records))
            for each, app in zip(bound, apps, strict=True):
                self._serve(each, Controls(app, records, lasting=lasting))
        return records

    def _serve(self, bound: socket.socket, app: WSGIApplication) -> None:
        # a socket of our own: given a port that is taken, Werkzeug prints and exits
        port = bound.getsockname()[1]
        server = make_server(
            _HOST, port, app, threaded=True, request_handler=_QuietHandler, fd=bound.fileno()
        )
        thread = threading.Thread(target=server.serve_forever, args=(_POLL,), name="rehearsal", daemon=True)
        thread.start()
        self._running.append((server, thread))


class _QuietHandler(WSGIRequestHandler):
    """Standard error belongs to the command that runs beside the servers."""

    protocol_version = "HTTP/1.1"

    def log(self, kind: str, message: str, *args: Any) -> None:
        """Say nothing: ``GET /rehearsal/log`` tells what was asked."""


def _bind_somewhere() -> socket.socket:
    for port in random.sample(_PORTS, _TRIES_OF_NEW_PORT):
        with suppress(OSError):
            return _bind(port)
    raise StorageError(
        "The sandbox found no free port",
        detail=f"{_TRIES_OF_NEW_PORT} ports of {_HOST} from {_PORTS.start} to {_PORTS.stop - 1} were tried.",
        hint="Allow programs to listen on loopback ports, then run this again.",
    )


def _bind_again(port: int, folder: Path) -> socket.socket:
    for _ in range(_TRIES_OF_REMEMBERED_PORT):  # its last owner may be ending at this moment
        try:
            return _bind(port)
        except OSError as exc:
            failure = exc
            time.sleep(_POLL)
    raise StorageError(
        f"The sandbox's port {port} is taken by another program",
        detail=f"The sandbox in {folder} keeps to its ports: what it stores is bound to them ({failure}).",
        hint=f"Stop what listens on {_HOST}:{port}; or delete {folder}, to start afresh on other ports.",
    ) from failure


def _bind(port: int) -> socket.socket:
    return socket.create_server((_HOST, port), backlog=128)


def _served_lastingly(folder: Path) -> Records | None:
    """The folder's records, where its remembered port says that a lasting server of it is there."""
    records = Records.load(folder)
    if records is None:
        return None
    connection = http.client.HTTPConnection(_HOST, records.data["ports"]["stackone"], timeout=1)
    try:
        connection.request("GET", "/rehearsal")
        said = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return records if said == {"rehearsal": identity(records), "lasting": True} else None
