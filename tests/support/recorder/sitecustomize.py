# ruff: noqa: INP001  # Python finds it by this name, in a folder that is no package
"""Python runs this first in the tool's own process: it notes which children it starts, and what it writes.

One JSON array per line in ``EH_TEST_RECORD``: ``["child", arguments, environment]``, ``["wrote", path]``.
``EH_TEST_STOP_AT``: ``state:2:before:SIGKILL`` ends the process before its second write of a state file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

STARTS = {"subprocess.Popen": (1, 3), "os.posix_spawn": (1, 2), "os.exec": (1, 2), "os.spawn": (2, 3)}
"""Where these events of the interpreter have arguments and environment."""

_states = 0
_record = os.open(os.environ["EH_TEST_RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event in STARTS:
        argv, environ = (arguments[at] for at in STARTS[event])
        _write("child", argv, dict(os.environ if environ is None else environ))
    elif event == "os.system":
        _write("child", arguments[0], dict(os.environ))
    elif event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        _write("wrote", arguments[0])
    elif event == "os.rename":
        _write("wrote", arguments[1])
        if str(arguments[1]).endswith(".json") and "profile-" in str(arguments[1]):
            _stop_at_state()


def _stop_at_state() -> None:
    global _states  # noqa: PLW0603  # of this process, which is all there is
    _states += 1
    where = os.environ.get("EH_TEST_STOP_AT", "")
    if where.startswith(f"state:{_states}:"):
        os.kill(os.getpid(), signal.Signals[where.rpartition(":")[2]])


def _write(*what: Any) -> None:
    os.write(_record, json.dumps(what, default=str).encode() + b"\n")


sys.addaudithook(_note)
