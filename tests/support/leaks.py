"""Nothing that the tool produces may hold a secret: every test that runs it is searched for the canaries.

A plugin of pytest: a test whose runs leaked fails, and says where.
``tests.support.command`` hands in what there is: output, files, the arguments and environments of processes.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

CLIENT_ID = "canaryIDq7Wm3xTz9Lk2Vb8Rn5Yc1Hd6Gf4Js0Pa-_e"
CLIENT_SECRET = "canarySECu4Xt8Zp1Ny6Qv3Kw9Jr7Mh2Bg5Fd0Ls-_o"
NEW_SECRET = "canaryNEWh3Dk7Vf1Sx9Gj5Pb8Ty2Cm6Rl4Wn0Uz-_i"
ODD_SECRET = 'canary/ODD+%&"\\é=y8Rk5Hm2Tw9Nc4Jx7Bv1Qp6Ls'
API_KEY = "v1.eu1.canaryKEYz2Lv6Bn9Xc4Mk7Hj1Gt5Fr8Dw3Sq0Pe"

CANARIES = {
    "Client ID": CLIENT_ID,
    "Client Secret": CLIENT_SECRET,
    "new Client Secret": NEW_SECRET,
    "odd Client Secret": ODD_SECRET,
    "API key": API_KEY,
}
"""Made-up secrets, found nowhere by chance. The first two have the shape that real ones were seen in."""

FRAGMENT = 14
"""Characters of a secret that count as a leak of it; none of the canaries begins with that many alike."""


_texts: list[tuple[str, str]] = []
_folders: list[Path] = []


def add(where: str, text: str) -> None:
    """Have ``text`` searched when the test ends."""
    _texts.append((where, text))


def watch(folder: Path) -> None:
    """Have every file below ``folder`` searched when the test ends."""
    _folders.append(folder)


def forms(value: str) -> dict[str, set[str]]:
    """The spellings of a secret that count as the secret, by what they are called."""
    raw = value.encode()
    encoded: set[str] = set()
    for offset in range(3):  # base64 as it shows wherever the value begins in what was encoded
        whole = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        inner = whole[(0, 2, 3)[offset] : len(whole) if (offset + len(raw)) % 3 == 0 else -1]
        encoded |= {inner, inner.translate(str.maketrans("+/", "-_"))}
    pieces = {value[at : at + FRAGMENT] for at in range(len(value) - FRAGMENT + 1)}
    return {
        "plain": pieces,
        "reversed": {piece[::-1] for piece in pieces},
        "base64": encoded,
        "hex": {raw.hex(), raw.hex().upper(), raw.hex(" "), raw.hex(":")},
        "URL-encoded": {
            *(quote(value), quote(value, safe=""), quote_plus(value)),
            *("".join(f"%{byte:02{how}}" for byte in raw) for how in "xX"),
        },
        "JSON-escaped": {
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
            json.dumps(json.dumps(value))[3:-3],
            "".join(f"\\u{ord(c):04x}" for c in value),
        },
        "as Python shows it": {repr(value)[1:-1], ascii(value)[1:-1], repr(raw)[2:-1]},
    }


_FORMS = {name: forms(value) for name, value in CANARIES.items()}


def found(where: str, text: str) -> list[str]:
    """The leaks in a text: each a secret, the form that it was found in, and where."""
    return [
        f"the {secret}, {form}, in {where}"
        for secret, spelt in _FORMS.items()
        for form, spellings in spelt.items()
        if any(spelling in text for spelling in spellings)
    ]


def search() -> list[str]:
    """The leaks in all that the test produced, which is then forgotten."""
    texts = [*_texts]
    for folder in _folders:
        for path in sorted(folder.rglob("*")):
            texts.append((f"the name {path.name}", str(path)))
            if path.is_file():
                content = path.read_bytes().decode(errors="replace")
                texts.append((f"the file {path.relative_to(folder)}", content))
    _texts.clear()
    _folders.clear()
    return [*dict.fromkeys(leak for where, text in texts for leak in found(where, text))]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, None, None]:
    """Fail the test whose runs leaked."""
    try:
        yield
    finally:
        leaks = search()
    if leaks:
        pytest.fail("Secrets leaked:\n" + "\n".join(f"- {leak}" for leak in leaks), pytrace=False)
