"""The entry point. It handles what comes before and after a command: wrong usage, signals, closed streams."""

from __future__ import annotations

import gc
import io
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, NoReturn

from eh_connect.cli.overview import NAMES, overview

if TYPE_CHECKING:
    from eh_connect.errors import EhConnectError


def main(arguments: list[str]) -> int:
    """Run the command line and return its exit code (see ``errors``)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # until a command takes over
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # None where it is closed
            stream.reconfigure(errors="backslashreplace")  # the help has characters that are not ASCII
    try:
        if (text := overview(arguments)) is not None:
            print(text, end="", flush=True)  # noqa: T201  # no Output yet
            return 0
        return _run_app(arguments)
    except KeyboardInterrupt:
        return 130
    except SystemExit as exc:
        if isinstance(exc.__context__, BrokenPipeError):
            return 0  # the reader of the help went away; Typer would exit with 1
        raise
    except OSError as exc:  # the help or the version can't be written
        from eh_connect.errors import StorageError

        error = StorageError("The output can't be written", detail=f"{exc.strerror}.")
        code = 0 if isinstance(exc, BrokenPipeError) else _report(arguments, error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains at exit
        return code


def _run_app(arguments: list[str]) -> int:
    import typer

    from eh_connect.cli.app import app

    try:
        return app(arguments, prog_name="eh-connect", standalone_mode=False) or 0
    except typer.TyperException as exc:
        from eh_connect.cli.commands import REFUSED
        from eh_connect.errors import UsageError

        # A flag that would be refused is no suggestion.
        possible = getattr(exc, "possibilities", None) or ()
        vars(exc)["possibilities"] = sorted({*possible}.difference(each.flag for each in REFUSED))
        hint = " ".join(filter(None, ("See: eh-connect", _find_command(arguments), "--help")))
        message = _without_values(exc.format_message() or "Wrong usage.", arguments)
        return _report(arguments, UsageError(message, hint=hint))
    except typer.Abort:
        return 130
    except Exception as exc:  # the command could not even begin: a defect of ours
        if isinstance(exc, OSError) and exc.filename is None:  # of a stream: the help can't be written
            raise
        from eh_connect.cli.output import defect

        return _report(arguments, defect(exc))


def _report(arguments: list[str], error: EhConnectError) -> int:
    from eh_connect.cli.output import Output

    Output(_find_command(arguments), json="--json" in arguments, plain="--plain" in arguments).failure(error)
    return error.code


def _find_command(arguments: list[str]) -> str | None:
    first = next((a for a in arguments if not a.startswith("-")), None)
    return first if first in NAMES else None


def _without_values(message: str, arguments: list[str]) -> str:
    """Remove typed values from the parser's message: one of them could be a secret."""
    values = {a.partition("=")[2] if a.startswith("-") else a for a in arguments}
    values |= {a.partition("=")[0] for a in arguments}
    for value in sorted(filter(None, values), key=len, reverse=True):
        if not re.fullmatch(r"(--?)?[a-z][a-z_-]{0,20}", value):
            message = message.replace(value, "…")
    return message


def program() -> NoReturn:
    """The console script: run ``main`` and exit. Signals after the result are ignored."""
    gc.set_threshold(100_000)  # collecting garbage during the imports takes 5 % of a short command
    code = main(sys.argv[1:])
    if hasattr(signal, "pthread_sigmask"):
        endings = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
        signal.pthread_sigmask(signal.SIG_BLOCK, endings)
        # A thread that was left behind may still get signals, and Python drops its handlers at exit.
        for ending in endings:
            signal.signal(ending, signal.SIG_IGN)
    sys.exit(code)


if __name__ == "__main__":
    program()
