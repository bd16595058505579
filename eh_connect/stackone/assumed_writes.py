"""The assumed calls. StackOne doesn't document how a connector profile is created or changed.

We assume that they follow the same API's conventions (``PATCH /accounts/{id}``) and StackOne's connector
templates:

- ``POST /connector_profiles`` → 201 and the profile. Body: ``connector_key`` and ``ProfileFields.body()``;
  ``default`` (bool) and ``actions`` (IDs; all if left out) are optional.
- ``PATCH /connector_profiles/{id}`` → 200 and the profile. Body: any of these fields; may be repeated.

We first send ``{}`` to see whether a call exists. It holds no secret and can't create anything. StackOne's
public OpenAPI shows whether the calls are documented now.
"""

from __future__ import annotations

import json
import re
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from eh_connect.errors import EhConnectError, LostAnswerError, NetworkError, StackOneRefusedError
from eh_connect.network import exchange, is_loopback, open_http
from eh_connect.network_body import read_excerpt
from eh_connect.network_faults import ExchangeError
from eh_connect.stackone.models import EMPLOYMENT_HERO, ConnectorProfile, fields_of, identifier

if TYPE_CHECKING:
    import httpx

    from eh_connect.deadline import NetworkTime
    from eh_connect.network import Answer
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ProfileFields

PUBLIC_OPENAPI = "https://api.eu1.stackone.com/oas/stackone.json"
"""Source: StackOne's documentation loads it from there. We use it whatever region the key has."""

_COLLECTION = "/connector_profiles"
_NO_SUCH_CALL = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}


class AssumedWrites:
    """Writes connector profiles, if StackOne's API lets us. All methods raise errors of the codes 5, 6 and 7."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def may_create(self) -> bool:
        """Ask whether the call to create exists. Raises NetworkError if StackOne accepts the empty body."""
        answer = self._client.request("POST", _COLLECTION, body={})
        if answer.is_success:
            raise NetworkError(
                f"StackOne accepted an empty request to create a profile (HTTP {answer.status})",
                detail="It was meant as a question. No secret was sent, and nothing more is.",
                hint="Delete what is empty under Connector Profiles in StackOne's dashboard, then use "
                "--via dashboard.",
                http_status=answer.status,
            )
        return self._exists(answer)

    def create(self, fields: ProfileFields) -> ConnectorProfile | None:
        """Create a profile. Returns None if the call doesn't exist.

        Raises LostAnswerError if StackOne may have carried it out; the request is not repeated then.
        """
        self._hide(fields)
        body = {"connector_key": EMPLOYMENT_HERO} | fields.body()
        try:
            answer = self._client.request("POST", _COLLECTION, body=body, repeatable=False)
            return None if answer.status in _NO_SUCH_CALL else self._profile(answer)
        except ExchangeError as exc:
            if not exc.arrived:
                raise
            raise _lost(exc) from exc

    def may_update(self, profile_id: str) -> bool:
        """Ask whether the call to change this profile exists."""
        answer = self._client.request("PATCH", _one(profile_id), body={})
        return answer.is_success or self._exists(answer)

    def update(self, profile_id: str, fields: ProfileFields) -> ConnectorProfile | None:
        """Change the given fields. Returns None if the call doesn't exist.

        Raises LostAnswerError if StackOne refused it but may have carried out an earlier try.
        """
        self._hide(fields)
        answer = self._client.request("PATCH", _one(profile_id), body=fields.body())
        if answer.status in _NO_SUCH_CALL and not answer.in_doubt:
            return None
        try:
            return self._profile(answer, profile_id)
        except EhConnectError as exc:
            if not answer.in_doubt or answer.is_success:
                raise
            raise _lost(exc) from exc

    def _hide(self, fields: ProfileFields) -> None:
        if fields.credentials is not None:
            self._client.hide(fields.credentials.client_id, fields.credentials.client_secret)

    def _exists(self, answer: Answer) -> bool:
        if answer.status in _NO_SUCH_CALL:
            return False
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            self._client.check(answer)
        return True

    def _profile(self, answer: Answer, profile_id: str | None = None) -> ConnectorProfile:
        profile = ConnectorProfile.read(fields_of(self._client.content(answer)))
        if profile is not None and profile_id in {None, profile.id}:
            return profile
        raise self._client.unreadable("It doesn't show the profile that was written.", answer)


def _lost(exc: EhConnectError) -> LostAnswerError:
    return LostAnswerError(
        exc.title,
        detail=f"StackOne may have carried it out. {exc.detail or ''}".strip(),
        hint="Run the same command again: it looks first.",
        http_status=exc.http_status,
    )


def _one(profile_id: str) -> str:
    if identifier(profile_id) is None:
        raise StackOneRefusedError("That is no ID of a connector profile", hint="Check --profile-id.")
    return f"{_COLLECTION}/{quote(profile_id, safe='')}"


def documents_create(
    url: str, time: NetworkTime, transport: httpx.BaseTransport | None = None
) -> bool | None:
    """Whether StackOne documents the call to create; None if that can't be read. No key is sent.

    A sandbox is asked for its own document. The document has some megabytes, so only that one path is read.
    """
    is_sandbox = is_loopback(urlsplit(url).hostname or "")
    where = f"{url.rstrip('/')}/oas/stackone.json" if is_sandbox else PUBLIC_OPENAPI
    start = re.compile(rb'"/connector_profiles"\s*:\s*(?=\{)')
    try:
        with open_http(where, transport=transport) as http:
            answer = exchange(http, http.build_request("GET", where), time, read=partial(read_excerpt, start))
        text = (answer.text or "") if answer.is_success else ""
        path = json.JSONDecoder().raw_decode(text, text.index("{"))[0]
    except (NetworkError, ValueError, RecursionError):
        return None
    return "post" in path
