"""``eh-connect status``: what is kept here, what StackOne has, whether they agree, what is due."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect import inputs as names
from eh_connect.cli import options
from eh_connect.cli.session import execute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eh_connect.cli.session import Session
    from eh_connect.cli.setup_inputs import Given
    from eh_connect.cli.stackone import StackOne
    from eh_connect.flows.status import Opened, StatusResult
    from eh_connect.inputs import Inputs
    from eh_connect.ports import ReadsProfiles
    from eh_connect.secret import Secret

MOST_COLUMNS = 80


def status(  # noqa: PLR0913  # a flag is an argument
    *,
    profile: options.Profile = None,
    offline: Annotated[bool, typer.Option("--offline", help="Don't ask StackOne.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 9 where anything is due or differs.")
    ] = False,
    max_age: Annotated[
        options.Text,
        typer.Option("--max-age", metavar="DAYS", help="An older Client Secret is due to be rotated."),
    ] = None,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
    api_key: options.RefusedApiKey = None,
) -> None:
    """Show what is kept here, what StackOne has, and what is due.

    All profiles, or the one that --profile names. StackOne is asked if an API key is at hand. Asks you
    nothing, writes nothing.
    """

    def body(session: Session, inputs: Inputs) -> StatusResult:
        return _status(session, inputs, offline=offline, check=check)

    execute("status", locals(), body)


def _status(session: Session, inputs: Inputs, *, offline: bool, check: bool) -> StatusResult:
    from eh_connect.cli import parts, setup_inputs
    from eh_connect.flows.status import status as look
    from eh_connect.state import StateFolder

    given = setup_inputs.read_for_looking(inputs, session.output.warn)
    most = inputs.text(names.MAX_AGE, days)
    inputs.stop_on_problems()
    one = inputs.given(names.PROFILE) is not None
    labels = [given.label] if one else StateFolder(session.folder).labels()
    kept = [_load(session, label) for label in labels]
    with ExitStack() as stack:
        opened = kept if offline else led_to_stackone(kept, given, stack)
        return look(
            opened,
            now=parts.now(),
            max_age=most,
            check=check,
            width=min(get_terminal_size().columns, MOST_COLUMNS),
            suffix=session.output.suffix,
            warn=session.output.warn,
        )


def days(text: str) -> int:
    """An age: whole days."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not int(text):
        raise ValueError("it is not a number of days from 1 to 99999")
    return int(text)


def _load(session: Session, label: str) -> Opened:
    from eh_connect.cli import parts
    from eh_connect.errors import StorageError
    from eh_connect.flows.keeping import Keeping
    from eh_connect.flows.status import Opened
    from eh_connect.state import StateFolder

    store, states = parts.keyring(session, label), StateFolder(session.folder)
    keeping = Keeping(label, store, states, writes=False, now=parts.now)
    try:
        keeping.load()
    except StorageError as exc:
        return Opened(label, None, failures=(exc,))
    failure = keeping.unreadable
    if failure is not None and keeping.state.profile_id is None and keeping.state.pending is None:
        session.output.warn(f"The keyring can't be read and counts as empty. {failure.sentence}")
        failure = None
    failures = () if failure is None else (failure,)
    return Opened(label, keeping, why_not="StackOne was not asked (--offline)", failures=failures)


def led_to_stackone(kept: Sequence[Opened], given: Given, stack: ExitStack) -> list[Opened]:
    """The same labels, each with the project to ask if there is a key: one for the same key and host."""
    from eh_connect.cli.opening import Urls
    from eh_connect.errors import InputError, StorageError

    connect = _Connecting(kept, given, stack)
    led = []
    for opened in kept:
        keeping = opened.keeping
        if keeping is None or keeping.state.profile_id is None:
            led.append(opened)
            continue
        key = given.api_key or keeping.api_key()
        if key is None:
            why = "StackOne was not asked: no API key is at hand (--api-key-file or STACKONE_API_KEY)"
            led.append(replace(opened, why_not=why))
            continue
        try:
            urls = Urls(given, keeping)
            keeping.check_origins(urls.origins, urls.default_origins)
        except (InputError, StorageError) as exc:
            led.append(replace(opened, why_not=exc.title, failures=(*opened.failures, exc)))
            continue
        led.append(replace(opened, project=connect(urls.stackone, urls.dashboard, key)))
    return led


class _Connecting:
    """Connects to each host once; whatever is kept is taken out of what any of them says."""

    def __init__(self, kept: Sequence[Opened], given: Given, stack: ExitStack) -> None:
        keepings = [opened.keeping for opened in kept if opened.keeping is not None]
        pairs = [pair for k in keepings for pair in (k.current, k.next, k.previous) if pair is not None]
        keys = [key for k in keepings if (key := k.api_key()) is not None]
        self._secrets = (*(s for pair in pairs for s in (pair.client_id, pair.client_secret)), *keys)
        self._given = given
        self._stack = stack
        self._hosts: dict[str, StackOne] = {}

    def __call__(self, url: str, dashboard: str, key: Secret) -> ReadsProfiles:
        from eh_connect.cli.stackone import StackOne
        from eh_connect.network import NetworkTime

        if not self._hosts:
            self._time = NetworkTime(self._given.timeout)
        if url not in self._hosts:
            self._hosts[url] = StackOne(url, dashboard, self._time, self._stack, self._secrets)
        return self._hosts[url].connect(key)[0]
