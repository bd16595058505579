"""The keyring store on a real Secret Service: unlocked, locked, missing, silent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_python
from tests.support.secret_service import kept_in, needs_secret_service, secret_service

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_secret_service

BEGIN = """
import sys
from eh_connect.errors import StorageError
from eh_connect.secret import Credentials, Secret
from eh_connect.local.keyring import KeyringStore
ours = Credentials(Secret("made-up-client-id"), Secret("made-up-client-secret"))
other = Credentials(Secret("made-up-client-id"), Secret("another-client-secret"))
store = KeyringStore("prod", backend_name=None, limit=LIMIT)
def refused(call):
    try: call(); print("no error")
    except StorageError as exc: print(exc.title, "|", exc.detail, "|", exc.hint)
"""


def run(env: dict[str, str], code: str, *, limit: float = 5.0, **more: str) -> str:
    """What a program with a store says; it has to end by itself, in time, without an error."""
    done = run_python(BEGIN.replace("LIMIT", str(limit)) + code, **env | more)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def entries(env: dict[str, str]) -> set[str]:
    return set(kept_in(env["DBUS_SESSION_BUS_ADDRESS"], "eh-connect:prod"))


def test_what_is_saved_is_found_by_the_next_process_and_the_next_session(tmp_path: Path) -> None:
    with secret_service(tmp_path) as env:
        said = run(
            env,
            "store.write('next', ours); store.write('next', other)\n"
            "store.write('current', ours); store.write('api-key', Secret('a key'))\n"
            "print(store.read_credentials('next') == other, store.backend, store.display_name)",
        )
        assert said == "True keyring.backends.SecretService.Keyring GNOME Keyring"
        assert entries(env) == {"next", "current", "api-key"}
        run(env, "store.trial(); store.delete('next'); store.delete('next')")
        assert entries(env) == {"current", "api-key"}
    with secret_service(tmp_path) as env:
        read = "print(store.read_credentials('current') == ours, store.read_secret('api-key').reveal())"
        assert run(env, read) == "True a key"


def test_keyring_itself_reads_what_the_store_writes_and_the_other_way_round(tmp_path: Path) -> None:
    with secret_service(tmp_path) as env:
        said = run(
            env,
            "import keyring\nstore.write('hand-over', Secret('ü€'))\n"
            "print(keyring.get_password('eh-connect:prod', 'hand-over') == 'ü€')\n"
            "keyring.set_password('eh-connect:prod', 'hand-over', 'changed')\n"
            "print(store.read_secret('hand-over').reveal())\n",
        )
    assert said.split() == ["True", "changed"]


def test_only_the_backend_that_works_is_loaded(tmp_path: Path) -> None:
    code = "store.trial(); print([m for m in sys.modules if m.startswith('keyring.backends.')])"
    with secret_service(tmp_path) as env:
        assert run(env, code) == "['keyring.backends.fail', 'keyring.backends.SecretService']"


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


@pytest.mark.parametrize("call", ["store.trial", "lambda: store.read_credentials('current')"])
def test_a_locked_keyring_is_an_error_within_the_limit(tmp_path: Path, call: str) -> None:
    with secret_service(tmp_path, "locked") as env:
        said = run(env, f"refused({call})", limit=2.0)
    assert said.startswith(("Your keyring is locked", "Your keyring doesn't answer")), said


def test_a_session_without_the_service_has_no_keyring_and_a_named_one_says_why(tmp_path: Path) -> None:
    named = "store = KeyringStore('prod', backend_name='keyring.backends.SecretService.Keyring')\n"
    with secret_service(tmp_path, "missing") as env:
        assert run(env, "refused(store.trial)").startswith("This computer has no keyring")
        assert "neither running nor activatable" in run(env, named + "refused(store.trial)")


def test_a_service_that_never_answers_is_given_up_and_the_process_ends(tmp_path: Path) -> None:
    with secret_service(tmp_path, "hanging") as env:
        said = run(env, "refused(store.trial); refused(lambda: store.read_credentials('current'))", limit=1.0)
    assert [line.partition(" | ")[0] for line in said.splitlines()] == ["Your keyring doesn't answer"] * 2
