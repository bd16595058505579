"""``verify --actions`` as a process: real people's data is thrown away, and nothing that fails is hidden."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.flows import wait_until

if TYPE_CHECKING:
    from tests.support.command import Run, Tool

RPC = {"method": "POST", "path": "/actions/rpc"}
SOMEBODY = "Zebedee Quillfeather-Canary"
"""A name as it stands in an employee's record."""


@pytest.fixture
def signed_in(tool: Tool) -> Tool:
    """A profile, and somebody who went through the link of its test."""
    assert tool.setup().code == 0
    tool.stage.sign_in(tool.run("verify", "--json").succeeded["auth_link_url"])
    return tool


def check(tool: Tool, *, status: int, body: str, **headers: str) -> Run:
    fault = {
        "kind": "status",
        "status": status,
        "body": body,
        "headers": headers,
        "match": RPC,
        "times": None,
    }
    tool.stage.faults(fault)
    run = tool.run("verify", "--json", "--actions", "--verbose", "--timeout", "8")
    tool.stage.faults()
    return run


def is_nowhere(tool: Tool, run: Run) -> bool:
    files = [path.read_bytes() for path in tool.folder.rglob("*") if path.is_file()]
    return all(SOMEBODY.encode() not in content for content in (run.out.encode(), run.err.encode(), *files))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"data": [{"name": SOMEBODY}]}),
        json.dumps({"data": [{"name": SOMEBODY, "notes": "x" * 10_000_000}]}),
        f"<html>{SOMEBODY}</html>",
        SOMEBODY,
    ],
    ids=["a record", "10 MB", "a page", "no JSON"],
)
def test_the_data_of_people_is_found_nowhere(signed_in: Tool, body: str) -> None:
    run = check(signed_in, status=200, body=body)
    assert {each["result"] for each in run.succeeded["actions"]} == {"works"}
    assert is_nowhere(signed_in, run)
    assert signed_in.stage.accounts == []


@pytest.mark.parametrize("status", [401, 403, 408, 409, 429, 500, 502])
def test_what_could_not_be_checked_is_no_failure_of_the_profile(signed_in: Tool, status: int) -> None:
    run = check(signed_in, status=status, body='{"message": "Try later"}', **{"Retry-After": "1"})
    answer = run.succeeded
    assert answer["status"] == "authenticated"
    assert {each["result"] for each in answer["actions"]} == {"not_checked"}
    assert {each["http_status"] for each in answer["actions"]} <= {status, None}
    assert signed_in.stage.accounts == []


def test_a_scope_that_is_missing_is_named_with_its_card(signed_in: Tool) -> None:
    said = {"status": 403, "raw": {"error": "insufficient_scope"}, "url": f"https://x.test/{SOMEBODY}"}
    run = check(signed_in, status=403, body=json.dumps({"message": "Forbidden", "provider_errors": [said]}))
    assert (run.code, run.answer["actions"][0]["result"]) == (9, "scope_missing")
    assert run.answer["actions"][0]["missing_scope"] == "Employees: Read (Admin)"
    assert is_nowhere(signed_in, run)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_leaves_no_test_account_unmentioned(
    signed_in: Tool, sent: signal.Signals
) -> None:
    (account,) = signed_in.stage.accounts
    signed_in.stage.faults({"kind": "delay", "seconds": 4, "match": RPC})
    child = signed_in.start("verify", "--json", "--actions")
    wait_until(lambda: any("/actions/rpc" in each for each in signed_in.stage.requests()))
    child.send_signal(sent)
    run = signed_in.end(child)
    assert run.code == 128 + sent
    assert signed_in.stage.accounts == [] or account["id"] in run.out + run.err
