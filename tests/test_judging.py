"""What is wrong with a value: each judge by itself, on whatever a person may paste."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect import judging

# URLs


@pytest.mark.parametrize(
    ("text", "comes_to", "origin"),
    [
        ("https://api.stackone.com", "https://api.stackone.com", "https://api.stackone.com:443"),
        (" https://api.stackone.com/ \n", "https://api.stackone.com", "https://api.stackone.com:443"),
        ("HTTPS://API.StackOne.com:443/", "HTTPS://API.StackOne.com:443", "https://api.stackone.com:443"),
        ("https://proxy.test:8443/stackone/", "https://proxy.test:8443/stackone", "https://proxy.test:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9", "http://127.9.9.9:80"),
        ("http://[::1]:8000", "http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_url_has_one_origin_however_it_is_written(text: str, comes_to: str, origin: str) -> None:
    assert judging.url(text) == comes_to
    assert judging.origin(comes_to) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.stackone.com",
        "//api.stackone.com",
        "ftp://api.stackone.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https:api.stackone.com",
        "http://api.stackone.com",
        "http://localhost:8000",
        "http://127.0.0.1.example.com",
        "http://127.1",
        "http://2130706433",
        "http://0.0.0.0",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "https://person@api.stackone.com",
        "https://person:word@api.stackone.com",
        "https://:@api.stackone.com",
        "https://@api.stackone.com",
        "https://api.stackone.com@evil.test",
        "https://api.stackone.com?x=1",
        "https://api.stackone.com/?",
        "https://api.stackone.com#part",
        "https://api.stackone.com/#",
        "https://api.stackone.com\\@evil.test",
        "https:\\\\api.stackone.com",
        "https://api.stackone.com/\\evil.test",
        "https://api.stackone.com/a b",
        "https://api.stack\none.com",
        "https://api.stack\tone.com/",
        "https://api.stackone.com/\x00",
        "https://api.stackone.com:0",
        "https://api.stackone.com:99999",
        "https://api.stackone.com:port",
        "https://api.stackone.com:\u0668\u0660",
        "https://\uff41pi.stackone.com",
        "https://\u0430pi.stackone.com",
        "https://api_x.stackone.com",
        "https://api%2estackone.com",
        "https://[::1",
        "https://[v1.x]",
        "http://[::1%25lo]",
        "https://api.stackone.com,evil.test",
    ],
)
def test_a_url_that_could_lead_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        judging.url(text)


_pieces = st.sampled_from(
    [
        "http",
        "https",
        "://",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "?",
        "#",
        "[",
        "]",
        "::1",
        "127.0.0.1",
        "api.test",
        "a",
        "%",
        "\n",
    ]
)


@given(st.lists(_pieces, max_size=9).map("".join) | st.text(max_size=30).map("https://".__add__))
def test_any_text_is_refused_or_a_plain_url_with_a_steady_origin(text: str) -> None:
    try:
        url = judging.url(text)
    except ValueError:
        return
    parts = urlsplit(url)
    assert parts.scheme in {"https", "http"}
    assert parts.hostname
    assert "@" not in parts.netloc
    assert not parts.query + parts.fragment
    assert judging.url(url) == url
    assert judging.origin(url) == judging.origin(judging.origin(url))
    assert parts.scheme == "https" or parts.hostname in {"127.0.0.1", "::1"}


# The other judges


@pytest.mark.parametrize("text", ["a", "default", "prod-2", "0", "-", "x" * 64])
def test_a_label_has_lower_case_letters_digits_and_hyphens(text: str) -> None:
    assert judging.label(text) == text


@pytest.mark.parametrize("text", ["", "A", "a b", "a_b", "a.b", "../x", "a\n", "é", "٣", "x" * 65])
def test_a_label_has_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="label"):
        judging.label(text)


@given(st.text())
def test_a_name_is_one_printable_line(text: str) -> None:
    try:
        name = judging.line(text)
    except ValueError:
        return
    assert name.isprintable()
    assert name == name.strip() != ""


@given(st.text())
def test_an_id_is_printable_and_has_no_blanks(text: str) -> None:
    try:
        identifier = judging.identifier(text)
    except ValueError:
        return
    assert identifier.isprintable()
    assert identifier
    assert not any(c.isspace() for c in identifier)
    assert judging.identifier(identifier) == identifier


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "nan", "inf", "1e9", "86401", "1;2"])
def test_a_time_limit_is_a_positive_number_of_seconds(text: str) -> None:
    with pytest.raises(ValueError, match="seconds"):
        judging.seconds(text)


def test_a_choice_is_one_of_its_words_exactly() -> None:
    judge = judging.one_of("auto", "api")
    assert judge("api") == "api"
    for text in ("API", " api", ""):
        with pytest.raises(ValueError, match="auto, api"):
            judge(text)
