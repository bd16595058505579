"""``eh-connect link``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.command import Command

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import Result


def _run(session: Session) -> Result:
    from eh_connect.cli.sign_in import run
    from eh_connect.flows.link import link

    return run(session, link, i.OWNER_NAME, i.OWNER_ID, wait=0.0)


COMMAND = Command(
    "link",
    "Make a link by which a customer connects their Employment Hero account.",
    more="Send it to the customer's administrator only: whoever has it can connect an account.",
    inputs=(
        *(i.PROFILE, i.PROFILE_ID, i.OWNER_NAME, i.OWNER_ID, i.SESSION_LABEL, i.EXPIRES_IN, i.API_KEY),
        *(i.WAIT, *i.URLS),
    ),
    examples=(
        ("eh-connect link", "asks for the customer's name and ID"),
        ('eh-connect link --owner-name "Acme" --owner-id 42 --expires-in 86400', "a link for a day"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9),
    run=_run,
)
