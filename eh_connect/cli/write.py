"""The run of ``setup`` and ``rotate``: the checks in their order, then the person, then the driver."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.asking import console, wizard
from eh_connect.cli.connect import StackOne
from eh_connect.cli.opening import credentials_of, now, opened, origins
from eh_connect.errors import NextStep, StoppedError, UsageError
from eh_connect.flows.parts import Revised, WriteParts
from eh_connect.flows.rotation import no_previous
from eh_connect.flows.write import ROLLBACK, SETUP, write
from eh_connect.lines import BLANK

if TYPE_CHECKING:
    from typing import Any

    from eh_connect.cli.session import Session
    from eh_connect.flows.write import Purpose
    from eh_connect.local.profile import LocalProfile
    from eh_connect.results import Result
    from eh_connect.values import Input, Values
    from eh_connect.write_result import WriteResult


def run(session: Session, purpose: Purpose) -> Result:
    """Judge everything, ask what is missing where somebody is there, write, and offer the sign-in test."""
    values = session.values
    dry_run = values.sure(i.DRY_RUN)
    if values[i.EXIT_CODE] and not dry_run:
        raise UsageError("--exit-code goes with --dry-run", hint="Add --dry-run, or leave it out.")
    writes = values.sure(i.STORE) and not dry_run

    def needed(local: LocalProfile) -> tuple[Input[Any], ...]:
        return () if session.asks else _needed(local, values, purpose)

    with ExitStack() as stack:
        with opened(session, writes=writes, needs=needed, purpose=purpose.name) as local:
            stackone = StackOne(values, stack, [local], credentials_of(values))
            result = _Run(session, purpose, local, stackone).written()
        # Out here the label's lock is free: a person may be waited for.
        steps = _next(session, result)
        if result.next_steps or not session.asks:
            return result.model_copy(update={"next_steps": (*result.next_steps, *steps)})
        session.output.result(result.model_copy(update={"is_brief": result.changed}))
        if result.changed:
            steps = _offers(session, local, stackone, steps)
        if purpose is SETUP:
            steps = (NextStep("Connect a customer", values.command("link")), *steps)
        return result.model_copy(update={"next_steps": steps, "was_shown": True})


def _next(session: Session, result: WriteResult) -> tuple[NextStep, ...]:
    if result.action == "pending" or result.profile.id is None:
        return ()
    values = session.values
    is_saved = values.sure(i.STORE)
    named = () if is_saved else ("--profile-id", result.profile.id)
    test = NextStep("Test it by a sign-in", values.command("verify", *named, without=(i.PROFILE_ID,)))
    check = NextStep("Check this profile", values.command("status"))
    back = NextStep("Return to the previous secret", values.command("rotate", "--rollback"))
    return (
        *(() if result.proven else (test,)),
        *((check,) if is_saved else ()),
        *((back,) if is_saved and result.action == "rotated" else ()),
    )


def _offers(
    session: Session, local: LocalProfile, stackone: StackOne, steps: tuple[NextStep, ...]
) -> tuple[NextStep, ...]:
    """The sign-in test, and to save the key; what is next then."""
    from eh_connect.cli.sign_in import offered

    try:
        if offered(session, local, stackone, again=steps[0].command):
            steps = steps[1:]
        _offer_to_save_key(session, local)
    except (KeyboardInterrupt, EOFError):
        raise StoppedError("Stopped. The profile stays.", next_steps=steps) from None
    return steps


def _offer_to_save_key(session: Session, local: LocalProfile) -> None:
    from eh_connect.person import words

    key = session.values.sure(i.API_KEY)
    if not local.writes or local.api_key == key:
        return
    session.desk.terminal.show(BLANK)
    if session.desk.terminal.yes(
        f"Save the API key in {local.keyring.display_name} too, so that status, link and rotate don't ask for it?",
        default=False,
        more=words.SAVE_KEY,
    ):
        with local.lock():
            local.save_api_key(key, origins(session.values))


def _needed(local: LocalProfile, values: Values, purpose: Purpose) -> tuple[Input[Any], ...]:
    if purpose is ROLLBACK:
        return (i.API_KEY,)
    needs = (i.API_KEY, i.CLIENT_ID, i.CLIENT_SECRET)
    is_known = purpose is SETUP or local.state.profile_id is not None
    is_short = any(values[each] is None for each in needs)
    return needs if is_known or not is_short else (i.PROFILE_ID, *needs)


class _Run:
    def __init__(self, session: Session, purpose: Purpose, local: LocalProfile, stackone: StackOne) -> None:
        self._session = session
        self._values = session.values
        self._purpose = purpose
        self._local = local
        self._stackone = stackone

    def written(self) -> WriteResult:
        """What the driver did."""
        values, local = self._values, self._local
        if self._purpose is ROLLBACK and not (local.rollback_target or local.staged):
            raise local.unreadable or no_previous(values, local.label)
        asking = wizard(self._session, local, self._stackone) if self._session.asks else None
        try:
            if asking is not None:
                asking.gather() if self._purpose is SETUP else asking.key()
            named = {"stackone_url": i.STACKONE_URL, "oauth_url": i.EMPLOYMENT_HERO_OAUTH_URL}
            local.servers = {name: values.sure(each) for name, each in named.items()}
            result = self._driven()
        except (KeyboardInterrupt, EOFError):
            if asking is None or local.is_sent:
                raise
            raise asking.stopped() from None
        finally:
            self._end_hand_over()
        if self._purpose is SETUP and result.secret is not None:  # else the profile is not ours
            named = {"org_id": i.ORG_ID, "app_name": i.APP_NAME, "scopes": i.SCOPES}
            local.note(**{name: values[each] for name, each in named.items() if values.given(each)})
        return result

    def _end_hand_over(self) -> None:
        """What came back locked is saved: its key has done its work."""
        local, credentials = self._local, credentials_of(self._values)
        is_saved = credentials is not None and credentials in {local.staged, local.current}
        if local.writes and is_saved and self._values[i.LOCKED] is not None:
            local.save_hand_over_key(None)

    def _driven(self) -> WriteResult:
        """As often as the person changes an answer."""
        where = origins(self._values)
        parts = self._parts()
        while True:
            try:
                return write(self._purpose, self._values, parts, where)
            except Revised:
                local = self._local
                if local.staged not in {None, credentials_of(self._values)} and not local.is_sent:
                    local.unstage()

    def _parts(self) -> WriteParts:
        from eh_connect.employment_hero.probe import CredentialProbe

        values, time = self._values, self._stackone.time
        client, assumed = self._stackone(values.sure(i.API_KEY))
        return WriteParts(
            profiles=client,
            writes=assumed,
            probe=CredentialProbe(values.sure(i.EMPLOYMENT_HERO_OAUTH_URL), time),
            local=self._local,
            console=console(self._session, self._stackone, self._purpose.name),
            pause=time.sleep,
            left=lambda: time.left,
            renew=time.renew,
            now=now,
        )
