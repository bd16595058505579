"""``rotate``: replace the Client Secret of the same application, or go back to the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.commands import command
from eh_connect.errors import InputError, NetworkError, NextStep, StackOneRefusedError
from eh_connect.flows.converging import ANOTHER_APPLICATION, SAFE_PATH, Converging
from eh_connect.flows.finding import find

if TYPE_CHECKING:
    from eh_connect.flows.finding import Found
    from eh_connect.flows.request import SetupParts, SetupRequest
    from eh_connect.result import SetupResult
    from eh_connect.secret import Pair
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


class _Rotation(Converging):
    def run(self) -> SetupResult:
        held = self.keeping.current or self.keeping.next
        if held is not None and held.client_id != self.pair.client_id:
            raise self._not_a_rotation()
        return super().run()

    def _find(self, profiles: list[ConnectorProfile]) -> Found:
        return the_profile(profiles, self.request, self.parts)

    def _word(self, pair: Pair, *, is_creation: bool) -> str:  # noqa: ARG002  # it creates nothing
        current = self.keeping.current
        replaces = current is not None and (pair != current or pair == self.keeping.next)
        return "rotated" if replaces else "updated"

    def _not_a_rotation(self) -> StackOneRefusedError:
        found = self._find(self.parts.profiles.profiles()).profile
        try:
            count = self.parts.profiles.count_accounts(found.id) if found else 0
            linked = f"{count} accounts are linked through this profile."
        except (NetworkError, StackOneRefusedError):
            linked = "How many accounts are linked through this profile can't be learnt now."
        return StackOneRefusedError(
            "Another Client ID is not a rotation.",
            detail=f"{ANOTHER_APPLICATION} {linked} Nothing was written.",
            hint=f"For a new secret of the same application leave out --client-id. {SAFE_PATH}",
        )

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
