"""What is wrong with a value: each judge by itself, on whatever a person may paste."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect import judging

if TYPE_CHECKING:
    from collections.abc import Callable

AUTO_OR_API = judging.one_of("auto", "api")

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
        *(
            "",
            "api.stackone.com",
            "//api.stackone.com",
            "https://",
            "https:///path",
            "https:api.stackone.com",
        ),
        *("ftp://api.stackone.com", "file:///etc/passwd", "javascript:alert(1)"),
        *("http://api.stackone.com", "http://localhost:8000", "http://127.0.0.1.example.com", "http://127.1"),
        *("http://2130706433", "http://0.0.0.0", "http://[::2]", "http://[::ffff:127.0.0.1]"),
        *("https://person@api.stackone.com", "https://person:word@api.stackone.com"),
        *("https://:@api.stackone.com", "https://@api.stackone.com", "https://api.stackone.com@evil.test"),
        *("https://api.stackone.com?x=1", "https://api.stackone.com/?"),
        *("https://api.stackone.com#part", "https://api.stackone.com/#"),
        *("https://api.stackone.com\\@evil.test", "https:\\\\api.stackone.com"),
        *("https://api.stackone.com/\\evil.test", "https://api.stackone.com,evil.test"),
        *("https://api.stackone.com/a b", "https://api.stack\none.com", "https://api.stack\tone.com/"),
        *("https://api.stackone.com/\x00", "https://api.stackone.com:0", "https://api.stackone.com:99999"),
        *("https://api.stackone.com:port", "https://api.stackone.com:\u0668\u0660"),
        *("https://\uff41pi.stackone.com", "https://\u0430pi.stackone.com", "https://api_x.stackone.com"),
        *("https://api%2estackone.com", "https://[::1", "https://[v1.x]", "http://[::1%25lo]"),
    ],
)
def test_a_url_that_could_lead_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        judging.url(text)


_pieces = st.sampled_from(
    [
        *("http", "https", "://", ":", "/", "//", "\\", "@", "?", "#", "[", "]", "%", "\n"),
        *("::1", "127.0.0.1", "api.test", "a"),
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


@pytest.mark.parametrize(
    ("judge", "text"),
    [
        *((judging.label, text) for text in ("a", "default", "prod-2", "0", "-", "x" * 64)),
        (AUTO_OR_API, "api"),
    ],
)
def test_a_label_and_a_choice_are_taken_as_they_are(judge: Callable[[str], object], text: str) -> None:
    assert judge(text) == text


@pytest.mark.parametrize("judge", [judging.line, judging.identifier])
@given(text=st.text())
def test_a_name_or_an_id_is_one_printable_line_and_an_id_has_no_blanks(
    judge: Callable[[str], str], text: str
) -> None:
    try:
        value = judge(text)
    except ValueError:
        return
    assert value.isprintable()
    assert value == value.strip() != ""
    assert judge(value) == value
    assert judge is judging.line or not any(c.isspace() for c in value)


REFUSED: list[tuple[Callable[[str], object], str, tuple[str, ...]]] = [
    (judging.label, "label", ("", "A", "a b", "a_b", "a.b", "../x", "a\n", "é", "٣", "x" * 65)),
    (judging.seconds, "seconds", ("", "x", "0", "-1", "nan", "inf", "1e9", "86401", "1;2")),
    (judging.whole(3650, "days"), "days", ("", "x", "0", "-1", "1.5", "3651", "00000000365", "9" * 20, "٣")),
    (AUTO_OR_API, "auto, api", ("API", " api", "")),
]


@pytest.mark.parametrize(
    ("judge", "why", "text"), [(judge, why, text) for judge, why, texts in REFUSED for text in texts]
)
def test_what_is_no_label_number_or_choice_is_refused_with_what_it_should_be(
    judge: Callable[[str], object], why: str, text: str
) -> None:
    with pytest.raises(ValueError, match=why):
        judge(text)
