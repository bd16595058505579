"""Credentials that come back locked: what opens, what doesn't, and what is said then."""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from eh_connect.employment_hero.hand_over import HandOverKey, LockedTextError, looks_locked, open_locked
from eh_connect.secret import Credentials, Secret

ID, SECRET = "Yk3f" + "a" * 35 + "9QxA", "s3cr" + "b" * 35 + "-_9Z"
KEY = HandOverKey.new()
WHOLE = Credentials(Secret(ID), Secret(SECRET))


def locked(plain: Any, key: HandOverKey = KEY, **header: Any) -> str:
    """A text as another implementation locks it."""
    text = plain if isinstance(plain, bytes) else json.dumps(plain).encode()
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": key.thumbprint, **header}
    made = JWE(text, json.dumps({name: value for name, value in header.items() if value is not None}))
    made.add_recipient(JWK(**key.public_jwk))
    return str(made.serialize(compact=True))


FIELDS = {"client_id": ID, "client_secret": SECRET}
TEXT = locked(FIELDS)


def refused(text: str, key: HandOverKey | Secret | None = KEY) -> str:
    with pytest.raises(LockedTextError) as caught:
        open_locked(text, key.secret if isinstance(key, HandOverKey) else key)
    said = str(caught.value)
    assert ID not in said
    assert SECRET not in said
    assert caught.value.__cause__ is None
    return said


def test_what_a_foreign_implementation_locked_is_opened_by_the_saved_key() -> None:
    saved = HandOverKey.from_secret(KEY.secret)
    assert (saved.secret, saved.check_phrase) == (KEY.secret, KEY.check_phrase)
    assert open_locked(TEXT, KEY.secret) == WHOLE


def test_the_thumbprint_is_the_standards_and_the_check_phrase_is_made_of_it() -> None:
    # RFC 7638 by the other implementation
    foreign = JWK(**KEY.public_jwk)
    assert foreign.thumbprint() == KEY.thumbprint
    digits = KEY.check_phrase.replace(" ", "")
    assert bytes.fromhex(digits).hex() == digits
    assert len(KEY.check_phrase) == 9
    assert "d" not in KEY.public_jwk
    assert set(json.loads(KEY.secret.reveal())) >= {"kty", "crv", "x", "y", "d"}
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
    ],
    ids=["wrapped", "quoted", "quoted-printable", "in quotes", "invisible"],
)
def test_what_a_mail_adds_is_taken_away(mailed: str) -> None:
    assert looks_locked(mailed)
    assert open_locked(mailed, KEY.secret) == WHOLE


OTHER = HandOverKey.new()


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        ("", KEY, "not a locked text"),
        (ID, KEY, "not a locked text"),
        ("https://app.stackone.com/a..b", KEY, "not a locked text"),
        ("See you on Monday.", KEY, "not a locked text"),
        (TEXT[: len(TEXT) // 4], KEY, "cut off at the end"),
        (TEXT[: len(TEXT) // 2], KEY, "cut off at the end"),
        (TEXT[:-1], KEY, "cut off at the end"),
        (TEXT[TEXT.index(".") :], KEY, "beginning is missing"),
        (TEXT[20:], KEY, "beginning is missing"),
        (TEXT + TEXT, KEY, "altered"),
        (TEXT[:-30] + TEXT[-26:], KEY, "altered"),
        pytest.param(locked(FIELDS, OTHER), KEY, f'check phrase "{KEY.check_phrase}"', id="other page"),
        (locked(FIELDS, kid=None), KEY, "another page"),
        pytest.param(TEXT, OTHER, f'check phrase "{OTHER.check_phrase}"', id="other key"),
        (TEXT, None, "no hand-over page is out"),
        (TEXT, Secret("{"), "damaged"),
        (TEXT, Secret('{"kty": "EC"}'), "damaged"),
        (TEXT, Secret("[]"), "damaged"),
        (TEXT, Secret(JWK.generate(kty="EC", crv="P-384").export()), "damaged"),
        (TEXT, Secret(json.dumps(KEY.public_jwk)), "damaged"),
        (locked(FIELDS, enc="A128GCM"), KEY, "altered"),
        (locked(FIELDS, alg="ECDH-ES+A256KW"), KEY, "altered"),
        (locked(FIELDS, zip="DEF"), KEY, "altered"),
    ],
)
def test_each_way_to_fail_is_told_apart(text: str, key: HandOverKey | Secret | None, why: str) -> None:
    assert why in refused(text, key)


@pytest.mark.parametrize(
    ("plain", "why"),
    [
        (b"", "no Client ID and Client Secret"),
        (b"\xff", "no Client ID and Client Secret"),
        (b"[" * 9_000, "no Client ID and Client Secret"),
        ([ID, SECRET], "no Client ID and Client Secret"),
        ({"client_id": ID}, "no Client ID and Client Secret"),
        ({"client_id": ID, "client_secret": 7}, "no Client ID and Client Secret"),
        ({"client_id": "", "client_secret": SECRET}, "the Client ID in it is wrong: it is empty"),
        ({"client_id": ID, "client_secret": "two words"}, "the Client Secret in it is wrong: it has blanks"),
        ({"client_id": ID, "client_secret": ID}, "the Client Secret in it is wrong"),
    ],
)
def test_a_text_without_valid_credentials_is_refused(plain: Any, why: str) -> None:
    assert why in refused(locked(plain))


def test_values_are_cleaned_as_if_typed() -> None:
    assert (
        open_locked(locked({"client_id": f' "{ID}"\n', "client_secret": f"{SECRET}\u200b"}), KEY.secret)
        == WHOLE
    )


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


def test_parts_of_two_locked_texts_do_not_go_together() -> None:
    mine, yours = TEXT.split("."), locked({"client_id": SECRET, "client_secret": ID}).split(".")
    for i in (0, 2, 3, 4):
        assert "altered" in refused(".".join([*mine[:i], yours[i], *mine[i + 1 :]]))


@pytest.mark.parametrize(
    "epk",
    [
        None,
        "x",
        {},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "oct", "k": "AAAA"},
        json.loads(JWK.generate(kty="EC", crv="P-521").export_public()),
        {**KEY.public_jwk, "y": KEY.public_jwk["x"]},  # not on the curve
    ],
)
def test_an_ephemeral_key_of_a_wrong_form_is_refused(epk: Any) -> None:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": KEY.thumbprint, "epk": epk}
    if epk is None:
        del header["epk"]
    start = urlsafe_b64encode(json.dumps(header, separators=(",", ":")).encode()).rstrip(b"=").decode()
    assert "altered" in refused(".".join([start, *TEXT.split(".")[1:]]))


@given(st.text())
def test_whatever_is_pasted_there_is_a_plain_reason(text: str) -> None:
    refused(text)
    refused(TEXT[:40] + text)


@given(
    st.from_regex(r"[A-Za-z0-9_-]{20,60}", fullmatch=True).filter(
        lambda text: not text.startswith("eyJhbGci")
    )
)
def test_a_client_id_is_never_taken_for_a_locked_text(text: str) -> None:
    assert not looks_locked(text)


def test_a_locked_text_is_recognised_whole_and_cut() -> None:
    assert all(map(looks_locked, (TEXT, f"> {TEXT[:200]}\n", TEXT[:80], TEXT[60:])))
    assert not any(map(looks_locked, ("v1.eu1.abc-def", "a@b.example", "employees:list", "")))
