"""A label, opened: its lock, what is saved of it, where its secrets may go; the cheapest checks first."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from eh_connect import inputs
from eh_connect.employment_hero.credentials import judge_api_key, judge_pair
from eh_connect.errors import BusyError, StorageError
from eh_connect.judging import origin
from eh_connect.secret import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from eh_connect.cli.session import Session
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import LocalState, Purpose
    from eh_connect.values import Input, Values

KEYRING_LIMIT = 5.0
"""Seconds that an unattended run waits for one call of the keyring."""


def now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def origins(values: Values) -> tuple[str, ...]:
    """Where this run's secrets may go: the origins of the StackOne API and of the OAuth server."""
    return tuple(
        origin(values.sure(each)) for each in (inputs.STACKONE_URL, inputs.EMPLOYMENT_HERO_OAUTH_URL)
    )


def default_origins() -> tuple[str, ...]:
    """The same of the real servers."""
    return tuple(
        origin(each.default or "") for each in (inputs.STACKONE_URL, inputs.EMPLOYMENT_HERO_OAUTH_URL)
    )


def local_profile(session: Session, label: str, *, writes: bool, patient: bool = True) -> LocalProfile:
    """What is saved of a label, not loaded yet; ``patient``: a person may take long to unlock the keyring."""
    from eh_connect.local.keyring import KeyringStore
    from eh_connect.local.profile import LocalProfile
    from eh_connect.local.state import StateFolder

    keyring = KeyringStore(
        label,
        backend_name=session.environ.get("EH_CONNECT_KEYRING") or None,
        limit=None if session.attended and patient else KEYRING_LIMIT,
        waiting=session.waiting_for_keyring,
    )
    return LocalProfile(label, keyring, StateFolder(session.folder), writes=writes, now=now)


@contextmanager
def opened(
    session: Session,
    *,
    writes: bool,
    needs: Callable[[LocalProfile], tuple[Input[Any], ...]] = lambda _: (),
    purpose: Purpose | None = None,
) -> Iterator[LocalProfile]:
    """Open the label of a session for the length of a block.

    Args:
        session: the run; its values get what is saved, where nothing was given.
        writes: whether keyring and folder will be written: then they are locked and tried first.
        needs: the inputs that this run can't do without, given or saved.
        purpose: of ``setup`` and ``rotate``; others note what they saw, without a lock until they do.

    Raises:
        InputError: all that is missing or wrong; or saved secrets would go to other hosts.
        StorageError: keyring, folder or lock.
    """
    values, asks = session.values, session.asks
    dry_run = bool(values[inputs.DRY_RUN])
    if asks:
        values.stop_on_problems()
    notes = purpose is None
    local = local_profile(session, values[inputs.PROFILE] or "default", writes=writes or notes)
    offer = _no_store_offered if writes else nullcontext
    with ExitStack() as stack:
        # A folder that exists is locked before it is read; a new one is made once nothing is missing.
        locked = writes and (asks or local.states.exists()) and not values.invalid
        if locked:
            with offer():
                stack.enter_context(local.lock())
        local.load_state()
        compares = writes or (dry_run and values.sure(inputs.STORE))
        if compares or local.known or any(values[each] is None for each in needs(local)):
            local.load_secrets()  # else the keyring need not even be imported
        fill(values, local, purpose)
        judge_credentials(values, session.output.warn)
        values.need(*needs(local))
        if not values.invalid:  # what is missing may be in there
            _check_known(local, dry_run=dry_run)
        if not asks or values.invalid:
            values.stop_on_problems()
        if writes and not locked:
            with offer():
                stack.enter_context(local.lock())
            local.load_state()
            local.load_secrets()
        with offer():
            if local.unreadable is not None and dry_run:
                text = f"The keyring can't be read and counts as empty. {local.unreadable.sentence}"
                session.output.warn(text)
            elif local.unreadable is not None and writes:
                raise local.unreadable
            if writes:
                local.states.check_writable()
                local.keyring.trial()
        local.check_origins(origins(values), default_origins())
        yield local


def fill(values: Values, local: LocalProfile, purpose: Purpose | None) -> None:
    """What is saved, where nothing was given."""
    state, saved = local.state, local.credentials
    if purpose == "rollback":  # a variable may still be set: what comes back is in the keyring
        for wanted in (inputs.CLIENT_ID, inputs.CLIENT_SECRET, inputs.LOCKED):
            values.drop(wanted)
        saved = None
    unlock(values, local)
    given_id = values[inputs.CLIENT_ID]
    if saved is not None:
        # A saved secret belongs to the application that it was saved for, never to another Client ID.
        is_new = purpose != "rotate" or local.staged is not None
        if is_new and (given_id is None or given_id == saved.client_id):
            values.fill(inputs.CLIENT_SECRET, saved.client_secret)
        values.fill(inputs.CLIENT_ID, saved.client_id)
    values.fill(inputs.API_KEY, local.api_key)
    fill_choices(values, state)


def fill_choices(values: Values, state: LocalState) -> None:
    """What was chosen before, and is no secret."""
    values.fill(inputs.NAME, state.wanted_name or state.name)
    values.fill(inputs.ORG_ID, state.org_id)
    values.fill(inputs.APP_NAME, state.app_name)
    values.fill(inputs.SCOPES, state.scopes)
    values.fill(inputs.ACTIONS, state.chosen_actions)


def unlock(values: Values, local: LocalProfile) -> None:
    """Credentials that came back locked: opened with the key in the keyring, then as if typed."""
    locked = values[inputs.LOCKED]
    if locked is None:
        return
    from eh_connect.employment_hero.hand_over import LockedTextError, open_locked

    try:
        credentials = open_locked(locked.reveal(), local.hand_over_key())
    except LockedTextError as exc:
        values.refuse(inputs.LOCKED, str(exc))
        return
    values.answer(inputs.CLIENT_ID, credentials.client_id)
    values.answer(inputs.CLIENT_SECRET, credentials.client_secret)


def credentials_of(values: Values) -> Credentials | None:
    """Client ID and Client Secret, where both are there."""
    client_id, client_secret = values[inputs.CLIENT_ID], values[inputs.CLIENT_SECRET]
    return Credentials(client_id, client_secret) if client_id and client_secret else None


def judge_credentials(values: Values, warn: Callable[[str], None]) -> None:
    """What was given, held against what such values look like: errors are noted, doubts are warned of."""
    given = {i: values[i] if values.given(i) else None for i in (inputs.CLIENT_ID, inputs.CLIENT_SECRET)}
    texts = [None if each is None else each.reveal() for each in given.values()]
    findings = judge_pair(*texts)
    key = values[inputs.API_KEY]
    if key is not None and values.given(inputs.API_KEY):
        findings += judge_api_key(key.reveal(), *texts)
    by_name = {i.name: i for i in (inputs.CLIENT_ID, inputs.CLIENT_SECRET, inputs.API_KEY)}
    for finding in findings:
        wanted = by_name[finding.input]
        if finding.hard:
            values.refuse(wanted, finding.why)
        else:
            warn(f"{wanted.title}: {finding.why}.")


@contextmanager
def _no_store_offered() -> Iterator[None]:
    try:
        yield
    except BusyError:
        raise  # to go on beside another run is no way out
    except StorageError as exc:
        exc.hint = f"{(exc.hint or '').rstrip('.')}, or save nothing: --no-store".lstrip(", ")
        raise


def _check_known(local: LocalProfile, *, dry_run: bool) -> None:
    is_known = local.state.profile_id is not None or local.state.pending is not None
    if local.unreadable is not None and is_known and not dry_run:
        raise local.unreadable
