"""The run of ``verify``, and the offer to prove a profile that was just written."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.opening import opened
from eh_connect.cli.setup_inputs import DEFAULT_WAIT
from eh_connect.commands import command
from eh_connect.errors import ActionNeededError, NextStep
from eh_connect.flows.signing_in import SignInParts
from eh_connect.flows.verify import Notes, VerifyRequest, verify
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from eh_connect.asking import Asking
    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.inputs import Inputs
    from eh_connect.network import NetworkTime
    from eh_connect.result import SessionResult, SetupResult
    from eh_connect.secret import Secret
    from eh_connect.stackone.client import Client


def run_verify(
    session: Session, inputs: Inputs, *, again: tuple[str, ...], keep_account: bool, browser: bool
) -> SessionResult:
    """Judge the inputs, ask for a missing key where somebody is there, then prove."""
    given = setup_inputs.read(inputs)
    asks = session.attended
    if asks:
        inputs.stop_on_problems()

    def gather(keeping: Keeping) -> Secret | None:
        return setup_inputs.api_key(inputs, given, keeping, session.output.warn)

    opening = opened(session, inputs, given, gather, writes=False, asks=asks)
    with opening as (keeping, urls, api_key), ExitStack() as stack:
        from eh_connect.cli.stackone import connected
        from eh_connect.network import NetworkTime

        time = NetworkTime(given.timeout)
        console: Console = parts.unattended(session)
        key = api_key
        if asks:
            from eh_connect.cli import setup_wizard
            from eh_connect.wizard.stackone import ask_key

            questions = setup_wizard.asking(session, browser=browser)
            key = api_key or ask_key(questions)
            console = parts.attended(session, questions, wait=DEFAULT_WAIT, renew=time.renew, reviewed=False)
        request = VerifyRequest(
            label=given.label,
            profile_id=given.profile_id,
            wait=patience(given.wait, asks=asks),
            keep_account=keep_account,
            again=command("verify", given.label, *again),
        )
        client = connected(key, urls, keeping, time, stack)
        notes = Notes(StateFolder(session.folder), keeping.state, writes=keeping.known)
        return lasting(session, verify(request, sign_in_parts(client, console, time), notes))


def patience(wait: float | None, *, asks: bool) -> float:
    """How long somebody is waited for."""
    return wait if wait is not None else DEFAULT_WAIT if asks else 0.0


def sign_in_parts(client: Client, console: Console, time: NetworkTime) -> SignInParts:
    """The real collaborators."""
    from eh_connect.stackone.sessions import Sessions

    return SignInParts(
        profiles=client,
        sessions=Sessions(client),
        console=console,
        clock=time.clock,
        renew=time.renew,
        now=parts.now,
    )


def lasting(session: Session, result: SessionResult) -> SessionResult:
    """The result; with a warning where the link is to servers that end with this command."""
    if result.status == "pending" and session.serves_sandbox:
        session.output.warn(
            "The rehearsal's servers end with this command, and so the link leads nowhere. Start “eh-connect "
            "sandbox” first, in another terminal; then run this again."
        )
    return result


@dataclass(frozen=True)
class Unproven:
    """The profile is there, and nobody has signed in."""

    next_steps: tuple[NextStep, ...]
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Nothing: it is only said at a terminal."""
        return {}

    def as_text(self) -> str:
        """In a line."""
        return "Not proven yet."


@dataclass(frozen=True)
class Proof:
    """A proof that can be offered, once the label's lock is free."""

    request: VerifyRequest
    parts: SignInParts
    notes: Notes


def offer(session: Session, asking: Asking, result: SetupResult, proof: Proof) -> Result:
    """Show what was written, then ask whether to prove it at once.

    Declined, or left before anybody has signed in: the command has succeeded all the same.
    """
    session.output.result(replace(result, next_steps=()))
    unproven = Unproven((NextStep("prove it", proof.request.again),))
    more = (
        "It opens a link; somebody signs in to Employment Hero there and allows the access. Only that shows "
        "whether Client ID, Client Secret and redirect URI are right. It can be done later, too."
    )
    if not asking.yes("Prove it now, by signing in through the profile?", default=True, more=more):
        return unproven
    try:
        return verify(proof.request, proof.parts, proof.notes)
    except ActionNeededError as error:
        session.output.failure(error)
        return unproven
