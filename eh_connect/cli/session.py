"""One run of a command: what it was told, whether somebody is there to ask, and the real parts that it needs."""

from __future__ import annotations

import os
import shlex
import sys
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from eh_connect import inputs as i
from eh_connect.cli.commands import COMMANDS
from eh_connect.cli.secret_files import PATIENCE, read_secret
from eh_connect.deadline import NetworkTime
from eh_connect.errors import StorageError
from eh_connect.judging import origin
from eh_connect.lines import prose
from eh_connect.secret import Credentials
from eh_connect.values import Values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from eh_connect.cli.commands import Command
    from eh_connect.cli.output import Output
    from eh_connect.flows.console import Console
    from eh_connect.flows.parts import Parts
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import Purpose
    from eh_connect.person.desktop import Desktop
    from eh_connect.person.terminal import Terminal
    from eh_connect.person.wizard import Wizard
    from eh_connect.secret import Secret
    from eh_connect.stackone.client import Client

WAIT = 600.0
"""Seconds that a person at the terminal is waited for, where ``--wait`` says nothing."""

KEYRING_LIMIT = 5.0
"""Seconds that an unattended run waits for one call of the keyring."""


class Session:
    """The surroundings of one command. Secrets leave ``os.environ`` here: no child inherits them.

    ``typed`` are the flags; ``stack`` is closed when the command ends.
    """

    def __init__(self, command: Command, typed: Mapping[str, Any], output: Output, stack: ExitStack) -> None:
        self.command = command
        self.output = output
        self.environ = dict(os.environ)
        self.is_silent = bool(typed.get("json") or typed.get("no_input"))
        self.serves_sandbox = False
        self._typed = dict(typed)
        self._stack = stack
        self._locals: list[LocalProfile] = []
        self._clients: dict[Secret, Client] = {}
        self._has_waited = False
        for wanted in i.READ_FROM_FILES:
            os.environ.pop(wanted.variable or "", None)
        if typed.get("sandbox"):
            self._enter_sandbox()

    @cached_property
    def values(self) -> Values:
        """What this run was told."""
        read = partial(
            read_secret,
            show=self.output.show,
            patience=None if self.attended else PATIENCE,
            is_shared=[self._typed.get(each.parameter) for each in i.READ_FROM_FILES].count("-") > 1,
        )
        takes = {name: command.all_inputs for name, command in COMMANDS.items()}
        return Values(self.command.all_inputs, self._typed, self.environ, read, takes.__getitem__)

    @property
    def again(self) -> str:
        """The command line of this run, to be typed once more."""
        return self.values.command(self.command.name)

    def command_for(self, label: str, name: str, *arguments: str) -> str:
        """A line to type for a label."""
        profile = () if label == "default" else ("--profile", label)
        return shlex.join(("eh-connect", name, *profile, *arguments)) + self.output.suffix

    # Who is there

    @cached_property
    def terminal(self) -> Terminal | None:
        """The terminal to ask at; None where nobody is there, or is not to be asked."""
        if self.is_silent or not _stdin_is_terminal():
            return None
        from eh_connect.person.terminal import open_terminal

        return open_terminal(plain=self.output.plain)

    @property
    def attended(self) -> bool:
        """Whether a person is there."""
        return self.terminal is not None

    @property
    def asks(self) -> bool:
        """Whether questions may be asked."""
        return self.attended and not self._typed.get("dry_run")

    @cached_property
    def desktop(self) -> Desktop:
        """Browser and clipboard."""
        from eh_connect.person.desktop import Desktop

        return Desktop(self.environ, opens=self.values.require(i.BROWSER))

    @property
    def person(self) -> Terminal:
        """The terminal of the person, who is there."""
        if self.terminal is None:
            raise AssertionError("there is no terminal")
        return self.terminal

    def patience(self, usual: float = WAIT) -> float:
        """Seconds to wait for a person; ``usual`` where ``--wait`` says nothing, and somebody is there."""
        given = self.values[i.WAIT]
        return given if given is not None else usual if self.attended else 0.0

    def console(self, purpose: Purpose | None = None) -> Console:
        """The person, if one may be asked; ``purpose`` of what writes a profile."""
        if not self.asks:
            from eh_connect.flows.console import Console

            return Console(self.output.show, self.output.warn, verbose=self.values.require(i.VERBOSE))
        from eh_connect.person.attended import Attended

        return Attended(
            self.person.show,
            self.output.warn,
            terminal=self.person,
            desktop=self.desktop,
            values=self.values,
            wait=self.patience(),
            renew=self.time.renew,
            purpose=purpose or "",
        )

    def parts(self, local: LocalProfile, purpose: Purpose | None = None, again: str | None = None) -> Parts:
        """What a flow works with; ``again``: a command line to be typed then, if not that of this run."""
        from eh_connect.employment_hero.probe import CredentialProbe
        from eh_connect.flows.parts import Parts
        from eh_connect.stackone.assumed_writes import AssumedWrites
        from eh_connect.stackone.sessions import Sessions

        client = self.client(self.values.require(i.API_KEY))
        return Parts(
            values=self.values,
            local=local,
            console=self.console(purpose),
            client=client,
            writes=AssumedWrites(client),
            sessions=Sessions(client),
            probe=CredentialProbe(self.values.require(i.EMPLOYMENT_HERO_OAUTH_URL), self.time),
            time=self.time,
            now=now,
            origins=origins(self.values),
            again=again or self.again,
        )

    def wizard(self, local: LocalProfile) -> Wizard:
        """The questions before a run."""
        from eh_connect.person.wizard import Wizard

        return Wizard(
            self.person,
            self.desktop,
            self.values,
            local,
            connect=self.client,
            origins=origins(self.values),
            command=self.again,
            now=now,
        )

    # What is saved on this computer

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

    def local(self, label: str, *, writes: bool, patient: bool = True) -> LocalProfile:
        """What is saved of a label, not loaded yet; ``patient``: a person may take long to unlock the keyring."""
        from eh_connect.local.keyring import KeyringStore
        from eh_connect.local.profile import LocalProfile
        from eh_connect.local.state import StateFolder

        keyring = KeyringStore(
            label,
            backend_name=self.environ.get("EH_CONNECT_KEYRING") or None,
            limit=None if self.attended and patient else KEYRING_LIMIT,
            waiting=self._waiting_for_keyring,
        )
        self._locals.append(LocalProfile(label, keyring, StateFolder(self.folder), writes=writes, now=now))
        return self._locals[-1]

    def _waiting_for_keyring(self) -> None:
        """Said once, where a person may have to unlock it."""
        if self.attended and not self._has_waited:
            self._has_waited = True
            self.output.show(
                prose("Waiting for your keyring. Unlock it in the window that it opened. Ctrl+C stops.")
            )

    # StackOne

    @cached_property
    def time(self) -> NetworkTime:
        """The network time of this command."""
        return NetworkTime(self.values.require(i.TIMEOUT))

    def client(self, api_key: Secret) -> Client:
        """StackOne for a key, over one connection for the whole command.

        Secrets that are saved or given are taken out of what it says.
        """
        from eh_connect.stackone.client import Client

        if api_key not in self._clients:
            held = [credentials_of(self.values)]
            held += [pair for local in self._locals for pair in (local.current, local.staged, local.previous)]
            secrets = [secret for pair in held if pair for secret in (pair.client_id, pair.client_secret)]
            client = Client(api_key, url=self.values.require(i.STACKONE_URL), time=self.time, secrets=secrets)
            self._clients[api_key] = self._stack.enter_context(client)
        return self._clients[api_key]

    def _enter_sandbox(self) -> None:
        from eh_connect.cli.sandbox import sandbox_type

        real = i.NOT_IN_THE_SANDBOX
        found = [each.flag or "" for each in real if self._typed.pop(each.parameter, None) not in {None, ()}]
        variables = [each.variable or "" for each in real]
        found += [variable for variable in variables if self.environ.pop(variable, "")]
        self.output.show(prose("Sandbox: everything is simulated on this computer.", indent=0))
        if found:
            self.output.show(prose(f"Not used, as the sandbox takes no real values: {', '.join(found)}"))
        sandbox = self._stack.enter_context(sandbox_type()(self.sandbox_folder))
        self.serves_sandbox = sandbox.serves
        self.environ.update(sandbox.environment)
        if self.asks:  # a person brings what its portal gives out
            for wanted in (i.CLIENT_ID, i.CLIENT_SECRET):
                self.environ.pop(wanted.variable or "")


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def origins(values: Values) -> tuple[str, ...]:
    """Where this run's secrets may go: the origins of the StackOne API and of the OAuth server."""
    return tuple(origin(values.require(each)) for each in (i.STACKONE_URL, i.EMPLOYMENT_HERO_OAUTH_URL))


def credentials_of(values: Values) -> Credentials | None:
    """Client ID and Client Secret, where both are there."""
    client_id, client_secret = values[i.CLIENT_ID], values[i.CLIENT_SECRET]
    return Credentials(client_id, client_secret) if client_id and client_secret else None


def _stdin_is_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # closed
        return False
