from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from keyring.backend import get_all_keyring
from keyring.core import load_keyring
from keyring.errors import InitError, KeyringError, PasswordDeleteError

from eh_connect.sandbox.keyring import SandboxKeyring

if TYPE_CHECKING:
    from pathlib import Path

    from keyring.backend import KeyringBackend

NAME = "eh_connect.sandbox.keyring.SandboxKeyring"


def opened() -> KeyringBackend:
    return load_keyring(NAME)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EH_CONNECT_HOME", str(tmp_path / "sandbox"))
    return tmp_path / "sandbox"


def test_what_is_kept_is_there_for_the_next_process(home: Path) -> None:
    opened().set_password("service", "current", "made up")
    code = (
        "from eh_connect.sandbox.keyring import *; print(SandboxKeyring().get_password('service', 'current'))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "made up\n"
    assert home.is_dir()


def test_services_and_entries_are_kept_apart(home: Path) -> None:
    keyring = opened()
    keyring.set_password("one", "current", "1")
    keyring.set_password("one", "next", "2")
    keyring.set_password("two", "current", "3")
    keyring.delete_password("one", "current")
    assert [keyring.get_password(*place) for place in (("one", "next"), ("two", "current"))] == ["2", "3"]
    assert keyring.get_password("one", "current") is None
    assert sorted(path.name for path in home.glob("*.json*")) == ["keyring.json"]


@pytest.mark.usefixtures("home")
def test_nothing_is_there_at_first_and_cannot_be_deleted() -> None:
    assert opened().get_password("service", "current") is None
    with pytest.raises(PasswordDeleteError):
        opened().delete_password("service", "current")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_the_file_is_the_owners_alone(home: Path) -> None:
    opened().set_password("service", "current", "made up")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (home, *home.iterdir())}
    assert modes.pop("sandbox") == 0o700
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"service": 1}', "\xff", "[" * 100_000])
def test_a_broken_file_is_an_error_and_stays_as_it_is(home: Path, content: str) -> None:
    home.mkdir()
    (home / "keyring.json").write_text(content, encoding="latin-1")
    with pytest.raises(KeyringError):
        opened().set_password("service", "current", "made up")
    assert (home / "keyring.json").read_text(encoding="latin-1") == content


def test_without_a_folder_it_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EH_CONNECT_HOME", raising=False)
    with pytest.raises(InitError):
        opened().get_password("service", "current")


def test_writers_at_the_same_time_lose_nothing(home: Path) -> None:
    code = (
        "import sys; from eh_connect.sandbox.keyring import *\n"
        "for n in range(10): SandboxKeyring().set_password('service', sys.argv[1] + str(n), 'made up')"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "abc"]
    assert [run.wait() for run in runs] == [0, 0, 0]
    assert len(json.loads((home / "keyring.json").read_text())["service"]) == 30


def test_it_is_chosen_by_name_only() -> None:
    assert type(load_keyring(NAME)) is SandboxKeyring
    others = [each.priority for each in get_all_keyring() if not isinstance(each, SandboxKeyring)]
    assert float(opened().priority) < min(float(priority) for priority in others)
