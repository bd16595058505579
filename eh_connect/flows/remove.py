"""``remove``: forget what is kept here of a profile, and say what remains to be done by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eh_connect.by_hand import page_url
from eh_connect.employment_hero.portal import MENU_PATH, portal_url
from eh_connect.errors import NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.flows.finding import accounts_are
from eh_connect.result import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.errors import NextStep
    from eh_connect.flows.keeping import Keeping
    from eh_connect.ports import ReadsProfiles


@dataclass(frozen=True)
class RemoveRequest:
    """Whom to ask about the profile, and where a person finds it.

    ``project`` is None where nobody is asked; ``why_not`` says why. ``confirm`` is told what will remain to
    be done by hand, and returns if the profile is to be forgotten.
    """

    project: ReadsProfiles | None
    why_not: str
    dashboard_url: str
    portal_app_url: str
    confirm: Callable[[Sequence[str]], None]
    width: int = 80


@dataclass(frozen=True)
class RemoveResult:
    """The result of ``remove``; its fields as in docs/output.md."""

    action: str
    label: str
    profile_id: str | None = None
    by_hand: tuple[str, ...] = ()
    width: int = 80
    next_steps: tuple[NextStep, ...] = ()
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """The fields of the JSON object, without the common ones."""
        return {
            "action": self.action,
            "profile": {"label": self.label, "id": self.profile_id},
            "by_hand": list(self.by_hand),
        }

    def as_text(self) -> str:
        """The same for a person."""
        if self.action == "unchanged":
            return f"Unchanged: nothing is kept here as “{self.label}”."
        lines = [f"Removed: “{self.label}” is not kept here any more."]
        if self.by_hand:
            lines.append("What remains is done by hand:")
        for text in self.by_hand:
            lines += wrapped(text, self.width, "  - ", "    ")
        return "\n".join(lines)


def remove(keeping: Keeping, request: RemoveRequest) -> RemoveResult:
    """Forget, unless nothing is kept. StorageError: the keyring does not forget; the state stays then too."""
    label = keeping.state.label
    keeping.check_deletes()
    if keeping.is_empty:
        keeping.forget()  # a lock that a run left
        return RemoveResult("unchanged", label)
    profile_id = keeping.state.profile_id
    by_hand = tuple(_by_hand(keeping, request))  # asked first: afterwards the key and the ID are gone
    request.confirm(by_hand)
    keeping.forget()
    return RemoveResult("removed", label, profile_id, by_hand, request.width)


def _by_hand(keeping: Keeping, request: RemoveRequest) -> Iterator[str]:
    state = keeping.state
    dashboard = page_url(request.dashboard_url)
    if state.profile_id is not None:
        name = f"“{state.name}” " if state.name else ""
        yield (
            f"At StackOne, the connector profile {name}(ID {state.profile_id}) is not touched. "
            f"{_accounts(state.profile_id, request)} Disable or delete it in the dashboard: {dashboard}"
        )
    elif state.pending is not None:
        yield (
            f"At StackOne, a connector profile “{state.pending.name}” may have been created: that was begun, "
            f"and its end was not seen. Look in the dashboard: {dashboard}"
        )
    if keeping.next is not None and (state.profile_id or state.pending):
        staged = keeping.next.client_secret.fingerprint
        yield f"The staged pair (Client Secret {staged}) may be the one that StackOne has."
    pairs = [pair for pair in (keeping.current, keeping.next, keeping.previous) if pair is not None]
    known = [*(pair.client_secret.fingerprint for pair in pairs), state.fingerprint, state.old_secret]
    fingerprints = ", ".join(dict.fromkeys(each for each in known if each is not None))
    if fingerprints or state.app_name is not None:
        name = f" “{state.app_name}”" if state.app_name else ""
        secrets = f" with its Client Secret ({fingerprints})" if fingerprints else ""
        where = portal_url(state.org_id, request.portal_app_url) if state.org_id else MENU_PATH
        yield (
            f"At Employment Hero, the application{name}{secrets} is not touched. By OAuth practice, accounts "
            f"linked through it stop working without it. Delete it, or revoke old secrets, there: {where}"
        )


def _accounts(profile_id: str, request: RemoveRequest) -> str:
    unknown = "How many accounts are linked through it could not be learnt"
    if request.project is None:
        return f"{unknown}: {request.why_not}."
    try:
        if all(profile.id != profile_id for profile in request.project.profiles()):
            return "StackOne does not list it: it was deleted there, or the API key is another project's."
        linked = request.project.count_accounts(profile_id)
    except (NetworkError, StackOneAuthError, StackOneRefusedError) as exc:
        return f"{unknown}: {exc.title}"
    if not linked:
        return "No account is linked through it."
    return f"{accounts_are(linked)} linked through it; what deleting it does to them is not documented."
