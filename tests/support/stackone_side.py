"""StackOne in the sandbox as its user meets it, with one profile for the ready credentials."""

from __future__ import annotations

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


class StackOne:
    """The API, and one profile with the ready credentials."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        key = stage.environment["STACKONE_API_KEY"]
        self.http = httpx.Client(base_url=stage.stackone_url, auth=(key, ""))
        its = stage.environment
        self.profile = self.create(its["EH_CONNECT_CLIENT_ID"], its["EH_CONNECT_CLIENT_SECRET"])

    def create(self, client_id: str, client_secret: str) -> str:
        setup = {"clientId": client_id, "clientSecret": client_secret}
        created = self.http.post("/connector_profiles", json=WHOLE | {"setup_information": setup})
        assert created.status_code == 201, created.text
        return str(created.json()["id"])

    def send(self, client_id: str, client_secret: str) -> None:
        setup = {"clientId": client_id, "clientSecret": client_secret}
        path = f"/connector_profiles/{self.profile}"
        self.http.patch(path, json={"setup_information": setup}).raise_for_status()

    def disable(self) -> None:
        """Somebody disables the profile in the dashboard."""
        page = f"{self.stage.environment['STACKONE_APP_URL']}/connector_profiles/{self.profile}"
        assert httpx.post(page, data={}).status_code == httpx.codes.SEE_OTHER

    def body(self, **changed: Any) -> dict[str, Any]:
        owner = {"origin_owner_id": "an-owner", "origin_owner_name": "An <b>owner</b>"}
        return owner | {"connector_profile_id": self.profile} | changed

    def session(self, **changed: Any) -> dict[str, Any]:
        made = self.http.post("/connect_sessions", json=self.body(**changed))
        assert made.status_code == 201, made.text
        session: dict[str, Any] = made.json()
        return session

    def attempt(self, session: dict[str, Any]) -> dict[str, Any] | None:
        shown = self.http.get(f"/connect_sessions/{session['id']}").json()
        attempt: dict[str, Any] | None = shown["latest_connection_attempt"]
        return attempt

    def outcome(self, session: dict[str, Any]) -> tuple[str, str | None]:
        attempt = self.attempt(session)
        assert attempt is not None
        assert attempt["updated_at"].endswith("Z")
        return attempt["status"], attempt["oauth_error_code"]

    def accounts(self) -> list[dict[str, Any]]:
        listed = self.http.get("/v2/accounts", params={"connector_profile_id": self.profile})
        accounts: list[dict[str, Any]] = listed.json()["data"]
        return accounts

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
        attempt = self.attempt(session)
        assert attempt is not None
        return str(attempt["account_secure_id"])

    def refreshes(self) -> int:
        return self.stage.requests(employment_hero=True).count("POST /oauth2/token")
