"""``remove``: forget what is saved here of a label, and say what remains to be done by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.employment_hero.portal import MENU_PATH, portal_url
from eh_connect.errors import STACKONE_ERRORS
from eh_connect.flows.application import accounts_are
from eh_connect.inputs import EMPLOYMENT_HERO_APP_URL, STACKONE_APP_URL
from eh_connect.results import RemovedView, RemoveResult
from eh_connect.stackone.models import DASHBOARD_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.flows.console import Console
    from eh_connect.flows.status import LabelSource
    from eh_connect.local.profile import LocalProfile
    from eh_connect.values import Values


def forget(
    local: LocalProfile,
    looked: LabelSource,
    values: Values,
    console: Console,
    confirm: Callable[[Sequence[str]], None] | None,
) -> RemoveResult:
    """Forget the label. StorageError: the keyring can't delete; then the state stays too.

    ``confirm`` shows what will remain to be done by hand, and returns if the label is to be forgotten. None:
    nobody is asked.
    """
    local.keyring.delete("trial")  # fails here, before anything is lost, where the keyring can't delete
    if local.is_empty:
        local.forget()  # an earlier run may have left its lock
        return RemoveResult(action="unchanged", profile=RemovedView(label=local.label, id=None), by_hand=())
    profile = RemovedView(label=local.label, id=local.state.profile_id)
    with console.working("Looking at StackOne"):
        by_hand = tuple(_by_hand(local, looked, values))  # needs the API key and the ID, which go next
    if confirm is not None:
        confirm(by_hand)
    local.forget()
    return RemoveResult(action="removed", profile=profile, by_hand=by_hand, was_shown=confirm is not None)


def _by_hand(local: LocalProfile, looked: LabelSource, values: Values) -> Iterator[str]:
    state = local.state
    page = values.require(STACKONE_APP_URL) + DASHBOARD_PATH
    if state.profile_id is not None:
        name = f' "{state.name}"' if state.name else ""
        yield (
            f"StackOne keeps the connector profile{name}:\n{state.profile_id}\n"
            f"{_accounts(state.profile_id, looked)} Disable or delete it in the dashboard:\n{page}"
        )
    elif state.pending is not None:
        yield f'StackOne may have a connector profile "{state.pending.name}". Look in the dashboard:\n{page}'
    if state.test_accounts:
        yield "\n".join(("StackOne has test accounts that you can delete:", *state.test_accounts))
    if local.staged is not None and (state.profile_id or state.pending):
        staged = local.staged.client_secret.fingerprint
        yield f"StackOne may have the new Client Secret ({staged}), which was not confirmed."
    held = [each for each in (local.current, local.staged, local.previous) if each is not None]
    known = [*(each.client_secret.fingerprint for each in held), state.fingerprint]
    fingerprints = ", ".join(dict.fromkeys(each for each in known if each is not None))
    if fingerprints or state.app_name is not None:
        name = f' "{state.app_name}"' if state.app_name else ""
        secrets = f" and its Client Secret ({fingerprints})" if fingerprints else ""
        where = (
            portal_url(state.org_id, values.require(EMPLOYMENT_HERO_APP_URL)) if state.org_id else MENU_PATH
        )
        yield (
            f"Employment Hero keeps the application{name}{secrets}. Without it, accounts linked through it "
            f"stop working. Delete it in the Developer Portal:\n{where}"
        )


def _accounts(profile_id: str, looked: LabelSource) -> str:
    """Say how many accounts are linked through the profile."""
    unknown = "How many accounts are linked is not known"
    if looked.project is None:
        return f"{unknown}: {looked.why_not.rstrip('.')}."
    try:
        if all(profile.id != profile_id for profile in looked.project.profiles()):
            return "It doesn't list it now: it was deleted, or the API key is another project's."
        linked = looked.project.count_accounts(profile_id)
    except STACKONE_ERRORS as exc:
        return f"{unknown}: {exc.sentence}"
    if not linked:
        return "No account is linked through it."
    return f"{accounts_are(linked)} linked through it. What deleting it does to them is not documented."
