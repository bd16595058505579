"""Makes servers' texts safe to show, and takes echoes of secrets out of them."""

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
"""Characters. A piece of a secret that is this long is blanked out too, because an echo may be cut off."""

_SHORTEST_SCRUBBED = 6
"""A shorter secret is not blanked out, because it may be an ordinary word."""

_MOST_VALUES = 100_000
"""Commas, colons and brackets in JSON. A value may take a hundred times as much memory as its text."""

_LONGEST = 100_000
"""Characters of a string in JSON. The rest is cut off."""

_ESCAPES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)")
"""Terminal sequences (CSI, OSC). They are removed as a whole; the rest of one would be rubbish."""


def clean(text: str, limit: int = 300) -> str:
    """Return one line of printable text, without control, escape, bidirectional and zero-width characters.

    After ``limit`` characters it ends in an ellipsis.
    """
    line = text.strip()
    if not line.isprintable():
        kept = "".join(c for c in _ESCAPES.sub("", text) if c.isspace() or c.isprintable())
        line = re.sub(r"\s+", lambda gap: gap[0] if set(gap[0]) == {" "} else " ", kept).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def scrub(text: str, secrets: Iterable[Secret]) -> str:
    """Put ``[secret]`` in place of each echo of a secret: plain, cut off, JSON-, URL- or base64-encoded."""
    return _scrubber(secrets)(text)


def read_json(text: str, secrets: Iterable[Secret] = ()) -> Any:
    """Return the JSON value in ``text``, and take the echoes of secrets out of every string in it.

    That happens after parsing, because JSON can spell a string in many ways, and ``12345678`` may be a
    number. Raises ValueError if it is no JSON, or has too many values or levels for the memory.
    """
    if sum(map(text.count, ",:[{")) > _MOST_VALUES:
        raise ValueError("too many values")
    try:
        return _scrub_value(json.loads(text), _scrubber(secrets))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _scrub_value(value: Any, scrubbed: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {_scrub_value(key, scrubbed): _scrub_value(item, scrubbed) for key, item in value.items()}
    if isinstance(value, list):
        return [_scrub_value(item, scrubbed) for item in value]
    if not isinstance(value, str):
        return value
    value = value[:_LONGEST]
    shown = clean(value, len(value))  # there may be control characters inside of an echo
    return value if (free := scrubbed(shown)) == shown else free


def _scrubber(secrets: Iterable[Secret]) -> Callable[[str], str]:
    forms = sorted({f for s in secrets for f in _spellings(s.reveal())}, key=len, reverse=True)
    if not forms:
        return lambda text: text
    whole = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE)
    pieces = {_lower(form[i : i + _PIECE]) for form in forms for i in range(len(form) - _PIECE + 1)}
    # For speed: every echo covers one of the places, a stride apart, that we look at first.
    stride = min(len(forms[-1]), _PIECE) - _SHORTEST_SCRUBBED + 1
    hints = {
        _lower(form[i : i + _SHORTEST_SCRUBBED])
        for form in forms
        for i in range(len(form) - _SHORTEST_SCRUBBED + 1)
    }

    def scrubbed(text: str) -> str:
        low = _lower(text)
        if not any(low[i : i + _SHORTEST_SCRUBBED] in hints for i in range(0, len(low), stride)):
            return text
        low = _lower(text := whole.sub("[secret]", text))
        hits = [i for i in range(len(text) - _PIECE + 1) if low[i : i + _PIECE] in pieces]
        echoed = {place for hit in hits for place in range(hit, hit + _PIECE)}
        kept = ("\0" if place in echoed else character for place, character in enumerate(text))
        return re.sub("\0+", "[secret]", "".join(kept)) if echoed else text

    return scrubbed


def _lower(text: str) -> str:
    """Return the text in lower case and as long as before. Some characters would become two."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _spellings(value: str) -> set[str]:
    if len(value) < _SHORTEST_SCRUBBED:
        return set()
    raw = value.encode(errors="surrogatepass")
    forms = {value, json.dumps(value)[1:-1], quote(raw, safe=""), quote_plus(raw)}
    for offset in range(3):  # in base64 it looks different after 0, 1 or 2 other bytes, as in "id:secret"
        whole = base64.b64encode(b"\0" * offset + raw).decode()
        last = -1 if (offset + len(raw)) % 3 == 0 else whole.find("=") - 1
        inner = whole[(0, 2, 3)[offset] : None if last == -1 else last]
        forms |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    return forms
