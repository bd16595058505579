"""The keyring store: what comes back, what fails, and how it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eh_connect.errors import StorageError
from eh_connect.local.keyring import KeyringStore
from eh_connect.secret import Credentials, Secret
from tests.support.http import everything_said

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

OURS = Credentials(Secret("made-up-client-id-0123456789"), Secret("made-up-client-secret-0123456789"))
OTHER = Credentials(Secret("made-up-client-id-0123456789"), Secret("another-client-secret-0123456789"))
SERVICE = "eh-connect:prod"


@pytest.fixture(autouse=True)
def keyring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keyring.json"
    monkeypatch.setenv("EH_TEST_KEYRING_FILE", str(path))
    return path


def store_on(backend: str, *, label: str = "prod", limit: float | None = 5.0) -> KeyringStore:
    name = backend if "." in backend else f"tests.support.keyrings.{backend}"
    return KeyringStore(label, backend_name=name, limit=limit)


def test_what_is_saved_comes_back_each_entry_on_its_own_and_of_its_label_only(keyring_file: Path) -> None:
    store = store_on("FileKeyring")
    assert (store.read_secret("api-key"), store.read_origins()) == (None, ())
    store.write("current", OURS)
    store.write("next", OTHER)
    store.write("api-key", Secret("v1.eu1.made-up"))
    store.write("origins", ("https://b.example", "https://a.example:8443"))
    store.delete("previous")
    saved = [store.read_credentials(entry) for entry in ("current", "next", "previous")]
    assert saved == [OURS, OTHER, None]
    assert store.read_secret("api-key") == Secret("v1.eu1.made-up")
    assert store.read_origins() == ("https://b.example", "https://a.example:8443")
    assert store_on("FileKeyring", label="test").read_credentials("current") is None
    assert json.loads(json.loads(keyring_file.read_text())[SERVICE]["current"]) == {
        "client_id": OURS.client_id.reveal(),
        "client_secret": OURS.client_secret.reveal(),
    }
    store.forget()
    assert json.loads(keyring_file.read_text())[SERVICE] == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    client_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    client_secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_any_text_survives_the_keyring(keyring_file: Path, client_id: str, client_secret: str) -> None:
    ours = Credentials(Secret(client_id), Secret(client_secret))
    store = store_on("FileKeyring")
    store.write("current", ours)
    assert store.read_credentials("current") == ours
    assert keyring_file.exists()


def test_the_trial_leaves_nothing_and_touches_no_other_entry(
    keyring_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_on("FileKeyring")
    store.write("current", OURS)
    log = tmp_path / "calls"
    monkeypatch.setenv("EH_TEST_KEYRING_LOG", str(log))
    before = keyring_file.read_text()
    store.trial()
    assert keyring_file.read_text() == before
    calls = [line.split() for line in log.read_text().splitlines()]
    assert [call[0] for call in calls] == ["set", "get", "delete", "get"]
    assert {call[2] for call in calls} == {"trial"}


def test_an_entry_that_survives_its_deletion_is_an_error() -> None:
    store = store_on("StickyKeyring")
    store.write("current", OURS)
    with pytest.raises(StorageError, match="doesn't delete") as caught:
        store.delete("current")
    assert "current" in str(caught.value.detail)
    with pytest.raises(StorageError, match="doesn't delete"):
        store.trial()


@pytest.mark.parametrize(
    ("backend", "title"),
    [
        ("keyring.backends.null.Keyring", "Your keyring accepts writes and loses them"),
        ("keyring.backends.fail.Keyring", "Your keyring is missing"),
        ("LosingKeyring", "Your keyring accepts writes and loses them"),
        ("LockedKeyring", "Your keyring is locked"),
        ("MissingModuleKeyring", "Your keyring failed"),
        ("LeakyErrorKeyring", "Your keyring failed"),
        ("FullKeyring", "Your keyring failed"),
        ("Missing", "Your keyring failed"),
        ("NotAKeyring", "Your keyring failed"),
        ("no_such_module.Keyring", "Your keyring failed"),
        (".", "Your keyring failed"),
        ("json.dumps", "Your keyring failed"),
        ("keyring.backend.KeyringBackend", "Your keyring failed"),
        ("tests keyrings\x1b[31m.X", "Your keyring failed"),
    ],
)
def test_a_keyring_that_does_not_work_fails_the_trial(backend: str, title: str) -> None:
    with pytest.raises(StorageError) as caught:
        store_on(backend).trial()
    assert (caught.value.title, caught.value.code) == (title, 4)
    assert "Unset EH_CONNECT_KEYRING, or make it module.Class" in str(caught.value.hint)
    assert "\x1b" not in everything_said(caught.value)


@pytest.mark.parametrize(
    "secret", ["made-up-client-secret-0123456789", 'quote"and\\slash', "xyz", "ü€-secret"]
)
def test_no_error_shows_the_secret_that_the_backend_put_into_its_own(secret: str) -> None:
    with pytest.raises(StorageError) as caught:
        store_on("LeakyErrorKeyring").write("current", Credentials(Secret("made-up-id"), Secret(secret)))
    told = everything_said(caught.value)
    for form in (secret, json.dumps(secret)[1:-1], repr(json.dumps(secret))[2:-2]):
        assert form not in told
    assert 'writing "current": RuntimeError: ' in str(caught.value.detail)
    assert caught.value.__context__ is None
    store_on("FileKeyring").write("current", Credentials(Secret("made-up-id"), Secret(secret)))
    with pytest.raises(StorageError) as caught:
        store_on("LeakyErrorKeyring").read_credentials("current")
    assert secret not in everything_said(caught.value)
    assert 'reading "current": RuntimeError' in str(caught.value.detail)


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
    for read, entry in ((lambda: store.read_credentials("next"), "next"), (store.read_origins, "origins")):
        with pytest.raises(StorageError) as caught:
            read()
        assert f'"{entry}" of "{SERVICE}"' in caught.value.title
        assert "delete" in str(caught.value.hint)
        told = everything_said(caught.value)
        assert "but-a-secret" not in told
        assert "12345" not in told
    store.write("next", OURS)
    store.delete("origins")
    assert (store.read_credentials("next"), store.read_origins()) == (OURS, ())


def test_a_hanging_keyring_is_given_up_once_and_then_at_once() -> None:
    store = store_on("HangingKeyring", limit=0.3)
    asked: list[Callable[[], object]] = [
        store.trial,
        lambda: store.read_credentials("current"),
        lambda: store.write("current", OURS),
        lambda: store.delete("current"),
    ]
    for ask in asked:
        with pytest.raises(StorageError, match="doesn't answer") as caught:
            ask()
        assert "EH_CONNECT_KEYRING" in str(caught.value.hint)
    assert sum(thread.name == "keyring" for thread in threading.enumerate()) == 1


def test_without_a_limit_the_answer_is_awaited_and_that_is_told_after_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    store = KeyringStore(
        "prod",
        backend_name="tests.support.keyrings.SlowKeyring",
        limit=None,
        waiting=lambda: told.append("waiting"),
    )
    for seconds, is_told in (("0.7", False), ("1.3", True)):
        monkeypatch.setenv("EH_TEST_KEYRING_DELAY", seconds)
        assert store.read_credentials("current") is None
        assert ("waiting" in told) is is_told


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_works_while_waiting_without_a_limit() -> None:
    program = (
        "import signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from eh_connect.local.keyring import KeyringStore\n"
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
        assert child.communicate(timeout=30)[0].endswith("Your keyring doesn't answer\n")
    assert child.returncode == 0
