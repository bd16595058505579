"""What StackOne's API answers, read leniently, and what is sent to it.

A field that is unknown, missing or of an odd type breaks nothing but an ID that can't be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from eh_connect.record import Record
from eh_connect.server_text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eh_connect.secret import Credentials, Secret

EMPLOYMENT_HERO = "employmenthero"
"""The connector's key. Source: the path of the redirect URI in StackOne's setup guide."""

DASHBOARD_PATH = "/connector_profiles"
"""The page of connector profiles. Source: StackOne's setup guide."""

REDIRECT_URI = "https://api.stackone.com/connect/oauth2/employmenthero/callback"
"""A constant, never derived from a configured API URL. Source: StackOne's setup guide."""

DEFAULT_AUTH_KEY = "oauth2"
"""The auth option where it can't be learnt from ``GET /actions``. Source: StackOne's connector templates."""

_LONGEST = 1000
"""Characters of a field; long enough that a real one is never cut."""


def _text(value: Any) -> str | None:
    """A text, made safe to show; None for an empty one and for anything else."""
    return (clean(value, _LONGEST) or None) if isinstance(value, str) else None


def identifier(value: Any) -> str | None:
    """An ID that can be sent back as it came, a number as text: printable, no blanks, no ``..``."""
    found = str(value) if type(value) is int and value >= 0 else _text(value)
    is_same = found is not None and found == str(value) and " " not in found and found.strip(".") != ""
    return found if is_same else None


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


class ConnectorProfile(Record, frozen=True, kw_only=True):
    """A connector profile as ``GET /connector_profiles`` shows it: no secret, no Client ID in it.

    Times stay as StackOne wrote them (ISO 8601 text): they are compared for equality only.
    """

    id: str
    name: str = ""
    connector_key: str = EMPLOYMENT_HERO
    active: bool | None = None
    default: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self | None:
        """From the fields of an answer; None where its ID can't be used."""
        profile_id = identifier(fields.get("id"))
        if profile_id is None:
            return None
        return cls(
            id=profile_id,
            name=_text(fields.get("name")) or "",
            connector_key=_text(fields.get("connector_key")) or EMPLOYMENT_HERO,
            active=_flag(fields.get("active")),
            default=_flag(fields.get("default")),
            created_at=_text(fields.get("created_at")),
            updated_at=_text(fields.get("updated_at")),
        )


class Action(Record, frozen=True):
    """Something that the connector can do, and the scopes that it needs; often StackOne names none."""

    id: str
    required_scopes: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self | None:
        """From the fields of an answer; None where its ID can't be used."""
        action_id, scopes = identifier(fields.get("id")), fields.get("required_scopes")
        texts = map(_text, scopes) if isinstance(scopes, list) else ()
        return None if action_id is None else cls(action_id, tuple(text for text in texts if text))

    @property
    def is_list(self) -> bool:
        """Whether it only lists. Source: StackOne's IDs are ``{connector_key}_{operation}_{entity}``."""
        return "list" in self.id.removeprefix(f"{EMPLOYMENT_HERO}_").split("_")[:1]


class ConnectorActions(Record, frozen=True):
    """What ``GET /actions`` says of a connector; ``auth_key`` is None where it names no OAuth 2.0 option."""

    auth_key: str | None
    actions: tuple[Action, ...]


class ProfileFields(Record, frozen=True):
    """The fields of a write; None means "not given, not touched". Assumed, see ``assumed_writes``."""

    name: str | None = None
    authentication_config_key: str | None = None
    environment: str | None = None
    credentials: Credentials | None = None
    default: bool | None = None
    actions: tuple[str, ...] | None = None

    def body(self) -> dict[str, Any]:
        """What is sent: the one place that reveals the credentials to StackOne."""
        fields = {
            "name": self.name,
            "authentication_config_key": self.authentication_config_key,
            "environment": self.environment,
            "setup_information": self.credentials
            and {
                "clientId": self.credentials.client_id.reveal(),
                "clientSecret": self.credentials.client_secret.reveal(),
            },
            "default": self.default,
            "actions": None if self.actions is None else list(self.actions),
        }
        return {key: value for key, value in fields.items() if value is not None}


class SessionRequest(Record, frozen=True):
    """What a connect session is for; ``expires_in`` is in seconds."""

    profile_id: str
    owner_id: str
    owner_name: str
    kind: Literal["test", "production"]
    expires_in: int
    label: str | None = None


class ConnectSession(Record, frozen=True, kw_only=True):
    """A connect session and its latest attempt.

    ``link`` is a bearer token for its life time; only a creation shows it. A ``status`` that is not known is
    passed on as StackOne says it. ``account_id`` is that of the account that was linked.
    """

    id: str
    profile_id: str | None = None
    link: Secret | None = None
    created_at: str | None = None
    status: str = "pending"
    oauth_error: str | None = None
    oauth_says: str | None = None
    account_id: str | None = None

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self | None:
        """From the fields of an answer; None where its ID can't be used."""
        session_id, attempt = identifier(fields.get("id")), fields.get("latest_connection_attempt")
        if session_id is None:
            return None
        attempt = attempt if isinstance(attempt, dict) else {}
        status = attempt.get("status")
        return cls(
            id=session_id,
            profile_id=identifier(fields.get("connector_profile_id")),
            created_at=_text(fields.get("created_at")),
            status="pending" if status is None else clean(str(status), 100) or "unknown",
            oauth_error=_text(attempt.get("oauth_error_code")),
            oauth_says=_text(attempt.get("oauth_error_description")),
            account_id=identifier(attempt.get("account_secure_id")),
        )


class ActionRun(Record, frozen=True):
    """How an action went, of which nothing else is kept.

    ``scopes`` are those that the refusal names; ``is_call_gone``: StackOne's API runs no actions this way.
    """

    http_status: int
    message: str = ""
    scopes: tuple[str, ...] = ()
    is_scope_missing: bool = False
    is_call_gone: bool = False
