"""``verify`` and ``link`` as processes, unattended, against the rehearsal."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.sandbox.keyring import SandboxKeyring
from eh_connect.sandbox.source import prepare
from eh_connect.stackone.models import REDIRECT_URI
from tests.support import leaks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.command import Run, Tool

FIELDS = {"session_id", "auth_link_url", "expires_at", "status", "oauth_error"}
COMMON = {"schema", "command", "ok", "warnings", "next"}
OWNER = ("--owner-id", "customer-1", "--owner-name", "Customer One")


def wait_until(ready: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < end
        time.sleep(0.02)


def sessions(tool: Tool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tool.stage.prepared.rehearsal.records.data["sessions"]
    return found


def link(tool: Tool) -> str:
    """That of the latest session, as only StackOne and who made it know it."""
    return f"{tool.stage.stackone_url}/connect/link/{sessions(tool)[-1]['token']}"


def application(tool: Tool, **changed: Any) -> None:
    """Somebody changes the application in the Developer Portal."""
    with tool.stage.prepared.rehearsal.records.change() as data:
        for its in data["applications"]:
            if its["client_id"] == leaks.CLIENT_ID:
                its.update(changed)


def state(tool: Tool) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads((tool.state / "profile-default.json").read_text())
    return kept


def waited(tool: Tool, *arguments: str, consent: bool = True, command: str = "verify") -> Run:
    """A run that waits while somebody goes through the link."""
    process = tool.start(command, "--json", "--wait", "30", *arguments)
    wait_until(lambda: bool(sessions(tool)))
    tool.stage.sign_in(link(tool), consent=consent)
    return tool.end(process)


@pytest.fixture
def done(tool: Tool) -> Tool:
    """A profile is there."""
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    return tool


def test_the_link_is_left_and_the_next_run_sees_the_sign_in(done: Tool) -> None:
    first = done.run("verify", "--json").succeeded
    assert first.keys() == COMMON | FIELDS
    assert (first["session_id"], first["status"], first["oauth_error"]) == (1, "pending", None)
    assert first["auth_link_url"] == link(done)
    assert first["expires_at"].endswith("+00:00")
    assert [step["command"] for step in first["next"]] == ["eh-connect verify"]
    assert state(done)["proven_at"] is None
    done.stage.sign_in(first["auth_link_url"])
    second = done.run("verify", "--json").succeeded
    assert second.keys() == COMMON | FIELDS
    assert (second["session_id"], second["status"], second["auth_link_url"]) == (1, "authenticated", None)
    assert state(done)["proven_at"] is not None
    assert done.stage.requests().count("POST /connect_sessions") == 1
    assert done.setup_here().succeeded["proven"] == state(done)["proven_at"]


def test_a_run_that_waits_ends_with_the_proof(done: Tool) -> None:
    answer = waited(done).succeeded
    assert (answer["status"], answer["auth_link_url"]) == ("authenticated", link(done))
    assert state(done)["proven_at"] is not None


def test_a_person_reads_the_link_and_that_nothing_is_proven(done: Tool) -> None:
    run = done.run("verify")
    assert run.code == 0
    assert link(done) in run.out.splitlines()
    assert "Nothing is proven yet." in run.out


def test_the_test_account_stays_unasked_and_the_warning_says_so(done: Tool) -> None:
    (warning,) = waited(done).succeeded["warnings"]
    (account,) = done.stage.prepared.rehearsal.records.data["accounts"]
    assert account["id"] in warning
    assert (account["type"], account["origin_owner_id"]) == ("TEST", "eh-connect-verify")


def test_with_keep_account_nobody_is_warned(done: Tool) -> None:
    assert waited(done, "--keep-account").succeeded["warnings"] == []


def test_a_wrong_secret_is_rejected_with_the_command_for_it(done: Tool) -> None:
    application(done, client_secrets=["another"])
    run = waited(done)
    assert (run.code, run.error["type"], run.answer["oauth_error"]) == (9, "rejected", "invalid_client")
    assert run.answer.keys() == COMMON | FIELDS | {"error"}
    assert (run.answer["status"], run.answer["auth_link_url"]) == ("error", link(done))
    assert [step["command"] for step in run.answer["next"]] == ["eh-connect rotate"]
    assert (state(done)["proven_at"], state(done)["session_id"]) == (None, None)


def test_without_pkce_it_is_not_the_admins_fault(done: Tool) -> None:
    done.stage.settings(pkce="off")
    run = waited(done)
    assert (run.code, run.answer["oauth_error"]) == (9, "invalid_request")
    assert "not your fault" in run.error["detail"]


def test_a_cancelled_consent_needs_a_person(done: Tool) -> None:
    run = waited(done, consent=False)
    assert (run.code, run.error["type"], run.answer["status"]) == (8, "action_needed", "cancelled")


@pytest.mark.parametrize("wrong", [{"redirect_uri": f"{REDIRECT_URI}/"}, {"client_id": "another"}])
def test_what_stackone_does_not_hear_of_is_still_pending(done: Tool, wrong: dict[str, str]) -> None:
    application(done, **wrong)
    process = done.start("verify", "--json", "--wait", "2")
    wait_until(lambda: bool(sessions(done)))
    done.stage.sign_in(link(done))
    run = done.end(process)
    assert (run.code, run.error["type"], run.answer["status"]) == (8, "action_needed", "pending")
    assert REDIRECT_URI in run.error["detail"]
    assert "Client ID" in run.error["detail"]
    assert run.answer["auth_link_url"] == link(done)


def test_an_expired_link_is_pending_too(done: Tool) -> None:
    process = done.start("verify", "--json", "--wait", "2")
    wait_until(lambda: bool(sessions(done)))
    done.stage.expire_sessions()
    assert "can't be used" in done.stage.sign_in(link(done))
    run = done.end(process)
    assert (run.code, run.answer["status"]) == (8, "pending")


def test_an_outage_while_waiting_is_looked_past(done: Tool) -> None:
    match = {"method": "GET", "path": "/connect_sessions"}
    done.stage.faults({"kind": "drop", "match": match, "times": 5})
    assert waited(done).succeeded["status"] == "authenticated"


def test_nobody_is_locked_out_while_a_person_is_waited_for(done: Tool) -> None:
    process = done.start("verify", "--json", "--wait", "30")
    wait_until(lambda: bool(sessions(done)))
    assert done.setup(**done.rotated).succeeded["action"] == "updated"
    done.stage.sign_in(link(done))
    answer = done.end(process).succeeded
    assert answer["status"] == "authenticated"
    assert any("not noted" in warning for warning in answer["warnings"])
    assert state(done)["proven_at"] is None


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_stopped_has_its_link_all_the_same(done: Tool, sent: signal.Signals, code: int) -> None:
    process = done.start("verify", "--json", "--wait", "30")
    wait_until(lambda: "GET /connect_sessions/1" in done.stage.requests())
    process.send_signal(sent)
    run = done.end(process)
    assert run.code == run.error["code"] == code
    assert (run.answer["session_id"], run.answer["auth_link_url"]) == (1, link(done))
    done.stage.sign_in(link(done))
    assert done.run("verify", "--json").succeeded["status"] == "authenticated"


def test_the_token_is_where_it_was_asked_for_and_nowhere_else(done: Tool) -> None:
    run = done.run("verify", "--json", "--verbose")
    token = sessions(done)[-1]["token"]
    assert token in run.out
    assert "POST 127.0.0.1/connect_sessions" in run.err
    assert token not in run.err
    for path in done.folder.rglob("*"):
        if path.is_file():
            assert token.encode() not in path.read_bytes(), path
    assert token not in done.keyring.read_text()


def test_verbose_tells_each_look_without_the_token(done: Tool) -> None:
    process = done.start("verify", "--keep-account", "--verbose", "--wait", "30")
    wait_until(lambda: bool(sessions(done)))
    done.stage.sign_in(link(done))
    run = done.end(process)
    told = [line for line in run.err.splitlines() if line.startswith("  ")]
    assert any("GET 127.0.0.1/connect_sessions/1" in line for line in told)
    assert all(sessions(done)[-1]["token"] not in line for line in told)


def test_a_link_that_leads_elsewhere_is_neither_shown_nor_noted(done: Tool) -> None:
    answer = json.dumps({"id": 1, "auth_link_url": "https://evil.example/canary", "token": "a"})
    match = {"method": "POST", "path": "/connect_sessions"}
    done.stage.faults({"kind": "body", "match": match, "body": answer, "times": None})
    run = done.run("verify", "--json")
    assert (run.code, run.error["type"]) == (7, "network")
    assert "evil.example" not in run.out + run.err
    assert state(done)["session_id"] is None


@pytest.mark.parametrize("command", [("verify",), ("link", *OWNER)])
def test_each_mistake_has_its_code(tool: Tool, command: tuple[str, ...]) -> None:
    def code(*arguments: str, **changed: str | None) -> int:
        run = tool.run(*command, "--json", *arguments, **changed)
        assert run.error["code"] == run.code
        return run.code

    assert code("--nonsense") == 2
    assert code("--api-key", "v1.eu1.x") == 2
    assert code(STACKONE_API_KEY=None) == 3
    assert code("--wait", "soon") == 3
    assert code(STACKONE_API_KEY="an e-mail?") == 3
    assert code() == 6, "no profile is known"
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    assert code("--profile-id", "other") == 6
    assert code(STACKONE_API_KEY="v1.eu1.unknown") == 5
    assert code(STACKONE_API_KEY=leaks.READ_ONLY_KEY) == 5
    assert code("--stackone-url", "http://127.0.0.1:9") == 3, "the pair is bound to its hosts"
    tool.stage.faults({"kind": "status", "match": {"path": "/connect_sessions"}, "times": None})
    assert code("--timeout", "3") == 7
    assert code("--profile", "another") == 6


def test_all_that_is_missing_for_a_link_is_told_at_once(tool: Tool) -> None:
    run = tool.run("link", "--json", "--expires-in", "0.5", STACKONE_API_KEY=None)
    assert run.code == 3
    assert [problem["flag"] for problem in run.error["missing"]] == [
        "--owner-id",
        "--owner-name",
        "--api-key-file",
    ]
    assert [problem["flag"] for problem in run.error["invalid"]] == ["--expires-in"]


@pytest.mark.parametrize("life", ["0", "-1", "1.5", "x", "", "1e3", "31622401", "9" * 5000, "٣"])
def test_a_life_that_makes_no_sense_is_refused(done: Tool, life: str) -> None:
    run = done.run("link", "--json", *OWNER, "--expires-in", life)
    assert (run.code, run.error["invalid"][0]["flag"]) == (3, "--expires-in")


def test_a_customers_link(done: Tool) -> None:
    before = (done.state / "profile-default.json").read_bytes()
    answer = done.run("link", "--json", *OWNER, "--label", "Spring", "--expires-in", "60").succeeded
    assert answer.keys() == COMMON | FIELDS
    assert (answer["command"], answer["status"]) == ("link", "pending")
    (session,) = sessions(done)
    shown = session["shown"]
    assert (shown["type"], shown["label"]) == ("PRODUCTION", "Spring")
    assert (shown["origin_owner_id"], shown["origin_owner_name"]) == ("customer-1", "Customer One")
    done.stage.sign_in(answer["auth_link_url"])
    (account,) = done.stage.prepared.rehearsal.records.data["accounts"]
    assert account["type"] == "PRODUCTION"
    assert (done.state / "profile-default.json").read_bytes() == before, "nothing is kept of it"


def test_a_customers_link_can_be_waited_for(done: Tool) -> None:
    assert waited(done, *OWNER, command="link").succeeded["status"] == "authenticated"
    assert state(done)["proven_at"] is None


def test_a_customers_link_is_said_to_be_a_bearer_token(done: Tool) -> None:
    run = done.run("link", *OWNER)
    assert link(done) in run.out.splitlines()
    assert "bearer token" in run.out


def test_a_customers_failure_names_the_same_command_again(done: Tool) -> None:
    run = waited(done, *OWNER, consent=False, command="link")
    (step,) = run.answer["next"]
    assert run.code == 8
    assert step["command"] == ("eh-connect link --owner-id customer-1 --owner-name 'Customer One' --wait 30")


def test_a_profile_of_which_nothing_is_kept_is_proven_by_its_id(tool: Tool) -> None:
    made = tool.setup("--no-store").succeeded
    (step,) = made["next"]
    assert step["command"] == f"eh-connect verify --profile-id {made['profile']['id']}"
    words = step["command"].split()[2:]
    assert waited(tool, *words).succeeded["status"] == "authenticated"
    assert not tool.state.exists()


@pytest.mark.parametrize("action", ["created", "updated"])
def test_setup_names_verify_as_next(tool: Tool, action: str) -> None:
    key = tool.folder / "key"
    key.write_text(leaks.API_KEY)
    arguments = ("--api-key-file", str(key), "--profile", "second")
    run = tool.setup(*arguments, STACKONE_API_KEY=None)
    if action == "updated":
        run = tool.setup(*arguments, STACKONE_API_KEY=None, **tool.rotated)
    assert run.succeeded["action"] == action
    key_again = run.succeeded["next"][0]["command"]
    assert key_again == f"eh-connect verify --profile second --api-key-file {key}"
    assert tool.run(*key_again.split()[1:], STACKONE_API_KEY=None).code == 0
    key.unlink()


def test_nothing_to_prove_anew_where_nothing_changed(done: Tool) -> None:
    assert done.setup_here().succeeded["next"] == []


@pytest.mark.parametrize("command", [("verify",), ("link", *OWNER)])
def test_a_rehearsal_that_ends_with_the_command_says_so(tool: Tool, command: tuple[str, ...]) -> None:
    assert tool.run("setup", "--sandbox", "--json").code == 0
    answer = tool.run(*command, "--sandbox", "--json").succeeded
    assert any("eh-connect sandbox" in warning for warning in answer["warnings"])
    assert all(step["command"].endswith(" --sandbox") for step in answer["next"])
    try:
        with prepare(tool.state / "sandbox", lasting=True):
            lasting = tool.run(*command, "--sandbox", "--json").succeeded
    finally:
        SandboxKeyring.folder = None
    assert lasting["warnings"] == []
