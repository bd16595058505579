"""What ``setup`` and ``rotate`` did: its JSON fields, and lines for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field

from eh_connect import dates, lines
from eh_connect.results import Result, SecretView, View
from eh_connect.stackone.models import EMPLOYMENT_HERO

if TYPE_CHECKING:
    from eh_connect.lines import Line
    from eh_connect.stackone.models import ConnectorProfile

Action = Literal["created", "updated", "unchanged", "pending", "rotated", "rolled_back"]

_TITLES = {
    "created": 'Created "{name}"',
    "updated": 'Updated "{name}"',
    "rotated": '"{name}" has the new Client Secret',
    "rolled_back": '"{name}" has the previous Client Secret again',
    "unchanged": '"{name}" is unchanged',
}


class ProfileView(View):
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
        usual = {"name": name, "connector_key": EMPLOYMENT_HERO}
        names = cls.model_fields.keys() - {"label"}
        fields: dict[str, Any] = {n: getattr(profile, n) if profile else usual.get(n) for n in names}
        return cls(label=label, **fields)


class FieldView(View):
    """One field that changes; secrets by their fingerprint."""

    field: str
    before: str | None = Field(serialization_alias="from")
    after: str = Field(serialization_alias="to")


class WriteResult(Result):
    """``setup`` and ``rotate``. No ``secret``: a profile was left as it is.

    ``changed``: StackOne has something new. ``documented``: StackOne documents the way that it went.
    ``proven``: when somebody signed in with the credentials that are in force.
    """

    action: Action
    changed: bool
    via: Literal["api", "dashboard"] | None
    documented: bool | None
    proven: str | None
    profile: ProfileView
    secret: SecretView | None
    plan: tuple[FieldView, ...]
    keyring: str | None = Field(default=None, exclude=True)
    is_brief: bool = Field(default=False, exclude=True)
    was_shown: bool = Field(default=False, exclude=True)

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
        found += [
            lines.row("Client Secret", f"{self.secret.fingerprint}, {saved}"),
            *([lines.row("How", self._how())] if self.via else []),
            lines.row("Sign-in test", self._test()),
        ]
        return found

    def _how(self) -> str:
        if self.via == "dashboard":
            return "StackOne dashboard"
        return "StackOne API. StackOne doesn't document this call."

    def _test(self) -> str:
        if self.proven:
            return f"passed {dates.moment(self.proven)}"
        return "not done. StackOne accepted the credentials; a sign-in shows whether they work."
