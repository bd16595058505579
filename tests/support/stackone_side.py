"""StackOne in the sandbox as its user meets it, with one profile for the ready credentials."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.support.sandbox import Stage


WHOLE: dict[str, Any] = {
    "name": "Employment Hero",
    "connector_key": "employmenthero",
    "authentication_config_key": "oauth2",
    "environment": "production",
    "setup_information": {"clientId": "an-id", "clientSecret": "a-secret"},
}
"""A creation of a profile."""


def setup_of(client_id: str, client_secret: str) -> dict[str, str]:
    return {"clientId": client_id, "clientSecret": client_secret}


class StackOne:
    """The API, and one profile with the ready credentials once it is asked for."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.key = stage.environment["STACKONE_API_KEY"]
        self.http = httpx.Client(base_url=stage.stackone_url, auth=(self.key, ""))

    @cached_property
    def profile(self) -> str:
        its = self.stage.environment
        setup = setup_of(its["EH_CONNECT_CLIENT_ID"], its["EH_CONNECT_CLIENT_SECRET"])
        return str(self.create(setup_information=setup)["id"])

    def refused(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The status of a refusal."""
        return self.http.request(method, path, json=body, **more).json()["statusCode"]

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The answer of what was done."""
        answer = self.http.request(method, path, json=body)
        assert answer.status_code == (201 if method == "POST" else 200), answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        return self.done("GET", path)

    def create(self, **changed: Any) -> Any:
        return self.done("POST", "/connector_profiles", WHOLE | changed)

    def patch(self, profile_id: str, **fields: Any) -> Any:
        return self.done("PATCH", f"/connector_profiles/{profile_id}", fields)

    def send(self, client_id: str, client_secret: str) -> None:
        self.patch(self.profile, setup_information=setup_of(client_id, client_secret))

    def disable(self) -> None:
        """Somebody disables the profile in the dashboard."""
        page = f"{self.stage.environment['STACKONE_APP_URL']}/connector_profiles/{self.profile}"
        assert httpx.post(page, data={}).status_code == httpx.codes.SEE_OTHER

    def body(self, **changed: Any) -> dict[str, Any]:
        owner = {"origin_owner_id": "an-owner", "origin_owner_name": "An <b>owner</b>"}
        return owner | {"connector_profile_id": self.profile} | changed

    def session(self, **changed: Any) -> Any:
        return self.done("POST", "/connect_sessions", self.body(**changed))

    def attempt(self, session: dict[str, Any]) -> Any:
        return self.get(f"/connect_sessions/{session['id']}")["latest_connection_attempt"]

    def outcome(self, session: dict[str, Any]) -> tuple[str, str | None]:
        attempt = self.attempt(session)
        return attempt["status"], attempt["oauth_error_code"]

    def accounts(self) -> Any:
        return self.get(f"/v2/accounts?connector_profile_id={self.profile}")["data"]

    def status(self) -> str:
        """How the one account is."""
        (account,) = self.accounts()
        return str(account["status"])

    def run(self, account_id: str | None, action: str = "employmenthero_list_employees") -> httpx.Response:
        headers = {} if account_id is None else {"x-account-id": account_id}
        return self.http.post("/actions/rpc", json={"action": action}, headers=headers)

    def linked(self, **changed: Any) -> str:
        """The ID of an account that a customer has linked."""
        session = self.session(**changed)
        self.stage.sign_in(session["auth_link_url"])
        return str(self.attempt(session)["account_secure_id"])
