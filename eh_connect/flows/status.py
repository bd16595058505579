"""``status``: what is saved here, what StackOne has, whether they agree, what is due. It only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.flows.due import agree, due, ours
from eh_connect.results import LocalView, ProfileStatus, RemoteView, SecretView, StatusResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from eh_connect.local.profile import LocalProfile
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectorProfile


@dataclass(frozen=True)
class Looked:
    """A label, and whom to ask about it.

    ``local`` is None where its state can't be read; ``project`` where StackOne is not asked, and ``why_not``
    says why. ``failures`` are what stood in the way.
    """

    label: str
    local: LocalProfile | None
    project: Client | None = None
    why_not: str = ""
    failures: tuple[EhConnectError, ...] = ()


def status(
    labels: Sequence[Looked],
    *,
    now: str,
    max_age: int | None,
    check: bool,
    command: Callable[..., str],
    warn: Callable[[str], None],
) -> StatusResult:
    """Look. The first failure is raised in the end, with all that was found; of others a warning tells.

    ``command`` makes a line to type of a label and the words of a command.
    """
    answers: dict[int, list[ConnectorProfile] | EhConnectError] = {}
    found: list[ProfileStatus] = []
    failures: list[EhConnectError] = []
    for looked in labels:
        profiles, why_not, met = None, looked.why_not, looked.failures
        if looked.project is not None:
            key = id(looked.project)  # the same project for the same key and server
            answer = answers[key] if key in answers else answers.setdefault(key, _ask(looked.project))
            if isinstance(answer, EhConnectError):
                why_not, met = answer.title, (*met, answer)
            else:
                profiles = answer
        failures += [failure for failure in met if failure not in failures]
        shown = ProfileStatus(label=looked.label, why_not=why_not)
        if looked.local is not None:
            shown = _view(looked.local, profiles, why_not, now, max_age, command)
        found.append(shown)
    only = found[0] if len(found) == 1 else None
    result = StatusResult(
        profiles=tuple(found),
        secret=only.secret if only else None,
        set_up=command("default", "setup"),
        exit_code=9 if check and any(each.due for each in found) else 0,
    )
    if not failures:
        return result
    for failure in failures[1:]:
        warn(f"{failure.sentence} {failure.detail or ''}".strip())
    failures[0].body, failures[0].found = result.body(), result.lines()
    raise failures[0]


def _ask(project: Client) -> list[ConnectorProfile] | EhConnectError:
    try:
        return project.profiles()
    except (NetworkError, StackOneAuthError, StackOneRefusedError) as exc:
        exc.hint = exc.hint or "--offline shows only what is saved here."
        return exc


def _view(  # what one label is seen by
    local: LocalProfile,
    profiles: list[ConnectorProfile] | None,
    why_not: str,
    now: str,
    max_age: int | None,
    command: Callable[..., str],
) -> ProfileStatus:
    profile, label = ours(local, profiles), local.label
    view = local_view(local)
    secret = None
    if view.fingerprint:
        stored_in = local.keyring.backend if local.current else None
        secret = SecretView(fingerprint=view.fingerprint, stored_in=stored_in, set_at=view.set_at)
    return ProfileStatus(
        label=label,
        local=view,
        remote=None if profile is None else RemoteView.of(profile),
        agree=agree(local, profiles),
        due=due(local, profiles, now=now, max_age=max_age, command=lambda *words: command(label, *words)),
        why_not=why_not,
        secret=secret,
        keyring=local.keyring.display_name if local.current else None,
        roll_back=command(label, "rotate", "--rollback"),
        check_scopes=command(label, "verify", "--actions"),
    )


def local_view(local: LocalProfile) -> LocalView:
    """What is saved, as it may be shown."""
    state, is_readable = local.state, local.unreadable is None
    return LocalView(
        id=state.profile_id,
        name=state.name,
        fingerprint=local.current.client_secret.fingerprint if local.current else state.fingerprint,
        set_at=state.set_at,
        proven=state.verified_at,
        scopes_checked_at=state.scopes_checked_at,
        scopes_missing=state.scopes_missing,
        via=state.via,
        staged=local.staged is not None if is_readable else None,
        previous=local.previous.client_secret.fingerprint if local.previous else None,
        api_key_kept=local.api_key is not None if is_readable else None,
        stackone_url=state.stackone_url,
        org_id=state.org_id,
        app_name=state.app_name,
        scopes=state.scopes,
    )
