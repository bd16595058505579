"""A change of a connector profile: the plan of it, and what came of it.

The plan is one object with three uses: a dry run prints it, the API way sends it, the dashboard way is its list
of things to do by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from eh_connect import dates, lines
from eh_connect.inputs import ACTIONS, DEFAULT, NAME
from eh_connect.record import Record
from eh_connect.results import Result, SecretView, View
from eh_connect.stackone.models import EMPLOYMENT_HERO, ProfileFields

if TYPE_CHECKING:
    from eh_connect.lines import Line
    from eh_connect.local.profile import InForce
    from eh_connect.secret import Credentials
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values

ALL_ACTIONS = ("all",)
"""``--action all``: every action. Left out of a creation, where leaving out means all (assumed)."""

ENVIRONMENT = "production"
"""Source: StackOne's connector templates."""

Action = Literal["created", "updated", "unchanged", "pending", "rotated", "rolled_back"]

_TITLES = {
    "created": 'Created "{name}"',
    "updated": 'Updated "{name}"',
    "rotated": '"{name}" has the new Client Secret',
    "rolled_back": '"{name}" has the previous Client Secret again',
    "unchanged": '"{name}" is unchanged',
}


class FieldView(View, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """One field that changes; secrets by their fingerprint."""

    field: str
    before: str | None
    after: str


class Change(Record, frozen=True):
    """A plan: the fields to send, and the same as it may be shown. No ``profile``: it is to be created."""

    profile: ConnectorProfile | None
    fields: ProfileFields
    shown: tuple[FieldView, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether all is as it is wanted."""
        return self.fields == ProfileFields()

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
    before = ProfileFields()
    if profile is not None:
        before = ProfileFields(name=profile.name, default=profile.default)
        if in_force is not None and in_force.updated_at == profile.updated_at:
            before = before.replace(credentials=in_force.credentials, actions=in_force.actions)
    wanted: dict[str, Any] = {
        "name": values.require(NAME) if profile is None or values.given(NAME) else None,
        "environment": ENVIRONMENT if profile is None else None,
        "credentials": credentials,
        "default": values[DEFAULT],
        "actions": values[ACTIONS],
    }
    fields = ProfileFields(
        **{name: value for name, value in wanted.items() if value != getattr(before, name)}
    )
    known = _texts(before)
    shown = [(name, known[name], text) for name, text in _texts(fields).items()]
    return Change(
        profile,
        fields,
        tuple(FieldView(field=n, before=old, after=new) for n, old, new in shown if new not in {None, old}),
    )


def _texts(fields: ProfileFields) -> dict[str, str | None]:
    """What may be shown of fields."""
    pair = fields.credentials
    return {
        "name": fields.name,
        "client_id": pair.client_id.fingerprint if pair else None,
        "client_secret": pair.client_secret.fingerprint if pair else None,
        "default": None if fields.default is None else str(fields.default).lower(),
        "actions": None if fields.actions is None else ", ".join(fields.actions),
    }


class ProfileView(View, frozen=True, kw_only=True):
    """The profile; null where there is none, or where StackOne does not say."""

    label: str
    id: str | None
    name: str
    connector_key: str
    active: bool | None
    default: bool | None
    created_at: str | None
    updated_at: str | None

    @classmethod
    def of(cls, profile: ConnectorProfile | None, label: str, name: str) -> Self:
        """A profile as StackOne shows it; None: one that is not there yet, of that name."""
        if profile is not None:
            return cls.sharing(profile, label=label)
        new: dict[str, Any] = dict.fromkeys(cls.__struct_fields__)
        return cls(**new | {"label": label, "name": name, "connector_key": EMPLOYMENT_HERO})


class WriteResult(Result, frozen=True, kw_only=True):
    """``setup`` and ``rotate``. No ``secret``: a profile was left as it is.

    ``changed``: StackOne has something new. ``documented``: StackOne documents the way that it went.
    ``proven``: when somebody signed in with the credentials that are in force.
    """

    hidden = Result.hidden | {"keyring", "is_brief", "was_shown"}
    action: Action
    changed: bool
    via: Literal["api", "dashboard"] | None
    documented: bool | None
    proven: str | None
    profile: ProfileView
    secret: SecretView | None
    plan: tuple[FieldView, ...]
    keyring: str | None = None
    is_brief: bool = False
    was_shown: bool = False

    def lines(self) -> list[Line]:
        """What happened, the ID, and three short lines, which the review has too; nothing a second time."""
        if self.was_shown:
            return []
        name = self.profile.name
        if self.action == "pending":
            before = "(new)" if self.profile.id is None else "(not known)"
            rows = [lines.row(each.field, f"{each.before or before} → {each.after}") for each in self.plan]
            return [lines.title("This would change. Nothing was sent."), *rows]
        if self.secret is None:
            return [lines.unsure(f'"{name}" was left as it is: it was not set up from here')]
        found = [lines.ok(_TITLES[self.action].format(name=name))]
        if self.profile.id is None:
            return found
        found.append(lines.exact(self.profile.id))
        if self.is_brief:
            return found
        saved = f"saved in {self.keyring}" if self.keyring else "not saved here"
        found.append(lines.row("Client Secret", f"{self.secret.fingerprint}, {saved}"))
        if self.via:
            api = "StackOne API. StackOne doesn't document this call."
            found.append(lines.row("How", "StackOne dashboard" if self.via == "dashboard" else api))
        test = "not done. StackOne accepted the credentials; a sign-in shows whether they work."
        test = f"passed {dates.moment(self.proven)}" if self.proven else test
        return [*found, lines.row("Sign-in test", test)]
