"""What can go wrong at a sign-in, in words: what StackOne reports, and what only the browser shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import dates
from eh_connect.errors import ActionNeededError, NextStep, RejectedError
from eh_connect.record import Record
from eh_connect.server_text import clean
from eh_connect.stackone.models import REDIRECT_URI

if TYPE_CHECKING:
    from eh_connect.flows.parts import Parts
    from eh_connect.stackone.models import ConnectSession


class Cause(Record, frozen=True):
    """Something that a browser may show at the sign-in, and that StackOne doesn't hear of.

    ``looks`` is how a person would describe it, ``means`` the likely cause in a few words, ``exact`` a value
    to compare letter by letter.
    """

    looks: str
    means: str
    remedy: str
    exact: str | None = None


_PKCE = (
    "Employment Hero requires PKCE. StackOne doesn't document whether its connector sends it. If it doesn't, no "
    "sign-in can succeed, and it isn't your fault."
)

CAUSES = (
    Cause(
        "The redirect URI is not valid",
        "the portal has another one",
        "Compare the application's redirect URI in the Developer Portal, to the letter, with the callback URL "
        "that StackOne shows on the profile.",
        exact=REDIRECT_URI,
    ),
    Cause(
        "The client is unknown",
        "the Client ID is wrong",
        "The Client ID in the profile is wrong, or the application was deleted. Copy both values again from "
        "the Developer Portal. eh-connect setup --client-id ID asks for the Client Secret and sends both.",
    ),
    Cause(
        "An error on a page of StackOne's",
        "perhaps not your fault",
        f"{_PKCE} Try once more, then ask StackOne's support.",
    ),
    Cause(
        "No access, or asked to sign in again",
        "another account is needed",
        "Sign in as an administrator of the organisation, and allow the access.",
    ),
    Cause(
        "The link can't be used, or nothing opened",
        "it was used, or ran out",
        "Make a new link, and open it by hand.",
    ),
)
"""StackOne hears nothing: a server must not redirect to a URI that it doesn't know (RFC 6749, 4.1.2.1)."""

_UNKNOWN = ("StackOne gives no known reason.", "Try once more, then ask StackOne's support.", None)
_ERRORS: dict[str, tuple[str, str, tuple[str, str] | None]] = {
    "invalid_client": (
        "Employment Hero doesn't accept the Client ID with the Client Secret that the profile has.",
        "Copy the Client Secret from the Developer Portal, or create a new one there.",
        ("Give StackOne the right Client Secret", "rotate"),
    ),
    "access_denied": (
        "Access was not allowed, or this person may not allow it.",
        "Sign in as an administrator of the organisation, and allow the access.",
        None,
    ),
    "invalid_grant": (
        (
            "Employment Hero didn't accept the code of the sign-in: it was too old, or used before, or the "
            f"redirect URI or PKCE verifier sent with it was another. {_PKCE}"
        ),
        "Try once more, then ask StackOne's support.",
        None,
    ),
    "unauthorized_client": (
        "The application may not be used in this way.",
        "Look at the application in the Developer Portal: it has to be active, in your own organisation.",
        None,
    ),
    "invalid_request": (
        f"Employment Hero found StackOne's request malformed. {_PKCE}",
        "Ask StackOne's support whether its Employment Hero connector sends PKCE (S256).",
        None,
    ),
    "invalid_scope": (
        "StackOne asked for a scope that the application doesn't have. Scopes are fixed once it is created.",
        "Compare the application's scopes with those that the actions need.",
        ("Read how an application is created", "guide"),
    ),
    "server_error": ("Employment Hero has a problem.", "Try again later.", None),
    "temporarily_unavailable": ("Employment Hero is down for a while.", "Try again later.", None),
}
"""By the error code of OAuth (RFC 6749): meaning, remedy, and the next step unless it is to try again."""


def rejected(session: ConnectSession, parts: Parts) -> RejectedError:
    """Return the error that StackOne reports for the session."""
    code = session.oauth_error
    meaning, remedy, other = _ERRORS.get(code or "", _UNKNOWN)
    named = f'"{clean(code, 60)}"' if code else "an error without a reason"
    says = f' ("{session.oauth_says}")' if session.oauth_says else ""
    step = NextStep(other[0], parts.values.command(other[1])) if other else NextStep("Try again", parts.again)
    return RejectedError(
        "The sign-in failed",
        detail=f"StackOne reports {named}{says} for session {session.id}. {meaning}",
        hint=remedy,
        next_steps=(step,),
    )


def attempt_over(status: str, again: str) -> ActionNeededError:
    """Return the error for a link that ran out, or for a sign-in that StackOne calls cancelled."""
    title = "The link ran out before a sign-in"
    detail = (
        "If the browser showed an error page of Employment Hero, compare the redirect URI in the Developer "
        f"Portal. It should be:\n{REDIRECT_URI}"
    )
    if status == "cancelled":
        title = "The sign-in was cancelled"
        detail = (
            "StackOne cancels it after 5 minutes, where the browser blocks its window, and where it is closed. "
            "It says nothing about the credentials."
        )
    return _unseen(title, detail, "Make a new link.", again, why="Make a new link")


def no_sign_in(seconds: float, again: str, *, unknown: str | None = None) -> ActionNeededError:
    """Return the error that nobody signed in within the time; ``unknown`` is a status that we don't know."""
    detail = (
        "StackOne hears nothing where Employment Hero shows an error page: for an unknown Client ID, or for a "
        f"redirect URI that is not exactly this:\n{REDIRECT_URI}"
    )
    if unknown:
        detail = f'StackOne reports the status "{unknown}", which eh-connect doesn\'t know.'
    title = f"No sign-in within {dates.span(max(seconds, 1))}"
    return _unseen(title, detail, "Look at what the browser shows.", again)


def seen_in_browser(cause: Cause, session: ConnectSession, parts: Parts) -> ActionNeededError:
    """Return the error for what the person saw in the browser."""
    title = f'The sign-in did not work: "{cause.looks}" (session {session.id})'
    detail = f"It should be exactly this:\n{cause.exact}" if cause.exact else None
    remedy = cause.remedy.replace("eh-connect setup", parts.values.command("setup"))
    return _unseen(title, detail, remedy, parts.again)


def _unseen(
    title: str, detail: str | None, hint: str, again: str, why: str = "Try again"
) -> ActionNeededError:
    return ActionNeededError(title, detail=detail, hint=hint, next_steps=(NextStep(why, again),))
