"""The run of ``setup`` and ``rotate``: the checks in their order, then the person, then the driver."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from eh_connect import inputs
from eh_connect.cli.connect import StackOne
from eh_connect.cli.opening import credentials_of, now, opened
from eh_connect.errors import UsageError
from eh_connect.flows.parts import Revised, WriteParts
from eh_connect.flows.write import write

if TYPE_CHECKING:
    from typing import Any

    from eh_connect.cli.session import Session
    from eh_connect.flows.write import Purpose
    from eh_connect.local.profile import LocalProfile
    from eh_connect.results import WriteResult
    from eh_connect.values import Input


def run(session: Session, purpose: Purpose) -> WriteResult:
    """Judge everything, ask what is missing where somebody is there, check storage, then write."""
    values = session.values
    dry_run = values.sure(inputs.DRY_RUN)
    if values[inputs.EXIT_CODE] and not dry_run:
        raise UsageError("--exit-code goes with --dry-run", hint="Add --dry-run, or leave it out.")
    session.asks = session.attended and not dry_run
    writes = values.sure(inputs.STORE) and not dry_run
    needs = partial(_needs, purpose=purpose)
    with ExitStack() as stack:
        with opened(session, writes=writes, needs=needs, may_leave_out_store=True) as local:
            stackone = StackOne(values, stack, local, credentials_of(values))
            console, wizard = session.console(local, stackone)
            ...
    return result


def _needs(local: LocalProfile, *, purpose: Purpose) -> tuple[Input[Any], ...]: ...
