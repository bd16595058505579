from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import Client, TestResponse

from eh_connect.sandbox.profiles import problems_of
from eh_connect.sandbox.records import Records
from eh_connect.sandbox.stackone_api import StackOneApi

if TYPE_CHECKING:
    from pathlib import Path

SETUP = {"clientId": "an-id", "clientSecret": "a-secret"}
WHOLE = {
    "name": "Employment Hero",
    "connector_key": "employmenthero",
    "authentication_config_key": "oauth2",
    "environment": "production",
    "setup_information": SETUP,
}


class Caller:
    """Calls the API as the tool does."""

    def __init__(self, records: Records, rights: str = "read-write") -> None:
        self.records = records
        self._client = Client(StackOneApi(records))
        self._key = records.key(rights)

    def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        usual: dict[str, Any] = {"auth": (self._key, ""), "headers": {"User-Agent": "test"}}
        if body is not None:
            usual["json"] = body
        return self._client.open(path, method=method, **(usual | more))

    def create(self, **changed: Any) -> dict[str, Any]:
        answer = self("POST", "/connector_profiles", WHOLE | changed)
        assert answer.status_code == 201, answer.text
        created: dict[str, Any] = body_of(answer)
        return created

    def list(self, query: str = "") -> dict[str, Any]:
        answer = self("GET", f"/connector_profiles{query}")
        assert answer.status_code == 200, answer.text
        listed: dict[str, Any] = body_of(answer)
        return listed

    def settings(self, **changed: Any) -> None:
        with self.records.change() as data:
            data["settings"] |= changed


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path, stackone=1, employment_hero=2)


@pytest.fixture
def call(records: Records) -> Caller:
    return Caller(records)


def body_of(answer: TestResponse) -> Any:
    return answer.json


def error_of(answer: TestResponse) -> tuple[int, list[str]]:
    body = body_of(answer)
    assert body["statusCode"] == answer.status_code
    assert body["message"]
    assert body["timestamp"].endswith("Z")
    return answer.status_code, body.get("errors", [])


def test_a_creation_shows_the_profile_without_its_credentials(call: Caller) -> None:
    created = call.create()
    assert created["name"] == "Employment Hero"
    assert created["connector_label"] == "Employment Hero"
    assert (created["active"], created["default"]) == (True, False)
    assert created["created_at"] == created["updated_at"]
    assert created["connector_version"] is None
    assert call.list()["data"] == [created]
    assert "a-secret" not in str(created)
    assert "an-id" not in str(created)


def test_a_creation_keeps_the_credentials_and_actions_behind_the_scenes(call: Caller) -> None:
    call.create(actions=["employmenthero_list_employees"])
    (profile,) = call.records.data["profiles"]
    assert (profile["client_id"], profile["client_secret"]) == ("an-id", "a-secret")
    assert profile["actions"] == ["employmenthero_list_employees"]


@pytest.mark.parametrize("auth", [None, ("v1.eu1.unknown", ""), ("", "")])
def test_an_unknown_or_absent_key_is_401(call: Caller, auth: tuple[str, str] | None) -> None:
    assert error_of(call("GET", "/connector_profiles", auth=auth))[0] == 401


def test_a_key_with_a_password_is_401(call: Caller) -> None:
    auth = (call.records.key("read-write"), "password")
    assert error_of(call("GET", "/connector_profiles", auth=auth))[0] == 401


def test_a_bearer_token_is_401(call: Caller) -> None:
    headers = {"User-Agent": "test", "Authorization": f"Bearer {call.records.key('read-write')}"}
    assert error_of(call("GET", "/actions", auth=None, headers=headers))[0] == 401


def test_no_user_agent_is_403(call: Caller) -> None:
    assert error_of(call("GET", "/connector_profiles", headers={"User-Agent": ""}))[0] == 403


def test_a_read_only_key_reads_and_may_not_write(records: Records, call: Caller) -> None:
    created, reader = call.create(), Caller(records, "read-only")
    assert reader.list()["data"] == [created]
    assert error_of(reader("POST", "/connector_profiles", WHOLE))[0] == 403
    assert error_of(reader("PATCH", f"/connector_profiles/{created['id']}", {}))[0] == 403
    assert call.list()["data"] == [created]


def test_an_empty_post_is_422_names_the_fields_and_creates_nothing(call: Caller) -> None:
    status, errors = error_of(call("POST", "/connector_profiles", {}))
    assert status == 422
    assert all(any(name in error for error in errors) for name in WHOLE)
    assert call.list()["total"] == 0


def test_an_empty_patch_is_200_and_changes_nothing(call: Caller) -> None:
    created = call.create()
    answer = call("PATCH", f"/connector_profiles/{created['id']}", {})
    assert (answer.status_code, answer.json) == (200, created)


def test_a_patch_of_an_unknown_id_is_404(call: Caller) -> None:
    call.create()
    assert error_of(call("PATCH", "/connector_profiles/unknown", {}))[0] == 404


@pytest.mark.parametrize("name", list(WHOLE))
def test_a_creation_without_a_needed_field_is_422(call: Caller, name: str) -> None:
    fields = {key: value for key, value in WHOLE.items() if key != name}
    status, errors = error_of(call("POST", "/connector_profiles", fields))
    assert status == 422
    assert any(name in error for error in errors)


BAD_FIELDS: list[dict[str, Any]] = [
    {"name": " "},
    {"name": None},
    {"connector_key": "unknown"},
    {"connector_key": ["employmenthero"]},
    {"authentication_config_key": "basic"},
    {"environment": "staging"},
    {"setup_information": {}},
    {"setup_information": {"clientId": "an-id"}},
    {"setup_information": {"clientId": "an-id", "clientSecret": " "}},
    {"setup_information": {"clientId": 1, "clientSecret": "a-secret"}},
    {"setup_information": {**SETUP, "client_id": "twice"}},
    {"default": "yes"},
    {"actions": ["employmenthero_list_employees", "employmenthero_unknown"]},
    {"actions": ["rehearsalhr_list_people"]},
    {"actions": "employmenthero_list_employees"},
    {"actions": [["nested"]]},
    {"clientSecret": "a-secret"},
]


@pytest.mark.parametrize("bad", BAD_FIELDS, ids=str)
def test_a_bad_field_is_422_for_both_writes_and_changes_nothing(call: Caller, bad: dict[str, Any]) -> None:
    created = call.create()
    before = call.records.data
    assert error_of(call("POST", "/connector_profiles", WHOLE | bad))[0] == 422
    assert error_of(call("PATCH", f"/connector_profiles/{created['id']}", {"name": "New"} | bad))[0] == 422
    assert call.records.data == before


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # speed is not what is tested
@given(
    fields=st.dictionaries(
        st.sampled_from([*WHOLE, "default", "actions", "other"]), st.integers() | st.text()
    )
)
def test_any_fields_are_judged_without_a_crash(fields: dict[str, Any]) -> None:
    assert problems_of(fields)
    problems_of(fields, connector_key="employmenthero")


@pytest.mark.parametrize("raw", ["", "[]", "nonsense", "null", "[" * 100_000])
def test_a_body_that_is_no_object_is_400(call: Caller, raw: str) -> None:
    answer = call("POST", "/connector_profiles", data=raw, content_type="application/json")
    assert error_of(answer)[0] == 400


def test_a_body_that_is_a_form_is_400(call: Caller) -> None:
    assert error_of(call("POST", "/connector_profiles", data={"name": "x"}))[0] == 400


@pytest.mark.parametrize("mode", ["404", "405", "501"])
def test_writes_can_be_missing_altogether(call: Caller, mode: str) -> None:
    created = call.create()
    call.settings(writes=mode)
    assert error_of(call("POST", "/connector_profiles", WHOLE))[0] == int(mode)
    assert error_of(call("PATCH", f"/connector_profiles/{created['id']}", {}))[0] == int(mode)
    assert call.list()["total"] == 1


def test_unknown_paths_and_methods_are_refused_in_stackones_form(call: Caller) -> None:
    assert error_of(call("GET", "/unknown"))[0] == 404
    assert error_of(call("DELETE", "/connector_profiles"))[0] == 405


def patched(call: Caller, profile: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = call("PATCH", f"/connector_profiles/{profile['id']}", fields)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = body_of(answer)
    return body


def test_updated_at_moves_when_something_changed(call: Caller) -> None:
    created = call.create()
    first = patched(call, created, name="Renamed")
    second = patched(call, created, actions=["employmenthero_get_employee"])
    times = [created["updated_at"], first["updated_at"], second["updated_at"]]
    assert times == sorted(set(times))
    assert second["created_at"] == created["created_at"]


def test_updated_at_stays_when_nothing_changed(call: Caller) -> None:
    created = call.create(default=False)
    assert patched(call, created, name="Employment Hero", default=False, environment="production") == created


def test_sending_credentials_counts_as_a_change_even_if_they_are_the_same(call: Caller) -> None:
    created = call.create()
    assert patched(call, created, setup_information=SETUP)["updated_at"] > created["updated_at"]


def test_a_patch_replaces_the_pair(call: Caller) -> None:
    patched(call, call.create(), setup_information={"clientId": "other", "clientSecret": "newer"})
    (profile,) = call.records.data["profiles"]
    assert (profile["client_id"], profile["client_secret"]) == ("other", "newer")


def test_a_connector_has_one_default_at_most(call: Caller) -> None:
    elsewhere = call.create(connector_key="rehearsalhr", default=True)
    first, second = call.create(default=True), call.create()
    patched(call, second, default=True)
    defaults = {profile["id"]: profile["default"] for profile in call.list()["data"]}
    assert defaults == {elsewhere["id"]: True, first["id"]: False, second["id"]: True}


def test_profiles_of_the_same_name_are_allowed(call: Caller) -> None:
    assert call.create()["id"] != call.create()["id"]
    assert call.list()["total"] == 2


def test_the_list_is_filtered_by_connector_and_by_activity(call: Caller) -> None:
    one, other = call.create(), call.create(connector_key="rehearsalhr")
    with call.records.change() as data:
        data["profiles"][1]["shown"]["active"] = False
    assert [each["id"] for each in call.list("?connector_key=employmenthero")["data"]] == [one["id"]]
    assert [each["id"] for each in call.list("?enabled=true")["data"]] == [one["id"]]
    assert [each["id"] for each in call.list("?enabled=false")["data"]] == [other["id"]]


@pytest.mark.parametrize("first", [0, 1])
def test_pages_are_numbered_as_set_and_cut_to_the_largest(call: Caller, first: int) -> None:
    call.settings(first_page=first, max_page_size=2)
    created = [call.create(name=f"P{number}")["id"] for number in range(5)]
    opening = call.list("?page_size=100")
    assert (opening["page"], opening["page_size"], opening["total"]) == (first, 2, 5)
    pages = [call.list(f"?page={first + number}") for number in range(4)]
    assert [profile["id"] for page in pages for profile in page["data"]] == created
    assert pages[3]["data"] == []


def test_the_default_page_size_is_25(call: Caller) -> None:
    assert call.list()["page_size"] == 25
    assert call.list("?page_size=3")["page_size"] == 3


@pytest.mark.parametrize("query", ["?page=0", "?page=x", "?page=-1", "?page_size=0", "?page_size=%C2%B2"])
def test_a_bad_page_is_400(call: Caller, query: str) -> None:
    assert error_of(call("GET", f"/connector_profiles{query}"))[0] == 400


def test_actions_tell_the_auth_option_and_the_scopes(call: Caller) -> None:
    answer = body_of(call("GET", "/actions?filter[connectors]=employmenthero&include=action_details"))
    (connector,) = answer["data"]
    (option,) = connector["authentication"]
    assert (option["type"], option["key"]) == ("OAuth 2.0", "oauth2")
    scopes = {action["id"]: action["required_scopes"] for action in connector["actions"]}
    assert scopes["employmenthero_list_employees"] == ["employees:list"]
    assert answer["next"] is None


def test_actions_without_details_are_told_none(call: Caller) -> None:
    assert body_of(call("GET", "/actions?filter[connectors]=employmenthero"))["data"][0]["actions"] == []


def test_actions_come_in_pages_behind_a_cursor(call: Caller) -> None:
    first = body_of(call("GET", "/actions?page_size=1"))
    second = body_of(call("GET", f"/actions?page_size=1&next={first['next']}"))
    assert [entry["key"] for entry in first["data"] + second["data"]] == ["employmenthero", "rehearsalhr"]
    assert second["next"] is None
    assert error_of(call("GET", "/actions?next=nonsense"))[0] == 400


def test_an_unknown_connector_has_no_actions(call: Caller) -> None:
    assert call("GET", "/actions?filter[connectors]=unknown").json == {"data": [], "next": None}


def test_accounts_are_listed_by_profile(call: Caller) -> None:
    with call.records.change() as data:
        data["accounts"] += [
            {"id": "1", "connector_profile_id": "a"},
            {"id": "2", "connector_profile_id": "b"},
        ]
    found = body_of(call("GET", "/v2/accounts?connector_profile_id=b"))
    assert [account["id"] for account in found["data"]] == ["2"]
    assert len(body_of(call("GET", "/v2/accounts"))["data"]) == 2
