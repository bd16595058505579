"""The run of ``setup``: checks in their order (the cheapest first), then the wizard, then the flow."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.opening import opened
from eh_connect.cli.setup_inputs import DEFAULT_WAIT, Gathered
from eh_connect.cli.verify_run import Proof, proven_next
from eh_connect.cli.wiring import Switches, Wiring, dry_run_told
from eh_connect.flows.converging import setup

if TYPE_CHECKING:
    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.inputs import Inputs
    from eh_connect.result import SetupResult


def run_setup(session: Session, inputs: Inputs, switches: Switches) -> Result:
    """Judge everything, ask what is missing where somebody is there, check storage, then converge."""
    given = setup_inputs.read(inputs)
    asks = session.attended and not switches.dry_run
    if asks:
        inputs.stop_on_problems()

    def gather(keeping: Keeping) -> Gathered:
        return setup_inputs.credentials(inputs, given, keeping, session.output.warn)

    opening = opened(
        session, inputs, given, gather, writes=switches.writes, dry_run=switches.dry_run, asks=asks
    )
    with ExitStack() as stack:
        with opening as (keeping, urls, gathered):
            keeping.on_success(stackone_url=urls.stackone, oauth_url=urls.oauth)
            wiring = Wiring(stack, keeping, switches, urls, gathered)
            result, proof = _converge(session, wiring, gathered, asks=asks)
            said = {"org_id": given.org_id, "app_name": given.app_name, "scopes": given.scopes}
            keeping.remember(**{name: text for name, text in said.items() if text is not None})
        # Out here the label's lock is free: a person may be waited for.
        return proven_next(session, result, proof) if result.changed else result


def _converge(
    session: Session, wiring: Wiring, gathered: Gathered, *, asks: bool
) -> tuple[SetupResult, Proof]:
    console: Console = parts.unattended(session)
    questions = None
    check = wiring.switches.check
    if asks:
        from eh_connect.cli import setup_wizard

        questions = setup_wizard.asking(session, browser=wiring.switches.browser)
        gathered = setup_wizard.gather(session, questions, gathered, wiring)
        check = check and not gathered.probed
        wait = DEFAULT_WAIT if gathered.given.wait is None else gathered.given.wait
        renew = wiring.time.renew
        console = parts.attended(session, questions, wait=wait, renew=renew, reviewed=gathered.reviewed)
    if gathered.pair is None or gathered.api_key is None:
        raise AssertionError("what is missing has been told, or asked for")
    request = wiring.request(gathered, gathered.pair, check=check)
    result = setup(request, wiring.parts(gathered.api_key, console))
    if questions is not None and result.action == "created":
        setup_wizard.afterwards(questions)
    result = dry_run_told(result, request, exit_code=wiring.switches.exit_code)
    return result, Proof.of(session, wiring, gathered.given, gathered.api_key, console, questions)
