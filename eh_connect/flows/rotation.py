"""What ``rotate`` needs before it writes: the profile, the same application, a new secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.employment_hero.credentials import ProbeResult, judge_pair
from eh_connect.errors import ActionNeededError, InputError, NetworkError, NextStep, StackOneRefusedError
from eh_connect.flows.application import ANOTHER_APPLICATION, SAFE_PATH
from eh_connect.flows.find import accounts_are, the_profile
from eh_connect.lines import ok, prose
from eh_connect.secret import Credentials, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.parts import WriteParts
    from eh_connect.local.profile import LocalProfile
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values

REJECTED = (
    "Often one of them is cut off, or they are of two applications. Nothing was sent to StackOne.",
    "Copy both again from the application's page in the Developer Portal.",
)
"""What a rejection by the probe means, and the remedy."""

ROLLBACK_REJECTED = (
    "The portal no longer knows the previous Client Secret. StackOne keeps the one that it has.",
    "Create a new Client Secret in the Developer Portal, then run eh-connect rotate.",
)


def check_known(values: Values, local: LocalProfile) -> None:
    """StackOneRefusedError (6): no profile is known to rotate."""
    if values[i.PROFILE_ID] is None and local.state.profile_id is None:
        raise StackOneRefusedError(
            f'No profile is known under the label "{local.label}"',
            detail="Nothing was changed.",
            hint="Set it up first, or name the profile with --profile-id and its --client-id.",
            next_steps=(NextStep("Set it up, or take it over", values.command("setup")),),
        )


def prepared(
    values: Values, parts: WriteParts, origins: tuple[str, ...], credentials: Credentials | None
) -> Credentials:
    """The new credentials of the same application; a secret that is missing is asked for last of all."""
    local = parts.local
    current, staged = local.current, local.staged
    if current is not None and staged is not None and staged.client_id != current.client_id:
        raise _another_application_is_staged(values)
    client_id = values.sure(i.CLIENT_ID)
    held = current or staged
    if held is not None and held.client_id != client_id:
        raise _other_client_id(values, parts)
    if credentials is not None and not _is_dead(credentials, values, parts):
        return credentials
    return _have_secret_made(client_id, values, parts, origins)


def _is_dead(credentials: Credentials, values: Values, parts: WriteParts) -> bool:
    """Whether a secret that an earlier run left is one that Employment Hero no longer knows."""
    local, console = parts.local, parts.console
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


def _have_secret_made(
    client_id: Secret, values: Values, parts: WriteParts, origins: tuple[str, ...]
) -> Credentials:
    """Check all that can be checked first: the new secret may end the old one. It is saved at once."""
    local, console = parts.local, parts.console
    profile = the_profile(values, local, parts.profiles.profiles())
    accounts = _count(profile, parts)
    if values[i.VIA] != "dashboard" and not parts.writes.may_update(profile.id) and values[i.VIA] == "api":
        raise no_call()
    secret = console.new_secret(profile, accounts, _judge_of(client_id, parts))
    credentials = Credentials(client_id, secret)
    values.answer(i.CLIENT_SECRET, secret)
    if not local.is_sent:  # else what was sent is settled first
        local.stage(credentials, origins)
        local.aim(profile.id, "rotate", sends=False)
    return credentials


def _judge_of(client_id: Secret, parts: WriteParts) -> Callable[[str], None]:
    """Raises ValueError on what can't be the new secret."""

    def judge(text: str) -> None:
        wanted = Credentials(client_id, Secret(text))
        if wanted == parts.local.current:
            raise ValueError("it is the secret that is in force: copy the new one")
        if wanted == parts.local.previous:
            raise ValueError("it is the previous secret, which was replaced: copy the new one")
        for finding in judge_pair(client_id.reveal(), text):
            if finding.hard:
                raise ValueError(finding.why)
            parts.console.warn(f"Client Secret: {finding.why}.")

    return judge


def _count(profile: ConnectorProfile, parts: WriteParts) -> int | None:
    try:
        return parts.profiles.count_accounts(profile.id)
    except (NetworkError, StackOneRefusedError):
        return None


def _other_client_id(values: Values, parts: WriteParts) -> StackOneRefusedError:
    profile = the_profile(values, parts.local, parts.profiles.profiles())
    accounts = _count(profile, parts)
    linked = "The linked accounts could not be counted."
    if accounts is not None:
        linked = f"{accounts_are(accounts)} linked through this profile."
    return StackOneRefusedError(
        "Another Client ID is not a rotation",
        detail=f"{ANOTHER_APPLICATION} {linked} Nothing was changed.",
        hint=f"For a new secret of the same application leave out --client-id. Else: {SAFE_PATH}",
    )


def _another_application_is_staged(values: Values) -> StackOneRefusedError:
    """Sending it on the way to a new secret would drop credentials that are saved."""
    return StackOneRefusedError(
        "A set-up with another Client ID was begun and is not finished",
        detail="A rotation keeps the Client ID. Nothing was changed.",
        hint="Finish the set-up, or return to the credentials before it.",
        next_steps=(
            NextStep("Finish it", values.command("setup")),
            NextStep("Return", values.command("rotate", "--rollback")),
        ),
    )


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
