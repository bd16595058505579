"""The run of ``verify`` and ``link``; ``setup`` and ``rotate`` offer the former at their end."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.connect import StackOne
from eh_connect.cli.opening import now, opened
from eh_connect.flows.parts import SignInParts

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.cli.session import Session
    from eh_connect.flows.parts import Console
    from eh_connect.local.profile import LocalProfile
    from eh_connect.results import SessionResult
    from eh_connect.secret import Secret
    from eh_connect.values import Input

DEFAULT_WAIT = 600.0
"""Seconds that a person at the terminal is waited for."""


def run(
    session: Session, flow: Callable[..., SessionResult], *needs: Input[str], wait: float
) -> SessionResult:
    """Judge everything, ask what is missing where somebody is there, then sign in.

    ``wait`` are the seconds at a terminal, where ``--wait`` says nothing; unattended: 0.
    """
    values, name = session.values, session.command_name
    with opened(session, writes=False, needs=lambda _: (i.API_KEY, *needs)) as local, ExitStack() as stack:
        stackone = StackOne(values, stack, [local])
        console: Console = session.unattended
        if session.attended:
            console = session.console(local, stackone)
            session.ask_key(stackone, local)
            session.ask_customer(*needs)
        key = values.sure(i.API_KEY)
        again = values.command(name, without=(i.RUN_ACTIONS,))
        parts = sign_in_parts(local, stackone, key, console, again)
        return finished(session, flow(values, parts, wait=patience(session, wait), command=command(session)))


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
