from __future__ import annotations

import base64
import json
from contextlib import suppress
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


@pytest.mark.parametrize(
    ("text", "secrets", "shown"),
    [
        pytest.param("abcdefghij", ["abcdef", "abcdefghij"], "[secret]", id="the longer one first"),
        pytest.param("an ordinary word", ["or"], "an ordinary word", id="a very short one hides no word"),
        pytest.param("text", ["broken\udcff"], "text", id="one that is not even Unicode"),
    ],
)
def test_a_secret_blanks_out_itself_and_nothing_else(text: str, secrets: list[str], shown: str) -> None:
    assert scrub(text, map(Secret, secrets)) == shown


@pytest.mark.parametrize("spelling", [r"\u0073ecret-value", r"sec\u0000ret-value", r"sec\u200bret-value"])
def test_an_echo_that_json_spells_otherwise_is_scrubbed(spelling: str) -> None:
    found = read_json(f'{{"a": ["x {spelling}"], "{spelling}": 1}}', [Secret("secret-value")])
    assert found == {"a": ["x [secret]"], "[secret]": 1}


@pytest.mark.parametrize("text", ['{"total": 12345678}', r'["a\u0000b  c"]'])
def test_numbers_and_texts_without_an_echo_stay_as_they_came(text: str) -> None:
    assert read_json(text, [Secret("12345678")]) == json.loads(text)


@pytest.mark.parametrize("cut", [12, 20, 42])
def test_an_echo_that_was_cut_off_is_scrubbed_too(cut: int) -> None:
    value = "Qx7" * 14 + "z"
    growing = "İ" * 20  # each becomes two in lower case
    for echo in (value[:cut], value[-cut:], f"bad secret {value[:cut]}…", f"{growing}{value[:cut]}…"):
        assert "Qx7Qx7" not in scrub(echo, [Secret(value)])


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "9" * 5_000, "NaN5", "\x00", '"\ud800"x'),
        *("[" * 100_000, "[" * 900 + "]" * 900 + "[", "[" + "[]," * 60_000 + "1]"),
    ],
)
def test_json_that_would_not_be_parsed_in_bounded_memory_is_a_value_error(text: str) -> None:
    for secrets in ([], [Secret("secret-value")]):
        with pytest.raises(ValueError):  # noqa: PT011  # any of them
            read_json(text, secrets)
    assert read_json(r'"\ud800"') == "\ud800"


@pytest.mark.parametrize("depth", range(150, 1000, 50))
def test_no_depth_is_more_than_a_value_error(depth: int) -> None:
    with suppress(ValueError):
        read_json("[" * depth + '"secret-value"' + "]" * depth, [Secret("secret-value")])


def test_a_text_in_json_without_end_is_cut_and_scrubbed_first() -> None:
    found = read_json(json.dumps("secret-value" + "x" * 1_000_000), [Secret("secret-value")])
    assert found.startswith("[secret]x")
    assert len(found) <= 100_000


@given(
    st.text(max_size=30),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=6, max_size=50),
    st.text(max_size=30),
)
def test_an_echo_is_found_wherever_it_stands(before: str, secret: str, after: str) -> None:
    shown = scrub(before + secret + after, [Secret(secret), Secret("another-secret")])
    assert secret not in shown.replace("[secret]", "\0")
