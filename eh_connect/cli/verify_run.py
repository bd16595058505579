"""The run of ``verify``, and the offer to prove a profile that was just written."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

from eh_connect import inputs as names
from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.opening import opened
from eh_connect.cli.setup_inputs import DEFAULT_WAIT
from eh_connect.cli.stackone import StackOne
from eh_connect.commands import command
from eh_connect.errors import EhConnectError, NextStep, RejectedError
from eh_connect.flows.signing_in import SignInParts
from eh_connect.flows.verify import Notes, VerifyRequest, verify
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from eh_connect.asking import Asking
    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.cli.setup_inputs import Given
    from eh_connect.cli.wiring import Wiring
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.inputs import Inputs
    from eh_connect.result import SessionResult, SetupResult
    from eh_connect.secret import Secret


def run_verify(session: Session, inputs: Inputs, *, keep_account: bool, browser: bool) -> SessionResult:
    """Judge the inputs, ask for a missing key where somebody is there, then prove."""
    given = setup_inputs.read_for_looking(inputs, session.output.warn)
    asks = session.attended
    if asks:
        inputs.stop_on_problems()

    def gather(keeping: Keeping) -> Secret | None:
        return setup_inputs.api_key(inputs, given, keeping)

    opening = opened(session, inputs, given, gather, writes=False, asks=asks)
    with opening as (keeping, urls, kept_key), ExitStack() as stack:
        stackone = StackOne.around(keeping, urls, given, stack)
        console: Console = parts.unattended(session)
        key = kept_key
        if asks:
            from eh_connect.cli import setup_wizard
            from eh_connect.wizard.key import working_key

            questions = setup_wizard.asking(session, browser=browser)
            key = working_key(questions, stackone.connect, kept_key).key
            renew = stackone.time.renew
            console = parts.attended(session, questions, wait=DEFAULT_WAIT, renew=renew, reviewed=False)
        again = inputs.typed(names.PROFILE, names.TIMEOUT, names.WAIT)
        request = VerifyRequest(
            label=given.label,
            profile_id=given.profile_id,
            wait=_patience(given, asks=asks),
            keep_account=keep_account,
            again=command("verify", given.label, *again, *(["--keep-account"] if keep_account else [])),
        )
        notes = Notes(StateFolder(session.folder), keeping.state, writes=keeping.known)
        return lasting(session, verify(request, sign_in_parts(stackone, key, console), notes))


def sign_in_parts(stackone: StackOne, key: Secret | None, console: Console) -> SignInParts:
    """The real collaborators."""
    from eh_connect.stackone.sessions import Sessions

    if key is None:
        raise AssertionError("what is missing has been told, or asked for")
    client, _ = stackone.connect(key)
    time = stackone.time
    return SignInParts(client, Sessions(client), console, clock=time.clock, renew=time.renew, now=parts.now)


def lasting(session: Session, result: SessionResult) -> SessionResult:
    """The result; with a warning where its link is to servers that end with this command."""
    if result.status == "pending" and session.serves_sandbox:
        session.output.warn(
            "The rehearsal's servers end with this command, and so the link leads nowhere. Start “eh-connect "
            "sandbox” first, in another terminal; then run this again."
        )
    return result


@dataclass(frozen=True)
class Proof:
    """A proof of what a command has just written, for when the label's lock is free."""

    request: VerifyRequest
    parts: SignInParts
    notes: Notes
    asking: Asking | None
    """Who can be asked; None: nobody is there."""

    @classmethod
    def of(
        cls,
        session: Session,
        wiring: Wiring,
        given: Given,
        key: Secret,
        console: Console,
        asking: Asking | None,
    ) -> Self:
        """Made while the label is open, after the write."""
        keeping = wiring.keeping
        needed = ("--api-key-file", "--stackone-url")
        again = [part for typed in pairwise(wiring.switches.again) if typed[0] in needed for part in typed]
        if not keeping.writes and keeping.state.profile_id is not None:
            again += ["--profile-id", keeping.state.profile_id]
        request = VerifyRequest(
            label=given.label,
            profile_id=None,
            wait=_patience(given, asks=asking is not None),
            keep_account=False,
            again=command("verify", given.label, *again),
        )
        notes = Notes(StateFolder(session.folder), keeping.state, writes=keeping.writes)
        return cls(request, sign_in_parts(wiring.stackone, key, console), notes, asking)


def proven_next(session: Session, result: SetupResult, proof: Proof) -> Result:
    """A written profile is to be proven next: at a terminal that is offered at once.

    Declined, left, or failed before anybody has signed in: the command has succeeded all the same. Only a
    rejected proof (9) is its failure.
    """
    step = NextStep("prove it", proof.request.again)
    if proof.asking is None:
        return replace(result, next_steps=(step, *result.next_steps))
    session.output.result(replace(result, next_steps=()))
    unproven = Unproven((step, *result.next_steps))
    more = (
        "It opens a link; somebody signs in to Employment Hero there and allows the access. Only that shows "
        "whether Client ID, Client Secret and redirect URI are right. It can be done later, too."
    )
    try:
        if not proof.asking.yes("Prove it now, by signing in through the profile?", default=True, more=more):
            return unproven
        proof.parts.renew()
        return lasting(session, verify(proof.request, proof.parts, proof.notes))
    except RejectedError:
        raise
    except (KeyboardInterrupt, EOFError):
        return unproven
    except EhConnectError as error:  # whatever it is, the profile is written
        session.output.failure(error)
        if (error.body or {}).get("status") != "authenticated":
            return unproven
        return replace(unproven, said="Somebody has signed in. The test account stays at StackOne.")


@dataclass(frozen=True)
class Unproven:
    """The profile is written; its proof is not done, or not all of it."""

    next_steps: tuple[NextStep, ...]
    said: str = "Not proven yet."
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Nothing: it is only said at a terminal."""
        return {}

    def as_text(self) -> str:
        """In a line."""
        return self.said


def _patience(given: Given, *, asks: bool) -> float:
    return given.wait if given.wait is not None else DEFAULT_WAIT if asks else 0.0
