"""Employment Hero's sign-in and OAuth server in the sandbox, as Authlib, a client of others, meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from werkzeug.test import Client

from eh_connect.sandbox.employment_hero import EmploymentHeroOAuth
from eh_connect.sandbox.records import Records
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.sandbox import Stage, text_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "/oauth2/token"
TOKENS = ("access_token", "refresh_token")
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123"


class App:
    """Somebody's program that uses Authlib as its documentation says."""

    def __init__(self, stage: Stage, **changed: Any) -> None:
        self.url = stage.employment_hero_url
        self.token_url = f"{self.url}/oauth2/token"
        usual = {
            "client_id": stage.environment["EH_CONNECT_CLIENT_ID"],
            "client_secret": stage.environment["EH_CONNECT_CLIENT_SECRET"],
            "redirect_uri": REDIRECT_URI,
            "token_endpoint_auth_method": "client_secret_post",
            "code_challenge_method": "S256",
        }
        self.oauth = OAuth2Client(**usual | changed)

    def asks(self) -> Any:
        """Where it sends a person."""
        return self.oauth.create_authorization_url(f"{self.url}/oauth2/authorize", code_verifier=VERIFIER)[0]

    def comes_back(self, *buttons: str) -> str:
        """The address that the person is sent to in the end."""
        return str(walk(self.asks(), *buttons).url)

    def fetch(self, answer: str, verifier: str = VERIFIER) -> Any:
        """The tokens for the address that a person came back to."""
        sent = {"authorization_response": answer, "code_verifier": verifier}
        return self.oauth.fetch_token(self.token_url, **sent)

    def refresh(self, **more: Any) -> Any:
        return self.oauth.refresh_token(self.token_url, **more)

    def organisations(self, token: str | None = None, **params: int) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.oauth.token['access_token']}"}
        return httpx.get(f"{self.url}/api/v1/organisations", params=params, headers=headers)


def said(address: str) -> dict[str, str]:
    return dict(httpx.URL(address).params)


def refused(error: str) -> Any:
    return pytest.raises(OAuthError, match=f"^{error}")


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


def form(**changed: str | None) -> dict[str, Any]:
    return {"data": {name: value for name, value in (PROBE | changed).items() if value is not None}}


@pytest.mark.parametrize(
    ("error", "request_"),
    [
        ("invalid_grant", form()),
        ("invalid_grant", form(grant_type="refresh_token", refresh_token="made-up")),
        ("invalid_grant", form(client_id="other", client_secret="others")),
        # what is no secret may stand in the query
        ("invalid_grant", form(redirect_uri=None) | {"query_string": {"redirect_uri": REDIRECT_URI}}),
        *(("invalid_client", form(client_id=value)) for value in ("wrong", "", None)),
        *(("invalid_client", form(client_secret=value)) for value in ("wrong", "", None, "others")),
        # before the client is judged
        *(
            ("invalid_request", form(**{name: None}))
            for name in ("grant_type", "redirect_uri", "code_verifier")
        ),
        *(("invalid_request", form(code=None, client_secret=value)) for value in ("a-secret", "wrong")),
        ("unsupported_grant_type", form(grant_type="password")),
        # only a form is taken
        ("invalid_request", {"json": PROBE}),
        ("invalid_request", {"query_string": PROBE}),
        ("invalid_request", form() | {"query_string": {"client_id": "an-id"}}),
        ("invalid_request", form() | {"auth": ("an-id", "a-secret")}),
        ("invalid_request", form() | {"content_type": "multipart/form-data"}),
    ],
    ids=str,
)
def test_parameters_come_before_the_client_and_the_client_before_the_code(
    tmp_path: Path, error: str, request_: dict[str, Any]
) -> None:
    records = Records.create(tmp_path, 1, 2)
    with records.change("employment_hero") as data:
        for name, secret in (("an-id", "a-secret"), ("other", "others")):
            data["applications"].append({"client_id": name, "client_secrets": [secret]})
    answer = Client(EmploymentHeroOAuth(records)).post(TOKEN, **request_)
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.status_code, answer.json) == (401 if error == "invalid_client" else 400, {"error": error})


# The sign-in


def test_who_has_read_the_consent_comes_back_to_the_sandboxs_stackone(
    stage: Stage, app: App, answer: str
) -> None:
    assert "StackOne Integration" not in text_of(walk(app.asks()))
    consent = text_of(walk(app.asks(), "Sign in"))
    for shown in ("Authorize StackOne Integration", "Sample Pty Ltd", "employees:list", "Allow", "Cancel"):
        assert shown in consent
    assert answer.startswith(f"{stage.stackone_url}/connect/oauth2/employmenthero/callback?")
    assert said(answer).keys() == {"code", "state"}
    asked = httpx.URL(app.asks()).copy_remove_param("state")
    assert said(str(walk(str(asked), "Sign in", "Cancel").url)) == {"error": "access_denied"}


def test_only_who_has_signed_in_allows_and_only_once(stage: Stage, app: App) -> None:
    page = httpx.post(app.asks(), data={"email": "other@example.invalid", "password": "made-up"})
    assert (page.status_code, "<button>Sign in</button>" in page.text) == (422, True)
    page = httpx.post(app.asks(), data={"decision": "Allow", "ticket": "made-up"})
    assert "<button>Sign in</button>" in page.text
    assert stage.grants == []
    consent = walk(app.asks(), "Sign in")
    ticket = consent.text.split('name="ticket" value="')[1].split('"')[0]
    sent = {"ticket": ticket, "decision": "Allow"}
    assert [httpx.post(str(consent.url), data=sent).status_code for _ in range(2)] == [303, 200]
    assert len(stage.grants) == 1


def test_a_wrong_client_or_redirect_uri_is_an_error_page_and_never_a_redirect(stage: Stage) -> None:
    wrong = (f"{REDIRECT_URI}/", f"{REDIRECT_URI}?x=1", REDIRECT_URI.upper(), "https://example.org", "", None)
    for app, problem in (
        (App(stage, client_id="unknown"), "application is not known"),
        *((App(stage, redirect_uri=uri), "redirect URI is not") for uri in wrong),
    ):
        for method in ("GET", "POST"):
            page = httpx.request(method, app.asks())
            assert (page.status_code, "Location" in page.headers) == (400, False)
            assert problem in text_of(page)


def test_redirect_uris_are_divided_by_commas_and_one_to_this_computer_meets_a_firewall(stage: Stage) -> None:
    here = "https://127.0.0.1:9/x"
    httpx.post(stage.application_url, data={"name": "Mine", "redirect_uri": f"{REDIRECT_URI}, {here}"})
    assert walk(App(stage).asks()).status_code == 200
    assert httpx.get(App(stage, redirect_uri=here).asks()).status_code == 403


def test_a_request_without_pkce_is_sent_back(app: App) -> None:
    right = httpx.URL(app.asks())
    challenge, method = "code_challenge", "code_challenge_method"
    for wrong in (
        right.copy_remove_param(challenge).copy_remove_param(method),
        right.copy_remove_param(method),
        right.copy_set_param(method, "plain"),
        right.copy_set_param(challenge, "short"),
    ):
        answer = said(str(walk(str(wrong), "Sign in", "Allow").url))
        assert (answer["error"], answer["state"]) == ("invalid_request", right.params["state"])
        assert "PKCE" in answer["error_description"]
    other = said(str(walk(str(right.copy_set_param("response_type", "token"))).url))
    assert other["error"] == "unsupported_response_type"


# The tokens


def test_code_pkce_and_refresh_as_documented(app: App, answer: str) -> None:
    first = app.fetch(answer)
    assert (first["token_type"], first["expires_in"]) == ("bearer", 900)
    second = app.refresh()
    for _ in range(2):
        with refused("invalid_grant"):  # a refresh token is good once
            app.refresh(refresh_token=first["refresh_token"])
    third = app.refresh(refresh_token=second["refresh_token"])
    assert len({each[name] for each in (first, second, third) for name in TOKENS}) == 6
    statuses = [app.organisations(token["access_token"]).status_code for token in (third, first)]
    assert statuses == [200, 401]


def test_a_refusal_of_the_client_spends_nothing(stage: Stage, app: App, answer: str) -> None:
    app.fetch(app.comes_back("Sign in", "Allow"))
    for wrong, error in (
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "invalid_request"),
    ):
        other = App(stage, **wrong)
        with refused(error):
            other.fetch(answer)
        with refused(error):
            other.refresh(refresh_token=app.oauth.token["refresh_token"])
    assert app.refresh()["access_token"]
    assert app.fetch(answer)["access_token"]


def test_a_code_is_spent_by_its_first_use_right_or_wrong(app: App, answer: str) -> None:
    app.fetch(answer)
    with refused("invalid_grant"):
        app.fetch(answer)
    assert app.refresh()["access_token"], "the first answer's tokens live on"
    answer = app.comes_back("Sign in", "Allow")
    for verifier in (VERIFIER[::-1], VERIFIER):
        with refused("invalid_grant"):
            app.fetch(answer, verifier)


def test_a_grant_is_bound_to_its_redirect_uri_and_its_client(stage: Stage, app: App, answer: str) -> None:
    stage.register("other", "others")
    kept = app.fetch(app.comes_back("Sign in", "Allow"))
    other = App(stage, client_id="other", client_secret="others")
    for wrong in (App(stage, redirect_uri=f"{REDIRECT_URI}/"), other):
        with refused("invalid_grant"):
            wrong.fetch(answer)
        answer = app.comes_back("Sign in", "Allow")
    with refused("invalid_grant"):
        other.refresh(refresh_token=kept["refresh_token"])


def test_a_code_and_an_access_token_live_shortly_and_a_refresh_token_outlives_both_and_the_secret(
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
    httpx.post(f"{stage.application_url}/secret")
    with refused("invalid_client"):
        app.refresh()
    assert App(stage).refresh(refresh_token=app.oauth.token["refresh_token"])["access_token"]


def test_a_list_needs_its_token_and_its_scope_and_comes_in_the_documented_envelope(
    stage: Stage, app: App, answer: str
) -> None:
    token = app.fetch(answer)["access_token"]
    for header in ("", "Bearer", "Bearer made-up", f"Basic {token}", token):
        refusal = httpx.get(f"{app.url}/api/v1/organisations", headers={"Authorization": header})
        assert (refusal.status_code, refusal.json()) == (401, {"error": "invalid_token"})
    its = {"id": stage.environment["EH_CONNECT_ORG_ID"], "name": "Sample Pty Ltd"}
    usual = {"item_per_page": 1, "total_pages": 1, "total_items": 1}
    for scope in ("organizations:list", "organisations:list", "organizations:show"):  # either spelling
        with stage.records.change("employment_hero") as data:
            data["applications"][0]["scopes"] = [scope]
        first, second = (app.organisations(page_index=page, item_per_page=1) for page in (1, 2))
        if scope == "organizations:show":
            assert (first.status_code, first.json()["error"]) == (403, "insufficient_scope")
        else:
            assert first.json() == {"data": {"items": [its], "page_index": 1} | usual}
            assert second.json() == {"data": {"items": [], "page_index": 2} | usual}
