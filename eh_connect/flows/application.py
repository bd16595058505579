"""What another Client ID costs, and the guard against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.errors import NetworkError, StackOneRefusedError
from eh_connect.flows.find import accounts_are
from eh_connect.inputs import REPLACE_APPLICATION

if TYPE_CHECKING:
    from eh_connect.change import Change
    from eh_connect.flows.parts import WriteParts
    from eh_connect.values import Values

ANOTHER_APPLICATION = (
    "Another Client ID means another application. By OAuth practice, all linked accounts then have to be "
    "linked again."
)
SAFE_PATH = (
    "Make a second profile (another --profile label and --name), link the accounts there again, then remove "
    "the old one."
)


def guard_application(change: Change, values: Values, parts: WriteParts) -> int | None:
    """How many accounts are linked, as far as that had to be learnt.

    StackOneRefusedError (6): the Client ID would change while accounts are linked, and nobody said that it may.
    """
    if change.profile is None:
        return None
    changes = change.changes_application(parts.local.held(change.profile))
    may = bool(values[REPLACE_APPLICATION])
    if (changes is False or may) and not parts.console.attended:
        return None
    try:
        linked = parts.profiles.count_accounts(change.profile.id)
    except (NetworkError, StackOneRefusedError) as exc:
        if changes and not may:
            raise
        if changes is None:
            parts.console.warn(f"The linked accounts could not be counted. {exc.sentence}")
        return None
    if linked and changes is None and not may:
        parts.console.warn(
            f"{accounts_are(linked)} linked through this profile. Whether its Client ID stays the same can't be "
            "seen from here. If it changes, each of them has to be linked again."
        )
    elif linked and changes and not may:
        raise StackOneRefusedError(
            f"The Client ID would change while {accounts_are(linked)} linked",
            detail=ANOTHER_APPLICATION,
            hint=f"{SAFE_PATH} To change it anyway: --replace-application",
        )
    return linked
