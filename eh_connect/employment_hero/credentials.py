"""What a person pastes as Client ID, Client Secret or API key: cleaned, and judged without being shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

USUAL_LENGTH = 43
"""Characters. Inference: so in the one Employment Hero application that was seen; never block on it."""

CONSOLE_LIMITS = (254, 255)
"""Characters after which some consoles cut a pasted line."""

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "\u00ab": "\u00bb"}

_UUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SCOPE = re.compile(r"[a-z_]+(:[a-z_]+)+", re.IGNORECASE)
_API_KEY = re.compile(r"v1\.[^.]+\..+")
_USUAL = re.compile(r"[A-Za-z0-9_-]+")

InputName = Literal["client-id", "client-secret", "api-key"]


@dataclass(frozen=True)
class Finding:
    """Something about a value: an error (``hard``) or a warning. ``why`` never shows the value."""

    input: InputName
    hard: bool
    why: str


def cleaned(text: str) -> str:
    """``text`` without what pasting adds: blanks and line ends around it, quotes, invisible characters.

    Doing it twice changes nothing more, so nested quotes are taken off too.
    """
    text = text.translate(_INVISIBLE).strip()
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def judge_pair(client_id: str | None, client_secret: str | None) -> list[Finding]:
    """What speaks against a Client ID and a Client Secret, both cleaned; None is not judged.

    Errors come before warnings. A value with an error is not warned of.
    """
    findings = _judge(client_id, "client-id") + _judge(client_secret, "client-secret")
    if client_id and client_secret and not any(finding.hard for finding in findings):
        findings += _judge_together(client_id, client_secret)
    return sorted(findings, key=lambda finding: not finding.hard)


def judge_api_key(
    api_key: str, client_id: str | None = None, client_secret: str | None = None
) -> list[Finding]:
    """What speaks against a StackOne API key, cleaned; the pair, if known, tells a mix-up."""
    why = _not_a_credential(api_key)
    twin = {client_secret: "Client Secret", client_id: "Client ID"}.get(api_key)
    if why is None and twin:
        why = f"it equals the {twin}: the key is another value, from StackOne's Project Settings > API Keys"
    if why is not None:
        return [Finding("api-key", hard=True, why=why)]
    if _API_KEY.fullmatch(api_key):
        return []
    return [
        Finding(
            "api-key",
            hard=False,
            why="it does not look like v1.{region}.xxxxx, the shape of StackOne's API keys",
        )
    ]


def _judge(value: str | None, name: InputName) -> list[Finding]:
    if value is None:
        return []
    why = _not_a_credential(value)
    if why is None and _UUID.fullmatch(value):
        why = "it is a UUID, as IDs of organisations and profiles are: copy it from the application's page"
    if why is None and _SCOPE.fullmatch(value):
        why = "it is a scope, not a credential: copy it from the application's page"
    if why is not None:
        return [Finding(name, hard=True, why=why)]
    return [Finding(name, hard=False, why=why) for why in _unusual(value)]


def _not_a_credential(value: str) -> str | None:
    if not value:
        return "it is empty"
    if any(c.isspace() or not c.isprintable() for c in value):
        return "it has blanks, line ends or control characters inside: perhaps more than the value was copied"
    if "://" in value or value.lower().startswith("www."):
        return "it is a URL"
    if _EMAIL.fullmatch(value):
        return "it is an e-mail address"
    return None


def _unusual(value: str) -> list[str]:
    """Warnings. Which of two values is the ID and which the secret can't be seen: both have one shape."""
    if _API_KEY.fullmatch(value):
        return ["it looks like a StackOne API key (v1.{region}.xxxxx), not like a value of Employment Hero"]
    found = []
    half = len(value) // 2
    if len(value) in CONSOLE_LIMITS:
        found.append(
            f"it is {len(value)} characters long: some consoles cut a pasted line there; give it by a file"
        )
    elif half > 1 and value[:half] * 2 == value:
        found.append(f"it is the same {half} characters twice: perhaps it was pasted twice")
    elif len(value) != USUAL_LENGTH:
        found.append(
            f"it is {_characters(len(value))} long; the values seen so far have {USUAL_LENGTH}: "
            "perhaps it was cut off, or more was copied"
        )
    if not _USUAL.fullmatch(value):
        found.append("it has a character other than A-Z, a-z, 0-9, _ and -; the values seen so far have none")
    return found


def _judge_together(client_id: str, client_secret: str) -> list[Finding]:
    if client_id == client_secret:
        return [Finding("client-secret", hard=True, why="it equals the Client ID: one was copied twice")]
    if client_id in client_secret:
        why = "it contains the Client ID: perhaps both were copied at once, or the ID was cut off"
        return [Finding("client-secret", hard=False, why=why)]
    if client_secret in client_id:
        why = "it contains the Client Secret: perhaps both were copied at once, or the secret was cut off"
        return [Finding("client-id", hard=False, why=why)]
    return []


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count} characters"
