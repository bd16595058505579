"""Texts of servers are data: made safe to show, and free of echoes of secrets."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eh_connect.secret import Secret

_PIECE = 12
"""Characters of a secret that are blanked out wherever they stand: an echo may be cut off."""

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
    """``text`` with each echo of the secrets (plain, cut off, JSON-, URL- or base64-encoded) ``[secret]``."""
    return _scrubber(secrets)(text)


def read_json(text: str, secrets: Iterable[Secret]) -> Any:
    """The JSON value in ``text``, with the echoes of secrets taken out of every string in it.

    Done after parsing: JSON has many spellings for one string, and ``12345678`` may be a number.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is nested too deeply.
    """
    return _without(json.loads(text), _scrubber(secrets))


def _without(value: Any, scrubbed: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {_without(key, scrubbed): _without(item, scrubbed) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, scrubbed) for item in value]
    if not isinstance(value, str):
        return value
    shown = clean(value, len(value))  # control characters might sit inside of the echo
    return value if scrubbed(shown) == shown else scrubbed(shown)


def _scrubber(secrets: Iterable[Secret]) -> Callable[[str], str]:
    forms = sorted({f for s in secrets for f in _forms(s.reveal())}, key=len, reverse=True)
    if not forms:
        return lambda text: text
    whole = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE)
    pieces = {form[i : i + _PIECE].lower() for form in forms for i in range(len(form) - _PIECE + 1)}

    def scrubbed(text: str) -> str:
        text = whole.sub("[secret]", text)
        low = text.lower()
        hits = [i for i in range(len(text) - _PIECE + 1) if low[i : i + _PIECE] in pieces]
        echoed = {place for hit in hits for place in range(hit, hit + _PIECE)}
        kept = ("\0" if place in echoed else character for place, character in enumerate(text))
        return re.sub("\0+", "[secret]", "".join(kept)) if echoed else text

    return scrubbed


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
