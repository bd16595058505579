"""A private folder. Its files are only read if nobody else can have written them, and change in one step."""

from __future__ import annotations

import errno
import os
import stat
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect.errors import BusyError, StorageError

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

ELSEWHERE = "Set EH_CONNECT_HOME to a folder that eh-connect can have for itself."


def default_folder(environ: Mapping[str, str]) -> Path | None:
    """Return ``EH_CONNECT_HOME``, or the platform's folder for state; None if the user has no home folder."""
    if chosen := environ.get("EH_CONNECT_HOME"):
        try:
            return Path(chosen).expanduser().absolute()
        except (RuntimeError, OSError) as exc:
            raise StorageError(f"EH_CONNECT_HOME can't be found: {chosen}", hint=ELSEWHERE) from exc
    from platformdirs import user_state_path

    try:
        folder = user_state_path("eh-connect", appauthor=False)
    except RuntimeError:  # no HOME, and no entry in the list of users
        return None
    return folder if folder.is_absolute() else None


def display_path(path: Path | str) -> str:
    """Return a path as people read it, with ``~`` for the home folder."""
    home = os.path.expanduser("~")  # noqa: PTH111  # Path.home() raises where there is none
    below = str(path).removeprefix(home.rstrip(os.sep) + os.sep)
    return str(path) if below == str(path) else f"~{os.sep}{below}"


class PrivateFolder:
    """A folder (mode 0700) with files (mode 0600). All methods raise StorageError.

    Before a file is read or locked, we check who owns it, the folder and all folders above, and who may write
    to them. If ``path`` is None, because the user has no home folder, then nothing is found and writing
    fails. If others may look into the folder and all names in it match ``ours``, its mode is corrected.
    """

    def __init__(self, path: Path | None, ours: re.Pattern[str]) -> None:
        self.path = path
        self._ours = ours

    def read(self, name: str) -> bytes | None:
        """Return a file's content, or None if there is no such file. Creates nothing."""
        folder = self._existing()
        if folder is None:
            return None
        path = folder / name
        with _translated("read", path), suppress(FileNotFoundError), open(path, "rb", opener=_open) as file:
            _judge_file(path, os.fstat(file.fileno()))
            return file.read()
        return None

    def write(self, name: str, content: bytes) -> None:
        """Replace a file in one step. A reader sees the old content or the new one, never a part of it."""
        path = self._ensured() / name
        with _translated("write", path), _temporary(path, content) as temporary:
            temporary.replace(path)
            _sync(path.parent)

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        folder = self._existing()
        if folder is not None:
            with _translated("delete", folder / name):
                (folder / name).unlink(missing_ok=True)
                _sync(folder)

    def exists(self) -> bool:
        """Whether the folder is there. Creates nothing."""
        return self._existing() is not None

    def names(self) -> list[str]:
        """Return the names of all files in the folder. Creates nothing."""
        folder = self._existing()
        if folder is None:
            return []
        with _translated("list", folder):
            return [path.name for path in folder.iterdir()]

    def check_writable(self) -> None:
        """Make the folder if it is missing, write a file in it and delete that file."""
        folder = self._ensured()
        with _translated("write in", folder):
            _sweep(folder, "trial")
            with _temporary(folder / "trial", b"trial"):
                pass

    @contextmanager
    def lock(self, name: str, label: str, sweeps: str) -> Iterator[None]:
        """Hold a lock file. Raises BusyError if another process holds it; the system frees it when that dies.

        What killed runs left of the file ``sweeps`` is deleted under the lock.
        """
        from filelock import FileLock, Timeout

        folder = self._ensured()
        path = folder / name
        with _translated("lock", path), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # filelock would print them between our lines
            with suppress(FileNotFoundError):
                _judge_file(path, path.lstat())
            lock = FileLock(path, timeout=0, mode=0o600)
            try:
                lock.acquire()
            except Timeout as exc:
                raise BusyError(
                    f'Another run of eh-connect is using the label "{label}"',
                    hint="Wait until it has ended, then run this again.",
                ) from exc
            except NotImplementedError as exc:  # a file system without locks
                raise OSError(str(exc)) from exc
        try:
            _sweep(folder, sweeps)
            yield
        finally:
            lock.release()

    def _existing(self) -> Path | None:
        """Return the folder if it exists. Raises StorageError if others may write to it."""
        if self.path is None:
            return None
        with _translated("read", self.path):
            return self.path if _judge_folder(self.path) else None

    def _ensured(self) -> Path:
        """Return the folder. It is made if it was missing, and nobody else may look into it."""
        path = self.path
        if path is None:
            raise StorageError("This system knows no home folder for you", hint=ELSEWHERE)
        with _translated("make", path):
            if not _judge_folder(path):
                for folder in (*reversed(path.parents), path):
                    if not folder.is_dir():
                        folder.mkdir(mode=0o700, exist_ok=True)
                _judge_folder(path)
            if os.name == "nt" or not path.stat().st_mode & 0o077:
                return path
            if path.stat().st_uid == os.geteuid() and all(map(self._ours.fullmatch, self.names())):
                path.chmod(0o700)
            if path.stat().st_mode & 0o077:
                raise StorageError(
                    f"Others can look into the folder {display_path(path)}",
                    detail="It belongs to root, holds other files too, or its disk keeps no permissions.",
                    hint=f"{ELSEWHERE} If it is yours alone: chmod 700 on it.",
                )
        return path


def _open(path: str, flags: int) -> int:
    """Open a file, but follow no link and don't wait for the other end of a pipe."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _judge_folder(folder: Path, *, is_above: bool = False) -> bool:
    """Whether there is such a folder. Raises StorageError if others may change it or a folder above it.

    If a part of the path is a link, the path that it leads to is judged as well, because whoever may change
    that one can put another folder in the place of ours.
    """
    if os.name != "nt":  # there inherited rights keep others out of a person's folders
        for at in (*reversed(folder.parents), folder):
            try:
                status = at.lstat()
            except FileNotFoundError:
                return False
            _judge(at, status, is_above=is_above or at != folder)
            if stat.S_ISLNK(status.st_mode):
                with suppress(FileNotFoundError):
                    at.stat()  # raises OSError if links lead in a circle
                if not _judge_folder(at.parent / at.readlink(), is_above=is_above or at != folder):
                    return False
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return folder.is_dir()


def _judge_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(
            f"{display_path(path)} is not a file of eh-connect's", hint=f"Move it away. {ELSEWHERE}"
        )
    if os.name != "nt":
        _judge(path, status, is_above=False)


def _judge(path: Path, status: os.stat_result, *, is_above: bool) -> None:
    """Raise StorageError unless the person or root owns it and nobody else may write to it.

    Above our folder a sticky one is fine, because nobody can move another's files in it.
    """
    if status.st_uid not in {0, os.geteuid()}:
        raise _not_ours(f"{path} belongs to another user")
    by_others, by_group = status.st_mode & stat.S_IWOTH, status.st_mode & stat.S_IWGRP
    if is_above and (status.st_mode & stat.S_ISVTX or (not by_others and _is_own_group(status.st_gid))):
        return
    if (by_others or by_group) and not stat.S_ISLNK(status.st_mode):
        raise _not_ours(f"Other users may write to {path}")


def _is_own_group(gid: int) -> bool:
    """Whether a group has the person's name and no other member. Some systems make one for each user."""
    import grp
    import pwd

    try:
        group, person = grp.getgrgid(gid), pwd.getpwuid(os.geteuid())
    except KeyError:
        return False
    return group.gr_name == person.pw_name and set(group.gr_mem) <= {person.pw_name}


def _not_ours(title: str) -> StorageError:
    return StorageError(
        title,
        detail="So what eh-connect would read there may not be yours. Nothing was read.",
        hint=f"{ELSEWHERE} If it is yours alone: chmod go-w on it, after a look at what is in there.",
    )


@contextmanager
def _translated(doing: str, path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        said = "It is a link" if exc.errno == errno.ELOOP else exc.strerror or str(exc)
        raise StorageError(f"Can't {doing} {display_path(path)}", detail=f"{said}.", hint=ELSEWHERE) from exc


@contextmanager
def _temporary(path: Path, content: bytes) -> Iterator[Path]:
    """Write a file beside ``path``, to disk and with mode 0600. It is deleted at the end, unless renamed."""
    import tempfile

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


def _sync(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems can't sync a folder; the change is made anyway
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder: Path, name: str) -> None:
    """Delete what killed runs left of a file."""
    for leftover in folder.glob(f"{name}.*.tmp"):
        with suppress(OSError):
            leftover.unlink()
