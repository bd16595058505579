from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.secret import Secret
from eh_connect.server_text import clean, read_json, scrub

SECRET = 'pa"ss/wörd+and=more'

ECHOES = {
    "plain": SECRET,
    "JSON-escaped": json.dumps(SECRET)[1:-1],
    "URL-encoded": quote(SECRET, safe=""),
    "URL-encoded in lower case": quote(SECRET, safe="").lower(),
    "form-encoded": quote_plus(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "Basic auth as user": base64.b64encode(f"{SECRET}:".encode()).decode(),
    "Basic auth as password": base64.b64encode(f"some-id:{SECRET}".encode()).decode(),
}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\r\n", "two lines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;https://evil.test\x07link\x1b]8;;\x07", "link"),
        ("\x9b31mred", "red"),
        ("a\u202eb\u2066c\u200bd\ufeffe", "abcde"),
        ("nul\x00bel\x07del\x7f", "nulbeldel"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("line\u2028separator", "line separator"),
        ("  Two  blanks stay  ", "Two  blanks stay"),
        ("ångström 🙂", "ångström 🙂"),
    ],
)
def test_text_of_a_server_becomes_one_printable_line(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert clean("x" * 500, 10) == "x" * 9 + "…"


@given(st.text())
def test_cleaning_leaves_only_what_can_be_printed_and_is_done_after_once(text: str) -> None:
    once = clean(text)
    assert once.isprintable()
    assert clean(once) == once


@pytest.mark.parametrize("echo", ECHOES.values(), ids=list(ECHOES))
def test_every_spelling_of_a_secret_is_scrubbed(echo: str) -> None:
    shown = scrub(f"before {echo} after", [Secret(SECRET)])
    assert echo not in shown
    assert echo[2:-4] not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=6), st.binary(max_size=7))
def test_a_secret_anywhere_inside_of_base64_is_scrubbed(secret: str, around: bytes) -> None:
    inside = base64.b64encode(around + secret.encode() + around).decode()
    assert scrub(inside, [Secret(secret)]) != inside


def test_a_longer_secret_is_scrubbed_before_one_that_it_contains() -> None:
    assert scrub("abcdefghij", [Secret("abcdef"), Secret("abcdefghij")]) == "[secret]"


def test_a_very_short_secret_does_not_blank_out_ordinary_words() -> None:
    assert scrub("an ordinary word", [Secret("or")]) == "an ordinary word"


def test_secrets_that_are_not_even_unicode_break_nothing() -> None:
    assert scrub("text", [Secret("broken\udcff")]) == "text"


@pytest.mark.parametrize("spelling", [r"\u0073ecret-value", r"sec\u0000ret-value", r"sec\u200bret-value"])
def test_an_echo_that_json_spells_otherwise_is_scrubbed(spelling: str) -> None:
    found = read_json(f'{{"a": ["x {spelling}"], "{spelling}": 1}}', [Secret("secret-value")])
    assert found == {"a": ["x [secret]"], "[secret]": 1}


def test_a_number_that_looks_like_a_secret_stays_a_number() -> None:
    assert read_json('{"total": 12345678}', [Secret("12345678")]) == {"total": 12345678}


def test_texts_without_an_echo_stay_as_they_came() -> None:
    assert read_json('["a\\u0000b  c"]', [Secret("secret-value")]) == ["a\x00b  c"]


@pytest.mark.parametrize("cut", [12, 20, 42])
def test_an_echo_that_was_cut_off_is_scrubbed_too(cut: int) -> None:
    value = "Qx7" * 14 + "z"
    for echo in (value[:cut], value[-cut:], f"bad secret {value[:cut]}…"):
        assert "Qx7Qx7" not in scrub(echo, [Secret(value)])
