"""``verify`` and ``link`` as processes, unattended: the link, the wait, the list actions, and what stays."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.stackone.models import REDIRECT_URI
from tests.support.forked import wait_until

if TYPE_CHECKING:
    from tests.support.command import Run, Tool

SESSION = {"session_id", "auth_link_url", "expires_at", "status", "oauth_error"}
OWNER = ("--owner-id", "customer-1", "--owner-name", "Customer One")
ACTIONS = {"method": "POST", "path": "/actions/rpc"}
SOMEBODY = "Zebedee Quillfeather-Canary"
"""A name as it stands in an employee's record."""


@pytest.fixture
def done(tool: Tool) -> Tool:
    """A profile is there."""
    tool.setup().succeeded  # noqa: B018  # it asserts
    return tool


def link_of(tool: Tool) -> str:
    """That of the latest session, as only StackOne and who made it know it."""
    session = tool.stage.records.data["stackone"]["sessions"][-1]
    return f"{tool.stage.stackone_url}/connect/link/{session['token']}"


def waited(tool: Tool, *arguments: str, consent: bool = True, command: str = "verify") -> Run:
    """A run that waits while somebody goes through the link."""
    known = len(tool.stage.sessions)
    child = tool.start(command, "--json", "--wait", "30", *arguments)
    wait_until(lambda: len(tool.stage.sessions) > known)
    tool.stage.sign_in(link_of(tool), consent=consent)
    return tool.end(child)


def signed_in(tool: Tool, *arguments: str) -> Run:
    """The run after one that left its link, through which somebody went."""
    tool.stage.sign_in(tool.run("verify", "--json").succeeded["auth_link_url"])
    return tool.run("verify", "--json", *arguments)


def checked(tool: Tool, status: int, body: str) -> Run:
    """The same, with the list actions, each of which StackOne answers so; what it answers is found nowhere."""
    headers = {"Retry-After": "600"}
    fault = {"kind": "status", "status": status, "body": body, "headers": headers, "match": ACTIONS}
    tool.stage.faults({**fault, "times": None})
    run = signed_in(tool, "--actions", "--verbose", "--timeout", "8")
    tool.stage.faults()
    files = [path.read_bytes() for path in tool.folder.rglob("*") if path.is_file()]
    assert not any(SOMEBODY.encode() in text for text in (run.out.encode(), run.err.encode(), *files))
    assert (run.answer["status"], tool.stage.accounts) == ("authenticated", [])
    return run


def verified_at(tool: Tool) -> Any:
    return tool.run("status", "--json").succeeded["profiles"][0]["local"]["proven"]


def test_without_a_wait_the_link_is_left_and_the_next_run_sees_the_sign_in(done: Tool) -> None:
    first = done.run("verify", "--json").succeeded
    assert (first["status"], first["auth_link_url"], first["oauth_error"]) == ("pending", link_of(done), None)
    assert [step["command"] for step in first["next"]] == ["eh-connect verify"]
    assert verified_at(done) is None
    again = done.run("verify", "--json").succeeded
    assert [again[name] for name in ("session_id", "status", "expires_at", "auth_link_url")] == [
        *(first[name] for name in ("session_id", "status", "expires_at")),
        None,
    ]
    done.stage.sign_in(first["auth_link_url"])
    second = done.run("verify", "--json").succeeded
    assert (second["session_id"], second["status"]) == (first["session_id"], "authenticated")
    assert (second["auth_link_url"], done.stage.requests().count("POST /connect_sessions")) == (None, 1)
    assert done.setup().succeeded["proven"] == verified_at(done) is not None
    assert done.setup(**done.rotated).succeeded["proven"] is None


def test_another_link_is_made_where_one_is_waited_for_or_the_earlier_one_ran_out(done: Tool) -> None:
    first = done.run("verify", "--json").succeeded
    waiting = done.run("verify", "--json", "--wait", "1")
    assert (waiting.error["code"], waiting.answer["auth_link_url"]) == (8, link_of(done))
    assert "Waiting for the sign-in" in waiting.err
    (warning,) = waiting.answer["warnings"]
    assert "an earlier run works too" in warning
    with done.stage.records.change("stackone") as data:
        data["sessions"][-1]["shown"]["created_at"] = "2026-01-01T00:00:00Z"
    last = done.run("verify", "--json").succeeded
    assert (last["auth_link_url"], last["warnings"]) == (link_of(done), [])
    ageless = json.dumps({"id": last["session_id"]})
    done.stage.faults(
        {"kind": "status", "status": 200, "body": ageless, "match": {"path": "/connect_sessions/"}}
    )
    unknown = done.run("verify", "--json").succeeded
    assert unknown["auth_link_url"] == link_of(done)
    assert len({each["session_id"] for each in (first, waiting.answer, last, unknown)}) == 4


def test_each_test_has_an_owner_of_its_own_and_its_account_is_removed(done: Tool) -> None:
    owners = set()
    for _ in range(2):
        assert signed_in(done).succeeded["status"] == "authenticated"
        owners.add(done.stage.sessions[-1]["origin_owner_id"])
        assert (done.stage.sessions[-1]["type"], done.stage.accounts) == ("test", [])
    assert len(owners) == 2
    assert signed_in(done, "--keep-account").succeeded["warnings"] == []
    (account,) = done.stage.accounts
    assert account["shown"]["id"] in (done.state / "profile-default.json").read_text()


@pytest.mark.parametrize(
    ("wrong", "consent", "wait", "code", "error", "status"),
    [
        ({"client_secrets": ["another"]}, True, "30", 9, "invalid_client", "error"),
        ({"redirect_uri": f"{REDIRECT_URI}/"}, True, "1", 8, None, "pending"),
        ({}, False, "30", 8, "access_denied", "cancelled"),
    ],
    ids=["another secret", "another address", "cancelled"],
)
def test_a_sign_in_that_does_not_work_has_its_code_and_carries_the_session(
    done: Tool, wrong: dict[str, Any], consent: bool, wait: str, code: int, error: str | None, status: str
) -> None:
    with done.stage.records.change("employment_hero") as data:
        data["applications"][-1].update(wrong)
    run = waited(done, "--wait", wait, consent=consent)
    assert (run.error["code"], run.answer["oauth_error"], run.answer["status"]) == (code, error, status)
    assert run.answer.keys() >= SESSION
    assert run.answer["auth_link_url"] == link_of(done)
    assert run.answer["next"]
    assert verified_at(done) is None


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_hands_out_its_link(done: Tool, sent: signal.Signals) -> None:
    child = done.start("verify", "--json", "--wait", "30")
    wait_until(lambda: any("GET /connect_sessions/" in each for each in done.stage.requests()))
    child.send_signal(sent)
    run = done.end(child)
    assert (run.error["code"], run.answer["auth_link_url"]) == (128 + sent, link_of(done))
    done.stage.sign_in(link_of(done))
    assert done.run("verify", "--json").succeeded["status"] == "authenticated"


def test_the_label_is_free_while_a_person_is_waited_for(done: Tool) -> None:
    child = done.start("verify", "--json", "--wait", "30")
    wait_until(lambda: any("GET /connect_sessions/" in each for each in done.stage.requests()))
    assert done.setup(**done.rotated).succeeded["action"] == "updated"
    done.stage.sign_in(link_of(done))
    answer = done.end(child).succeeded
    assert (answer["status"], bool(answer["warnings"])) == ("authenticated", True)
    assert verified_at(done) is None, "it was of what was there before"


def test_the_token_is_shown_where_it_was_asked_for_and_is_nowhere_else(done: Tool) -> None:
    run = done.run("verify", "--json", "--verbose")
    token = link_of(done).rpartition("/")[2]
    assert (token in run.out, token in run.err) == (True, False)
    assert "POST 127.0.0.1/connect_sessions" in run.err
    files = [path.read_text() for path in done.folder.rglob("*") if path.is_file()]
    assert not any(token in text for text in (*files, done.keyring.read_text()))


# The actions


def test_the_list_actions_show_whether_the_scopes_are_enough(done: Tool) -> None:
    run = signed_in(done, "--actions")
    actions = run.answer["actions"]
    assert (run.code, run.answer["status"], done.stage.accounts) == (9, "authenticated", [])
    assert {each["result"] for each in actions} == {"works", "scope_missing"}
    assert all((each["missing_scope"] is None) is (each["result"] == "works") for each in actions)
    (due, *_) = done.run("status", "--json").succeeded["profiles"][0]["due"]
    assert due["id"] == "scopes_missing"


def test_what_was_left_out_by_choice_is_not_missing(done: Tool) -> None:
    done.setup("--scopes", "directory").succeeded  # noqa: B018  # it asserts
    actions = signed_in(done, "--actions").succeeded["actions"]
    assert {each["result"] for each in actions} == {"works", "not_chosen"}
    assert done.run("status", "--json", "--check").code == 0
    done.setup("--scopes", "all-read").succeeded  # noqa: B018  # it asserts
    assert signed_in(done, "--actions").code == done.run("status", "--json", "--check").code == 9


def test_only_the_actions_that_were_chosen_are_run(done: Tool) -> None:
    done.setup("--action", "employmenthero_list_teams").succeeded  # noqa: B018  # it asserts
    for _ in range(2):
        actions = signed_in(done, "--actions").answer["actions"]
        assert [each["id"] for each in actions] == ["employmenthero_list_teams"]
        done.run("rotate", "--json", **done.rotated).succeeded  # noqa: B018  # it asserts


def test_the_data_of_people_is_found_nowhere(done: Tool) -> None:
    record = {"name": SOMEBODY, "notes": "x" * 10_000_000}
    for data in (json.dumps({"data": [record]}), f"<p>{SOMEBODY}"):
        run = checked(done, 200, data)
        assert (run.code, {each["result"] for each in run.answer["actions"]}) == (0, {"works"}), data[:20]


def test_what_could_not_be_checked_is_no_failure_of_the_profile(done: Tool) -> None:
    for status in (403, 404, 429, 502):
        run = checked(done, status, '{"message": "Try later"}')
        actions = run.succeeded["actions"] or ()
        assert {each["result"] for each in actions} <= {"not_checked"}, status
        assert {each["http_status"] for each in actions} <= {status, None}


def test_a_scope_that_is_missing_is_named_with_its_card(done: Tool) -> None:
    said = {"status": 403, "raw": {"error": "insufficient_scope"}, "url": f"https://x.test/{SOMEBODY}"}
    run = checked(done, 403, json.dumps({"message": "Forbidden", "provider_errors": [said]}))
    assert (run.code, run.answer["actions"][0]["result"]) == (9, "scope_missing")
    assert run.answer["actions"][0]["missing_scope"] == "Employees: Read (Admin)"


def test_stopped_in_the_middle_it_leaves_no_test_account_unmentioned(done: Tool) -> None:
    done.stage.sign_in(done.run("verify", "--json").succeeded["auth_link_url"])
    (account,) = done.stage.accounts
    done.stage.faults({"kind": "delay", "seconds": 4, "match": ACTIONS})
    child = done.start("verify", "--json", "--actions")
    wait_until(lambda: any("/actions/rpc" in each for each in done.stage.requests()))
    child.send_signal(signal.SIGINT)
    run = done.end(child)
    assert run.code == 130
    assert done.stage.accounts == [] or account["id"] in run.out + run.err


# A customer's link


def test_a_customers_link_is_made_and_nothing_is_kept_of_it(done: Tool) -> None:
    before = (done.state / "profile-default.json").read_bytes()
    done.run("link", "--json", *OWNER, "--label", "Spring", "--expires-in", "60").succeeded  # noqa: B018  # it asserts
    (session,) = done.stage.sessions
    assert (session["type"], session["label"]) == ("production", "Spring")
    assert (session["origin_owner_id"], session["origin_owner_name"]) == ("customer-1", "Customer One")
    assert (done.state / "profile-default.json").read_bytes() == before
    assert waited(done, *OWNER, command="link").succeeded["status"] == "authenticated"
    assert len(done.stage.accounts) == 1
    failed = waited(done, *OWNER, consent=False, command="link")
    assert failed.error["type"] == "action_needed"
    again = "eh-connect link --owner-name 'Customer One' --owner-id customer-1"
    assert [step["command"] for step in failed.answer["next"]] == [again]


@pytest.mark.parametrize("command", [("verify",), ("link", *OWNER)])
def test_each_mistake_has_its_code(tool: Tool, command: tuple[str, ...]) -> None:
    def code(*arguments: str, **changed: str | None) -> Any:
        return tool.run(*command, "--json", *arguments, **changed).error["code"]

    assert code(STACKONE_API_KEY=None) == code("--wait", "soon") == code(STACKONE_API_KEY="a b") == 3
    assert code() == 6, "no profile is known"
    tool.setup().succeeded  # noqa: B018  # it asserts
    assert code("--profile-id", "other") == code("--profile", "another") == 6
    assert code(STACKONE_API_KEY="v1.eu1.unknown") == 5
    assert code("--stackone-url", "http://127.0.0.1:9") == 3, "saved secrets are bound to their servers"


def test_all_that_is_missing_for_a_link_is_told_at_once(tool: Tool) -> None:
    error = tool.run("link", "--json", "--expires-in", "0.5", STACKONE_API_KEY=None).error
    missing = {"--api-key-file", "--owner-id", "--owner-name"}
    assert {problem["flag"] for problem in error["missing"]} == missing
    assert [problem["flag"] for problem in error["invalid"]] == ["--expires-in"]


def test_a_sandbox_that_ends_with_the_command_says_that_its_link_does_too(tool: Tool) -> None:
    assert tool.run("setup", "--sandbox", "--json").code == 0
    for command in (("verify",), ("link", *OWNER)):
        answer = tool.run(*command, "--sandbox", "--json").succeeded
        assert any("eh-connect sandbox" in warning for warning in answer["warnings"])
