"""``eh-connect doctor``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.command import Command

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import Result


def _run(session: Session) -> Result:
    from eh_connect.cli.asking import console
    from eh_connect.cli.checks_here import Here
    from eh_connect.cli.checks_network import Network
    from eh_connect.cli.connect import StackOne
    from eh_connect.cli.opening import judge_credentials, local_profile
    from eh_connect.flows.doctor import doctor

    values = session.values
    judge_credentials(values, session.output.warn)
    values.stop_on_problems()
    local = local_profile(session, values.sure(i.PROFILE), writes=False, patient=False)
    with ExitStack() as stack:
        stackone = StackOne(values, stack, [local])
        checks = (*Here(session, local).checks(), *Network(session, local, stackone).checks())
        return doctor(checks, console(session, stackone))


COMMAND = Command(
    "doctor",
    "Check keyring, network, API key and everything else that setup needs.",
    more="Each problem names its remedy. Nothing is changed.",
    inputs=(i.PROFILE, i.API_KEY, *i.URLS),
    examples=(("eh-connect doctor", "checks this computer, then StackOne and Employment Hero"),),
    codes=(3, 4, 5, 6, 7),
    run=_run,
)
