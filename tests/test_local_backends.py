"""Which keyring is taken: the system's own, another one only by name, and whose choice it was."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_python

if TYPE_CHECKING:
    from pathlib import Path

SHOW_CHOICE = (
    "from eh_connect.errors import StorageError\n"
    "from eh_connect.local.keyring import KeyringStore\n"
    "try: print('chosen', KeyringStore('x', backend_name=None).backend)\n"
    "except StorageError as exc: print('refused', exc.title, exc.detail, '|', exc.hint)\n"
)


def choice(found: str, chosen_by: str, home: Path) -> str:
    """What comes of another program's choice of a keyring."""
    if chosen_by == "variable":
        done = run_python(SHOW_CHOICE, PYTHON_KEYRING_BACKEND=found, HOME=str(home))
    else:
        (home / "python_keyring").mkdir()
        config = f"[backend]\ndefault-keyring={found}\n"
        (home / "python_keyring" / "keyringrc.cfg").write_text(config)
        done = run_python(SHOW_CHOICE, HOME=str(home), XDG_CONFIG_HOME=str(home), XDG_DATA_HOME=str(home))
    assert done.stderr == ""
    culprit = "PYTHON_KEYRING_BACKEND" if chosen_by == "variable" else "~/python_keyring/keyringrc.cfg"
    assert culprit in done.stdout.partition("|")[2]
    return done.stdout


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the places of Linux")


@linux_only
@pytest.mark.parametrize("chosen_by", ["variable", "file"])
@pytest.mark.parametrize(
    ("found", "refusal"),
    [
        ("keyring.backends.null.Keyring", "This computer has no keyring"),
        ("keyring.backends.chainer.ChainerBackend", "This computer has no keyring"),
        ("tests.support.keyrings.FileKeyring", "This computer has no keyring"),
        ("no_such_module.Keyring", "Your keyring failed While loading it: "),
        ("tests.support.keyrings.NotAKeyring", "Your keyring failed While loading it: "),
    ],
)
def test_a_choice_that_can_not_be_used_is_refused_and_named_with_where_it_was_made(
    found: str, refusal: str, chosen_by: str, tmp_path: Path
) -> None:
    said = choice(found, chosen_by, tmp_path)
    assert said.startswith(f"refused {refusal}")
    assert "failed" in refusal or found in said


def test_a_machine_without_any_keyring_is_explained_and_nothing_else_is_said(tmp_path: Path) -> None:
    (tmp_path / "python_keyring").mkdir()
    (tmp_path / "python_keyring" / "keyringrc.cfg").write_text("[backend]\n")
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent", "PYTHON_KEYRING_BACKEND": ""}
    done = run_python(SHOW_CHOICE, HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path), **nowhere)
    assert (done.stdout.startswith("refused This computer has no keyring"), done.stderr) == (True, "")
    assert "SSH" in done.stdout


def test_a_named_backend_is_used_whatever_keyring_itself_would_choose(tmp_path: Path) -> None:
    done = run_python(
        "from eh_connect.local.keyring import KeyringStore\n"
        "store = KeyringStore('x', backend_name='tests.support.keyrings.FileKeyring')\n"
        "store.trial(); print(store.backend)\n",
        PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring",
        EH_TEST_KEYRING_FILE=str(tmp_path / "keyring.json"),
    )
    assert (done.stdout, done.stderr) == ("tests.support.keyrings.FileKeyring\n", "")


def test_importing_the_room_does_not_import_keyring() -> None:
    program = "import sys, eh_connect.local.keyring, eh_connect.local.profile\n"
    done = run_python(program + "print([m for m in sys.modules if m.partition('.')[0] == 'keyring'])")
    assert done.stdout.strip() == "[]"
