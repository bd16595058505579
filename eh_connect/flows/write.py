"""``setup``, ``rotate`` and ``rotate --rollback``: one driver. Find, compare, check, ask, confirm, send.

Whatever is raised, the next run goes on from there: new credentials are staged before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.change import Change, FieldView, ProfileView, WriteResult, plan
from eh_connect.employment_hero.credentials import ProbeResult
from eh_connect.errors import InputError, NextStep, RejectedError, WriteRefusedError
from eh_connect.flows.application import guard_application, no_call, no_previous, same_application
from eh_connect.flows.dashboard import by_hand
from eh_connect.flows.find import find_profile, new_profiles
from eh_connect.flows.send import Sending, await_pending_creation
from eh_connect.lines import prose, unsure
from eh_connect.results import SecretView
from eh_connect.secret import Credentials
from eh_connect.stackone.models import ConnectorProfile, ProfileFields

if TYPE_CHECKING:
    from typing import Literal

    from eh_connect.change import Action
    from eh_connect.flows.find import Match
    from eh_connect.flows.parts import Parts
    from eh_connect.local.state import Purpose

_REJECTED = (
    "Often one of them is cut off, or they are of two applications. Nothing was sent to StackOne.",
    "Copy both again from the application's page in the Developer Portal.",
)
"""What a rejection by the probe means, and the remedy."""

_ROLLBACK_REJECTED = (
    "The portal no longer knows the previous Client Secret. StackOne keeps the one that it has.",
    "Create a new Client Secret in the Developer Portal, then run eh-connect rotate.",
)


def write(purpose: Purpose, parts: Parts) -> WriteResult:
    """Bring the profile to what is wanted. Revised: the person changed an answer: call it again."""
    return _Write(purpose, parts).run()


class _Write:
    def __init__(self, purpose: Purpose, parts: Parts) -> None:
        self.purpose = purpose
        self.parts = parts
        self.values = parts.values
        self.local = parts.local
        self.console = parts.console
        self.shown: list[FieldView] = []
        self.action: Action = "unchanged"
        self.via: Literal["api", "dashboard"] | None = None
        self.is_left = False

    def run(self) -> WriteResult:
        """Credentials that an earlier run staged are settled first."""
        if self.purpose == "rollback":
            return self._roll_back()
        client_id, client_secret = self.values[i.CLIENT_ID], self.values[i.CLIENT_SECRET]
        credentials = Credentials(client_id, client_secret) if client_id and client_secret else None
        if self.purpose == "rotate":
            credentials = same_application(credentials, self.parts)
        if credentials is None:
            raise AssertionError("what is missing has been told, or asked for")
        self._refuse_previous(credentials)
        self._settle_other_than(credentials)
        self._refuse_previous(credentials)
        return self._result(self._converge(credentials), credentials)

    def _roll_back(self) -> WriteResult:
        """An unfinished rotation is settled first: it is what is rolled back then."""
        self.purpose = "rotate"
        self._settle_other_than(self.local.rollback_target)
        self.purpose = "rollback"
        credentials = self.local.rollback_target
        if credentials is None:
            raise no_previous(self.values, self.local.label)
        return self._result(self._converge(credentials), credentials)

    def _refuse_previous(self, credentials: Credentials) -> None:
        is_given = self.values.given(i.CLIENT_ID) or self.values.given(i.CLIENT_SECRET)
        in_use = (self.local.current, self.local.staged)
        if is_given and credentials == self.local.previous and credentials not in in_use:
            back = self.values.command("rotate", "--rollback")
            raise InputError(
                "These are the previous credentials",
                detail="A rotation replaced them. Bringing them back unasked would undo it. A variable or file "
                "may still have the old secret.",
                hint=f"Update the variable or file. To return to them: {back}",
            )

    def _settle_other_than(self, credentials: Credentials | None) -> None:
        staged = self.local.staged
        if staged is None or staged == credentials or not self._may_be_at_stackone():
            return
        try:
            self.console.show(prose("Finishing what an earlier run began."))
            self._converge(staged)
        except (RejectedError, WriteRefusedError) as exc:
            if isinstance(exc, WriteRefusedError) and self._has_moved():
                raise
            self.local.unstage()
            self.console.warn(f"The new credentials of an earlier run were dropped. {exc.sentence}")

    def _may_be_at_stackone(self) -> bool:
        """Whether staged credentials may have been sent, so that they have to be finished first."""
        state = self.local.state
        by_hand = state.pending is not None and state.pending.via == "dashboard"
        maybe_sent = state.profile_id is not None or state.pending is not None
        return self.local.writes and (self.local.is_sent or (maybe_sent and not by_hand))

    def _has_moved(self) -> bool:
        """Whether the profile is new or changed since our last write: staged credentials may be in it."""
        state = self.local.state
        profiles = self.parts.client.profiles()
        changed = [p for p in profiles if p.id == state.profile_id and p.updated_at != state.updated_at]
        return bool(changed or new_profiles(profiles, self.local))

    def _find(self) -> tuple[list[ConnectorProfile], Match]:
        with self.console.working("Looking at StackOne"):
            profiles = self.parts.client.profiles()
        found = find_profile(profiles, self.purpose, self.parts)
        if found.profile is None and not self.values[i.DRY_RUN]:
            later = await_pending_creation(self.parts)
            if later is not None:
                return later, find_profile(later, self.purpose, self.parts)
        return profiles, found

    def _converge(self, credentials: Credentials) -> ConnectorProfile | None:
        values = self.values
        profiles, found = self._find()
        if found.is_left:
            self.is_left = True
            return found.profile
        if found.done_by_hand and found.profile is not None:
            self._adopt(found.profile, credentials, is_new=found.is_new)
            self._refuse_previous(credentials)
        change = plan(found.profile, credentials, values, self.local.in_force(found.profile))
        accounts = guard_application(change, self.parts)
        if values[i.DRY_RUN]:
            self.action = "unchanged" if change.is_nothing and not found.done_by_hand else "pending"
            self.via = None
            self.shown += change.shown
            return found.profile
        if change.is_nothing:
            self._finish_noting(found.profile)
            return found.profile
        is_new = change.profile is None
        if change.fields.credentials and values[i.CHECK] and not self._is_there(found, credentials):
            self._probe(credentials)
        action = self._called(credentials, is_new=is_new or found.is_new)
        self.local.note(wanted_name=values[i.NAME] if is_new else None)
        profile, via = self._apply(change, profiles, accounts)
        self._note(action, change.shown, via)
        return profile

    def _called(self, credentials: Credentials, *, is_new: bool) -> Action:
        if self.purpose == "setup":
            return "created" if is_new else "updated"
        if self.purpose == "rollback":
            return "rolled_back"
        current = self.local.current
        replaces = current is not None and (credentials != current or credentials == self.local.staged)
        return "rotated" if replaces else "updated"

    def _is_there(self, found: Match, credentials: Credentials) -> bool:
        """Whether StackOne seems to have the staged credentials already: then a doubt comes too late."""
        moved = found.profile is not None and found.profile.updated_at != self.local.state.updated_at
        return moved and self.local.is_sent and self.local.staged == credentials

    def _finish_noting(self, profile: ConnectorProfile | None) -> None:
        """A run that died after its credentials became current has not noted it."""
        state = self.local.state
        if profile is not None and state.staged_for is not None and self.local.staged is None:
            self.local.commit(profile, ProfileFields(), state.via or "api")

    def _adopt(self, profile: ConnectorProfile, credentials: Credentials, *, is_new: bool) -> None:
        """Take over what a person did in the dashboard, with the credentials if any were staged for it."""
        staged = self.local.staged
        action = self._called(staged or credentials, is_new=is_new)
        shown: tuple[FieldView, ...] = ()
        if staged is not None:
            shown = tuple(c for c in plan(profile, staged, self.values, None).shown if "client" in c.field)
        self.local.commit(profile, ProfileFields(credentials=staged), "dashboard")
        self._note(action, shown, "dashboard")

    def _note(self, action: Action, shown: tuple[FieldView, ...], via: Literal["api", "dashboard"]) -> None:
        self.action = "created" if self.action == "created" else action
        self.shown += shown
        self.via = via

    def _probe(self, credentials: Credentials) -> None:
        with self.console.working("Checking the credentials at Employment Hero"):
            result = self.parts.probe(credentials)
        if result is ProbeResult.REJECTED:
            self.console.rejected(*(_ROLLBACK_REJECTED if self.purpose == "rollback" else _REJECTED))
            self.console.warn("Employment Hero didn't accept the credentials in the check. You went on.")
        elif result is ProbeResult.COULD_NOT_TELL:
            self.console.warn("The credentials could not be checked at Employment Hero.")
        elif self.console.attended:
            text = "Employment Hero didn't reject them. The sign-in test shows whether they work."
            self.console.show(unsure(text))

    def _apply(
        self, change: Change, profiles: list[ConnectorProfile], accounts: int | None
    ) -> tuple[ConnectorProfile, Literal["api", "dashboard"]]:
        via = self.values[i.VIA]
        if via != "dashboard":
            profile = Sending(self.parts, change, profiles, self.purpose).run(accounts)
            if profile is not None:
                return profile, "api"
            if via == "api":
                raise no_call()
        return by_hand(self.parts, change, profiles, self.purpose), "dashboard"

    def _result(self, profile: ConnectorProfile | None, credentials: Credentials) -> WriteResult:
        state, local = self.local.state, self.local
        is_ours = profile is not None and profile.id == state.profile_id
        is_pending = self.action == "pending"
        secret = SecretView(
            fingerprint=credentials.client_secret.fingerprint,
            stored_in=local.keyring.backend if is_ours and local.writes else None,
            set_at=state.set_at if is_ours and not is_pending else None,
        )
        steps = NextStep("Make the change", self.parts.again)
        return WriteResult(
            action=self.action,
            changed=self.via is not None,
            via=self.via,
            documented=None if self.via is None else self.via == "dashboard",
            proven=state.verified_at if is_ours else None,
            profile=ProfileView.of(profile, local.label, self.values.require(i.NAME)),
            secret=None if self.is_left else secret,
            plan=tuple(self.shown),
            keyring=local.keyring.display_name if is_ours and local.writes else None,
            next_steps=(steps,) if is_pending else (),
            exit_code=10 if is_pending and self.values[i.EXIT_CODE] else 0,
        )
