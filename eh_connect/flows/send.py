"""Make a change through StackOne's API: complete the fields, ask, stage the credentials, send, read back.

The caller then makes the credentials current. WriteRefusedError means that StackOne plainly did not accept the
change; what was staged for it is undone. After any other error it stays, and the next run goes on from there.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.change import ALL_ACTIONS
from eh_connect.errors import (
    EhConnectError,
    Ending,
    InputError,
    LostAnswerError,
    NetworkError,
    NextStep,
    StackOneAuthError,
    StackOneRefusedError,
    StoppedError,
    WriteRefusedError,
)
from eh_connect.flows.find import new_profiles
from eh_connect.inputs import ACTIONS
from eh_connect.stackone.models import DEFAULT_AUTH_KEY, ConnectorActions

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from eh_connect.change import Change
    from eh_connect.flows.parts import Parts
    from eh_connect.local.state import Purpose
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

_LOOKS = 3
"""How often a run looks for a creation whose answer was lost. It pauses 1 s, then 2 s between the looks."""

_PAUSE = 2.0
"""Seconds between two looks for a creation that an earlier run began."""

_ONE_LOOK = 3.0
"""Seconds of network time for a single look, such as the last one before a run ends."""


@dataclass
class Sending:
    """Sends a change. ``profiles`` are those that exist; ``purpose`` is what its credentials are staged for."""

    parts: Parts
    change: Change
    profiles: list[ConnectorProfile]
    purpose: Purpose

    def run(self, accounts: int | None) -> ConnectorProfile | None:
        """Return the changed profile as StackOne shows it, or None where the API can't make the change.

        The console confirms the change first; it shows ``accounts``.
        """
        before, parts = self.change.profile, self.parts
        fields = _complete_fields(self.change, parts)
        with parts.console.working("Asking StackOne's API whether it can do this"):
            can = parts.writes.may_create() if before is None else parts.writes.may_update(before.id)
            if before is not None and not can:
                self._listed(before.id)  # a profile that is gone is answered like a missing call
        if not can:
            return None
        parts.console.confirm(self.change, accounts)
        return self._create(fields) if before is None else self._update(before, fields)

    def _create(self, fields: ProfileFields) -> ConnectorProfile | None:
        local, name = self.parts.local, fields.name or ""
        before = local.state
        local.stage(fields.credentials, self.parts.origins)
        local.note_pending("api", name, self.profiles)
        try:
            with self.parts.console.working(f'Creating "{name}" at StackOne'):
                profile = self._send(lambda: self.parts.writes.create(fields))
        except LostAnswerError as exc:
            return self._find_created(fields, exc)
        except NetworkError:  # the request never arrived, so there is nothing to look for
            local.note(pending=before.pending, sent=before.sent)
            raise
        except (KeyboardInterrupt, Ending) as stop:
            self._stop_creating(stop, name)
        if profile is None:
            return None
        if any(profile.id == known.id for known in self.profiles):
            raise NetworkError(
                "StackOne answered the creation with a profile that existed before",
                detail=f"Whether a new one was made can't be seen from the answer. Its ID:\n{profile.id}",
                hint="Look at the dashboard, then run the same command again.",
            )
        return profile

    def _stop_creating(self, stop: BaseException, name: str) -> NoReturn:
        """Take one last look, because StackOne may go on creating the profile; then stop."""
        self.parts.time.renew(_ONE_LOOK)
        try:
            new = new_profiles(self.parts.client.profiles(), self.parts.local)
        except EhConnectError:
            new = []
        what = f'It exists by now ("{name}").' if new else "It may exist."
        error = StoppedError(
            f"Stopped while StackOne was creating the profile. {what}",
            hint=f"{self.parts.again}    goes on from there and won't create a second one",
        )
        if isinstance(stop, Ending):
            self.parts.console.warn(error.title)
            raise stop
        raise error from None

    def _find_created(self, fields: ProfileFields, lost: LostAnswerError) -> ConnectorProfile:
        """Look for a profile whose creation got no answer, and update it; the creation is never repeated."""
        with self.parts.console.working("The answer was lost. Looking whether the profile was created"):
            for look in range(_LOOKS):
                if look:
                    self.parts.time.sleep(float(look))  # StackOne may still be creating it
                if new := new_profiles(self.parts.client.profiles(), self.parts.local):
                    break
        if len(new) == 1 and self.parts.writes.may_update(new[0].id):
            again = fields.replace(name=None, authentication_config_key=None, environment=None)
            profile = self._update(new[0], again)
            if profile is not None:
                return profile
        raise NetworkError(
            lost.title,
            detail=f"{lost.detail or ''} Whether StackOne created the profile can't be seen. "
            "What it takes to go on is saved.".strip(),
            hint="Run the same command again in a minute: it looks first and won't create a second one.",
            http_status=lost.http_status,
            next_steps=(NextStep("Look again", self.parts.again),),
        ) from None

    def _update(self, before: ConnectorProfile, fields: ProfileFields) -> ConnectorProfile | None:
        local = self.parts.local
        local.stage(fields.credentials, self.parts.origins)
        local.note_target(before.id, self.purpose, sends=True)
        with self.parts.console.working(f'Updating "{before.name}" at StackOne'):
            answer = self._send(lambda: self.parts.writes.update(before.id, fields))
            after = self._listed(before.id)
        if answer is None:
            return None
        self._check_update(before, after, fields)
        return after

    def _send(self, call: Callable[[], ConnectorProfile | None]) -> ConnectorProfile | None:
        """Return what ``call`` returns; where StackOne did not accept it, undo what was staged."""
        try:
            answer = call()
        except (StackOneAuthError, StackOneRefusedError) as exc:
            self.parts.local.undo()
            if isinstance(exc, StackOneAuthError):
                raise
            raise WriteRefusedError(
                exc.title, detail=exc.detail, hint=exc.hint, http_status=exc.http_status
            ) from None
        if answer is None:
            self.parts.local.undo()
        return answer

    def _listed(self, profile_id: str) -> ConnectorProfile:
        """Return the profile as the list shows it now. StackOneRefusedError (6): it is gone."""
        for profile in self.parts.client.profiles():
            if profile.id == profile_id:
                return profile
        raise StackOneRefusedError(
            "The profile is no longer at StackOne",
            detail=f"It was deleted while this command ran. Its ID:\n{profile_id}",
            hint="Look at the dashboard. Take over another profile with --profile-id, or make a new one under "
            "another --profile label.",
        )

    def _check_update(self, before: ConnectorProfile, after: ConnectorProfile, fields: ProfileFields) -> None:
        """Raise StackOneRefusedError where a field kept its old value; warn of what can't be seen."""
        pairs = (("name", fields.name, after.name), ("default", fields.default, after.default))
        unchanged = [name for name, sent, now in pairs if None not in {sent, now} and sent != now]
        if unchanged:
            raise StackOneRefusedError(
                f"StackOne accepted the change, but {' and '.join(unchanged)} stayed as before",
                hint="Look at the profile in the dashboard, then run the same command again.",
            )
        has_moved = before.updated_at is None or after.updated_at != before.updated_at
        if fields.credentials is not None and not has_moved:
            self.parts.console.warn(
                "StackOne accepted the credentials, but the profile's time of change did not move. Whether it "
                "uses them can't be seen from here."
            )
        if after.active is False:
            self.parts.console.warn("The profile is disabled at StackOne. Enable it in the dashboard.")


def _complete_fields(change: Change, parts: Parts) -> ProfileFields:
    """Return the fields with what only ``GET /actions`` tells: the auth key, and the IDs of all actions."""
    fields, creating = change.fields, change.profile is None
    if not creating and fields.actions is None:
        return fields
    try:
        offered = parts.client.actions()
    except StackOneRefusedError as exc:
        parts.console.warn(f"StackOne didn't say what the connector can do. {exc.sentence}")
        offered = ConnectorActions(None, ())
    ids = tuple(action.id for action in offered.actions)
    if fields.actions != ALL_ACTIONS:
        if unknown := _unknown(fields.actions or (), ids):
            parts.console.ask_again(unknown, ACTIONS)
    elif creating:
        fields = fields.replace(actions=None)
    elif ids:
        fields = fields.replace(actions=ids)
    else:
        raise StackOneRefusedError(
            "StackOne didn't say which actions there are",
            hint="Name them with --action ID, or enable all of them in the dashboard.",
        )
    if not creating:
        return fields
    if offered.auth_key is None:
        parts.console.warn(
            f'StackOne names no OAuth 2.0 option of the connector, so "{DEFAULT_AUTH_KEY}" is sent.'
        )
    return fields.replace(authentication_config_key=offered.auth_key or DEFAULT_AUTH_KEY)


def _unknown(wanted: tuple[str, ...], ids: tuple[str, ...]) -> InputError | None:
    """Return the error (3) for actions that are not among ``ids``, and name the most similar ones.

    Without any ``ids`` nothing can be checked.
    """
    problems = []
    for action in wanted:
        if ids and action not in ids:
            near = difflib.get_close_matches(action, ids, n=3, cutoff=0)
            why = f'"{action}" is not an action of the connector; near: {", ".join(near)}'
            problems.append(ACTIONS.problem(why))
    if not problems:
        return None
    return InputError(
        "The connector has no such action",
        invalid=tuple(problems),
        hint="Leave --action out to enable all of them.",
    )


def await_pending_creation(profiles: list[ConnectorProfile], parts: Parts) -> list[ConnectorProfile]:
    """Wait until a creation that an earlier run began shows in the list, or can no longer be under way.

    Returns the profiles as they are then. NetworkError (7): the network time is over first.
    """
    pending = parts.local.state.pending
    if pending is None or not pending.seconds_left(parts.now()):
        return profiles
    with parts.console.working(f'Looking for "{pending.name}", which an earlier run began to create'):
        while left := pending.seconds_left(parts.now()):
            pause = min(_PAUSE, left)
            if parts.time.left < pause + _ONE_LOOK:
                raise NetworkError(
                    "StackOne may still be creating the profile",
                    detail=f"An earlier run began it. It is not there; wait {left:.0f} s more to be sure.",
                    hint="Run the same command again: it looks first and won't create a second one.",
                    next_steps=(NextStep("Look again", parts.again),),
                )
            parts.time.sleep(pause)  # StackOne may still be creating it
            profiles = parts.client.profiles()
            if new_profiles(profiles, parts.local):
                return profiles
    return parts.client.profiles()
