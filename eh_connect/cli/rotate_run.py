"""The run of ``rotate``: checks in their order (the cheapest first), then the person, then the flow."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect import inputs as names
from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.opening import opened
from eh_connect.cli.setup_inputs import DEFAULT_NAME, DEFAULT_WAIT, Gathered
from eh_connect.cli.verify_run import Proof, proven_next
from eh_connect.cli.wiring import Switches, Wiring, dry_run_told
from eh_connect.commands import command
from eh_connect.errors import InputError, NextStep
from eh_connect.flows.rotate import no_previous, rotate
from eh_connect.result import SetupResult
from eh_connect.secret import Secret
from eh_connect.stackone.models import EMPLOYMENT_HERO, ConnectorProfile
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.cli.setup_inputs import Given
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.inputs import Inputs


def run_rotate(session: Session, inputs: Inputs, switches: Switches) -> Result:
    """Check everything, have the person make the new secret where somebody is there, then rotate."""
    given = replace(setup_inputs.read(inputs), name=None, actions=None)  # of setup: all else stays as before
    is_rollback = switches.purpose == "rollback"
    if is_rollback:  # a variable may still be set: what comes back is in the keyring
        given = replace(given, client_id=None, client_secret=None)
    asks = session.attended and not switches.dry_run
    if asks:
        inputs.stop_on_problems()

    def gather(keeping: Keeping) -> Gathered:
        kept = _before(keeping) if is_rollback else _new_pair(given, keeping)
        if is_rollback and kept[0] is None and not inputs.invalid:
            raise keeping.unreadable or no_previous(given.label)
        gathered = setup_inputs.with_pair(inputs, given, kept, keeping, session.output.warn)
        if inputs.missing and given.profile_id is None and keeping.state.profile_id is None:
            inputs.missing.insert(0, names.PROFILE_ID.problem())
        return gathered

    opening = opened(
        session, inputs, given, gather, writes=switches.writes, dry_run=switches.dry_run, asks=asks
    )
    with ExitStack() as stack:
        with opening as (keeping, urls, gathered):
            keeping.on_success(stackone_url=urls.stackone, oauth_url=urls.oauth)
            wiring = Wiring(stack, keeping, switches, urls, gathered)
            result, proof = _rotate(session, wiring, gathered, asks=asks)
        # Out here the label's lock is free: a person may be waited for.
        return proven_next(session, result, proof) if result.changed else result


def note_revoked(session: Session, inputs: Inputs) -> SetupResult:
    """Nobody has to be reminded of the old secret any more. Neither StackOne nor the keyring is asked."""
    label = setup_inputs.read_for_looking(inputs, session.output.warn).label
    inputs.stop_on_problems()
    states = StateFolder(session.folder)
    state = states.read(label)
    if state is None or state.profile_id is None:
        raise InputError(
            f"Nothing is kept here under the label “{label}”.",
            hint=f"See what is kept: {command('status', label)}",
        )
    with states.lock(label):
        state = states.read(label) or state
        states.write(replace(state, old_secret=None))
    name = state.name or DEFAULT_NAME
    return Noted(
        command="rotate",
        action="unchanged",
        via=None,
        label=label,
        name=name,
        profile=ConnectorProfile(
            state.profile_id or "",
            name,
            EMPLOYMENT_HERO,
            created_at=state.created_at,
            updated_at=state.updated_at,
        ),
        proven=state.proven_at,
        fingerprint=state.fingerprint,
        stored_in=None,
        set_at=state.set_at,
        plan=(),
    )


class Noted(SetupResult):
    """Nothing was changed but a note here; nobody was asked."""

    def as_text(self) -> str:
        """In a line."""
        return f"Noted: the old secret of “{self.label}” was revoked in the portal."


def _before(keeping: Keeping) -> tuple[Secret | None, Secret | None]:
    pair = keeping.rollback or keeping.next
    return (pair.client_id, pair.client_secret) if pair else (None, None)


def _new_pair(given: Given, keeping: Keeping) -> tuple[Secret | None, Secret | None]:
    """The Client ID that is kept, unless another is given; the new secret, or the one that is staged."""
    kept, staged = keeping.pair, keeping.next
    client_id = Secret(given.client_id) if given.client_id is not None else kept.client_id if kept else None
    fits = staged is not None and staged.client_id == client_id
    return client_id, given.client_secret or (staged.client_secret if staged and fits else None)


def _rotate(session: Session, wiring: Wiring, gathered: Gathered, *, asks: bool) -> tuple[SetupResult, Proof]:
    console: Console = parts.unattended(session)
    questions = None
    check, pair, api_key = wiring.switches.check, gathered.pair, gathered.api_key
    if asks:
        from eh_connect.cli import rotate_wizard, setup_wizard

        questions = setup_wizard.asking(session, browser=wiring.switches.browser)
        wait = DEFAULT_WAIT if gathered.given.wait is None else gathered.given.wait
        console = parts.attended(session, questions, wait=wait, renew=wiring.time.renew, reviewed=False)
        gathered, pair, api_key = rotate_wizard.gather(questions, gathered, wiring, console)
        check = check and gathered.pair is not None
    if pair is None or api_key is None:
        raise AssertionError("what is missing has been told, or asked for")
    request = wiring.request(gathered, pair, check=check)
    result = rotate(request, wiring.parts(api_key, console))
    state = wiring.keeping.state
    if result.changed and state.old_secret is not None:
        why = f"after that, revoke {state.old_secret} in the portal, and note it"
        step = NextStep(why, command("rotate", state.label, "--old-revoked"))
        result = replace(result, next_steps=(step,))
    result = dry_run_told(result, request, exit_code=wiring.switches.exit_code)
    return result, Proof.of(session, wiring, gathered.given, api_key, console, questions)
