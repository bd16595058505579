"""Open a label: lock it, load what is saved, check where its secrets may go. The cheapest checks come first."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.session import origins
from eh_connect.employment_hero.credentials import judge_api_key, judge_pair
from eh_connect.errors import BusyError, StorageError
from eh_connect.judging import origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from eh_connect.cli.session import Session
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import LocalState, Purpose
    from eh_connect.secret import Secret
    from eh_connect.stackone.client import Client
    from eh_connect.values import Input, Values


@contextmanager
def open_label(
    session: Session, needs: Callable[[LocalProfile], tuple[Input[Any], ...]], purpose: Purpose | None = None
) -> Iterator[LocalProfile]:
    """Open the session's label for one block, and fill in its values from what is saved.

    Args:
        session: the run.
        needs: returns the inputs that the run needs, given or saved, if it can't ask.
        purpose: why ``setup`` or ``rotate`` writes. For these the label is locked, and keyring and folder are
            tried first. Other commands lock the label only when they note something.

    Raises:
        InputError: values are missing or wrong, or saved secrets would go to other servers.
        StorageError: the keyring, the folder or the lock can't be used.
    """
    values, asks = session.values, session.asks
    dry_run, stores = values.require(i.DRY_RUN), purpose is not None and values.require(i.STORE)
    writes = stores and not dry_run
    if asks:
        values.stop_on_problems()
    local = session.local(values.require(i.PROFILE), writes=writes or purpose is None)

    def wanted() -> tuple[Input[Any], ...]:
        return () if asks else needs(local)

    with ExitStack() as stack:
        # An existing folder is locked before it is read. A new one is made only when no value is missing.
        locked = writes and (asks or local.states.exists()) and not values.invalid
        if locked:
            _lock(local, stack)
        local.load_state()
        if stores or local.known or any(values[each] is None for each in wanted()):
            local.load_secrets()  # else keyring is not even imported
        use_saved(values, local, purpose)
        judge_given(session)
        values.note_missing(*wanted())
        is_known = local.state.profile_id is not None or local.state.pending is not None
        if local.unreadable is not None and is_known and not dry_run and not values.invalid:
            raise local.unreadable  # it may hold what is missing
        values.stop_on_problems()
        if writes and not locked:
            _lock(local, stack)
            local.load()
        if local.unreadable is not None and dry_run:
            text = f"The keyring can't be read and counts as empty. {local.unreadable.sentence}"
            session.output.warn(text)
        elif writes:
            with _no_store_offered():
                if local.unreadable is not None:
                    raise local.unreadable
                local.states.check_writable()
                local.keyring.trial()
        check_servers(values, local)
        yield local


def open_project(session: Session, local: LocalProfile) -> Client | None:
    """StackOne, with the given or saved API key; None if there is no key.

    Raises InputError if the key would go to another server than it was saved for.
    """
    key = session.values[i.API_KEY] or local.api_key
    if key is None:
        return None
    check_servers(session.values, local)
    return session.client(key)


def check_servers(values: Values, local: LocalProfile) -> None:
    """Raise InputError if saved secrets would go to servers that they were not saved for."""
    default = (origin(each.default or "") for each in (i.STACKONE_URL, i.EMPLOYMENT_HERO_OAUTH_URL))
    local.check_origins(origins(values), tuple(default))


def use_saved(values: Values, local: LocalProfile, purpose: Purpose | None) -> None:
    """Fill in what is saved, for all that was not given."""
    saved = local.credentials
    if purpose == "rollback":  # ignore variables that are still set: the credentials are in the keyring
        for wanted in (i.CLIENT_ID, i.CLIENT_SECRET, i.LOCKED):
            values.drop(wanted)
        saved = None
    _unlock(values, local)
    given_id = values[i.CLIENT_ID]
    if saved is not None:
        # A saved secret is never used with another Client ID than its own.
        is_new = purpose != "rotate" or local.staged is not None
        if is_new and (given_id is None or given_id == saved.client_id):
            values.use_saved(i.CLIENT_SECRET, saved.client_secret)
        values.use_saved(i.CLIENT_ID, saved.client_id)
    values.use_saved(i.API_KEY, local.api_key)
    use_saved_choices(values, local.state)


def use_saved_choices(values: Values, state: LocalState) -> None:
    """Fill in the earlier choices that are not secret."""
    values.use_saved(i.NAME, state.wanted_name or state.name)
    values.use_saved(i.ORG_ID, state.org_id)
    values.use_saved(i.APP_NAME, state.app_name)
    values.use_saved(i.SCOPES, state.scopes)
    values.use_saved(i.ACTIONS, state.chosen_actions)


def _unlock(values: Values, local: LocalProfile) -> None:
    """Open locked credentials with the key in the keyring, and take them as answers."""
    locked = values[i.LOCKED]
    if locked is None:
        return
    from eh_connect.employment_hero.hand_over import LockedTextError, open_locked

    try:
        credentials = open_locked(locked.reveal(), local.hand_over_key())
    except LockedTextError as exc:
        values.note_invalid(i.LOCKED, str(exc))
        return
    values.answer(i.CLIENT_ID, credentials.client_id)
    values.answer(i.CLIENT_SECRET, credentials.client_secret)


def judge_given(session: Session) -> None:
    """Check what the given credentials and API key look like: note what is wrong, warn of what looks odd."""
    values = session.values
    judged = {each.name: each for each in (i.CLIENT_ID, i.CLIENT_SECRET, i.API_KEY)}

    def given(wanted: Input[Secret]) -> str | None:
        value = values[wanted]
        return value.reveal() if value is not None and values.given(wanted) else None

    client_id, secret, key = map(given, judged.values())
    findings = judge_pair(client_id, secret)
    findings += judge_api_key(key, client_id, secret) if key is not None else []
    for finding in findings:
        wanted = judged[finding.input]
        if finding.hard:
            values.note_invalid(wanted, finding.why)
        else:
            session.output.warn(f"{wanted.title}: {finding.why}.")


def _lock(local: LocalProfile, stack: ExitStack) -> None:
    with _no_store_offered():
        stack.enter_context(local.lock())


@contextmanager
def _no_store_offered() -> Iterator[None]:
    """Add ``--no-store`` to the hint of a StorageError."""
    try:
        yield
    except BusyError:
        raise  # --no-store would not help: another run is using the label
    except StorageError as exc:
        exc.hint = f"{(exc.hint or '').rstrip('.')}, or save nothing: --no-store".lstrip(", ")
        raise
