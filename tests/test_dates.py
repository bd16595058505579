"""Times as people read them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.dates import deadline, moment, parsed, span

NOW = datetime(2026, 11, 27, 9, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "ago"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5, minutes=59), "5 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=-400), ""),
    ],
)
def test_a_time_says_how_long_ago_it_was_and_one_in_the_future_stands_alone(
    before: timedelta, ago: str
) -> None:
    shown = moment((NOW - before).isoformat(), NOW)
    assert re.fullmatch(r"\d+ [A-Z][a-z]{2} 202\d, \d\d:\d\d.*?( \((.*)\))?", shown)
    assert shown.partition("(")[2].removesuffix(")") == ago


@pytest.mark.parametrize("iso", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_that_another_zone_can_not_express_is_none(iso: str) -> None:
    assert (moment(iso, NOW), parsed(iso)) == (iso, None)


@given(st.text())
def test_what_is_no_time_is_shown_as_it_is(text: str) -> None:
    assert moment(text, NOW)


def test_a_deadline_is_a_duration_and_a_time() -> None:
    assert deadline(NOW, 1800).startswith("for 30 minutes (until ")
    assert (span(1), span(86_400 * 2)) == ("1 second", "2 days")
