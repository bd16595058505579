"""``eh-connect rotate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.command import Command

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import Result


def _run(session: Session) -> Result:
    from eh_connect.cli.write import run
    from eh_connect.flows.write import ROLLBACK, ROTATE

    return run(session, ROLLBACK if session.values[i.ROLLBACK] else ROTATE)


COMMAND = Command(
    "rotate",
    "Replace the Client Secret of the same application, or return to the previous one.",
    more="Everything is checked before you make the new secret. It is saved first, then sent. The old one "
    "stays in your keyring.",
    inputs=(
        *(i.PROFILE, i.PROFILE_ID, i.CLIENT_ID, i.CLIENT_SECRET, i.LOCKED, i.API_KEY),
        *(i.ROLLBACK, i.VIA, i.CHECK, i.STORE, i.BROWSER, i.WAIT, i.DRY_RUN, i.EXIT_CODE, *i.URLS),
    ),
    examples=(
        ("eh-connect rotate", "leads you to the new secret and sends it to StackOne"),
        ("eh-connect rotate --rollback", "returns to the previous one"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9, 10),
    run=_run,
)
