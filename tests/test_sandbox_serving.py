"""Who serves a sandbox's folder, at which ports, and what is left when it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect.errors import StorageError
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.servers import Sandbox
from tests.support.sandbox import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = """
import sys
from pathlib import Path
import httpx
from eh_connect.sandbox.servers import Sandbox
with Sandbox(Path(sys.argv[1])) as sandbox:
    its = sandbox.environment
    fields = {
        "name": "Employment Hero", "connector_key": "employmenthero", "environment": "production",
        "authentication_config_key": "oauth2",
        "setup_information": {"clientId": its["EH_CONNECT_CLIENT_ID"], "clientSecret": "a-secret"},
    }
    auth = (its["STACKONE_API_KEY"], "")
    answer = httpx.post(its["STACKONE_API_URL"] + "/connector_profiles", json=fields, auth=auth)
    print(answer.status_code, sandbox.serves, flush=True)
    if sys.argv[2:]:
        sys.stdin.read()
"""


class Impatient(Sandbox):
    patience = 0.1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sandbox"


@contextmanager
def process(*argv: object, **environ: str) -> Iterator[subprocess.Popen[str]]:
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    argv = (sys.executable, *argv)
    with subprocess.Popen([*map(str, argv)], text=True, env=os.environ | environ, **pipes) as running:
        try:
            yield running
        finally:
            running.kill()


def command(folder: Path, *more: str) -> Any:
    """A command that uses the sandbox; with one more argument it stays."""
    return process("-c", COMMAND, folder, *more)


def lasting(folder: Path) -> Any:
    return process("-m", "eh_connect", "sandbox", "--json", EH_CONNECT_HOME=str(folder.parent))


def line_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def names(folder: Path) -> list[str]:
    kept = Records.load(folder)
    assert kept is not None
    return [profile["shown"]["name"] for profile in kept.data["stackone"]["profiles"]]


def test_everything_leads_to_the_sandbox_and_looks_like_real_values(folder: Path) -> None:
    with Stage(folder) as stage:
        its = stage.environment
        assert its["EH_CONNECT_HOME"] == str(folder)
        assert len(its["EH_CONNECT_CLIENT_ID"]) == len(its["EH_CONNECT_CLIENT_SECRET"]) == 43
        assert its["STACKONE_API_KEY"].startswith("v1.eu1.")
        key = (its["STACKONE_API_KEY"], "")
        assert httpx.get(its["STACKONE_API_URL"] + "/connector_profiles", auth=key).json()["total"] == 0
        assert its["EH_CONNECT_CLIENT_SECRET"] not in repr(stage)
        ports = {stage.records.data[name]["port"] for name in ("stackone", "employment_hero")}
        assert [port for port in ports if not 20_000 <= port < 30_000] == [], "below the ephemeral range"


def test_every_folder_has_made_up_values_of_its_own_and_keeps_them(tmp_path: Path, folder: Path) -> None:
    with Stage(folder) as one, Stage(tmp_path / "other") as other:
        shared = set(one.environment.values()) & set(other.environment.values())
        assert shared == {one.environment["EH_CONNECT_KEYRING"]}
    with Stage(folder) as again:
        assert again.environment == one.environment


def test_after_the_end_nothing_listens_and_ending_again_is_fine(folder: Path) -> None:
    with Stage(folder) as stage:
        said = httpx.get(f"{stage.employment_hero_url}/sandbox/").json()
        assert (said.keys(), said["lasting"]) == ({"sandbox", "lasting"}, False)
        assert stage.records.data["token"] not in str(said)
    with pytest.raises(httpx.ConnectError):
        httpx.get(stage.stackone_url)


def test_many_requests_at_the_same_time_lose_nothing(folder: Path) -> None:
    with Stage(folder) as stage:
        page = f"{stage.environment['STACKONE_APP_URL']}/connector_profiles"
        form = {"client_id": "an-id", "client_secret": "a-secret"}
        threads = [
            threading.Thread(target=httpx.post, args=(page,), kwargs={"data": form}) for _ in range(12)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(set(names(folder))) == 12


def test_commands_that_start_at_the_same_instant_take_turns(folder: Path) -> None:
    with command(folder) as one, command(folder) as two, command(folder) as three:
        assert [running.communicate() for running in (one, two, three)] == [("201 True\n", "")] * 3
    assert len(names(folder)) == 3


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_command_that_stays_is_waited_for_in_vain_and_killed_it_leaves_its_data_and_no_lock(
    folder: Path,
) -> None:
    with command(folder, "stay") as running:
        assert line_of(running) == "201 True"
        with pytest.raises(StorageError, match="Another command is using the sandbox"):
            Impatient(folder)
        running.send_signal(signal.SIGKILL)
    (folder / "sandbox.json.killed.tmp").write_text("{")
    with Stage(folder) as stage:
        assert [profile["client_secret"] for profile in stage.profiles] == ["a-secret"]
    assert not list(folder.glob("*.tmp"))


@pytest.mark.skipif(os.name == "nt", reason="Windows delivers Ctrl-C to the whole console")
def test_commands_share_the_lasting_sandbox_until_ctrl_c(folder: Path) -> None:
    with lasting(folder) as serving:
        assert line_of(serving) == "{"
        with command(folder) as one, command(folder) as two:
            assert [running.communicate() for running in (one, two)] == [("201 False\n", "")] * 2
        with lasting(folder) as second:
            out, _ = second.communicate()
            assert "The sandbox is being served already, at http://127.0.0.1:" in out
            assert second.returncode == 4
        serving.send_signal(signal.SIGINT)
        serving.communicate()
        assert serving.returncode == 130
    assert len(names(folder)) == 2


@pytest.mark.parametrize("which", ["stackone", "employment_hero"])
def test_a_port_taken_by_a_stranger_is_named(folder: Path, which: str) -> None:
    with Stage(folder) as stage:
        port = stage.records.data[which]["port"]
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(StorageError, match=f"port {port} is taken") as failure,
    ):
        Sandbox(folder)
    assert str(folder) in str(failure.value.hint)
    with Stage(folder):  # nothing is left locked or half started
        pass


def test_a_server_of_another_folder_is_not_taken_for_ours(tmp_path: Path, folder: Path) -> None:
    with Stage(folder) as stage:
        port, other = (stage.records.data[name]["port"] for name in ("stackone", "employment_hero"))
    Records.create(tmp_path / "other", port, other)
    with lasting(tmp_path / "nowhere") as running:
        assert line_of(running) == "{"
        running.kill()
    with (
        Sandbox(tmp_path / "other", lasting=True),
        pytest.raises(StorageError, match=f"port {port} is taken"),
    ):
        Sandbox(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((None, whole) for whole in ("nonsense", "[]", "\xff", "[" * 100_000)),
        *(("version", version) for version in (1, 5, None)),
        ("token", []),
        *(("stackone", {"api_key": "x", "port": port}) for port in ("x", None, 70_000, -1, True)),
        *(("employment_hero", its) for its in ({}, None, {"port": 20_001, "applications": []})),
    ],
)
def test_broken_records_are_an_error_that_says_how_to_start_afresh(
    folder: Path, key: str | None, value: Any
) -> None:
    with Stage(folder):
        pass
    file = folder / "sandbox.json"
    broken = json.dumps(json.loads(file.read_text()) | {key: value}) if key else value
    file.write_text(broken, encoding="latin-1")
    with pytest.raises(StorageError, match=r"sandbox\.json can't be read") as failure:
        Sandbox(folder)
    assert f"Delete the folder {folder}" in str(failure.value.hint)
    assert file.read_text(encoding="latin-1") == broken


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        Sandbox(tmp_path / "file" / "sandbox")


def test_a_change_that_fails_changes_nothing(folder: Path) -> None:
    records = Records.create(folder, 1, 2)
    before = (folder / "sandbox.json").read_bytes()

    def fail() -> None:
        with records.change("stackone") as data:
            data["profiles"].append({})
            data["unknown"]["unknown"] = 1

    with pytest.raises(KeyError):
        fail()
    assert (records.data["stackone"]["profiles"], (folder / "sandbox.json").read_bytes()) == ([], before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_the_folder_and_its_files_are_the_owners_alone(folder: Path) -> None:
    with Stage(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_without_its_extra_the_sandbox_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['werkzeug'] = None; from eh_connect.__main__ import program; program()"
    with process("-c", code, "sandbox", EH_CONNECT_HOME=str(tmp_path / "home")) as running:
        out, err = running.communicate()
    assert (out, running.returncode) == ("", 2)
    assert "pip install 'eh-connect[sandbox]'" in err
    assert not (tmp_path / "home").exists()
