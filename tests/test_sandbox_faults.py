"""What tests order of the sandbox: disturbances, and a log of what was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.sandbox import Stage

PROFILES = "/connector_profiles"
WHOLE: dict[str, Any] = {
    "name": "Employment Hero",
    "connector_key": "employmenthero",
    "authentication_config_key": "oauth2",
    "environment": "production",
    "setup_information": {"clientId": "an-id", "clientSecret": "a-secret"},
}


@pytest.fixture
def api(stage: Stage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=stage.stackone_url, auth=(stage.environment["STACKONE_API_KEY"], "")) as api:
        yield api


def test_a_fault_hits_its_method_and_path_as_often_as_ordered(stage: Stage, api: httpx.Client) -> None:
    match = {"method": "POST", "path": PROFILES}
    stage.faults(
        {"kind": "status", "match": match, "times": 2, "status": 503, "headers": {"Retry-After": "1"}}
    )
    assert api.get(PROFILES).status_code == 200
    answers = [api.post(PROFILES, json={}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 422]
    assert answers[0].headers["Retry-After"] == "1"


def test_a_fault_without_a_number_stays_until_it_is_cleared(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "status", "times": None})
    assert [api.get("/actions").status_code for _ in range(3)] == [500, 500, 500]
    stage.faults()
    assert api.get("/actions").status_code == 200


@pytest.mark.parametrize(("kind", "kept"), [("drop", []), ("drop_after", ["a-secret"])])
def test_a_connection_is_cut_before_anything_happens_or_after(
    stage: Stage, api: httpx.Client, capfd: pytest.CaptureFixture[str], kind: str, kept: list[str]
) -> None:
    stage.faults({"kind": kind})
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(PROFILES, json=WHOLE)
    assert [profile["client_secret"] for profile in stage.profiles] == kept
    assert capfd.readouterr() == ("", "")


def test_a_delay_ends_in_the_usual_answer(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "delay", "seconds": 1}, {"kind": "delay", "seconds": 0.01})
    with pytest.raises(httpx.ReadTimeout):
        api.get("/actions", timeout=0.1)
    assert api.get("/actions").status_code == 200


def test_what_proxies_answer_can_be_ordered(stage: Stage, api: httpx.Client) -> None:
    short = {"kind": "body", "body": "{}", "headers": {"Content-Length": "100"}}
    stage.faults({"kind": "html"}, {"kind": "redirect"}, {"kind": "body", "body": '{"data": 1'}, short)
    page, redirect, broken = (api.get("/actions") for _ in range(3))
    assert page.headers["Content-Type"].startswith("text/html")
    assert (redirect.status_code, redirect.headers["Location"]) == (302, "/elsewhere")
    assert (broken.status_code, broken.text) == (200, '{"data": 1')
    with pytest.raises(httpx.RemoteProtocolError):
        api.get("/actions")


def test_employment_hero_has_faults_of_its_own(stage: Stage, api: httpx.Client) -> None:
    stage.faults({"kind": "status", "status": 502}, employment_hero=True)
    assert api.get("/actions").status_code == 200
    assert httpx.post(f"{stage.employment_hero_url}/oauth2/token").status_code == 502


def test_the_log_tells_asks_from_tells_and_no_secrets(stage: Stage, api: httpx.Client) -> None:
    api.post(PROFILES, content=iter([b"{", b"}"]), headers={"Content-Type": "application/json"})
    api.post(PROFILES, json=WHOLE)
    httpx.post(f"{stage.employment_hero_url}/oauth2/token?client_secret=hidden")
    assert stage.requests() == ["POST /connector_profiles {}", "POST /connector_profiles"]
    assert stage.requests(employment_hero=True) == ["POST /oauth2/token"]
    assert "secret" not in str(stage.log() + stage.log(employment_hero=True))


def test_writes_can_be_missing_altogether(stage: Stage, api: httpx.Client) -> None:
    stage.refuse_writes()
    assert api.get(PROFILES).status_code == 200
    assert api.post(PROFILES, json={}).status_code == api.patch(f"{PROFILES}/x", json={}).status_code == 404
