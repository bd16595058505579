"""One run of a command: its values, the person at the terminal, and the real parts that flows work with."""

from __future__ import annotations

import os
import shlex
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from eh_connect import inputs as i
from eh_connect.cli.commands import COMMANDS
from eh_connect.cli.secret_files import PATIENCE, read_secret, stdin_is_terminal
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
"""Seconds to wait for a person at the terminal, unless ``--wait`` says otherwise."""

KEYRING_LIMIT = 5.0
"""Seconds that an unattended run waits for one call of the keyring."""


class Session:
    """All that one run of a command needs; each part is made when it is first used.

    ``name`` is the command's, ``typed`` are its flags. ``stack`` is closed when the command ends. Secrets are
    taken out of ``os.environ``, so that no child process inherits them.
    """

    def __init__(self, name: str, typed: Mapping[str, Any], output: Output, stack: ExitStack) -> None:
        self._name = name
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
        """The values of this run, from its flags and variables."""
        read = partial(
            read_secret,
            show=self.output.show,
            patience=None if self.terminal else PATIENCE,
            is_shared=[self._typed.get(each.parameter) for each in i.READ_FROM_FILES].count("-") > 1,
        )
        return Values(
            self._name,
            self._typed,
            self.environ,
            read,
            takes=lambda name: COMMANDS[name].all_inputs,
        )

    def command_for(self, label: str, name: str, *arguments: str) -> str:
        """The command line that runs a command for a label."""
        profile = () if label == "default" else ("--profile", label)
        return shlex.join(("eh-connect", name, *profile, *arguments)) + self.output.suffix

    # The person

    @cached_property
    def terminal(self) -> Terminal | None:
        """The terminal of the person; None if nobody is there, or the run must not ask."""
        if self.is_silent or not stdin_is_terminal():
            return None
        from eh_connect.person.terminal import open_terminal

        return open_terminal(plain=self.output.plain)

    @property
    def asks(self) -> bool:
        """Whether questions may be asked: a dry run asks none."""
        return self.terminal is not None and not self._typed.get("dry_run")

    @cached_property
    def desktop(self) -> Desktop:
        """The person's browser and clipboard."""
        from eh_connect.person.desktop import Desktop

        return Desktop(self.environ, opens=self.values.require(i.BROWSER))

    @property
    def person(self) -> Terminal:
        """The terminal, for callers that know that a person is there."""
        if self.terminal is None:
            raise AssertionError("there is no terminal")
        return self.terminal

    def patience(self, usual: float = WAIT) -> float:
        """Seconds to wait for a person: what ``--wait`` says, else ``usual`` if a person is there, else none."""
        given = self.values[i.WAIT]
        if given is not None:
            return given
        return usual if self.terminal else 0.0

    def console(self, purpose: Purpose | None = None) -> Console:
        """The console that a flow asks: the person, if questions are allowed. ``purpose`` is that of a write."""
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
        """The parts that a flow works with. ``again`` is the command that repeats it, if not that of this run."""
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
            again=again or self.values.again,
        )

    def wizard(self, local: LocalProfile) -> Wizard:
        """The wizard, which asks its questions before anything is written."""
        from eh_connect.person.wizard import Wizard

        return Wizard(
            self.person,
            self.desktop,
            self.values,
            local,
            connect=self.client,
            origins=origins(self.values),
            command=self.values.again,
            now=now,
        )

    # What is saved on this computer

    @property
    def folder(self) -> Path | None:
        """The folder for state; None if the system knows no home."""
        from eh_connect.local.files import default_folder

        return default_folder(self.environ)

    def require_folder(self) -> Path:
        """The folder for state. StorageError: the system knows no home."""
        if self.folder is None:
            raise StorageError("This system knows no home folder for you", hint="Set EH_CONNECT_HOME.")
        return self.folder

    def local(self, label: str, *, writes: bool, patient: bool = True) -> LocalProfile:
        """What is saved of a label; the caller loads it.

        ``patient`` gives a person all the time that they need to unlock the keyring.
        """
        from eh_connect.local.keyring import KeyringStore
        from eh_connect.local.profile import LocalProfile
        from eh_connect.local.state import StateFolder

        keyring = KeyringStore(
            label,
            backend_name=self.environ.get("EH_CONNECT_KEYRING") or None,
            limit=None if self.terminal and patient else KEYRING_LIMIT,
            waiting=self._waiting_for_keyring,
        )
        self._locals.append(LocalProfile(label, keyring, StateFolder(self.folder), writes=writes, now=now))
        return self._locals[-1]

    def _waiting_for_keyring(self) -> None:
        """Tell the person, once, that they may have to unlock the keyring."""
        if self.terminal and not self._has_waited:
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
        """The client of StackOne for an API key: the same one during the whole command.

        It removes the secrets that are saved or given from all that StackOne answers.
        """
        from eh_connect.stackone.client import Client

        if api_key not in self._clients:
            pairs = [credentials_of(self.values)]
            for local in self._locals:
                pairs += [local.current, local.staged, local.previous]
            secrets = [secret for pair in pairs if pair for secret in (pair.client_id, pair.client_secret)]
            client = Client(api_key, url=self.values.require(i.STACKONE_URL), time=self.time, secrets=secrets)
            self._clients[api_key] = self._stack.enter_context(client)
        return self._clients[api_key]

    def _enter_sandbox(self) -> None:
        from eh_connect.cli.sandbox import open_sandbox

        real = i.NOT_IN_THE_SANDBOX
        found = [each.flag or "" for each in real if self._typed.pop(each.parameter, None) not in {None, ()}]
        variables = [each.variable or "" for each in real]
        found += [variable for variable in variables if self.environ.pop(variable, "")]
        self.output.show(prose("Sandbox: everything is simulated on this computer.", indent=0))
        if found:
            self.output.show(prose(f"Not used, as the sandbox takes no real values: {', '.join(found)}"))
        sandbox = self._stack.enter_context(open_sandbox(self))
        self.serves_sandbox = sandbox.serves
        self.environ.update(sandbox.environment)
        if self.asks:  # a person copies the credentials from the sandbox's portal
            for wanted in (i.CLIENT_ID, i.CLIENT_SECRET):
                self.environ.pop(wanted.variable or "")


def now() -> str:
    """The present time in UTC, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def origins(values: Values) -> tuple[str, ...]:
    """The two origins to which this run may send secrets: the StackOne API and the OAuth server."""
    return tuple(origin(values.require(each)) for each in (i.STACKONE_URL, i.EMPLOYMENT_HERO_OAUTH_URL))


def credentials_of(values: Values) -> Credentials | None:
    """The Client ID and Client Secret of this run; None unless both are known."""
    client_id, client_secret = values[i.CLIENT_ID], values[i.CLIENT_SECRET]
    return Credentials(client_id, client_secret) if client_id and client_secret else None
