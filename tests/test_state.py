from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eh_connect.errors import StorageError
from eh_connect.state import Pending, State, StateFolder, default_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from _pytest.mark import ParameterSet

posix_only = pytest.mark.skipif(os.name == "nt", reason="modes and signals of POSIX")

STATE = State(
    label="prod",
    stackone_url="https://api.stackone.com",
    oauth_url="https://oauth.employmenthero.com",
    org_id="12345",
    app_name="StackOne Integration",
    scopes="directory",
    profile_id="0e6a1b2c",
    name="Employment Hero",
    created_at="2026-01-01T00:00:00Z",
    updated_at="2026-01-02T00:00:00Z",
    set_at="2026-01-02T00:00:01Z",
    fingerprint="sha256:1a2b3c4d",
    via="api",
    actions=("employmenthero_list_employees", "employmenthero_get_employee"),
    proven_at="2026-01-03T00:00:00Z",
    proven_before="2026-01-02T00:00:00Z",
    session_id="7",
    staged_by="rotate",
    told="sha256:2b3c4d5e",
    old_secret="sha256:1a2b3c4d",
    pending=Pending("api", "Employment Hero", (("a", "2026-01-01T00:00:00Z"), ("b", None))),
)


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    return StateFolder(tmp_path / "some" / "where" / "eh-connect")


@pytest.fixture
def wide_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def put(folder: StateFolder, label: str, content: bytes) -> Path:
    folder.folder.mkdir(parents=True, mode=0o700)
    path = folder.folder / f"profile-{label}.json"
    path.write_bytes(content)
    return path


def changed(**fields: object) -> bytes:
    return json.dumps({"schema": 1, "label": "prod", **fields}).encode()


@pytest.mark.parametrize("state", [STATE, State(label="x"), State(label="a-1", actions=())])
def test_a_state_comes_back_as_it_was_written(folder: StateFolder, state: State) -> None:
    folder.write(state)
    assert folder.read(state.label) == state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(
    name=st.none() | st.text(),
    actions=st.none() | st.lists(st.text()).map(tuple),
    pending=st.none()
    | st.builds(
        Pending, st.text(), st.text(), st.lists(st.tuples(st.text(), st.none() | st.text())).map(tuple)
    ),
)
def test_any_values_survive_the_file(
    folder: StateFolder,
    name: str | None,
    actions: tuple[str, ...] | None,
    pending: Pending | None,
) -> None:
    state = replace(STATE, name=name, actions=actions, pending=pending)
    folder.write(state)
    assert folder.read("prod") == state


def test_a_later_write_replaces_the_earlier_one(folder: StateFolder) -> None:
    folder.write(STATE)
    folder.write(State(label="prod"))
    assert folder.read("prod") == State(label="prod")
    assert [path.name for path in folder.folder.iterdir()] == ["profile-prod.json"]


def test_reading_where_nothing_is_creates_nothing(folder: StateFolder, tmp_path: Path) -> None:
    assert folder.read("prod") is None
    assert folder.labels() == []
    assert folder.delete("prod") is False
    assert list(tmp_path.iterdir()) == []


def test_labels_are_those_with_a_state_and_nothing_else(folder: StateFolder) -> None:
    for label in ("prod", "a-1", "test"):
        folder.write(State(label=label))
    with folder.lock("only-locked"):
        pass
    for stranger in ("profile-.json", "profile-X.json", "profile-a.json.x.tmp", "notes.txt"):
        (folder.folder / stranger).write_text("{}")
    assert folder.labels() == ["a-1", "prod", "test"]


def test_a_deleted_state_is_gone(folder: StateFolder) -> None:
    folder.write(STATE)
    assert folder.delete("prod") is True
    assert folder.delete("prod") is False
    assert folder.read("prod") is None


def test_unknown_keys_are_ignored(folder: StateFolder) -> None:
    put(folder, "prod", changed(colour="green", name="n"))
    assert folder.read("prod") == State(label="prod", name="n")


def cases() -> list[ParameterSet]:
    contents = {
        "empty": b"",
        "cut off": b'{"schema": 1, "label": "prod", "na',
        "not UTF-8": b'{"schema": 1, "label": "prod", "name": "\xff"}',
        "UTF-16": changed().decode().encode("utf-16"),
        "a list": b"[]",
        "null": b"null",
        "too deep": b"[" * 100_000,
        "no schema": b'{"label": "prod"}',
        "no label": b'{"schema": 1}',
        "another label": changed(label="test"),
        "schema as text": changed(schema="1"),
        "schema as truth": changed(schema=True),
        "schema nought": changed(schema=0),
        "name a number": changed(name=1),
        "actions a text": changed(actions="all"),
        "actions of numbers": changed(actions=[1]),
        "pending a text": changed(pending="x"),
        "pending without a name": changed(pending={"via": "api", "known": []}),
        "pending without a way": changed(pending={"name": "x", "known": []}),
        "pending with odd IDs": changed(pending={"via": "api", "name": "x", "known": [[None, "x"]]}),
        "pending with odd times": changed(pending={"via": "api", "name": "x", "known": [["x", 1]]}),
        "pending with bare IDs": changed(pending={"via": "api", "name": "x", "known": ["ab"]}),
        "pending with IDs as text": changed(pending={"via": "api", "name": "x", "known": "abc"}),
    }
    return [pytest.param(content, id=name) for name, content in contents.items()]


@pytest.mark.parametrize("content", cases())
def test_a_damaged_file_is_an_error_and_stays_as_it_is(folder: StateFolder, content: bytes) -> None:
    path = put(folder, "prod", content)
    with pytest.raises(StorageError, match="can't be read") as caught:
        folder.read("prod")
    assert str(path) in caught.value.title
    assert caught.value.detail
    assert caught.value.hint
    assert path.read_bytes() == content


def test_a_newer_schema_asks_for_an_upgrade(folder: StateFolder) -> None:
    put(folder, "prod", changed(schema=2, name={"new": "shape"}))
    with pytest.raises(StorageError, match="newer eh-connect") as caught:
        folder.read("prod")
    assert "Upgrade" in str(caught.value.hint)


def test_a_folder_in_place_of_the_file_is_an_error(folder: StateFolder) -> None:
    (folder.folder / "profile-prod.json").mkdir(parents=True, mode=0o700)
    folder.folder.chmod(0o700)
    refusals: list[Callable[[], object]] = [
        lambda: folder.read("prod"),
        lambda: folder.write(STATE),
        lambda: folder.delete("prod"),
    ]
    for refused in refusals:
        with pytest.raises(StorageError, match=r"profile-prod\.json"):
            refused()
    assert [path.name for path in folder.folder.iterdir()] == ["profile-prod.json"]


@pytest.mark.parametrize("label", ["", "../x", "a/b", "a\\b", "A", "ä", "a.b", "a\n", "*"])
def test_a_label_that_could_leave_the_folder_is_refused(folder: StateFolder, label: str) -> None:
    refusals: list[Callable[[], object]] = [
        lambda: folder.read(label),
        lambda: folder.write(State(label=label)),
        lambda: folder.delete(label),
        lambda: folder.lock(label).__enter__(),
    ]
    for refused in refusals:
        with pytest.raises(StorageError, match="can't be a label"):
            refused()
    assert not folder.folder.exists()


def test_a_label_too_long_for_the_disk_is_an_error(folder: StateFolder) -> None:
    with pytest.raises(StorageError, match="Can't write"):
        folder.write(State(label="x" * 300))


@pytest.mark.parametrize("below", ["", "below", "far/below"])
def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path, below: str) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("mine")
    folder = StateFolder(blocked / below)
    refusals: list[Callable[[], object]] = [
        lambda: folder.write(STATE),
        folder.check_writable,
        lambda: folder.lock("prod").__enter__(),
        lambda: folder.read("prod"),
        folder.labels,
    ]
    for refused in refusals:
        with pytest.raises(StorageError) as caught:
            refused()
        assert str(blocked) in caught.value.title
        assert caught.value.detail
        assert "EH_CONNECT_HOME" in str(caught.value.hint)
    assert blocked.read_text() == "mine"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="a file system that takes no files")
def test_a_folder_that_takes_no_files_is_an_error() -> None:
    for folder in (StateFolder(Path("/proc/eh-connect")), StateFolder(Path("/proc/self/fdinfo"))):
        with pytest.raises(StorageError) as caught:
            folder.check_writable()
        assert "/proc/" in caught.value.title
        with pytest.raises(StorageError):
            folder.write(STATE)


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_a_write_that_the_disk_cuts_off_leaves_the_old_state_and_no_rest(folder: StateFolder) -> None:
    folder.write(STATE)
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from eh_connect.errors import StorageError\n"
        "from eh_connect.state import State, StateFolder\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "try: StateFolder(Path(sys.argv[1])).write(State(label='prod', name='n' * 1000))\n"
        "except StorageError as exc: print(exc.title, exc.detail)\n"
    )
    argv = [sys.executable, "-c", program, str(folder.folder)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    assert "Can't write" in done.stdout
    assert "File too large" in done.stdout
    assert folder.read("prod") == STATE
    assert [path.name for path in folder.folder.iterdir()] == ["profile-prod.json"]


@posix_only
@pytest.mark.usefixtures("wide_umask")
def test_folders_and_files_are_the_owners_alone_whatever_the_umask(
    folder: StateFolder, tmp_path: Path
) -> None:
    with folder.lock("prod"):
        folder.write(STATE)
    made = [tmp_path / "some", tmp_path / "some" / "where", folder.folder]
    assert [mode(path) for path in made] == [0o700] * 3
    assert {path.name: mode(path) for path in folder.folder.iterdir()} == {
        "profile-prod.json": 0o600,
        "profile-prod.lock": 0o600,
    }


@posix_only
@pytest.mark.parametrize(
    "holds",
    [(), ("profile-prod.json", "profile-prod.lock", "profile-a.json.x1_.tmp", "trial.x.tmp", "sandbox")],
)
def test_a_wide_folder_of_our_own_is_tightened(folder: StateFolder, holds: tuple[str, ...]) -> None:
    folder.folder.mkdir(parents=True)
    folder.folder.chmod(0o755)
    for name in holds:
        (folder.folder / name).touch()
    folder.check_writable()
    assert mode(folder.folder) == 0o700


@posix_only
@pytest.mark.parametrize("stranger", ["notes.txt", "profile-prod.json.bak", "profile.json", ".hidden"])
def test_a_wide_folder_with_strangers_in_it_is_refused_and_left_alone(
    folder: StateFolder, stranger: str
) -> None:
    folder.folder.mkdir(parents=True)
    folder.folder.chmod(0o755)
    (folder.folder / stranger).touch()
    with pytest.raises(StorageError, match="open to others") as caught:
        folder.write(STATE)
    assert "chmod 700" in str(caught.value.hint)
    assert "EH_CONNECT_HOME" in str(caught.value.hint)
    assert mode(folder.folder) == 0o755
    assert [path.name for path in folder.folder.iterdir()] == [stranger]


@posix_only
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() != 0, reason="only root can give a folder away")
def test_a_wide_folder_of_someone_else_is_refused(folder: StateFolder) -> None:
    folder.folder.mkdir(parents=True)
    os.chown(folder.folder, 12345, 12345)
    folder.folder.chmod(0o755)
    with pytest.raises(StorageError, match="open to others"):
        folder.write(STATE)
    assert mode(folder.folder) == 0o755


@posix_only
def test_a_private_folder_may_hold_other_files(folder: StateFolder) -> None:
    folder.folder.mkdir(parents=True, mode=0o700)
    (folder.folder / "notes.txt").touch()
    folder.write(STATE)
    assert folder.read("prod") == STATE


@posix_only
def test_a_link_to_a_folder_is_as_good_as_the_folder(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir(mode=0o755)
    real.chmod(0o755)
    (tmp_path / "link").symlink_to(real)
    StateFolder(tmp_path / "link").write(STATE)
    assert StateFolder(real).read("prod") == STATE
    assert mode(real) == 0o700


@posix_only
def test_a_link_to_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StorageError, match="link"):
        StateFolder(tmp_path / "link").write(STATE)


def test_the_check_leaves_an_empty_folder(folder: StateFolder) -> None:
    folder.check_writable()
    assert list(folder.folder.iterdir()) == []


def test_rests_of_killed_runs_are_cleared_under_the_lock(folder: StateFolder) -> None:
    folder.write(STATE)
    (folder.folder / "profile-prod.json.abc.tmp").write_text("half")
    (folder.folder / "profile-test.json.abc.tmp").write_text("of another label")
    (folder.folder / "trial.abc.tmp").touch()
    assert folder.read("prod") == STATE
    with folder.lock("prod"):
        pass
    folder.check_writable()
    assert sorted(path.name for path in folder.folder.iterdir()) == [
        "profile-prod.json",
        "profile-prod.lock",
        "profile-test.json.abc.tmp",
    ]


def test_a_held_lock_refuses_the_next_run_of_that_label_only(folder: StateFolder) -> None:
    with folder.lock("prod"):
        with pytest.raises(StorageError, match="holds the lock for 'prod'"), folder.lock("prod"):
            pytest.fail("two runs hold the lock")
        with folder.lock("test"):
            pass
    with folder.lock("prod"):
        pass


def test_a_failure_under_the_lock_passes_through_and_frees_it(folder: StateFolder) -> None:
    with pytest.raises(OSError, match="of the body"), folder.lock("prod"):
        raise OSError("of the body")
    with folder.lock("prod"):
        pass


@posix_only
def test_the_lock_of_a_killed_run_is_free(folder: StateFolder) -> None:
    program = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from eh_connect.state import StateFolder\n"
        "with StateFolder(Path(sys.argv[1])).lock('prod'):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(600)\n"
    )
    argv = [sys.executable, "-c", program, str(folder.folder)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(StorageError, match="Another run"), folder.lock("prod"):
            pytest.fail("two runs hold the lock")
        holder.send_signal(signal.SIGKILL)
        holder.wait(timeout=30)
        with folder.lock("prod"):
            pass


@posix_only
def test_a_run_killed_while_writing_leaves_a_whole_state(folder: StateFolder) -> None:
    folder.write(State(label="prod", name="0"))
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from eh_connect.state import State, StateFolder\n"
        "folder = StateFolder(Path(sys.argv[1]))\n"
        "print('writing', flush=True)\n"
        "for number in range(1_000_000): folder.write(State(label='prod', name=str(number) * 500))\n"
    )
    for _ in range(5):
        argv = [sys.executable, "-c", program, str(folder.folder)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "writing\n"
            for _ in range(50):
                assert folder.read("prod") is not None
            writer.kill()
        assert folder.read("prod") is not None
    with folder.lock("prod"):
        pass
    assert sorted(path.name for path in folder.folder.iterdir()) == ["profile-prod.json", "profile-prod.lock"]


def test_the_folder_named_in_the_environment_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    assert default_folder({"EH_CONNECT_HOME": str(tmp_path / "x")}) == tmp_path / "x"
    assert default_folder({"EH_CONNECT_HOME": "x"}) == tmp_path / "x"
    assert default_folder({"EH_CONNECT_HOME": "~/x"}) == tmp_path / "home" / "x"


@posix_only
def test_an_unknown_home_is_an_error() -> None:
    with pytest.raises(StorageError, match="no-such-user"):
        default_folder({"EH_CONNECT_HOME": "~no-such-user-anywhere/x"})


@pytest.mark.skipif(sys.platform != "linux", reason="the place on Linux")
@pytest.mark.parametrize("environ", [{}, {"EH_CONNECT_HOME": ""}])
def test_otherwise_it_is_the_platforms_place_for_state(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert default_folder(environ) == tmp_path / "eh-connect"
