"""One private folder: believed only if nobody else can have written in it; its files change in one step."""

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
_READ = os.O_RDONLY | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_MOST_LINKS = 40


def default_folder(environ: Mapping[str, str]) -> Path | None:
    """``EH_CONNECT_HOME``, else the platform's folder for state; None where the system knows no home."""
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
    """A path as a person reads it: the home folder is ``~``."""
    home = os.path.expanduser("~")  # noqa: PTH111  # Path.home() raises where there is none
    below = str(path).removeprefix(home.rstrip(os.sep) + os.sep)
    return str(path) if below == str(path) else f"~{os.sep}{below}"


class PrivateFolder:
    """A folder (0700) of files (0600). Errors: StorageError.

    Before anything in it is read or locked, the way to it and the file itself are judged. ``path`` is None
    where the system knows no home: nothing is in it then, and writing is an error. ``ours`` are the names
    that may stand in a folder that is closed to others without asking.
    """

    def __init__(self, path: Path | None, ours: re.Pattern[str]) -> None:
        self.path = path
        self._ours = ours

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is none. Creates nothing."""
        folder = self._found()
        if folder is None:
            return None
        with _translated("read", folder / name):
            try:
                descriptor = os.open(folder / name, _READ)
            except FileNotFoundError:
                return None
            try:
                _judge_file(folder / name, os.fstat(descriptor))
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return file.read()
            finally:
                os.close(descriptor)

    def write(self, name: str, content: bytes) -> None:
        """Replace a file in one step: a reader sees the old or the new one, never a part."""
        path = self._made() / name
        with _translated("write", path), _temporary(path, content) as temporary:
            temporary.replace(path)
            _sync(path.parent)

    def delete(self, name: str) -> None:
        """Delete a file; one that is not there is fine."""
        folder = self._found()
        if folder is not None:
            with _translated("delete", folder / name):
                (folder / name).unlink(missing_ok=True)
                _sync(folder)

    def exists(self) -> bool:
        """Whether it is there, and may be believed. Creates nothing."""
        return self._found() is not None

    def names(self) -> list[str]:
        """The names of all that is in there. Creates nothing."""
        folder = self._found()
        if folder is None:
            return []
        with _translated("list", folder):
            return [path.name for path in folder.iterdir()]

    def check_writable(self) -> None:
        """Make the folder, write a file in it and delete that again."""
        folder = self._made()
        with _translated("write in", folder):
            _sweep(folder, "trial")
            with _temporary(folder / "trial", b"trial"):
                pass

    @contextmanager
    def lock(self, name: str, label: str, sweeps: str) -> Iterator[None]:
        """Hold the lock of a file, which the system releases when its holder dies. BusyError: it is held.

        ``sweeps``: the file whose leftovers of killed runs are cleared away under the lock.
        """
        from filelock import FileLock, Timeout

        folder = self._made()
        path = folder / name
        with _translated("lock", path), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # filelock's own: they would stand between our lines
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
                raise StorageError(
                    f"Can't lock {display_path(path)}", detail=str(exc), hint=ELSEWHERE
                ) from exc
        try:
            _sweep(folder, sweeps)
            yield
        finally:
            lock.release()

    def _found(self) -> Path | None:
        """The folder, if there is one that may be believed."""
        if self.path is None:
            return None
        with _translated("read", self.path):
            return self.path if _judge_way(self.path) else None

    def _made(self) -> Path:
        """The folder, made where it was missing, and closed to others."""
        path = self.path
        if path is None:
            raise StorageError("This system knows no home folder for you", hint=ELSEWHERE)
        with _translated("make", path):
            if not _judge_way(path):
                for folder in (*reversed(path.parents), path):
                    if not folder.is_dir():
                        folder.mkdir(mode=0o700, exist_ok=True)
                _judge_way(path)
            if os.name == "nt" or not path.stat().st_mode & 0o077:
                return path
            names = [each.name for each in path.iterdir()]
            if path.stat().st_uid == os.geteuid() and all(map(self._ours.fullmatch, names)):
                path.chmod(0o700)
            if path.stat().st_mode & 0o077:
                raise StorageError(
                    f"Others can look into the folder {display_path(path)}",
                    detail="It belongs to root, holds other files too, or its disk keeps no permissions.",
                    hint=f"{ELSEWHERE} If it is yours alone: chmod 700 on it.",
                )
        return path


def _judge_way(folder: Path, *, is_above: bool = False, links: int = 0) -> bool:
    """Whether there is such a folder. StorageError where others can change it, or lead the way to it astray.

    Where a part of the way is a link, the way that it leads is judged too: whoever may change one of them
    decides where all of it leads.
    """
    if os.name == "nt":  # what a person has there is closed to others by inherited rights
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return folder.is_dir()
    for at in (*reversed(folder.parents), folder):
        try:
            status = at.lstat()
        except FileNotFoundError:
            return False
        _judge(at, status, is_above=is_above or at != folder)
        if stat.S_ISLNK(status.st_mode):
            if links == _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            leads = at.parent / at.readlink()
            if not _judge_way(leads, is_above=is_above or at != folder, links=links + 1):
                return False
        elif not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    return True


def _judge_file(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise StorageError(
            f"{display_path(path)} is not a file of eh-connect's", hint=f"Move it away. {ELSEWHERE}"
        )
    if os.name != "nt":
        _judge(path, status, is_above=False)


def _judge(path: Path, status: os.stat_result, *, is_above: bool) -> None:
    """It is the person's or root's, and nobody else may write there.

    Above our folder a sticky one is fine: nobody moves another's files in it.
    """
    if status.st_uid not in {0, os.geteuid()}:
        raise _not_ours(f"{path} belongs to another user")
    by_others, by_group = status.st_mode & stat.S_IWOTH, status.st_mode & stat.S_IWGRP
    if is_above and (status.st_mode & stat.S_ISVTX or (not by_others and _is_own_group(status.st_gid))):
        return
    if (by_others or by_group) and not stat.S_ISLNK(status.st_mode):
        raise _not_ours(f"Other users may write to {path}")


def _is_own_group(gid: int) -> bool:
    """A group that has the person's name and no other member: some systems make one for each of them."""
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
    """A synced file beside ``path``, 0600 from its first byte; gone at the end, unless renamed."""
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
        with suppress(OSError):  # the change has happened; some network file systems can't sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(folder: Path, name: str) -> None:
    for leftover in folder.glob(f"{name}.*.tmp"):  # of runs that were killed
        with suppress(OSError):
            leftover.unlink()
