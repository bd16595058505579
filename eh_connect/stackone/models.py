"""What StackOne's API answers and what we send to it.

Answers are read leniently. An unknown field is ignored, and a missing or odd one is None. Only an answer
without a usable ID can't be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self

from msgspec import field, to_builtins

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
"""Always this address, whatever API URL is configured. Source: StackOne's setup guide."""

DEFAULT_AUTH_KEY = "oauth2"
"""The auth option if ``GET /actions`` names none. Source: StackOne's connector templates."""

_LONGEST = 1000
"""Characters of a field that are kept. It is long enough for any real one."""


def _text(value: Any) -> str | None:
    """Return a text, safe to show; None if it is empty or no text."""
    return (clean(value, _LONGEST) or None) if isinstance(value, str) else None


def identifier(value: Any) -> str | None:
    """Return an ID as text; None unless it is printable, without blanks, and more than dots.

    So it can be sent back exactly as it came, and can't lead to another path.
    """
    found = str(value) if type(value) is int and value >= 0 else _text(value)
    is_usable = found is not None and found == str(value) and " " not in found and found.strip(".") != ""
    return found if is_usable else None


def fields_of(value: Any) -> dict[str, Any]:
    """Return a JSON object; an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects in a JSON list; none if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


class ConnectorProfile(Record, frozen=True, kw_only=True):
    """A connector profile as ``GET /connector_profiles`` shows it, without Client ID and Client Secret.

    Times are StackOne's own texts (ISO 8601). We only compare whether they are equal.
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
        """Read the fields of an answer; None if its ID can't be used."""
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
    """Something that the connector can do, and the scopes that it needs. StackOne often names none."""

    id: str
    required_scopes: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self | None:
        """Read the fields of an answer; None if its ID can't be used."""
        action_id, scopes = identifier(fields.get("id")), fields.get("required_scopes")
        texts = map(_text, scopes) if isinstance(scopes, list) else ()
        return None if action_id is None else cls(action_id, tuple(text for text in texts if text))

    @property
    def is_list(self) -> bool:
        """Whether it only lists. Source: StackOne's IDs are ``{connector_key}_{operation}_{entity}``."""
        return self.id.removeprefix(f"{EMPLOYMENT_HERO}_").partition("_")[0] == "list"


class ConnectorActions(Record, frozen=True):
    """What ``GET /actions`` says about the connector; ``auth_key`` is None if it names no OAuth 2.0 option."""

    auth_key: str | None
    actions: tuple[Action, ...]


class ProfileFields(Record, frozen=True, omit_defaults=True):
    """The fields of a write. None means "not given, not changed". Assumed, see ``assumed_writes``."""

    name: str | None = None
    authentication_config_key: str | None = None
    environment: str | None = None
    credentials: Credentials | None = None
    default: bool | None = None
    actions: tuple[str, ...] | None = None

    def body(self) -> dict[str, Any]:
        """Return what is sent. Nothing else reveals the credentials to StackOne."""
        body: dict[str, Any] = to_builtins(self.replace(credentials=None))
        if self.credentials is not None:
            body["setup_information"] = {
                "clientId": self.credentials.client_id.reveal(),
                "clientSecret": self.credentials.client_secret.reveal(),
            }
        return body


class SessionRequest(Record, frozen=True, omit_defaults=True):
    """What a connect session is for, under the names that StackOne uses. ``expires_in`` is in seconds."""

    profile_id: str = field(name="connector_profile_id")
    owner_id: str = field(name="origin_owner_id")
    owner_name: str = field(name="origin_owner_name")
    kind: Literal["test", "production"] = field(name="type")
    expires_in: int
    label: str | None = None


class ConnectSession(Record, frozen=True, kw_only=True):
    """A connect session and its latest attempt.

    Anyone who has the ``link`` can use it until it expires; only the answer to a creation has it. ``status``
    is StackOne's own word, even if we don't know it. ``account_id`` is the account that was linked.
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
        """Read the fields of an answer; None if its ID can't be used."""
        session_id = identifier(fields.get("id"))
        if session_id is None:
            return None
        attempt = fields_of(fields.get("latest_connection_attempt"))
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
    """How an action went. Nothing that the action brought is kept.

    ``scopes`` are the ones that a refusal names. ``is_call_gone`` means that StackOne's API doesn't have the
    call that runs actions.
    """

    http_status: int
    message: str = ""
    scopes: tuple[str, ...] = ()
    is_scope_missing: bool = False
    is_call_gone: bool = False
