"""``eh-connect verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.command import Command

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import Result


def _run(session: Session) -> Result:
    from eh_connect.cli.asking import DEFAULT_WAIT
    from eh_connect.cli.sign_in import run
    from eh_connect.flows.verify import verify

    return run(session, verify, wait=DEFAULT_WAIT)


COMMAND = Command(
    "verify",
    "Test a profile by a real sign-in, and whether its scopes are enough.",
    more="You sign in to Employment Hero once. The test account is removed from StackOne afterwards.",
    inputs=(
        *(i.PROFILE, i.PROFILE_ID, i.RUN_ACTIONS, i.KEEP_ACCOUNT, i.API_KEY),
        *(i.WAIT, i.BROWSER, *i.URLS),
    ),
    examples=(
        ("eh-connect verify", "opens a link and waits until you have signed in"),
        ("eh-connect verify --actions", "also runs each list action once; its data is thrown away"),
        ("eh-connect verify --no-input --wait 600 --json", "in a script: prints the link, waits"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9),
    run=_run,
)
