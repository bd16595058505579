"""What differs between a connector profile and what is wanted: one object, three uses.

A dry run prints it, the API way sends it, the dashboard way is its list of things to do by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from eh_connect.stackone.models import ProfileFields

if TYPE_CHECKING:
    from eh_connect.secret import Pair
    from eh_connect.stackone.models import ConnectorProfile

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
class Wanted:
    """What the profile should be. None means "not given, not touched"."""

    pair: Pair
    name: str
    name_given: bool = False
    default: bool | None = None
    actions: tuple[str, ...] | None = None


@dataclass(frozen=True)
class InForce:
    """What our last write left at StackOne, as far as it is known here."""

    pair: Pair
    updated_at: str | None
    actions: tuple[str, ...] | None = None


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

    @property
    def sends_pair(self) -> bool:
        """Whether the credentials are part of it."""
        return self.fields.pair is not None

    def changes_application(self, held: tuple[Pair, ...]) -> bool | None:
        """Whether the Client ID may become another one; ``held`` has the pairs of which StackOne has one.

        None where none is known.
        """
        if self.fields.pair is None or self.profile is None:
            return False
        wanted = self.fields.pair.client_id
        return any(pair.client_id != wanted for pair in held) if held else None


def plan(profile: ConnectorProfile | None, wanted: Wanted, in_force: InForce | None) -> Change:
    """Compare; pure. Without ``in_force`` the pair can't be compared, so it is sent again.

    That ``updated_at`` moves with every change of a profile is assumed: where it moved since our last
    write, somebody else may have changed the credentials, and they are sent again too.
    """
    if profile is None:
        return _creation(wanted)
    shown: list[FieldChange] = []
    if wanted.name_given and wanted.name != profile.name:
        shown.append(FieldChange("name", profile.name, wanted.name))
    touched_by_others = in_force is not None and in_force.updated_at != profile.updated_at
    pair = None
    if in_force is None or touched_by_others or in_force.pair != wanted.pair:
        pair = wanted.pair
        shown += _pair_shown(pair, None if touched_by_others or in_force is None else in_force.pair)
    default = wanted.default if wanted.default != profile.default else None
    if default is not None:
        shown.append(FieldChange("default", _word(profile.default), str(default).lower()))
    known_actions = None if in_force is None or touched_by_others else in_force.actions
    actions = wanted.actions if wanted.actions != known_actions else None
    if actions is not None:
        before = ", ".join(known_actions) if known_actions else None
        shown.append(FieldChange("actions", before, ", ".join(actions)))
    name = wanted.name if any(c.field == "name" for c in shown) else None
    fields = ProfileFields(name=name, pair=pair, default=default, actions=actions)
    return Change(Kind.UPDATE if shown else Kind.NOTHING, profile, fields, tuple(shown))


def _creation(wanted: Wanted) -> Change:
    shown = [FieldChange("name", None, wanted.name), *_pair_shown(wanted.pair, None)]
    if wanted.default is not None:
        shown.append(FieldChange("default", None, str(wanted.default).lower()))
    if wanted.actions is not None:
        shown.append(FieldChange("actions", None, ", ".join(wanted.actions)))
    fields = ProfileFields(
        name=wanted.name,
        environment=ENVIRONMENT,
        pair=wanted.pair,
        default=wanted.default,
        actions=wanted.actions,
    )
    return Change(Kind.CREATE, None, fields, tuple(shown))


def _pair_shown(pair: Pair, before: Pair | None) -> list[FieldChange]:
    fields = (
        ("client_id", pair.client_id, before.client_id if before else None),
        ("client_secret", pair.client_secret, before.client_secret if before else None),
    )
    return [
        FieldChange(name, old.fingerprint if old else None, new.fingerprint)
        for name, new, old in fields
        if new != old
    ]


def _word(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()
