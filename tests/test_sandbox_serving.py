"""Who serves a sandbox's folder and at which ports, what is kept there, and what is left when it ends."""

from __future__ import annotations

import json
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from keyring.backend import get_all_keyring
from keyring.core import load_keyring
from keyring.errors import InitError, KeyringError, PasswordDeleteError

from eh_connect.errors import StorageError
from eh_connect.sandbox.records import Records, SandboxKeyring
from eh_connect.sandbox.servers import Sandbox
from tests.support.forked import Child, wait_until
from tests.support.sandbox import Stage
from tests.support.screen import at
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool

COMMAND = """
import sys, time
from pathlib import Path
import httpx
from eh_connect.sandbox.servers import Sandbox
with Sandbox(Path(sys.argv[1])) as sandbox:
    page = sandbox.environment["STACKONE_APP_URL"] + "/connector_profiles"
    form = {"client_id": "an-id", "client_secret": "a-secret"}
    print(httpx.post(page, data=form).status_code, sandbox.serves, flush=True)
    time.sleep(float(sys.argv[2]))
"""
SERVERS = ("stackone", "employment_hero")


class Impatient(Sandbox):
    patience = 0.1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "sandbox"


def command(tool: Tool, folder: Path, stays: str = "0") -> Child:
    """A command that uses the sandbox, and stays for some seconds."""
    tool.kind = "code"
    return tool.start(COMMAND, str(folder), stays)


def names(folder: Path) -> list[str]:
    kept = Records.load(folder)
    assert kept is not None
    return [profile["shown"]["name"] for profile in kept.data["stackone"]["profiles"]]


def test_a_folder_has_made_up_values_of_its_own_and_keeps_them(tmp_path: Path, folder: Path) -> None:
    with Stage(folder) as one, Stage(tmp_path / "other") as other:
        its = one.environment
        StackOne(one).linked()
        shared = set(its.values()) & set(other.environment.values())
        assert shared == {its["EH_CONNECT_KEYRING"]}
        assert its["EH_CONNECT_HOME"] == str(folder)
        assert len(its["EH_CONNECT_CLIENT_ID"]) == len(its["EH_CONNECT_CLIENT_SECRET"]) == 43
        assert its["STACKONE_API_KEY"].startswith("v1.eu1.")
        ports = {one.records.data[name]["port"] for name in SERVERS}
        assert [port for port in ports if not 20_000 <= port < 30_000] == [], "below the ephemeral range"
        for url in (one.stackone_url, one.employment_hero_url):
            said = httpx.get(f"{url}/sandbox", follow_redirects=True).json()
            assert (said.keys(), said["lasting"]) == ({"sandbox", "lasting"}, False)
            assert one.records.data["token"] not in str(said)
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    with pytest.raises(httpx.ConnectError):
        httpx.get(one.stackone_url)
    with Stage(folder) as again:
        assert (again.environment, again.records.data) == (its, one.records.data)


def test_requests_and_commands_at_the_same_time_lose_nothing_and_what_is_cut_off_prints_nothing(
    folder: Path, tool: Tool, capfd: pytest.CaptureFixture[str]
) -> None:
    with Stage(folder) as stage, ThreadPoolExecutor(12) as pool:
        for made in [pool.submit(stage.enter_by_hand, "a-secret", "an-id") for _ in range(12)]:
            made.result()
        stage.faults({"kind": "drop"})
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(stage.stackone_url)
    assert capfd.readouterr() == ("", "")
    runs = [tool.end(child) for child in [command(tool, folder) for _ in range(3)]]
    assert [(run.out, run.err) for run in runs] == [("303 True\n", "")] * 3
    assert len(set(names(folder))) == 15


def test_a_command_that_stays_is_waited_for_in_vain_and_killed_it_leaves_its_data_and_no_lock(
    folder: Path, tool: Tool
) -> None:
    child = command(tool, folder, "60")
    wait_until(lambda: child.streams[1].read_text() == "303 True\n")
    with pytest.raises(StorageError, match="Another command is using the sandbox"):
        Impatient(folder)
    child.send_signal(signal.SIGKILL)
    tool.end(child)
    (folder / "sandbox.json.killed.tmp").write_text("{")
    with Stage(folder) as stage:
        assert [profile["client_secret"] for profile in stage.profiles] == ["a-secret"]
    assert not list(folder.glob("*.tmp"))


def test_a_person_reads_what_is_waited_for_while_another_command_uses_the_sandbox(
    folder: Path, tool: Tool
) -> None:
    with ExitStack() as stack:
        stage = stack.enter_context(Stage(folder))
        someone = stack.enter_context(at(tool, "status", "--sandbox", EH_CONNECT_HOME=str(folder.parent)))
        someone.sees("Waiting for the sandbox", stays=False)
        stage.close()
        someone.sees("Nothing is set up")
        assert someone.leaves() == 0


def test_commands_share_the_lasting_sandbox_until_ctrl_c(folder: Path, tool: Tool) -> None:
    tool.environ["EH_CONNECT_HOME"] = str(folder.parent)
    serving = tool.start("sandbox", "--json")
    tool.printed(serving)
    second = tool.run("sandbox", "--json").error
    assert (second["code"], "is being served already, at http://127.0.0.1:" in second["title"]) == (4, True)
    runs = [tool.end(child) for child in [command(tool, folder) for _ in range(2)]]
    assert [(run.out, run.err) for run in runs] == [("303 False\n", "")] * 2
    serving.send_signal(signal.SIGINT)
    assert tool.end(serving).code == 130
    assert len(names(folder)) == 2


@pytest.mark.parametrize("which", SERVERS)
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
        ports = [stage.records.data[name]["port"] for name in SERVERS]
    Records.create(tmp_path / "other", *ports)
    with Sandbox(tmp_path / "other", lasting=True), pytest.raises(StorageError, match=f"{ports[0]} is taken"):
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
    Records.create(folder, 20_000, 20_001)
    file = folder / "sandbox.json"
    broken = json.dumps(json.loads(file.read_text()) | {key: value}) if key else value
    file.write_text(broken, encoding="latin-1")
    with pytest.raises(StorageError, match=r"sandbox\.json can't be read") as failure:
        Sandbox(folder)
    assert f"Delete the folder {folder}" in str(failure.value.hint)
    assert file.read_text(encoding="latin-1") == broken


def test_a_change_that_fails_changes_nothing(folder: Path) -> None:
    records = Records.create(folder, 1, 2)
    before = (folder / "sandbox.json").read_bytes()
    with pytest.raises(KeyError), records.change("stackone") as data:
        data["profiles"].append(data["unknown"])
    assert (records.data["stackone"]["profiles"], (folder / "sandbox.json").read_bytes()) == ([], before)


def test_all_that_a_command_keeps_is_in_the_sandboxs_folder(folder: Path, tool: Tool) -> None:
    run = tool.setup("--sandbox", EH_CONNECT_HOME=str(folder.parent))
    assert (run.code, [path.name for path in folder.parent.iterdir()]) == (0, ["sandbox"])
    assert "keyring.json" in {path.name for path in folder.iterdir()}


def test_without_its_extra_the_sandbox_says_what_to_install(folder: Path, tool: Tool) -> None:
    code = "import sys; sys.modules['werkzeug'] = None; from eh_connect.__main__ import program; program()"
    tool.kind = "program"
    run = tool.run(sys.executable, "-c", code, "sandbox", EH_CONNECT_HOME=str(folder.parent))
    assert (run.out, run.code) == ("", 2)
    assert "pip install 'eh-connect[sandbox]'" in run.err
    assert not folder.parent.exists()


# The keyring, as the keyring package loads it by name

KEYRING = "eh_connect.sandbox.records.SandboxKeyring"


@pytest.fixture
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EH_CONNECT_HOME", str(folder))
    return folder


def test_services_and_entries_are_kept_apart(home: Path) -> None:
    keyring = load_keyring(KEYRING)
    for place in (("one", "current"), ("one", "next"), ("two", "current")):
        assert keyring.get_password(*place) is None
        keyring.set_password(*place, " ".join(place))
    keyring.delete_password("one", "current")
    assert keyring.get_password("one", "current") is None
    assert keyring.get_password("one", "next") == "one next"
    assert keyring.get_password("two", "current") == "two current"
    with pytest.raises(PasswordDeleteError):
        keyring.delete_password("one", "current")
    assert [path.name for path in home.glob("*.json*")] == ["keyring.json"]
    assert {path.stat().st_mode & 0o777 for path in home.iterdir()} == {0o600}
    others = [each.priority for each in get_all_keyring() if not isinstance(each, SandboxKeyring)]
    assert float(keyring.priority) < min(float(priority) for priority in others), "chosen by name only"


@pytest.mark.parametrize("content", ["nonsense", "[]", '{"service": 1}', "\xff", "[" * 100_000])
def test_a_broken_keyring_is_an_error_and_stays_as_it_is(home: Path, content: str) -> None:
    home.mkdir(mode=0o700, parents=True)
    (home / "keyring.json").write_text(content, encoding="latin-1")
    with pytest.raises(KeyringError):
        load_keyring(KEYRING).set_password("service", "current", "made up")
    with pytest.raises(KeyringError):
        load_keyring(KEYRING).get_password("service", "current")
    assert (home / "keyring.json").read_text(encoding="latin-1") == content


def test_without_a_folder_the_keyring_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EH_CONNECT_HOME", raising=False)
    with pytest.raises(InitError):
        load_keyring(KEYRING).get_password("service", "current")


def test_the_keyrings_writers_lose_nothing(home: Path, tool: Tool) -> None:
    code = (
        "import sys; from eh_connect.sandbox.records import SandboxKeyring\n"
        "for n in range(10): SandboxKeyring().set_password('service', sys.argv[1] + str(n), 'made up')"
    )
    tool.kind = "code"
    runs = [tool.start(code, name, EH_CONNECT_HOME=str(home)) for name in "abc"]
    assert [tool.end(run).code for run in runs] == [0, 0, 0]
    assert len(json.loads((home / "keyring.json").read_text())["service"]) == 30
