from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.employment_hero.credentials import (
    Finding,
    cleaned,
    doubled,
    judge_api_key,
    judge_pair,
)
from eh_connect.employment_hero.scopes import BOXES

GOOD_ID = "aB3_" * 10 + "x-1"
GOOD_SECRET = "Zy9-" * 10 + "q_7"
SCOPES = [string for box in BOXES for string in (*box.strings, *box.older)]


def hard(findings: list[Finding]) -> list[str]:
    return [finding.input for finding in findings if finding.hard]


@pytest.mark.parametrize(
    "pasted",
    [
        *(
            "value",
            "\ufeffvalue\r\n",
            " \t\u00a0\u2003value\u3000\u2028",
            "v\u200bal\u200c\u200du\u2060e\u00ad",
        ),
        *('"value"', "'value'\n", "\u201cvalue\u201d", "\u2018value\u2019", "\u00abvalue\u00bb", "`value`"),
        '\u200b " value " \r\n',
        "\"'value'\"",
    ],
)
def test_what_pasting_adds_is_taken_off(pasted: str) -> None:
    assert cleaned(pasted) == "value"


@pytest.mark.parametrize("text", ['"value', "va lue", "va'lue", '"', "\u201dvalue\u201c"])
def test_what_belongs_to_the_value_stays(text: str) -> None:
    assert cleaned(text) == text


@given(
    st.from_regex(r"[A-Za-z0-9_-]{1,60}", fullmatch=True), st.text(" \r\n\t\ufeff\u200b\u00a0", max_size=5)
)
def test_a_value_survives_cleaning_whatever_surrounds_it(value: str, around: str) -> None:
    assert cleaned(f"{around}{value}{around}") == value


def test_what_is_ordinary_or_not_given_raises_no_finding() -> None:
    assert judge_pair(GOOD_ID, GOOD_SECRET) == judge_pair(None, None) == judge_pair(GOOD_ID, None) == []
    assert judge_api_key("v1.eu1.c29tZXRoaW5nOjE=") == []


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "empty"),
        ("abc def", "blanks"),
        ("abc\ndef", "line ends"),
        ("abc\x00def", "control"),
        ("abc\u202edef", "control"),
        ("abc\u00a0def", "blanks"),
        ("https://secure.employmenthero.com/app", "URL"),
        ("www.example.com", "URL"),
        ("someone@example.com", "e-mail"),
        (str(uuid.UUID(int=7)), "UUID"),
        ("{" + str(uuid.UUID(int=7)).upper() + "}", "UUID"),
        ("word:word", "scope"),
        *((scope, "scope") for scope in SCOPES),
    ],
)
def test_a_value_that_cannot_be_a_credential_is_an_error(value: str, says: str) -> None:
    for findings, name in (
        (judge_pair(value, GOOD_SECRET), "client-id"),
        (judge_pair(GOOD_ID, value), "client-secret"),
    ):
        assert hard(findings) == [name]
        assert says in findings[0].why


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (GOOD_SECRET[:-1], "it has 42 characters, where 43 are usual"),
        (GOOD_SECRET + "x", "44 characters"),
        ("x", "it has 1 character,"),
        ("x" * 253 + "y", "cut a pasted line"),
        ("x" * 254 + "y", "cut a pasted line"),
        (GOOD_SECRET * 2, "the same 43 characters twice"),
        (GOOD_SECRET[:-1] + "*", "other characters than"),
        ("v1.eu1.c29tZXRoaW5n", "an API key of StackOne. Copy it from the application's page"),
    ],
)
def test_an_unusual_value_is_warned_of_and_never_refused(value: str, says: str) -> None:
    for findings in (judge_pair(value, None), judge_pair(None, value)):
        assert not hard(findings)
        assert any(says in finding.why for finding in findings)


@pytest.mark.parametrize(
    ("client_id", "client_secret", "hard", "says"),
    [
        (GOOD_ID, GOOD_ID, [True], "it is the Client ID"),
        (GOOD_ID, GOOD_ID + GOOD_SECRET, [False, False], "has the Client ID in it"),
        (GOOD_ID, GOOD_ID[:20], [False, False], "has the Client Secret in it"),
        (GOOD_ID[:-1], "", [True, False], "it is empty"),
        (GOOD_ID, f"https://example.com/{GOOD_ID}", [True], "it is a URL"),
    ],
    ids=[
        "one twice",
        "ID in secret",
        "secret in ID",
        "errors come first",
        "an error is not warned of as well",
    ],
)
def test_a_pair_is_judged_together_errors_first(
    client_id: str, client_secret: str, hard: list[bool], says: str
) -> None:
    findings = judge_pair(client_id, client_secret)
    assert [finding.hard for finding in findings] == hard
    assert any(says in finding.why for finding in findings)


@given(st.text())
def test_a_text_pasted_twice_is_seen_and_nothing_else(text: str) -> None:
    assert doubled(text * 2) == (text if len(text) > 1 else None)
    assert [doubled(each) for each in ("a", "aa", "abcab", GOOD_SECRET)] == [None] * 4


@pytest.mark.parametrize(
    ("value", "hard", "says"),
    [
        ("", True, "empty"),
        ("v1.eu1.a b", True, "blanks"),
        ("https://app.stackone.com", True, "URL"),
        ("a@b.example", True, "e-mail"),
        (GOOD_SECRET, True, "it is the Client Secret. Create an API key"),
        (GOOD_ID, True, "it is the Client ID. Create an API key"),
        *((odd, False, "doesn't look like") for odd in ("sk_live_something", "v1.eu1", "v2.eu1.abc")),
        (GOOD_SECRET[::-1], False, "doesn't look like"),
    ],
)
def test_what_cannot_be_an_api_key_is_an_error_and_another_shape_only_warned_of(
    value: str, hard: bool, says: str
) -> None:
    (finding,) = judge_api_key(value, GOOD_ID, GOOD_SECRET)
    assert (finding.hard, says in finding.why) == (hard, True)


@given(st.text(alphabet="qzQZ789_-.:@/ \x00", min_size=6, max_size=300))
def test_no_finding_shows_the_value(value: str) -> None:
    findings = judge_pair(value, None) + judge_pair(GOOD_ID, value) + judge_api_key(value)
    assert not [finding for finding in findings if value.strip() and value in finding.why]


@given(st.text(), st.text())
def test_judging_never_fails(first: str, second: str) -> None:
    judge_pair(first, second)
    judge_api_key(first, second)
