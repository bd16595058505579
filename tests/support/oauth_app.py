"""An OAuth client that we did not write, before the sandbox's Employment Hero."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client

from eh_connect.stackone.models import REDIRECT_URI
from tests.support.sandbox import Stage, walk

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

    def asks(self) -> str:
        """Where it sends a person."""
        url, _ = self.oauth.create_authorization_url(f"{self.url}/oauth2/authorize", code_verifier=VERIFIER)
        return str(url)

    def comes_back(self, *buttons: str) -> str:
        """The address that the person is sent to in the end."""
        return str(walk(self.asks(), *buttons).url)

    def fetch(self, answer: str, verifier: str = VERIFIER) -> dict[str, Any]:
        """The tokens for the address that a person came back to."""
        sent = {"authorization_response": answer, "code_verifier": verifier}
        token: dict[str, Any] = self.oauth.fetch_token(self.token_url, **sent)
        return token

    def refresh(self, **more: Any) -> dict[str, Any]:
        token: dict[str, Any] = self.oauth.refresh_token(self.token_url, **more)
        return token

    def organisations(self, token: str | None = None, **params: int) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token or self.oauth.token['access_token']}"}
        return httpx.get(f"{self.url}/api/v1/organisations", params=params, headers=headers)


def said(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def refused(error: str) -> Any:
    return pytest.raises(OAuthError, match=f"^{error}")
