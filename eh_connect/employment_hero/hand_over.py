"""The hand-over page: a colleague locks the credentials in it, and only the key in this keyring opens them.

The locked text is a JWE (RFC 7516), compact, ECDH-ES (RFC 7518, 4.6) with A256GCM on P-256.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any, Self

from eh_connect.employment_hero.credentials import cleaned, judge_pair
from eh_connect.secret import Credentials, Secret

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"

_MOST = 20_000
"""Characters of a locked text that are looked at; the page makes about 500."""

_PUBLIC = ("kty", "crv", "x", "y")

_DOTS, _TAG = 4, 22
"""Dots in a compact JWE (RFC 7516, 3.1), and characters of its last part: 16 bytes (RFC 7518, 5.3)."""

_ADDED_BY_MAIL = re.compile(
    r"=\r?\n|[\s>\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u200b-\u200d\u2060\ufeff\u00ad]"
)
_SHAPE = re.compile(r"[A-Za-z0-9_.-]+")
_START = "eyJ"  # {" in base64url: how every header starts


class LockedTextError(ValueError):
    """A locked text that can't be opened, and why, in plain words; nothing of the text is in them."""


@dataclass(frozen=True)
class HandOverKey:
    """The key of one page. ``secret`` is the private JWK as JSON, for the keyring and nothing else."""

    secret: Secret
    public_jwk: dict[str, str]
    thumbprint: str
    """RFC 7638: the ``kid`` of what is locked with it."""

    @classmethod
    def new(cls) -> Self:
        """A new key."""
        from joserfc.jwk import ECKey

        return cls.from_secret(Secret(json.dumps(ECKey.generate_key("P-256").as_dict(private=True))))

    @classmethod
    def from_secret(cls, secret: Secret) -> Self:
        """The key that was saved.

        Raises:
            ValueError: it is not such a key.
        """
        key = _imported(secret)
        public = key.as_dict(private=False)
        return cls(secret, {name: str(public[name]) for name in _PUBLIC}, key.thumbprint())

    @property
    def check_phrase(self) -> str:
        """What page and terminal both show, to compare on the phone: ``1a2b 3c4d``."""
        digits = _decoded(self.thumbprint)[:4].hex()
        return f"{digits[:4]} {digits[4:]}"


def looks_locked(text: str) -> bool:
    """Whether it is meant as a locked text, whole or not, rather than as a Client ID."""
    text = _without_mail(text)
    return _SHAPE.fullmatch(text) is not None and (".." in text or text.startswith("eyJhbGci"))


def open_locked(text: str, key: HandOverKey | Secret | None) -> Credentials:
    """What was locked in the page.

    Args:
        text: as it came: line breaks, quotes, blanks and ``>`` of a mail are taken away.
        key: the page's key, or how it is saved; None: no page is out.

    Raises:
        LockedTextError: not a locked text, cut off, altered, of another page, or no credentials in it.
    """
    text = _without_mail(text)
    header = _header(text)
    if key is None:
        raise LockedTextError(
            "no hand-over page is out, so there is no key to open it: make a page and send it again"
        )
    if isinstance(key, Secret):
        try:
            key = HandOverKey.from_secret(key)
        except ValueError:
            raise LockedTextError("the page's key in the keyring is damaged: make a new page") from None
    if header.get("kid") != key.thumbprint:
        raise LockedTextError(
            "it was locked in another page than the newest one. Ask for a text locked in the page with the "
            f'check phrase "{key.check_phrase}"'
        )
    return _credentials(_decrypted(text, key))


def _without_mail(text: str) -> str:
    return _ADDED_BY_MAIL.sub("", text[:_MOST])


def _header(text: str) -> dict[str, Any]:
    """The header of a text that has the form of a locked one; the reason, where it has not."""
    if not looks_locked(text):
        raise LockedTextError("it is not a locked text: one has about 500 characters and starts with eyJ")
    if not text.startswith(_START):
        raise LockedTextError(
            "its beginning is missing: it starts with eyJ. Copy it again, from start to end"
        )
    first, *others = text.split(".")
    if len(others) < _DOTS or len(others[-1]) < _TAG:
        raise LockedTextError("it is cut off at the end. Copy it again, with the page's copy button")
    try:
        header = json.loads(_decoded(first))
    except (ValueError, RecursionError):
        raise _altered() from None
    if not isinstance(header, dict):
        raise _altered()
    return header


def _decrypted(text: str, key: HandOverKey) -> bytes:
    from joserfc.errors import JoseError
    from joserfc.jwe import decrypt_compact

    try:
        plain = decrypt_compact(text, _imported(key.secret), algorithms=[ALGORITHM, ENCRYPTION]).plaintext
    except (JoseError, ValueError, TypeError, KeyError):  # the last three: an ephemeral key of a wrong form
        raise _altered() from None
    if plain is None:
        raise _altered()
    return plain


def _credentials(plain: bytes) -> Credentials:
    try:
        fields = json.loads(plain)
        values = [cleaned(fields[name]) for name in ("client_id", "client_secret")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise LockedTextError("it opened, but has no Client ID and Client Secret in it") from None
    titles = {"client-id": "the Client ID", "client-secret": "the Client Secret"}
    for finding in judge_pair(*values):
        if finding.hard:
            raise LockedTextError(f"it opened, but {titles[finding.input]} in it is wrong: {finding.why}")
    return Credentials(*map(Secret, values))


def _altered() -> LockedTextError:
    return LockedTextError(
        "it was altered on the way, or a part is missing. Ask for it again, copied with the page's button"
    )


def _imported(secret: Secret) -> Any:
    """The library's key of a private JWK on P-256."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey

    try:
        key = ECKey.import_key(json.loads(secret.reveal()))
        if key.curve_name == "P-256" and key.is_private:
            return key
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        pass
    raise ValueError("this is no private key of a hand-over page") from None


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
