"""What a command found or did, as JSON and as text."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eh_connect.change import FieldChange
    from eh_connect.errors import NextStep
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile

SCHEMA = 1
"""Version of the JSON output."""

_TITLES = {
    "created": "Created the connector profile “{name}” at StackOne.",
    "updated": "Updated the connector profile “{name}” at StackOne.",
    "rotated": "Rotated: the connector profile “{name}” at StackOne has the new Client Secret.",
    "rolled_back": "Rolled back: the connector profile “{name}” at StackOne has the previous Client Secret.",
    "unchanged": "Unchanged: the connector profile “{name}” is as it should be.",
    "pending": "Dry run: this would change. Nothing was sent.",
}

_NARROWEST = 40


def wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    """Prose in lines; nothing that is to be copied is broken."""
    return textwrap.wrap(
        text,
        max(width, _NARROWEST),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


@dataclass(frozen=True)
class SetupResult:
    """The result of ``setup``; its fields as in docs/output.md. No fingerprint: a profile was left alone."""

    command: str
    action: str
    via: str | None
    label: str
    name: str
    profile: ConnectorProfile | None
    proven: str | None
    fingerprint: str | None
    stored_in: str | None
    set_at: str | None
    plan: tuple[FieldChange, ...]
    next_steps: tuple[NextStep, ...] = ()
    exit_code: int = 0

    @property
    def changed(self) -> bool:
        """Whether StackOne holds something new."""
        return self.via is not None

    def as_json(self) -> dict[str, Any]:
        """The fields of the JSON object, without the common ones."""
        profile = self.profile
        return {
            "action": self.action,
            "changed": self.changed,
            "via": self.via,
            "documented": None if self.via is None else self.via == "dashboard",
            "proven": self.proven,
            "profile": {
                "label": self.label,
                "id": profile.id if profile else None,
                "name": profile.name if profile else self.name,
                "connector_key": "employmenthero",
                "active": profile.active if profile else None,
                "default": profile.default if profile else None,
                "created_at": profile.created_at if profile else None,
                "updated_at": profile.updated_at if profile else None,
            },
            "secret": None
            if self.fingerprint is None
            else {"fingerprint": self.fingerprint, "stored_in": self.stored_in, "set_at": self.set_at},
            "plan": [{"field": c.field, "from": c.before, "to": c.after} for c in self.plan],
        }

    def as_text(self) -> str:
        """The same for a person."""
        profile = self.profile
        name = profile.name if profile else self.name
        if self.fingerprint is None:
            return f"Left alone: the connector profile “{name}” is not from here, and was not touched."
        lines = [_TITLES[self.action].format(name=name)]
        if self.action == "pending":
            before = "(not known)" if profile else "(new)"
            lines += [f"  {c.field}: {c.before or before} → {c.after}" for c in self.plan]
        elif profile:
            lines.append(f"  ID             {profile.id}")
            kept = f"kept in {self.stored_in}" if self.stored_in else "not kept here"
            lines.append(f"  Client Secret  {self.fingerprint}, {kept}")
            if self.via == "api":
                lines.append("  Way            StackOne's API, by a call that StackOne does not document")
            elif self.via == "dashboard":
                lines.append("  Way            StackOne's dashboard")
            lines.append(f"  Proof          {self._proof()}")
        return "\n".join(lines)

    def _proof(self) -> str:
        if self.proven:
            return f"a sign-in succeeded on {self.proven}"
        return "accepted by StackOne, not yet proven: nobody has signed in through it"


@dataclass(frozen=True)
class SessionResult:
    """The result of ``verify`` and ``link``, and what their failures carry too. ``lines`` are for a person.

    No link: it was an earlier run's.
    """

    session_id: str
    link: Secret | None
    expires_at: str | None
    status: str
    oauth_error: str | None
    lines: tuple[str, ...] = ()
    next_steps: tuple[NextStep, ...] = ()
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """The fields of the JSON object, without the common ones."""
        is_number = self.session_id.isascii() and self.session_id.isdigit()
        return {
            "session_id": int(self.session_id) if is_number else self.session_id,
            "auth_link_url": self.link.reveal() if self.link else None,
            "expires_at": self.expires_at,
            "status": self.status,
            "oauth_error": self.oauth_error,
        }

    def as_text(self) -> str:
        """The same for a person."""
        return "\n".join(self.lines)
