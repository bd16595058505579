"""Run one command. Errors and signals become output and an exit code here."""

from __future__ import annotations

import logging
import os
import pkgutil
import signal
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NoReturn

from eh_connect.cli.commands import REFUSED
from eh_connect.cli.output import Output, defect
from eh_connect.cli.session import Session
from eh_connect.errors import EhConnectError, Ending, StoppedError, UsageError
from eh_connect.lines import prose

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from eh_connect.cli.commands import Command
    from eh_connect.results import Result

_ENDINGS = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
"""The signals that end a run. SIGHUP says that the terminal was closed; Windows has none."""

_AGAIN = "Run the same command again: it goes on from where it stood."


class TerminatedError(StoppedError):
    """SIGTERM or SIGHUP arrived. The run ends with an exit status, so that all that is open gets closed."""

    code = 143


def execute(command: Command, typed: Mapping[str, Any]) -> int:
    """Run a command and return its exit code. ``typed`` are its flags."""
    if typed.get("format") == "json":
        typed = {**typed, "json": True}
    output = Output(
        command.name,
        json=bool(typed.get("json")),
        plain=bool(typed.get("plain") or os.environ.get("EH_CONNECT_ACCESSIBLE")),
        suffix=" --sandbox" if typed.get("sandbox") else "",
    )
    for ending in _ENDINGS:
        if signal.getsignal(ending) is not signal.SIG_IGN:  # as under nohup
            signal.signal(ending, _terminate)
    try:
        _refuse_secrets(typed)
        if typed.get("verbose"):
            _log_requests(output)
        with ExitStack() as stack:
            session = Session(command.name, typed, output, stack)
            result: Result = pkgutil.resolve_name(command.run)(session)
            output.result(result)
            return result.exit_code
    except EhConnectError as error:
        output.failure(error)
        return error.code
    except Ending as ending:
        output.failure(TerminatedError("Stopped by the system", hint=_AGAIN, body=ending.body or {}))
        return TerminatedError.code
    except (KeyboardInterrupt, EOFError):
        output.failure(StoppedError("Stopped", hint=_AGAIN if command.name in {"setup", "rotate"} else None))
        return StoppedError.code
    except Exception as exc:  # noqa: BLE001  # anything else is a defect of ours
        output.failure(defect(exc))
        return EhConnectError.code


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    for ending in _ENDINGS:
        signal.signal(ending, _ignore)  # a second signal must not interrupt the tidying up
    if hasattr(signal, "pthread_sigmask"):  # Python drops its handlers before the process ends
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)
    raise Ending


def _ignore(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing. Python prints an error if SIG_IGN is set while a signal is on its way."""


def _log_requests(output: Output) -> None:
    """Write our own log to standard error. The log of httpx stays off, because it has whole URLs."""
    log, handler = logging.getLogger("eh_connect"), logging.Handler()
    handler.emit = lambda record: output.show(prose(record.getMessage()))  # type: ignore[method-assign]  # it does nothing else
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)


def _refuse_secrets(typed: Mapping[str, Any]) -> None:
    """Raise UsageError if a secret is on the command line. It says how to give one safely."""
    for wanted in REFUSED:
        if typed.get(wanted.parameter) is not None:
            raise UsageError(
                f"The {wanted.title} must not be on the command line",
                detail="The shell keeps it in its history, and every user of this computer can see it in the "
                "list of processes. Replace it by a new one.",
                hint=f"Give the new one by file ({wanted.flag}-file PATH), by standard input "
                f"({wanted.flag}-file -), or by {wanted.variable}.",
            )
