from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.needs import needs
from tests.support.secret_service import MISSING, secret_service

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs(f"the Secret Service ({', '.join(MISSING)})", not MISSING)

BEGIN = """
from eh_connect.errors import StorageError
from eh_connect.secret import Pair, Secret
from eh_connect.store import KeyringStore
pair = Pair(Secret("made-up-client-id"), Secret("made-up-client-secret"))
other = Pair(Secret("made-up-client-id"), Secret("another-client-secret"))
store = KeyringStore("prod", backend_name=None, limit=LIMIT)
"""

ENTRIES = """
import contextlib, secretstorage
with contextlib.closing(secretstorage.dbus_init()) as connection:
    items = secretstorage.get_default_collection(connection).get_all_items()
    print(sorted((i.get_attributes()["service"], i.get_attributes()["username"]) for i in items))
"""


def run(env: dict[str, str], code: str, *, limit: float = 5.0, **more: str) -> str:
    """What a program with a store says; it has to end by itself, in time, without an error."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN.replace("LIMIT", str(limit)) + code],
        env={**env, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


def refused(call: str) -> str:
    return (
        f"\ntry: {call}; print('no error')\nexcept StorageError as exc: print(exc.title, '|', exc.detail)\n"
    )


def test_a_pair_is_kept_by_the_real_service_and_found_by_the_next_process(tmp_path: Path) -> None:
    with secret_service(tmp_path) as env:
        backend = run(env, "store.write_pair('current', pair); print(store.backend)")
        assert backend == "keyring.backends.SecretService.Keyring"
        assert run(env, "print(store.read_pair('current') == pair, store.read_pair('next'))") == "True None"
        assert run(env, ENTRIES) == "[('eh-connect:prod', 'current')]"


def test_what_is_kept_survives_the_end_of_the_session(tmp_path: Path) -> None:
    with secret_service(tmp_path) as env:
        run(env, "store.write_pair('current', pair)")
    with secret_service(tmp_path) as env:
        assert run(env, "print(store.read_pair('current') == pair)") == "True"


def test_a_written_entry_replaces_the_older_one(tmp_path: Path) -> None:
    with secret_service(tmp_path) as env:
        run(env, "store.write_pair('next', pair); store.write_pair('next', other)")
        assert run(env, "print(store.read_pair('next') == other)") == "True"
        assert run(env, ENTRIES) == "[('eh-connect:prod', 'next')]"


def test_the_trial_and_a_deletion_leave_nothing_behind(tmp_path: Path) -> None:
    with secret_service(tmp_path) as env:
        run(env, "store.trial(); store.write_pair('next', pair); store.delete('next'); store.delete('next')")
        assert run(env, ENTRIES) == "[]"


def test_of_a_chain_the_systems_own_is_used_even_behind_another(tmp_path: Path) -> None:
    code = """
from tests.support.keyrings import FileKeyring
from keyring.backends.chainer import ChainerBackend
class Louder(FileKeyring): priority = 9
print([type(backend).__name__ for backend in ChainerBackend().backends][0], store.backend)
store.trial()
"""
    chainer = "keyring.backends.chainer.ChainerBackend"
    with secret_service(tmp_path) as env:
        said = run(env, code, PYTHON_KEYRING_BACKEND=chainer)
    assert said == "Louder keyring.backends.SecretService.Keyring"


@pytest.mark.parametrize("call", ["store.trial()", "store.read_pair('current')", "store.delete('current')"])
def test_a_locked_keyring_is_an_error_within_the_limit(tmp_path: Path, call: str) -> None:
    with secret_service(tmp_path, "locked") as env:
        said = run(env, refused(call), limit=2.0)
    assert said.startswith(("Your keyring is locked", "Your keyring does not answer")), said


def test_a_session_without_the_service_has_no_keyring(tmp_path: Path) -> None:
    with secret_service(tmp_path, "missing") as env:
        said = run(env, refused("store.trial()"))
    assert said.startswith(
        "There is no keyring that eh-connect may use | Found: keyring.backends.fail.Keyring"
    )


def test_a_service_that_is_named_but_missing_says_so(tmp_path: Path) -> None:
    code = "store = KeyringStore('prod', backend_name='keyring.backends.SecretService.Keyring')"
    with secret_service(tmp_path, "missing") as env:
        said = run(env, code + refused("store.trial()"))
    assert "neither running nor activatable" in said


@pytest.mark.parametrize("call", ["store.trial()", "store.read_pair('current')"])
def test_a_service_that_never_answers_is_given_up_and_the_process_ends(tmp_path: Path, call: str) -> None:
    with secret_service(tmp_path, "hanging") as env:
        said = run(env, refused(call) + refused(call), limit=1.0)
    assert [line.partition(" | ")[0] for line in said.splitlines()] == ["Your keyring does not answer"] * 2
