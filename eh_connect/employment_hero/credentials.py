"""Cleans and judges what a person pastes as Client ID, Client Secret or API key. Never shows it."""

from __future__ import annotations

import re
from enum import Enum
from typing import Literal

from eh_connect.lines import counted
from eh_connect.record import Record

USUAL_LENGTH = 43
"""Characters. We have seen one Employment Hero application, so another length is only worth a warning."""

CONSOLE_LIMITS = (254, 255)
"""Characters after which some consoles cut a pasted line."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb"}

_UUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SCOPE = re.compile(r"[a-z_]+(:[a-z_]+)+", re.IGNORECASE)
_API_KEY = re.compile(r"v1\.[^.]+\..+")
_USUAL = re.compile(r"[A-Za-z0-9_-]+")

_WHERE = "Copy it from the application's page in the Developer Portal"

InputName = Literal["client-id", "client-secret", "api-key"]


class Finding(Record, frozen=True):
    """What is wrong with a value: an error (``hard``) or a warning. ``why`` never shows the value.

    ``why`` is said after the value's name, as in "Client ID: it is empty".
    """

    input: InputName
    hard: bool
    why: str


class ProbeResult(Enum):
    """What a token request with a made-up code shows about credentials. It is only advice."""

    REJECTED = "rejected"
    NOT_REJECTED = "not rejected"
    COULD_NOT_TELL = "unclear"


def cleaned(text: str) -> str:
    """Return ``text`` without blanks, line ends and quotes around it, and without invisible characters.

    Nested quotes are removed too, so cleaning a second time changes nothing.
    """
    text = text.translate(_INVISIBLE).strip()
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def doubled(text: str) -> str | None:
    """Return the half of a text that was pasted twice; None if its halves differ."""
    half = text[: len(text) // 2]
    return half if len(half) > 1 and half * 2 == text else None


def judge_pair(client_id: str | None, client_secret: str | None = None) -> list[Finding]:
    """Judge a Client ID and a Client Secret, both cleaned. None is not judged.

    Errors come before warnings. A value with an error gets no warnings.
    """
    findings = _judge(client_id, "client-id") + _judge(client_secret, "client-secret")
    if client_id and client_secret and not any(finding.hard for finding in findings):
        findings += _judge_together(client_id, client_secret)
    return sorted(findings, key=lambda finding: not finding.hard)


def judge_api_key(
    api_key: str, client_id: str | None = None, client_secret: str | None = None
) -> list[Finding]:
    """Judge a StackOne API key that is cleaned. If the credentials are known, a mix-up is found too."""
    why = _not_a_credential(api_key)
    twin = {client_secret: "Client Secret", client_id: "Client ID"}.get(api_key)
    if why is None and twin:
        why = f"it is the {twin}. Create an API key in StackOne: Project Settings › API Keys"
    if why is not None:
        return [Finding("api-key", hard=True, why=why)]
    if _API_KEY.fullmatch(api_key):
        return []
    return [Finding("api-key", hard=False, why="it doesn't look like an API key of StackOne (v1.REGION.…)")]


def _judge(value: str | None, name: InputName) -> list[Finding]:
    if value is None:
        return []
    why = _not_a_credential(value)
    if why is None and _UUID.fullmatch(value):
        why = f"it is a UUID, as IDs of organisations and profiles are. {_WHERE}"
    if why is None and _SCOPE.fullmatch(value):
        why = f"it is a scope. {_WHERE}"
    if why is not None:
        return [Finding(name, hard=True, why=why)]
    return [Finding(name, hard=False, why=why) for why in _unusual(value)]


def _not_a_credential(value: str) -> str | None:
    if not value:
        return "it is empty"
    if any(c.isspace() or not c.isprintable() for c in value):
        return "it has blanks, line ends or control characters inside. Copy the value alone"
    if "://" in value or value.lower().startswith("www."):
        return "it is a URL"
    if _EMAIL.fullmatch(value):
        return "it is an e-mail address"
    return None


def _unusual(value: str) -> list[str]:
    """Return warnings. An ID and a secret look the same, so we can't see whether they are swapped."""
    if _API_KEY.fullmatch(value):
        return [f"it looks like an API key of StackOne. {_WHERE}"]
    found = []
    half = doubled(value)
    if len(value) in CONSOLE_LIMITS:
        found.append(
            f"it has {len(value)} characters. Some terminals cut a pasted line there: give it in a file"
        )
    elif half is not None:
        found.append(f"it is the same {len(half)} characters twice. Perhaps you pasted it twice")
    elif len(value) != USUAL_LENGTH:
        has = f"it has {counted(len(value), 'character')}, where {USUAL_LENGTH} are usual"
        found.append(f"{has}. Perhaps it was cut off, or you copied more")
    if not _USUAL.fullmatch(value):
        found.append("it has other characters than the usual A-Z, a-z, 0-9, _ and -")
    return found


def _judge_together(client_id: str, client_secret: str) -> list[Finding]:
    if client_id == client_secret:
        return [Finding("client-secret", hard=True, why="it is the Client ID. Copy the Client Secret")]
    if client_id in client_secret:
        why = "it has the Client ID in it. Perhaps you copied both at once, or the ID was cut off"
        return [Finding("client-secret", hard=False, why=why)]
    if client_secret in client_id:
        why = "it has the Client Secret in it. Perhaps you copied both at once, or the secret was cut off"
        return [Finding("client-id", hard=False, why=why)]
    return []
