"""``eh-connect setup``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.command import Command

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import Result


def _run(session: Session) -> Result:
    from eh_connect.cli.write import run
    from eh_connect.flows.write import SETUP

    return run(session, SETUP)


COMMAND = Command(
    "setup",
    "Set up the StackOne connector profile for Employment Hero, step by step.",
    more="Run it again to change it: it changes what differs. It goes on where an earlier run stopped.",
    inputs=(
        *(i.PROFILE, i.NAME, i.PROFILE_ID, i.ORG_ID, i.APP_NAME, i.SCOPES, i.ACTIONS, i.DEFAULT),
        *(i.CLIENT_ID, i.CLIENT_SECRET, i.LOCKED, i.API_KEY),
        *(i.VIA, i.IF_EXISTS, i.REPLACE_APPLICATION, i.CHECK, i.STORE, i.BROWSER, i.WAIT),
        *(i.DRY_RUN, i.EXIT_CODE, *i.URLS),
    ),
    examples=(
        ("eh-connect setup", "asks what it needs; secrets go to your keyring"),
        ("eh-connect setup --sandbox", "the same, with everything simulated on this computer"),
        ("eh-connect setup --no-input --no-store --json", "in CI: values come from variables"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9, 10),
    run=_run,
)
