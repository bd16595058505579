"""A change of a connector profile: the plan of it, and the result.

The plan has three uses: a dry run prints it, the API is sent it, and a person makes it in the dashboard.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

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
"""``--action all``: every action. A creation leaves the field out, which should mean all (assumed)."""

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
    """One field that changes; a secret is shown by its fingerprint."""

    field: str
    before: str | None
    after: str


class Change(Record, frozen=True):
    """A plan: the fields to send, and what may be shown of them. Without a ``profile``, one is created.

    ``actions`` are those that are enabled already; None if that is not known.
    """

    profile: ConnectorProfile | None
    fields: ProfileFields
    shown: tuple[FieldView, ...]
    actions: tuple[str, ...] | None = None

    @property
    def afterwards(self) -> ProfileFields:
        """What is known of the profile once it is changed: what was sent, and the actions that stay."""
        return self.fields if self.fields.actions is not None else self.fields.replace(actions=self.actions)

    @property
    def is_nothing(self) -> bool:
        """Whether everything is as it should be."""
        return self.fields == ProfileFields()

    def changes_application(self, held: tuple[Credentials, ...]) -> bool | None:
        """Whether the Client ID becomes another one; None where that is not known.

        StackOne has one of the ``held`` credentials.
        """
        if self.fields.credentials is None:
            return False
        wanted = self.fields.credentials.client_id
        return any(each.client_id != wanted for each in held) if held else None


def plan(
    profile: ConnectorProfile | None, credentials: Credentials, values: Values, in_force: InForce | None
) -> Change:
    """Compare what is wanted with what StackOne has, and return the difference.

    StackOne doesn't show credentials. They are sent again where it is not known which are ``in_force``, and
    where ``updated_at`` has moved since our last write: somebody else may have changed them. It is assumed
    that every change of a profile moves ``updated_at``.
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
        "actions": values[ACTIONS] if profile is None or values.given(ACTIONS) else None,
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
        before.actions,
    )


def _texts(fields: ProfileFields) -> dict[str, str | None]:
    """Return the fields as they may be shown."""
    pair = fields.credentials
    return {
        "name": fields.name,
        "client_id": pair.client_id.fingerprint if pair else None,
        "client_secret": pair.client_secret.fingerprint if pair else None,
        "default": None if fields.default is None else str(fields.default).lower(),
        "actions": None if fields.actions is None else ", ".join(fields.actions),
    }


class ProfileView(View, frozen=True, kw_only=True):
    """The profile. A field is null where there is no profile yet, or StackOne doesn't say."""

    label: str
    id: str | None = None
    name: str
    connector_key: str = EMPLOYMENT_HERO
    active: bool | None = None
    default: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None


class WriteResult(Result, frozen=True, kw_only=True):
    """``setup`` and ``rotate``. ``secret`` is null where a profile of somebody else was left as it is.

    ``changed``: something changed at StackOne. ``documented``: StackOne documents how it was changed.
    ``proven``: when somebody last signed in with the credentials that are in use.
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
        """What happened, the ID, and three rows that a brief result leaves out: the review showed them."""
        if self.was_shown:
            return []
        name = self.profile.name
        if self.action == "pending":
            before = "(new)" if self.profile.id is None else "(not known)"
            rows = [lines.row(each.field, f"{each.before or before} → {each.after}") for each in self.plan]
            return [lines.title("This would change. Nothing was sent."), *rows]
        if self.secret is None:
            return [lines.unsure(f'"{name}" was left as it is: it was not set up under this label')]
        found = [lines.ok(_TITLES[self.action].format(name=name)), lines.exact(self.profile.id or "")]
        if self.is_brief:
            return found
        saved = f"saved in {self.keyring}" if self.keyring else "not saved here"
        found.append(lines.row("Client Secret", f"{self.secret.fingerprint}, {saved}"))
        if self.via:
            api = "StackOne API. StackOne doesn't document this call."
            found.append(lines.row("How", "StackOne dashboard" if self.via == "dashboard" else api))
        test = "not done. A sign-in shows whether the credentials work."
        test = f"passed {dates.moment(self.proven)}" if self.proven else test
        return [*found, lines.row("Sign-in test", test)]
