"""``setup`` and ``rotate``: they check the values, ask the person, then write."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.opening import open_label
from eh_connect.cli.session import credentials_of, origins
from eh_connect.errors import NextStep, StoppedError, UsageError
from eh_connect.flows.application import no_previous
from eh_connect.flows.console import Revised
from eh_connect.flows.write import write
from eh_connect.lines import BLANK, ok

if TYPE_CHECKING:
    from typing import Any

    from eh_connect.change import WriteResult
    from eh_connect.cli.session import Session
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import Purpose
    from eh_connect.results import Result
    from eh_connect.values import Input, Values


def setup(session: Session) -> Result:
    """Create the profile, or change what differs."""
    return _run(session, "setup")


def rotate(session: Session) -> Result:
    """Replace the Client Secret, or return to the previous one."""
    return _run(session, "rollback" if session.values[i.ROLLBACK] else "rotate")


def _run(session: Session, purpose: Purpose) -> Result:
    """Check all values, ask for the missing ones if a person is there, write, and offer the sign-in test."""
    values = session.values
    if values[i.EXIT_CODE] and not values[i.DRY_RUN]:
        raise UsageError("--exit-code goes with --dry-run", hint="Add --dry-run, or leave it out.")
    with open_label(session, partial(_needed_inputs, values, purpose), purpose) as local:
        result = _ask_and_write(session, purpose, local)
    # The label's lock is released by now, so that a person may take their time.
    asks = session.asks and not result.next_steps
    steps = _next_steps(values, result, connects=asks and purpose == "setup")
    if not asks:
        return result.replace(next_steps=(*result.next_steps, *steps))
    session.output.result(result.replace(is_brief=result.changed))
    if result.changed:
        steps = _offer_test_and_key(session, local, result, steps)
    return result.replace(next_steps=steps, was_shown=True)


def _needed_inputs(values: Values, purpose: Purpose, local: LocalProfile) -> tuple[Input[Any], ...]:
    """The inputs that this run needs if it can't ask. A rotation of an unknown profile needs its ID too."""
    if purpose == "rollback":
        return (i.API_KEY,)
    needs = (i.API_KEY, i.CLIENT_ID, i.CLIENT_SECRET)
    is_known = purpose == "setup" or local.state.profile_id is not None
    lacks_values = any(values[each] is None for each in needs)
    return needs if is_known or not lacks_values else (i.PROFILE_ID, *needs)


def _ask_and_write(session: Session, purpose: Purpose, local: LocalProfile) -> WriteResult:
    """Ask the person, write, and save the choices for the next run."""
    values = session.values
    if purpose == "rollback" and not (local.rollback_target or local.staged):
        raise local.unreadable or no_previous(values, local.label)
    wizard = session.wizard(local) if session.asks else None
    try:
        if wizard is not None and purpose == "setup":
            wizard.gather()
        elif wizard is not None:
            wizard.ask_key()
        local.servers = {
            "stackone_url": values.require(i.STACKONE_URL),
            "oauth_url": values.require(i.EMPLOYMENT_HERO_OAUTH_URL),
        }
        result = _write_until_settled(session, purpose, local)
    except (KeyboardInterrupt, EOFError):
        if wizard is None or local.is_sent:
            raise
        raise wizard.stopped() from None
    finally:
        given = credentials_of(values)
        is_saved = given is not None and given in {local.staged, local.current}
        if local.writes and is_saved and values[i.LOCKED] is not None:
            local.save_hand_over_key(None)  # the credentials are saved: their key is no longer needed
    if purpose == "setup" and result.secret is not None:  # else the profile is not ours
        named = {"org_id": i.ORG_ID, "app_name": i.APP_NAME, "scopes": i.SCOPES}
        local.note(**{name: values[each] for name, each in named.items() if values.given(each)})
    return result


def _write_until_settled(session: Session, purpose: Purpose, local: LocalProfile) -> WriteResult:
    """Write; start again each time that the person changes an answer at the review."""
    parts = session.parts(local, purpose)
    while True:
        try:
            return write(purpose, parts)
        except Revised:
            _save_revised(session, purpose, local)


def _save_revised(session: Session, purpose: Purpose, local: LocalProfile) -> None:
    """Save what the person has changed in a set-up, as the wizard saves what it asks.

    What somebody may have in the dashboard by now stays noted as it was asked for.
    """
    values, credentials, pending = session.values, credentials_of(session.values), local.state.pending
    saves = purpose == "setup" and (pending is None or pending.via != "dashboard")
    if saves and local.state.profile_id is None:
        local.note(chosen_actions=values[i.ACTIONS])
    if credentials in {None, local.staged} or local.is_sent:
        return
    if saves and credentials not in {local.current, local.previous}:
        local.stage(credentials, origins(values))
        if local.writes:
            session.person.show(ok(f"Saved in {local.keyring.display_name}"))
    elif local.staged is not None:
        local.unstage()


def _next_steps(values: Values, result: WriteResult, *, connects: bool) -> tuple[NextStep, ...]:
    """The commands to recommend after a write: to test it first, then to connect a customer if ``connects``."""
    if result.action == "pending" or result.profile.id is None:
        return ()
    is_saved = values.require(i.STORE)
    named = () if is_saved else ("--profile-id", result.profile.id)
    test = NextStep("Test it by a sign-in", values.command("verify", *named, without=(i.PROFILE_ID,)))
    connect = NextStep("Connect a customer", values.command("link"))
    check = NextStep("Check this profile", values.command("status"))
    back = NextStep("Return to the previous secret", values.command("rotate", "--rollback"))
    return (
        *(() if result.proven else (test,)),
        *((connect,) if connects else ()),
        *((check,) if is_saved else ()),
        *((back,) if is_saved and result.action == "rotated" else ()),
    )


def _offer_test_and_key(
    session: Session, local: LocalProfile, result: WriteResult, steps: tuple[NextStep, ...]
) -> tuple[NextStep, ...]:
    """Offer the sign-in test, which is the first step if it is due, and to save the API key.

    Return the steps that remain.
    """
    from eh_connect.cli.sign_in import offer_test
    from eh_connect.person import words

    key, terminal = session.values.require(i.API_KEY), session.person
    try:
        if not result.proven and offer_test(session, local, again=steps[0].command):
            steps = steps[1:]
        if not local.writes or local.api_key == key:
            return steps
        terminal.show(BLANK)
        where = local.keyring.display_name
        if terminal.yes(
            f"Save the API key in {where} too, so that status, link and rotate don't ask for it?",
            words.SAVE_KEY,
            default=False,
        ):
            with local.lock():
                local.save_api_key(key, origins(session.values))
            terminal.show(ok(f"Saved in {where}"))
    except (KeyboardInterrupt, EOFError):
        raise StoppedError("Stopped. The profile stays.", next_steps=steps) from None
    return steps
