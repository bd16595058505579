"""The run of ``verify`` and ``link``; ``setup`` and ``rotate`` offer the former at their end."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.asking import DEFAULT_WAIT, ask_for_texts, console, wizard
from eh_connect.cli.connect import StackOne
from eh_connect.cli.opening import now, opened
from eh_connect.errors import EhConnectError, RejectedError, StoppedError
from eh_connect.flows.find import the_profile
from eh_connect.flows.parts import SignInParts
from eh_connect.flows.verify import verify
from eh_connect.lines import BLANK

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from eh_connect.cli.session import Session
    from eh_connect.flows.console import Console
    from eh_connect.local.profile import LocalProfile
    from eh_connect.results import SessionResult
    from eh_connect.secret import Secret
    from eh_connect.values import Input


def run(
    session: Session, flow: Callable[..., SessionResult], *needs: Input[str], wait: float
) -> SessionResult:
    """Judge everything, ask what is missing where somebody is there, then sign in.

    ``wait`` are the seconds at a terminal, where ``--wait`` says nothing; unattended: 0.
    """
    values = session.values
    asks = session.asks

    def needed(_: LocalProfile) -> tuple[Input[Any], ...]:
        return () if asks else (i.API_KEY, *needs)

    with opened(session, writes=False, needs=needed) as local, ExitStack() as stack:
        stackone = StackOne(values, stack, [local])
        if asks:
            profiles, _ = wizard(session, local, stackone).key()
            the_profile(values, local, profiles)  # without one nothing more is asked
            ask_for_texts(session, *needs)
        again = values.command(session.command_name)
        parts = sign_in_parts(local, stackone, values.sure(i.API_KEY), console(session, stackone), again)
        return finished(session, flow(values, parts, wait=patience(session, wait), command=command(session)))


def offered(session: Session, local: LocalProfile, stackone: StackOne, again: str) -> bool:
    """Offer the test of what was just written; whether it was passed.

    Whatever else stands in its way, the write is done: that is said, and no failure.

    Raises:
        RejectedError: the profile doesn't work.
        StoppedError: the person stopped.
    """
    from eh_connect.person import words

    session.desk.terminal.show(BLANK)
    if not session.desk.terminal.yes(
        "Test it now? You sign in to Employment Hero once; the test account is removed from StackOne afterwards.",
        default=True,
        more=words.SIGN_IN,
    ):
        return False
    stackone.time.renew()
    key = session.values.sure(i.API_KEY)
    parts = sign_in_parts(local, stackone, key, console(session, stackone, "setup"), again)
    try:
        result = verify(session.values, parts, wait=patience(session, DEFAULT_WAIT), command=command(session))
    except (RejectedError, StoppedError):
        raise
    except EhConnectError as error:
        session.output.failure(error)
        return (error.body or {}).get("status") == "authenticated"
    session.output.result(finished(session, result))
    return True


def command(session: Session) -> str:
    """The label's command line, with ``{}`` for the command."""
    return session.command_for(session.values.sure(i.PROFILE), "{}").replace("'{}'", "{}")


def patience(session: Session, usual: float) -> float:
    """Seconds to wait for a person."""
    given = session.values[i.WAIT]
    return given if given is not None else usual if session.attended else 0.0


def sign_in_parts(
    local: LocalProfile, stackone: StackOne, key: Secret, console: Console, again: str
) -> SignInParts:
    """The real collaborators."""
    from eh_connect.stackone.sessions import Sessions

    client, _ = stackone(key)
    return SignInParts(
        profiles=client,
        sessions=Sessions(client),
        local=local,
        console=console,
        clock=stackone.time.clock,
        renew=stackone.time.renew,
        now=now,
        new_id=lambda: secrets.token_hex(4),
        again=again,
    )


def finished(session: Session, result: SessionResult) -> SessionResult:
    """The result; with a warning where its link is to servers that end with this command."""
    if result.status == "pending" and session.serves_sandbox:
        session.output.warn(
            "The sandbox ends with this command, and its link with it. Run eh-connect sandbox in another terminal "
            "first, then this again."
        )
    return result
