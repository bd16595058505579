"""StackOne's API in the sandbox: connector profiles, their versions, actions. Every answer is judged."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from eh_connect.sandbox import accounts, profiles
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.site import RefusedError
from eh_connect.sandbox.stackone_api import StackOneApi
from tests.support.openapi import JudgedApp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETUP: dict[str, Any] = {"clientId": "an-id", "clientSecret": "a-secret"}
WHOLE = {
    "name": "Employment Hero",
    "connector_key": "employmenthero",
    "authentication_config_key": "oauth2",
    "environment": "production",
    "setup_information": SETUP,
}
PROFILES = "/connector_profiles"
ACTIONS = "/actions?filter[connectors]=employmenthero"


class Caller:
    """Calls the API as the tool does."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.judged = JudgedApp(StackOneApi(records))
        self._client = Client(self.judged)
        self.key = records.data["stackone"]["api_key"]

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        usual: dict[str, Any] = {"auth": (self.key, ""), "headers": {"User-Agent": "test"}}
        if body is not None:
            usual["json"] = body
        return self._client.open(path, method=method, **(usual | more))

    def get(self, path: str) -> Any:
        answer = self("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def create(self, **changed: Any) -> dict[str, Any]:
        answer = self("POST", PROFILES, WHOLE | changed)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = json.loads(answer.text)
        return created

    def patch(self, profile: dict[str, Any], **fields: Any) -> dict[str, Any]:
        answer = self("PATCH", f"{PROFILES}/{profile['id']}", fields)
        assert answer.status_code == 200, answer.text
        changed: dict[str, Any] = json.loads(answer.text)
        return changed


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path, 1, 2)


@pytest.fixture
def call(records: Records) -> Iterator[Caller]:
    caller = Caller(records)
    yield caller
    assert caller.judged.violations == []


def error_of(answer: TestResponse) -> tuple[int, list[str]]:
    body = json.loads(answer.text)
    assert body["statusCode"] == answer.status_code
    assert body["timestamp"].endswith("Z")
    return answer.status_code, body.get("errors", [])


def test_a_creation_shows_the_profile_without_its_credentials(call: Caller) -> None:
    created = call.create(actions=["employmenthero_list_employees"])
    assert (created["name"], created["active"], created["default"]) == ("Employment Hero", True, False)
    assert created["created_at"] == created["updated_at"]
    assert call.get(PROFILES)["data"] == call.get("/auth_configs")["data"] == [created]
    assert "a-secret" not in str(created)
    (profile,) = call.records.data["stackone"]["profiles"]
    assert (profile["client_id"], profile["client_secret"]) == ("an-id", "a-secret")
    assert profile["actions"] == ["employmenthero_list_employees"]


@pytest.mark.parametrize("auth", [None, ("v1.eu1.unknown", ""), ("", ""), ("the key", "password"), "Bearer"])
def test_anything_but_a_known_key_is_401_and_no_user_agent_403(call: Caller, auth: Any) -> None:
    key = call.key
    more: dict[str, Any] = {"auth": (key, auth[1]) if auth and auth[0] == "the key" else auth}
    if auth == "Bearer":
        more = {"auth": None, "headers": {"User-Agent": "test", "Authorization": f"Bearer {key}"}}
    assert error_of(call("GET", PROFILES, **more))[0] == 401
    assert error_of(call("GET", PROFILES, headers={"User-Agent": ""}))[0] == 403


def test_an_empty_post_is_422_names_the_fields_and_creates_nothing(call: Caller) -> None:
    status, errors = error_of(call("POST", PROFILES, {}))
    assert (status, [error.split()[0] for error in errors]) == (422, list(WHOLE))
    assert call.get(PROFILES)["total"] == 0


def test_an_empty_patch_is_200_and_changes_nothing_and_one_of_an_unknown_id_is_404(call: Caller) -> None:
    created = call.create()
    assert call.patch(created) == created
    assert error_of(call("PATCH", f"{PROFILES}/unknown", {}))[0] == 404
    assert [error_of(call(*each))[0] for each in (("GET", "/x"), ("DELETE", PROFILES))] == [404, 405]


BAD_FIELDS: list[dict[str, Any]] = [
    *({"name": name} for name in (" ", None)),
    *({"connector_key": key} for key in ("unknown", ["employmenthero"])),
    {"authentication_config_key": "basic"},
    {"environment": "staging"},
    *({"setup_information": setup} for setup in ({}, {"clientId": "an-id"}, {**SETUP, "client_id": "twice"})),
    *({"setup_information": {**SETUP, "clientSecret": secret}} for secret in (" ", 1)),
    {"default": "yes"},
    *({"actions": ids} for ids in ("employmenthero_list_teams", ["samplehr_list_people"], [["nested"]])),
    {"clientSecret": "a-secret"},
]


@pytest.mark.parametrize("bad", BAD_FIELDS, ids=str)
def test_a_bad_field_is_422_for_both_writes_and_changes_nothing(call: Caller, bad: dict[str, Any]) -> None:
    created = call.create()
    before = call.records.data
    assert error_of(call("POST", PROFILES, WHOLE | bad))[0] == 422
    assert error_of(call("PATCH", f"{PROFILES}/{created['id']}", {"name": "New"} | bad))[0] == 422
    assert call.records.data == before


ANYTHING = st.integers() | st.text() | st.none() | st.booleans() | st.lists(st.integers())


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # speed is not what is tested
@given(fields=st.dictionaries(st.sampled_from([*WHOLE, "default", "origin_owner_id", "provider"]), ANYTHING))
def test_any_fields_are_judged_without_a_crash(fields: dict[str, Any]) -> None:
    data: dict[str, list[Any]] = {"profiles": [], "accounts": [], "sessions": []}
    profile = profiles.create(data, WHOLE)
    for write in (profiles.create, accounts.create_session):
        with pytest.raises(RefusedError):
            write(data, fields)
    with suppress(RefusedError):
        profiles.change(data, profile, fields)


@pytest.mark.parametrize("raw", ["", "[]", "nonsense", "null", "[" * 100_000])
def test_a_body_that_is_no_object_is_400(call: Caller, raw: str) -> None:
    answer = call("POST", PROFILES, data=raw, content_type="application/json")
    assert error_of(answer)[0] == 400
    assert error_of(call("POST", PROFILES, data={"name": "x"}))[0] == 400, "nor is a form"


def test_updated_at_moves_when_and_only_when_something_changed(call: Caller) -> None:
    created = call.create(default=False)
    assert call.patch(created, name="Employment Hero", default=False, environment="production") == created
    changed = [
        call.patch(created, name="Renamed"),
        call.patch(created, actions=["employmenthero_get_employee"]),
        call.patch(created, setup_information=SETUP),  # the same credentials count too
    ]
    call.patch(created, setup_information={"clientId": "other", "clientSecret": "newer"})
    (profile,) = call.records.data["stackone"]["profiles"]
    assert (profile["client_id"], profile["client_secret"]) == ("other", "newer")
    times = [created["updated_at"], *(profile["updated_at"] for profile in changed)]
    assert times == sorted(set(times))
    assert {profile["created_at"] for profile in changed} == {created["created_at"]}


def test_a_connector_has_one_default_at_most(call: Caller) -> None:
    elsewhere = call.create(connector_key="samplehr", default=True)
    first, second = call.create(default=True), call.create()
    call.patch(second, default=True)
    defaults = {profile["id"]: profile["default"] for profile in call.get(PROFILES)["data"]}
    assert defaults == {elsewhere["id"]: True, first["id"]: False, second["id"]: True}


def test_the_list_is_filtered_by_connector_and_by_activity(call: Caller) -> None:
    one, other = call.create(), call.create(connector_key="samplehr")
    with call.records.change("stackone") as data:
        data["profiles"][1]["shown"]["active"] = False
    queries = ("connector_key=employmenthero", "enabled=true", "enabled=false")
    found = [[each["id"] for each in call.get(f"{PROFILES}?{query}")["data"]] for query in queries]
    assert found == [[one["id"]], [one["id"]], [other["id"]]]


def test_pages_are_numbered_from_one_and_cut_to_the_largest(call: Caller) -> None:
    created = [call.create(name=f"P{number}")["id"] for number in range(27)]
    opening = call.get(f"{PROFILES}?page_size=100")
    assert (opening["page"], opening["page_size"], opening["total"]) == (1, 25, 27)
    pages = [call.get(f"{PROFILES}?page={number}") for number in (1, 2, 3)]
    assert [profile["id"] for page in pages for profile in page["data"]] == created
    assert pages[2]["data"] == []


def test_a_page_size_is_a_number_in_either_spelling(call: Caller) -> None:
    sizes = [call.get(f"{PROFILES}{query}")["page_size"] for query in ("", "?page=1.0&page_size=3.0")]
    assert sizes == [25, 3]


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=-1", "page_size=0", "page=1.5", "page_size=%C2%B2"]
)
def test_a_bad_page_is_400(call: Caller, query: str) -> None:
    assert error_of(call("GET", f"{PROFILES}?{query}"))[0] == 400


def test_a_version_is_pinned_shown_and_let_go(call: Caller) -> None:
    created = call.create()
    one = f"{PROFILES}/{created['id']}"
    assert error_of(call("GET", f"{one}/pinned_version"))[0] == 404
    for version in ("latest", "1.x.x", "1.2.x", "1.2.0"):
        put = call("PUT", f"{one}/pinned_version", {"pinned_version": version, "owner": None})
        assert put.status_code == 200
        assert call.get(f"{one}/pinned_version")["pinned_version"] == version
    assert [each["pinned"] for each in call.get(f"{one}/versions")] == [False, True]
    assert call.get(PROFILES)["data"][0]["connector_pinned_version"] == "1.2.0"
    assert [call("DELETE", f"{one}/pinned_version").status_code for _ in range(2)] == [204, 204]
    assert error_of(call("GET", f"{one}/pinned_version"))[0] == 404


@pytest.mark.parametrize("version", ["^1.2.0", "~1.2", "1", "", None, 1])
def test_other_versions_are_422(call: Caller, version: Any) -> None:
    place = f"{PROFILES}/{call.create()['id']}/pinned_version"
    assert error_of(call("PUT", place, {"pinned_version": version}))[0] == 422


def test_actions_tell_the_auth_option_and_the_scopes(call: Caller) -> None:
    answer = call.get(f"{ACTIONS}&include=action_details")
    (connector,) = answer["data"]
    (option,) = connector["authentication"]
    assert (option["type"], option["key"], option["support"]) == ("OAuth 2.0", "oauth2", None)
    scopes = {action["id"]: action["required_scopes"] for action in connector["actions"]}
    assert scopes["employmenthero_list_employees"] == ["employees:list"]
    assert answer["next"] is None


def test_actions_come_as_far_as_they_are_wanted(call: Caller) -> None:
    (bare,) = call.get(ACTIONS)["data"]
    assert {tuple(action) for action in bare["actions"]} == {("id", "label")}
    assert call.get(f"{ACTIONS}&exclude=actions")["data"][0]["actions"] is None
    assert call.get("/actions?filter[connectors]=unknown") == {"data": [], "next": None}


@pytest.mark.parametrize("several", ["include=action_details&include=", "include=action_details,"])
def test_stackones_guide_names_the_callback(call: Caller, several: str) -> None:
    (connector,) = call.get(f"{ACTIONS}&{several}authentication_guides")["data"]
    guides = connector["authentication"][0]["support"]["guides"]
    assert "https://api.stackone.com/connect/oauth2/employmenthero/callback" in json.dumps(guides)
    assert connector["actions"][0]["required_scopes"]


def test_actions_come_in_pages_behind_a_cursor(call: Caller) -> None:
    first = call.get("/actions?page_size=1")
    second = call.get(f"/actions?page_size=1&next={first['next']}")
    assert [entry["key"] for entry in first["data"] + second["data"]] == ["employmenthero", "samplehr"]
    assert second["next"] is None
    assert error_of(call("GET", "/actions?next=nonsense"))[0] == 400


def test_the_openapi_is_public_and_has_no_create_call(call: Caller) -> None:
    paths = call("GET", "/oas/stackone.json", auth=None, headers={}).get_json()["paths"]
    assert set(paths[PROFILES]) == {"get"}
    assert {"post", "get", "put", "delete"} == {method for path in paths.values() for method in path}
