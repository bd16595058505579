"""What StackOne's API answers, read leniently, and what is sent to it.

A field that is unknown, missing or of an odd type breaks nothing but an ID that can't be used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field

from eh_connect.secret import Secret  # pydantic reads it at run time
from eh_connect.server_text import clean

if TYPE_CHECKING:
    from eh_connect.secret import Credentials

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


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(t for t in map(_text, value) if t) if isinstance(value, list | tuple) else ()


_Id = Annotated[str, BeforeValidator(identifier)]
_SomeId = Annotated[str | None, BeforeValidator(identifier)]
_Text = Annotated[str | None, BeforeValidator(_text)]
_Name = Annotated[str, BeforeValidator(lambda value: _text(value) or "")]
_Key = Annotated[str, BeforeValidator(lambda value: _text(value) or EMPLOYMENT_HERO)]
_Flag = Annotated[bool | None, BeforeValidator(lambda value: value if isinstance(value, bool) else None)]


class _Answered(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", arbitrary_types_allowed=True, populate_by_name=True, defer_build=True
    )


class ConnectorProfile(_Answered):
    """A connector profile as ``GET /connector_profiles`` shows it: no secret, no Client ID in it.

    Times stay as StackOne wrote them (ISO 8601 text): they are compared for equality only.
    """

    id: _Id
    name: _Name = ""
    connector_key: _Key = EMPLOYMENT_HERO
    active: _Flag = None
    default: _Flag = None
    created_at: _Text = None
    updated_at: _Text = None


class Action(_Answered):
    """Something that the connector can do, and the scopes that it needs; often StackOne names none."""

    id: _Id
    required_scopes: Annotated[tuple[str, ...], BeforeValidator(_texts)] = ()

    @property
    def is_list(self) -> bool:
        """Whether it only lists. Source: StackOne's IDs are ``{connector_key}_{operation}_{entity}``."""
        return "list" in self.id.removeprefix(f"{EMPLOYMENT_HERO}_").split("_")[:1]


@dataclass(frozen=True)
class ConnectorActions:
    """What ``GET /actions`` says of a connector; ``auth_key`` is None where it names no OAuth 2.0 option."""

    auth_key: str | None
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class ProfileFields:
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


@dataclass(frozen=True)
class SessionRequest:
    """What a connect session is for; ``expires_in`` is in seconds."""

    profile_id: str
    owner_id: str
    owner_name: str
    kind: Literal["test", "production"]
    expires_in: int
    label: str | None = None


_ATTEMPT = "latest_connection_attempt"


def _status(value: Any) -> str:
    return "pending" if value is None else clean(str(value), 100) or "unknown"


class ConnectSession(_Answered):
    """A connect session and its latest attempt.

    ``link`` is a bearer token for its life time; only a creation shows it. A ``status`` that is not known is
    passed on as StackOne says it. ``account_id`` is that of the account that was linked.
    """

    id: _Id
    profile_id: _SomeId = Field(default=None, validation_alias="connector_profile_id")
    link: Annotated[Secret | None, BeforeValidator(lambda v: v if isinstance(v, Secret) else None)] = None
    created_at: _Text = None
    status: Annotated[str, BeforeValidator(_status)] = Field(
        default="pending", validation_alias=AliasPath(_ATTEMPT, "status")
    )
    oauth_error: _Text = Field(default=None, validation_alias=AliasPath(_ATTEMPT, "oauth_error_code"))
    oauth_says: _Text = Field(default=None, validation_alias=AliasPath(_ATTEMPT, "oauth_error_description"))
    account_id: _SomeId = Field(default=None, validation_alias=AliasPath(_ATTEMPT, "account_secure_id"))


@dataclass(frozen=True)
class ActionRun:
    """How an action went, of which nothing else is kept.

    ``scopes`` are those that the refusal names; ``is_call_gone``: StackOne's API runs no actions this way.
    """

    http_status: int
    message: str = ""
    scopes: tuple[str, ...] = ()
    is_scope_missing: bool = False
    is_call_gone: bool = False
