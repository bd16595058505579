"""PKCE with S256, RFC 7636."""

from __future__ import annotations

import base64
import hashlib


def challenge_of(verifier: str) -> str:
    """What the authorize request says of the verifier that the token request will show."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
