"""``status``: show what is saved here, what StackOne has, whether they agree, and what is due. It only reads."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from eh_connect import dates
from eh_connect.errors import STACKONE_ERRORS, EhConnectError
from eh_connect.record import Record
from eh_connect.results import Due, LocalView, ProfileStatus, RemoteView, SecretView, StatusResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.flows.console import Console
    from eh_connect.local.profile import LocalProfile
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectorProfile

_COMMANDS = {
    "setup": ("set-up", ("setup",)),
    "rotate": ("rotation", ("rotate",)),
    "rollback": ("rollback", ("rotate", "--rollback")),
}


class LabelSource(Record, frozen=True):
    """A label, what is saved of it, and the StackOne project to ask about it.

    ``local`` is None where its state can't be read. ``project`` is None where StackOne is not to be asked;
    ``why_not`` gives the reason. ``failures`` are the errors met up to now.
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
    console: Console,
) -> StatusResult:
    """Return the status of every label.

    The first failure is raised at the end and carries all that was found; the others become warnings.

    ``max_age`` is that of a Client Secret, in days. ``command`` makes a command line from a label and the words
    of a command.
    """
    answers: dict[Client, list[ConnectorProfile] | EhConnectError] = {}
    found: list[ProfileStatus] = []
    failures: list[EhConnectError] = []
    for source in labels:
        profiles, why_not, met = None, source.why_not, source.failures
        if source.project is not None:  # labels with the same key and server share it
            if source.project not in answers:
                with console.working("Looking at StackOne"):
                    answers[source.project] = _ask(source.project)
            answer = answers[source.project]
            if isinstance(answer, EhConnectError):
                why_not, met = answer.title, (*met, answer)
            else:
                profiles = answer
        failures += [failure for failure in met if failure not in failures]
        if source.local is None:
            found.append(ProfileStatus(label=source.label))
        else:
            seen = Comparison(source.local, profiles, partial(command, source.label), why_not)
            found.append(seen.view(now, max_age))
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
        console.warn(failure.sentences)
    failures[0].body, failures[0].found = result.body(), result.lines()
    raise failures[0]


def _ask(project: Client) -> list[ConnectorProfile] | EhConnectError:
    try:
        return project.profiles()
    except STACKONE_ERRORS as exc:
        exc.hint = exc.hint or "--offline shows only what is saved here."
        return exc


class Comparison(Record, frozen=True):
    """What is saved here of a label, beside what StackOne lists.

    ``profiles`` is None where StackOne was not asked; ``why_not`` gives the reason. ``command`` makes a command
    line from the words of a command.
    """

    local: LocalProfile
    profiles: Sequence[ConnectorProfile] | None
    command: Callable[..., str]
    why_not: str = ""

    @property
    def profile(self) -> ConnectorProfile | None:
        """The label's own profile as StackOne lists it; None where it doesn't, or was not asked."""
        return next((each for each in self.profiles or () if each.id == self.local.state.profile_id), None)

    @property
    def agrees(self) -> bool | None:
        """Whether the profile is as our last write left it; None where that can't be seen."""
        state, profile = self.local.state, self.profile
        if self.profiles is None or state.profile_id is None:
            return None
        if profile is None:
            return False
        return None if profile.updated_at is None else profile.updated_at == state.updated_at

    @property
    def _is_unfinished(self) -> bool:
        """Whether an earlier run began a change and did not finish it."""
        local, state = self.local, self.local.state
        begun = local.staged is not None or state.pending is not None or state.staged_for is not None
        if state.profile_id is None:
            return begun or state.begun_at is not None
        if local.current is None:
            return begun
        return begun or local.current.client_secret.fingerprint != state.fingerprint

    def view(self, now: str, max_age: int | None) -> ProfileStatus:
        """Return what of it may be shown."""
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
                org_id=state.org_id or None,
                fingerprint=fingerprint,
                proven=state.verified_at,
                staged=local.staged is not None if is_readable else None,
                previous=local.previous.client_secret.fingerprint if local.previous else None,
                api_key_kept=local.api_key is not None if is_readable else None,
            ),
            remote=None if self.profile is None else RemoteView.sharing(self.profile),
            agree=self.agrees,
            due=tuple(self.due(now, max_age)),
            why_not=self.why_not,
            secret=secret,
            keyring=local.keyring.display_name if local.current else None,
            roll_back=self.command("rotate", "--rollback"),
            check_scopes=self.command("verify", "--actions"),
        )

    def due(self, now: str, max_age: int | None) -> Iterator[Due]:
        """Yield what is due, in the order in which to do it; docs/status.md explains each."""
        local, state, profile = self.local, self.local.state, self.profile
        if self._is_unfinished:
            what, words = _COMMANDS[state.staged_for or "setup"]
            why = f"A {what} was started and not finished. The same command goes on."
            if state.pending is not None and state.pending.via == "dashboard":
                why = f"A {what} waits for you in StackOne's dashboard. This shows it, or sees it done."
                words = (*words, "--via", "dashboard")
            yield self._due("unfinished", why, *words)
        elif state.profile_id is None:
            yield self._due("not_set_up", "Nothing is set up under this label.", "setup")
        if state.profile_id is None:
            return
        if local.unreadable is None and local.credentials is None:
            why = "The keyring no longer has the credentials. Copy them from the Developer Portal."
            yield self._due("pair_missing", why, "setup")
        if profile is not None:
            yield from self._due_at_stackone(profile)
        elif self.profiles is not None:
            why = (
                "StackOne doesn't list this profile. It was deleted, or the API key is another "
                "project's. Check with the right key. If it was deleted, remove it here and set it up again."
            )
            yield self._due("not_there", why, "status")
        if not self._is_unfinished and (profile is not None or self.profiles is None):
            yield from self._sign_in_due()
        if max_age is not None and (local.unreadable is not None or local.current is not None):
            yield from self._secret_due(now, max_age)

    def _due(self, name: str, why: str, *words: str) -> Due:
        return Due(id=name, why=why, command=self.command(*words))

    def _due_at_stackone(self, profile: ConnectorProfile) -> Iterator[Due]:
        if profile.active is False:
            why = "The profile is disabled at StackOne. Enable it in the dashboard, then check again."
            yield self._due("disabled", why, "status")
        same_name = [each.id for each in self.profiles or () if each.name == profile.name]
        if len(same_name) > 1:
            others = "\n".join(each for each in same_name if each != profile.id)
            why = (
                f'StackOne has {len(same_name)} profiles named "{profile.name}". Rename or delete the others in '
                f"the dashboard:\n{others}"
            )
            yield self._due("two_of_a_name", why, "status")
        if self.agrees is False and not self._is_unfinished:
            why = (
                f"The profile was changed at StackOne, and not from here: {dates.moment(profile.updated_at)}. "
                "This sends the saved credentials again. If they were replaced, give the new ones."
            )
            yield self._due("changed_by_others", why, "setup")

    def _sign_in_due(self) -> Iterator[Due]:
        if self.local.state.verified_at is None:
            yield self._due("not_proven", "No sign-in test was done with this secret.", "verify")
        elif self.local.state.scopes_missing:
            why = (
                "Missing scopes can't be added. Create a new application with them, and give its credentials to a "
                "second profile."
            )
            yield self._due("scopes_missing", why, "guide")

    def _secret_due(self, now: str, max_age: int) -> Iterator[Due]:
        since, today = dates.parsed(self.local.state.set_at), dates.parsed(now)
        age = (today - since) / timedelta(days=1) if since and today else None
        if age is None or age > max_age:
            shown = "of unknown age" if age is None else f"{age:.0f} days old"
            yield self._due(
                "secret_old", f"The Client Secret is {shown}. You allow {max_age} days.", "rotate"
            )
