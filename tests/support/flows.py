"""The flows that write to StackOne, for tests that disturb each of them in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.command import NEW_PAIR, PAIR
from tests.support.forked import wait_until

if TYPE_CHECKING:
    from tests.support.command import Run, Tool
    from tests.support.forked import Child

FLOWS = ("creation", "update", "rotation", "rollback")
_COMMANDS = {"rotation": ("rotate",), "rollback": ("rotate", "--rollback")}
_BRINGS_NEW = {"update", "rotation"}
_FINDS = {"creation": {}, "rollback": {"current": NEW_PAIR, "previous": PAIR}}
_LEAVES = {"creation": {}, "rollback": {"previous": NEW_PAIR}}


def command_of(flow: str) -> tuple[str, ...]:
    """The command that the flow is of."""
    return _COMMANDS.get(flow, ("setup",))


def begin(tool: Tool, flow: str) -> dict[str, str]:
    """Do what comes before the flow; the variables that it needs."""
    if flow != "creation":
        tool.setup().succeeded  # noqa: B018  # it asserts
    if flow == "rollback":
        tool.run("rotate", "--json", **tool.rotated).succeeded  # noqa: B018  # it asserts
    return tool.rotated if flow in _BRINGS_NEW else {}


def kept_before(flow: str) -> dict[str, dict[str, str]]:
    """The pairs in the keyring that the flow begins with."""
    return _FINDS.get(flow, {"current": PAIR})


def pair_of(flow: str) -> dict[str, str]:
    """The pair that is in force after the flow."""
    return NEW_PAIR if flow in _BRINGS_NEW else PAIR


def is_finished(tool: Tool, flow: str, run: Run) -> None:
    """The run ended well; all is as the flow leaves it, once; and there is nothing left to do."""
    assert run.succeeded["action"] in {"created", "updated", "unchanged", "rotated", "rolled_back"}
    wanted = pair_of(flow)
    (made,) = tool.stage.profiles
    assert {key: made[key] for key in wanted} == wanted
    assert tool.kept() == {"current": wanted} | _LEAVES.get(flow, {"previous": PAIR})
    again = tool.setup(EH_CONNECT_CLIENT_SECRET=wanted["client_secret"])
    assert again.succeeded["action"] == "unchanged"
    assert not list(tool.state.glob("*.tmp"))


def hang(
    tool: Tool,
    method: str,
    path: str,
    earlier: int = 0,
    *,
    command: tuple[str, ...] = ("setup", "--json"),
    takes_effect: bool = True,
    seconds: float = 2,
    changed: dict[str, str] | None = None,
    real: bool = False,
) -> Child:
    """Start a run that waits for the answer to a request, the next after ``earlier`` ones like it.

    ``real``: an interpreter of its own.
    """
    match = {"method": method, "path": path}
    slow = {"kind": "delay" if takes_effect else "drop", "match": match, "seconds": seconds}
    tool.stage.faults({"kind": "delay", "match": match, "times": earlier}, slow)
    known = len(tool.stage.requests())
    child = (tool.start_real if real else tool.start)(*command, **(changed or {}))

    def hangs() -> bool:
        sent = [entry for entry in tool.stage.requests()[known:] if entry.startswith(f"{method} {path}")]
        return len(sent) == earlier + 1

    wait_until(hangs)
    return child
