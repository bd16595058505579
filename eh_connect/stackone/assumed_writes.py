"""The assumed calls: nobody has published how a connector profile is created or changed.

They follow the conventions of the same API (``PATCH /accounts/{id}``) and of StackOne's connector templates:

- ``POST /connector_profiles`` → 201 and the profile. Body: ``name``, ``connector_key``,
  ``authentication_config_key``, ``environment``, ``setup_information: {clientId, clientSecret}``;
  optional ``default`` (bool) and ``actions`` (ids; left out: all).
- ``PATCH /connector_profiles/{id}`` → 200 and the profile. Body: any of these fields; may be repeated.

Whether they exist is asked first, with ``{}``, which carries no secret and can create nothing.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from eh_connect.errors import EhConnectError, LostAnswerError, NetworkError, StackOneRefusedError
from eh_connect.network import Answer, ExchangeError
from eh_connect.stackone import reading
from eh_connect.stackone.models import EMPLOYMENT_HERO

if TYPE_CHECKING:
    from eh_connect.stackone.client import Client
    from eh_connect.stackone.models import ConnectorProfile, ProfileFields

_COLLECTION = "/connector_profiles"
_NO_SUCH_CALL = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
_NO_RIGHTS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


class AssumedWrites:
    """Writes connector profiles where StackOne's API lets it. Errors: codes 5, 6 and 7."""

    def __init__(self, client: Client) -> None:
        self._connection = client.connection

    def may_create(self) -> bool:
        """Ask whether there is a call to create. NetworkError (7): it took the empty body, which is odd."""
        answer = self._connection.request("POST", _COLLECTION, body={})
        if _is_success(answer):
            raise NetworkError(
                "StackOne accepted an empty request to create a profile.",
                detail="That was meant as a question. Nothing more is sent, and no secret was.",
                hint="Look at the connector profiles in StackOne's dashboard and delete what is empty there. "
                "Then use --via dashboard.",
                http_status=answer.status,
            )
        return self._exists(answer)

    def create(self, fields: ProfileFields) -> ConnectorProfile | None:
        """Create a profile; never repeated where it may have been carried out: LostAnswerError instead."""
        body = {"connector_key": EMPLOYMENT_HERO} | self._body(fields)
        try:
            answer = self._connection.request("POST", _COLLECTION, body=body, repeatable=False)
            if answer.status in _NO_SUCH_CALL:
                return None
            self._connection.check(answer)
            return self._profile(answer)
        except ExchangeError as exc:
            if not exc.arrived:
                raise
            raise _lost(exc) from exc

    def may_update(self, profile_id: str) -> bool:
        """Ask whether there is a call to change this profile."""
        answer = self._connection.request("PATCH", _one(profile_id), body={})
        return _is_success(answer) or self._exists(answer)

    def update(self, profile_id: str, fields: ProfileFields) -> ConnectorProfile | None:
        """Change the given fields. LostAnswerError: refused, but an earlier try may have been carried out."""
        answer = self._connection.request("PATCH", _one(profile_id), body=self._body(fields))
        try:
            if answer.status in _NO_SUCH_CALL and not answer.in_doubt:
                return None
            self._connection.check(answer)
        except EhConnectError as exc:
            if not answer.in_doubt:
                raise
            raise _lost(exc) from exc
        return self._profile(answer, profile_id)

    def _body(self, fields: ProfileFields) -> dict[str, Any]:
        body = {
            "name": fields.name,
            "authentication_config_key": fields.auth_key,
            "environment": fields.environment,
            "default": fields.default,
            "actions": None if fields.actions is None else list(fields.actions),
        }
        given: dict[str, Any] = {key: value for key, value in body.items() if value is not None}
        if pair := fields.pair:
            self._connection.hide(pair.client_id, pair.client_secret)
            given["setup_information"] = {
                "clientId": pair.client_id.reveal(),
                "clientSecret": pair.client_secret.reveal(),
            }
        return given

    def _exists(self, answer: Answer) -> bool:
        if answer.status in _NO_SUCH_CALL:
            return False
        if answer.status in _NO_RIGHTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._connection.check(answer)
        return True

    def _profile(self, answer: Answer, profile_id: str | None = None) -> ConnectorProfile:
        profile = reading.profile(self._connection.json(answer))
        if profile is None or profile_id not in {None, profile.id}:
            raise self._connection.unreadable("It does not show the profile that was written.", answer)
        return profile


def _is_success(answer: Answer) -> bool:
    return HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES


def _lost(exc: EhConnectError) -> LostAnswerError:
    return LostAnswerError(
        exc.title,
        detail=f"StackOne may have carried the write out all the same. {exc.detail or ''}".strip(),
        hint="Run the same command again: it looks first.",
        http_status=exc.http_status,
    )


def _one(profile_id: str) -> str:
    if reading.identifier(profile_id) is None:
        raise StackOneRefusedError("That is no ID of a connector profile.", hint="Check --profile-id.")
    return f"{_COLLECTION}/{quote(profile_id, safe='')}"
