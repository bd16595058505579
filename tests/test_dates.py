"""Times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.dates import deadline, moment, span

NOW = datetime(2026, 11, 27, 9, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "ago"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5, minutes=59), "5 hours ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_a_time_says_how_long_ago_it_was(before: timedelta, ago: str) -> None:
    assert moment((NOW - before).isoformat(), NOW).endswith(f"({ago})")


def test_a_time_in_the_future_stands_alone() -> None:
    shown = moment("2031-01-02T03:04:05+00:00", NOW)
    assert "ago" not in shown
    assert "Jan 2031, " in shown


@given(st.text())
def test_what_is_no_time_is_shown_as_it_is(text: str) -> None:
    assert moment(text, NOW)


def test_a_deadline_is_a_duration_and_a_time() -> None:
    assert deadline("2026-11-27T09:52:00+00:00", 1800).startswith("for 30 minutes (until ")
    assert (span(1), span(86_400 * 2)) == ("1 second", "2 days")
