"""Employment Hero's OAuth server in the sandbox, as Authlib, an OAuth client of others, meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import httpx
import httpx2
import pytest
from werkzeug.test import Client

from eh_connect.employment_hero.portal import portal_url
from eh_connect.sandbox.employment_hero import EmploymentHeroOAuth
from eh_connect.sandbox.records import Records
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.oauth_app import VERIFIER, App, refused
from tests.support.sandbox import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authlib.oauth2.auth import ClientAuth

TOKEN = "/oauth2/token"


@pytest.fixture
def app(stage: Stage) -> Iterator[App]:
    app = App(stage)
    with app.oauth:
        yield app


@pytest.fixture
def answer(app: App) -> str:
    """Where a person came back to who has signed in and allowed it."""
    return app.comes_back("Sign in", "Allow")


PROBE = {
    "client_id": "an-id",
    "client_secret": "a-secret",
    "grant_type": "authorization_code",
    "code": "made-up",
    "code_verifier": "made-up",
    "redirect_uri": REDIRECT_URI,
}
"""A token request with a made-up code, as the credential probe sends it."""


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """With two applications."""
    records = Records.create(tmp_path / "alone", 1, 2)
    with records.change("employment_hero") as data:
        for pair in (
            {"client_id": "an-id", "client_secrets": ["a-secret"]},
            {"client_id": "other", "client_secrets": ["others"]},
        ):
            data["applications"].append({**data["applications"][0], **pair})
    return records


def ask(records: Records, **request: Any) -> tuple[int, str]:
    answer = Client(EmploymentHeroOAuth(records)).post(TOKEN, **request)
    body: Any = answer.json
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, body["error"]


@pytest.mark.parametrize(
    ("status", "error", "change"),
    [
        (400, "invalid_grant", {}),
        (400, "invalid_grant", {"grant_type": "refresh_token", "refresh_token": "made-up"}),
        (400, "invalid_grant", {"client_id": "other", "client_secret": "others"}),
        *(
            (401, "invalid_client", {part: value})
            for part in ("client_id", "client_secret")
            for value in ("wrong", "", None)
        ),
        (401, "invalid_client", {"client_secret": "others"}),
        *(
            (400, "invalid_request", {missing: None, "client_secret": secret})
            for missing in ("grant_type", "code", "redirect_uri", "code_verifier")
            for secret in ("a-secret", "wrong")
        ),
        (400, "unsupported_grant_type", {"grant_type": "password"}),
    ],
    ids=str,
)
def test_parameters_come_before_the_client_and_the_client_before_the_code(
    records: Records, status: int, error: str, change: dict[str, str | None]
) -> None:
    sent = {name: value for name, value in (PROBE | change).items() if value is not None}
    assert ask(records, data=sent) == (status, error)


def test_only_a_form_is_taken_but_what_is_no_secret_may_stand_in_the_query(records: Records) -> None:
    requests: list[dict[str, Any]] = [
        {"json": PROBE},
        {"query_string": PROBE},
        {"data": PROBE, "query_string": {"client_id": "an-id"}},
        {"data": PROBE, "auth": ("an-id", "a-secret")},
        {"data": PROBE, "content_type": "multipart/form-data"},
    ]
    assert [ask(records, **each) for each in requests] == [(400, "invalid_request")] * 5
    form = dict(PROBE)
    moved = {name: form.pop(name) for name in ("grant_type", "redirect_uri")}
    assert ask(records, data=form, query_string=moved) == (400, "invalid_grant")


def test_code_pkce_and_refresh_as_documented(app: App, answer: str) -> None:
    first = app.fetch(answer)
    assert (first["token_type"], first["expires_in"]) == ("bearer", 900)
    second = app.refresh()
    assert first["access_token"] != second["access_token"]
    assert first["refresh_token"] != second["refresh_token"]
    assert app.organisations(app.refresh()["access_token"]).status_code == 200
    assert app.oauth.get(f"{app.url}/api/v1/organisations").json()["data"]["total_items"] == 1


def pair_of(client: ClientAuth) -> dict[str, str]:
    return {"client_id": client.client_id, "client_secret": client.client_secret}


def in_the_query(client: ClientAuth, _: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    return f"{uri}?{urlencode(pair_of(client))}", headers, body


def as_json(client: ClientAuth, _: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    fields = dict(parse_qsl(body.decode())) | pair_of(client)
    return uri, headers | {"Content-Type": "application/json"}, json.dumps(fields).encode()


@pytest.mark.parametrize("placed", ["client_secret_basic", in_the_query, as_json])
def test_credentials_anywhere_but_in_the_form_are_refused_and_spend_nothing(
    stage: Stage, app: App, placed: Any
) -> None:
    app.fetch(app.comes_back("Sign in", "Allow"))
    other = App(stage, token_endpoint_auth_method=placed)
    answer = other.comes_back("Sign in", "Allow")
    with refused("invalid_request"):
        other.fetch(answer)
    with refused("invalid_request"):
        other.refresh(refresh_token=app.oauth.token["refresh_token"])
    assert app.fetch(answer)["access_token"], "the code was not spent"
    assert app.refresh()["access_token"], "nor was the refresh token"


def test_a_wrong_secret_is_refused_and_spends_nothing(stage: Stage, app: App, answer: str) -> None:
    with refused("invalid_client"):
        App(stage, client_secret="wrong").fetch(answer)
    kept = app.fetch(answer)
    with refused("invalid_client"):
        App(stage, client_secret="wrong").refresh(refresh_token=kept["refresh_token"])
    assert app.refresh()["access_token"]


def test_a_code_is_good_once(app: App, answer: str) -> None:
    app.fetch(answer)
    with refused("invalid_grant"):
        app.fetch(answer)
    assert app.refresh()["access_token"], "the first answer's tokens live on"


def test_a_wrong_verifier_is_refused_and_the_code_spent(app: App, answer: str) -> None:
    for verifier in (VERIFIER[::-1], VERIFIER):
        with refused("invalid_grant"):
            app.fetch(answer, verifier)


def test_a_grant_is_bound_to_its_redirect_uri_and_its_client(stage: Stage, app: App, answer: str) -> None:
    with refused("invalid_grant"):
        App(stage, redirect_uri=f"{REDIRECT_URI}/").fetch(answer)
    stage.register("other", "others")
    other = App(stage, client_id="other", client_secret="others")
    kept = app.fetch(app.comes_back("Sign in", "Allow"))
    with refused("invalid_grant"):
        other.fetch(app.comes_back("Sign in", "Allow"))
    with refused("invalid_grant"):
        other.refresh(refresh_token=kept["refresh_token"])


def test_a_code_and_an_access_token_live_shortly_and_a_refresh_token_on(
    stage: Stage, app: App, answer: str
) -> None:
    stage.expire_tokens()
    with refused("invalid_grant"):
        app.fetch(answer)
    app.fetch(app.comes_back("Sign in", "Allow"))
    stage.expire_tokens()
    assert app.organisations().status_code == 401
    app.refresh()
    assert app.organisations().status_code == 200


def test_a_refresh_token_is_good_once_and_the_newest_stays_good(app: App, answer: str) -> None:
    first = app.fetch(answer)
    second = app.refresh()
    for _ in range(2):
        with refused("invalid_grant"):
            app.refresh(refresh_token=first["refresh_token"])
    third = app.refresh(refresh_token=second["refresh_token"])
    statuses = [app.organisations(token["access_token"]).status_code for token in (third, first)]
    assert statuses == [200, 401]


def test_a_lost_answer_has_spent_the_refresh_token(stage: Stage, app: App, answer: str) -> None:
    app.fetch(answer)
    stage.faults({"kind": "drop_after", "match": {"path": TOKEN}}, employment_hero=True)
    with pytest.raises(httpx2.RemoteProtocolError):
        app.refresh()
    with refused("invalid_grant"):
        app.refresh()


def test_codes_and_tokens_outlive_the_process(tmp_path: Path) -> None:
    with Stage(tmp_path / "kept") as stage:
        first, second = App(stage), App(stage)
        kept = first.fetch(first.comes_back("Sign in", "Allow"))
        answer = second.comes_back("Sign in", "Allow")
    with Stage(tmp_path / "kept"):
        assert second.fetch(answer)["access_token"]
        assert first.organisations(kept["access_token"]).status_code == 200


def test_a_refresh_token_outlives_the_secret(stage: Stage, app: App, answer: str) -> None:
    app.fetch(answer)
    place = portal_url("1", stage.employment_hero_url)
    httpx.post(f"{place}/{stage.environment['EH_CONNECT_CLIENT_ID']}/secret")
    with refused("invalid_client"):
        app.refresh()
    newer = App(stage)
    assert newer.refresh(refresh_token=app.oauth.token["refresh_token"])["access_token"]


def test_lists_come_in_the_documented_envelope(stage: Stage, app: App, answer: str) -> None:
    app.fetch(answer)
    its = {"id": stage.environment["EH_CONNECT_ORG_ID"], "name": "Sample Pty Ltd"}
    usual = {"item_per_page": 1, "total_pages": 1, "total_items": 1}
    first, second = (app.organisations(page_index=page, item_per_page=1).json() for page in (1, 2))
    assert first == {"data": {"items": [its], "page_index": 1} | usual}
    assert second == {"data": {"items": [], "page_index": 2} | usual}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer made-up", "Basic {}", "{}"])
def test_without_its_token_the_api_answers_401(app: App, answer: str, header: str) -> None:
    token = app.fetch(answer)["access_token"]
    headers = {"Authorization": header.format(token)}
    answered = httpx.get(f"{app.url}/api/v1/organisations", headers=headers)
    assert (answered.status_code, answered.json()) == (401, {"error": "invalid_token"})


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["organizations:list"], 200), (["organisations:list"], 200), (["organizations:show"], 403), ([], 403)],
)
def test_a_list_needs_its_scope_in_either_spelling(
    stage: Stage, app: App, scopes: list[str], status: int
) -> None:
    with stage.records.change("employment_hero") as data:
        data["applications"][0]["scopes"] = scopes
    app.fetch(app.comes_back("Sign in", "Allow"))
    answered = app.organisations()
    assert answered.status_code == status
    assert ("insufficient_scope" in answered.text) is (status == 403)
