from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.support.rehearsal import Stage, rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROFILES = {"method": "GET", "path": "/connector_profiles"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with rehearsing(tmp_path / "sandbox") as stage:
        yield stage


@pytest.fixture
def api(stage: Stage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stage.stackone_url, auth=(stage.environment["STACKONE_API_KEY"], "")) as api:
        yield api


def whole() -> dict[str, Any]:
    return {
        "name": "Employment Hero",
        "connector_key": "employmenthero",
        "authentication_config_key": "oauth2",
        "environment": "production",
        "setup_information": {"clientId": "an-id", "clientSecret": "a-secret"},
    }


def test_a_status_is_answered_as_often_as_ordered(stage: Stage, api: httpx.Client) -> None:
    stage.faults(
        {"kind": "status", "match": PROFILES, "times": 2, "status": 503, "headers": {"Retry-After": "1"}}
    )
    answers = [api.get("/connector_profiles") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"


def test_a_fault_without_a_number_stays_until_it_is_cleared(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "status", "times": None})
    assert [api.get("/actions").status_code for _ in range(3)] == [500, 500, 500]
    stage.faults()
    assert api.get("/actions").status_code == 200


def test_a_fault_hits_its_method_and_path_only(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "status", "match": {"method": "POST", "path": "/connector_profiles"}})
    assert api.get("/connector_profiles").status_code == 200
    assert api.post("/connector_profiles", json={}).status_code == 500
    assert api.post("/connector_profiles", json={}).status_code == 422


def test_a_drop_cuts_the_connection_before_anything_happens(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "drop"})
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/connector_profiles", json=whole())
    assert stage.profiles == []


def test_a_drop_after_cuts_the_connection_when_it_took_effect(
    stage: Stage, api: httpx.Client, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.faults({"kind": "drop_after"})
    with pytest.raises(httpx.RemoteProtocolError):
        api.post("/connector_profiles", json=whole())
    assert [profile["client_secret"] for profile in stage.profiles] == ["a-secret"]
    assert capfd.readouterr() == ("", "")


def test_a_delay_ends_in_the_usual_answer(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "delay", "seconds": 1}, {"kind": "delay", "seconds": 0.01})
    with pytest.raises(httpx.ReadTimeout):
        api.get("/actions", timeout=0.1)
    assert api.get("/actions").status_code == 200


def test_what_proxies_answer_can_be_ordered(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "html"}, {"kind": "redirect"}, {"kind": "body", "body": '{"data": 1'})
    page, redirect, broken = (api.get("/actions") for _ in range(3))
    assert page.headers["Content-Type"].startswith("text/html")
    assert (redirect.status_code, redirect.headers["Location"]) == (302, "/elsewhere")
    assert (broken.status_code, broken.text) == (200, '{"data": 1')


def test_an_answer_can_be_cut_short(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "body", "body": "{}", "headers": {"Content-Length": "100"}})
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/actions")


def test_employment_hero_has_faults_of_its_own(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "status", "status": 502}, employment_hero=True)
    assert api.get("/actions").status_code == 200
    assert httpx.post(f"{stage.employment_hero_url}/oauth2/token").status_code == 502


def test_the_log_tells_asks_from_tells_and_no_secrets(stage: Stage, api: httpx.Client) -> None:
    api.post("/connector_profiles", json={})
    api.post("/connector_profiles", json=whole())
    httpx.post(f"{stage.employment_hero_url}/oauth2/token?client_secret=hidden")
    assert stage.requests() == ["POST /connector_profiles {}", "POST /connector_profiles"]
    assert stage.requests(employment_hero=True) == ["POST /oauth2/token"]
    assert "secret" not in str(stage.log() + stage.log(employment_hero=True))


def test_a_chunked_body_arrives_whole(stage: Stage, api: httpx.Client) -> None:
    content = iter([b"{", b"}"])
    headers = {"Content-Type": "application/json"}
    assert api.post("/connector_profiles", content=content, headers=headers).status_code == 422
    assert stage.log()[-1]["empty_object"] is True


@pytest.mark.parametrize(
    "wrong",
    ["nonsense", "[1]", "1", '[{"kind": "unknown"}]', "[{}]", '[{"kind": "drop", "match": {"port": "1"}}]'],
)
def test_a_wrong_order_is_refused(stage: Stage, wrong: str) -> None:
    assert httpx.put(f"{stage.stackone_url}/rehearsal/faults", content=wrong).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"first_page": 2},
        {"max_page_size": 0},
        {"writes": "off"},
        {"pkce": "maybe"},
        {"access_token_seconds": -1},
        {"access_token_seconds": "900"},
        {"unknown": 1},
    ],
)
def test_wrong_settings_are_refused_and_change_nothing(stage: Stage, wrong: object) -> None:
    before = stage.prepared.rehearsal.records.data["settings"]
    assert httpx.put(f"{stage.stackone_url}/rehearsal/settings", json=wrong).status_code == 400
    assert stage.prepared.rehearsal.records.data["settings"] == before


def test_settings_take_effect_and_the_others_stay(stage: Stage, api: httpx.Client) -> None:
    stage.settings(first_page=0)
    stage.settings(writes="405")
    assert api.get("/connector_profiles").json()["page"] == 0
    assert api.post("/connector_profiles", json={}).status_code == 405


def test_other_endpoints_of_the_rehearsal_do_not_exist(stage: Stage) -> None:
    assert httpx.get(f"{stage.stackone_url}/rehearsal/secrets").status_code == 404
    assert httpx.post(f"{stage.stackone_url}/rehearsal/faults", json=[]).status_code == 404
