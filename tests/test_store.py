from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import traceback
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eh_connect.errors import StorageError
from eh_connect.secret import Pair, Secret
from eh_connect.store import KeyringStore

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eh_connect.ports import KeepsSecrets

PAIR = Pair(Secret("made-up-client-id-0123456789"), Secret("made-up-client-secret-0123456789"))
OTHER = Pair(Secret("made-up-client-id-0123456789"), Secret("another-client-secret-0123456789"))
SERVICE = "eh-connect:prod"


@pytest.fixture
def keyring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("EH_TEST_KEYRING_FILE", str(path))
    return path


def store_on(backend: str, *, label: str = "prod", limit: float | None = 5.0) -> KeyringStore:
    return KeyringStore(label, backend_name=f"tests.support.keyrings.{backend}", limit=limit)


def everything_said_by(error: BaseException) -> str:
    """All that a log or a traceback could show of an error, with the objects that hang on it."""
    told = "".join(traceback.format_exception(error))
    if isinstance(error, StorageError):
        told += f"{error.title} {error.detail} {error.hint}"
    return f"{told} {error!r} {error.__context__!r} {error.__cause__!r}"


def run_python(code: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, without a D-Bus session and with only these settings."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_pair_comes_back_as_it_was_written(keyring_file: Path) -> None:
    store: KeepsSecrets = store_on("FileKeyring")
    assert store.read_pair("current") is None
    store.write_pair("current", PAIR)
    store.write_pair("next", OTHER)
    assert store.read_pair("current") == PAIR
    assert store.read_pair("next") == OTHER
    assert store.read_pair("previous") is None
    assert store.backend == "tests.support.keyrings.FileKeyring"
    assert set(json.loads(keyring_file.read_text())) == {SERVICE}


def test_an_entry_is_exactly_one_json_object(keyring_file: Path) -> None:
    store_on("FileKeyring").write_pair("current", PAIR)
    assert json.loads(json.loads(keyring_file.read_text())[SERVICE]["current"]) == {
        "client_id": PAIR.client_id.reveal(),
        "client_secret": PAIR.client_secret.reveal(),
    }


def test_labels_do_not_see_each_other(keyring_file: Path) -> None:
    store_on("FileKeyring", label="prod").write_pair("current", PAIR)
    assert store_on("FileKeyring", label="test").read_pair("current") is None
    assert keyring_file.exists()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    client_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    client_secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_any_text_survives_the_keyring(keyring_file: Path, client_id: str, client_secret: str) -> None:
    pair = Pair(Secret(client_id), Secret(client_secret))
    store = store_on("FileKeyring")
    store.write_pair("current", pair)
    assert store.read_pair("current") == pair
    assert keyring_file.exists()


@pytest.mark.usefixtures("keyring_file")
def test_the_api_key_is_kept_as_it_is() -> None:
    store = store_on("FileKeyring")
    assert store.read_api_key() is None
    store.write_api_key(Secret("v1.eu1.made-up"))
    assert store.read_api_key() == Secret("v1.eu1.made-up")
    store.delete("api-key")
    assert store.read_api_key() is None


@pytest.mark.usefixtures("keyring_file")
def test_origins_come_back_in_order_and_none_are_an_empty_tuple() -> None:
    store = store_on("FileKeyring")
    assert store.read_origins() == ()
    store.write_origins(("https://b.example", "https://a.example:8443"))
    assert store.read_origins() == ("https://b.example", "https://a.example:8443")


def test_the_trial_leaves_nothing_and_touches_no_other_entry(
    keyring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_on("FileKeyring")
    store.write_pair("current", PAIR)
    log = tmp_path / "calls"
    monkeypatch.setenv("EH_TEST_KEYRING_LOG", str(log))
    before = keyring_file.read_text()
    store.trial()
    assert keyring_file.read_text() == before
    calls = [line.split() for line in log.read_text().splitlines()]
    assert [call[0] for call in calls] == ["set", "get", "delete", "get"]
    assert {call[2] for call in calls} == {"trial"}


@pytest.mark.usefixtures("keyring_file")
def test_deleting_what_is_absent_is_fine() -> None:
    store_on("FileKeyring").delete("previous")


@pytest.mark.usefixtures("keyring_file")
def test_an_entry_that_survives_its_deletion_is_an_error() -> None:
    store = store_on("StickyKeyring")
    store.write_pair("current", PAIR)
    with pytest.raises(StorageError, match="does not delete") as caught:
        store.delete("current")
    assert "current" in str(caught.value.detail)
    with pytest.raises(StorageError, match="does not delete"):
        store.trial()


@pytest.mark.usefixtures("keyring_file")
@pytest.mark.parametrize(
    ("backend", "title"),
    [
        ("LosingKeyring", "Your keyring accepts writes and loses them"),
        ("LockedKeyring", "Your keyring is locked"),
        ("MissingModuleKeyring", "Your keyring failed"),
        ("LeakyErrorKeyring", "Your keyring failed"),
        ("FullKeyring", "Your keyring failed"),
    ],
)
def test_a_keyring_that_does_not_work_fails_the_trial(backend: str, title: str) -> None:
    with pytest.raises(StorageError) as caught:
        store_on(backend).trial()
    assert caught.value.title == title
    assert "EH_CONNECT_KEYRING" in str(caught.value.hint)
    assert caught.value.code == 4


def test_the_null_backend_is_found_out_even_if_it_is_named() -> None:
    with pytest.raises(StorageError, match="loses them"):
        KeyringStore("prod", backend_name="keyring.backends.null.Keyring").trial()


def test_the_failing_backend_is_a_missing_keyring_even_if_it_is_named() -> None:
    with pytest.raises(StorageError, match="is missing"):
        KeyringStore("prod", backend_name="keyring.backends.fail.Keyring").trial()


@pytest.mark.usefixtures("keyring_file")
@pytest.mark.parametrize(
    "secret", ["made-up-client-secret-0123456789", 'quote"and\\slash', "xyz", "ü€-secret"]
)
def test_no_error_shows_the_secret_that_the_backend_put_into_its_own(secret: str) -> None:
    with pytest.raises(StorageError) as caught:
        store_on("LeakyErrorKeyring").write_pair("current", Pair(Secret("made-up-id"), Secret(secret)))
    told = everything_said_by(caught.value)
    for form in (secret, json.dumps(secret)[1:-1], repr(json.dumps(secret))[2:-2]):
        assert form not in told
    assert "writing 'current': RuntimeError: " in str(caught.value.detail)
    assert caught.value.__context__ is None


def test_no_error_shows_what_was_being_read(keyring_file: Path) -> None:
    store_on("FileKeyring").write_pair("current", PAIR)
    with pytest.raises(StorageError) as caught:
        store_on("LeakyErrorKeyring").read_pair("current")
    assert keyring_file.exists()
    assert PAIR.client_secret.reveal() not in everything_said_by(caught.value)
    assert "reading 'current': RuntimeError" in str(caught.value.detail)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not JSON but-a-secret",
        "null",
        '"but-a-secret"',
        '["but-a-secret"]',
        '{"client_id": "x"}',
        '{"client_id": "x", "client_secret": 12345}',
        '{"client_id": "x", "client_secret": "but-a-secret", "more": 1}',
        '{"client_id": "x", "client_secret": "but-a-secret\\ud800"}',
        '{"client_id": "x", "client_secret": "but-a-secret"',
        "[" * 100_000,
    ],
)
def test_an_unreadable_entry_is_named_and_its_content_is_not(keyring_file: Path, content: str) -> None:
    keyring_file.write_text(json.dumps({SERVICE: {"next": content, "origins": content}}))
    store = store_on("FileKeyring")
    for read, entry in ((lambda: store.read_pair("next"), "next"), (store.read_origins, "origins")):
        if entry == "origins" and content == '["but-a-secret"]':
            continue
        with pytest.raises(StorageError) as caught:
            read()
        assert f"'{entry}' of '{SERVICE}'" in caught.value.title
        assert "delete" in str(caught.value.hint)
        told = everything_said_by(caught.value)
        assert "but-a-secret" not in told
        assert "12345" not in told


def test_an_unreadable_entry_can_be_written_anew_and_deleted(keyring_file: Path) -> None:
    keyring_file.write_text(json.dumps({SERVICE: {"next": "torn", "current": "torn"}}))
    store = store_on("FileKeyring")
    store.write_pair("next", PAIR)
    store.delete("current")
    assert store.read_pair("next") == PAIR
    assert store.read_pair("current") is None


@pytest.mark.usefixtures("keyring_file")
def test_a_full_store_keeps_what_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_on("FileKeyring")
    store.write_pair("current", PAIR)
    full = store_on("FullKeyring")
    monkeypatch.setenv("EH_TEST_KEYRING_FULL_AT", "1")
    with pytest.raises(StorageError, match="failed") as caught:
        full.write_pair("current", OTHER)
    assert "the store is full" in str(caught.value.detail)
    assert store.read_pair("current") == PAIR


@pytest.mark.parametrize(
    "name",
    [
        "x",
        ".",
        "tests.support.keyrings.",
        "tests.support.keyrings.Missing",
        "tests.support.keyrings.NotAKeyring",
        "no_such_module.Keyring",
        "os.path",
        "json.dumps",
        "keyring.backend.KeyringBackend",
        "tests keyrings\x1b[31m.X",
    ],
)
def test_a_name_that_is_no_backend_is_explained(name: str) -> None:
    with pytest.raises(StorageError) as caught:
        KeyringStore("prod", backend_name=name).trial()
    assert "EH_CONNECT_KEYRING" in str(caught.value.hint)
    assert "module.Class" in str(caught.value.hint)
    assert "\x1b" not in everything_said_by(caught.value)


def test_a_hanging_keyring_is_given_up_once_and_then_at_once() -> None:
    store = store_on("HangingKeyring", limit=0.3)
    asked: list[Callable[[], object]] = [
        store.trial,
        lambda: store.read_pair("current"),
        lambda: store.write_pair("current", PAIR),
        lambda: store.delete("current"),
    ]
    for ask in asked:
        with pytest.raises(StorageError, match="does not answer") as caught:
            ask()
        assert "EH_CONNECT_KEYRING" in str(caught.value.hint)
    assert sum(thread.name == "keyring" for thread in threading.enumerate()) == 1


@pytest.mark.usefixtures("keyring_file")
def test_a_slow_keyring_within_the_limit_works() -> None:
    store_on("SlowKeyring").trial()


@pytest.mark.usefixtures("keyring_file")
def test_without_a_limit_the_person_is_told_once_and_the_answer_is_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EH_TEST_KEYRING_DELAY", "1.3")
    told: list[threading.Thread] = []
    store = KeyringStore(
        "prod",
        backend_name="tests.support.keyrings.SlowKeyring",
        limit=None,
        waiting=lambda: told.append(threading.current_thread()),
    )
    assert store.read_pair("current") is None
    assert store.read_pair("next") is None
    assert told == [threading.main_thread()]


@pytest.mark.usefixtures("keyring_file")
def test_an_answer_in_time_tells_the_person_nothing() -> None:
    told: list[None] = []
    name = "tests.support.keyrings.FileKeyring"
    KeyringStore("prod", backend_name=name, limit=None, waiting=lambda: told.append(None)).trial()
    assert told == []


def test_the_process_ends_though_a_call_hangs() -> None:
    done = run_python(
        "from eh_connect.store import KeyringStore\n"
        "from eh_connect.errors import StorageError\n"
        "try: KeyringStore('x', backend_name='tests.support.keyrings.HangingKeyring', limit=0.2).trial()\n"
        "except StorageError as exc: print(exc.title)\n"
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "Your keyring does not answer", "")


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_works_while_waiting_without_a_limit() -> None:
    program = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from eh_connect.store import KeyringStore\n"
        "from eh_connect.errors import StorageError\n"
        "store = KeyringStore('x', backend_name='tests.support.keyrings.HangingKeyring', limit=None,\n"
        "    waiting=lambda: print('waiting', flush=True))\n"
        "try: store.trial()\n"
        "except KeyboardInterrupt:\n"
        "    try: store.trial()\n"
        "    except StorageError as exc: print(exc.title)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "waiting\n"
        child.send_signal(signal.SIGINT)
        assert child.communicate(timeout=30)[0] == "Your keyring does not answer\n"
    assert child.returncode == 0


SHOW_CHOICE = (
    "from eh_connect.errors import StorageError\n"
    "from eh_connect.store import KeyringStore\n"
    "try: print('chosen', KeyringStore('x', backend_name=None).backend)\n"
    "except StorageError as exc: print('refused', exc.title, exc.detail, exc.hint)\n"
)


@pytest.mark.parametrize(
    "found",
    [
        "keyring.backends.fail.Keyring",
        "keyring.backends.null.Keyring",
        "keyring.backends.chainer.ChainerBackend",
        "tests.support.keyrings.FileKeyring",
    ],
)
def test_a_backend_that_is_not_the_systems_own_is_refused_by_name(found: str, tmp_path: Path) -> None:
    done = run_python(SHOW_CHOICE, PYTHON_KEYRING_BACKEND=found, HOME=str(tmp_path))
    assert done.stdout.startswith("refused There is no keyring"), done.stderr
    assert found in done.stdout
    assert "EH_CONNECT_KEYRING" in done.stdout


def test_a_machine_without_any_keyring_is_explained(tmp_path: Path) -> None:
    done = run_python(SHOW_CHOICE, HOME=str(tmp_path), DBUS_SESSION_BUS_ADDRESS="unix:path=/nonexistent")
    assert done.stdout.startswith("refused There is no keyring"), done.stderr
    assert "keyring.backends." in done.stdout


@pytest.mark.parametrize(
    "found", ["no_such_module.Keyring", "nonsense", "tests.support.keyrings.NotAKeyring"]
)
def test_a_broken_choice_of_keyring_itself_is_a_storage_error(found: str, tmp_path: Path) -> None:
    done = run_python(SHOW_CHOICE, PYTHON_KEYRING_BACKEND=found, HOME=str(tmp_path))
    assert done.stdout.startswith("refused Your keyring failed While loading it: "), done.stderr


def test_a_named_backend_is_used_whatever_keyring_itself_would_choose(tmp_path: Path) -> None:
    done = run_python(
        "from eh_connect.store import KeyringStore\n"
        "KeyringStore('x', backend_name='tests.support.keyrings.FileKeyring').trial()\n",
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
        EH_TEST_KEYRING_FILE=str(tmp_path / "keyring.json"),
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_subclass_of_a_system_keyring_is_not_the_systems_own(tmp_path: Path) -> None:
    program = (
        "import keyring, keyring.backends.SecretService\n"
        "class Mine(keyring.backends.SecretService.Keyring): priority = 9\n"
        "keyring.set_keyring(Mine())\n"
    )
    done = run_python(program + SHOW_CHOICE, HOME=str(tmp_path))
    assert done.stdout.startswith("refused"), done.stderr
    assert "__main__.Mine" in done.stdout


def test_importing_the_store_does_not_import_keyring() -> None:
    done = run_python("import sys, eh_connect.store; print([m for m in sys.modules if 'keyring' in m])")
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize(("when", "kept"), [("set:1:before", False), ("set:1:after", True)])
def test_the_killing_keyring_kills_where_it_is_told_to(when: str, kept: bool, keyring_file: Path) -> None:
    done = run_python(
        "from tests.support.keyrings import FileKeyring\nFileKeyring().set_password('s', 'u', 'p')\nprint('alive')",
        EH_TEST_KEYRING_FILE=str(keyring_file),
        EH_TEST_STOP_AT=f"{when}:SIGKILL",
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
    assert keyring_file.exists() == kept
    assert not re.search("set", done.stderr)
