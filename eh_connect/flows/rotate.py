"""``rotate``: replace the Client Secret of the same application, or go back to the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.commands import command
from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.errors import InputError, NetworkError, NextStep, StackOneRefusedError
from eh_connect.flows.converging import ANOTHER_APPLICATION, SAFE_PATH, Converging, no_call
from eh_connect.flows.finding import accounts_are, find
from eh_connect.ports import ProbeResult
from eh_connect.secret import Pair, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.finding import Found
    from eh_connect.flows.request import SetupParts, SetupRequest
    from eh_connect.result import SetupResult
    from eh_connect.stackone.models import ConnectorProfile


def rotate(request: SetupRequest, parts: SetupParts) -> SetupResult:
    """Send the new pair. Raises EhConnectError; whatever it raises, the next run goes on from there.

    With the purpose ``rollback``, ``request.pair`` only stands in until it is known which pair comes back.
    """
    rotation = _Rollback(request, parts) if request.purpose == "rollback" else _Rotation(request, parts)
    return rotation.run()


def the_profile(profiles: list[ConnectorProfile], request: SetupRequest, parts: SetupParts) -> Found:
    """The profile to rotate: by given or kept ID only. StackOneRefusedError (6): none known, or not there."""
    if request.profile_id is None and parts.keeping.state.profile_id is None:
        raise StackOneRefusedError(
            "No profile is known here to rotate.",
            detail=f"Nothing was finished under the label “{request.label}”. Nothing was written.",
            hint="Set it up first, or name the profile with --profile-id and its --client-id.",
            next_steps=(NextStep("create it, or take it over", command("setup", request.label)),),
        )
    return find(profiles, request, parts.keeping, parts.console)


def have_secret_made(request: SetupRequest, client_id: Secret, parts: SetupParts, portal: str | None) -> Pair:
    """Check all that can be checked, and only then have the person make the new secret: it may end the old.

    It is kept at once, so that whatever comes next can't lose it.
    ``request.pair`` is not looked at. ``portal``: the address to send the person to, if it is known.
    """
    keeping = parts.keeping
    profile = _same_application(client_id, request, parts)
    if request.via != "dashboard" and not parts.writes.may_update(profile.id):
        if request.via == "api":
            raise no_call()
        parts.console.progress("StackOne's API has no call for it: you will enter it in the dashboard.")

    def doubt(secret: Secret) -> str | None:
        if not request.check or parts.probe(Pair(client_id, secret)) is not ProbeResult.REJECTED:
            return None
        return (
            "Employment Hero rejected it: it is cut off, or the secret of another application. The check is "
            "advice, not proof."
        )

    pair = Pair(client_id, parts.console.new_secret(portal, _judge_of(client_id, parts), doubt))
    if not keeping.is_told:  # else what was sent is settled first
        keeping.stage(pair, request.origins)
        keeping.aim(profile.id, request.purpose)
    return pair


def _judge_of(client_id: Secret, parts: SetupParts) -> Callable[[str], None]:
    """Raises ValueError on what can't be the new secret."""

    def judge(text: str) -> None:
        wanted = Pair(client_id, Secret(text))
        if wanted == parts.keeping.current:
            raise ValueError("it is the secret that is in force already: copy the new one")
        if wanted == parts.keeping.previous:
            raise ValueError("it is the previous secret, which was replaced: copy the new one")
        for finding in judge_pair(client_id.reveal(), text):
            if finding.hard:
                raise ValueError(finding.why)
            parts.console.progress(f"Have a look: {finding.why}.")

    return judge


def _same_application(client_id: Secret, request: SetupRequest, parts: SetupParts) -> ConnectorProfile:
    """The profile. StackOneRefusedError (6) for another Client ID, with what it would cost."""
    keeping, reads = parts.keeping, parts.profiles
    profile = the_profile(reads.profiles(), request, parts).profile
    if profile is None:
        raise AssertionError("an ID finds its profile, or is refused")
    held = keeping.current or keeping.next
    if held is None or held.client_id == client_id:
        return profile
    try:
        linked = f"{accounts_are(reads.count_accounts(profile.id))} linked through this profile."
    except (NetworkError, StackOneRefusedError):
        linked = "How many accounts are linked through this profile can't be learnt now."
    raise StackOneRefusedError(
        "Another Client ID is not a rotation.",
        detail=f"{ANOTHER_APPLICATION} {linked} Nothing was written.",
        hint=f"For a new secret of the same application leave out --client-id. {SAFE_PATH}",
    )


class _Rotation(Converging):
    def run(self) -> SetupResult:
        current, staged = self.keeping.current, self.keeping.next
        if current is not None and staged is not None and staged.client_id != current.client_id:
            raise _another_application_is_staged(self.request.label)
        held = current or staged
        if held is not None and held.client_id != self.pair.client_id:
            _same_application(self.pair.client_id, self.request, self.parts)
        return super().run()

    def _find(self, profiles: list[ConnectorProfile]) -> Found:
        return the_profile(profiles, self.request, self.parts)

    def _word(self, pair: Pair, *, is_creation: bool) -> str:  # noqa: ARG002  # it creates nothing
        current = self.keeping.current
        replaces = current is not None and (pair != current or pair == self.keeping.next)
        return "rotated" if replaces else "updated"

    def _rejection(self) -> tuple[str, str]:
        meaning, _ = super()._rejection()
        return meaning, "Copy the Client Secret again, from the page of the same application."


class _Rollback(_Rotation):
    def run(self) -> SetupResult:
        """The pair of an unfinished rotation is settled first: it is what is rolled back then."""
        self.purpose = "rotate"
        self._settle_other_than(self.keeping.rollback)
        self.purpose = "rollback"
        pair = self.keeping.rollback
        if pair is None:
            raise no_previous(self.request.label)
        self.pair = pair
        return self._result(self._converge(pair))

    def _word(self, pair: Pair, *, is_creation: bool) -> str:
        if self.purpose == "rollback":
            return "rolled_back"
        return super()._word(pair, is_creation=is_creation)

    def _rejection(self) -> tuple[str, str]:
        if self.purpose != "rollback":
            return super()._rejection()
        meaning = (
            "Its token endpoint answered “invalid_client”: the portal no longer knows the previous pair. "
            "StackOne keeps the one that it has; nothing was sent to it."
        )
        again = command("rotate", self.request.label)
        return meaning, f"Make a new Client Secret in the Developer Portal, then: {again}"


def no_previous(label: str) -> InputError:
    """There is nothing to go back to."""
    return InputError(
        "There is no previous pair to go back to.",
        detail=f"Nothing was replaced under the label “{label}” so far.",
        hint=f"Make a new Client Secret in the Developer Portal, then: {command('rotate', label)}",
    )


def _another_application_is_staged(label: str) -> StackOneRefusedError:
    """Sending it on the way to a new secret would drop the pair that is kept."""
    return StackOneRefusedError(
        "A set-up with another Client ID was begun and is not finished.",
        detail="A rotation keeps the Client ID. Nothing was written.",
        hint="Finish the set-up, or go back to the pair before it.",
        next_steps=(
            NextStep("finish it", command("setup", label)),
            NextStep("go back", command("rotate", label, "--rollback")),
        ),
    )
