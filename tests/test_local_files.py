"""The private folder: what is believed, what is refused, and what a crash leaves of it."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import BusyError, StorageError
from eh_connect.local.files import PrivateFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

posix_only = pytest.mark.skipif(os.name == "nt", reason="modes, owners and signals of POSIX")
root_only = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be another user"
)
OTHERS = 12345
NAME = "profile-prod.json"


def folder_at(path: Path | None) -> PrivateFolder:
    return PrivateFolder(path, re.compile(r"profile-.*|trial\..*"))


LOCK = ("profile-prod.lock", "prod", NAME)
USES: dict[str, Callable[[PrivateFolder], object]] = {
    "read": lambda folder: folder.read(NAME),
    "write": lambda folder: folder.write(NAME, b"new"),
    "delete": lambda folder: folder.delete(NAME),
    "names": PrivateFolder.names,
    "check": PrivateFolder.check_writable,
    "lock": lambda folder: folder.lock(*LOCK).__enter__(),
}


def refused(path: Path | None, match: str, *uses: str) -> None:
    for use in uses or USES:
        with pytest.raises(StorageError, match=match) as caught:
            USES[use](folder_at(path))
        assert "EH_CONNECT_HOME" in str(caught.value.hint)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a file that holds "old"."""
    home = tmp_path / "above" / "home"
    folder_at(home).write(NAME, b"old")
    return home


@contextmanager
def as_user(user: int) -> Iterator[None]:
    os.setresuid(user, user, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# What is believed


@posix_only
@pytest.mark.parametrize("bits", [0o777, 0o1777, 0o770, 0o720, 0o702])
def test_a_folder_that_others_may_write_to_is_not_believed(home: Path, bits: int) -> None:
    home.chmod(bits)
    refused(home, "Other users may write to")
    assert ((home / NAME).read_bytes(), mode(home)) == (b"old", bits)


@posix_only
@pytest.mark.parametrize(("name", "use"), [(NAME, "read"), (LOCK[0], "lock")])
def test_a_file_or_lock_that_others_may_write_to_or_own_is_not_believed(
    home: Path, name: str, use: str
) -> None:
    (home / name).touch()
    for bits in (0o666, 0o620, 0o602):
        (home / name).chmod(bits)
        refused(home, "Other users may write to", use)
    (home / name).chmod(0o600)
    if os.geteuid() == 0:  # only root can give it away
        os.chown(home / name, OTHERS, OTHERS)
        refused(home, "belongs to another user", use)


@root_only
@pytest.mark.parametrize("part", ["above/home", "above"])
def test_a_folder_or_a_way_to_it_that_belongs_to_another_user_is_not_believed(home: Path, part: str) -> None:
    os.chown(home.parent.parent / part, OTHERS, OTHERS)
    refused(home, "belongs to another user")
    assert [path.name for path in home.iterdir()] == [NAME]


@posix_only
def test_a_way_that_others_could_swap_is_not_believed_and_a_sticky_one_is(home: Path) -> None:
    home.parent.chmod(0o777)
    refused(home, "Other users may write to .*above$")
    home.parent.chmod(0o1777)
    assert folder_at(home).read(NAME) == b"old"


@root_only
def test_a_link_on_the_way_is_judged_and_so_is_all_that_it_leads_through(home: Path, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    (tmp_path / "theirs" / "second").symlink_to(home.parent)
    (tmp_path / "first").symlink_to("theirs/second")
    via_links = tmp_path / "first" / ".." / "above" / "home"
    assert folder_at(via_links).read(NAME) == b"old"
    os.chown(tmp_path / "theirs", OTHERS, OTHERS)
    refused(via_links, "theirs belongs to another user")
    os.chown(tmp_path / "theirs", 0, 0)
    os.chown(tmp_path / "first", OTHERS, OTHERS, follow_symlinks=False)
    refused(via_links, "first belongs to another user")


@posix_only
@pytest.mark.parametrize(("name", "use"), [(NAME, "read"), (LOCK[0], "lock")])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_no_plain_file_is_not_opened(
    home: Path, tmp_path: Path, name: str, use: str, kind: str
) -> None:
    (home / name).unlink(missing_ok=True)
    make: dict[str, Callable[[], None]] = {
        "link": lambda: (home / name).symlink_to(tmp_path / "elsewhere"),
        "pipe": lambda: os.mkfifo(home / name, mode=0o600),
        "folder": (home / name).mkdir,
    }
    (tmp_path / "elsewhere").write_bytes(b"planted")
    make[kind]()
    refused(home, re.escape(name), use)


@posix_only
def test_links_that_lead_in_a_circle_or_nowhere_are_errors(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    refused(tmp_path / "circle" / "home", "circle")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing" / "missing")
    with pytest.raises(StorageError, match="nowhere"):
        folder_at(tmp_path / "nowhere").write(NAME, b"")


@root_only
def test_what_root_made_is_believed_by_a_user_and_what_another_user_made_is_not(home: Path) -> None:
    for path in (home, *home.parents[:-1]):
        if not mode(path) & stat.S_ISVTX:
            path.chmod(0o755)
    (home / NAME).chmod(0o644)
    with as_user(OTHERS):
        assert folder_at(home).read(NAME) == b"old"
    os.chown(home, OTHERS + 1, OTHERS)
    with as_user(OTHERS):
        refused(home, "belongs to another user")


# Making and closing it


@posix_only
def test_folders_and_files_are_the_persons_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = folder_at(tmp_path / "some" / "home")
        with folder.lock(*LOCK):
            folder.write(NAME, b"new")
    finally:
        os.umask(before)
    paths = [tmp_path / "some", tmp_path / "some" / "home", *(tmp_path / "some" / "home").iterdir()]
    assert sorted(map(mode, paths)) == [0o600, 0o600, 0o700, 0o700]


@posix_only
@pytest.mark.parametrize("bits", [0o755, 0o750, 0o711])
def test_a_wide_folder_of_our_own_is_closed_and_one_with_other_files_is_left_alone(
    home: Path, bits: int
) -> None:
    home.chmod(bits)
    assert folder_at(home).read(NAME) == b"old"
    folder_at(home).check_writable()
    assert mode(home) == 0o700
    home.chmod(bits)
    (home / "notes.txt").touch()
    with pytest.raises(StorageError, match="Others can look into") as caught:
        folder_at(home).write(NAME, b"new")
    assert "chmod 700" in str(caught.value.hint)
    assert ((home / NAME).read_bytes(), mode(home)) == (b"old", bits)
    home.chmod(0o700)
    folder_at(home).write(NAME, b"new")


def test_where_nothing_is_nothing_is_read_and_nothing_made(tmp_path: Path) -> None:
    for path in (tmp_path / "missing" / "home", None):
        folder = folder_at(path)
        folder.delete(NAME)
        assert (folder.read(NAME), folder.names()) == (None, [])
    assert list(tmp_path.iterdir()) == []
    refused(None, "no home folder", "write", "check", "lock")


@pytest.mark.parametrize("below", ["", "below", "far/below"])
def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path, below: str) -> None:
    (tmp_path / "blocked").write_text("mine")
    refused(tmp_path / "blocked" / below, "blocked")
    assert (tmp_path / "blocked").read_text() == "mine"


# Writing and locking

PROGRAM = (
    "import re, sys\nfrom pathlib import Path\nfrom eh_connect.local.files import PrivateFolder\n"
    "folder = PrivateFolder(Path(sys.argv[1]), re.compile('profile-.*'))\n"
)


def test_a_later_write_replaces_the_earlier_one_and_leaves_no_rest(home: Path) -> None:
    folder = folder_at(home)
    folder.write(NAME, b"new")
    folder.check_writable()
    assert (folder.read(NAME), folder.names()) == (b"new", [NAME])
    for _ in range(2):
        folder.delete(NAME)
    assert folder.names() == []


@posix_only
def test_a_write_that_the_disk_cuts_off_leaves_the_old_content_and_no_rest(home: Path) -> None:
    program = (
        "import resource, signal\nfrom eh_connect.errors import StorageError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        f"try: folder.write({NAME!r}, b'n' * 1000)\n"
        "except StorageError as exc: print(exc.title, exc.detail)\n"
    )
    argv = [sys.executable, "-c", PROGRAM + program, str(home)]
    done = subprocess.run(argv, capture_output=True, check=True)
    assert b"Can't write" in done.stdout
    assert b"File too large" in done.stdout
    assert (folder_at(home).read(NAME), folder_at(home).names()) == (b"old", [NAME])


def test_a_held_lock_refuses_the_next_run_of_that_label_only(home: Path) -> None:
    folder = folder_at(home)
    with folder.lock(*LOCK):
        with pytest.raises(BusyError, match='the label "prod"'):
            folder.lock(*LOCK).__enter__()
        with pytest.raises(OSError, match="body"), folder.lock("profile-test.lock", "test", "profile-test"):
            raise OSError("of the body")
    with folder.lock(*LOCK), folder.lock("profile-test.lock", "test", "x"):
        pass


@posix_only
def test_a_killed_run_leaves_the_lock_free_a_whole_file_and_rests_that_the_next_one_clears(
    home: Path,
) -> None:
    program = (
        f"with folder.lock('profile-prod.lock', 'prod', {NAME!r}):\n"
        "    print('held', flush=True)\n"
        f"    while True: folder.write({NAME!r}, b'n' * 5000)\n"
    )
    argv = [sys.executable, "-c", PROGRAM + program, str(home)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for _ in range(50):
            assert folder_at(home).read(NAME) in {b"old", b"n" * 5000}
        with pytest.raises(BusyError):
            folder_at(home).lock(*LOCK).__enter__()
        holder.send_signal(signal.SIGKILL)
        holder.wait(timeout=30)
    for rest in (f"{NAME}.abc.tmp", "profile-test.json.abc.tmp", "trial.abc.tmp"):
        (home / rest).touch()
    with folder_at(home).lock(*LOCK):
        pass
    folder_at(home).check_writable()
    assert folder_at(home).read(NAME) in {b"old", b"n" * 5000}
    assert sorted(folder_at(home).names()) == [NAME, "profile-prod.lock", "profile-test.json.abc.tmp"]
