"""Bring a connector profile to what is wanted, and keep what it takes to do so again.

Shared by ``setup`` and ``rotate``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect.change import Change, FieldChange, Kind, Wanted, plan
from eh_connect.commands import command
from eh_connect.errors import (
    ActionNeededError,
    InputError,
    NetworkError,
    RejectedError,
    StackOneRefusedError,
    WriteRefusedError,
)
from eh_connect.flows.actions import completed
from eh_connect.flows.applying import Applying
from eh_connect.flows.dashboard import change_by_hand
from eh_connect.flows.finding import accounts_are, find, new_profiles
from eh_connect.ports import ProbeResult
from eh_connect.result import SetupResult
from eh_connect.stackone.models import ProfileFields

if TYPE_CHECKING:
    from eh_connect.flows.finding import Found
    from eh_connect.flows.request import SetupParts, SetupRequest
    from eh_connect.secret import Pair
    from eh_connect.stackone.models import ConnectorProfile

ANOTHER_APPLICATION = (
    "Another Client ID means another application: by OAuth practice the refresh tokens of all linked "
    "accounts die with the old one."
)
SAFE_PATH = (
    "Safe: make a second profile (another --profile label and --name), link the accounts again there, retire "
    "the old one."
)


def setup(request: SetupRequest, parts: SetupParts) -> SetupResult:
    """Create the profile, or bring it up to date. Raises EhConnectError; the next run goes on from there."""
    return Converging(request, parts).run()


class Converging:
    """Find the profile, compare, probe, confirm, apply.

    Whatever is raised, the next run goes on from there.
    """

    def __init__(self, request: SetupRequest, parts: SetupParts) -> None:
        self.request = request
        self.parts = parts
        self.keeping = parts.keeping
        self.console = parts.console
        self.pair = request.pair
        self.purpose = request.purpose
        self.shown: list[FieldChange] = []
        self.action = "unchanged"
        self.left_alone = False
        self.via: str | None = None
        self._applying = Applying(parts, request.origins)

    def run(self) -> SetupResult:
        """Bring the profile to what is wanted; a pair that an earlier run staged is settled first."""
        self._refuse_previous()
        self._settle_other_than(self.pair)
        self._refuse_previous()
        return self._result(self._converge(self.pair))

    def _find(self, profiles: list[ConnectorProfile]) -> Found:
        return find(profiles, self.request, self.keeping, self.console)

    def _word(self, pair: Pair, *, is_creation: bool) -> str:  # noqa: ARG002  # rotate looks at the pair
        """What it is called that ``pair`` was sent."""
        return "created" if is_creation else "updated"

    def _refuse_previous(self) -> None:
        keeping = self.keeping
        in_use = (keeping.current, keeping.next)
        if self.request.pair_given and self.pair == keeping.previous and self.pair not in in_use:
            raise InputError(
                "This pair is the previous one.",
                detail="It was replaced by a rotation; bringing it back unasked would undo that. "
                "A variable or file may still hold the old secret.",
                hint="Update the variable or file. To go back knowingly: "
                + command("rotate", self.request.label, "--rollback"),
            )

    def _settle_other_than(self, pair: Pair | None) -> None:
        staged = self.keeping.next
        if staged is not None and staged != pair and self._may_be_at_stackone():
            self._settle(staged)

    def _may_be_at_stackone(self) -> bool:
        """Whether the staged pair may have been sent, so that it has to be finished first."""
        state = self.keeping.state
        asked_by_hand = state.pending is not None and state.pending.via == "dashboard"
        maybe_sent = state.profile_id is not None or state.pending is not None
        return self.keeping.writes and (self.keeping.is_told or (maybe_sent and not asked_by_hand))

    def _settle(self, staged: Pair) -> None:
        self.console.progress("Finishing what an earlier run began: the staged pair is sent again.")
        try:
            self._converge(staged)
        except (RejectedError, WriteRefusedError) as exc:
            if isinstance(exc, WriteRefusedError) and self._moved():
                raise
            self.keeping.unstage()
            self.console.warn(f"The pair staged by an earlier run was dropped. {exc.title}")

    def _moved(self) -> bool:
        """Whether the profile is new or changed since our last write: the staged pair may be in it."""
        state = self.keeping.state
        profiles = self.parts.profiles.profiles()
        changed = [p for p in profiles if p.id == state.profile_id and p.updated_at != state.updated_at]
        return bool(changed or new_profiles(profiles, self.keeping))

    def _converge(self, pair: Pair) -> ConnectorProfile | None:
        profiles = self.parts.profiles.profiles()
        found = self._find(profiles)
        if found.leave:
            self.left_alone = True
            return found.profile
        if found.done_by_hand and found.profile is not None:
            self._adopt(found.profile, pair, is_new=found.is_new)
            self._refuse_previous()
        change = self._plan(found.profile, pair)
        if self.request.dry_run:
            is_pending = change.shown or found.done_by_hand
            self.action, self.via = "pending" if is_pending else "unchanged", None
            self.shown += change.shown
            return found.profile
        if change.kind is Kind.NOTHING:
            self._finish_noting(found.profile)
            return found.profile
        self._guard_application(change)
        if change.sends_pair and self.request.check and not self._is_there(found.profile, pair):
            self._probe(pair)
        self.console.confirm(change)
        word = self._word(pair, is_creation=change.kind is Kind.CREATE or found.is_new)
        profile, via = self._apply(change, profiles)
        self._note(word, change, via)
        return profile

    def _is_there(self, profile: ConnectorProfile | None, pair: Pair) -> bool:
        """Whether StackOne seems to have the staged pair already: then a doubt comes too late."""
        keeping = self.keeping
        has_moved = profile is not None and profile.updated_at != keeping.state.updated_at
        return has_moved and keeping.is_told and keeping.next == pair

    def _finish_noting(self, profile: ConnectorProfile | None) -> None:
        """A run that died after its pair became current has not noted it yet."""
        state = self.keeping.state
        if profile is not None and state.staged_by is not None and self.keeping.next is None:
            self.keeping.commit(profile, ProfileFields(), state.via or "api")

    def _plan(self, profile: ConnectorProfile | None, pair: Pair) -> Change:
        request = self.request
        wanted = Wanted(pair, request.name, request.name_given, request.default, request.actions)
        return plan(profile, wanted, self.keeping.in_force(profile))

    def _adopt(self, profile: ConnectorProfile, pair: Pair, *, is_new: bool) -> None:
        """Take over what a person did in the dashboard, with the pair if one was staged for it."""
        staged = self.keeping.next
        word = self._word(staged or pair, is_creation=is_new)
        change = Change(Kind.NOTHING, profile, ProfileFields(), ())
        if staged is not None:
            change = plan(profile, Wanted(staged, self.request.name), None)
        self.keeping.commit(profile, change.fields, "dashboard")
        self._note(word, change, "dashboard")

    def _note(self, action: str, change: Change, via: str | None) -> None:
        self.action = "created" if self.action == "created" else action
        self.shown += change.shown
        self.via = via

    def _guard_application(self, change: Change) -> None:
        """A new Client ID kills the refresh tokens of all linked accounts (by OAuth practice)."""
        if change.profile is None or self.request.replace_application:
            return
        changes = change.changes_application(self.keeping.held(change.profile))
        if changes is False:
            return
        try:
            linked = self.parts.profiles.count_accounts(change.profile.id)
        except (NetworkError, StackOneRefusedError) as exc:
            if changes:
                raise
            self.console.warn(f"How many accounts are linked could not be learnt. {exc.title}")
            return
        if linked and changes is None:
            self.console.warn(
                f"{accounts_are(linked)} linked through this profile. Whether its Client ID stays the same "
                "can't be seen from here; if it does not, each of them has to be linked again."
            )
        elif linked:
            knowingly = " Knowingly: --replace-application" if self.request.purpose == "setup" else ""
            raise StackOneRefusedError(
                f"The Client ID would change while {accounts_are(linked)} linked.",
                detail=ANOTHER_APPLICATION,
                hint=SAFE_PATH + knowingly,
            )

    def _probe(self, pair: Pair) -> None:
        result = self.parts.probe(pair)
        if result is ProbeResult.REJECTED:
            self.console.rejected(*self._rejection())
            self.console.warn("The credential check said “rejected”; you went on all the same.")
        elif result is ProbeResult.COULD_NOT_TELL:
            self.console.warn("The credential check could not tell whether Employment Hero knows the pair.")

    def _rejection(self) -> tuple[str, str]:
        """What the rejection means, and what to do about it."""
        meaning = (
            "Its token endpoint answered “invalid_client”: the Client ID or the Client Secret is wrong, or "
            "they are of two applications. Nothing was sent to StackOne."
        )
        return meaning, "Copy both again from the application's page in the Developer Portal."

    def _apply(self, change: Change, profiles: list[ConnectorProfile]) -> tuple[ConnectorProfile, str]:
        request = replace(self.request, purpose=self.purpose)
        if request.via != "dashboard":
            fields = completed(change, self.parts.profiles, self.console)
            profile = self._applying.apply(change, fields, profiles, request.purpose)
            if profile is not None:
                return profile, "api"
        if request.via == "api":
            raise no_call()
        return change_by_hand(change, profiles, request, self.parts), "dashboard"

    def _result(self, profile: ConnectorProfile | None) -> SetupResult:
        state = self.keeping.state
        ours = profile is not None and profile.id == state.profile_id
        return SetupResult(
            command=self.request.words[0],
            action=self.action,
            via=self.via,
            label=self.request.label,
            name=self.request.name,
            profile=profile,
            proven=state.proven_at if ours else None,
            fingerprint=None if self.left_alone else self.pair.client_secret.fingerprint,
            stored_in=self.keeping.backend if ours else None,
            set_at=state.set_at if ours else None,
            plan=tuple(self.shown),
        )


def no_call() -> ActionNeededError:
    """Only the API was to be used, and it can't."""
    return ActionNeededError(
        "StackOne's API has no call for this.",
        detail="It was asked with an empty body, which carries no secret.",
        hint="Leave out --via api to do it in the dashboard.",
    )
