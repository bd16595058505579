from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from filelock import FileLock

from eh_connect.errors import StorageError
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.servers import Rehearsal
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = """
import sys
from pathlib import Path
import httpx
from eh_connect.sandbox.source import prepare
with prepare(Path(sys.argv[1])) as prepared:
    its = prepared.environment
    fields = {
        "name": "Employment Hero", "connector_key": "employmenthero", "environment": "production",
        "authentication_config_key": "oauth2",
        "setup_information": {"clientId": its["EH_CONNECT_CLIENT_ID"], "clientSecret": "a-secret"},
    }
    auth = (its["STACKONE_API_KEY"], "")
    answer = httpx.post(its["STACKONE_API_URL"] + "/connector_profiles", json=fields, auth=auth)
    print(answer.status_code, prepared.rehearsal.serves, flush=True)
    if sys.argv[2:]:
        sys.stdin.read()
"""
LASTING = """
import os, sys
from pathlib import Path
from eh_connect.__main__ import main
os.environ["EH_CONNECT_HOME"] = str(Path(sys.argv[1]).parent)
sys.argv[1:] = ["sandbox"]
sys.exit(main())
"""
SERVING = "Serving the rehearsal on this machine until Ctrl-C. All its accounts are made up."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sandbox"


@contextmanager
def process(code: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def line_of(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def names(folder: Path) -> list[str]:
    kept = Records.load(folder)
    assert kept is not None
    return [profile["shown"]["name"] for profile in kept.data["profiles"]]


def test_everything_leads_to_the_rehearsal_and_is_known_there(folder: Path) -> None:
    with rehearsing(folder) as stage:
        its = stage.environment
        assert its["EH_CONNECT_HOME"] == str(folder)
        answer = httpx.get(
            its["STACKONE_API_URL"] + "/connector_profiles", auth=(its["STACKONE_API_KEY"], "")
        )
        assert answer.json()["total"] == 0
        form = {
            "grant_type": "authorization_code",
            "code": "made-up",
            "client_id": its["EH_CONNECT_CLIENT_ID"],
            "client_secret": its["EH_CONNECT_CLIENT_SECRET"],
        }
        token = httpx.post(its["EMPLOYMENT_HERO_OAUTH_URL"] + "/oauth2/token", data=form)
        assert token.json() == {"error": "invalid_grant"}
        assert its["EH_CONNECT_CLIENT_SECRET"] not in repr(stage.prepared)


def test_ids_secrets_and_keys_look_like_real_ones(folder: Path) -> None:
    with rehearsing(folder) as stage:
        its = stage.environment
        assert len(its["EH_CONNECT_CLIENT_ID"]) == len(its["EH_CONNECT_CLIENT_SECRET"]) == 43
        assert its["STACKONE_API_KEY"].startswith("v1.eu1.")
        assert stage.read_only_key != its["STACKONE_API_KEY"]


def test_every_folder_has_made_up_values_of_its_own(tmp_path: Path) -> None:
    with rehearsing(tmp_path / "a") as one, rehearsing(tmp_path / "b") as other:
        shared = set(one.environment.values()) & set(other.environment.values())
    assert shared == {one.environment["EH_CONNECT_KEYRING"]}


def test_the_next_run_finds_the_same_origins_values_and_profiles(folder: Path) -> None:
    with rehearsing(folder) as stage:
        first = stage.environment
        stage.settings(first_page=0)
    with rehearsing(folder) as stage:
        assert stage.environment == first
        assert stage.prepared.rehearsal.records.data["settings"]["first_page"] == 0


def test_the_ports_are_below_the_ephemeral_range(folder: Path) -> None:
    with rehearsing(folder) as stage:
        ports = stage.prepared.rehearsal.records.data["ports"].values()
        assert len(set(ports)) == 2
        assert all(20_000 <= port < 30_000 for port in ports)


def test_a_server_shows_its_folders_identity_and_not_the_token(folder: Path) -> None:
    with rehearsing(folder) as stage:
        token = stage.prepared.rehearsal.records.data["token"]
        for url in (stage.stackone_url, stage.employment_hero_url):
            said = httpx.get(f"{url}/rehearsal").json()
            assert said == {"rehearsal": hashlib.sha256(token.encode()).hexdigest(), "lasting": False}


def test_after_the_end_nothing_listens_and_ending_again_is_fine(folder: Path) -> None:
    with rehearsing(folder) as stage:
        pass
    stage.prepared.rehearsal.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(stage.stackone_url)


def test_many_requests_at_the_same_time_lose_nothing(folder: Path) -> None:
    fields: dict[str, Any] = {
        "connector_key": "employmenthero",
        "authentication_config_key": "oauth2",
        "environment": "production",
        "setup_information": {"clientId": "an-id", "clientSecret": "a-secret"},
    }
    with rehearsing(folder) as stage:
        auth = (stage.environment["STACKONE_API_KEY"], "")
        url = stage.stackone_url + "/connector_profiles"

        def create(name: str) -> None:
            httpx.post(url, json=fields | {"name": name}, auth=auth).raise_for_status()

        threads = [threading.Thread(target=create, args=(f"P{number}",)) for number in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(names(folder)) == sorted(f"P{number}" for number in range(12))


def test_commands_that_start_at_the_same_instant_take_turns(folder: Path) -> None:
    with process(COMMAND, folder) as one, process(COMMAND, folder) as two, process(COMMAND, folder) as three:
        for running in (one, two, three):
            out, err = running.communicate()
            assert (out, err) == ("201 True\n", "")
    assert len(names(folder)) == 3


def test_a_command_that_does_not_end_is_waited_for_in_vain(folder: Path) -> None:
    with process(COMMAND, folder, "stay") as running:
        assert line_of(running) == "201 True"
        with pytest.raises(StorageError, match="Another command is using the sandbox"):
            Rehearsal(folder, patience=0.1)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_killed_command_leaves_its_data_its_ports_and_no_lock(folder: Path) -> None:
    with process(COMMAND, folder, "stay") as running:
        assert line_of(running) == "201 True"
        running.send_signal(signal.SIGKILL)
    (folder / "rehearsal.json.killed.tmp").write_text("{")
    with rehearsing(folder) as stage:
        assert [profile["client_secret"] for profile in stage.profiles] == ["a-secret"]
    assert not list(folder.glob("*.tmp"))


@pytest.mark.skipif(os.name == "nt", reason="Windows delivers Ctrl-C to the whole console")
def test_commands_share_the_lasting_sandbox_until_ctrl_c(folder: Path) -> None:
    with process(LASTING, folder) as lasting:
        assert line_of(lasting) == SERVING
        with process(COMMAND, folder) as one, process(COMMAND, folder) as two:
            assert [running.communicate() for running in (one, two)] == [("201 False\n", "")] * 2
        lasting.send_signal(signal.SIGINT)
        lasting.communicate()
        assert lasting.returncode == 130
    assert len(names(folder)) == 2


def test_a_second_lasting_sandbox_says_where_the_first_one_is(folder: Path) -> None:
    with process(LASTING, folder) as lasting:
        assert line_of(lasting) == SERVING
        with process(LASTING, folder) as second:
            out, err = second.communicate()
        assert out == ""
        assert "The sandbox is being served already, at http://127.0.0.1:" in err
        assert second.returncode == 4


@pytest.mark.parametrize("which", ["stackone", "employment_hero"])
def test_a_port_taken_by_a_stranger_is_named(folder: Path, which: str) -> None:
    with rehearsing(folder) as stage:
        port = stage.prepared.rehearsal.records.data["ports"][which]
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(StorageError, match=f"port {port} is taken") as failure,
    ):
        Rehearsal(folder)
    assert str(folder) in str(failure.value.hint)
    with rehearsing(folder):  # nothing is left locked or half started
        pass


def test_a_server_of_another_folder_is_not_taken_for_ours(tmp_path: Path, folder: Path) -> None:
    with rehearsing(folder) as stage:
        ports = stage.prepared.rehearsal.records.data["ports"]
    Records.create(make(tmp_path / "other"), **ports)
    with Lasting(tmp_path / "other"):
        with pytest.raises(StorageError, match=f"port {ports['stackone']} is taken"):
            Rehearsal(folder)
        with (
            FileLock(folder / "serving.lock"),
            pytest.raises(StorageError, match="Another command is using the sandbox"),
        ):
            Rehearsal(folder, patience=0)


class Lasting:
    """A lasting rehearsal in this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> Rehearsal:
        self._rehearsal = Rehearsal(self._folder, lasting=True)
        return self._rehearsal

    def __exit__(self, *_: object) -> None:
        self._rehearsal.stop()


def make(folder: Path) -> Path:
    folder.mkdir()
    return folder


WHOLE = "the whole file"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (WHOLE, "nonsense"),
        (WHOLE, "[]"),
        (WHOLE, "\xff"),
        (WHOLE, "[" * 100_000),
        ("schema", 1),
        ("schema", 3),
        ("ports", {"stackone": "x", "employment_hero": 1}),
        ("ports", {}),
        ("ports", {"stackone": 70_000, "employment_hero": 20_001}),
        ("ports", {"stackone": -1, "employment_hero": 20_001}),
        ("ready", []),
        ("api_keys", {}),
        ("settings", {"first_page": 7}),
        ("profiles", None),
        ("unknown", 1),
    ],
)
def test_broken_records_are_an_error_and_stay_as_they_are(folder: Path, key: str, value: Any) -> None:
    with rehearsing(folder):
        pass
    file = folder / "rehearsal.json"
    broken = value if key == WHOLE else json.dumps(json.loads(file.read_text()) | {key: value})
    file.write_text(broken, encoding="latin-1")
    with pytest.raises(StorageError, match=r"rehearsal\.json can't be read"):
        Rehearsal(folder)
    assert file.read_text(encoding="latin-1") == broken


def test_a_folder_of_an_earlier_version_says_how_to_start_afresh(folder: Path) -> None:
    with rehearsing(folder):
        pass
    file = folder / "rehearsal.json"
    kept = json.loads(file.read_text())
    for later in ("sessions", "grants", "tokens"):
        del kept[later]
    for later in ("pkce", "access_token_seconds"):
        del kept["settings"][later]
    file.write_text(json.dumps(kept | {"schema": 1}))
    with pytest.raises(StorageError) as failure:
        Rehearsal(folder)
    assert f"Delete the folder {folder}" in str(failure.value.hint)
    shutil.rmtree(folder)
    with rehearsing(folder) as stage:
        assert stage.sessions == []


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Can't make the folder"):
        Rehearsal(tmp_path / "file" / "sandbox")


def test_a_change_that_fails_changes_nothing(folder: Path) -> None:
    records = Records.create(make(folder), stackone=1, employment_hero=2)
    before = (folder / "rehearsal.json").read_bytes()

    def fail() -> None:
        with records.change() as data:
            data["profiles"].append({})
            data["unknown"]["unknown"] = 1

    with pytest.raises(KeyError):
        fail()
    assert records.data["profiles"] == []
    assert (folder / "rehearsal.json").read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permission bits")
def test_the_folder_and_its_files_are_the_owners_alone(folder: Path) -> None:
    with rehearsing(folder):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_without_its_extra_the_sandbox_says_what_to_install(folder: Path) -> None:
    with process("import sys; sys.modules['werkzeug'] = None\n" + LASTING, folder) as running:
        out, err = running.communicate()
        assert out == ""
        assert "pip install 'eh-connect[sandbox]'" in err
        assert running.returncode == 2
    assert not folder.exists()
