"""Who is asked in a run: the person at the terminal, or nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.opening import now, origins

if TYPE_CHECKING:
    from eh_connect.cli.connect import StackOne
    from eh_connect.cli.session import Session
    from eh_connect.flows.console import Console
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import Purpose
    from eh_connect.person.wizard import Wizard
    from eh_connect.values import Input

DEFAULT_WAIT = 600.0
"""Seconds that a person at the terminal is waited for, where ``--wait`` says nothing."""


def console(session: Session, stackone: StackOne, purpose: Purpose | None = None) -> Console:
    """The person, if one may be asked."""
    values = session.values
    if not session.asks:
        from eh_connect.flows.console import Console

        return Console(session.output.show, session.output.warn, verbose=session.is_verbose)
    from eh_connect.person.attended import Attended
    from eh_connect.person.wizard import region

    key, wait = values[i.API_KEY], values[i.WAIT]
    return Attended(
        session.desk,
        values,
        warn=session.output.warn,
        wait=DEFAULT_WAIT if wait is None else wait,
        renew=stackone.time.renew,
        purpose=purpose or "",
        region=region(key) if key else "",
    )


def wizard(session: Session, local: LocalProfile, stackone: StackOne) -> Wizard:
    """The questions before a run."""
    from eh_connect.person.wizard import Wizard

    return Wizard(
        session.desk,
        session.values,
        local,
        connect=lambda key: stackone(key)[0],
        origins=origins(session.values),
        command=session.values.command(session.command_name),
        now=now,
    )


def ask_for_texts(session: Session, *wanted: Input[str]) -> None:
    """Ask for values that were not given."""
    from eh_connect.person.review import ask_for

    for each in wanted:
        if session.values[each] is None:
            ask_for(session.desk, each, session.values, each.judge)
