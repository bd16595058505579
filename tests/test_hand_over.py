"""Credentials that come back locked: what opens, what doesn't, and what is said then."""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK

from eh_connect.employment_hero.hand_over import HandOverKey, LockedTextError, looks_locked, open_locked
from eh_connect.secret import Credentials, Secret
from tests.support import hand_over

ID, SECRET = "Yk3f" + "a" * 35 + "9QxA", "s3cr" + "b" * 35 + "-_9Z"
KEY = HandOverKey.new()
WHOLE = Credentials(Secret(ID), Secret(SECRET))


def locked(plain: object, key: HandOverKey = KEY, **header: str | None) -> str:
    return hand_over.locked(plain, JWK(**key.public_jwk), **header)


FIELDS = {"client_id": ID, "client_secret": SECRET}
TEXT = locked(FIELDS)


def refused(text: str, secret: Secret | None = KEY.secret) -> str:
    with pytest.raises(LockedTextError) as caught:
        open_locked(text, secret)
    said = str(caught.value)
    assert ID not in said
    assert SECRET not in said
    assert caught.value.__cause__ is None
    return said


def test_what_a_foreign_implementation_locked_is_opened_by_the_saved_key() -> None:
    assert open_locked(TEXT, KEY.secret) == WHOLE
    assert HandOverKey.from_secret(KEY.secret).check_phrase == KEY.check_phrase
    assert JWK(**KEY.public_jwk).thumbprint() == KEY.thumbprint  # RFC 7638 by the other implementation
    digits = KEY.check_phrase.replace(" ", "")
    assert (bytes.fromhex(digits).hex(), len(KEY.check_phrase)) == (digits, 9)
    assert ("d" in KEY.public_jwk, "d" in json.loads(KEY.secret.reveal())) == (False, True)
    assert KEY.secret.reveal() not in repr(KEY)
    assert HandOverKey.new().thumbprint != KEY.thumbprint


@pytest.mark.parametrize(
    "mailed",
    [
        "\n".join(TEXT[i : i + 72] for i in range(0, len(TEXT), 72)),
        "\r\n".join("> > " + TEXT[i : i + 60] for i in range(0, len(TEXT), 60)),
        "=\r\n".join(TEXT[i : i + 75] for i in range(0, len(TEXT), 75)),
        f"  “{TEXT}”\n",
        f"'{TEXT[:99]}\u200b\u00a0{TEXT[99:]}'",
        locked({"client_id": f' "{ID}"\n', "client_secret": f"{SECRET}\u200b"}),
    ],
    ids=["wrapped", "quoted", "quoted-printable", "in quotes", "invisible", "inside"],
)
def test_what_a_mail_or_pasting_adds_is_taken_away(mailed: str) -> None:
    assert looks_locked(mailed)
    assert open_locked(mailed, KEY.secret) == WHOLE


OTHER = HandOverKey.new()
OF_ANOTHER = locked({"client_id": SECRET, "client_secret": ID}).split(".")
PARTS = TEXT.split(".")
NOT_IN_IT = "no Client ID and Client Secret"
EPKS: list[Any] = [
    *(None, "x", {}, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "oct", "k": "AAAA"}),
    json.loads(JWK.generate(kty="EC", crv="P-521").export_public()),
    {**KEY.public_jwk, "y": KEY.public_jwk["x"]},  # not on the curve
]


def with_ephemeral_key(epk: Any) -> str:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": KEY.thumbprint}
    header |= {} if epk is None else {"epk": epk}
    start = urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode()).rstrip(b"=").decode()
    return ".".join([start, *PARTS[1:]])


WAYS_TO_FAIL = [
    *(("", "not a locked text"), (ID, "not a locked text"), ("See you on Monday.", "not a locked text")),
    ("https://app.stackone.com/a..b", "not a locked text"),
    *((TEXT[:end], "cut off at the end") for end in (len(TEXT) // 4, len(TEXT) // 2, -1)),
    *((TEXT[start:], "beginning is missing") for start in (TEXT.index("."), 20)),
    (TEXT + TEXT, "altered"),
    (TEXT[:-30] + TEXT[-26:], "altered"),
    (locked(FIELDS, OTHER), f'check phrase "{KEY.check_phrase}"'),
    (locked(FIELDS, kid=None), "another page"),
    (locked(FIELDS, enc="A128GCM"), "altered"),
    (locked(FIELDS, alg="ECDH-ES+A256KW"), "altered"),
    (locked(FIELDS, zip="DEF"), "altered"),
    *((".".join([*PARTS[:i], OF_ANOTHER[i], *PARTS[i + 1 :]]), "altered") for i in (0, 2, 3, 4)),
    *((with_ephemeral_key(epk), "altered") for epk in EPKS),
    *((locked(plain), NOT_IN_IT) for plain in (b"", b"\xff", b"[" * 9_000, [ID, SECRET])),
    *((locked(plain), NOT_IN_IT) for plain in ({"client_id": ID}, {"client_id": ID, "client_secret": 7})),
    (locked({"client_id": "", "client_secret": SECRET}), "the Client ID in it is wrong: it is empty"),
    (locked({"client_id": ID, "client_secret": "two words"}), "the Client Secret in it is wrong: it has"),
    (locked({"client_id": ID, "client_secret": ID}), "the Client Secret in it is wrong"),
]


@pytest.mark.parametrize(("text", "why"), WAYS_TO_FAIL, ids=range(len(WAYS_TO_FAIL)))
def test_each_way_to_fail_is_told_apart(text: str, why: str) -> None:
    assert why in refused(text)


@pytest.mark.parametrize(
    ("secret", "why"),
    [
        (None, "no hand-over page is out"),
        (OTHER.secret, f'check phrase "{OTHER.check_phrase}"'),
        *((Secret(odd), "damaged") for odd in ("{", '{"kty": "EC"}', "[]", json.dumps(KEY.public_jwk))),
        (Secret(JWK.generate(kty="EC", crv="P-384").export()), "damaged"),
    ],
    ids=["none", "another page's", *"1234", "P-384"],
)
def test_without_the_pages_key_nothing_is_opened(secret: Secret | None, why: str) -> None:
    assert why in refused(TEXT, secret)


def test_a_thousand_altered_texts_are_refused() -> None:
    chance = random.Random(17)  # noqa: S311 - the same texts each time
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."
    altered: set[str] = {TEXT[:-1] + letter for letter in letters}  # spare bits of the last character too
    while len(altered) < 1_001:
        at, to = sorted(chance.sample(range(len(TEXT)), 2))
        before, inside, behind, new = TEXT[:at], TEXT[at:to], TEXT[to:], chance.choice(letters)
        middle = chance.choice((new + inside[1:], new + inside, "", inside * 2, inside.swapcase()))
        altered.add(before + middle + behind)
    for text in altered - {TEXT}:
        refused(text)


@given(st.text())
def test_whatever_is_pasted_there_is_a_plain_reason(text: str) -> None:
    refused(text)
    refused(TEXT[:40] + text)


@given(st.from_regex(r"(?!eyJhbGci)[A-Za-z0-9_-]{20,60}", fullmatch=True))
def test_a_client_id_is_never_taken_for_a_locked_text(text: str) -> None:
    assert not looks_locked(text)


def test_a_locked_text_is_recognised_whole_and_cut() -> None:
    assert all(map(looks_locked, (TEXT, f"> {TEXT[:200]}\n", TEXT[:80], TEXT[60:])))
    assert not any(map(looks_locked, ("v1.eu1.abc-def", "a@b.example", "employees:list", "")))
