"""``verify`` and ``link``, and the sign-in test that ``setup`` and ``rotate`` offer at their end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.opening import open_label
from eh_connect.cli.session import WAIT
from eh_connect.errors import EhConnectError, RejectedError, StoppedError
from eh_connect.flows import sign_in as sign_in_flow
from eh_connect.flows import verify as verify_flow
from eh_connect.flows.find import required_profile
from eh_connect.lines import BLANK

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.cli.session import Session
    from eh_connect.flows.parts import Parts
    from eh_connect.local.profile import LocalProfile
    from eh_connect.results import SessionResult
    from eh_connect.values import Input


def verify(session: Session) -> SessionResult:
    """Test a profile by a sign-in."""
    return _run(session, verify_flow.verify, wait=WAIT)


def link(session: Session) -> SessionResult:
    """Make a link with which a customer connects an account."""
    return _run(session, sign_in_flow.link, i.OWNER_NAME, i.OWNER_ID, wait=0.0)


def _run(
    session: Session, flow: Callable[[Parts, float], SessionResult], *needs: Input[str], wait: float
) -> SessionResult:
    """Check all values, ask for the missing ones if a person is there, then run the flow.

    ``wait`` is how many seconds it waits at a terminal, unless ``--wait`` says otherwise.
    """
    with open_label(session, lambda _: (i.API_KEY, *needs)) as local:
        if session.asks:
            from eh_connect.person.asking import ask_for, walk

            profiles = session.wizard(local).ask_key()
            required_profile(profiles, session.values, local)  # stops if there is none
            missing = [each for each in needs if session.values[each] is None]
            walk(
                session.person, *(partial(ask_for, session.person, each, session.values) for each in missing)
            )
        return _sign_in(session, flow, session.parts(local), wait)


def offer_test(session: Session, local: LocalProfile, again: str) -> bool:
    """Offer to test the profile that was just written. Return whether the test passed.

    Any other error is shown, but doesn't fail the command: the profile was written.

    Raises:
        RejectedError: the profile doesn't work.
        StoppedError: the person stopped.
    """
    from eh_connect.person import words

    session.person.show(BLANK)
    if not session.person.yes(
        "Test it now? You sign in to Employment Hero once; the test account is removed from StackOne afterwards.",
        words.SIGN_IN,
        default=True,
    ):
        return False
    session.time.renew()
    try:
        result = _sign_in(session, verify_flow.verify, session.parts(local, "setup", again), WAIT)
    except (RejectedError, StoppedError):
        raise
    except EhConnectError as error:
        session.output.failure(error)
        return error.body.get("status") == "authenticated"
    session.output.result(result)
    return True


def _sign_in(
    session: Session, flow: Callable[[Parts, float], SessionResult], parts: Parts, wait: float
) -> SessionResult:
    result = flow(parts, session.patience(wait))
    if result.status == "pending" and session.serves_sandbox:
        session.output.warn(
            "The sandbox ends with this command, and its link with it. Run eh-connect sandbox in another terminal "
            "first, then this again."
        )
    return result
