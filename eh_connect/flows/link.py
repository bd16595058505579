"""``link``: a link by which a customer's account is linked through the profile. Nothing is kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.flows.signing_in import SigningIn, the_profile
from eh_connect.stackone.models import SessionRequest

if TYPE_CHECKING:
    from eh_connect.flows.signing_in import SignInParts
    from eh_connect.result import SessionResult


@dataclass(frozen=True)
class LinkRequest:
    """For whom. ``session_label`` is StackOne's, ``again`` the command line to type once more."""

    label: str
    profile_id: str | None
    kept_id: str | None
    owner_id: str
    owner_name: str
    session_label: str | None
    expires_in: int
    wait: float
    again: str


def link(request: LinkRequest, parts: SignInParts) -> SessionResult:
    """Make the link and, if that is wanted, wait until it was used. Raises EhConnectError."""
    profile = the_profile(parts, request.label, request.profile_id, request.kept_id)
    signing_in = SigningIn(parts, label=request.label, again=request.again, wait=request.wait)
    with signing_in.told():
        signing_in.create(
            SessionRequest(
                profile.id,
                request.owner_id,
                request.owner_name,
                kind="PRODUCTION",
                expires_in=request.expires_in,
                label=request.session_label,
            )
        )
        about = (
            f"By this link an Employment Hero account is linked for “{request.owner_name}”, through the "
            f"profile “{profile.name}”.\n"
            f"It is a bearer token: until {signing_in.expires_at} whoever has it can link an account in that "
            "name.\nSend it to the customer's administrator only, where nobody else can read it."
        )
        session = signing_in.watch(about)
        if session.status == "authenticated":
            return signing_in.result(
                f"Linked: an Employment Hero account of “{request.owner_name}”, through “{profile.name}”.",
                f"  Account  {session.account_id or 'StackOne names none'}",
            )
        return signing_in.result(about, session.link.reveal() if session.link else "")
