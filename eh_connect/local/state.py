"""What is known of a label between runs, nothing secret in it: one file for each label, and its lock."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec

from eh_connect.errors import StorageError
from eh_connect.local.files import PrivateFolder, display_path
from eh_connect.record import Record

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from eh_connect.secret import Credentials
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

_SCHEMA = 1
_OUR_FILES = re.compile(r"profile-[a-z0-9-]+\.(json|lock|json\.\w+\.tmp)|trial\.\w+\.tmp|sandbox")
_CREATION_TAKES = 90.0
"""Seconds after which a creation without an answer is over: StackOne's own limit is 60."""


Purpose = Literal["setup", "rotate", "rollback"]
"""What credentials are staged for."""

Via = Literal["api", "dashboard"]
"""How a profile is made or changed."""


class PendingWrite(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Noted before a profile is made or changed (``via`` ``api`` or ``dashboard``), cleared afterwards.

    ``known`` has the ID and ``updated_at`` of each profile that existed: what is new or has changed shows
    against it, so that a lost answer is never answered by a second POST. ``sent_at`` is when a creation left.
    """

    via: Via
    name: str
    known: tuple[tuple[str, str | None], ...] = ()
    sent_at: str | None = None

    def seconds_left(self, now: str) -> float:
        """How long the creation may still be under way at StackOne; 0: it is over, or none was sent."""
        if self.sent_at is None:
            return 0.0
        gone = datetime.fromisoformat(now) - datetime.fromisoformat(self.sent_at)
        return min(max(_CREATION_TAKES - gone / timedelta(seconds=1), 0.0), _CREATION_TAKES)


class SavedSession(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connect session of ``verify`` whose outcome was not seen, and the owner that it links for."""

    id: str
    owner_id: str


class LocalState(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One label. None means not known.

    ``stackone_url`` and ``oauth_url`` say with which servers the label was set up: never used as an address.
    ``created_at`` and ``updated_at`` are StackOne's, as it wrote them, after our last write. ``set_at`` is
    when the secret of ``fingerprint`` became current. ``wanted_name`` is the name of an unfinished set-up.
    ``actions`` are as last sent, ``chosen_actions`` as chosen and not sent. ``verified_at`` is when somebody
    signed in with the current credentials; ``test_accounts`` are those that such tests left at StackOne.
    ``staged_for`` is what the staged credentials are for, ``sent`` the fingerprint of their secret once
    StackOne's API was sent them.
    """

    label: str
    stackone_url: str | None = None
    oauth_url: str | None = None
    org_id: str | None = None
    app_name: str | None = None
    scopes: str | None = None
    profile_id: str | None = None
    name: str | None = None
    wanted_name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    set_at: str | None = None
    begun_at: str | None = None
    fingerprint: str | None = None
    via: Via | None = None
    actions: tuple[str, ...] | None = None
    chosen_actions: tuple[str, ...] | None = None
    verified_at: str | None = None
    session: SavedSession | None = None
    test_accounts: tuple[str, ...] = ()
    scopes_checked_at: str | None = None
    scopes_missing: tuple[str, ...] = ()
    staged_for: Purpose | None = None
    sent: str | None = None
    pending: PendingWrite | None = None

    @property
    def is_plausible(self) -> bool:
        """Whether its times are some that this tool could have noted."""
        sent_at = self.pending.sent_at if self.pending else None
        noted = (self.set_at, self.begun_at, self.verified_at, self.scopes_checked_at, sent_at)
        return all(_could_be_noted(each) for each in noted if each is not None)

    def is_of_the_same(self, other: LocalState) -> bool:
        """Whether it is of the same profile and secret."""
        return (self.profile_id, self.fingerprint) == (other.profile_id, other.fingerprint)

    def accepted(
        self,
        profile: ConnectorProfile,
        fields: ProfileFields,
        via: Via,
        current: Credentials | None,
        now: str,
    ) -> LocalState:
        """After StackOne accepted ``fields``, with what is current by then."""
        has_actions = fields.actions is not None or fields.credentials is not None
        state = self.replace(
            pending=None,
            staged_for=None,
            sent=None,
            name=profile.name,
            wanted_name=None,
            created_at=profile.created_at,
            updated_at=profile.updated_at,
            via=via,
            actions=fields.actions if has_actions else self.actions,
            chosen_actions=None,
        )
        fingerprint = current.client_secret.fingerprint if current else None
        if fields.credentials is not None or fingerprint != self.fingerprint:
            state = state.replace(verified_at=None, session=None, scopes_checked_at=None, scopes_missing=())
        if fingerprint != self.fingerprint:
            state = state.replace(fingerprint=fingerprint, set_at=now)
        return state


class StateFolder(PrivateFolder):
    """A file and a lock for every label, in one private folder. Errors: StorageError."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, _OUR_FILES)

    def load(self, label: str) -> LocalState | None:
        """What is known of a label; None where there is nothing. Creates nothing."""
        name = _file(label)
        raw = self.read(name)
        return None if raw is None else _parse(raw, label, f"{display_path(self.path or '')}/{name}")

    def save(self, state: LocalState) -> None:
        """Replace a label's state in one step: a reader sees the old or the new one, never a part."""
        fields = {"schema": _SCHEMA, **msgspec.to_builtins(state)}
        raw = json.dumps(fields, indent=2, ensure_ascii=False).encode(errors="replace")
        self.write(_file(state.label), raw + b"\n")

    def forget(self, label: str) -> None:
        """Forget a label, its lock in the end; one that is not known is fine."""
        self.delete(_file(label))
        with suppress(StorageError):  # an empty file, which Windows does not delete while it is held
            self.delete(_file(label, "lock"))

    def labels(self) -> list[str]:
        """Every label with a state, sorted. Creates nothing."""
        found = (re.fullmatch(r"profile-([a-z0-9-]+)\.json", name) for name in self.names())
        return sorted(match[1] for match in found if match)

    def hold(self, label: str) -> AbstractContextManager[None]:
        """Keep other runs from this label: BusyError. The system releases the lock when its holder dies."""
        return self.lock(_file(label, "lock"), label, sweeps=_file(label))


def _could_be_noted(text: str) -> bool:
    with suppress(ValueError):
        time = datetime.fromisoformat(text)
        return time.tzinfo is not None and 2020 <= time.year < 2100  # noqa: PLR2004  # no time of ours is outside
    return False


def _file(label: str, ending: str = "json") -> str:
    if not re.fullmatch("[a-z0-9-]+", label):
        raise StorageError(f"{label!r} can't be a label", hint="Use lower-case letters, digits and hyphens.")
    return f"profile-{label}.{ending}"


def _parse(raw: bytes, label: str, path: str) -> LocalState:
    try:
        data = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise _damaged(path, "no JSON") from exc
    match data:
        case {"schema": int(schema), **fields} if schema is not True and schema > 0:
            if schema > _SCHEMA:
                title = f"{path} was written by a newer eh-connect"
                raise StorageError(title, hint="Upgrade eh-connect, then run this again.")
        case _:
            raise _damaged(path, "no object with a schema")
    try:
        state = msgspec.convert(fields, LocalState)
    except msgspec.ValidationError as exc:
        raise _damaged(path, str(exc)) from exc
    if not state.is_plausible:
        raise _damaged(path, "a time that eh-connect can't have noted")
    if state.label != label:
        raise _damaged(path, f'its label is not "{label}"')
    return state


def _damaged(path: str, why: str) -> StorageError:
    return StorageError(
        f"{path} can't be read",
        detail=f"It is not what eh-connect writes ({why}). Starting over would forget the profile.",
        hint="Restore it, or move it away and run setup again with --profile-id of the existing profile.",
    )
