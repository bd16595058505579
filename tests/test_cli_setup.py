"""``eh-connect setup``, unattended: what scripts and pipelines rely on."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import NEW_PAIR, PAIR
from tests.support.leaks import API_KEY, CLIENT_ID, CLIENT_SECRET, NEW_SECRET, ODD_SECRET, READ_ONLY_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool

COMMON = {"schema", "command", "ok", "warnings", "next"}
RESULT = COMMON | {"action", "changed", "via", "documented", "proven", "profile", "secret", "plan"}
PROFILE = {"label", "id", "name", "connector_key", "active", "default", "created_at", "updated_at"}
ERROR = {"code", "type", "title", "detail", "hint", "http_status", "missing", "invalid"}

LIST, ACTIONS = "GET /connector_profiles", "GET /actions"
ASK, TELL = "POST /connector_profiles {}", "POST /connector_profiles"
DEAD = "http://127.0.0.1:9"


def fingerprint(secret: str) -> str:
    return "sha256:" + hashlib.sha256(secret.encode()).hexdigest()[:8]


def judge_shape(answer: dict[str, Any]) -> None:
    """The contract's object, key by key."""
    assert answer.keys() == RESULT
    assert (answer["schema"], answer["command"], answer["ok"], answer["proven"]) == (1, "setup", True, None)
    assert all(isinstance(warning, str) for warning in answer["warnings"])
    assert all(step.keys() == {"why", "command"} for step in answer["next"])
    assert answer["profile"].keys() == PROFILE
    assert answer["profile"]["connector_key"] == "employmenthero"
    assert answer["secret"].keys() == {"fingerprint", "stored_in", "set_at"}
    assert re.fullmatch(r"sha256:[0-9a-f]{8}", answer["secret"]["fingerprint"])
    assert all(change.keys() == {"field", "from", "to"} for change in answer["plan"])
    if answer["via"] is None:
        assert (answer["changed"], answer["documented"]) == (False, None)
    else:
        assert (answer["changed"], answer["documented"]) == (True, answer["via"] == "dashboard")


def nothing_is_kept(tool: Tool) -> bool:
    return not tool.state.exists() and not tool.keyring.exists()


# Created, unchanged, updated


def test_a_creation_says_what_was_made_and_where_the_secret_is(tool: Tool) -> None:
    answer = tool.setup().succeeded
    judge_shape(answer)
    (made,) = tool.stage.profiles
    shown = {key: made["shown"][key] for key in ("id", "name", "active", "default", "created_at")}
    assert (answer["action"], answer["via"], answer["warnings"]) == ("created", "api", [])
    assert answer["profile"].items() >= shown.items()
    assert answer["profile"]["label"] == "default"
    assert answer["profile"]["name"] == "Employment Hero"
    assert answer["secret"]["fingerprint"] == fingerprint(CLIENT_SECRET)
    assert answer["secret"]["stored_in"] == "tests.support.keyrings.FileKeyring"
    assert datetime.fromisoformat(answer["secret"]["set_at"]).tzinfo is not None
    assert {change["field"] for change in answer["plan"]} == {"name", "client_id", "client_secret"}
    assert tool.kept() == {"current": PAIR}
    assert {key: made[key] for key in PAIR} == PAIR


def test_a_creation_takes_four_requests(tool: Tool) -> None:
    assert tool.setup().succeeded["action"] == "created"
    assert tool.stage.requests() == [LIST, ACTIONS, ASK, TELL]
    assert tool.stage.requests(employment_hero=True) == ["POST /oauth2/token"]


def test_a_second_run_writes_nothing(tool: Tool) -> None:
    first = tool.setup().succeeded
    done = len(tool.stage.log())
    answer = tool.setup().succeeded
    judge_shape(answer)
    assert (answer["action"], answer["via"], answer["plan"]) == ("unchanged", None, [])
    assert answer["profile"] == first["profile"]
    assert answer["secret"] == first["secret"]
    assert tool.stage.requests()[done:] == [LIST]
    assert tool.kept() == {"current": PAIR}


def test_a_second_run_needs_only_the_api_key(tool: Tool) -> None:
    tool.setup()
    run = tool.setup(EH_CONNECT_CLIENT_ID=None, EH_CONNECT_CLIENT_SECRET=None)
    assert run.succeeded["action"] == "unchanged"


def test_a_new_secret_is_an_update_and_the_old_one_is_kept_as_previous(tool: Tool) -> None:
    first = tool.setup().succeeded
    answer = tool.setup(**tool.rotated).succeeded
    judge_shape(answer)
    assert (answer["action"], answer["via"]) == ("updated", "api")
    assert answer["profile"]["id"] == first["profile"]["id"]
    assert answer["profile"]["updated_at"] > first["profile"]["updated_at"]
    assert answer["plan"] == [
        {"field": "client_secret", "from": fingerprint(CLIENT_SECRET), "to": fingerprint(NEW_SECRET)}
    ]
    assert tool.kept() == {"current": NEW_PAIR, "previous": PAIR}
    assert tool.holds_what_stackone_has()


def test_the_previous_secret_does_not_come_back_by_a_forgotten_variable(tool: Tool) -> None:
    tool.setup()
    tool.setup(**tool.rotated)
    done = len(tool.stage.log())
    error = tool.setup().error
    assert (error["code"], error["type"]) == (3, "input")
    assert "rotate --rollback" in error["hint"]
    assert "POST" not in str(tool.stage.requests()[done:])
    assert tool.kept() == {"current": NEW_PAIR, "previous": PAIR}


def test_without_what_was_stored_the_pair_is_sent_again(tool: Tool) -> None:
    profile = tool.setup().succeeded["profile"]["id"]
    tool.keyring.unlink()
    for file in tool.state.iterdir():
        file.unlink()
    answer = tool.setup("--profile-id", profile).succeeded
    assert (answer["action"], len(tool.stage.profiles)) == ("updated", 1)
    assert tool.kept() == {"current": PAIR}
    assert tool.setup().succeeded["action"] == "unchanged"


def test_a_name_is_only_sent_when_it_is_given(tool: Tool) -> None:
    assert tool.setup_here("--name", "Payroll people").succeeded["profile"]["name"] == "Payroll people"
    assert tool.setup_here().succeeded["action"] == "unchanged"
    answer = tool.setup_here("--name", "People").succeeded
    assert answer["plan"] == [{"field": "name", "from": "Payroll people", "to": "People"}]
    assert [profile["shown"]["name"] for profile in tool.stage.profiles] == ["People"]


def test_the_default_is_not_touched_unless_it_is_given(tool: Tool) -> None:
    assert tool.setup_here("--default").succeeded["profile"]["default"] is True
    assert tool.setup_here().succeeded["action"] == "unchanged"
    assert tool.setup_here("--default").succeeded["action"] == "unchanged"
    answer = tool.setup_here("--no-default").succeeded
    assert answer["plan"] == [{"field": "default", "from": "true", "to": "false"}]
    assert answer["profile"]["default"] is False


def test_actions_are_sent_as_given_and_unknown_ones_refused_with_near_ones(tool: Tool) -> None:
    one, other = "employmenthero_list_employees", "employmenthero_list_teams"
    tool.setup_here("--action", one, "--action", other)
    assert tool.stage.profiles[0]["actions"] == [one, other]
    assert tool.setup_here("--action", one).succeeded["action"] == "updated"
    assert tool.setup_here(EH_CONNECT_ACTIONS=one).succeeded["action"] == "unchanged"
    assert tool.setup_here().succeeded["action"] == "unchanged"
    error = tool.setup_here("--action", "employmenthero_list_employee").error
    assert (error["code"], [p["input"] for p in error["invalid"]]) == (3, ["action"])
    assert one in error["invalid"][0]["why"]
    assert tool.stage.profiles[0]["actions"] == [one]


def test_an_unknown_action_creates_nothing(tool: Tool) -> None:
    error = tool.setup_here("--action", "employmenthero_no_such").error
    assert (error["code"], tool.stage.profiles, tool.kept()) == (3, [], {})
    assert ASK not in tool.stage.requests()


# Where nothing is to be written


def test_a_dry_run_says_what_would_change_and_does_nothing(tool: Tool) -> None:
    answer = tool.setup_here("--dry-run").succeeded
    judge_shape(answer)
    assert (answer["action"], answer["profile"]["id"], answer["secret"]["stored_in"]) == (
        "pending",
        None,
        None,
    )
    assert {change["field"]: change["to"] for change in answer["plan"]} == {
        "name": "Employment Hero",
        "client_id": fingerprint(CLIENT_ID),
        "client_secret": fingerprint(CLIENT_SECRET),
    }
    assert nothing_is_kept(tool)
    assert tool.stage.requests() == [LIST]
    assert tool.stage.requests(employment_hero=True) == []


def test_a_dry_run_can_tell_pending_changes_by_its_exit_code(tool: Tool) -> None:
    run = tool.setup_here("--dry-run", "--exit-code")
    assert (run.code, run.answer["ok"], run.answer["action"]) == (10, True, "pending")
    tool.setup_here()
    assert tool.setup_here("--dry-run", "--exit-code").succeeded["action"] == "unchanged"
    before = (tool.kept(), {path.name: path.read_bytes() for path in tool.state.iterdir()})
    run = tool.setup_here("--dry-run", "--exit-code", **tool.rotated)
    assert (run.code, run.answer["profile"]["id"] is not None) == (10, True)
    assert (tool.kept(), {path.name: path.read_bytes() for path in tool.state.iterdir()}) == before


def test_a_dry_run_takes_a_keyring_that_can_not_be_read_for_empty(tool: Tool) -> None:
    answer = tool.setup_here("--dry-run", EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring").succeeded
    assert answer["action"] == "pending"
    assert any("keyring" in warning for warning in answer["warnings"])


def test_no_store_writes_nothing_here(tool: Tool) -> None:
    answer = tool.setup_here("--no-store").succeeded
    judge_shape(answer)
    assert (answer["action"], answer["secret"]["stored_in"]) == ("created", None)
    assert nothing_is_kept(tool)
    run = tool.setup_here("--no-store")
    assert (run.code, run.error["type"]) == (6, "stackone_refused")
    run = tool.setup_here("--no-store", "--if-exists", "update")
    assert (run.succeeded["action"], len(tool.stage.profiles)) == ("updated", 1)
    assert nothing_is_kept(tool)


def test_no_store_needs_no_keyring(tool: Tool) -> None:
    run = tool.setup_here("--no-store", EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring")
    assert run.succeeded["action"] == "created"


@pytest.mark.parametrize(
    ("flags", "code", "action"),
    [
        ([], 6, None),
        (["--if-exists", "ask"], 6, None),
        (["--if-exists", "fail"], 6, None),
        (["--if-exists", "skip"], 0, "unchanged"),
        (["--if-exists", "update"], 0, "updated"),
        (["--name", "Another"], 0, "created"),
    ],
)
def test_a_profile_of_that_name_is_treated_as_if_exists_says(
    tool: Tool, flags: list[str], code: int, action: str | None
) -> None:
    tool.setup_here("--no-store")
    tool.stage.profiles[0]["client_secret"] = "not ours"
    run = tool.setup_here(*flags, **tool.rotated)
    assert (run.code, run.answer.get("action")) == (code, action)
    touched = tool.stage.profiles[0]["client_secret"] != "not ours"
    assert touched == (action == "updated")
    assert (NEW_SECRET in str(tool.kept())) == (action in {"updated", "created"})
    if code:
        assert "--if-exists" in run.error["hint"]


def test_two_profiles_of_that_name_are_told_apart_by_id(tool: Tool) -> None:
    for label in ("one", "two"):
        tool.setup_here("--no-store", "--name", label)
    for profile in tool.stage.profiles:
        profile["shown"]["name"] = "Employment Hero"
    run = tool.setup_here("--if-exists", "update")
    ids = [profile["shown"]["id"] for profile in tool.stage.profiles]
    assert (run.error["code"], tool.kept()) == (6, {})
    commands = [step["command"] for step in run.answer["next"]]
    assert commands == [f"eh-connect setup --profile-id {i} --if-exists update" for i in ids]
    assert tool.setup_here("--profile-id", ids[1]).succeeded["profile"]["id"] == ids[1]


def test_an_unknown_profile_id_writes_nothing(tool: Tool) -> None:
    error = tool.setup_here("--profile-id", "11111111-2222-3333-4444-555555555555").error
    assert (error["code"], tool.stage.profiles, tool.kept()) == (6, [], {})


# Where the API can't write


@pytest.mark.parametrize("status", ["404", "405", "501"])
@pytest.mark.parametrize("via", ["auto", "api"])
def test_where_the_api_can_not_write_a_person_is_needed(tool: Tool, status: str, via: str) -> None:
    tool.stage.settings(writes=status)
    run = tool.setup_here("--via", via)
    assert (run.error["code"], run.error["type"], tool.stage.profiles) == (8, "action_needed", [])
    assert tool.stage.requests() == [LIST, ACTIONS, ASK]


@pytest.mark.parametrize("taken_by", ["new", "its ID"])
def test_what_a_person_made_in_the_dashboard_is_taken_over(tool: Tool, taken_by: str) -> None:
    run = tool.setup_here("--via", "dashboard")
    assert run.error["code"] == 8
    assert "connector_profiles" in run.error["detail"]
    assert run.answer["next"][0]["command"] == "eh-connect setup --profile-id new --via dashboard"
    assert tool.stage.requests() == [LIST]
    assert tool.setup_here("--profile-id", "new").error["code"] == 6

    made = by_hand(tool)
    answer = tool.setup_here("--profile-id", "new" if taken_by == "new" else made).succeeded
    judge_shape(answer)
    assert (answer["action"], answer["via"], answer["profile"]["id"]) == ("created", "dashboard", made)
    assert tool.kept() == {"current": PAIR}
    assert tool.setup_here().succeeded["action"] == "unchanged"
    assert [p["client_secret"] for p in tool.stage.profiles] == [CLIENT_SECRET]


def by_hand(tool: Tool) -> str:
    """Make a profile as a person does in the dashboard; its ID."""
    run = tool.setup_here("--no-store", "--name", "Made by hand", "--if-exists", "update")
    profile_id: str = run.succeeded["profile"]["id"]
    return profile_id


# Credentials


def test_a_rejected_pair_is_written_nowhere(tool: Tool) -> None:
    wrong = "wrongSecret-wrongSecret-wrongSecret-wrongSe"
    run = tool.setup_here(EH_CONNECT_CLIENT_SECRET=wrong)
    assert (run.error["code"], run.error["type"]) == (9, "rejected")
    assert (tool.kept(), tool.stage.profiles) == ({}, [])
    assert wrong not in run.out + run.err
    assert set(tool.stage.requests()) <= {LIST, ACTIONS}
    answer = tool.setup_here("--no-check", EH_CONNECT_CLIENT_SECRET=wrong).succeeded
    assert answer["action"] == "created"
    assert len(tool.stage.requests(employment_hero=True)) == 1


def test_a_probe_that_can_not_tell_is_a_warning(tool: Tool) -> None:
    tool.stage.faults({"kind": "status", "status": 500, "times": None}, employment_hero=True)
    answer = tool.setup_here().succeeded
    assert (answer["action"], len(answer["warnings"])) == ("created", 1)


@pytest.mark.parametrize("wrong", ["v1.eu1.wrongwrongwrongwrongwrongwrongwrong", "read-only"])
def test_a_key_without_the_right_stops_before_any_secret_is_sent(tool: Tool, wrong: str) -> None:
    run = tool.setup_here(STACKONE_API_KEY=READ_ONLY_KEY if wrong == "read-only" else wrong)
    assert (run.error["code"], run.error["type"]) == (5, "stackone_auth")
    assert run.error["http_status"] == (403 if wrong == "read-only" else 401)
    assert wrong not in run.out.replace("read-only", "") + run.err
    assert TELL not in tool.stage.requests()
    assert (tool.kept(), tool.stage.profiles) == ({}, [])


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", " \r\n"])
@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_secrets_come_by_file_as_editors_and_shells_write_them(
    tool: Tool, tmp_path: Path, ending: str, start: bytes
) -> None:
    secret, key = tmp_path / "secret", tmp_path / "key"
    secret.write_bytes(start + (CLIENT_SECRET + ending).encode())
    key.write_bytes(start + (API_KEY + ending).encode())
    run = tool.setup_here(
        "--client-id",
        CLIENT_ID,
        "--client-secret-file",
        str(secret),
        "--api-key-file",
        str(key),
        EH_CONNECT_CLIENT_SECRET="not this one",
        STACKONE_API_KEY="nor this one",
        EH_CONNECT_CLIENT_ID=None,
    )
    assert (run.succeeded["action"], tool.kept()) == ("created", {"current": PAIR})


def test_a_secret_comes_by_standard_input(tool: Tool) -> None:
    arguments = ("setup", "--json", "--client-secret-file", "-")
    run = tool.run_fed(NEW_SECRET.encode() + b"\r\n", *arguments)
    assert (run.succeeded["action"], tool.kept()) == ("created", {"current": NEW_PAIR})
    only_kept = {"EH_CONNECT_CLIENT_SECRET": None, "STACKONE_API_KEY": None}
    run = tool.run_fed(API_KEY.encode(), "setup", "--json", "--api-key-file", "-", **only_kept)
    assert run.succeeded["action"] == "unchanged"


def test_standard_input_carries_one_secret_only(tool: Tool) -> None:
    both = ("--client-secret-file", "-", "--api-key-file", "-")
    run = tool.run_fed(NEW_SECRET.encode(), "setup", "--json", *both)
    assert run.code == 3
    assert {problem["input"] for problem in run.error["invalid"]} == {"client-secret", "api-key"}
    assert nothing_is_kept(tool)


@pytest.mark.parametrize("flag", ["--client-secret", "--api-key"])
@pytest.mark.parametrize("form", ["two words", "equals"])
@pytest.mark.parametrize("json_wanted", [True, False])
def test_a_secret_on_the_command_line_is_refused(tool: Tool, flag: str, form: str, json_wanted: bool) -> None:
    value = [flag, ODD_SECRET] if form == "two words" else [f"{flag}={ODD_SECRET}"]
    run = tool.run("setup", *(["--json"] if json_wanted else []), *value)
    text = json.dumps(run.error) if json_wanted else run.err
    assert (run.code, nothing_is_kept(tool), tool.stage.log()) == (2, True, [])
    assert f"{flag}-file" in text
    assert "history" in text
    assert run.out == "" or json_wanted


def test_a_secret_of_any_characters_arrives_as_it_is(tool: Tool) -> None:
    answer = tool.setup_here(EH_CONNECT_CLIENT_SECRET=ODD_SECRET).succeeded
    assert answer["secret"]["fingerprint"] == fingerprint(ODD_SECRET)
    assert tool.kept()["current"]["client_secret"] == ODD_SECRET
    assert tool.stage.profiles[0]["client_secret"] == ODD_SECRET


# The order of checks


def test_everything_that_is_missing_or_wrong_is_told_at_once(tool: Tool) -> None:
    error = tool.setup_here(
        "--profile",
        "Not A Label",
        "--timeout",
        "soon",
        "--stackone-url",
        "http://example.com",
        EH_CONNECT_CLIENT_ID=None,
        STACKONE_API_KEY=None,
        EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring",
    ).error
    assert error.keys() == ERROR
    assert {p["input"] for p in error["invalid"]} == {"profile", "timeout", "stackone-url"}
    assert {p["input"] for p in error["missing"]} == {"client-id", "api-key"}
    assert all(p.keys() == {"input", "flag", "variable", "why"} for p in error["invalid"])
    assert all(p.keys() == {"input", "flag", "variable"} for p in error["missing"])
    assert {"input": "api-key", "flag": "--api-key-file", "variable": "STACKONE_API_KEY"} in error["missing"]
    assert (error["code"], tool.stage.log(), nothing_is_kept(tool)) == (3, [], True)


def test_inputs_are_judged_before_the_keyring_and_that_before_the_network(tool: Tool) -> None:
    trouble = {"EH_CONNECT_KEYRING": "tests.support.keyrings.LockedKeyring", "STACKONE_API_URL": DEAD}
    assert tool.setup_here("--via", "post", **trouble).error["code"] == 3
    assert tool.setup_here(**trouble).error["code"] == 4
    dead = {"STACKONE_API_URL": DEAD, "EMPLOYMENT_HERO_OAUTH_URL": DEAD}
    run = tool.setup_here("--timeout", "1", **dead)
    assert (run.error["code"], run.error["type"], tool.kept()) == (7, "network", {})


# Other hosts


@pytest.mark.parametrize("variable", ["STACKONE_API_URL", "EMPLOYMENT_HERO_OAUTH_URL"])
def test_what_is_kept_is_not_sent_to_another_host(tool: Tool, variable: str) -> None:
    tool.setup_here()
    other = tool.stage.employment_hero_url if variable == "STACKONE_API_URL" else tool.stage.stackone_url
    before = len(tool.stage.log()) + len(tool.stage.log(employment_hero=True))
    for changed in ({}, tool.rotated, {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": None}):
        run = tool.setup_here(**{**changed, variable: other})
        assert (run.error["code"], run.error["type"]) == (3, "input")
    assert len(tool.stage.log()) + len(tool.stage.log(employment_hero=True)) == before
    assert tool.kept() == {"current": PAIR}


# The rehearsal


def test_a_rehearsal_needs_nothing_and_ignores_what_is_real(tool: Tool) -> None:
    real = {"STACKONE_API_URL": DEAD, "EMPLOYMENT_HERO_OAUTH_URL": DEAD}
    run = tool.setup("--sandbox", **real)
    judge_shape(run.succeeded)
    assert (run.succeeded["action"], run.succeeded["profile"]["name"]) == ("created", "Employment Hero")
    assert "STACKONE_API_KEY" in run.err
    assert (tool.keyring.exists(), tool.stage.log()) == (False, [])
    assert tool.setup("--sandbox", **real).succeeded["action"] == "unchanged"
    assert {path.name for path in tool.state.iterdir()} == {"sandbox"}


def test_a_rehearsal_keeps_clear_of_a_real_profile(tool: Tool) -> None:
    tool.setup()
    before = (tool.keyring.read_bytes(), (tool.state / "profile-default.json").read_bytes())
    answer = tool.setup("--sandbox").succeeded
    assert (answer["action"], len(tool.stage.profiles)) == ("created", 1)
    assert (tool.keyring.read_bytes(), (tool.state / "profile-default.json").read_bytes()) == before
    assert tool.setup().succeeded["action"] == "unchanged"


def test_what_is_named_as_next_stays_in_the_rehearsal(tool: Tool) -> None:
    answer = tool.setup("--sandbox", "--via", "dashboard").answer
    assert (answer["error"]["code"], bool(answer["next"])) == (8, True)
    assert all(step["command"].endswith(" --sandbox") for step in answer["next"])


def test_people_get_text_and_progress_apart(tool: Tool) -> None:
    run = tool.run("setup", "--no-input")
    assert run.code == 0
    assert run.out.startswith("Created the connector profile “Employment Hero” at StackOne.")
    assert fingerprint(CLIENT_SECRET) in run.out
    assert "Creating the connector profile" in run.err
    run = tool.run("setup", "--no-input", "--if-exists", "nonsense")
    assert (run.code, run.out) == (3, "")
    assert "--if-exists" in run.err


def test_an_echo_of_the_kept_pair_in_the_list_is_not_shown(tool: Tool) -> None:
    made = tool.setup_here().succeeded["profile"]["id"]
    for profile in tool.stage.profiles:
        profile["shown"]["name"] = f"was {PAIR['client_secret']}"
    changed = {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": None}
    run = tool.setup_here("--profile-id", made, **changed)
    assert run.succeeded["profile"]["name"] == "was [secret]"
