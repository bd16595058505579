"""``status``: what is saved here, what StackOne has, whether they agree, what is due. It only reads."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from eh_connect import dates
from eh_connect.errors import STACKONE_ERRORS, EhConnectError
from eh_connect.record import Record
from eh_connect.results import Due, LocalView, ProfileStatus, RemoteView, SecretView, StatusResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.local.profile import LocalProfile
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectorProfile

_COMMANDS = {
    "setup": ("set-up", ("setup",)),
    "rotate": ("rotation", ("rotate",)),
    "rollback": ("rollback", ("rotate", "--rollback")),
}
_DAY = 86_400.0

_DueItem = tuple[str, str, tuple[str, ...]]
"""What is due: its ID, why, and the words of the command."""


class LabelSource(Record, frozen=True):
    """A label, and whom to ask about it.

    ``local`` is None where its state can't be read; ``project`` where StackOne is not asked, and ``why_not``
    says why. ``failures`` are what stood in the way.
    """

    label: str
    local: LocalProfile | None
    project: Client | None = None
    why_not: str = ""
    failures: tuple[EhConnectError, ...] = ()


def compare(
    labels: Sequence[LabelSource],
    *,
    now: str,
    max_age: int | None,
    check: bool,
    command: Callable[..., str],
    warn: Callable[[str], None],
) -> StatusResult:
    """Look. The first failure is raised in the end, with all that was found; of others a warning tells.

    ``max_age`` is that of a Client Secret, in days. ``command`` makes a line to type of a label and the words
    of a command.
    """
    answers: dict[Client, list[ConnectorProfile] | EhConnectError] = {}
    found: list[ProfileStatus] = []
    failures: list[EhConnectError] = []
    for looked in labels:
        profiles, why_not, met = None, looked.why_not, looked.failures
        if looked.project is not None:  # the same project for the same key and server
            if looked.project not in answers:
                answers[looked.project] = _ask(looked.project)
            answer = answers[looked.project]
            if isinstance(answer, EhConnectError):
                why_not, met = answer.title, (*met, answer)
            else:
                profiles = answer
        failures += [failure for failure in met if failure not in failures]
        shown = ProfileStatus(label=looked.label, why_not=why_not)
        if looked.local is not None:
            seen = Comparison(looked.local, profiles, why_not)
            shown = seen.view(now, max_age, partial(command, looked.label))
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
    except STACKONE_ERRORS as exc:
        exc.hint = exc.hint or "--offline shows only what is saved here."
        return exc


class Comparison(Record, frozen=True):
    """What is saved here of a label, and what StackOne lists; ``why_not``: it was not asked."""

    local: LocalProfile
    profiles: Sequence[ConnectorProfile] | None
    why_not: str = ""

    @property
    def profile(self) -> ConnectorProfile | None:
        """The label's own as StackOne lists it; None where it does not, or was not asked."""
        return next((each for each in self.profiles or () if each.id == self.local.state.profile_id), None)

    @property
    def agrees(self) -> bool | None:
        """Whether the profile is there, and as after our last write; None where that can't be seen."""
        state, profile = self.local.state, self.profile
        if self.profiles is None or state.profile_id is None:
            return None
        if profile is None:
            return False
        return None if profile.updated_at is None else profile.updated_at == state.updated_at

    @property
    def _is_unfinished(self) -> bool:
        """Whether an earlier run did not get to its end."""
        local, state = self.local, self.local.state
        begun = local.staged is not None or state.pending is not None or state.staged_for is not None
        if local.current is None or state.profile_id is None:
            return begun
        return begun or local.current.client_secret.fingerprint != state.fingerprint

    def view(self, now: str, max_age: int | None, command: Callable[..., str]) -> ProfileStatus:
        """The same, as it may be shown; ``command`` makes a line to type of the words of a command."""
        local, state, is_readable = self.local, self.local.state, self.local.unreadable is None
        fingerprint = local.current.client_secret.fingerprint if local.current else state.fingerprint
        secret = None
        if fingerprint:
            stored_in = local.keyring.backend if local.current else None
            secret = SecretView(fingerprint=fingerprint, stored_in=stored_in, set_at=state.set_at)
        return ProfileStatus(
            label=local.label,
            local=LocalView.sharing(
                state,
                id=state.profile_id,
                fingerprint=fingerprint,
                proven=state.verified_at,
                staged=local.staged is not None if is_readable else None,
                previous=local.previous.client_secret.fingerprint if local.previous else None,
                api_key_kept=local.api_key is not None if is_readable else None,
            ),
            remote=None if self.profile is None else RemoteView.sharing(self.profile),
            agree=self.agrees,
            due=tuple(
                Due(id=name, why=why, command=command(*words)) for name, why, words in self.due(now, max_age)
            ),
            why_not=self.why_not,
            secret=secret,
            keyring=local.keyring.display_name if local.current else None,
            roll_back=command("rotate", "--rollback"),
            check_scopes=command("verify", "--actions"),
        )

    def due(self, now: str, max_age: int | None) -> Iterator[_DueItem]:
        """All that is due, in the order in which to do it. Pure; docs/status.md has each."""
        local, state, profile = self.local, self.local.state, self.profile
        if self._is_unfinished:
            what, words = _COMMANDS[state.staged_for or "setup"]
            why = f"A {what} was started and not finished. The same command goes on."
            if state.pending is not None and state.pending.via == "dashboard":
                why = f"A {what} waits for you in StackOne's dashboard. Run this once you have done it."
            yield "unfinished", why, words
        elif state.profile_id is None:
            yield "not_set_up", "Nothing is set up under this label.", ("setup",)
        if state.profile_id is None:
            return
        if local.unreadable is None and local.credentials is None:
            why = "The keyring no longer has the credentials. Copy them from the Developer Portal."
            yield "pair_missing", why, ("setup",)
        if profile is not None:
            yield from self._due_at_stackone(profile)
        elif self.profiles is not None:
            why = (
                f"StackOne doesn't list {state.profile_id}. It was deleted, or the API key is another "
                "project's. Check with the right key. If it was deleted, remove it here and set it up again."
            )
            yield "not_there", why, ("status",)
        if not self._is_unfinished and (profile is not None or self.profiles is None):
            yield from self._sign_in_due()
        if max_age is not None and (local.unreadable is not None or local.current is not None):
            yield from self._secret_due(now, max_age)

    def _due_at_stackone(self, profile: ConnectorProfile) -> Iterator[_DueItem]:
        if profile.active is False:
            why = "The profile is disabled at StackOne. Enable it in the dashboard, then check again."
            yield "disabled", why, ("status",)
        same_name = [each.id for each in self.profiles or () if each.name == profile.name]
        if len(same_name) > 1:
            others = ", ".join(each for each in same_name if each != profile.id)
            why = (
                f'StackOne has {len(same_name)} profiles named "{profile.name}". Yours is {profile.id}. '
                f"Rename or delete the others in the dashboard: {others}."
            )
            yield "two_of_a_name", why, ("status",)
        if self.agrees is False and not self._is_unfinished:
            why = (
                f"The profile was changed at StackOne, and not from here: {dates.moment(profile.updated_at)}. "
                "This sends the saved credentials again. If they were replaced, give the new ones."
            )
            yield "changed_by_others", why, ("setup",)

    def _sign_in_due(self) -> Iterator[_DueItem]:
        missing = self.local.state.scopes_missing
        if self.local.state.verified_at is None:
            yield "not_proven", "No sign-in test was done with this secret.", ("verify",)
        elif missing:
            why = (
                f"Scopes are missing: {', '.join(missing)}. They can't be added: create a new application, and "
                "give its credentials to a second profile."
            )
            yield "scopes_missing", why, ("guide",)

    def _secret_due(self, now: str, max_age: int) -> Iterator[_DueItem]:
        since, today = dates.parsed(self.local.state.set_at), dates.parsed(now)
        age = (today - since).total_seconds() / _DAY if since and today else None
        if age is None or age > max_age:
            shown = "of unknown age" if age is None else f"{age:.0f} days old"
            yield "secret_old", f"The Client Secret is {shown}. You allow {max_age} days.", ("rotate",)
