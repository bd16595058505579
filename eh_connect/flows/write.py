"""``setup``, ``rotate`` and ``rotate --rollback``: find the profile, compare, check, ask, confirm, send.

Whatever is raised, the next run can go on: new credentials are staged before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.change import FieldView, ProfileView, WriteResult, plan
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
    from eh_connect.change import Action, Change
    from eh_connect.flows.find import Match
    from eh_connect.flows.parts import Parts
    from eh_connect.local.state import Purpose, Via

_REJECTED = (
    "Often they are swapped, one is cut off, or they are of two applications. Nothing was sent to StackOne.",
    "Copy both again from the application's page in the Developer Portal.",
)
"""What it means where the check rejects the credentials, and the remedy."""

_ROLLBACK_REJECTED = (
    "Employment Hero no longer takes the previous Client Secret. StackOne keeps the one that it has.",
    "Create a new Client Secret in the Developer Portal, then run eh-connect rotate.",
)


def write(purpose: Purpose, parts: Parts) -> WriteResult:
    """Make the profile as it is wanted. Revised: the person changed an answer, so call this again."""
    return _Write(purpose, parts).run()


class _Write:
    """One write. ``shown``, ``action`` and ``via`` tell what it has changed up to now."""

    def __init__(self, purpose: Purpose, parts: Parts) -> None:
        self.purpose = purpose
        self.parts = parts
        self.values = parts.values
        self.local = parts.local
        self.console = parts.console
        self.shown: list[FieldView] = []
        self.action: Action = "unchanged"
        self.via: Via | None = None

    def run(self) -> WriteResult:
        credentials = self._to_roll_back() if self.purpose == "rollback" else self._to_bring()
        profile = self._bring(credentials)
        return self._result(profile, credentials)

    def _to_bring(self) -> Credentials:
        """Return the given or saved credentials, after finishing what an earlier run staged."""
        if self.purpose == "rotate":
            credentials = same_application(self.parts)
        else:
            credentials = Credentials(self.values.require(i.CLIENT_ID), self.values.require(i.CLIENT_SECRET))
        self._refuse_previous(credentials)
        self._finish_staged(credentials)
        self._refuse_previous(credentials)
        return credentials

    def _to_roll_back(self) -> Credentials:
        """Return the previous credentials. An unfinished rotation is finished first, and then rolled back."""
        self.purpose = "rotate"
        self._finish_staged(self.local.rollback_target)
        self.purpose = "rollback"
        credentials = self.local.rollback_target
        if credentials is None:
            raise no_previous(self.values, self.local.label)
        return credentials

    def _refuse_previous(self, credentials: Credentials) -> None:
        """Raise InputError (3) where a flag or variable still has the secret that a rotation replaced."""
        is_given = self.values.given(i.CLIENT_ID) or self.values.given(i.CLIENT_SECRET)
        in_use = (self.local.current, self.local.staged)
        if is_given and credentials == self.local.previous and credentials not in in_use:
            back = self.values.command("rotate", "--rollback")
            refusal = InputError(
                "These are the previous credentials",
                detail="A rotation replaced them. Bringing them back unasked would undo it.",
                hint=f"Update the variable or file that still has them. To return to them: {back}",
            )
            self.console.ask_again(refusal, i.CLIENT_SECRET)

    def _finish_staged(self, credentials: Credentials | None) -> None:
        """Finish other credentials than these, if an earlier run staged and perhaps sent them.

        They are dropped where Employment Hero rejects them, or StackOne refuses them and has not changed.
        """
        staged, state = self.local.staged, self.local.state
        if staged is None or staged == credentials or not self.local.writes:
            return
        is_known = state.profile_id is not None or state.pending is not None
        waits_for_person = state.pending is not None and state.pending.via == "dashboard"
        if not self.local.is_sent and (waits_for_person or not is_known):
            return
        try:
            self.console.show(prose("Finishing what an earlier run began."))
            self._bring(staged)
        except (RejectedError, WriteRefusedError) as exc:
            if isinstance(exc, WriteRefusedError) and self._has_changed():
                raise
            self.local.unstage()
            self.console.warn(f"The new credentials of an earlier run were dropped. {exc.sentence}")

    def _has_changed(self) -> bool:
        """Return whether the profile is new or has changed since our last write: it may have what is staged."""
        state = self.local.state
        profiles = self.parts.client.profiles()
        changed = [p for p in profiles if p.id == state.profile_id and p.updated_at != state.updated_at]
        return bool(changed or new_profiles(profiles, self.local))

    def _find(self) -> tuple[list[ConnectorProfile], Match]:
        with self.console.working("Looking at StackOne"):
            profiles = self.parts.client.profiles()
        found = find_profile(profiles, self.purpose, self.parts)
        if found.profile is None and not self.values[i.DRY_RUN]:
            profiles = await_pending_creation(profiles, self.parts)
            found = find_profile(profiles, self.purpose, self.parts)
        return profiles, found

    def _bring(self, credentials: Credentials) -> ConnectorProfile | None:
        """Bring the credentials, and whatever else was given, into the profile; return it.

        None: a dry run found no profile.
        """
        values = self.values
        profiles, found = self._find()
        profile = found.profile
        if found.is_left:
            return profile
        if found.done_by_hand and profile is not None:
            self._take_over(profile, credentials, is_new=found.is_new)
            self._refuse_previous(credentials)
        change = plan(profile, credentials, values, self.local.in_force(profile))
        accounts = guard_application(change, self.parts)
        if values[i.DRY_RUN]:
            nothing = change.is_nothing or (values[i.VIA] == "dashboard" and self._was_asked(change))
            self.action = "unchanged" if nothing and not found.done_by_hand else "pending"
            self.via = None
            self.shown += change.shown
            return profile
        if change.is_nothing:
            self._finish_commit(profile)
            return profile
        if change.fields.credentials and values[i.CHECK] and not self._seems_there(profile, credentials):
            self._probe(credentials)
        action = self._action(credentials, is_new=profile is None or found.is_new)
        if profile is None:
            self.local.note(wanted_name=values[i.NAME])
        after, via = self._apply(change, profiles, accounts)
        if after is None or via is None:
            return profile
        self._commit(after, change.afterwards, via, action, change.shown)
        return after

    def _action(self, credentials: Credentials, *, is_new: bool) -> Action:
        if self.purpose == "setup":
            return "created" if is_new else "updated"
        if self.purpose == "rollback":
            return "rolled_back"
        current = self.local.current
        replaces = current is not None and (credentials != current or credentials == self.local.staged)
        return "rotated" if replaces else "updated"

    def _seems_there(self, profile: ConnectorProfile | None, credentials: Credentials) -> bool:
        """Return whether StackOne seems to have these credentials already, so that a check comes too late."""
        has_changed = profile is not None and profile.updated_at != self.local.state.updated_at
        return has_changed and self.local.is_sent and self.local.staged == credentials

    def _finish_commit(self, profile: ConnectorProfile | None) -> None:
        """Make the last note of a run that died after its credentials became current."""
        state = self.local.state
        if profile is not None and state.staged_for is not None and self.local.staged is None:
            self.local.commit(profile, ProfileFields(), state.via or "api")

    def _take_over(self, profile: ConnectorProfile, credentials: Credentials, *, is_new: bool) -> None:
        """Save what a person did in the dashboard, with the credentials if any were staged for it."""
        staged = self.local.staged
        action = self._action(staged or credentials, is_new=is_new)
        shown: tuple[FieldView, ...] = ()
        if staged is not None:
            shown = tuple(c for c in plan(profile, staged, self.values, None).shown if "client" in c.field)
        state = self.local.state
        actions = state.chosen_actions or (None if is_new else state.actions)
        fields = ProfileFields(credentials=staged, actions=actions)
        self._commit(profile, fields, "dashboard", action, shown)

    def _commit(
        self,
        profile: ConnectorProfile,
        fields: ProfileFields,
        via: Via,
        action: Action,
        shown: tuple[FieldView, ...],
    ) -> None:
        """Make the credentials current, now that StackOne has them, and add to the result."""
        self.local.commit(profile, fields, via)
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
    ) -> tuple[ConnectorProfile, Via] | tuple[None, None]:
        """Make the change through the API, or else by a person in the dashboard. None: nobody can make it."""
        via = self.values[i.VIA]
        if via != "dashboard":
            profile = Sending(self.parts, change, profiles, self.purpose).run(accounts)
            if profile is not None:
                return profile, "api"
            if via == "api":
                raise no_call()
        if self._was_asked(change):
            return None, None
        return by_hand(self.parts, change, profiles, self.purpose), "dashboard"

    def _was_asked(self, change: Change) -> bool:
        """Whether a person was asked for just this name before: the dashboard may have no field for it."""
        return change.fields == ProfileFields(name=self.local.state.wanted_name)

    def _result(self, profile: ConnectorProfile | None, credentials: Credentials) -> WriteResult:
        state, local = self.local.state, self.local
        is_ours = profile is not None and profile.id == state.profile_id
        is_pending = self.action == "pending"
        if is_ours and not is_pending and profile is not None and self.values.given(i.NAME):
            name = self.values.require(i.NAME)
            if profile.name != name:
                self.console.warn(f'StackOne shows the name "{profile.name}", not "{name}".')
        is_saved = is_ours and local.writes
        view, secret = ProfileView(label=local.label, name=self.values.require(i.NAME)), None
        if profile is not None:
            view = ProfileView.sharing(profile, label=local.label)
        if is_ours or self.action != "unchanged":  # otherwise the profile was left as it is
            secret = SecretView(
                fingerprint=credentials.client_secret.fingerprint,
                stored_in=local.keyring.backend if is_saved else None,
                set_at=state.set_at if is_ours and not is_pending else None,
            )
        return WriteResult(
            action=self.action,
            changed=self.via is not None,
            via=self.via,
            documented=None if self.via is None else self.via == "dashboard",
            proven=state.verified_at if is_ours else None,
            profile=view,
            secret=secret,
            plan=tuple(self.shown),
            keyring=local.keyring.display_name if is_saved else None,
            next_steps=(NextStep("Make the change", self.parts.again),) if is_pending else (),
            exit_code=10 if is_pending and self.values[i.EXIT_CODE] else 0,
        )
