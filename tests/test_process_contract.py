"""What each command answers to scripts; that all of it is as the schemas say: ``test_reference``."""

from __future__ import annotations

import hashlib
import shlex
from typing import Any

from tests.support import leaks
from tests.support.command import NEW_PAIR, PAIR, Run, Tool

NO_KEY = {"STACKONE_API_KEY": None}


def fingerprint(secret: str) -> str:
    return f"sha256:{hashlib.sha256(secret.encode()).hexdigest()[:8]}"


def test_a_life_of_a_profile_in_json(tool: Tool) -> None:
    def judge(run: Run, action: str, via: str | None, secret: str) -> Any:
        answer = run.succeeded
        assert answer["profile"]["connector_key"] == "employmenthero"
        assert (answer["action"], answer["changed"], answer["via"]) == (action, via is not None, via)
        assert answer["documented"] is (False if via else None)
        assert (answer["secret"]["fingerprint"], answer["proven"]) == (fingerprint(secret), None)
        return answer

    first, second = leaks.CLIENT_SECRET, leaks.NEW_SECRET
    made = judge(tool.setup("--via", "api"), "created", "api", first)
    creation = ["GET /connector_profiles", "GET /actions", "POST /connector_profiles {}"]
    assert tool.stage.requests() == [*creation, "POST /connector_profiles"], "it is asked for"
    assert tool.kept() == {"current": PAIR}
    assert made["secret"]["stored_in"] == "tests.support.keyrings.FileKeyring"
    assert judge(tool.setup(), "unchanged", None, first)["plan"] == []
    named = judge(tool.setup("--name", "Renamed"), "updated", "api", first)
    assert named["plan"] == [{"field": "name", "from": "Employment Hero", "to": "Renamed"}]
    assert judge(tool.setup(), "unchanged", None, first)["profile"]["name"] == "Renamed"
    planned = judge(tool.run("rotate", "--json", "--dry-run", **tool.rotated), "pending", None, second)
    assert (planned["secret"]["stored_in"], planned["secret"]["set_at"]) == (None, None)
    turned = judge(tool.run("rotate", "--json", **tool.rotated), "rotated", "api", second)
    assert turned["plan"] == planned["plan"]
    assert turned["plan"] == [
        {"field": "client_secret", "from": fingerprint(first), "to": fingerprint(second)}
    ]
    judge(tool.run("rotate", "--json", **tool.rotated), "unchanged", None, second)
    assert tool.kept() == {"current": NEW_PAIR, "previous": PAIR}
    assert tool.run("rotate", "--json").error["code"] == 3, "a forgotten variable"
    judge(tool.run("rotate", "--json", "--rollback"), "rolled_back", "api", first)
    assert {turned["profile"]["id"]} == {profile["shown"]["id"] for profile in tool.stage.profiles}


def test_a_dry_run_reads_and_nothing_else(tool: Tool) -> None:
    run = tool.setup("--dry-run", "--exit-code")
    assert (run.code, run.answer["action"], run.answer["profile"]["id"]) == (10, "pending", None)
    assert tool.setup("--dry-run").code == 0
    assert all(entry.startswith("GET ") for entry in tool.stage.requests())
    assert tool.stage.requests(employment_hero=True) == []
    assert (tool.keyring.exists(), tool.state.exists(), tool.stage.profiles) == (False, False, [])
    tool.setup().succeeded  # noqa: B018  # it asserts
    run = tool.setup("--dry-run", "--exit-code")
    assert (run.code, run.answer["action"]) == (0, "unchanged")
    assert [step["command"] for step in run.answer["next"]] == ["eh-connect verify", "eh-connect status"]


def test_each_next_command_runs_as_it_stands(tool: Tool) -> None:
    first = tool.setup("--profile", "my-label", "--name", "It's ours").succeeded
    for step in first["next"]:
        program, *arguments = shlex.split(step["command"])
        assert program == "eh-connect"
        assert tool.run(*arguments, "--json").succeeded["ok"], step


def test_a_failure_has_the_shape_of_one_and_tells_all_at_once(tool: Tool) -> None:
    run = tool.run("setup", "--json", "--wait", "soon", EH_CONNECT_CLIENT_SECRET=None, **NO_KEY)
    error = run.error
    assert (error["code"], error["type"], error["http_status"]) == (3, "input", None)
    assert error["missing"] == [
        {"input": "api-key", "flag": "--api-key-file", "variable": "STACKONE_API_KEY"},
        {"input": "client-secret", "flag": "--client-secret-file", "variable": "EH_CONNECT_CLIENT_SECRET"},
    ]
    (bad,) = error["invalid"]
    assert (bad.pop("why") != "", bad) == (True, {"input": "wait", "flag": "--wait", "variable": None})
    missing = tool.run("rotate", "--json", EH_CONNECT_CLIENT_ID=None).error["missing"]
    assert {problem["flag"] for problem in missing} == {"--profile-id", "--client-id"}
    assert tool.run("rotate", "--json", "--rollback").error["code"] == 3


def test_status_compares_what_is_here_with_what_stackone_has(tool: Tool) -> None:
    empty = tool.run("status", "--json").succeeded
    assert (empty["profiles"], empty["secret"]) == ([], None)
    made = tool.setup().succeeded
    run = tool.run("status", "--json")
    (profile,) = run.succeeded["profiles"]
    assert run.answer["secret"] == made["secret"]
    assert (profile["agree"], profile["remote"]["id"]) == (True, made["profile"]["id"])
    for offline in (
        tool.run("status", "--json", "--offline"),
        tool.run("status", "--json", **NO_KEY),
    ):
        assert [offline.succeeded["profiles"][0][key] for key in ("remote", "agree")] == [None, None]
    assert tool.run("status", "--json", "--check").code == 9, "not verified"
    tool.stage.enter_by_hand(leaks.NEW_SECRET)
    run = tool.run("status", "--json", "--check")
    assert (run.code, run.answer["profiles"][0]["agree"]) == (9, False)
    assert tool.run("status", "--json").code == 0
    assert tool.run("status", "--json", STACKONE_API_KEY="v1.eu1.no-such-key").error["code"] == 5
    elsewhere = tool.run("status", "--json", STACKONE_API_URL="http://127.0.0.1:9")
    assert elsewhere.error["code"] == 3, "saved secrets are bound to their servers"
    tool.setup("--profile", "two", "--name", "Two").succeeded  # noqa: B018  # it asserts
    both = tool.run("status", "--json").succeeded
    assert ([profile["label"] for profile in both["profiles"]], both["secret"]) == (["default", "two"], None)


def test_doctor_names_the_remedy_of_what_failed(tool: Tool) -> None:
    run = tool.run("doctor", "--json")
    checks = run.succeeded["checks"]
    assert {check["result"] for check in checks} <= {"pass", "warn", "fail", "skip"}
    run = tool.run("doctor", "--json", STACKONE_API_KEY="v1.eu1.no-such-key")
    failed = [check for check in run.answer["checks"] if check["result"] == "fail"]
    assert (run.code, [bool(check["remedy"]) for check in failed]) == (5, [True] * len(failed))
    assert failed
    shown = tool.run("doctor", STACKONE_API_KEY="v1.eu1.no-such-key")
    assert "1 problem, " in shown.err
    assert "1 problem, " not in shown.out, "it is said once"
    assert tool.stage.profiles == []


def test_remove_forgets_what_is_here_and_says_what_remains(tool: Tool) -> None:
    made = tool.setup().succeeded["profile"]
    assert tool.run("remove", "--json").error["missing"] == [
        {"input": "yes", "flag": "--yes", "variable": None}
    ]
    answer = tool.run("remove", "--json", "--yes").succeeded
    assert (answer["action"], answer["profile"]) == ("removed", {"label": "default", "id": made["id"]})
    assert len(answer["by_hand"]) == 2
    assert made["id"] in answer["by_hand"][0]
    assert (tool.kept(), len(tool.stage.profiles)) == ({}, 1)
    assert tool.run("remove", "--yes", "--json").succeeded["action"] == "unchanged"


def test_the_sandbox_uses_no_real_secret_and_says_so(tool: Tool) -> None:
    run = tool.run("setup", "--sandbox", "--json")
    assert run.succeeded["action"] == "created"
    assert "STACKONE_API_KEY" in run.err
    assert (tool.keyring.exists(), tool.stage.requests()) == (False, [])
    assert all(step["command"].endswith(" --sandbox") for step in run.answer["next"])
    rotated = tool.run("rotate", "--sandbox", "--json")
    assert rotated.code in {0, 3}
    assert tool.run("status", "--sandbox", "--json").succeeded["profiles"][0]["agree"] is True
    assert tool.run("status", "--json").succeeded["profiles"] == []
    assert tool.run("remove", "--sandbox", "--json", "--yes").succeeded["action"] == "removed"
