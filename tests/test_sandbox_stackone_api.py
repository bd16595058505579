"""StackOne's API in the sandbox: connector profiles, their versions, actions. Every answer is judged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.stackone_side import WHOLE, StackOne, setup_of

SETUP = WHOLE["setup_information"]
PROFILES = "/connector_profiles"


def test_a_creation_shows_the_profile_without_its_credentials(stackone: StackOne) -> None:
    created = stackone.create(actions=["employmenthero_list_employees"])
    assert (created["name"], created["active"], created["default"]) == ("Employment Hero", True, False)
    assert created["created_at"] == created["updated_at"]
    assert stackone.get(PROFILES)["data"] == stackone.get("/auth_configs")["data"] == [created]
    assert "a-secret" not in str(created)
    credentials = {"client_id": "an-id", "client_secret": "a-secret"}
    hidden = credentials | {"actions": ["employmenthero_list_employees"], "pinned": None}
    assert stackone.stage.profiles == [{"shown": created} | hidden]


@pytest.mark.parametrize("auth", [None, ("v1.eu1.unknown", ""), ("", ""), ("the key", "password"), "Bearer"])
def test_anything_but_a_known_key_is_401_and_no_user_agent_403(stackone: StackOne, auth: Any) -> None:
    more: dict[str, Any] = {"auth": (stackone.key, auth[1]) if auth and auth[0] == "the key" else auth}
    if auth == "Bearer":
        more = {"auth": None, "headers": {"Authorization": f"Bearer {stackone.key}"}}
    assert stackone.refused("GET", PROFILES, **more) == 401
    assert stackone.refused("GET", PROFILES, headers={"User-Agent": ""}) == 403


def test_an_empty_post_names_what_is_missing_and_an_empty_patch_changes_nothing(stackone: StackOne) -> None:
    said = stackone.http.post(PROFILES, json={}).json()
    assert said["statusCode"] == 422
    assert "`name`" in said["errors"][0]
    assert stackone.get(PROFILES)["total"] == 0
    created = stackone.create()
    assert stackone.patch(created["id"]) == created
    assert stackone.refused("PATCH", f"{PROFILES}/unknown", {}) == stackone.refused("GET", "/x") == 404
    assert stackone.refused("DELETE", PROFILES) == 405


BAD_FIELDS: list[dict[str, Any]] = [
    *({"name": name} for name in (" ", None, 1)),
    *({"connector_key": key} for key in ("unknown", ["employmenthero"])),
    {"authentication_config_key": "basic"},
    *({"environment": environment} for environment in ("staging", ["production"])),
    *({"setup_information": setup} for setup in ({}, {"clientId": "an-id"}, {**SETUP, "client_id": "twice"})),
    *({"setup_information": {**SETUP, "clientSecret": secret}} for secret in (" ", 1)),
    *({"default": default} for default in ("yes", None, 1)),
    *({"actions": ids} for ids in ("employmenthero_list_teams", ["samplehr_list_people"], [["nested"]])),
    {"clientSecret": "a-secret"},
]


@pytest.mark.parametrize("bad", BAD_FIELDS, ids=str)
def test_a_bad_field_is_422_for_both_writes_and_changes_nothing(
    stackone: StackOne, bad: dict[str, Any]
) -> None:
    created = stackone.create()
    before = stackone.stage.profiles
    assert stackone.refused("POST", PROFILES, WHOLE | bad) == 422
    assert stackone.refused("PATCH", f"{PROFILES}/{created['id']}", {"name": "New"} | bad) == 422
    assert stackone.refused("PATCH", f"{PROFILES}/{created['id']}", {"connector_key": "samplehr"}) == 422
    assert stackone.stage.profiles == before


ODD = (r'"\ud800"', "NaN", "1e400", "[" * 300 + "]" * 300)
ODD_BODIES = [f'{{"name": "N", "metadata": {each}, "x": {{"a": {each}}}}}' for each in ODD]


@pytest.mark.parametrize("raw", ["", "[]", "nonsense", "null", "[" * 100_000, *ODD_BODIES])
def test_a_body_that_is_no_object_or_can_not_be_saved_is_400(stackone: StackOne, raw: str) -> None:
    assert (
        stackone.refused("POST", PROFILES, content=raw, headers={"Content-Type": "application/json"}) == 400
    )
    assert stackone.refused("POST", PROFILES, data={"name": "x"}) == 400, "nor is a form"


def test_updated_at_moves_when_and_only_when_something_changed(stackone: StackOne) -> None:
    created = stackone.create(default=False)
    assert (
        stackone.patch(created["id"], name="Employment Hero", default=False, environment="production")
        == created
    )
    changed = [
        created,
        stackone.patch(created["id"], name="Renamed"),
        stackone.patch(created["id"], actions=["employmenthero_get_employee"]),
        stackone.patch(created["id"], setup_information=SETUP),  # the same credentials count too
        stackone.patch(created["id"], setup_information=setup_of("other", "newer")),
    ]
    assert [(each["client_id"], each["client_secret"]) for each in stackone.stage.profiles] == [
        ("other", "newer")
    ]
    times = [profile["updated_at"] for profile in changed]
    assert times == sorted(set(times))
    assert {profile["created_at"] for profile in changed} == {created["created_at"]}


def test_a_connector_has_one_default_at_most(stackone: StackOne) -> None:
    elsewhere = stackone.create(connector_key="samplehr", default=True)
    first, second = stackone.create(default=True), stackone.create()
    stackone.patch(second["id"], default=True)
    defaults = {profile["id"]: profile["default"] for profile in stackone.get(PROFILES)["data"]}
    assert defaults == {elsewhere["id"]: True, first["id"]: False, second["id"]: True}


def test_profiles_are_filtered_and_come_in_pages_from_one(stackone: StackOne) -> None:
    made = [stackone.create(name=f"P{number}")["id"] for number in range(26)]
    other = stackone.create(connector_key="samplehr")["id"]
    with stackone.stage.records.change("stackone") as data:
        data["profiles"][-1]["shown"]["active"] = False

    def found(query: str) -> list[str]:
        return [profile["id"] for profile in stackone.get(f"{PROFILES}?{query}")["data"]]

    assert found("connector_key=samplehr") == found("enabled=false") == [other]
    assert found("enabled=true&page_size=25&page=2") == made[25:]
    assert found("page=1.0&page_size=3.0") == made[:3], "a number, in either spelling"
    assert [found(f"page={page}") for page in (1, 2, 3)] == [made[:25], [made[25], other], []]
    opening = stackone.get(f"{PROFILES}?page_size=100")
    assert (opening["page"], opening["page_size"], opening["total"]) == (1, 25, 27)


BAD_PAGES = [
    f"{PROFILES}?page{its}"
    for its in ("=0", "=x", "=-1", "_size=0", "=1.5", "_size=%C2%B2", f"={'9' * 5000}")
]


@pytest.mark.parametrize("path", [*BAD_PAGES, "/actions?next=nonsense"])
def test_a_bad_page_is_400(stackone: StackOne, path: str) -> None:
    assert stackone.refused("GET", path) == 400


def test_a_version_is_pinned_shown_and_let_go(stackone: StackOne) -> None:
    one = f"{PROFILES}/{stackone.create()['id']}"
    assert stackone.refused("GET", f"{one}/pinned_version") == 404
    for version in ("latest", "1.x.x", "1.2.x", "1.2.0"):
        put = stackone.done("PUT", f"{one}/pinned_version", {"pinned_version": version, "owner": None})
        assert stackone.get(f"{one}/pinned_version") == put
        assert put["pinned_version"] == version
    for wrong in ("^1.2.0", "~1.2", "1", "", None, 1):
        assert stackone.refused("PUT", f"{one}/pinned_version", {"pinned_version": wrong}) == 422
    assert [each["pinned"] for each in stackone.get(f"{one}/versions")] == [False, True]
    assert stackone.get(PROFILES)["data"][0]["connector_pinned_version"] == "1.2.0"
    assert [stackone.http.delete(f"{one}/pinned_version").status_code for _ in range(2)] == [204, 204]
    assert stackone.refused("GET", f"{one}/pinned_version") == 404


def test_actions_come_as_far_as_they_are_wanted(stackone: StackOne) -> None:
    def connector(query: str) -> Any:
        (found,) = stackone.get(f"/actions?filter[connectors]=employmenthero{query}")["data"]
        return found

    assert {tuple(action) for action in connector("")["actions"]} == {("id", "label")}
    assert connector("&exclude=actions")["actions"] is None
    detailed = connector("&include=action_details")
    (option,) = detailed["authentication"]
    assert (option["type"], option["key"], option["support"]) == ("OAuth 2.0", "oauth2", None)
    scopes = {action["id"]: action["required_scopes"] for action in detailed["actions"]}
    assert scopes["employmenthero_list_employees"] == ["employees:list"]
    for several in ("&include=action_details&include=", "&include=action_details,"):
        whole = connector(f"{several}authentication_guides")
        guides = json.dumps(whole["authentication"][0]["support"]["guides"])
        assert "https://api.stackone.com/connect/oauth2/employmenthero/callback" in guides
        assert whole["actions"] == detailed["actions"]


def test_connectors_come_in_pages_behind_a_cursor(stackone: StackOne) -> None:
    first = stackone.get("/actions?page_size=1")
    second = stackone.get(f"/actions?page_size=1&next={first['next']}")
    assert [entry["key"] for entry in first["data"] + second["data"]] == ["employmenthero", "samplehr"]
    assert second["next"] is None
    assert stackone.get("/actions?filter[connectors]=unknown") == {"data": [], "next": None}


def test_the_openapi_is_public_and_has_no_create_call(stackone: StackOne) -> None:
    paths = stackone.http.get("/oas/stackone.json", auth=None).json()["paths"]
    assert set(paths[PROFILES]) == {"get"}
    assert {"post", "get", "put", "delete"} == {method for path in paths.values() for method in path}
