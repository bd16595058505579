"""What can go wrong at a sign-in, in words: what StackOne reports, and what only the browser shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.commands import command
from eh_connect.errors import ActionNeededError, NextStep, RejectedError
from eh_connect.server_text import clean
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from eh_connect.stackone.models import ConnectSession

_PKCE = (
    "Employment Hero demands PKCE, and StackOne does not document whether its connector sends it. If it does "
    "not, every sign-in fails, and it is not your fault."
)


@dataclass(frozen=True)
class Cause:
    """Something that a browser shows and StackOne does not hear of: how it looks, what it means, what to do.

    ``exact`` is a value to compare, to the letter.
    """

    name: str
    looks: str
    means: str
    advice: str
    exact: str | None = None


CAUSES = (
    Cause(
        "nothing",
        "Nothing opened, or a page of StackOne says that the link can't be used",
        "A link works for a limited time.",
        "Make a new link by running the same command again, and open it by hand if no browser opens.",
    ),
    Cause(
        "redirect",
        "An error page of Employment Hero that speaks of the redirect URI",
        "The redirect URI in the Developer Portal is not the one that StackOne uses. A blank or a slash is "
        "enough. Employment Hero must not send you back then, so StackOne hears nothing. The right one:",
        "Correct it on the application's page in the Developer Portal (redirect URIs can be edited), then "
        "try again.",
        exact=REDIRECT_URI,
    ),
    Cause(
        "client",
        "An error page of Employment Hero that speaks of an unknown client or application",
        "Employment Hero does not know the Client ID that the profile has: it is mistyped, or the "
        "application was deleted.",
        "Compare the Client ID with the application's page in the Developer Portal, and give the right "
        "pair to “eh-connect setup” with --client-id and --client-secret-file.",
    ),
    Cause(
        "after",
        "Signing in worked, then an error came",
        "What StackOne makes of it has not arrived here. " + _PKCE,
        "Try once more. If it happens again, ask StackOne's support, with the number of the connect session.",
    ),
)
"""A server that knows neither the client nor its redirect URI must not redirect (RFC 6749, 4.1.2.1)."""


@dataclass(frozen=True)
class _Meaning:
    means: str
    hint: str
    remedy: tuple[str, str] | None = None
    """Why, and the command; None: the same one again."""


_ERRORS = {
    "invalid_client": _Meaning(
        "Employment Hero does not know the Client ID with the Client Secret that the profile has: the "
        "secret is mistyped, or was replaced in the Developer Portal.",
        "Copy the Client Secret from the application's page in the Developer Portal, or make a new one "
        "there.",
        ("give StackOne the right Client Secret", "rotate"),
    ),
    "access_denied": _Meaning(
        "The person at the browser did not allow the access, or may not allow it.",
        "Sign in as an administrator of the organisation, and press Allow.",
    ),
    "invalid_grant": _Meaning(
        "Employment Hero did not take the code of the sign-in: it was too old or used before, or the "
        f"redirect URI or the PKCE verifier that StackOne sent with it was another. {_PKCE}",
        "Try once more. If it happens again, ask StackOne's support.",
    ),
    "unauthorized_client": _Meaning(
        "The application may not be used in this way.",
        "Look at the application in the Developer Portal: it has to be active, in your own organisation.",
    ),
    "invalid_request": _Meaning(
        f"Employment Hero took StackOne's request for malformed. {_PKCE}",
        "Ask StackOne's support whether its Employment Hero connector sends PKCE (S256).",
    ),
    "invalid_scope": _Meaning(
        "StackOne asked for a scope that the application does not have. Scopes are fixed when an "
        "application is created.",
        "Compare the application's scopes with what the profile's actions need; a missing one means a new "
        "application.",
        ("read how an application is made", "guide"),
    ),
    "server_error": _Meaning("Employment Hero has a problem of its own.", "Try again later."),
    "temporarily_unavailable": _Meaning("Employment Hero is down for a while.", "Try again later."),
}
_UNKNOWN = _Meaning("What that means is not known here.", "Try once more; else ask StackOne's support.")


def rejection(session: ConnectSession, label: str, again: str) -> RejectedError:
    """StackOne reports that the sign-in failed; the codes are OAuth's (RFC 6749), the texts are data."""
    code = session.oauth_error
    meaning = _ERRORS.get(code or "", _UNKNOWN)
    named = f"“{clean(code, 60)}”" if code else "no reason"
    says = f" It says: “{session.oauth_says}”." if session.oauth_says else ""
    step = NextStep("try again", again)
    if meaning.remedy is not None:
        why, name = meaning.remedy
        step = NextStep(why, command(name, label))
    return RejectedError(
        "The sign-in through the profile failed.",
        detail=f"Of connect session {session.id} StackOne reports {named}.{says} {meaning.means}",
        hint=meaning.hint,
        next_steps=(step,),
    )


def cancelled(again: str) -> ActionNeededError:
    """Somebody left the sign-in: nothing was rejected, and nothing is known."""
    return ActionNeededError(
        "The sign-in was cancelled.",
        detail="Somebody opened the link and left it without allowing the access. That says nothing about "
        "the credentials.",
        hint="Sign in, and press Allow.",
        next_steps=(NextStep("try again", again),),
    )


def nobody(seconds: float, again: str) -> ActionNeededError:
    """The wait is over, and StackOne has seen no sign-in."""
    return ActionNeededError(
        "Nobody has signed in yet.",
        detail=f"StackOne saw no sign-in within {seconds:.0f} s. It hears nothing where Employment Hero "
        "shows an error page of its own: for a Client ID that it does not know, or for a redirect URI that "
        f"is not exactly this one:\n{REDIRECT_URI}",
        hint="Look at what the browser shows.",
        next_steps=(NextStep("try again", again),),
    )


def expired(again: str) -> ActionNeededError:
    """The link is too old."""
    return ActionNeededError(
        "The link has expired, and nobody has signed in.",
        detail="A link works for a limited time. Whether the credentials are right is not known.",
        hint="Make a new link. If the browser showed an error page of Employment Hero, compare the redirect "
        f"URI in the Developer Portal:\n{REDIRECT_URI}",
        next_steps=(NextStep("try again", again),),
    )


def seen(cause: Cause, session: ConnectSession, again: str) -> ActionNeededError:
    """What the person saw at the browser."""
    return ActionNeededError(
        f"Nobody could sign in, as the browser shows (connect session {session.id}).",
        detail=f"{cause.means}\n{cause.exact or ''}".strip(),
        hint=cause.advice,
        next_steps=(NextStep("try again", again),),
    )
