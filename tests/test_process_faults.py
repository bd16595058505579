"""What goes wrong at StackOne, one of each kind: an exit code, nothing half done, the next run finishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import FLOWS, begin, is_finished
from tests.support.raw_server import closed

if TYPE_CHECKING:
    from tests.support.command import Run, Tool

LIST = {"method": "GET", "path": "/connector_profiles"}
UPDATE = {"method": "PATCH", "path": "/connector_profiles"}
TYPES = {5: "stackone_auth", 6: "stackone_refused", 7: "network", 8: "action_needed", 9: "rejected"}


def status(number: int, **more: Any) -> dict[str, Any]:
    return {"kind": "status", "status": number, "times": None, **more}


FAULTS = [  # the flow, where, what, the exit code: one of each kind (calls and flows have them all)
    ("creation", LIST, status(401), 5),
    ("creation", LIST, status(404), 6),
    ("creation", LIST, status(429, headers={"Retry-After": "600"}), 7),
    ("creation", LIST, status(503, headers={"Retry-After": "0"}, times=1), 0),
    ("creation", LIST, {"kind": "drop", "times": 1}, 0),
    ("creation", LIST, {"kind": "drop", "times": None}, 7),
    ("creation", LIST, {"kind": "redirect", "times": None}, 7),
    ("creation", LIST, {"kind": "html", "times": None}, 7),
    ("creation", {"method": "POST", "path": "/connector_profiles"}, status(404), 8),
    ("rotation", UPDATE, status(405), 8),
    ("rotation", UPDATE, {"kind": "drop_after"}, 0),
]


def judge(tool: Tool, run: Run, code: int) -> None:
    assert (run.code, tool.holds_what_stackone_has()) == (code, True), run
    assert "Traceback" not in run.err
    if code:
        assert run.error["type"] == TYPES[code]
        assert all(run.error[part] for part in ("title", "hint"))
        assert all(step["command"].startswith("eh-connect ") for step in run.answer["next"])


@pytest.mark.parametrize(("flow", "at", "fault", "code"), FAULTS)
def test_each_kind_of_fault_has_its_code_and_the_next_run_finishes(
    tool: Tool, flow: str, at: dict[str, str], fault: dict[str, Any], code: int
) -> None:
    changed = begin(tool, flow)
    command = (*FLOWS[flow].command, "--timeout", "4")
    tool.stage.faults({**fault, "match": at})
    run = tool.run(*command, **changed)
    judge(tool, run, code)
    if code in {5, 6}:
        assert run.error["http_status"] == fault["status"]
        assert tool.kept() == FLOWS[flow].finds
    tool.stage.faults()
    if run.code != 0:
        run = tool.run(*command, "--via", "api", **changed)
    is_finished(tool, flow, run)


def test_a_server_that_can_not_be_reached_is_a_matter_of_the_network(tool: Tool) -> None:
    judge(tool, tool.setup("--timeout", "3", STACKONE_API_URL=f"http://127.0.0.1:{closed()}"), 7)
    assert tool.kept() == {}


@pytest.mark.parametrize(
    ("variable", "proxy", "says"),
    [
        ("HTTPS_PROXY", "http://user:secret@127.0.0.1:9", "The proxy 127.0.0.1:9 refuses the connection"),
        ("ALL_PROXY", "socks5://127.0.0.1:9", "The SOCKS proxy 127.0.0.1:9 needs another package"),
    ],
)
def test_a_proxy_in_the_way_is_named(tool: Tool, variable: str, proxy: str, says: str) -> None:
    run = tool.setup("--timeout", "1", STACKONE_API_URL="https://stackone.test", **{variable: proxy})
    assert (run.error["code"], run.error["title"], "secret@" in run.out) == (7, says, False)
    assert tool.kept() == {}


def test_the_time_that_is_given_is_the_time_that_it_takes(tool: Tool) -> None:
    tool.stage.faults({"kind": "delay", "match": LIST, "seconds": 8, "times": None})
    judge(tool, tool.setup("--timeout", "1"), 7)


def test_credentials_that_employment_hero_rejects_are_written_nowhere(tool: Tool) -> None:
    run = tool.setup(EH_CONNECT_CLIENT_SECRET="unknown-secret-of-43-characters-000000000000")
    judge(tool, run, 9)
    assert (tool.stage.profiles, tool.kept()) == ([], {})
