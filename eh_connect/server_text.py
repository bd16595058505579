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

_MOST_VALUES = 100_000
"""Of the signs that come with a value of JSON. Each value may cost a hundred times its text in memory."""

_LONGEST = 100_000
"""Characters of a string in JSON that are looked at and passed on."""

_ESCAPES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)")
"""Terminal sequences (CSI, OSC), taken out whole: without their first character the rest is rubbish."""


def clean(text: str, limit: int = 300) -> str:
    """One line of printable text: no control, escape, bidirectional or zero-width characters.

    Behind ``limit`` characters it becomes an ellipsis.
    """
    line = text.strip()
    if not line.isprintable():
        kept = "".join(c for c in _ESCAPES.sub("", text) if c.isspace() or c.isprintable())
        line = re.sub(r"\s+", lambda gap: gap[0] if set(gap[0]) == {" "} else " ", kept).strip()
    return line if len(line) <= limit else line[: limit - 1] + "…"


def scrub(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with each echo of the secrets (plain, cut off, JSON-, URL- or base64-encoded) ``[secret]``."""
    return _scrubber(secrets)(text)


def read_json(text: str, secrets: Iterable[Secret] = ()) -> Any:
    """The JSON value in ``text``, with the echoes of secrets taken out of every string in it.

    Done after parsing: JSON has many spellings for one string, and ``12345678`` may be a number. ValueError:
    it is no JSON, or more or deeper than Python's parser takes in bounded memory.
    """
    if sum(map(text.count, ",:[{")) > _MOST_VALUES:
        raise ValueError("too many values")
    try:
        return _without(json.loads(text), _scrubber(secrets))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _without(value: Any, scrubbed: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {_without(key, scrubbed): _without(item, scrubbed) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, scrubbed) for item in value]
    if not isinstance(value, str):
        return value
    value = value[:_LONGEST]
    shown = clean(value, len(value))  # control characters might sit inside of the echo
    return value if (free := scrubbed(shown)) == shown else free


def _scrubber(secrets: Iterable[Secret]) -> Callable[[str], str]:
    forms = sorted({f for s in secrets for f in _forms(s.reveal())}, key=len, reverse=True)
    if not forms:
        return lambda text: text
    whole = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE)
    pieces = {_lower(form[i : i + _PIECE]) for form in forms for i in range(len(form) - _PIECE + 1)}
    # Quick: every echo covers one of the places that are looked at.
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
    """In lower case and as long as before: some characters become two."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


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
