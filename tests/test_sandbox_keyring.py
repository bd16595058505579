"""The sandbox's keyring, as the keyring package loads it by name."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from keyring.backend import get_all_keyring
from keyring.core import load_keyring
from keyring.errors import InitError, KeyringError, PasswordDeleteError

from eh_connect.sandbox.records import SandboxKeyring

if TYPE_CHECKING:
    from pathlib import Path

    from keyring.backend import KeyringBackend


@pytest.fixture
def keyring() -> KeyringBackend:
    return load_keyring("eh_connect.sandbox.records.SandboxKeyring")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EH_CONNECT_HOME", str(tmp_path / "sandbox"))
    return tmp_path / "sandbox"


def test_services_and_entries_are_kept_apart(home: Path, keyring: KeyringBackend) -> None:
    for place in (("one", "current"), ("one", "next"), ("two", "current")):
        assert keyring.get_password(*place) is None
        keyring.set_password(*place, " ".join(place))
    keyring.delete_password("one", "current")
    assert [keyring.get_password(*place) for place in (("one", "next"), ("two", "current"))] == [
        "one next",
        "two current",
    ]
    assert keyring.get_password("one", "current") is None
    with pytest.raises(PasswordDeleteError):
        keyring.delete_password("one", "current")
    assert [path.name for path in home.glob("*.json*")] == ["keyring.json"]
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in home.iterdir()} == {0o600}


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"service": 1}', "\xff", "[" * 100_000])
def test_a_broken_file_is_an_error_and_stays_as_it_is(
    home: Path, keyring: KeyringBackend, content: str
) -> None:
    home.mkdir(mode=0o700)
    (home / "keyring.json").write_text(content, encoding="latin-1")
    with pytest.raises(KeyringError):
        keyring.set_password("service", "current", "made up")
    with pytest.raises(KeyringError):
        keyring.get_password("service", "current")
    assert (home / "keyring.json").read_text(encoding="latin-1") == content


def test_without_a_folder_it_keeps_nothing(keyring: KeyringBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EH_CONNECT_HOME", raising=False)
    with pytest.raises(InitError):
        keyring.get_password("service", "current")


def test_writers_at_the_same_time_lose_nothing_and_the_next_process_finds_it(
    home: Path, keyring: KeyringBackend
) -> None:
    code = (
        "import sys; from eh_connect.sandbox.records import *\n"
        "for n in range(10): SandboxKeyring().set_password('service', sys.argv[1] + str(n), 'made up')"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(json.loads((home / "keyring.json").read_text())["service"]) == 30
    assert keyring.get_password("service", "c9") == "made up"


def test_it_is_chosen_by_name_only(keyring: KeyringBackend) -> None:
    others = [each.priority for each in get_all_keyring() if not isinstance(each, SandboxKeyring)]
    assert float(keyring.priority) < min(float(priority) for priority in others)
