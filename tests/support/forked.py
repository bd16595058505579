"""The tool as a process that starts in milliseconds: a server has imported it, and forks for each case.

A child is a process like any other: of a session of its own, with the signals as a shell leaves them, its own
arguments, environment, folder and streams. It ends without taking the interpreter apart, which takes longer than
most runs. What only an interpreter's start and end can show needs one of its own: see ``Kind``.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Kind = Literal["tool", "interpreter", "program", "code"]
"""What a child's arguments are: the tool's own, the same for an interpreter of its own, a program and its, or
Python code and its."""

CHECKOUT = Path(__file__).parents[2]
RECORDER = Path(__file__).parent / "recorder"
LIMIT = 60.0
"""Seconds after which a process is taken to hang."""

_LARGEST = 1 << 20
_HEAVY = (
    *("typer", "typer._adapters", "httpx", "httpcore", "encodings.idna", "keyring", "questionary"),
    *("rich.console", "msgspec", "prompt_toolkit.application"),
)


class Child:
    """A process that the server started: what ``subprocess.Popen`` offers of one, as far as tests use it."""

    def __init__(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        cwd: Path,
        streams: Sequence[Path],
        kind: Kind = "tool",
    ) -> None:
        """Start it; ``streams`` are files, or three times the terminal that is to be its own."""
        self.streams = streams
        self.returncode: int | None = None
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        case = {"arguments": [*arguments], "environ": {**environ}, "cwd": str(cwd), "kind": kind}
        with far:
            message = json.dumps(case | {"streams": [*map(str, streams)]}).encode()
            socket.send_fds(_server(), [message], [far.fileno()])
        self.pid = int(self._control.recv(64))

    def poll(self) -> int | None:
        """The exit code, minus the signal for a killed one; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float = LIMIT) -> int:
        """Wait for the end."""
        if self.returncode is None:
            if not select.select([self._control], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            self.returncode = int(self._control.recv(64))
            self._control.close()
        return self.returncode

    def send_signal(self, sent: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended at this moment
                os.kill(self.pid, sent)


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait for what has to come."""
    end = time.monotonic() + LIMIT
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


@cache
def _server() -> socket.socket:
    """Started when the first case comes; one for each process of pytest."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _LARGEST)
    near.settimeout(LIMIT)
    with far:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked", str(far.fileno())],
            cwd=CHECKOUT,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[far.fileno()],
        )

    def end() -> None:
        near.close()  # it ends by that, also where this process is killed
        process.wait(LIMIT)

    atexit.register(end)
    return near


def _serve(requests: socket.socket) -> NoReturn:
    """Fork for each request, and tell each child's end."""
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        ready = select.select([requests.fileno(), *running], [], [])[0]
        for descriptor in running.keys() & ready:
            pid, control = running.pop(descriptor)
            os.close(descriptor)
            with contextlib.suppress(BrokenPipeError), control:
                control.send(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])).encode())
        if requests.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(requests, _LARGEST, 1)
            if not message:
                for pid, _ in running.values():
                    os.kill(pid, signal.SIGKILL)
                os._exit(0)
            case: dict[str, Any] = json.loads(message)
            pid = os.fork()
            if pid == 0:
                _become(case)
                _run(case)  # and no further: what is closed here must not be closed once more
            control = socket.socket(fileno=descriptors[0])
            running[os.pidfd_open(pid)] = (pid, control)
            with contextlib.suppress(BrokenPipeError):
                control.send(str(pid).encode())


def _become(case: dict[str, Any]) -> None:
    """Be a process that a shell has just started."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for usual in (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(usual, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.closerange(0, 256)
    for number, path in enumerate(case["streams"]):  # each gets the lowest number that is free
        os.set_inheritable(os.open(path, os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY, 0o600), True)
    os.environ.clear()
    os.environ.update(case["environ"])
    os.chdir(case["cwd"])
    if "EH_TEST_UID" in case["environ"]:  # somebody whom the list of users doesn't have
        os.setreuid(int(case["environ"]["EH_TEST_UID"]), -1)
    if case["kind"] in {"interpreter", "program"}:
        before = [sys.executable, "-m", "eh_connect"] if case["kind"] == "interpreter" else []
        program = [*before, *case["arguments"]]
        os.execvp(program[0], program)  # noqa: S606  # it needs no shell
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        errors = "backslashreplace" if name == "stderr" else "strict"
        stream = open(number, mode, 1 if name == "stderr" else -1, "utf-8", errors)  # noqa: PTH123, SIM115  # a descriptor, for good
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv = ["eh-connect", *case["arguments"]] if case["kind"] == "tool" else case["arguments"]
    if "EH_TEST_RECORD" in case["environ"]:
        sys.path.insert(0, str(RECORDER))
        sys.modules.pop("sitecustomize", None)
        importlib.import_module("sitecustomize")


def _run(case: dict[str, Any]) -> NoReturn:
    """Run the tool or the code, and do what the interpreter does at its end that others can see."""
    from eh_connect.__main__ import program

    code: Any = 1
    try:
        if case["kind"] == "tool":
            program()
        else:
            sys.modules["__main__"] = ModuleType("__main__")
            exec(sys.argv[0], vars(sys.modules["__main__"]))  # noqa: S102  # a test's own
            code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001  # as the interpreter does
        sys.excepthook(*sys.exc_info())
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    os._exit(code)


def _import_all() -> None:
    import eh_connect

    for name in (*_HEAVY, *(each.name for each in pkgutil.walk_packages(eh_connect.__path__, "eh_connect."))):
        with contextlib.suppress(ImportError):  # then the child meets it, as a real start does
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a child's collector would touch all of it, and so copy it


if __name__ == "__main__":
    _import_all()
    _serve(socket.socket(fileno=int(sys.argv[1])))
