"""What differs between a connector profile and what is wanted: one object, three uses.

A dry run prints it, the API way sends it, the dashboard way is its list of things to do by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from eh_connect.inputs import ACTIONS, DEFAULT, NAME
from eh_connect.stackone.models import ProfileFields

if TYPE_CHECKING:
    from eh_connect.local.profile import InForce
    from eh_connect.secret import Credentials
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values

ALL_ACTIONS = ("all",)
"""``--action all``: every action. Left out of a creation, where leaving out means all (assumed)."""

ENVIRONMENT = "production"
"""Source: StackOne's connector templates."""


class Kind(Enum):
    """What has to happen at StackOne."""

    CREATE = "create"
    UPDATE = "update"
    NOTHING = "nothing"


@dataclass(frozen=True)
class FieldChange:
    """One field; secrets by their fingerprint. ``before`` is None where it is not known or not there."""

    field: str
    before: str | None
    after: str


@dataclass(frozen=True)
class Change:
    """A plan: the fields to send, and the same as it may be shown."""

    kind: Kind
    profile: ConnectorProfile | None
    fields: ProfileFields
    shown: tuple[FieldChange, ...]

    def changes_application(self, held: tuple[Credentials, ...]) -> bool | None:
        """Whether the Client ID may become another one; ``held`` are those of which StackOne has one.

        None where none is known.
        """
        if self.fields.credentials is None or self.profile is None:
            return False
        wanted = self.fields.credentials.client_id
        return any(each.client_id != wanted for each in held) if held else None


def plan(
    profile: ConnectorProfile | None, credentials: Credentials, values: Values, in_force: InForce | None
) -> Change:
    """Compare; pure. Without ``in_force`` credentials can't be compared, so they are sent again.

    That ``updated_at`` moves with every change of a profile is assumed: where it moved since our last
    write, somebody else may have changed the credentials, and they are sent again too.
    """
    if profile is None:
        return _creation(credentials, values)
    name = values.sure(NAME) if values.given(NAME) and values[NAME] != profile.name else None
    if in_force is not None and in_force.updated_at != profile.updated_at:
        in_force = None
    before = in_force.credentials if in_force else None
    sent = credentials if before != credentials else None
    wanted_default, wanted_actions = values[DEFAULT], values[ACTIONS]
    default = wanted_default if wanted_default != profile.default else None
    known_actions = in_force.actions if in_force else None
    actions = wanted_actions if wanted_actions != known_actions else None
    shown = [FieldChange("name", profile.name, name)] if name is not None else []
    if sent is not None:
        shown += _credentials_shown(sent, before)
    shown += _shown("default", _word(profile.default), _word(default))
    shown += _shown("actions", _list(known_actions), _list(actions))
    fields = ProfileFields(name=name, credentials=sent, default=default, actions=actions)
    return Change(Kind.UPDATE if shown else Kind.NOTHING, profile, fields, tuple(shown))


def _creation(credentials: Credentials, values: Values) -> Change:
    name, default, actions = values.sure(NAME), values[DEFAULT], values[ACTIONS]
    shown = [
        FieldChange("name", None, name),
        *_credentials_shown(credentials, None),
        *_shown("default", None, _word(default)),
        *_shown("actions", None, _list(actions)),
    ]
    fields = ProfileFields(
        name=name, environment=ENVIRONMENT, credentials=credentials, default=default, actions=actions
    )
    return Change(Kind.CREATE, None, fields, tuple(shown))


def _credentials_shown(credentials: Credentials, before: Credentials | None) -> list[FieldChange]:
    fields = (
        ("client_id", credentials.client_id, before.client_id if before else None),
        ("client_secret", credentials.client_secret, before.client_secret if before else None),
    )
    return [
        FieldChange(name, old.fingerprint if old else None, new.fingerprint)
        for name, new, old in fields
        if new != old
    ]


def _shown(field: str, before: str | None, after: str | None) -> list[FieldChange]:
    return [] if after is None else [FieldChange(field, before, after)]


def _word(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _list(actions: tuple[str, ...] | None) -> str | None:
    return None if actions is None else ", ".join(actions)
