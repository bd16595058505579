"""What StackOne's API answers, read defensively: unknown fields and values never break it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from eh_connect.secret import Pair, Secret

    Status = Literal["pending", "authenticated", "error", "cancelled"]

EMPLOYMENT_HERO = "employmenthero"
"""The connector's key. Source: the path of the redirect URI in StackOne's setup guide."""

REDIRECT_URI = "https://api.stackone.com/connect/oauth2/employmenthero/callback"
"""A constant, never derived from a configured API URL. Source: StackOne's setup guide."""

DEFAULT_AUTH_KEY = "oauth2"
"""The auth option where it can't be learnt from ``GET /actions``. Source: StackOne's connector templates."""


@dataclass(frozen=True)
class ConnectorProfile:
    """A connector profile as ``GET /connector_profiles`` shows it: no secret, no Client ID in it.

    Times are kept as StackOne wrote them (ISO 8601 text): they are compared for equality only.
    """

    id: str
    name: str
    connector_key: str
    active: bool | None = None
    default: bool | None = None
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True)
class Action:
    """Something that the connector can do, and the scopes that it needs."""

    id: str
    label: str
    required_scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConnectorActions:
    """What ``GET /actions`` says of a connector.

    ``auth_key`` is None where the answer names no OAuth 2.0 option.
    """

    auth_key: str | None
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class ProfileFields:
    """The fields of a write; None means "not given, not touched". Assumed, see ``assumed_writes``."""

    name: str | None = None
    auth_key: str | None = None
    environment: str | None = None
    pair: Pair | None = None
    default: bool | None = None
    actions: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SessionRequest:
    """What a connect session is for. ``kind`` is TEST or PRODUCTION, ``expires_in`` is in seconds."""

    profile_id: str
    owner_id: str
    owner_name: str
    kind: Literal["TEST", "PRODUCTION"]
    expires_in: int
    label: str | None = None


@dataclass(frozen=True)
class ConnectSession:
    """A connect session and its latest attempt. An unknown status, or no attempt yet, counts as pending.

    ``link`` is a bearer token for its life time; only a creation shows it. ``account_id`` is that of the
    account that was linked.
    """

    id: str
    profile_id: str | None = None
    link: Secret | None = None
    created_at: str | None = None
    status: Status = "pending"
    oauth_error: str | None = None
    oauth_says: str | None = None
    account_id: str | None = None
