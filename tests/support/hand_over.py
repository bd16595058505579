"""What a colleague's browser does with the hand-over page, done by another implementation."""

from __future__ import annotations

import html
import json
import re
from typing import TYPE_CHECKING

from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from tests.support.command import PAIR

if TYPE_CHECKING:
    from pathlib import Path


def lock(page: Path, fields: dict[str, str] = PAIR) -> str:
    """What a browser makes of the page's key."""
    found = re.search(r'data-key="([^"]*)"', page.read_text("utf-8"))
    assert found
    return locked(fields, JWK(**json.loads(html.unescape(found[1]))))


def locked(plain: object, key: JWK, **header: str | None) -> str:
    """A text as another implementation of JWE locks it; None takes a field out of its header."""
    text = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    usual = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.thumbprint()} | header
    made = JWE(text, json.dumps({name: value for name, value in usual.items() if value is not None}))
    made.add_recipient(key)
    return str(made.serialize(compact=True))
