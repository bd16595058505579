"""Make a change through StackOne's API: stage, send, read back, make current. Asked before: see ``write``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eh_connect.change import Change, Kind
from eh_connect.errors import (
    EhConnectError,
    Ending,
    LostAnswerError,
    NetworkError,
    NextStep,
    StackOneAuthError,
    StackOneRefusedError,
    StoppedError,
    WriteRefusedError,
)
from eh_connect.flows.find import new_profiles

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from eh_connect.flows.parts import WriteParts
    from eh_connect.local.state import Purpose
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

LOOKS = 3
"""How often a creation whose answer was lost is looked for at once, with a growing pause between (1 s, 2 s)."""

EVERY = 2.0
"""Seconds between two looks while a creation may still be under way."""

_ONE_LOOK = 3.0
"""Seconds for a look: the last before a run ends."""


@dataclass(frozen=True)
class Sender:
    """Sends changes; ``origins`` are where the credentials may go, ``again`` is the command to type once more.

    Errors: WriteRefusedError where StackOne plainly did not accept it (what was staged for it is undone);
    after any other, what was staged stays, and the next run goes on from it.
    """

    parts: WriteParts
    origins: tuple[str, ...]
    again: str

    def send(
        self, change: Change, fields: ProfileFields, profiles: list[ConnectorProfile], purpose: Purpose
    ) -> ConnectorProfile | None:
        """The profile as StackOne shows it then; None: its API can't do it.

        Args:
            change: the plan.
            fields: its fields, completed: what is sent.
            profiles: those that exist.
            purpose: what the credentials are staged for.
        """
        if change.profile is None:
            return self._create(change, fields, profiles)
        return self._update(change, change.profile, fields, purpose)

    def wait_for_creation(self) -> list[ConnectorProfile] | None:
        """Look until a creation that may be under way shows, or its time is over; None: there is none.

        NetworkError (7): the network time is over first.
        """
        local, parts = self.parts.local, self.parts
        pending = local.state.pending
        if pending is None or not pending.seconds_left(parts.now()):
            return None
        with parts.console.working(f'Looking for "{pending.name}", which an earlier run began to create'):
            while left := pending.seconds_left(parts.now()):
                pause = min(EVERY, left)
                if parts.left() < pause + _ONE_LOOK:
                    raise NetworkError(
                        "StackOne may still be creating the profile",
                        detail=f"An earlier run began it. It is not there; wait {left:.0f} s more to be sure.",
                        hint="Run the same command again: it looks first and won't create a second one.",
                        next_steps=(NextStep("Look again", self.again),),
                    )
                parts.pause(pause)
                profiles = parts.profiles.profiles()
                if new_profiles(profiles, local):
                    return profiles
        return parts.profiles.profiles()

    def _create(
        self, change: Change, fields: ProfileFields, profiles: list[ConnectorProfile]
    ) -> ConnectorProfile | None:
        local, name = self.parts.local, fields.name or ""
        before = local.state
        local.stage(fields.credentials, self.origins)
        local.expect("api", name, profiles)
        try:
            with self.parts.console.working(f'Creating "{name}" at StackOne'):
                profile = self._accepted(lambda: self.parts.writes.create(fields))
        except LostAnswerError as exc:
            return self._look_for_lost(change, fields, exc)
        except NetworkError:  # it never arrived: there is nothing to look for
            local.note(pending=before.pending, sent=before.sent)
            raise
        except (KeyboardInterrupt, Ending) as stop:
            self._stopped(stop, name)
        if profile is None:
            return None
        if any(profile.id == known.id for known in profiles):
            raise NetworkError(
                "StackOne answered the creation with a profile that existed before",
                detail=f"Its ID is {profile.id}. Whether a new one was made can't be seen from the answer.",
                hint="Look at the dashboard, then run the same command again.",
            )
        local.commit(profile, change.fields, "api")
        return profile

    def _stopped(self, stop: BaseException, name: str) -> NoReturn:
        """One last look, as a creation goes on without us."""
        self.parts.renew(_ONE_LOOK)
        try:
            new = new_profiles(self.parts.profiles.profiles(), self.parts.local)
        except EhConnectError:
            new = []
        what = f'It exists by now ("{name}").' if new else "It may exist."
        error = StoppedError(
            f"Stopped while StackOne was creating the profile. {what}",
            hint=f"{self.again}    goes on from there and won't create a second one",
        )
        if isinstance(stop, Ending):
            self.parts.console.warn(error.title)
            raise stop
        raise error from None

    def _look_for_lost(
        self, change: Change, fields: ProfileFields, lost: LostAnswerError
    ) -> ConnectorProfile | None:
        """Settle a creation whose answer was lost: by looking, never by repeating it."""
        with self.parts.console.working("The answer was lost. Looking whether the profile was created"):
            for look in range(LOOKS):
                if look:
                    self.parts.pause(float(look))
                new = new_profiles(self.parts.profiles.profiles(), self.parts.local)
                if new:
                    break
        if len(new) == 1 and self.parts.writes.may_update(new[0].id):
            again = replace(fields, name=None, authentication_config_key=None, environment=None)
            found = replace(change, kind=Kind.UPDATE, profile=new[0])
            profile = self._update(found, new[0], again, "setup")
            if profile is not None:
                return profile
        raise NetworkError(
            lost.title,
            detail=f"{lost.detail or ''} Whether StackOne created the profile can't be seen. "
            "What it takes to go on is saved.".strip(),
            hint="Run the same command again in a minute: it looks first and won't create a second one.",
            http_status=lost.http_status,
            next_steps=(NextStep("Look again", self.again),),
        ) from None

    def _update(
        self, change: Change, before: ConnectorProfile, fields: ProfileFields, purpose: Purpose
    ) -> ConnectorProfile | None:
        local = self.parts.local
        local.stage(fields.credentials, self.origins)
        local.aim(before.id, purpose, sends=True)
        with self.parts.console.working(f'Updating "{before.name}" at StackOne'):
            answer = self._accepted(lambda: self.parts.writes.update(before.id, fields))
            after = self.seen(before.id)
        if answer is None:
            return None
        self._compare(before, after, fields)
        local.commit(after, change.fields, "api")
        return after

    def _accepted(self, call: Callable[[], ConnectorProfile | None]) -> ConnectorProfile | None:
        try:
            answer = call()
        except StackOneAuthError:
            self.parts.local.undo()
            raise
        except StackOneRefusedError as exc:
            self.parts.local.undo()
            raise WriteRefusedError(
                exc.title, detail=exc.detail, hint=exc.hint, http_status=exc.http_status
            ) from None
        if answer is None:
            self.parts.local.undo()
        return answer

    def seen(self, profile_id: str) -> ConnectorProfile:
        """The profile as the list shows it now; gone is code 6."""
        for profile in self.parts.profiles.profiles():
            if profile.id == profile_id:
                return profile
        raise StackOneRefusedError(
            "The profile is no longer at StackOne",
            detail=f"{profile_id} was deleted while this command ran.",
            hint="Look at the dashboard. Take over another profile with --profile-id, or make a new one under "
            "another --profile label.",
        )

    def _compare(self, before: ConnectorProfile, after: ConnectorProfile, fields: ProfileFields) -> None:
        """Read back: never say "updated" where StackOne has the old."""
        pairs = (("name", fields.name, after.name), ("default", fields.default, after.default))
        same = [name for name, sent, now in pairs if None not in {sent, now} and sent != now]
        if same:
            raise StackOneRefusedError(
                f"StackOne accepted the change, but {' and '.join(same)} stayed as before",
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
