"""``link``: a link by which a customer's account is connected through the profile. Nothing is saved of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs, lines
from eh_connect.dates import deadline
from eh_connect.flows.find import the_profile
from eh_connect.flows.sign_in import SignIn
from eh_connect.stackone.models import SessionRequest

if TYPE_CHECKING:
    from eh_connect.flows.parts import SignInParts
    from eh_connect.results import SessionResult
    from eh_connect.values import Values


def link(values: Values, parts: SignInParts, *, wait: float, command: str) -> SessionResult:
    """Make the link and, if that is wanted, wait until it was used. Arguments and errors as of ``verify``."""
    profile = the_profile(values, parts.local, parts.profiles.profiles())
    sign_in = SignIn(parts, wait=wait, command=command)
    owner, life = values.sure(inputs.OWNER_NAME), values.sure(inputs.EXPIRES_IN)
    request = SessionRequest(
        profile_id=profile.id,
        owner_id=values.sure(inputs.OWNER_ID),
        owner_name=owner,
        kind="production",
        expires_in=life,
        label=values[inputs.SESSION_LABEL],
    )
    with sign_in.reported():
        outcome = "over"
        while outcome == "over":
            session = sign_in.begin(request)
            until = deadline(sign_in.expires_at, life)
            about = (
                lines.title(f'Link for {owner}, through "{profile.name}"'),
                lines.prose(
                    "Send it to the customer's administrator only. Keep it private: "
                    f"{until} anyone who has it can connect an account in that name."
                ),
            )
            outcome = sign_in.watch(about)
        if outcome == "authenticated":
            account = sign_in.sure.account_id
            found = [lines.ok(f'{owner} is connected through "{profile.name}"')]
            return sign_in.result(found=(*found, *([lines.exact(account)] if account else [])))
        shown = lines.exact(session.link.reveal()) if session.link else lines.unsure("StackOne gave no link")
        return sign_in.result(found=(*about, shown))
