"""What is known of a profile between runs, nothing secret in it: the only state file, and its lock."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eh_connect.errors import BusyError, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SCHEMA = 1
_OUR_FILES = re.compile(r"profile-[a-z0-9-]+\.(json|lock|json\.\w+\.tmp)|trial\.\w+\.tmp|sandbox")
ELSEWHERE = "Set EH_CONNECT_HOME to a folder that eh-connect can have for itself."


@dataclass(frozen=True)
class Pending:
    """Noted before a profile is made or changed (``via`` ``api`` or ``dashboard``), cleared afterwards.

    ``known`` has the ID and ``updated_at`` of each profile that existed: what is new or has moved shows
    against it, so that a lost answer is never answered by a second POST.
    """

    via: str
    name: str
    known: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class State:
    """One profile. Times are ISO 8601 text; None means not known.

    ``updated_at`` is StackOne's after our last write, ``set_at`` when the secret became current, ``via`` is
    ``api`` or ``dashboard``, ``actions`` are as last sent,
    ``chosen_actions`` what the wizard was told and has not sent yet. ``proven_at`` is when somebody signed in
    with the current pair, ``proven_before`` with an earlier one; ``session_id`` has the connect sessions
    whose outcome was not seen yet, with commas. ``staged_by`` is what the staged pair is for: ``setup``,
    ``rotate`` or ``rollback``; ``told`` is its fingerprint once StackOne's API was told of it.
    ``old_secret`` has the fingerprints of replaced secrets that nobody said were revoked, with commas.
    """

    label: str
    stackone_url: str | None = None
    oauth_url: str | None = None
    org_id: str | None = None
    app_name: str | None = None
    scopes: str | None = None
    profile_id: str | None = None
    name: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    set_at: str | None = None
    fingerprint: str | None = None
    via: str | None = None
    actions: tuple[str, ...] | None = None
    chosen_actions: tuple[str, ...] | None = None
    proven_at: str | None = None
    proven_before: str | None = None
    session_id: str | None = None
    staged_by: str | None = None
    told: str | None = None
    old_secret: str | None = None
    pending: Pending | None = None


def default_folder(environ: Mapping[str, str]) -> Path:
    """``EH_CONNECT_HOME``, else the platform's folder for state."""
    if chosen := environ.get("EH_CONNECT_HOME"):
        try:
            return Path(chosen).expanduser().absolute()
        except (RuntimeError, OSError) as exc:
            raise StorageError(f"EH_CONNECT_HOME names an unknown home: {chosen}", hint=ELSEWHERE) from exc
    from platformdirs import user_state_path

    return user_state_path("eh-connect", appauthor=False)


class StateFolder:
    """One folder (0700) with a file (0600) and a lock for every label. Errors: StorageError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, label: str) -> State | None:
        """What is known of a label; None where there is nothing. Creates nothing."""
        path = self._path(label, "json")
        with _translated("read", path):
            try:
                raw = path.read_bytes()
            except FileNotFoundError:
                return None
        return _parse(raw, label, path)

    def write(self, state: State) -> None:
        """Replace a label's state in one step: a reader sees the old or the new one, never a part."""
        path = self._path(state.label, "json")
        self._make_folder()
        with _translated("write", path), self._temporary(path, _dump(state)) as temporary:
            temporary.replace(path)
            self._sync_folder()

    def delete(self, label: str) -> bool:
        """Forget a label, its lock in the end; False where nothing was known of it."""
        path = self._path(label, "json")
        with _translated("delete", path):
            try:
                path.unlink()
            except FileNotFoundError:
                was_known = False
            else:
                was_known = True
                self._sync_folder()
        with suppress(OSError):  # an empty file, which Windows does not delete while it is held
            self._path(label, "lock").unlink(missing_ok=True)
        return was_known

    def labels(self) -> list[str]:
        """Every label with a state, sorted. Creates nothing."""
        with _translated("list", self.folder):
            try:
                names = [path.name for path in self.folder.iterdir()]
            except FileNotFoundError:
                return []
        found = (re.fullmatch(r"profile-([a-z0-9-]+)\.json", name) for name in names)
        return sorted(match[1] for match in found if match)

    def check_writable(self) -> None:
        """Make the folder, write a file in it and delete that again."""
        self._make_folder()
        with _translated("write in", self.folder):
            self._sweep("trial")
            with self._temporary(self.folder / "trial", b"trial"):
                pass

    @contextmanager
    def lock(self, label: str) -> Iterator[None]:
        """Keep other runs from this label. The system releases the lock when its holder dies."""
        from filelock import FileLock, Timeout

        path = self._path(label, "lock")
        self._make_folder()
        lock = FileLock(path, timeout=0, mode=0o600)
        with _translated("lock", path):
            try:
                lock.acquire()
            except Timeout as exc:
                title = f"Another run of eh-connect holds the lock for '{label}'"
                raise BusyError(title, hint="Wait until it has ended, then run this again.") from exc
            except NotImplementedError as exc:  # a file system without locks
                raise StorageError(f"Can't lock {path}", detail=str(exc), hint=ELSEWHERE) from exc
        try:
            self._sweep(f"profile-{label}.json")
            yield
        finally:
            lock.release()

    def _path(self, label: str, ending: str) -> Path:
        if not re.fullmatch("[a-z0-9-]+", label):
            hint = "Use lower-case letters, digits and hyphens."
            raise StorageError(f"{label!r} can't be a label", hint=hint)
        return self.folder / f"profile-{label}.{ending}"

    def _sweep(self, name: str) -> None:
        for leftover in self.folder.glob(f"{name}.*.tmp"):  # of runs that were killed
            with suppress(OSError):
                leftover.unlink()

    @contextmanager
    def _temporary(self, path: Path, content: bytes) -> Iterator[Path]:
        """A synced file beside ``path``, 0600 from its first byte; gone at the end, unless renamed."""
        descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def _sync_folder(self) -> None:
        if os.name == "nt":
            return
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # the change has happened; some network file systems can't sync a folder
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _make_folder(self) -> None:
        with _translated("make", self.folder):
            for folder in (*reversed(self.folder.parents), self.folder):
                if not folder.is_dir():
                    folder.mkdir(mode=0o700, exist_ok=True)
            if os.name == "nt" or not stat.S_IMODE(self.folder.stat().st_mode) & 0o077:
                return
            names = [path.name for path in self.folder.iterdir()]
            if self.folder.stat().st_uid == os.geteuid() and all(map(_OUR_FILES.fullmatch, names)):
                self.folder.chmod(0o700)
            if stat.S_IMODE(self.folder.stat().st_mode) & 0o077:
                raise StorageError(
                    f"The folder {self.folder} is open to others",
                    detail="It belongs to someone else, holds other files, or its disk keeps no permissions.",
                    hint=f"{ELSEWHERE} If it is yours alone: chmod 700 on it.",
                )


@contextmanager
def _translated(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise StorageError(f"Can't {doing} {path}", detail=exc.strerror or str(exc), hint=ELSEWHERE) from exc


def _dump(state: State) -> bytes:
    return (json.dumps({"schema": _SCHEMA, **asdict(state)}, indent=2) + "\n").encode()


def _parse(raw: bytes, label: str, path: Path) -> State:
    try:
        data = _object(raw, label)
        if data["schema"] > _SCHEMA:
            title = f"{path} was written by a newer eh-connect"
            raise StorageError(title, hint="Upgrade eh-connect, then run this again.")
        return State(**{field.name: _judged(field.name, data.get(field.name)) for field in fields(State)})
    except (ValueError, RecursionError) as exc:
        raise StorageError(
            f"{path} can't be read",
            detail=f"It is not what eh-connect writes ({exc}). Starting over would forget the profile.",
            hint="Restore it, or move it away and run setup again with --profile-id of the existing profile.",
        ) from exc


def _object(raw: bytes, label: str) -> dict[str, Any]:
    data = json.loads(raw.decode())
    if not isinstance(data, dict) or type(data.get("schema")) is not int or data["schema"] < 1:
        raise ValueError("no object with a schema")
    if data.get("label") != label:
        raise ValueError(f"its label is not '{label}'")
    return data


def _judged(name: str, value: Any) -> Any:
    match name, value:
        case _, None:
            return None
        case "actions" | "chosen_actions", [*ids] if _are_texts(ids):
            return tuple(ids)
        case "pending", {"via": str(via), "name": str(wanted), "known": [*known]}:
            return Pending(via, wanted, tuple(map(_known, known)))
        case _, str() if name not in {"actions", "chosen_actions", "pending"}:
            return value
    raise ValueError(f"'{name}' is of the wrong kind")


def _are_texts(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _known(value: Any) -> tuple[str, str | None]:
    match value:
        case [str(profile_id), str() | None as updated_at]:
            return profile_id, updated_at
    raise ValueError("'pending' is of the wrong kind")
