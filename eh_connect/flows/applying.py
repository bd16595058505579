"""Make a change through StackOne's API: ask, stage, send, read back, make current.

Shared by ``setup`` and ``rotate``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect.change import Change, Kind
from eh_connect.errors import (
    LostAnswerError,
    NetworkError,
    StackOneAuthError,
    StackOneRefusedError,
    WriteRefusedError,
)
from eh_connect.flows.finding import new_profiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.flows.request import SetupParts
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

LOOKS = 3
"""How often a lost creation is looked for, with a growing pause (1 s, 2 s) between."""


class Applying:
    """Applies changes by call."""

    def __init__(self, parts: SetupParts, origins: tuple[str, ...]) -> None:
        self._reads = parts.profiles
        self._writes = parts.writes
        self._keeping = parts.keeping
        self._console = parts.console
        self._pause = parts.pause
        self._origins = origins

    def apply(
        self, change: Change, fields: ProfileFields, profiles: list[ConnectorProfile], purpose: str
    ) -> ConnectorProfile | None:
        """Send ``fields``; the profile as StackOne shows it then, or None where its API can't do it.

        ``purpose``: what the pair is staged for.

        Errors: WriteRefusedError where StackOne plainly did not take it (what was staged for it is undone);
        after any other, what was staged stays, and the next run goes on from it.
        """
        if change.kind is Kind.CREATE:
            return self._create(change, fields, profiles)
        return self._update(change, fields, purpose)

    def _create(
        self, change: Change, fields: ProfileFields, profiles: list[ConnectorProfile]
    ) -> ConnectorProfile | None:
        self._console.progress("Asking StackOne whether its API can create a profile.")
        if not self._writes.may_create():
            return None
        name = fields.name or ""
        self._keeping.stage(fields.pair, self._origins)
        self._keeping.expect("api", name, profiles)
        self._console.progress(f"Creating the connector profile “{name}”.")
        try:
            profile = self._send(lambda: self._writes.create(fields))
        except LostAnswerError as exc:
            return self._look_for_lost(change, fields, exc)
        if profile is None:
            return None
        if any(profile.id == known.id for known in profiles):
            raise NetworkError(
                "StackOne answered the creation with a profile that existed before.",
                detail=f"Its ID is {profile.id}. Whether a new one was made can't be seen from the answer.",
                hint="Look at the dashboard, then run the same command again.",
            )
        self._keeping.commit(profile, change.fields, "api")
        return profile

    def _look_for_lost(
        self, change: Change, fields: ProfileFields, lost: LostAnswerError
    ) -> ConnectorProfile | None:
        """Settle a creation whose answer was lost: by looking, never by repeating it."""
        self._console.progress("The answer was lost. Looking whether the profile was created all the same.")
        for look in range(LOOKS):
            if look:
                self._pause(float(look))
            new = new_profiles(self._reads.profiles(), self._keeping)
            if len(new) == 1:
                again = replace(fields, name=None, auth_key=None, environment=None)
                profile = self._update(replace(change, kind=Kind.UPDATE, profile=new[0]), again, "setup")
                if profile is not None:
                    return profile
            if new:  # the next run finds it, and leaves the rest to a person
                break
        raise NetworkError(
            lost.title,
            detail=f"{lost.detail or ''} Whether StackOne created the profile can't be seen yet; "
            "what it takes to go on is kept.".strip(),
            hint="Run the same command again in a minute: it looks first and goes on from there.",
            http_status=lost.http_status,
        ) from None

    def _update(self, change: Change, fields: ProfileFields, purpose: str) -> ConnectorProfile | None:
        before = change.profile
        if before is None:
            raise AssertionError("an update is of a profile")
        self._console.progress("Asking StackOne whether its API can change a profile.")
        if not self._writes.may_update(before.id):
            self._seen(before.id)
            return None
        self._keeping.stage(fields.pair, self._origins)
        self._keeping.tell(before.id, purpose)
        self._console.progress(f"Updating the connector profile “{before.name}”.")
        if self._send(lambda: self._writes.update(before.id, fields)) is None:
            self._seen(before.id)
            return None
        after = self._seen(before.id)
        self._compare(before, after, fields)
        self._keeping.commit(after, change.fields, "api")
        return after

    def _send(self, call: Callable[[], ConnectorProfile | None]) -> ConnectorProfile | None:
        try:
            answer = call()
        except StackOneAuthError:
            self._keeping.undo()
            raise
        except StackOneRefusedError as exc:
            self._keeping.undo()
            raise WriteRefusedError(
                exc.title, detail=exc.detail, hint=exc.hint, http_status=exc.http_status
            ) from None
        if answer is None:
            self._keeping.undo()
        return answer

    def _seen(self, profile_id: str) -> ConnectorProfile:
        """The profile as the list shows it now; gone is code 6."""
        for profile in self._reads.profiles():
            if profile.id == profile_id:
                return profile
        raise StackOneRefusedError(
            f"The profile {profile_id} is not at StackOne any more.",
            detail="It was deleted while this command ran.",
            hint="Look at the dashboard; take over another profile with --profile-id, or make a new one "
            "under another --profile label.",
        )

    def _compare(self, before: ConnectorProfile, after: ConnectorProfile, fields: ProfileFields) -> None:
        """Read back: never say "updated" where StackOne kept the old."""
        kept_old = [
            name
            for name, sent, now in (
                ("name", fields.name, after.name),
                ("default", fields.default, after.default),
            )
            if sent is not None and now is not None and sent != now
        ]
        if kept_old:
            raise StackOneRefusedError(
                f"StackOne accepted the change, but its {' and '.join(kept_old)} stayed as before.",
                hint="Look at the profile in the dashboard, then run the same command again.",
            )
        if (
            fields.pair is not None
            and before.updated_at is not None
            and after.updated_at == before.updated_at
        ):
            self._console.warn(
                "StackOne accepted the credentials, but the profile's time of change did not move: "
                "whether it took them can't be seen from here."
            )
        if after.active is False:
            self._console.warn("The profile is disabled at StackOne: enable it in the dashboard.")
