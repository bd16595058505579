"""Check values that come as text: each function returns the value, or raises ValueError with the reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from eh_connect.employment_hero.credentials import cleaned
from eh_connect.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable


def _filled(text: str) -> str:
    if not text:
        raise ValueError("it is empty")
    return text


def secret(text: str) -> Secret:
    """Return a secret, without what pasting adds to it."""
    return Secret(_filled(cleaned(text)))


def organisation(text: str) -> str:
    """Return the organisation ID of Employment Hero, which may come inside an address."""
    from eh_connect.employment_hero.portal import org_id_from

    return str(org_id_from(text))


def scopes(text: str) -> str:
    """Return the scopes that a preset, cards or scope strings mean, as text."""
    from eh_connect.employment_hero.scopes import parse

    return parse(text).text


def actions(text: str) -> tuple[str, ...]:
    """Return the action IDs of a list with commas, or ``all`` alone."""
    ids = tuple(dict.fromkeys(identifier(part) for part in text.split(",") if part.strip()))
    if not ids:
        raise ValueError("it is empty")
    if "all" in ids and len(ids) > 1:
        raise ValueError('"all" stands alone')
    return ids


def label(text: str) -> str:
    """Return a label: the name of a set-up on this computer."""
    if not re.fullmatch(r"[a-z0-9-]{1,64}", text):
        raise ValueError("a label has 1 to 64 of the characters a-z, 0-9 and -")
    return text


def line(text: str) -> str:
    """Return a name: one line of printable text."""
    text = _filled(text.strip())
    if not text.isprintable():
        raise ValueError("it contains characters that can't be printed")
    return text


def identifier(text: str) -> str:
    """Return an ID: printable text without blanks."""
    text = _filled(cleaned(text))
    if not text.isprintable() or any(c.isspace() for c in text):
        raise ValueError("an ID has no blanks or control characters in it")
    return text


def url(text: str) -> str:
    """Return a base URL without the slash at its end: https, or http to a loopback IP address."""
    text = cleaned(text)
    parts = _split(text)
    if "\\" in text:  # some parsers read it as a slash
        raise ValueError("a URL has no backslash in it")
    if parts.username is not None or parts.password is not None:
        raise ValueError("a URL must not carry a user name or password")
    if parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError("a base URL has no query and no fragment")
    if parts.scheme == "http":
        from eh_connect.network import is_loopback

        if not is_loopback(parts.hostname or ""):
            raise ValueError(
                "http is for a loopback IP address only (such as http://127.0.0.1:8000): use https"
            )
    return text.rstrip("/")


def origin(base_url: str) -> str:
    """Return scheme, host and port of a URL in one spelling. Saved secrets are bound to it."""
    parts = _split(base_url)
    port = parts.port or {"https": 443, "http": 80}[parts.scheme]
    host = parts.hostname or ""
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port != 0
        (parts.hostname or "").encode("idna").decode("idna")  # fails for an empty, overlong or broken part
    except ValueError:
        raise ValueError("it is not a URL") from None
    # Only plain hosts: parsers disagree about others, and a secret could go to the wrong server.
    plain_host = r"[0-9a-f:]+" if "[" in parts.netloc else r"[a-z0-9.-]+"
    host_is_plain = re.fullmatch(plain_host, parts.hostname or "")
    if parts.scheme not in {"https", "http"} or not host_is_plain or not port_is_fine:
        raise ValueError("it is not a URL such as https://api.stackone.com")
    if not text.isprintable() or any(c.isspace() for c in text):
        raise ValueError("a URL has no blanks or control characters in it")
    return parts


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a function that takes one of these words."""

    def judge(text: str) -> str:
        if text not in choices:
            raise ValueError(f"it must be one of {', '.join(choices)}")
        return text

    return judge


def seconds(text: str) -> float:
    """Return a time limit: more than 0 seconds, and a day at most."""
    value = patience(text)
    if not value:
        raise ValueError("it must be more than 0 and at most 86400 seconds")
    return value


def patience(text: str) -> float:
    """Return how many seconds to wait for a person: 0, which means not at all, to a day."""
    try:
        value = float(text)
    except ValueError:
        raise ValueError("it is not a number of seconds") from None
    if not 0 <= value <= 86_400:  # noqa: PLR2004  # a day
        raise ValueError("it must be at least 0 and at most 86400 seconds")
    return value


_MOST_DIGITS = 10


def whole(most: int, of: str) -> Callable[[str], int]:
    """Return a function that takes a whole number from 1 to ``most``; ``of`` says that in words."""

    def judge(text: str) -> int:
        value = int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0
        if not 0 < value <= most:
            raise ValueError(f"it must be a whole number of {of}")
        return value

    return judge
