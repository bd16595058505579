"""What a colleague's browser does with the hand-over page."""

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
    """What a browser makes of the page's key, as another implementation of JWE does it."""
    found = re.search(r'data-key="([^"]*)"', page.read_text("utf-8"))
    assert found
    key = JWK(**json.loads(html.unescape(found[1])))
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.thumbprint()}
    made = JWE(json.dumps(fields).encode(), json.dumps(header))
    made.add_recipient(key)
    return str(made.serialize(compact=True))
