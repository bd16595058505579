"""``rotate`` as a command: its JSON, its refusals, and what it says to do next."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support import leaks
from tests.support.command import NEW_PAIR, PAIR
from tests.support.rehearsal import rehearsing

if TYPE_CHECKING:
    from tests.support.command import Run, Tool

NO_PAIR = {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": None}
ONLY_SECRET = {"EH_CONNECT_CLIENT_ID": None, "EH_CONNECT_CLIENT_SECRET": leaks.NEW_SECRET}


def rotate(tool: Tool, *arguments: str, **changed: str | None) -> Run:
    return tool.run_here("rotate", "--json", *arguments, **changed)


@pytest.fixture
def done(tool: Tool) -> Tool:
    """A profile was created with the first secret."""
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    return tool


def commands(run: Run) -> list[str]:
    return [step["command"] for step in run.answer["next"]]


def test_the_new_secret_alone_is_enough(done: Tool) -> None:
    answer = rotate(done, **ONLY_SECRET).succeeded
    assert (answer["command"], answer["action"], answer["changed"]) == ("rotate", "rotated", True)
    assert (answer["via"], answer["documented"], answer["proven"]) == ("api", False, None)
    assert [change["field"] for change in answer["plan"]] == ["client_secret"]
    assert done.kept() == {"current": NEW_PAIR, "previous": PAIR}


def test_the_new_secret_may_come_from_a_file_or_from_standard_input(done: Tool) -> None:
    path = done.keyring.with_name("new-secret")
    path.write_text(leaks.NEW_SECRET + "\n")
    assert rotate(done, "--client-secret-file", str(path), **NO_PAIR).succeeded["action"] == "rotated"
    back = leaks.ODD_SECRET.encode()
    run = done.run_fed(back, "rotate", "--json", "--client-secret-file", "-", **NO_PAIR)
    assert run.succeeded["action"] == "rotated"


def test_what_to_do_next_is_to_prove_it_and_then_to_revoke_the_old_one(done: Tool) -> None:
    run = rotate(done, **ONLY_SECRET)
    assert commands(run) == ["eh-connect verify", "eh-connect rotate --old-revoked"]
    told = rotate(done, "--old-revoked").succeeded
    assert (told["action"], told["changed"], told["profile"]["id"]) == (
        "unchanged",
        False,
        done.stage.profiles[0]["shown"]["id"],
    )


def test_saying_that_the_old_one_is_revoked_asks_nobody(done: Tool) -> None:
    rotate(done, **ONLY_SECRET)
    asked = len(done.stage.log())
    assert rotate(done, "--old-revoked", STACKONE_API_KEY=None).code == 0
    assert len(done.stage.log()) == asked
    state = json.loads((done.state / "profile-default.json").read_text())
    assert state["old_secret"] is None


def test_saying_so_needs_no_keyring_and_claims_nothing_of_stackone(done: Tool) -> None:
    rotate(done, **ONLY_SECRET)
    run = done.run_here("rotate", "--old-revoked", EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring")
    assert (run.code, run.out) == (0, "Noted: the old secret of “default” was revoked in the portal.\n")


def test_nothing_kept_has_no_old_secret_to_revoke(tool: Tool) -> None:
    assert rotate(tool, "--old-revoked").error["code"] == 3
    assert not tool.state.exists()


def test_what_setup_takes_by_variable_is_not_touched_by_a_rotation(done: Tool) -> None:
    of_setup = {"EH_CONNECT_NAME": "Other", "EH_CONNECT_ACTIONS": "employmenthero_list_teams"}
    assert rotate(done, **ONLY_SECRET, **of_setup).succeeded["profile"]["name"] == "Employment Hero"
    assert rotate(done, "--rollback", **of_setup).succeeded["profile"]["name"] == "Employment Hero"
    assert done.stage.profiles[0]["actions"] is None


def test_the_client_id_is_not_shown_in_the_next_command(done: Tool) -> None:
    run = rotate(done, "--dry-run", "--client-id", leaks.CLIENT_ID, **ONLY_SECRET)
    assert commands(run) == ["eh-connect rotate"]
    run = done.setup_here("--dry-run", "--client-id", leaks.CLIENT_ID, **ONLY_SECRET)
    assert commands(run) == ["eh-connect setup"]


def test_without_a_new_secret_it_is_missing_and_so_is_all_else(done: Tool) -> None:
    error = rotate(done, **NO_PAIR, STACKONE_API_KEY=None).error
    assert error["code"] == 3
    assert [missing["input"] for missing in error["missing"]] == ["client-secret", "api-key"]


def test_with_nothing_kept_everything_is_missing_at_once(tool: Tool) -> None:
    error = rotate(tool, **NO_PAIR, STACKONE_API_KEY=None).error
    missing = [missing["input"] for missing in error["missing"]]
    assert (error["code"], missing) == (3, ["profile-id", "client-id", "client-secret", "api-key"])


def test_rollback_needs_no_input_but_the_key_and_ignores_a_secret_that_is_still_set(done: Tool) -> None:
    rotate(done, **ONLY_SECRET)
    answer = rotate(done, "--rollback", **ONLY_SECRET).succeeded
    assert (answer["action"], done.kept()) == ("rolled_back", {"current": PAIR, "previous": NEW_PAIR})


def test_rollback_without_a_previous_pair_is_told_before_the_network(done: Tool) -> None:
    asked = len(done.stage.log())
    error = rotate(done, "--rollback").error
    assert (error["code"], error["missing"], len(done.stage.log())) == (3, [], asked)
    assert "no previous pair" in error["title"]


def test_rollback_to_a_secret_that_the_portal_has_dropped_is_rejected(done: Tool) -> None:
    rotate(done, **ONLY_SECRET)
    with done.stage.prepared.rehearsal.records.change() as data:
        for application in data["applications"]:
            application["client_secrets"] = [leaks.NEW_SECRET]
    run = rotate(done, "--rollback")
    assert (run.error["code"], run.error["type"]) == (9, "rejected")
    assert "no longer knows the previous pair" in run.error["detail"]
    assert done.kept() == {"current": NEW_PAIR, "previous": PAIR}


def test_another_client_id_is_refused_with_the_number_of_accounts(done: Tool) -> None:
    for _ in range(3):
        done.stage.link_account(done.stage.profiles[0]["shown"]["id"])
    other = "another" + leaks.CLIENT_ID[7:]
    error = rotate(done, "--client-id", other, **ONLY_SECRET).error
    assert error["code"] == 6
    assert "3 accounts are linked" in error["detail"]
    assert done.kept() == {"current": PAIR}


def test_without_anything_kept_profile_and_client_id_are_needed_and_it_is_an_update(tool: Tool) -> None:
    tool.setup_here("--no-store").succeeded  # noqa: B018  # it asserts
    profile_id = tool.stage.profiles[0]["shown"]["id"]
    assert rotate(tool, **tool.rotated).error["code"] == 6
    assert rotate(tool, "--profile-id", profile_id, **ONLY_SECRET).error["code"] == 3
    run = rotate(tool, "--profile-id", profile_id, **tool.rotated)
    assert (run.succeeded["action"], tool.kept()) == ("updated", {"current": NEW_PAIR})


def test_an_unknown_profile_is_refused(tool: Tool) -> None:
    run = rotate(tool, "--profile-id", "00000000-0000-4000-8000-000000000000", **tool.rotated)
    assert (run.error["code"], tool.stage.profiles) == (6, [])


def test_without_a_store_nothing_is_kept_and_the_profile_has_the_new_secret(tool: Tool) -> None:
    tool.setup_here("--no-store").succeeded  # noqa: B018  # it asserts
    profile_id = tool.stage.profiles[0]["shown"]["id"]
    run = rotate(tool, "--no-store", "--profile-id", profile_id, **tool.rotated)
    assert (run.succeeded["action"], run.succeeded["secret"]["stored_in"]) == ("updated", None)
    assert tool.stage.profiles[0]["client_secret"] == leaks.NEW_SECRET
    assert (tool.kept(), tool.state.exists()) == ({}, False)


@pytest.mark.parametrize("exits", [[], ["--exit-code"]])
def test_a_dry_run_names_the_command_that_makes_the_change(done: Tool, exits: list[str]) -> None:
    run = rotate(done, "--dry-run", *exits, "--no-check", **ONLY_SECRET)
    assert (run.code, run.answer["action"]) == (10 if exits else 0, "pending")
    assert commands(run) == ["eh-connect rotate --no-check"]
    assert done.kept() == {"current": PAIR}
    following = done.run_here(*shlex.split(commands(run)[0])[1:], "--json", **ONLY_SECRET)
    assert following.succeeded["action"] == "rotated"


def test_a_dry_run_of_a_rollback_says_what_would_change(done: Tool) -> None:
    rotate(done, **ONLY_SECRET)
    run = rotate(done, "--rollback", "--dry-run")
    assert (run.answer["action"], commands(run)) == ("pending", ["eh-connect rotate --rollback"])
    assert done.kept() == {"current": NEW_PAIR, "previous": PAIR}


@pytest.mark.parametrize(
    "wrong",
    [
        ("--rollback", "--client-id", "x"),
        ("--rollback", "--client-secret-file", "x"),
        ("--rollback", "--old-revoked"),
        ("--old-revoked", "--dry-run"),
        ("--old-revoked", "--no-store"),
        ("--exit-code",),
        ("--client-secret", "x"),
        ("--api-key", "x"),
    ],
)
def test_flags_that_do_not_go_together_are_wrong_usage(done: Tool, wrong: tuple[str, ...]) -> None:
    asked = len(done.stage.log())
    assert rotate(done, *wrong).error["code"] == 2
    assert len(done.stage.log()) == asked


def test_where_the_api_can_not_the_steps_and_the_same_command_are_told(done: Tool) -> None:
    done.stage.settings(writes="404")
    run = rotate(done, **ONLY_SECRET)
    assert (run.error["code"], commands(run)) == (8, ["eh-connect rotate"])
    assert "Enter the new Client Secret (sha256:" in run.error["detail"]
    assert done.kept() == {"current": PAIR, "next": NEW_PAIR}
    done.stage.enter_by_hand(leaks.NEW_SECRET)
    assert rotate(done, **NO_PAIR).succeeded["via"] == "dashboard"
    assert done.kept() == {"current": NEW_PAIR, "previous": PAIR}


def test_a_key_that_may_only_read_is_refused_before_anything_is_staged(done: Tool) -> None:
    error = rotate(done, **ONLY_SECRET, STACKONE_API_KEY=leaks.READ_ONLY_KEY).error
    assert (error["code"], done.kept()) == (5, {"current": PAIR})


def test_labels_rotate_side_by_side(done: Tool) -> None:
    second = ("--profile", "second", "--name", "Second")
    assert done.setup_here(*second, EH_CONNECT_CLIENT_SECRET=leaks.ODD_SECRET).code == 0
    assert rotate(done, "--profile", "second", **ONLY_SECRET).succeeded["action"] == "rotated"
    assert done.kept() == {"current": PAIR}
    assert done.kept("second")["current"] == NEW_PAIR


def test_the_rehearsal_rotates_to_the_secret_that_its_portal_made(tool: Tool) -> None:
    assert tool.run("setup", "--sandbox", "--json").code == 0
    assert tool.run("rotate", "--sandbox", "--json").succeeded["action"] == "unchanged"
    with rehearsing(tool.state / "sandbox") as stage:  # what "eh-connect sandbox" serves
        portal = f"{stage.employment_hero_url}/app/v2/organisations/1/developer_portal/api"
        client_id = stage.environment["EH_CONNECT_CLIENT_ID"]
        assert httpx.post(f"{portal}/{client_id}/secret").status_code == httpx.codes.SEE_OTHER
    assert tool.run("rotate", "--sandbox", "--json").succeeded["action"] == "rotated"
