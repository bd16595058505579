"""The run of ``setup``: parts wired, checks in their order (the cheapest first), then the flow."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.opening import Urls, opened
from eh_connect.cli.setup_inputs import DEFAULT_NAME, DEFAULT_WAIT, Gathered
from eh_connect.cli.verify_run import Proof, offer, patience, sign_in_parts
from eh_connect.commands import command
from eh_connect.errors import NextStep
from eh_connect.flows.request import SetupParts, SetupRequest
from eh_connect.flows.setup import setup
from eh_connect.flows.verify import Notes, VerifyRequest
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
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


def run_setup(session: Session, inputs: Inputs, switches: Switches) -> Result:
    """Judge everything, ask what is missing where somebody is there, check storage, then converge."""
    given = setup_inputs.read(inputs)
    asks = session.attended and not switches.dry_run
    if asks:
        inputs.stop_on_problems()

    def gather(keeping: Keeping) -> Gathered:
        return setup_inputs.credentials(inputs, given, keeping, session.output.warn)

    writes = switches.store and not switches.dry_run
    opening = opened(session, inputs, given, gather, writes=writes, dry_run=switches.dry_run, asks=asks)
    with ExitStack() as stack:
        with opening as (keeping, urls, gathered):
            said = {"org_id": given.org_id, "app_name": given.app_name, "scopes": given.scopes}
            keeping.remember(**{name: text for name, text in said.items() if text is not None})
            keeping.on_success(stackone_url=urls.stackone, oauth_url=urls.oauth)
            result, proves = _converge(session, _Run(stack, keeping, switches, urls), gathered, asks=asks)
        if result.action in {"created", "updated"}:
            return proves(result)  # out here the label's lock is free: a person may be waited for
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
    urls: Urls


def _converge(
    session: Session, run: _Run, gathered: Gathered, *, asks: bool
) -> tuple[SetupResult, Callable[[SetupResult], Result]]:
    """The result, and what proves it: an offer at a terminal, else the command to run next."""
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
        wait = DEFAULT_WAIT if gathered.given.wait is None else gathered.given.wait
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
    proof = Proof(
        VerifyRequest(
            label=gathered.given.label,
            profile_id=None,
            wait=patience(gathered.given.wait, asks=asks),
            keep_account=False,
            again=_verify(gathered.given.label, result, run),
        ),
        sign_in_parts(profiles, console, time),
        Notes(StateFolder(session.folder), keeping.state, writes=keeping.writes),
    )
    if asks:
        return result, lambda result: offer(session, questions, result, proof)
    step = NextStep("prove it", proof.request.again)
    return result, lambda result: replace(result, next_steps=(step,))


def _verify(label: str, result: SetupResult, run: _Run) -> str:
    """The command that proves what was written; what is not kept has to be given again."""
    typed = run.switches.again
    needed = [
        part
        for flag, value in pairwise(typed)
        if flag in {"--api-key-file", "--stackone-url"}
        for part in (flag, value)
    ]
    if result.profile is not None and not run.keeping.writes:
        needed += ["--profile-id", result.profile.id]
    return command("verify", label, *needed)


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
