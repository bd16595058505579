"""The rehearsal's connect sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect.sandbox.sessions import problems_of
from tests.support.stackone_side import StackOne

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.rehearsal import Stage


@pytest.fixture
def stackone(stage: Stage) -> Iterator[StackOne]:
    stackone = StackOne(stage)
    yield stackone
    stackone.http.close()


def test_a_session_answers_what_is_documented(stage: Stage, stackone: StackOne) -> None:
    session = stackone.session(type="TEST", label="A label", metadata={"a": 1}, multiple=False)
    assert type(session["id"]) is int
    assert session["auth_link_url"].startswith(f"{stage.stackone_url}/")
    assert session["token"] in session["auth_link_url"]
    assert session["connector_profile_id"] == stackone.profile
    assert (session["origin_owner_id"], session["origin_owner_name"]) == ("an-owner", "An <b>owner</b>")
    assert (session["type"], session["label"], session["metadata"]) == ("TEST", "A label", {"a": 1})
    assert session["created_at"].endswith("Z")
    assert session["latest_connection_attempt"] is None


def test_a_session_is_shown_without_its_token(stackone: StackOne) -> None:
    session = stackone.session()
    shown = stackone.http.get(f"/connect_sessions/{session['id']}").json()
    assert shown == {name: session[name] for name in session.keys() - {"token", "auth_link_url"}}
    assert session["token"] not in str(shown)


def test_each_session_has_a_number_and_a_token_of_its_own(stackone: StackOne) -> None:
    one, other = stackone.session(), stackone.session()
    assert one["id"] != other["id"]
    assert one["token"] != other["token"]
    assert one["type"] == "PRODUCTION"


@pytest.mark.parametrize("number", ["0", "99", "x", "-1"])
def test_an_unknown_session_is_404(stackone: StackOne, number: str) -> None:
    assert stackone.http.get(f"/connect_sessions/{number}").status_code == 404


@pytest.mark.parametrize("missing", ["origin_owner_id", "origin_owner_name", "connector_profile_id"])
def test_a_session_without_owner_or_profile_is_422(stackone: StackOne, missing: str) -> None:
    fields = stackone.body()
    del fields[missing]
    answer = stackone.http.post("/connect_sessions", json=fields)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [f"{missing} should not be empty"]
    assert stackone.stage.sessions == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin_owner_id": " "},
        {"origin_owner_name": None},
        {"origin_username": 1},
        {"provider": "other"},
        {"expires_in": 0},
        {"expires_in": "600"},
        {"expires_in": True},
        {"expires_in": 1.5},
        {"label": 1},
        {"metadata": "x"},
        {"multiple": "yes"},
        {"type": "test"},
        {"type": ["TEST"]},
        {"provider_version": "1.0.0"},
        {"integration_id": "x"},
    ],
    ids=str,
)
def test_a_wrong_field_is_422_and_makes_no_session(stackone: StackOne, wrong: dict[str, Any]) -> None:
    answer = stackone.http.post("/connect_sessions", json=stackone.body(**wrong))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [f"{next(iter(wrong))} is not valid"]
    assert stackone.stage.sessions == []


def test_every_documented_field_is_taken() -> None:
    owner = {"origin_owner_id": "1", "origin_owner_name": "x", "origin_username": "y"}
    target = {"connector_profile_id": "1", "provider": "employmenthero", "type": "TEST"}
    more = {"expires_in": 60, "label": "x", "metadata": {}, "multiple": True}
    assert problems_of(owner | target | more) == []


def test_a_session_for_an_unknown_profile_is_404(stackone: StackOne) -> None:
    wanted = stackone.body(connector_profile_id="unknown")
    assert stackone.http.post("/connect_sessions", json=wanted).status_code == 404


def test_a_session_for_a_disabled_profile_is_412(stage: Stage, stackone: StackOne) -> None:
    httpx.post(f"{stage.environment['STACKONE_APP_URL']}/connector_profiles/{stackone.profile}", data={})
    assert stackone.http.post("/connect_sessions", json=stackone.body()).status_code == 412
    assert stage.sessions == []


def test_sessions_need_a_key_that_may_write(stage: Stage, stackone: StackOne) -> None:
    for key, status in (("unknown", 401), (stage.read_only_key, 403)):
        answer = stackone.http.post("/connect_sessions", json=stackone.body(), auth=(key, ""))
        assert answer.status_code == status
    assert stackone.http.get("/connect_sessions/1", auth=("unknown", "")).status_code == 401
    session = stackone.session()
    shown = stackone.http.get(f"/connect_sessions/{session['id']}", auth=(stage.read_only_key, ""))
    assert shown.status_code == 200


def test_sessions_do_not_depend_on_the_assumed_writes(stage: Stage, stackone: StackOne) -> None:
    stage.settings(writes="404")
    assert stackone.session()["id"]
