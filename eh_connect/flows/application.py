"""The same application, or another one: what a rotation needs before it writes, and what a new Client ID costs."""

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
    """``1 account is``, ``2 accounts are``."""
    return "1 account is" if count == 1 else f"{count} accounts are"


def guard_application(change: Change, parts: Parts) -> int | None:
    """How many accounts are linked, as far as that had to be learnt.

    StackOneRefusedError (6): the Client ID would change while accounts are linked, and nobody said that it may.
    """
    if change.profile is None:
        return None
    changes = change.changes_application(parts.local.possible_credentials(change.profile))
    may = bool(parts.values[i.REPLACE_APPLICATION])
    if (changes is False or may) and not parts.console.attended:
        return None
    try:
        linked = parts.client.count_accounts(change.profile.id)
    except STACKONE_ERRORS as exc:
        if changes and not may:
            raise
        if changes is None:
            parts.console.warn(f"The linked accounts could not be counted. {exc.sentence}")
        return None
    if linked and changes and not may:
        raise StackOneRefusedError(
            f"The Client ID would change while {accounts_are(linked)} linked",
            detail=_ANOTHER_APPLICATION,
            hint=f"{_SAFE_PATH} To change it anyway: --replace-application",
        )
    if linked and changes is None and not may:
        parts.console.warn(
            f"{accounts_are(linked)} linked through this profile. Whether its Client ID stays the same can't be "
            "seen from here. If it changes, each of them has to be linked again."
        )
    return linked


def same_application(credentials: Credentials | None, parts: Parts) -> Credentials:
    """What a rotation brings: a secret that is missing is asked for last of all."""
    values, local = parts.values, parts.local
    current, staged = local.current, local.staged
    if current is not None and staged is not None and staged.client_id != current.client_id:
        raise StackOneRefusedError(  # sending it on the way to a new secret would drop what is saved
            "A set-up with another Client ID was begun and is not finished",
            detail="A rotation keeps the Client ID. Nothing was changed.",
            hint="Finish the set-up, or return to the credentials before it.",
            next_steps=(
                NextStep("Finish it", values.command("setup")),
                NextStep("Return", values.command("rotate", "--rollback")),
            ),
        )
    client_id = values[i.CLIENT_ID]
    if client_id is None:
        required_profile(parts.client.profiles(), values, local)
        raise InputError(
            "The Client ID is missing",
            missing=(i.CLIENT_ID.problem(),),
            hint="Give it: the application's page in the Developer Portal shows it.",
        )
    held = current or staged
    if held is not None and held.client_id != client_id:
        accounts = count_accounts(required_profile(parts.client.profiles(), values, local), parts.client)
        linked = "The linked accounts could not be counted."
        if accounts is not None:
            linked = f"{accounts_are(accounts)} linked through this profile."
        raise StackOneRefusedError(
            "Another Client ID is not a rotation",
            detail=f"{_ANOTHER_APPLICATION} {linked} Nothing was changed.",
            hint=f"For a new secret of the same application leave out --client-id. Else: {_SAFE_PATH}",
        )
    if credentials is not None and not _is_dead(credentials, parts):
        return credentials
    return _have_secret_made(client_id, parts)


def _is_dead(credentials: Credentials, parts: Parts) -> bool:
    """Whether a secret that an earlier run left is one that Employment Hero no longer knows."""
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


def _have_secret_made(client_id: Secret, parts: Parts) -> Credentials:
    """Check all that can be checked first: the new secret may end the old one. It is saved at once."""
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

    profile = required_profile(parts.client.profiles(), values, local)
    accounts = count_accounts(profile, parts.client)
    if values[i.VIA] != "dashboard" and not parts.writes.may_update(profile.id) and values[i.VIA] == "api":
        raise no_call()
    secret = parts.console.new_secret(profile, accounts, judge)
    credentials = Credentials(client_id, secret)
    values.answer(i.CLIENT_SECRET, secret)
    if not local.is_sent:  # else what was sent is settled first
        local.stage(credentials, parts.origins)
        local.note_target(profile.id, "rotate", sends=False)
    return credentials


def count_accounts(profile: ConnectorProfile, client: Client) -> int | None:
    """How many accounts are linked through a profile; None where that can't be learnt."""
    try:
        return client.count_accounts(profile.id)
    except STACKONE_ERRORS:
        return None


def no_previous(values: Values, label: str) -> InputError:
    """There is nothing to return to."""
    return InputError(
        "There is no previous Client Secret",
        detail=f"Nothing was replaced under the label {label}.",
        hint=f"To replace the secret: {values.command('rotate', without=(i.ROLLBACK,))}",
    )


def no_call() -> ActionNeededError:
    """Only the API was to be used, and it can't."""
    return ActionNeededError(
        "StackOne's API doesn't offer this",
        detail="It was asked with an empty body, which carries no secret.",
        hint="Leave out --via api to do it in the dashboard.",
    )
