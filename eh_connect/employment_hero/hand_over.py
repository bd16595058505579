"""The hand-over page. A colleague locks the credentials in it, and only the key in this keyring opens them.

The page is one HTML file that makes no requests. The locked text is a compact JWE (RFC 7516): ECDH-ES
(RFC 7518, 4.6) with A256GCM on P-256.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode, urlsafe_b64decode
from contextlib import suppress
from hashlib import sha256
from html import escape
from importlib import resources
from itertools import groupby
from string import Template
from typing import TYPE_CHECKING, Any, Self

from eh_connect.employment_hero.credentials import cleaned, judge_pair
from eh_connect.lines import Kind, Sign
from eh_connect.secret import Credentials, Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from joserfc.jwk import ECKey

    from eh_connect.employment_hero.scopes import Box
    from eh_connect.lines import Line

_MOST = 20_000
"""Characters of a paste that we look at. A locked text has about 500."""

_DOTS, _TAG = 4, 22
"""Dots in a compact JWE (RFC 7516, 3.1), and characters of its last part: 16 bytes (RFC 7518, 5.3)."""

_ADDED_BY_MAIL = re.compile(
    r"=\r?\n|[\s>\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u200b-\u200d\u2060\ufeff\u00ad]"
)
_SHAPE = re.compile(r"[A-Za-z0-9_.-]+")


class LockedTextError(ValueError):
    """A locked text can't be opened. The message says why, and has nothing of the text in it."""


class HandOverKey:
    """The key of one page. What is locked with it has its ``thumbprint`` (RFC 7638) as ``kid``."""

    def __init__(self, key: ECKey) -> None:
        self.jwk = key
        self.public_jwk = key.as_dict(private=False)
        self.thumbprint = key.thumbprint()

    @classmethod
    def new(cls) -> Self:
        """Make a key."""
        from joserfc.jwk import ECKey

        return cls(ECKey.generate_key("P-256"))

    @classmethod
    def from_secret(cls, secret: Secret) -> Self:
        """Return the key that was saved as ``secret``. Raises ValueError if it is no such key."""
        from joserfc.errors import JoseError
        from joserfc.jwk import ECKey

        with suppress(JoseError, ValueError, TypeError, KeyError, AttributeError):
            key = ECKey.import_key(json.loads(secret.reveal()))
            if key.curve_name == "P-256" and key.is_private:
                return cls(key)
        raise ValueError("this is no private key of a hand-over page")

    @property
    def secret(self) -> Secret:
        """The private JWK as JSON, for the keyring only."""
        return Secret(json.dumps(self.jwk.as_dict(private=True)))

    @property
    def check_phrase(self) -> str:
        """Eight hex digits, as in ``1a2b 3c4d``. Page and terminal show them, to compare on the phone."""
        digits = _decoded(self.thumbprint)[:4].hex()
        return f"{digits[:4]} {digits[4:]}"


def page(
    key: HandOverKey,
    *,
    steps: Sequence[Line],
    scopes: Iterable[Box],
    values: Mapping[str, str],
) -> str:
    """Return the page's HTML, with the public half of ``key``.

    ``steps`` are the guide's lines; exact values among them get copy buttons. Those of the named ``values``
    that are in no step are shown before the steps.
    """
    script, style = _resource("hand_over.js"), _resource("hand_over.css")
    in_steps = {line.text for line in steps if line.kind is Kind.EXACT}
    return Template(_resource("hand_over.html")).substitute(
        script=script,
        style=style,
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        values="\n".join(
            _value(name, text, titled=True) for name, text in values.items() if text not in in_steps
        ),
        steps="\n".join(_steps(steps, {text: name for name, text in values.items()})),
        scopes="\n".join(_scopes(scopes)),
        check_phrase=key.check_phrase,
        key=escape(json.dumps({**key.public_jwk, "kid": key.thumbprint})),
    )


def _resource(name: str) -> str:
    return resources.files("eh_connect.employment_hero").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _value(name: str, text: str, *, titled: bool = False) -> str:
    head = f"<span>{escape(name)}</span>" if titled else ""
    shown = escape(text)
    if text.startswith("https://") and not name.endswith("URI"):  # a redirect URI is not to be opened
        shown = f'<a href="{shown}" target="_blank" rel="noopener noreferrer">{shown}</a>'
    return (
        f'<div class="value">{head}<code>{shown}</code>'
        f'<button type="button" data-copy="{escape(text)}" data-name="{escape(name)}" '
        f'aria-label="Copy {escape(name)}">Copy</button></div>'
    )


def _steps(steps: Sequence[Line], names: Mapping[str, str]) -> Iterator[str]:
    for line in steps:
        text, head = escape(line.text), escape(line.head)
        if line.kind is Kind.EXACT:
            yield _value(names.get(line.text, "Address"), line.text)
        elif line.kind is Kind.TITLE:
            yield f"<h3>{text}</h3>"
        elif text or head:
            sign = f"{line.sign.value} " if line.sign is not Sign.NONE else ""
            kind = "warning" if line.sign is Sign.WARN else "step" if head else "more"
            yield f'<p class="{kind}">{sign}{f"<b>{head}</b> " if head else ""}{text}</p>'


def _scopes(scopes: Iterable[Box]) -> Iterator[str]:
    for section, boxes in groupby(scopes, key=lambda box: box.section):
        labels = "\n".join(
            f'<label><input type="checkbox" autocomplete="off"> {box.card} &rsaquo; {box.name}</label>'
            for box in boxes
        )
        yield f"<fieldset><legend>{section}</legend>\n{labels}\n</fieldset>"


def looks_locked(text: str) -> bool:
    """Whether a text seems to be a locked text or a part of one, and not a Client ID."""
    text = _without_mail(text)
    return _SHAPE.fullmatch(text) is not None and (".." in text or text.startswith("eyJhbGci"))


def open_locked(text: str, secret: Secret | None) -> Credentials:
    """Return the credentials that were locked in the page whose key is ``secret``.

    ``secret`` is None if no page is out. What a mail adds to ``text`` (line breaks, quotes, blanks, ``>``) is
    removed.

    Raises:
        LockedTextError: it is no locked text, cut off, altered, from another page, or without credentials.
    """
    text = _without_mail(text)
    header = _header(text)
    if secret is None:
        raise LockedTextError(
            "no hand-over page is out, so there is no key to open it: make a page and send it again"
        )
    try:
        key = HandOverKey.from_secret(secret)
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
    """Return the header of a locked text. Raises LockedTextError if the text has another form."""
    if not looks_locked(text):
        raise LockedTextError("it is not a locked text: one has about 500 characters and starts with eyJ")
    if not text.startswith("eyJ"):  # every header starts with {", which is this in base64url
        raise LockedTextError(
            "its beginning is missing: it starts with eyJ. Copy it again, from start to end"
        )
    first, *others = text.split(".")
    if len(others) < _DOTS or len(others[-1]) < _TAG:
        raise LockedTextError("it is cut off at the end. Copy it again, with the page's copy button")
    with suppress(ValueError, RecursionError):
        header = json.loads(_decoded(first))
        if isinstance(header, dict):
            return header
    raise _altered_error()


def _decrypted(text: str, key: HandOverKey) -> bytes:
    from joserfc.errors import JoseError
    from joserfc.jwe import decrypt_compact

    with suppress(JoseError, ValueError, TypeError, KeyError):  # an odd ephemeral key raises the last three
        plain = decrypt_compact(text, key.jwk, algorithms=["ECDH-ES", "A256GCM"]).plaintext
        if plain is not None:
            return plain
    raise _altered_error()


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


def _altered_error() -> LockedTextError:
    return LockedTextError(
        "it was altered on the way, or a part is missing. Ask for it again, copied with the page's button"
    )


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
