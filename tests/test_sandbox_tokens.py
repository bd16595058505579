"""The rehearsal's Employment Hero gives tokens, and takes them, as an OAuth client of others meets it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import httpx
import httpx2
import pytest

from eh_connect.employment_hero.portal import OrgId, portal_url
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.oauth_app import VERIFIER, App, refused, said
from tests.support.rehearsal import Stage, rehearsing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authlib.oauth2.auth import ClientAuth


@pytest.fixture
def app(stage: Stage) -> Iterator[App]:
    app = App(stage)
    with app.oauth:
        yield app


@pytest.fixture
def answer(app: App) -> str:
    """Where a person came back to who has signed in and allowed it."""
    return app.comes_back("Sign in", "Allow")


def test_code_pkce_and_refresh_as_documented(app: App, answer: str) -> None:
    first = app.fetch(answer)
    assert first["token_type"] == "bearer"
    assert first["expires_in"] == 900
    second = app.refresh()
    assert first["access_token"] != second["access_token"]
    assert first["refresh_token"] != second["refresh_token"]
    third = app.refresh()
    assert app.organisations(third["access_token"]).status_code == 200


def test_authlibs_own_requests_pass_the_api(app: App, answer: str) -> None:
    app.fetch(answer)
    answered = app.oauth.get(f"{app.url}/api/v1/organisations")
    assert answered.json()["data"]["total_items"] == 1


def pair_of(client: ClientAuth) -> dict[str, str]:
    return {"client_id": client.client_id, "client_secret": client.client_secret}


def in_the_query(client: ClientAuth, _: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    return f"{uri}?{urlencode(pair_of(client))}", headers, body


def as_json(client: ClientAuth, _: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    fields = dict(parse_qsl(body.decode())) | pair_of(client)
    return uri, headers | {"Content-Type": "application/json"}, json.dumps(fields).encode()


@pytest.mark.parametrize("way", ["client_secret_basic", in_the_query, as_json])
def test_credentials_anywhere_but_in_the_form_are_refused(stage: Stage, app: App, way: Any) -> None:
    app.fetch(app.comes_back("Sign in", "Allow"))
    other = App(stage, token_endpoint_auth_method=way)
    answer = other.comes_back("Sign in", "Allow")
    with refused("invalid_request"):
        other.fetch(answer)
    with refused("invalid_request"):
        other.refresh(refresh_token=app.oauth.token["refresh_token"])
    assert app.fetch(answer)["access_token"], "the code was not spent"
    assert app.refresh()["access_token"], "nor was the refresh token"


def test_a_whole_request_in_the_query_is_refused(app: App, answer: str) -> None:
    code = said(answer)["code"]
    sent = pair_of(app.oauth.client_auth("client_secret_post")) | {"grant_type": "authorization_code"}
    sent |= {"code": code, "code_verifier": VERIFIER, "redirect_uri": REDIRECT_URI}
    assert httpx.post(app.token_url, params=sent).json() == {"error": "invalid_request"}
    assert app.fetch(answer)["access_token"]


def test_without_a_secret_the_client_is_refused(stage: Stage) -> None:
    app = App(stage, token_endpoint_auth_method="none")
    with refused("invalid_client"):
        app.fetch(app.comes_back("Sign in", "Allow"))


def test_a_wrong_secret_is_refused_and_spends_nothing(stage: Stage, app: App, answer: str) -> None:
    with refused("invalid_client"):
        App(stage, client_secret="wrong").fetch(answer)
    first = app.fetch(answer)
    with refused("invalid_client"):
        App(stage, client_secret="wrong").refresh(refresh_token=first["refresh_token"])
    assert app.refresh()["access_token"]


def test_a_code_is_good_once(app: App, answer: str) -> None:
    app.fetch(answer)
    with refused("invalid_grant"):
        app.fetch(answer)
    assert app.refresh()["access_token"], "the first answer's tokens live on"


@pytest.mark.parametrize("verifier", [VERIFIER[:-1], VERIFIER[::-1], "", None])
def test_a_wrong_verifier_is_refused_and_the_code_spent(app: App, answer: str, verifier: str | None) -> None:
    with refused("invalid_grant"):
        app.fetch(answer, verifier)
    with refused("invalid_grant"):
        app.fetch(answer)


@pytest.mark.parametrize("redirect_uri", [f"{REDIRECT_URI}/", "", None])
def test_a_code_is_bound_to_its_redirect_uri(stage: Stage, answer: str, redirect_uri: str | None) -> None:
    other = App(stage, redirect_uri=redirect_uri)
    with refused("invalid_grant"):
        other.fetch(answer)


def test_codes_and_refresh_tokens_are_bound_to_their_client(stage: Stage, app: App, answer: str) -> None:
    stage.register("other", "others")
    other = App(stage, client_id="other", client_secret="others")
    with refused("invalid_grant"):
        other.fetch(answer)
    kept = app.fetch(answer)
    with refused("invalid_grant"):
        other.refresh(refresh_token=kept["refresh_token"])
    assert app.refresh()["access_token"]


def test_a_code_lives_shortly(stage: Stage, app: App, answer: str) -> None:
    stage.expire_tokens()
    with refused("invalid_grant"):
        app.fetch(answer)


def test_a_refresh_token_is_good_once_and_the_newest_stays_good(app: App, answer: str) -> None:
    first = app.fetch(answer)
    second = app.refresh()
    for _ in range(2):
        with refused("invalid_grant"):
            app.refresh(refresh_token=first["refresh_token"])
    third = app.refresh(refresh_token=second["refresh_token"])
    assert app.organisations(third["access_token"]).status_code == 200
    assert app.organisations(first["access_token"]).status_code == 401


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(app: App, answer: str) -> None:
    kept = app.fetch(answer)
    with refused("invalid_grant"):
        app.refresh(refresh_token=kept["access_token"])
    assert app.organisations(kept["refresh_token"]).status_code == 401


def test_a_refresh_token_outlives_its_access_token(stage: Stage, app: App, answer: str) -> None:
    app.fetch(answer)
    stage.expire_tokens()
    assert app.organisations().status_code == 401
    app.refresh()
    assert app.organisations().status_code == 200


def test_the_life_of_an_access_token_can_be_set(stage: Stage, app: App, answer: str) -> None:
    stage.settings(access_token_seconds=0)
    assert app.fetch(answer)["expires_in"] == 0
    assert app.organisations().status_code == 401
    stage.settings(access_token_seconds=86_400)
    assert app.refresh()["expires_in"] == 86_400
    assert app.organisations().status_code == 200


def test_a_restarted_rehearsal_knows_codes_and_tokens(tmp_path: Path) -> None:
    with rehearsing(tmp_path / "kept") as stage:
        first, second = App(stage), App(stage)
        kept, answer = (
            first.fetch(first.comes_back("Sign in", "Allow")),
            second.comes_back("Sign in", "Allow"),
        )
    with rehearsing(tmp_path / "kept"):
        assert second.fetch(answer)["access_token"]
        assert first.organisations(kept["access_token"]).status_code == 200


def test_the_organisations_come_in_the_documented_envelope(stage: Stage, app: App, answer: str) -> None:
    app.fetch(answer)
    its = {"id": stage.environment["EH_CONNECT_ORG_ID"], "name": "Rehearsal Pty Ltd"}
    usual = {"item_per_page": 1, "total_pages": 1, "total_items": 1}
    first, second = (app.organisations(page_index=page, item_per_page=1).json() for page in (1, 2))
    assert first == {"data": {"items": [its], "page_index": 1} | usual}
    assert second == {"data": {"items": [], "page_index": 2} | usual}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer made-up", "Basic {}", "{}"])
def test_without_its_token_the_api_answers_401(app: App, answer: str, header: str | None) -> None:
    token = app.fetch(answer)["access_token"]
    headers = {} if header is None else {"Authorization": header.format(token)}
    answered = httpx.get(f"{app.url}/api/v1/organisations", headers=headers)
    assert (answered.status_code, answered.json()) == (401, {"error": "invalid_token"})


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        (["organizations:list"], 200),
        (["teams:list", "organisations:list"], 200),
        (["organizations:show", "teams:list"], 403),
        ([], 403),
    ],
)
def test_the_organisations_need_their_scope_in_either_spelling(
    stage: Stage, app: App, scopes: list[str], status: int
) -> None:
    with stage.prepared.rehearsal.records.change() as data:
        data["applications"][0]["scopes"] = scopes
    app.fetch(app.comes_back("Sign in", "Allow"))
    assert app.organisations().status_code == status


def renew_secret(stage: Stage) -> None:
    place = portal_url(OrgId("1"), stage.employment_hero_url)
    httpx.post(f"{place}/{stage.environment['EH_CONNECT_CLIENT_ID']}/secret")


@pytest.mark.parametrize("old_secret", ["dies", "lives"])
def test_refresh_tokens_outlive_the_secret_and_the_old_one_dies_as_set(
    stage: Stage, app: App, answer: str, old_secret: str
) -> None:
    stage.settings(old_secret=old_secret)
    app.fetch(answer)
    app.refresh()
    renew_secret(stage)
    if old_secret == "dies":
        with refused("invalid_client"):
            app.refresh()
    else:
        app.refresh()
    newer = App(stage, client_secret=stage.prepared.rehearsal.records.data["ready"]["client_secret"])
    assert newer.refresh(refresh_token=app.oauth.token["refresh_token"])["access_token"]


def test_a_lost_answer_has_spent_the_refresh_token(stage: Stage, app: App, answer: str) -> None:
    app.fetch(answer)
    stage.faults({"kind": "drop_after", "match": {"path": "/oauth2/token"}}, employment_hero=True)
    with pytest.raises(httpx2.RemoteProtocolError):
        app.refresh()
    with refused("invalid_grant"):
        app.refresh()
