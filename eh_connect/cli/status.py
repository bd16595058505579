"""``status``: loads the labels that are saved here, and asks StackOne about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.opening import judge_given, open_project
from eh_connect.cli.session import now
from eh_connect.errors import InputError, StorageError
from eh_connect.flows.status import LabelSource, compare
from eh_connect.local.state import StateFolder

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.results import StatusResult


def status(session: Session) -> StatusResult:
    """Run the command, for the given label or for all of them."""
    values = session.values
    judge_given(session)
    values.stop_on_problems()
    is_one = values.given(i.PROFILE)
    labels = [values.require(i.PROFILE)] if is_one else StateFolder(session.folder).labels()
    sources = [_load(session, label) for label in labels]
    return compare(
        sources if values[i.OFFLINE] else [with_project(session, each) for each in sources],
        now=now(),
        max_age=values[i.MAX_AGE],
        check=values.require(i.DUE_CHECK),
        command=session.command_for,
        console=session.console(),
    )


def _load(session: Session, label: str) -> LabelSource:
    local = session.local(label, writes=False)
    try:
        local.load()
    except StorageError as exc:
        return LabelSource(label, None, failures=(exc,))
    failure = local.unreadable
    if failure is not None and local.state.profile_id is None and local.state.pending is None:
        session.output.warn(f"The keyring can't be read and counts as empty. {failure.sentence}")
        failure = None
    return LabelSource(label, local, why_not="--offline", failures=(failure,) if failure else ())


def with_project(session: Session, source: LabelSource) -> LabelSource:
    """Add the StackOne project of a label, or the reason why StackOne is not asked."""
    local = source.local
    if local is None or local.state.profile_id is None:
        return source
    try:
        project = open_project(session, local)
    except InputError as exc:
        return source.replace(why_not=exc.title, failures=(*source.failures, exc))
    if project is None:
        return source.replace(why_not="no API key (--api-key-file or STACKONE_API_KEY)")
    return source.replace(project=project)
