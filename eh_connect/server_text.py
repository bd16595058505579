"""Texts of servers are data: made safe to show, and free of echoes of secrets."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eh_connect.secret import Secret

_SHORTEST_SCRUBBED = 6
"""A shorter secret would blank out ordinary words."""

_ESCAPES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)")
"""Terminal sequences (CSI, OSC), taken out whole: without their first character the rest is rubbish."""


def clean(text: str, limit: int = 300) -> str:
    """One line of printable text: no control, escape, bidirectional or zero-width characters.

    Args:
        text: what a server sent.
        limit: characters kept; the rest becomes an ellipsis.
    """
    kept = "".join(c for c in _ESCAPES.sub("", text) if c.isspace() or c.isprintable())
    line = re.sub(r"\s+", lambda gap: gap[0] if set(gap[0]) == {" "} else " ", kept).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def scrub(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with every echo of the secrets (plain, JSON-, URL- or base64-encoded) made ``[secret]``."""
    echoes = _echoes(secrets)
    return echoes.sub("[secret]", text) if echoes else text


def read_json(text: str, secrets: Iterable[Secret]) -> Any:
    """The JSON value in ``text``, with the echoes of secrets taken out of every string in it.

    Done after parsing: JSON has many spellings for one string, and ``12345678`` may be a number.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    value = json.loads(text)
    echoes = _echoes(secrets)
    return _without(value, echoes) if echoes else value


def _without(value: Any, echoes: re.Pattern[str]) -> Any:
    if isinstance(value, dict):
        return {_without(key, echoes): _without(item, echoes) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, echoes) for item in value]
    if not isinstance(value, str):
        return value
    shown = clean(value, len(value))  # control characters might sit inside of the echo
    scrubbed = echoes.sub("[secret]", shown)
    return value if scrubbed == shown else scrubbed


def _echoes(secrets: Iterable[Secret]) -> re.Pattern[str] | None:
    forms = {form for secret in secrets for form in _forms(secret.reveal())}
    longest_first = sorted(forms, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE) if forms else None


def _forms(value: str) -> set[str]:
    if len(value) < _SHORTEST_SCRUBBED:
        return set()
    raw = value.encode(errors="surrogatepass")
    forms = {value, json.dumps(value)[1:-1], quote(raw, safe=""), quote_plus(raw)}
    for offset in range(3):  # as base64 of "id:secret" and the like shows it, wherever it stands in there
        whole = base64.b64encode(b"\0" * offset + raw).decode()
        last = -1 if (offset + len(raw)) % 3 == 0 else whole.find("=") - 1
        inner = whole[(0, 2, 3)[offset] : None if last == -1 else last]
        forms |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    return forms
