"""The tool as a process that starts in milliseconds: a server has imported it, and forks for each case.

A child is a process like any other: of a session of its own, with the signals as a shell leaves them, its own
arguments, environment, folder and streams; it ends as the interpreter ends, or is killed. What only an
interpreter's start can show (the encoding of streams, how fast it is) needs a real one: ``Tool.start_real``.
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
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKOUT = Path(__file__).parents[2]
RECORDER = Path(__file__).parent / "recorder"
LIMIT = 60.0
"""Seconds after which a process is taken to hang."""

_LARGEST = 1 << 20
_HEAVY = (
    "typer",
    "httpx",
    "httpcore",
    "encodings.idna",
    "typer._adapters",
    "keyring",
    "questionary",
    "rich.console",
    "pydantic",
    "prompt_toolkit.application",
)


class Child:
    """A forked process: what ``subprocess.Popen`` offers of one, as far as tests use it."""

    def __init__(self, control: socket.socket, pid: int, streams: Sequence[int | None]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._control = control
        self.stdin: IO[bytes] | None = None if streams[0] is None else os.fdopen(streams[0], "wb", 0)
        self.stdout, self.stderr = (None if fd is None else os.fdopen(fd, "rb", 0) for fd in streams[1:])

    def poll(self) -> int | None:
        """The exit code, minus the signal for a killed one; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = LIMIT) -> int:
        """Wait for the end."""
        if self.returncode is None:
            if not select.select([self._control], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0)
            self.returncode = int(self._control.recv(64))
            self._control.close()
        return self.returncode

    def send_signal(self, sent: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, text: bytes | None = None, timeout: float = LIMIT) -> tuple[bytes, bytes]:
        """Feed it, read all that it writes, and wait for its end."""
        read: dict[int, bytes] = {}

        def drain(number: int, stream: IO[bytes]) -> None:
            with stream, contextlib.suppress(OSError):  # a terminal ends with an error
                read[number] = b"".join(iter(lambda: stream.read(1 << 16), b""))

        open_ones = [(n, stream) for n, stream in ((1, self.stdout), (2, self.stderr)) if stream is not None]
        readers = [threading.Thread(target=drain, args=each, daemon=True) for each in open_ones]
        for reader in readers:
            reader.start()
        if self.stdin is not None:
            with contextlib.suppress(BrokenPipeError), self.stdin:
                self.stdin.write(text or b"")
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
            if reader.is_alive():
                raise subprocess.TimeoutExpired(f"the output of {self.pid}", timeout)
        return read.get(1, b""), read.get(2, b"")


class ForkServer:
    """Starts the server when the first case comes; one for each process of pytest."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def start(
        self,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        cwd: Path,
        streams: Sequence[int | None] = (subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE),
    ) -> Child:
        """Start the tool; a stream is PIPE, DEVNULL, None (closed), or a descriptor (of a terminal, say)."""
        kept: list[int | None] = [None, None, None]
        lent: list[int] = []
        given: list[bool] = []
        ours: list[int] = []  # to be closed here once they are sent
        for number, stream in enumerate(streams):
            given.append(stream is not None)
            if stream == subprocess.PIPE:
                read, write = os.pipe()
                theirs, kept[number] = (read, write) if number == 0 else (write, read)
            elif stream == subprocess.DEVNULL:
                theirs = os.open(os.devnull, os.O_RDWR)
            elif stream is not None:
                lent.append(stream)
                continue
            else:
                continue
            lent.append(theirs)
            ours.append(theirs)
        near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        case = {"arguments": [*arguments], "environ": {**environ}, "cwd": str(cwd), "given": given}
        self._send(case, [far.fileno(), *lent])
        far.close()
        for fd in ours:
            os.close(fd)
        return Child(near, int(near.recv(64)), kept)

    def _send(self, case: dict[str, Any], descriptors: list[int]) -> None:
        with self._lock:
            self._socket = self._socket or self._begin()
        socket.send_fds(self._socket, [json.dumps(case).encode()], descriptors)

    def _begin(self) -> socket.socket:
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


SERVER = ForkServer()


def _serve(requests: socket.socket) -> dict[str, Any]:
    """Fork for each request; returns in the children alone, with what they are to run."""
    woken, wakes = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes)
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([requests.fileno(), woken], [], [])
        if woken in ready:
            os.read(woken, 512)
            _reap(running)
        if requests.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(requests, _LARGEST, 4)
            if not message:
                _end(running)
            case: dict[str, Any] = json.loads(message)
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                _become(case, descriptors)
                return case
            running[pid] = socket.socket(fileno=descriptors[0])
            for fd in descriptors[1:]:
                os.close(fd)
            with contextlib.suppress(BrokenPipeError):
                running[pid].send(str(pid).encode())


def _reap(running: dict[int, socket.socket]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            with contextlib.suppress(BrokenPipeError), running.pop(pid) as control:
                control.send(str(os.waitstatus_to_exitcode(status)).encode())


def _end(running: dict[int, socket.socket]) -> NoReturn:
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


def _become(case: dict[str, Any], descriptors: list[int]) -> None:
    """Be a process that a shell has just started."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for usual in (signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(usual, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    given = iter([os.dup2(fd, 100 + n) for n, fd in enumerate(descriptors[1:])])
    for number in range(3):
        os.dup2(next(given), number) if case["given"][number] else os.close(number)
    os.closerange(3, 256)
    with contextlib.suppress(OSError):  # what is no terminal can't be the one of this session
        import fcntl
        import termios

        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    os.environ.clear()
    os.environ.update(case["environ"])
    os.chdir(case["cwd"])
    if "EH_TEST_UID" in case["environ"]:  # somebody whom the list of users doesn't have
        os.setreuid(int(case["environ"]["EH_TEST_UID"]), -1)
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        errors = "backslashreplace" if name == "stderr" else "strict"
        lines = name == "stderr" or (name == "stdout" and case["given"][1] and os.isatty(1))
        stream = open(number, mode, 1 if lines else -1, "utf-8", errors) if case["given"][number] else None  # noqa: PTH123, SIM115  # a descriptor, for good
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    sys.argv = ["eh-connect", *case["arguments"]]
    if "EH_TEST_RECORD" in case["environ"]:
        sys.path.insert(0, str(RECORDER))
        sys.modules.pop("sitecustomize", None)
        importlib.import_module("sitecustomize")


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
    from eh_connect.__main__ import program

    program()  # outside every handler: the interpreter ends as it does for the installed script
