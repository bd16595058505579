"""The order of checks, with the whole tool: inputs, keyring, what is stored, and only then the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.whole_tool import setup

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.rehearsal import Stage

BROKEN = {"EH_CONNECT_KEYRING": "keyring.backends.fail.Keyring"}


def without_pair(environ: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith("EH_CONNECT_CLIENT_")}


def test_a_missing_value_is_told_before_a_keyring_that_can_not_be_read(
    stage: Stage, environ: dict[str, str], tmp_path: Path
) -> None:
    code, answer = setup(without_pair(environ) | BROKEN)
    assert code == 3
    assert [problem["input"] for problem in answer["error"]["missing"]] == ["client-id", "client-secret"]
    assert stage.log() == []
    assert not (tmp_path / "home").exists()


def test_a_keyring_that_can_not_be_read_is_told_where_the_profile_is_known(
    stage: Stage, environ: dict[str, str]
) -> None:
    assert setup(environ)[0] == 0
    sent = len(stage.log())
    for given in (environ, without_pair(environ)):
        for flags in ([], ["--no-store"]):
            code, answer = setup(given | BROKEN, *flags)
            assert (code, answer["error"]["type"]) == (4, "storage")
    code, answer = setup(environ | BROKEN, "--via", "telephone")
    assert code == 3, "what is plainly wrong costs nothing to tell"
    assert len(stage.log()) == sent


def test_a_keyring_that_can_not_be_used_stops_the_run_before_the_network_and_names_no_store(
    stage: Stage, environ: dict[str, str]
) -> None:
    code, answer = setup(environ | BROKEN)
    assert (code, answer["error"]["type"]) == (4, "storage")
    assert "--no-store" in answer["error"]["hint"]
    assert stage.log() == []
    code, answer = setup(environ | BROKEN, "--no-store")
    assert (code, answer["action"], answer["secret"]["stored_in"]) == (0, "created", None)


def test_a_dry_run_takes_a_keyring_that_can_not_be_read_for_empty_and_warns(
    stage: Stage, environ: dict[str, str], tmp_path: Path
) -> None:
    code, answer = setup(environ | BROKEN, "--dry-run", "--exit-code")
    assert (code, answer["action"], answer["via"], answer["changed"]) == (10, "pending", None, False)
    assert any("keyring" in warning for warning in answer["warnings"])
    assert stage.requests() == ["GET /connector_profiles"]
    assert stage.requests(employment_hero=True) == []
    assert not (tmp_path / "home").exists()


def test_the_previous_pair_is_refused_before_the_network(stage: Stage, environ: dict[str, str]) -> None:
    assert setup(environ)[0] == 0
    stage.register(environ["EH_CONNECT_CLIENT_ID"], "another-secret-of-forty-three-characters-00")
    newer = environ | {"EH_CONNECT_CLIENT_SECRET": "another-secret-of-forty-three-characters-00"}
    assert setup(newer)[1]["action"] == "updated"
    sent = len(stage.log())
    code, answer = setup(environ)
    assert (code, len(stage.log())) == (3, sent)
    assert "rotate --rollback" in answer["error"]["hint"]


def test_a_creation_takes_four_requests_of_which_one_asks(stage: Stage, environ: dict[str, str]) -> None:
    code, answer = setup(environ)
    assert (code, answer["action"], answer["via"], answer["documented"]) == (0, "created", "api", False)
    assert stage.requests() == [
        "GET /connector_profiles",
        "GET /actions",
        "POST /connector_profiles {}",
        "POST /connector_profiles",
    ]


def test_an_id_that_stackone_does_not_know_is_refused(environ: dict[str, str]) -> None:
    assert setup(environ, "--profile-id", "no-such-id")[0] == 6


def test_a_run_of_which_nothing_is_left_to_change_with_exit_code_is_0(environ: dict[str, str]) -> None:
    assert setup(environ)[0] == 0
    code, answer = setup(environ, "--dry-run", "--exit-code")
    assert (code, answer["action"]) == (0, "unchanged")
