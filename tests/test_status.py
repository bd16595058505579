"""``eh-connect status``, the whole tool, against the rehearsal."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.command import PAIR
from tests.support.documents import ROOT, blocks
from tests.support.leaks import API_KEY, READ_ONLY_KEY
from tests.support.rehearsal import rehearsing
from tests.support.screen import at_terminal

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Run, Tool

LIST = {"method": "GET", "path": "/connector_profiles"}
NO_KEY = {"STACKONE_API_KEY": None}
NOT_PROVEN = ["not_proven"]


def status(tool: Tool, *arguments: str, **changed: str | None) -> Run:
    return tool.run_here("status", "--json", *arguments, **changed)


def only(run: Run) -> dict[str, Any]:
    """The one profile of a run that did not fail."""
    (profile,) = run.succeeded["profiles"]
    assert isinstance(profile, dict)
    return profile


def due(profile: dict[str, Any]) -> list[str]:
    return [each["id"] for each in profile["due"]]


def keep_key(tool: Tool, label: str, key: str = API_KEY) -> None:
    """As if the person had said yes to keeping it."""
    content = json.loads(tool.keyring.read_text())
    content[f"eh-connect:{label}"]["api-key"] = key
    tool.keyring.write_text(json.dumps(content))


def lists(tool: Tool) -> int:
    return tool.stage.requests().count("GET /connector_profiles")


@pytest.fixture
def two(tool: Tool) -> Tool:
    """Two labels of one project, each with a profile."""
    for label in ("one", "two"):
        tool.setup_here("--profile", label, "--name", f"Profile {label}").succeeded  # noqa: B018  # it asserts
    return tool


def test_it_tells_what_is_kept_and_what_stackone_has(tool: Tool) -> None:
    made = tool.setup_here().succeeded
    run = status(tool)
    profile = only(run)
    assert (profile["label"], profile["agree"], due(profile)) == ("default", True, NOT_PROVEN)
    assert profile["local"]["id"] == profile["remote"]["id"] == made["profile"]["id"]
    assert run.succeeded["secret"] == made["secret"]
    assert run.err == ""


def test_the_json_shown_has_the_fields_of_the_real_one(tool: Tool) -> None:
    shown = next(
        json.loads(block.text)
        for block in blocks(ROOT / "docs" / "output.md", "json")
        if '"command": "status"' in block.text
    )
    tool.setup_here()
    real = status(tool).succeeded
    assert shown.keys() == real.keys()
    for name in ("local", "remote"):
        assert shown["profiles"][0][name].keys() == real["profiles"][0][name].keys()
    assert shown["profiles"][0]["due"][0].keys() == real["profiles"][0]["due"][0].keys()
    assert shown["secret"].keys() == real["secret"].keys()


def test_it_writes_nothing_and_makes_no_folder(tool: Tool) -> None:
    assert status(tool).succeeded["profiles"] == []
    assert due(only(status(tool, "--profile", "prod"))) == ["not_set_up"]
    assert (tool.state.exists(), tool.keyring.exists(), tool.stage.log()) == (False, False, [])
    tool.setup_here()
    before = (tool.keyring.read_bytes(), {p.name: p.read_bytes() for p in tool.state.iterdir()})
    log = tool.folder / "calls"
    status(tool, "--check", EH_TEST_KEYRING_LOG=str(log))
    assert (tool.keyring.read_bytes(), {p.name: p.read_bytes() for p in tool.state.iterdir()}) == before
    assert {line.split()[0] for line in log.read_text().splitlines()} == {"get"}


def test_it_does_not_wait_for_another_run(tool: Tool) -> None:
    tool.setup_here()
    from eh_connect.state import StateFolder

    with StateFolder(tool.state).lock("default"):
        assert due(only(status(tool))) == NOT_PROVEN


@pytest.mark.parametrize("given", [("--offline",), ()])
def test_stackone_is_asked_only_with_a_key_at_hand(tool: Tool, given: tuple[str, ...]) -> None:
    tool.setup_here()
    asked = len(tool.stage.log())
    profile = only(status(tool, *given, **({} if given else NO_KEY)))
    assert (profile["remote"], profile["agree"], due(profile)) == (None, None, NOT_PROVEN)
    assert len(tool.stage.log()) == asked


def test_a_kept_key_is_used_and_a_given_one_goes_before_it(tool: Tool) -> None:
    tool.setup_here()
    keep_key(tool, "default", READ_ONLY_KEY)
    profile = only(status(tool, **NO_KEY))
    assert (profile["agree"], profile["local"]["api_key_kept"]) == (True, True)
    assert status(tool, STACKONE_API_KEY="v1.eu1.wrong-wrong-wrong").error["code"] == 5
    key = tool.folder / "key"
    key.write_text(API_KEY)
    run = status(tool, "--api-key-file", str(key), STACKONE_API_KEY="v1.eu1.wrong-wrong-wrong")
    key.unlink()
    assert only(run)["agree"] is True


def test_one_project_is_asked_once_for_all_labels(two: Tool) -> None:
    asked = lists(two)
    profiles = status(two).succeeded["profiles"]
    assert [(p["label"], p["agree"], due(p)) for p in profiles] == [
        ("one", True, NOT_PROVEN),
        ("two", True, NOT_PROVEN),
    ]
    assert lists(two) == asked + 1
    keep_key(two, "one")
    keep_key(two, "two", READ_ONLY_KEY)
    profiles = status(two, **NO_KEY).succeeded["profiles"]
    assert ([p["agree"] for p in profiles], lists(two)) == ([True, True], asked + 3)


@pytest.mark.parametrize("by_variable", [True, False])
def test_one_label_can_be_named(two: Tool, by_variable: bool) -> None:
    run = status(two, EH_CONNECT_PROFILE="two") if by_variable else status(two, "--profile", "two")
    assert (only(run)["label"], run.succeeded["secret"]["set_at"] is None) == ("two", False)
    assert status(two).succeeded["secret"] is None


def test_what_others_did_at_stackone_is_seen(two: Tool) -> None:
    with two.stage.prepared.rehearsal.records.change() as data:
        one, other = (profile["shown"] for profile in data["profiles"])
        one.update(active=False, updated_at="2031-01-01T00:00:00.000Z")
        other["name"] = one["name"]
    first, second = status(two).succeeded["profiles"]
    assert due(first) == ["disabled", "two_of_a_name", "changed_by_others", "not_proven"]
    assert (first["agree"], first["remote"]["active"]) == (False, False)
    assert (due(second), second["agree"]) == (["two_of_a_name", "not_proven"], True)


def test_a_profile_that_is_gone_is_explained(two: Tool) -> None:
    with two.stage.prepared.rehearsal.records.change() as data:
        del data["profiles"][0]
    first, second = status(two).succeeded["profiles"]
    assert (due(first), first["agree"], first["remote"], second["agree"]) == (
        ["not_there"],
        False,
        None,
        True,
    )
    why = first["due"][0]["why"]
    assert "it was deleted there, or the API key is another project's" in why
    assert "eh-connect remove --profile one" in why


@pytest.mark.parametrize(
    ("arguments", "code"), [([], 0), (["--check"], 9), (["--check", "--offline"], 9), (["--max-age", "1"], 0)]
)
def test_the_exit_code_tells_only_if_it_is_asked_to(tool: Tool, arguments: list[str], code: int) -> None:
    tool.setup_here()
    run = status(tool, *arguments)
    assert (run.code, run.answer["ok"], "error" in run.answer) == (code, True, False)
    (profile,) = run.answer["profiles"]
    assert due(profile) == NOT_PROVEN


def test_check_is_content_where_nothing_is_due(tool: Tool) -> None:
    tool.setup_here()
    path = tool.state / "profile-default.json"
    state = json.loads(path.read_text())
    path.write_text(json.dumps(state | {"proven_at": "2026-11-23T09:00:00+00:00"}))
    run = status(tool, "--check", "--max-age", "99999")
    assert (run.code, due(only(run))) == (0, [])
    path.write_text(json.dumps(state | {"set_at": "2020-11-23T09:00:00+00:00"}))
    run = status(tool, "--check", "--max-age", "1000")
    assert (run.code, due(run.answer["profiles"][0])) == (9, ["not_proven", "secret_old"])


@pytest.mark.parametrize("age", ["0", "-1", "1.5", "nan", "1e3", "123456", "", "a", "٣"])
def test_an_age_that_is_none_is_refused(tool: Tool, age: str) -> None:
    error = status(tool, f"--max-age={age}", "--profile", "NO").error
    assert (error["code"], [each["input"] for each in error["invalid"]]) == (3, ["profile", "max-age"])


def test_a_key_on_the_command_line_is_refused(tool: Tool) -> None:
    error = status(tool, "--api-key", "v1.eu1.typed").error
    assert (error["code"], "STACKONE_API_KEY" in error["hint"]) == (2, True)
    assert "typed" not in json.dumps(error)


# Faults


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 401}, 5),
        ({"kind": "status", "status": 403}, 5),
        ({"kind": "status", "status": 400}, 6),
        ({"kind": "status", "status": 500}, 7),
        ({"kind": "drop"}, 7),
        ({"kind": "html"}, 7),
        ({"kind": "redirect"}, 7),
        ({"kind": "delay", "seconds": 5}, 7),
    ],
)
def test_what_is_kept_is_told_with_the_failure(tool: Tool, fault: dict[str, Any], code: int) -> None:
    tool.setup_here()
    tool.stage.faults({**fault, "match": LIST, "times": None})
    run = status(tool, "--check", "--timeout", "2")
    assert (run.error["code"], "--offline" in run.error["hint"]) == (code, True)
    (profile,) = run.answer["profiles"]
    assert (profile["agree"], due(profile)) == (None, NOT_PROVEN)
    assert run.answer["secret"]["fingerprint"] == profile["local"]["fingerprint"]


def test_a_person_is_told_what_is_kept_and_then_the_failure(tool: Tool) -> None:
    tool.setup_here()
    run = tool.run("status", STACKONE_API_KEY="v1.eu1.wrong-wrong-wrong")
    assert (run.code, "eh-connect verify" in run.out, "--offline" in run.err) == (5, True, True)
    assert "not known: StackOne does not accept the API key." in " ".join(run.out.split())


def test_a_host_that_is_not_there_is_told_with_what_is_kept(tool: Tool, tmp_path: Path) -> None:
    with rehearsing(tmp_path / "other") as other:
        gone = other.stackone_url
    tool.setup_here("--no-store")
    path = tool.state / "profile-prod.json"
    path.parent.mkdir(mode=0o700, parents=True)
    path.write_text(json.dumps({"schema": 1, "label": "prod", "profile_id": "id-1", "stackone_url": gone}))
    run = status(tool, STACKONE_API_URL=None, EMPLOYMENT_HERO_OAUTH_URL=None)
    assert run.error["code"] == 7
    assert run.answer["profiles"][0]["local"]["stackone_url"] == gone


@pytest.mark.parametrize("kind", ["Locked", "MissingModule", "LeakyError", "Hanging"])
def test_a_keyring_that_can_not_be_read_stops_where_the_state_knows_the_profile(
    tool: Tool, kind: str
) -> None:
    tool.setup_here()
    broken = {"EH_CONNECT_KEYRING": f"tests.support.keyrings.{kind}Keyring"}
    run = tool.run("status", "--json", **broken)
    assert (run.error["code"], "--no-store" in run.error["hint"]) == (4, False)
    (profile,) = run.answer["profiles"]
    assert (profile["agree"], profile["local"]["staged"], due(profile)) == (True, None, NOT_PROVEN)
    if kind in {"Locked", "MissingModule"}:
        unknown = status(tool, "--profile", "prod", **broken)
        assert (unknown.code, due(only(unknown))) == (0, ["not_set_up"])
        assert "counts as empty" in unknown.succeeded["warnings"][0]


def test_a_key_that_is_refused_is_told_beside_a_locked_keyring(tool: Tool) -> None:
    tool.setup_here()
    locked = {"EH_CONNECT_KEYRING": "tests.support.keyrings.LockedKeyring"}
    run = status(tool, STACKONE_API_KEY="v1.eu1.wrong-wrong-wrong", **locked)
    assert run.error["code"] == 4
    assert "StackOne does not accept the API key." in run.answer["warnings"][0]


def test_a_damaged_state_does_not_hide_the_other_labels(two: Tool) -> None:
    (two.state / "profile-one.json").write_text("{}")
    run = status(two)
    assert (run.error["code"], "profile-one.json" in run.error["title"]) == (4, True)
    first, second = run.answer["profiles"]
    assert (first["local"], first["due"], second["agree"]) == (None, [], True)


# Hosts


def test_each_label_asks_its_own_host_with_its_own_key(tool: Tool, tmp_path: Path) -> None:
    tool.setup_here("--profile", "here")
    with rehearsing(tmp_path / "other") as other:
        there = {k: v for k, v in other.environment.items() if k.startswith(("STACKONE", "EMPLOYMENT"))}
        with other.prepared.rehearsal.records.change() as data:
            data["api_keys"] = {READ_ONLY_KEY: "read-write"}
        other.register(PAIR["client_id"], PAIR["client_secret"])
        tool.setup_here("--profile", "there", **{**there, "STACKONE_API_KEY": READ_ONLY_KEY}).succeeded  # noqa: B018  # it asserts
        keep_key(tool, "here")
        keep_key(tool, "there", READ_ONLY_KEY)
        hosts = dict.fromkeys(("STACKONE_API_URL", "EMPLOYMENT_HERO_OAUTH_URL", "STACKONE_API_KEY"))
        asked, asked_there = lists(tool), other.requests().count("GET /connector_profiles")
        profiles = status(tool, **hosts).succeeded["profiles"]
        assert [(p["label"], p["agree"]) for p in profiles] == [("here", True), ("there", True)]
        assert lists(tool) == asked + 1
        assert other.requests().count("GET /connector_profiles") == asked_there + 1
        # with one host for all, the key of the other label stays here
        run = status(tool, **NO_KEY)
        assert (run.error["code"], "other hosts" in run.error["title"]) == (3, True)
        assert [(p["label"], p["agree"]) for p in run.answer["profiles"]] == [("here", True), ("there", None)]
        assert other.requests().count("GET /connector_profiles") == asked_there + 1


def test_without_asking_other_hosts_do_not_matter(tool: Tool) -> None:
    tool.setup_here()
    assert due(only(status(tool, "--offline", STACKONE_API_URL="https://elsewhere.test"))) == NOT_PROVEN


# For a person


@pytest.mark.parametrize("columns", ["60", "80"])
def test_a_person_reads_a_paragraph_for_each_label(two: Tool, columns: str) -> None:
    run = two.run("status", COLUMNS=columns)
    assert (run.code, run.err, "\x1b" in run.out) == (0, "", False)
    assert [line for line in run.out.splitlines() if line and not line.startswith(" ")] == ["one:", "two:"]
    assert "      eh-connect verify --profile two" in run.out.splitlines()
    assert all(len(line) <= int(columns) for line in run.out.splitlines())


def test_a_terminal_shows_the_same_without_colours(tool: Tool) -> None:
    tool.setup_here()
    with at_terminal("status", environment=tool.environ, columns=60) as person:
        person.sees("Client Secret sha256:")
        person.sees("enabled, as after the last change from here")
        person.sees("eh-connect verify")
        assert person.leaves() == 0
    assert b"\x1b" not in person.raw


def test_in_a_rehearsal_each_command_is_one_of_the_rehearsal(tool: Tool) -> None:
    first = tool.run("status", "--sandbox", "--json", **NO_KEY)
    assert [step["command"] for step in first.succeeded["next"]] == ["eh-connect setup --sandbox"]
    tool.run("setup", "--sandbox", "--no-input")
    with_it = tool.run("status", "--sandbox", "--json").succeeded["profiles"]
    assert [each["command"] for each in with_it[0]["due"]] == ["eh-connect verify --sandbox"]
    assert "eh-connect verify --sandbox" in tool.run("status", "--sandbox").out


def test_a_command_that_is_due_runs_as_it_stands(tool: Tool) -> None:
    (setup,) = only(status(tool, "--profile", "prod"))["due"]
    program, *arguments = shlex.split(setup["command"])
    assert program == "eh-connect"
    assert tool.run(*arguments, "--json").succeeded["action"] == "created"
    assert due(only(status(tool))) == NOT_PROVEN
    assert not re.search("canary", status(tool).out)
