"""``eh-connect status``."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.command import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eh_connect.cli.session import Session
    from eh_connect.flows.status import Looked
    from eh_connect.results import Result


def _run(session: Session) -> Result:
    from eh_connect.cli.opening import judge_credentials, now
    from eh_connect.flows.status import status
    from eh_connect.local.state import StateFolder

    values = session.values
    judge_credentials(values, session.output.warn)
    values.stop_on_problems()
    one = [values.sure(i.PROFILE)] if values.given(i.PROFILE) else None
    labels = StateFolder(session.folder).labels() if one is None else one
    looked = [_load(session, label) for label in labels]
    with ExitStack() as stack:
        if not values[i.OFFLINE]:
            looked = with_projects(session, looked, stack)
        return status(
            looked,
            now=now(),
            max_age=values[i.MAX_AGE],
            check=values.sure(i.DUE_CHECK),
            command=session.command_for,
            warn=session.output.warn,
        )


def _load(session: Session, label: str) -> Looked:
    from eh_connect.cli.opening import local_profile
    from eh_connect.errors import StorageError
    from eh_connect.flows.status import Looked

    local = local_profile(session, label, writes=False)
    try:
        local.load()
    except StorageError as exc:
        return Looked(label, None, failures=(exc,))
    failure = local.unreadable
    if failure is not None and local.state.profile_id is None and local.state.pending is None:
        session.output.warn(f"The keyring can't be read and counts as empty. {failure.sentence}")
        failure = None
    return Looked(label, local, why_not="not checked (--offline)", failures=(failure,) if failure else ())


def with_projects(session: Session, looked: Sequence[Looked], stack: ExitStack) -> list[Looked]:
    """The same labels, each with the project to ask if there is a key: one project for the same key."""
    from eh_connect.cli.connect import StackOne
    from eh_connect.cli.opening import default_origins, origins
    from eh_connect.errors import InputError

    values = session.values
    connect: StackOne | None = None
    found = []
    for each in looked:
        local = each.local
        if local is None or local.state.profile_id is None:
            found.append(each)
            continue
        key = values[i.API_KEY] or local.api_key
        if key is None:
            why = "not checked: no API key (--api-key-file or STACKONE_API_KEY)"
            found.append(replace(each, why_not=why))
            continue
        try:
            local.check_origins(origins(values), default_origins())
        except InputError as exc:
            found.append(replace(each, why_not=exc.title, failures=(*each.failures, exc)))
            continue
        connect = connect or StackOne(values, stack, [one.local for one in looked if one.local])
        found.append(replace(each, project=connect(key)[0]))
    return found


COMMAND = Command(
    "status",
    "Show what is saved here, what StackOne has, and what is due.",
    more="StackOne is asked where an API key is given or saved. Nothing is changed.",
    inputs=(i.PROFILE, i.OFFLINE, i.DUE_CHECK, i.MAX_AGE, i.API_KEY, *i.URLS),
    examples=(
        ("eh-connect status", "all that is set up on this computer"),
        (
            "eh-connect status --check --offline --max-age 180",
            "in a timer: exit code 9 where anything is due",
        ),
    ),
    codes=(3, 4, 5, 7, 9),
    run=_run,
)
