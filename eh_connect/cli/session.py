"""One run of a command: its inputs, its output, and whether somebody is there to ask."""

from __future__ import annotations

import logging
import os
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import typer

from eh_connect import inputs as names
from eh_connect.cli.funnel import Output, run
from eh_connect.errors import UsageError
from eh_connect.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO, NoReturn

    from eh_connect.cli.funnel import Result

NOT_IN_THE_SANDBOX = (
    names.CLIENT_ID,
    names.CLIENT_SECRET,
    names.API_KEY,
    names.STACKONE_URL,
    names.STACKONE_APP_URL,
    names.EMPLOYMENT_HERO_APP_URL,
    names.EMPLOYMENT_HERO_OAUTH_URL,
)
"""Real values, which ``--sandbox`` ignores."""


@dataclass(frozen=True)
class Common:
    """The flags of every command."""

    json: bool = False
    no_input: bool = False
    sandbox: bool = False
    verbose: bool = False
    dry_run: bool = False


class Session:
    """The environment of one command. Secrets leave ``os.environ`` here: no child inherits them."""

    def __init__(self, common: Common, output: Output) -> None:
        self.common = common
        self.output = output
        self.environ = dict(os.environ)
        for secret in names.SECRET_INPUTS:
            os.environ.pop(secret.variable or "", None)
        self.serves_sandbox = False
        """Whether the rehearsal's servers end with this command."""
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        if self.common.verbose:
            self._stack.enter_context(_requests_told(self.output.say))
        if self.common.sandbox:
            self._enter_sandbox()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def attended(self) -> bool:
        """Whether questions may be asked."""
        return _stdin_is_terminal() and not (self.common.json or self.common.no_input)

    @property
    def folder(self) -> Path:
        """The folder for state."""
        from eh_connect.state import default_folder

        return default_folder(self.environ)

    def inputs(self, flags: Mapping[str, str | tuple[str, ...]]) -> Inputs:
        """The command's inputs: its own flags, laid over the environment."""
        if self.common.sandbox:
            ignored = [i for i in NOT_IN_THE_SANDBOX if i.name in flags]
            flags = {key: value for key, value in flags.items() if key not in {i.name for i in ignored}}
            self._say_ignored([i.flag or "" for i in ignored])
        stdin: BinaryIO | None = None
        if sys.stdin is not None and not _stdin_is_terminal():
            stdin = sys.stdin.buffer
        return Inputs(flags, self.environ, stdin)

    def _enter_sandbox(self) -> None:
        from eh_connect.cli.extras import sandbox_source

        self._say_ignored(
            [i.variable or "" for i in NOT_IN_THE_SANDBOX if self.environ.get(i.variable or "")]
        )
        prepared = self._stack.enter_context(sandbox_source().prepare(self.folder / "sandbox"))
        self.environ.update(prepared.environment)
        self.serves_sandbox = prepared.rehearsal.serves
        if self.attended and not self.common.dry_run:
            for name in (names.CLIENT_ID, names.CLIENT_SECRET):  # a person brings what its portal gives out
                self.environ.pop(name.variable or "")
            self.output.say(
                "REHEARSAL: everything here is made up and stays on this machine. Its own API key is used; "
                "Client ID and Client Secret, if they are asked for, come from its own Developer Portal."
            )
        # The sandbox's keyring is loaded by name and finds its folder in the environment.
        os.environ["EH_CONNECT_HOME"] = self.environ["EH_CONNECT_HOME"]

    def _say_ignored(self, what: list[str]) -> None:
        if what:
            self.output.say(f"Sandbox: ignored, because a rehearsal uses no real values: {', '.join(what)}")


@contextmanager
def _requests_told(say: Callable[[str], None]) -> Iterator[None]:
    """Our own log on standard error; that of httpx carries whole URLs and stays off."""
    log = logging.getLogger("eh_connect")
    handler = logging.Handler()
    handler.emit = lambda record: say(f"  {record.getMessage()}")  # type: ignore[method-assign]  # all it is for
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(logging.NOTSET)


def execute(command: str, typed: Mapping[str, Any], body: Callable[[Session, Inputs], Result]) -> NoReturn:
    """Run a command in a session of its own, and exit.

    Args:
        command: its name.
        typed: its parameters, named as its flags are; those that are texts become its inputs.
        body: does it.
    """
    common = Common(**{each.name: typed.get(each.name, False) for each in fields(Common)})
    output = Output(command, json=common.json, suffix=" --sandbox" if common.sandbox else "")

    def within_session() -> Result:
        _refuse_secrets(typed)
        with Session(common, output) as session:
            return body(session, session.inputs(_flags(typed)))

    raise typer.Exit(run(output, within_session))


def _flags(typed: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    """The text of each input's flag that was given, by the input's name; a repeatable one as a tuple."""
    found: dict[str, str | tuple[str, ...]] = {}
    for each in names.WITH_FLAGS:
        value = typed.get((each.flag or "").lstrip("-").replace("-", "_"))
        if isinstance(value, str):
            found[each.name] = value
        elif isinstance(value, list) and value:
            found[each.name] = tuple(value)
    return found


def _refuse_secrets(typed: Mapping[str, Any]) -> None:
    """UsageError for a secret as an argument: with the safe ways, and the advice to replace it."""
    for parameter, what, wanted in (
        ("client_secret", "Client Secret", names.CLIENT_SECRET),
        ("api_key", "StackOne API key", names.API_KEY),
    ):
        if typed.get(parameter) is not None:
            raise UsageError(
                f"The {what} must not be given on the command line.",
                detail="The shell keeps it in its history, and every user of this machine can see it in the "
                "list of processes. Treat the value as known: replace it by a new one.",
                hint=f"Give the new one by file ({wanted.flag} PATH), by standard input ({wanted.flag} -), "
                f"or by {wanted.variable}.",
            )


def _stdin_is_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False
