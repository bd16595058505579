"""The run of ``setup``: parts wired, checks in their order (the cheapest first), then the flow."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.setup_inputs import DEFAULT_NAME, STACKONE_APP_URL, STACKONE_URL, Gathered, Given
from eh_connect.commands import command
from eh_connect.employment_hero.portal import OAUTH_URL
from eh_connect.errors import NextStep, StorageError
from eh_connect.flows.keeping import Keeping
from eh_connect.flows.request import SetupParts, SetupRequest
from eh_connect.flows.setup import setup
from eh_connect.inputs import origin, url
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from pathlib import Path

    from eh_connect.cli.session import Session
    from eh_connect.console import Console
    from eh_connect.inputs import Inputs
    from eh_connect.result import SetupResult
    from eh_connect.secret import Pair


@dataclass(frozen=True)
class Switches:
    """The flags of ``setup`` that are yes or no."""

    default: bool | None
    check: bool
    store: bool
    dry_run: bool
    exit_code: bool
    replace_application: bool
    browser: bool
    again: tuple[str, ...]
    """The flags of this run, but for the label, the profile's ID and the dry run."""


def run_setup(session: Session, inputs: Inputs, switches: Switches) -> SetupResult:
    """Judge everything, ask what is missing where somebody is there, check storage, then converge."""
    given = setup_inputs.read(inputs)
    asks = session.attended and not switches.dry_run
    if asks:
        inputs.stop_on_problems()
    writes = switches.store and not switches.dry_run
    folder = session.folder
    states = StateFolder(folder)
    store = parts.keyring(session, given.label)
    keeping = Keeping(given.label, store, states, writes=writes, now=parts.now)
    with ExitStack() as stack:
        # A folder that exists is locked before it is read; a new one is made once nothing is missing.
        locked = writes and (asks or _is_there(folder)) and not inputs.invalid
        if locked:
            stack.enter_context(states.lock(given.label))
        keeping.load()
        gathered = setup_inputs.credentials(inputs, given, keeping, session.output.warn)
        if not inputs.invalid:  # what is missing may be in there
            _check_known(keeping, dry_run=switches.dry_run)
        if not asks or inputs.invalid:
            inputs.stop_on_problems()
        if writes and not locked:
            stack.enter_context(states.lock(given.label))
            keeping.load()
        _check_keyring(session, keeping, dry_run=switches.dry_run)
        keeping.trial()
        urls = _Urls(given, keeping)
        keeping.check_origins(urls.origins, urls.default_origins)
        said = {"org_id": given.org_id, "app_name": given.app_name, "scopes": given.scopes}
        keeping.remember(**{name: text for name, text in said.items() if text is not None})
        keeping.on_success(stackone_url=urls.stackone, oauth_url=urls.oauth)
        result = _converge(session, _Run(stack, keeping, switches, urls), gathered, asks=asks)
    if result.action != "pending":
        return result
    profile_id = ("--profile-id", given.profile_id) if given.profile_id else ()
    step = NextStep("make the change", command("setup", given.label, *profile_id, *switches.again))
    return replace(result, next_steps=(step,), exit_code=10 if switches.exit_code else 0)


@dataclass(frozen=True)
class _Run:
    stack: ExitStack
    keeping: Keeping
    switches: Switches
    urls: _Urls


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:
        return False  # what is wrong with it is told when it is made


class _Urls:
    """Where things go: given, else as at the last success, else the real ones."""

    def __init__(self, given: Given, keeping: Keeping) -> None:
        self.stackone = given.stackone_url or _stored(keeping.state.stackone_url) or STACKONE_URL
        self.oauth = given.oauth_url or _stored(keeping.state.oauth_url) or OAUTH_URL
        self.dashboard = given.app_url or STACKONE_APP_URL
        self.origins = (origin(self.stackone), origin(self.oauth))
        self.default_origins = (origin(STACKONE_URL), origin(OAUTH_URL))


def _stored(base_url: str | None) -> str | None:
    """A URL from the state file is judged like any other: the file may be damaged."""
    try:
        return base_url and url(base_url)
    except ValueError as exc:
        raise StorageError(
            "The state file holds a URL that can't be used.",
            detail=f"{exc}.",
            hint="Restore the file, or give --stackone-url and EMPLOYMENT_HERO_OAUTH_URL.",
        ) from None


def _check_known(keeping: Keeping, *, dry_run: bool) -> None:
    is_known = keeping.state.profile_id is not None or keeping.state.pending is not None
    if keeping.unreadable is not None and is_known and not dry_run:
        raise keeping.unreadable


def _check_keyring(session: Session, keeping: Keeping, *, dry_run: bool) -> None:
    if keeping.unreadable is None:
        return
    if dry_run:
        why = keeping.unreadable.title.rstrip(".")
        session.output.warn(f"The keyring can't be read and counts as empty. {why}.")
    elif keeping.writes:
        raise keeping.unreadable


def _converge(session: Session, run: _Run, gathered: Gathered, *, asks: bool) -> SetupResult:
    from eh_connect.cli.stackone import StackOne
    from eh_connect.employment_hero.probe import CredentialProbe
    from eh_connect.network import NetworkTime

    keeping, switches, urls = run.keeping, run.switches, run.urls
    time = NetworkTime(gathered.given.timeout)
    pairs = (gathered.pair, keeping.current, keeping.next, keeping.previous)
    known = tuple(secret for pair in pairs if pair for secret in (pair.client_id, pair.client_secret))
    stackone = StackOne(urls.stackone, urls.dashboard, time, run.stack, known)
    probe = CredentialProbe(urls.oauth, time)
    console: Console = parts.unattended(session)
    check = switches.check
    if asks:
        from eh_connect.cli import setup_wizard

        questions = setup_wizard.asking(session, browser=switches.browser)
        gathered = setup_wizard.gather(
            session, questions, gathered, keeping, stackone, probe, origins=urls.origins, check=check
        )
        check = check and not gathered.probed
        wait = gathered.given.wait
        console = parts.attended(session, questions, wait=wait, renew=time.renew, reviewed=gathered.reviewed)
    if gathered.pair is None or gathered.api_key is None:
        raise AssertionError("what is missing has been told, or asked for")
    profiles, writes = stackone.connect(gathered.api_key)
    setup_parts = SetupParts(
        profiles=profiles,
        writes=writes,
        probe=probe,
        keeping=keeping,
        console=console,
        pause=time.sleep,
    )
    result = setup(_request(gathered, gathered.pair, run, check=check), setup_parts)
    if asks and result.action == "created":
        setup_wizard.afterwards(questions)
    return result


def _request(gathered: Gathered, pair: Pair, run: _Run, *, check: bool) -> SetupRequest:
    given, switches = gathered.given, run.switches
    return SetupRequest(
        label=given.label,
        pair=pair,
        pair_given=given.client_id is not None or given.client_secret is not None,
        name=given.name or run.keeping.state.name or DEFAULT_NAME,
        name_given=given.name is not None,
        profile_id=given.profile_id,
        default=switches.default,
        actions=given.actions,
        if_exists=given.if_exists,
        via=given.via,
        check=check,
        dry_run=switches.dry_run,
        replace_application=switches.replace_application,
        origins=run.urls.origins,
        dashboard_url=run.urls.dashboard,
        again=switches.again,
    )
