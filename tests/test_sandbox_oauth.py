from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.test import Client

from eh_connect.sandbox.employment_hero_oauth import EmploymentHeroOAuth
from eh_connect.sandbox.records import Records

if TYPE_CHECKING:
    from pathlib import Path

TOKEN = "/oauth2/token"


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records.create(tmp_path, stackone=1, employment_hero=2)


@pytest.fixture
def client(records: Records) -> Client:
    return Client(EmploymentHeroOAuth(records))


@pytest.fixture
def form(records: Records) -> dict[str, str]:
    return {
        **records.data["ready"],
        "grant_type": "authorization_code",
        "code": "made-up",
        "code_verifier": "made-up",
        "redirect_uri": records.data["applications"][0]["redirect_uri"],
    }


def ask(client: Client, **request: Any) -> tuple[int, str]:
    answer = client.post(TOKEN, **request)
    assert answer.headers["Cache-Control"] == "no-store"
    body: Any = answer.json
    return answer.status_code, body["error"]


def test_the_ready_pair_with_an_unknown_code_is_invalid_grant(client: Client, form: dict[str, str]) -> None:
    assert ask(client, data=form) == (400, "invalid_grant")


def test_the_ready_pair_with_an_unknown_refresh_token_is_invalid_grant(
    client: Client, form: dict[str, str]
) -> None:
    refresh = form | {"grant_type": "refresh_token", "refresh_token": "made-up"}
    assert ask(client, data=refresh) == (400, "invalid_grant")


@pytest.mark.parametrize("part", ["client_id", "client_secret"])
@pytest.mark.parametrize("value", ["wrong", ""])
def test_a_wrong_pair_is_invalid_client(client: Client, form: dict[str, str], part: str, value: str) -> None:
    assert ask(client, data=form | {part: value}) == (401, "invalid_client")


@pytest.mark.parametrize("part", ["client_id", "client_secret"])
def test_half_a_pair_is_invalid_client(client: Client, form: dict[str, str], part: str) -> None:
    del form[part]
    assert ask(client, data=form) == (401, "invalid_client")


def test_a_pair_torn_between_two_applications_is_invalid_client(
    client: Client, form: dict[str, str], records: Records
) -> None:
    with records.change() as data:
        other = {"client_id": "other", "client_secrets": ["others"]}
        data["applications"].append({**data["applications"][0], **other})
    assert ask(client, data=form | {"client_secret": "others"}) == (401, "invalid_client")
    assert ask(client, data=form | {"client_id": "other", "client_secret": "others"})[1] == "invalid_grant"


def test_json_is_refused(client: Client, form: dict[str, str]) -> None:
    assert ask(client, json=form) == (400, "invalid_request")


def test_credentials_in_the_query_are_refused(client: Client, form: dict[str, str]) -> None:
    assert ask(client, query_string=form) == (400, "invalid_request")
    assert ask(client, data=form, query_string={"client_id": form["client_id"]}) == (400, "invalid_request")


def test_basic_authentication_is_refused(client: Client, form: dict[str, str]) -> None:
    pair = (form.pop("client_id"), form.pop("client_secret"))
    assert ask(client, data=form, auth=pair) == (400, "invalid_request")


def test_a_multipart_form_is_refused(client: Client, form: dict[str, str]) -> None:
    assert ask(client, data=form, content_type="multipart/form-data") == (400, "invalid_request")


@pytest.mark.parametrize("missing", ["grant_type", "code"])
def test_a_request_without_a_needed_part_is_refused(
    client: Client, form: dict[str, str], missing: str
) -> None:
    del form[missing]
    assert ask(client, data=form) == (400, "invalid_request")


def test_an_unknown_grant_type_is_refused(client: Client, form: dict[str, str]) -> None:
    assert ask(client, data=form | {"grant_type": "password"}) == (400, "unsupported_grant_type")


def test_other_methods_and_paths_are_not_served(client: Client) -> None:
    assert client.get(TOKEN).status_code == 405
    assert client.post("/oauth2/other").status_code == 404
