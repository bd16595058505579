"""One run of a command: its values, its output, and whether somebody is there to ask."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import sys
import traceback
from contextlib import ExitStack, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn, Self

from eh_connect import inputs
from eh_connect.cli.output import Output
from eh_connect.cli.secret_files import PATIENCE, reader
from eh_connect.errors import EhConnectError, Ending, StoppedError, StorageError, UsageError
from eh_connect.lines import prose
from eh_connect.values import Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import FrameType, TracebackType

    from eh_connect.cli.command import Command
    from eh_connect.person.desk import Desk
    from eh_connect.person.desktop import Desktop
    from eh_connect.person.terminal import Terminal
    from eh_connect.values import Input

AGAIN = "Run the same command again: it goes on from where it stood."


class TerminatedError(StoppedError):
    """SIGTERM arrived: an exit status, not a death by signal, so that what is open is closed."""

    code = 143


class Session:
    """The surroundings of one command. Secrets leave ``os.environ`` here: no child inherits them."""

    def __init__(self, command: Command, typed: Mapping[str, Any], output: Output) -> None:
        self.output = output
        self.is_sandbox = bool(typed.get("sandbox"))
        self.is_verbose = bool(typed.get("verbose"))
        self.is_silent = bool(typed.get("json") or typed.get("no_input"))
        self.serves_sandbox = False
        self.environ = dict(os.environ)
        self._command = command
        self._typed = dict(typed)
        self._stack = ExitStack()
        self._has_waited = False
        for wanted in inputs.READ_FROM_FILES:
            os.environ.pop(wanted.variable or "", None)

    def __enter__(self) -> Self:
        if self.is_verbose:
            self._stack.enter_context(_requests_shown(self.output))
        if self.is_sandbox:
            self._enter_sandbox()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @cached_property
    def values(self) -> Values:
        """What this run was told."""
        patience = None if self.attended else PATIENCE
        read = reader(self.output.show, self._typed, patience=patience)
        return Values(self._command.all_inputs, self._typed, self.environ, read, _taken)

    @property
    def command_name(self) -> str:
        """As it was typed."""
        return self._command.name

    @property
    def attended(self) -> bool:
        """Whether a person is there."""
        return self.terminal is not None

    @property
    def asks(self) -> bool:
        """Whether questions may be asked."""
        return self.attended and not self._typed.get("dry_run")

    @cached_property
    def terminal(self) -> Terminal | None:
        """The terminal to ask at; None where nobody is there, or is not to be asked."""
        if self.is_silent or not _stdin_is_terminal():
            return None
        from eh_connect.person.terminal import open_terminal

        return open_terminal(self.environ, plain=self.output.plain)

    @cached_property
    def desktop(self) -> Desktop:
        """Browser and clipboard."""
        from eh_connect.person.desktop import Desktop

        return Desktop(self.environ)

    @cached_property
    def desk(self) -> Desk:
        """Where the person sits, who is there."""
        from eh_connect.person.desk import Desk

        if self.terminal is None:
            raise AssertionError("there is no terminal")
        return Desk(self.terminal, self.desktop, opens=bool(self.values[inputs.BROWSER]))

    @property
    def folder(self) -> Path | None:
        """The folder for state; None where the system knows no home."""
        from eh_connect.local.files import default_folder

        return default_folder(self.environ)

    @property
    def sandbox_folder(self) -> Path:
        """The sandbox's own, below it."""
        if self.folder is None:
            raise StorageError("This system knows no home folder for you", hint="Set EH_CONNECT_HOME.")
        return self.folder / "sandbox"

    def waiting_for_keyring(self, seconds: float | None) -> None:
        """Said once, where a person may have to unlock it."""
        if seconds is not None and self.attended and not self._has_waited:
            self._has_waited = True
            self.output.show(
                prose("Waiting for your keyring. Unlock it in the window that it opened. Ctrl+C stops.")
            )

    def command_for(self, label: str, name: str, *arguments: str) -> str:
        """A line to type for a label."""
        profile = () if label == "default" else ("--profile", label)
        return shlex.join(("eh-connect", name, *profile, *arguments)) + self.output.suffix

    def _enter_sandbox(self) -> None:
        from eh_connect.cli.sandbox import sandbox_type

        flags = [i for i in inputs.NOT_IN_THE_SANDBOX if self._typed.pop(i.parameter, None) not in {None, ()}]
        found = [i.flag or "" for i in flags]
        found += [
            i.variable or "" for i in inputs.NOT_IN_THE_SANDBOX if self.environ.pop(i.variable or "", "")
        ]
        self.output.show(prose("Sandbox: everything is simulated on this computer.", indent=0))
        if found:
            self.output.show(prose(f"Not used, as the sandbox takes no real values: {', '.join(found)}"))
        sandbox = self._stack.enter_context(sandbox_type()(self.sandbox_folder))
        self.serves_sandbox = sandbox.serves
        self.environ.update(sandbox.environment)
        if self.asks:  # a person brings what its portal gives out
            for wanted in (inputs.CLIENT_ID, inputs.CLIENT_SECRET):
                self.environ.pop(wanted.variable or "")
        # The sandbox's keyring is loaded by name and finds its folder in the environment.
        os.environ["EH_CONNECT_HOME"] = self.environ["EH_CONNECT_HOME"]


def execute(command: Command, typed: Mapping[str, Any]) -> int:
    """Run a command; its exit code."""
    if typed.get("format") == "json":
        typed = {**typed, "json": True}
    output = Output(
        command.name,
        json=bool(typed.get("json")),
        plain=bool(typed.get("plain") or os.environ.get("EH_CONNECT_ACCESSIBLE")),
        suffix=" --sandbox" if typed.get("sandbox") else "",
    )

    def within_session() -> int:
        _refuse_secrets(typed)
        with Session(command, typed, output) as session:
            result = command.run(session)
            output.result(result)
            return result.exit_code

    return _ended(output, within_session)


def _ended(output: Output, body: Callable[[], int]) -> int:
    """The one place where whatever is raised becomes output and an exit code."""
    for ending in _endings():
        if signal.getsignal(ending) is not signal.SIG_IGN:  # nohup
            signal.signal(ending, _terminate)
    try:
        return body()
    except EhConnectError as error:
        output.failure(error)
        return error.code
    except Ending as ending:
        output.failure(TerminatedError("Stopped by the system", hint=AGAIN, body=ending.body))
        return TerminatedError.code
    except (KeyboardInterrupt, EOFError):
        output.failure(StoppedError("Stopped", hint=AGAIN if output.command in {"setup", "rotate"} else None))
        return StoppedError.code
    except Exception as exc:  # noqa: BLE001  # whatever else arrives is a defect of ours
        output.failure(defect(exc))
        return EhConnectError.code


def _taken(name: str) -> tuple[Input[Any], ...]:
    from eh_connect.cli.app import command

    return command(name).all_inputs


def defect(exc: BaseException) -> EhConnectError:
    """A defect of the tool, told by where it arose: the exception's own text could carry a secret."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = " < ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in reversed(frames[-4:]))  # noqa: PTH119  # text only
    return EhConnectError(
        f"eh-connect has a defect ({type(exc).__name__})",
        detail=f"At {where}.",
        hint="Report it with this text. It is safe to run the same command again.",
    )


def _endings() -> list[signal.Signals]:
    """SIGTERM; and where the terminal was closed, what is open has to be closed too."""
    return [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    for ending in _endings():
        signal.signal(ending, _heard)  # a second one would break off the tidying up
    if hasattr(signal, "pthread_sigmask"):  # and Python forgets its handlers before it has ended
        signal.pthread_sigmask(signal.SIG_BLOCK, _endings())
    raise Ending


def _heard(_signal: int, _frame: FrameType | None) -> None:
    """Not SIG_IGN: Python complains where that meets a signal on its way."""


@contextmanager
def _requests_shown(output: Output) -> Iterator[None]:
    """Our own log on standard error; that of httpx carries whole URLs and stays off."""
    log = logging.getLogger("eh_connect")
    handler = logging.Handler()
    handler.emit = lambda record: output.show(prose(record.getMessage()))  # type: ignore[method-assign]  # all it is for
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)


def _refuse_secrets(typed: Mapping[str, Any]) -> None:
    """UsageError for a secret as an argument: with the safe ways, and the advice to replace it."""
    for wanted in (inputs.CLIENT_SECRET, inputs.API_KEY):
        if typed.get(wanted.name.replace("-", "_")) is not None:
            raise UsageError(
                f"The {wanted.title} must not be on the command line",
                detail="The shell keeps it in its history, and every user of this computer can see it in the "
                "list of processes. Replace it by a new one.",
                hint=f"Give the new one by file ({wanted.flag} PATH), by standard input ({wanted.flag} -), "
                f"or by {wanted.variable}.",
            )


def _stdin_is_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False
