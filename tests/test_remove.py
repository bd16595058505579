"""``eh-connect remove``, the whole tool: keyring, state, lock, terminal, and other labels beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.state import StateFolder
from tests.support.command import NEW_PAIR, PAIR
from tests.support.documents import ROOT, blocks
from tests.support.leaks import API_KEY, READ_ONLY_KEY
from tests.support.screen import CTRL_C, CTRL_D, at_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run, Tool

LIST = {"method": "GET", "path": "/connector_profiles"}
ACCOUNTS = {"method": "GET", "path": "/v2/accounts"}
NO_KEY = {"STACKONE_API_KEY": None}


def remove(tool: Tool, *arguments: str, **changed: str | None) -> Run:
    return tool.run_here("remove", "--json", "--yes", *arguments, **changed)


def kept(tool: Tool) -> dict[str, dict[str, str]]:
    """Every label's entries in the keyring."""
    content: dict[str, dict[str, str]] = json.loads(tool.keyring.read_text()) if tool.keyring.exists() else {}
    return {service: entries for service, entries in content.items() if entries}


def put(tool: Tool, label: str, **entries: str) -> None:
    content = json.loads(tool.keyring.read_text())
    content.setdefault(f"eh-connect:{label}", {}).update({k.replace("_", "-"): v for k, v in entries.items()})
    tool.keyring.write_text(json.dumps(content))


def files(tool: Tool) -> list[str]:
    return sorted(path.name for path in tool.state.iterdir()) if tool.state.exists() else []


def is_empty(tool: Tool) -> bool:
    return (kept(tool), files(tool)) == ({}, [])


@pytest.fixture
def full(tool: Tool) -> Tool:
    """One label with everything that can be kept."""
    tool.setup_here().succeeded  # noqa: B018  # it asserts
    put(
        tool,
        "default",
        next=json.dumps(NEW_PAIR),
        previous=json.dumps(PAIR),
        api_key=API_KEY,
        trial="made-up",
    )
    return tool


def test_everything_is_forgotten_and_nothing_else_is_touched(full: Tool) -> None:
    (before,) = full.stage.profiles
    full.stage.link_account(before["shown"]["id"])
    run = remove(full)
    assert (run.succeeded["action"], is_empty(full)) == ("removed", True)
    assert run.succeeded["profile"] == {"label": "default", "id": before["shown"]["id"]}
    assert "1 account is linked" in run.succeeded["by_hand"][0]
    assert full.stage.profiles == [before]
    assert {entry["method"] for entry in full.stage.log()[-2:]} == {"GET"}


def test_twice_is_fine(full: Tool) -> None:
    remove(full)
    asked = len(full.stage.log())
    run = remove(full)
    assert (run.succeeded["action"], run.succeeded["profile"]["id"], run.succeeded["by_hand"]) == (
        "unchanged",
        None,
        [],
    )
    assert (is_empty(full), len(full.stage.log())) == (True, asked)


def test_where_nothing_was_ever_kept_no_folder_is_made(tool: Tool) -> None:
    assert remove(tool).succeeded["action"] == "unchanged"
    assert (tool.state.exists(), tool.keyring.exists()) == (False, False)


def test_the_json_shown_has_the_fields_of_the_real_one(full: Tool) -> None:
    shown = next(
        json.loads(block.text)
        for block in blocks(ROOT / "docs" / "output.md", "json")
        if '"command": "remove"' in block.text
    )
    real = remove(full).succeeded
    assert (shown.keys(), shown["profile"].keys()) == (real.keys(), real["profile"].keys())


def test_pairs_without_a_state_are_forgotten_too(full: Tool) -> None:
    for path in full.state.iterdir():
        path.unlink()
    full.state.rmdir()
    assert remove(full).succeeded["action"] == "removed"
    assert is_empty(full)


def test_unattended_it_has_to_be_meant(full: Tool) -> None:
    before = (kept(full), files(full))
    error = full.run_here("remove", "--json", "--profile", "NO").error
    assert (error["code"], [each["flag"] for each in error["missing"]]) == (3, ["--yes"])
    assert [each["flag"] for each in error["invalid"]] == ["--profile"]
    assert (kept(full), files(full)) == before


def test_a_key_on_the_command_line_is_refused(full: Tool) -> None:
    assert remove(full, "--api-key", "v1.eu1.typed").error["code"] == 2
    assert not is_empty(full)


def test_it_is_turned_away_while_another_run_holds_the_lock(full: Tool) -> None:
    before = kept(full)
    with StateFolder(full.state).lock("default"):
        error = remove(full).error
    assert (error["code"], "default" in error["title"], kept(full)) == (4, True, before)


# Asking StackOne


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 401, "match": LIST},
        {"kind": "status", "status": 403, "match": ACCOUNTS},
        {"kind": "status", "status": 404, "match": ACCOUNTS},
        {"kind": "status", "status": 500, "match": LIST},
        {"kind": "drop", "match": ACCOUNTS},
        {"kind": "html", "match": LIST},
        {"kind": "delay", "seconds": 5, "match": LIST},
    ],
)
def test_what_stackone_does_not_tell_stops_nothing(full: Tool, fault: dict[str, Any]) -> None:
    full.stage.faults({**fault, "times": None})
    run = remove(full, "--timeout", "2")
    assert "could not be learnt" in run.succeeded["by_hand"][0]
    assert is_empty(full)


def test_a_kept_key_asks_before_it_is_forgotten_and_a_given_one_goes_before_it(full: Tool) -> None:
    put(full, "default", api_key=READ_ONLY_KEY)
    assert "No account is linked" in remove(full, **NO_KEY).succeeded["by_hand"][0]
    full.setup_here("--if-exists", "update").succeeded  # noqa: B018  # it asserts
    put(full, "default", api_key="v1.eu1.wrong-wrong-wrong")
    assert "No account is linked" in remove(full).succeeded["by_hand"][0]


def test_without_a_key_nobody_is_asked(tool: Tool) -> None:
    tool.setup_here()
    asked = len(tool.stage.log())
    assert "no API key is at hand" in remove(tool, **NO_KEY).succeeded["by_hand"][0]
    assert (len(tool.stage.log()), is_empty(tool)) == (asked, True)


def test_a_kept_key_goes_to_no_other_host_and_is_forgotten_all_the_same(full: Tool) -> None:
    asked = len(full.stage.log())
    changed = {**NO_KEY, "STACKONE_API_URL": full.stage.employment_hero_url}
    asked_there = len(full.stage.log(employment_hero=True))
    assert "stored for other hosts" in remove(full, **changed).succeeded["by_hand"][0]
    assert (len(full.stage.log()), len(full.stage.log(employment_hero=True))) == (asked, asked_there)
    assert is_empty(full)


# The keyring


@pytest.mark.parametrize("kind", ["Locked", "MissingModule", "Sticky", "Hanging"])
def test_a_keyring_that_does_not_forget_keeps_the_state_too(full: Tool, kind: str) -> None:
    before = kept(full)
    run = full.run("remove", "--json", "--yes", EH_CONNECT_KEYRING=f"tests.support.keyrings.{kind}Keyring")
    assert (run.error["code"], "--no-store" in run.error["hint"]) == (4, False)
    assert (kept(full), "profile-default.json" in files(full)) == (before, True)
    assert remove(full).succeeded["action"] == "removed"
    assert is_empty(full)


def test_a_full_keyring_can_be_emptied(full: Tool) -> None:
    assert (
        remove(full, EH_CONNECT_KEYRING="tests.support.keyrings.FullKeyring").succeeded["action"] == "removed"
    )
    assert is_empty(full)


def test_a_damaged_entry_can_be_forgotten(full: Tool) -> None:
    put(full, "default", current="rubbish")
    assert remove(full).succeeded["action"] == "removed"
    assert is_empty(full)


def test_a_damaged_state_is_not_thrown_away(full: Tool) -> None:
    before = kept(full)
    (full.state / "profile-default.json").write_text("{}")
    assert remove(full).error["code"] == 4
    assert kept(full) == before


# Several labels side by side


@pytest.fixture
def two(tool: Tool) -> Tool:
    """Two labels of one project, one of them with a key of its own."""
    for label in ("one", "two"):
        tool.setup_here("--profile", label, "--name", f"Profile {label}").succeeded  # noqa: B018  # it asserts
    put(tool, "one", api_key=API_KEY)
    put(tool, "two", api_key=READ_ONLY_KEY)
    return tool


def others(tool: Tool) -> tuple[dict[str, str], bytes]:
    """What is kept of the label ``two``."""
    return kept(tool)["eh-connect:two"], (tool.state / "profile-two.json").read_bytes()


def test_of_two_labels_one_is_removed(two: Tool) -> None:
    before = others(two)
    assert remove(two, "--profile", "one").succeeded["action"] == "removed"
    assert others(two) == before
    assert list(kept(two)) == ["eh-connect:two"]
    assert [name for name in files(two) if name.endswith(".json")] == ["profile-two.json"]
    assert len(two.stage.profiles) == 2
    assert two.setup_here("--profile", "two").succeeded["action"] == "unchanged"


@pytest.mark.parametrize("arguments", [(), ("--name", "Renamed")])
def test_of_two_labels_one_is_set_up_again(two: Tool, arguments: tuple[str, ...]) -> None:
    before = others(two)
    shown = next(p["shown"] for p in two.stage.profiles if p["shown"]["name"] == "Profile two")
    two.setup_here("--profile", "one", *arguments, **two.rotated).succeeded  # noqa: B018  # it asserts
    two.run_here("status", "--json", "--profile", "one").succeeded  # noqa: B018  # it asserts
    two.run_here("status", "--json", **NO_KEY).succeeded  # noqa: B018  # it asserts
    assert others(two) == before
    assert shown in [p["shown"] for p in two.stage.profiles]


def test_a_label_that_another_run_works_on_does_not_hold_up_this_one(two: Tool) -> None:
    with StateFolder(two.state).lock("two"):
        assert remove(two, "--profile", "one").succeeded["action"] == "removed"


# At a terminal


@pytest.mark.parametrize(
    ("way", "columns"), [({}, 60), ({}, 80), ({"EH_CONNECT_ACCESSIBLE": "1"}, 60), ({"TERM": "dumb"}, 80)]
)
def test_a_person_types_the_label(full: Tool, tmp_path: Path, way: dict[str, str], columns: int) -> None:
    environ = full.environ | way
    with at_terminal("remove", environment=environ, columns=columns, cwd=tmp_path) as person:
        person.sees("No account is linked through it.")
        person.answers("Type the label “default” to forget it (? explains)", "")
        person.sees("that is not the label")
        person.answers("Type the label", "?")
        person.sees("can't be brought back from here")
        person.answers("Type the label", "defaul")
        person.sees("that is not the label")
        assert not is_empty(full)
        person.answers("Type the label", "default")
        person.sees("Removed: “default”")
        assert person.leaves() == 0
    assert is_empty(full)


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
def test_a_person_who_leaves_keeps_everything(full: Tool, tmp_path: Path, key: str) -> None:
    before = {entry: value for entry, value in kept(full)["eh-connect:default"].items() if entry != "trial"}
    with at_terminal("remove", environment=full.environ, cwd=tmp_path) as person:
        person.sees("Type the label")
        person.types(key)
        assert person.leaves() == 130
    assert kept(full)["eh-connect:default"] == before
    assert "profile-default.json" in files(full)


@pytest.mark.parametrize("flags", [("--yes",), ()])
def test_nobody_is_asked_who_said_yes_or_where_nothing_is_kept(
    full: Tool, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    if not flags:
        remove(full)
    with at_terminal("remove", *flags, environment=full.environ, cwd=tmp_path) as person:
        person.sees("Removed" if flags else "Unchanged")
        assert person.leaves() == 0
    assert is_empty(full)


def test_in_the_rehearsal_the_real_label_stays(full: Tool) -> None:
    before = kept(full)
    full.run("setup", "--sandbox", "--no-input")
    assert full.run("remove", "--sandbox", "--json", "--yes").succeeded["action"] == "removed"
    assert (kept(full), "profile-default.json" in files(full)) == (before, True)
