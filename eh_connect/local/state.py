"""What a run notes about a label for the next one. Nothing in it is secret. Each label has a file and a lock."""

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
"""Seconds after which a creation can't be under way any more. StackOne's own limit is 60."""


Purpose = Literal["setup", "rotate", "rollback"]
"""What the staged credentials are for."""

Via = Literal["api", "dashboard"]
"""How a profile is created or changed."""


class PendingWrite(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Noted before a profile is created or changed, and cleared afterwards.

    ``known`` has the ID and ``updated_at`` of each profile that existed before. It shows which profile is new
    or has changed. So when an answer is lost, we don't create the profile a second time. ``sent_at`` is the
    time when a creation was sent.
    """

    via: Via
    name: str
    known: tuple[tuple[str, str | None], ...] = ()
    sent_at: str | None = None

    def seconds_left(self, now: str) -> float:
        """How long StackOne may still be busy with the creation; 0 if it is over or none was sent."""
        if self.sent_at is None:
            return 0.0
        gone = datetime.fromisoformat(now) - datetime.fromisoformat(self.sent_at)
        return min(max(_CREATION_TAKES - gone / timedelta(seconds=1), 0.0), _CREATION_TAKES)


class LocalState(
    Record, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="schema", tag=_SCHEMA
):
    """What is noted about one label. None means not known.

    ``stackone_url`` and ``oauth_url`` are the servers that the label was set up with; no request goes there
    because of them. ``org_id`` is empty if the person was asked and didn't know it. ``created_at`` and
    ``updated_at`` are StackOne's texts after our last write. ``set_at`` is when the secret with this
    ``fingerprint`` became current. ``wanted_name`` is the name of an unfinished set-up, or one that a person was
    asked for and did not give in the dashboard. ``actions`` are enabled; ``chosen_actions`` are those of an
    unfinished set-up, or those that a person is to enable in the dashboard. ``verified_at`` is when a sign-in
    with the current credentials worked. ``session_id`` is the last test's, until its outcome was seen.
    ``test_accounts`` are accounts that such tests left at StackOne. ``staged_for`` is what the staged credentials
    are for; ``sent`` is the fingerprint of their secret, once they were sent to StackOne's API.
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
    session_id: str | None = msgspec.field(default=None, name="session")
    test_accounts: tuple[str, ...] = ()
    scopes_checked_at: str | None = None
    scopes_missing: tuple[str, ...] = ()
    staged_for: Purpose | None = None
    sent: str | None = None
    pending: PendingWrite | None = None

    @property
    def is_plausible(self) -> bool:
        """Whether this tool could have noted these times."""
        sent_at = self.pending.sent_at if self.pending else None
        noted = (self.set_at, self.begun_at, self.verified_at, self.scopes_checked_at, sent_at)
        return all(_could_be_noted(each) for each in noted if each is not None)

    def accepted(
        self,
        profile: ConnectorProfile,
        fields: ProfileFields,
        via: Via,
        current: Credentials | None,
        now: str,
    ) -> LocalState:
        """Return the state after StackOne has accepted ``fields``; ``current`` are the credentials by then."""
        # The dashboard may have no field for the name.
        wanted_name = self.wanted_name if via == "dashboard" and self.wanted_name != profile.name else None
        has_actions = fields.actions is not None or fields.credentials is not None
        state = self.replace(
            pending=None,
            staged_for=None,
            sent=None,
            name=profile.name,
            wanted_name=wanted_name,
            created_at=profile.created_at,
            updated_at=profile.updated_at,
            via=via,
            actions=fields.actions if has_actions else self.actions,
            chosen_actions=None,
        )
        fingerprint = current.client_secret.fingerprint if current else None
        if fields.credentials is not None or fingerprint != self.fingerprint:
            state = state.replace(
                verified_at=None, session_id=None, scopes_checked_at=None, scopes_missing=()
            )
        if fingerprint != self.fingerprint:
            state = state.replace(fingerprint=fingerprint, set_at=now)
        return state


class _AnySchema(Record, frozen=True):
    schema: int


class StateFolder(PrivateFolder):
    """A file and a lock for each label, in one private folder. All methods raise StorageError."""

    def __init__(self, path: Path | None) -> None:
        super().__init__(path, _OUR_FILES)

    def load(self, label: str) -> LocalState | None:
        """Read what is noted about a label; None if nothing is. Creates nothing."""
        name = _file(label)
        raw = self.read(name)
        return None if raw is None else _parse(raw, label, f"{display_path(self.path or '')}/{name}")

    def save(self, state: LocalState) -> None:
        """Replace a label's state in one step. A reader sees the old or the new one, never a part of it."""
        raw = json.dumps(msgspec.to_builtins(state), indent=2, ensure_ascii=False).encode(errors="replace")
        self.write(_file(state.label), raw + b"\n")

    def forget(self, label: str) -> None:
        """Delete a label's state and then its lock, if they are there."""
        self.delete(_file(label))
        with suppress(StorageError):  # Windows doesn't delete it while it is locked; it is empty
            self.delete(_file(label, "lock"))

    def labels(self) -> list[str]:
        """Return the labels that have a state, sorted. Creates nothing."""
        found = (re.fullmatch(r"profile-([a-z0-9-]+)\.json", name) for name in self.names())
        return sorted(match[1] for match in found if match)

    def hold(self, label: str) -> AbstractContextManager[None]:
        """Lock a label. Raises BusyError if another run holds the lock; the system frees it when that dies."""
        return self.lock(_file(label, "lock"), label, sweeps=_file(label))


def _could_be_noted(text: str) -> bool:
    with suppress(ValueError):
        time = datetime.fromisoformat(text)
        return time.tzinfo is not None and 2020 <= time.year < 2100  # noqa: PLR2004  # when this tool can run
    return False


def _file(label: str, ending: str = "json") -> str:
    if not re.fullmatch("[a-z0-9-]+", label):
        raise StorageError(f"{label!r} can't be a label", hint="Use lower-case letters, digits and hyphens.")
    return f"profile-{label}.{ending}"


def _parse(raw: bytes, label: str, path: str) -> LocalState:
    try:
        if msgspec.json.decode(raw, type=_AnySchema).schema > _SCHEMA:
            raise StorageError(
                f"{path} was written by a newer eh-connect", hint="Upgrade eh-connect, then run this again."
            )
        state = msgspec.json.decode(raw, type=LocalState)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
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
