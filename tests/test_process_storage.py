"""Folder and keyring as the tool may find them: what is not the person's alone is not believed."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support import leaks
from tests.support.raw_server import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.command import Tool
    from tests.support.raw_server import Peer

LINK = ["link", "--owner-id", "customer-1", "--owner-name", "Customer One"]
COMMANDS = [
    ["setup"],
    ["setup", "--no-store", "--if-exists", "update"],
    ["rotate"],
    ["verify"],
    LINK,
    ["status", "--offline"],
    ["remove", "--yes"],
    ["guide", "--format", "html"],
    ["setup", "--dry-run"],
    ["setup", "--sandbox"],
]


def plant(tool: Tool, **addresses: str) -> Path:
    """A state file that names other servers."""
    tool.state.mkdir(mode=0o700, exist_ok=True)
    file = state_file(tool)
    file.write_text(json.dumps({"schema": 1, "label": "default", **addresses}))
    file.chmod(0o600)
    return file


def nothing_was_sent(tool: Tool) -> bool:
    return tool.stage.requests() == tool.stage.requests(employment_hero=True) == []


@pytest.fixture
def his() -> Iterator[str]:
    """The address of a server that must never be sent anything."""
    heads: list[bytes] = []

    def listen(peer: Peer) -> None:
        heads.append(peer.head())

    with serving(listen) as port:
        yield f"http://127.0.0.1:{port}"
    assert not heads


def state_file(tool: Tool) -> Path:
    return tool.state / "profile-default.json"


OPEN_TO_ALL = "a folder that is open to all"
UNSAFE: dict[str, Callable[[Tool], None]] = {
    OPEN_TO_ALL: lambda tool: tool.state.chmod(0o777),
    "a folder that is open to the group": lambda tool: tool.state.chmod(0o770),
    "a file that is open to all": lambda tool: state_file(tool).chmod(0o666),
    "a folder of somebody else": lambda tool: os.chown(tool.state, 12345, 12345),
    "a file of somebody else": lambda tool: os.chown(state_file(tool), 12345, 12345),
}
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.mark.parametrize("unsafe", [name for name in UNSAFE if IS_ROOT or "else" not in name])
def test_what_others_may_write_is_not_believed(tool: Tool, unsafe: str, his: str) -> None:
    plant(tool, stackone_url=his, oauth_url=his)
    UNSAFE[unsafe](tool)
    for command in COMMANDS if unsafe == OPEN_TO_ALL else (["setup"],):
        error = tool.run(*command, "--json").error
        assert (error["code"], error["type"]) == (4, "storage"), command
    assert nothing_was_sent(tool)
    checks = tool.run("doctor", "--json").answer["checks"]
    said = [check["detail"] + (check["remedy"] or "") for check in checks if check["result"] == "fail"]
    assert any(tool.state.name in text for text in said)


def test_a_state_of_ones_own_decides_nothing_about_where_secrets_go(tool: Tool, his: str) -> None:
    for command in COMMANDS:
        plant(tool, stackone_url=his, oauth_url=his)
        run = tool.run(*command, "--json")
        assert run.code in {0, 3, 4, 6}, (command, run)


def test_secrets_go_only_to_the_servers_that_they_were_saved_for(tool: Tool, his: str) -> None:
    tool.setup().succeeded  # noqa: B018  # it asserts
    own = dict.fromkeys(("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET"))
    for command in (["setup"], ["rotate", "--rollback"], ["verify"]):
        run = tool.run(*command, "--json", STACKONE_API_URL=his, **own)
        assert (run.error["code"], run.error["type"]) == (3, "input"), run


@pytest.mark.parametrize("kind", ["damaged", "a pipe", "a folder"])
def test_a_state_file_that_can_not_be_read_stops_before_anything_is_sent(tool: Tool, kind: str) -> None:
    file = plant(tool)
    if kind == "damaged":
        file.write_bytes(b"{")
    else:
        file.unlink()
        os.mkfifo(file, 0o600) if kind == "a pipe" else file.mkdir()
    error = tool.setup().error
    assert (error["code"], error["type"]) == (4, "storage")
    assert nothing_was_sent(tool)


def test_a_label_that_can_not_be_read_does_not_hide_the_others(tool: Tool) -> None:
    tool.setup("--profile", "whole").succeeded  # noqa: B018  # it asserts
    (tool.state / "profile-damaged.json").write_text("{")
    (tool.state / "profile-damaged.json").chmod(0o600)
    run = tool.run("status", "--json")
    assert (run.error["code"], "profile-damaged.json" in run.error["title"]) == (4, True)
    damaged, whole = run.answer["profiles"]
    assert (damaged["label"], damaged["local"]) == ("damaged", None)
    assert (whole["label"], whole["agree"]) == ("whole", True)
    assert tool.setup("--profile", "whole").succeeded["action"] == "unchanged"


def test_without_a_store_nothing_is_written(tool: Tool) -> None:
    run = tool.setup("--no-store", EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring")
    assert run.succeeded["secret"]["stored_in"] is None
    assert (tool.keyring.exists(), tool.state.exists()) == (False, False)
    written = [path for kind, path, *_ in tool.recorded() if kind == "wrote"]
    assert all(path.startswith("/dev/") for path in written)


def test_state_is_private_and_holds_no_secret(tool: Tool) -> None:
    tool.setup().succeeded  # noqa: B018  # it asserts; the canaries are looked for
    assert tool.state.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in tool.state.iterdir() if file.is_file()} == {0o600}
    assert leaks.CLIENT_ID not in "".join(file.read_text() for file in tool.state.glob("*.json"))
