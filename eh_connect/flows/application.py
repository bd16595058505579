"""Guard the application: a rotation keeps its Client ID, and another one would disconnect linked accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.employment_hero.credentials import ProbeResult, judge_pair
from eh_connect.errors import STACKONE_ERRORS, ActionNeededError, InputError, NextStep, StackOneRefusedError
from eh_connect.flows.find import required_profile
from eh_connect.lines import ok, prose
from eh_connect.secret import Credentials, Secret

if TYPE_CHECKING:
    from eh_connect.change import Change
    from eh_connect.flows.parts import Parts
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values

_ANOTHER_APPLICATION = (
    "Another Client ID means another application. By OAuth practice, all linked accounts then have to be "
    "linked again."
)
_SAFE_PATH = (
    "Make a second profile (another --profile label and --name), link the accounts there again, then remove "
    "the old one."
)


def accounts_are(count: int) -> str:
    """Return ``1 account is``, ``2 accounts are``."""
    return "1 account is" if count == 1 else f"{count} accounts are"


def guard_application(change: Change, parts: Parts) -> int | None:
    """Return how many accounts are linked, or None where nobody needs the number or it can't be counted.

    StackOneRefusedError (6): accounts are linked, the Client ID would change, and nothing allows that.
    """
    if change.profile is None:
        return None
    changes = change.changes_application(parts.local.possible_credentials(change.profile))
    if parts.values[i.REPLACE_APPLICATION]:
        changes = False  # it may change, so there is nothing to guard
    if changes is False and not parts.console.attended:
        return None
    try:
        linked = parts.client.count_accounts(change.profile.id)
    except STACKONE_ERRORS as exc:
        if changes:
            raise
        if changes is None:
            parts.console.warn(f"The linked accounts could not be counted. {exc.sentence}")
        return None
    if linked and changes:
        raise StackOneRefusedError(
            f"The Client ID would change while {accounts_are(linked)} linked",
            detail=_ANOTHER_APPLICATION,
            hint=f"{_SAFE_PATH} To change it anyway: --replace-application",
        )
    if linked and changes is None:
        parts.console.warn(
            f"{accounts_are(linked)} linked through this profile. Whether its Client ID stays the same can't be "
            "seen from here. If it changes, each of them has to be linked again."
        )
    return linked


def same_application(parts: Parts) -> Credentials:
    """Return the credentials of a rotation, and have the person make the secret where it is missing.

    StackOneRefusedError (6): another Client ID was given, or saved by a set-up that is not finished.
    """
    values, local = parts.values, parts.local
    current, staged = local.current, local.staged
    if current is not None and staged is not None and staged.client_id != current.client_id:
        raise StackOneRefusedError(  # to rotate now would drop the credentials of that set-up
            "A set-up with another Client ID was begun and is not finished",
            detail="A rotation keeps the Client ID. Nothing was changed.",
            hint="Finish the set-up, or return to the credentials before it.",
            next_steps=(
                NextStep("Finish it", values.command("setup")),
                NextStep("Return", values.command("rotate", "--rollback")),
            ),
        )
    client_id, secret, held = values[i.CLIENT_ID], values[i.CLIENT_SECRET], current or staged
    is_same = held is None or held.client_id == client_id
    if client_id and secret and is_same and not _is_outdated(Credentials(client_id, secret), parts):
        return Credentials(client_id, secret)
    profile = required_profile(parts.client.profiles(), values, local)
    if client_id is None:
        raise InputError(
            "The Client ID is missing",
            missing=(i.CLIENT_ID.problem(),),
            hint="Give it: the application's page in the Developer Portal shows it.",
        )
    accounts = count_accounts(profile, parts.client)
    if not is_same:
        linked = "The linked accounts could not be counted."
        if accounts is not None:
            linked = f"{accounts_are(accounts)} linked through this profile."
        raise StackOneRefusedError(
            "Another Client ID is not a rotation",
            detail=f"{_ANOTHER_APPLICATION} {linked} Nothing was changed.",
            hint=f"For a new secret of the same application leave out --client-id. Else: {_SAFE_PATH}",
        )
    return _ask_new_secret(client_id, profile, accounts, parts)


def _is_outdated(credentials: Credentials, parts: Parts) -> bool:
    """Return whether these are credentials that an earlier run saved and that Employment Hero now rejects."""
    values, local, console = parts.values, parts.local, parts.console
    if not console.attended or credentials != local.staged or values.given(i.CLIENT_SECRET):
        return False
    fingerprint = credentials.client_secret.fingerprint
    if values[i.CHECK] and parts.probe(credentials) is ProbeResult.REJECTED:
        console.show(prose(f"Employment Hero rejects the secret that an earlier run saved ({fingerprint})."))
        if not local.is_sent:
            local.unstage()
        return True
    console.show(ok(f"Going on with the secret that an earlier run saved ({fingerprint})"))
    return False


def _ask_new_secret(
    client_id: Secret, profile: ConnectorProfile, accounts: int | None, parts: Parts
) -> Credentials:
    """Have the person make a new secret, and stage it at once.

    Everything else is checked first, because the new secret may end the old one.
    """
    values, local = parts.values, parts.local

    def judge(text: str) -> None:
        wanted = Credentials(client_id, Secret(text))
        if wanted == local.current:
            raise ValueError("it is the secret that is in force: copy the new one")
        if wanted == local.previous:
            raise ValueError("it is the previous secret, which was replaced: copy the new one")
        for finding in judge_pair(client_id.reveal(), text):
            if finding.hard:
                raise ValueError(finding.why)
            parts.console.warn(f"Client Secret: {finding.why}.")

    can_send = values[i.VIA] != "dashboard" and parts.writes.may_update(profile.id)
    if values[i.VIA] == "api" and not can_send:
        raise no_call()
    secret = parts.console.new_secret(profile, accounts, judge)
    credentials = Credentials(client_id, secret)
    values.answer(i.CLIENT_SECRET, secret)
    if not local.is_sent:  # credentials that were sent are finished first
        local.stage(credentials, parts.origins)
        local.note_target(profile.id, "rotate", sends=False)
    return credentials


def count_accounts(profile: ConnectorProfile, client: Client) -> int | None:
    """Return how many accounts are linked through a profile, or None where StackOne doesn't say."""
    try:
        return client.count_accounts(profile.id)
    except STACKONE_ERRORS:
        return None


def no_previous(values: Values, label: str) -> InputError:
    """Return the error that there is no previous secret to return to."""
    return InputError(
        "There is no previous Client Secret",
        detail=f"Nothing was replaced under the label {label}.",
        hint=f"To replace the secret: {values.command('rotate', without=(i.ROLLBACK,))}",
    )


def no_call() -> ActionNeededError:
    """Return the error that only the API may be used, and that it can't make the change."""
    return ActionNeededError(
        "StackOne's API doesn't offer this",
        detail="It was asked with an empty body, which carries no secret.",
        hint="Leave out --via api to do it in the dashboard.",
    )
