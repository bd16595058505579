"""What ``doctor`` makes of what it saw, the order in which it looks, and what the network may take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from eh_connect import checks
from eh_connect.checks import Check, failed, failure, passed, skipped, warned
from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StorageError
from eh_connect.flows.doctor import examine
from eh_connect.network import ExchangeError
from tests.documents import ROOT, table

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
LOCKED = StorageError("Your keyring is locked", detail="So it is.", hint="Unlock it.")


def test_every_check_is_documented_in_its_order() -> None:
    rows = table(ROOT / "docs" / "doctor.md", "check", "looks at", "if not passed")
    assert tuple(row[0].strip("`") for row in rows) == checks.ORDER


# Judging


@pytest.mark.parametrize(
    ("seconds", "result"),
    [(0, "pass"), (60, "pass"), (61, "warn"), (300, "warn"), (301, "fail"), (10**9, "fail")],
)
@pytest.mark.parametrize("direction", [1, -1])
def test_a_clock_is_judged_by_how_far_it_is_off(seconds: int, result: str, direction: int) -> None:
    date = format_datetime(NOW - timedelta(seconds=seconds * direction), usegmt=True)
    check = checks.clock([checks.ahead(date, NOW)])
    assert check.result == result
    if result != "pass":
        assert ("ahead of" if direction > 0 else "behind") in check.detail
        assert "Set the clock" in (check.remedy or "")


@pytest.mark.parametrize(
    "date", ["", "soon", "Tue, 24 Nov 2026 12:00:00", "Tue, 99 Nov 2026 12:00:00 GMT", "0"]
)
def test_a_date_that_is_rubbish_says_nothing(date: str) -> None:
    assert checks.ahead(date, NOW) is None


def test_the_first_server_that_told_the_time_counts() -> None:
    assert checks.clock([None, 1000.0, 0.0]).result == "fail"
    assert checks.clock([None, None]).result == "skip"


@pytest.mark.parametrize(
    ("status", "result"),
    [(200, "pass"), (401, "pass"), (403, "pass"), (302, "fail"), (429, "fail"), (503, "fail")],
)
def test_stackone_may_say_anything_but_elsewhere_and_later(status: int, result: str) -> None:
    check = checks.stackone("api.stackone.test", status, 0.1)
    assert (check.result, isinstance(check.error, NetworkError)) == (result, result == "fail")


@pytest.mark.parametrize(("status", "result"), [(200, "pass"), (302, "pass"), (404, "pass"), (503, "warn")])
def test_what_employment_hero_says_is_not_documented(status: int, result: str) -> None:
    assert checks.employment_hero("app.test", status, 0.1).result == result


@pytest.mark.parametrize(
    ("is_there", "size", "term", "encoding", "result", "said"),
    [
        (True, (80, 24), "xterm", "utf-8", "pass", "80 columns, 24 lines, TERM=xterm"),
        (True, (80, 24), "xterm", "UTF8", "pass", "UTF8"),
        (True, (80, 24), "dumb", "utf-8", "pass", "line by line"),
        (True, (80, 24), "", "utf-8", "pass", "(not set)"),
        (True, (80, 24), "x\x1b[31mterm", "utf-8", "pass", "TERM=xterm"),
        (True, (80, 24), "xterm", "ascii", "warn", "spelled out"),
        (True, None, "xterm", "utf-8", "warn", "would not be seen"),
        (False, (80, 24), "xterm", "utf-8", "skip", "nothing is asked"),
    ],
)
def test_a_terminal_is_judged_by_whether_questions_can_be_seen(
    is_there: bool, size: tuple[int, int] | None, term: str, encoding: str, result: str, said: str
) -> None:
    check = checks.terminal(is_there=is_there, size=size, term=term, encoding=encoding)
    assert (check.result, said in check.detail) == (result, True)


def test_neither_browser_nor_clipboard_are_needed() -> None:
    assert checks.browser(None).result == checks.clipboard(has_one=True, is_remote=False).result == "pass"
    assert checks.clipboard(has_one=False, is_remote=True).result == "pass"
    for missing in (checks.browser("no browser was found"), checks.clipboard(has_one=False, is_remote=False)):
        assert (missing.result, bool(missing.remedy)) == ("warn", True)


# The whole


def test_the_error_of_the_whole_is_of_the_kind_of_the_first_fail() -> None:
    network = ExchangeError("No answer.", passing=True, arrived=False, http_status=503)
    refused = StackOneAuthError("No.", http_status=401)
    for errors, code in (((LOCKED, refused), 4), ((refused, network), 5), ((network, LOCKED), 7)):
        found = {
            "a": passed("fine"),
            "b": failed(errors[0]),
            "c": warned("hm", "look"),
            "d": failed(errors[1]),
        }
        error = failure(found)
        assert error is not None
        assert (error.code, error.http_status) == (code, errors[0].http_status)
        assert error.title == "2 of 4 checks failed: b, d."
        assert errors[0].title in (error.detail or "")
        assert error.body == {"checks": checks.as_json(found)}
        assert error.text == checks.as_text(found)
    assert failure({"a": passed("fine"), "b": warned("hm", "look"), "c": skipped("no")}) is None


def test_a_flag_in_a_remedy_is_said_to_be_of_another_command() -> None:
    error = NetworkError("Odd.", hint="Wait, or use --via dashboard.")
    assert failed(error).remedy == "Wait, or use setup's --via dashboard."


def test_a_line_tells_the_result_by_a_word_and_the_remedy_below() -> None:
    found = {"keyring": failed(LOCKED), "app": passed("It\n\x1b[31manswers.")}
    assert checks.as_text(found).splitlines() == [
        "FAIL  keyring  Your keyring is locked. So it is.",
        "               → Unlock it.",
        "pass  app      It answers.",
    ]


# The order of events


def fine() -> Check:
    return passed("fine")


def broken() -> Check:
    raise StorageError("Broken")


def nothing() -> Check:
    return skipped("nothing there")


def results(found: dict[str, Check]) -> dict[str, str]:
    return {name: check.result for name, check in found.items()}


def test_what_fails_here_keeps_nothing_from_its_turn() -> None:
    here = {"folder": broken, "keyring": broken, "proxy": fine}
    found = examine(here, {"stackone": fine}, after={"clock": fine}, limit=60)
    assert list(found) == ["keyring", "folder", "proxy", "stackone", "clock"]
    assert list(results(found).values()) == ["fail", "fail", "pass", "pass", "pass"]


@pytest.mark.parametrize("before", [broken, nothing])
def test_what_needs_another_is_skipped_after_it(before: Callable[[], Check]) -> None:
    lane = {"stackone": fine, "api_key": before, "may_write": fine}
    found = examine({}, lane, {"employment_hero_app": fine}, after={}, limit=60)
    assert (found["may_write"].result, "api_key" in found["may_write"].detail) == ("skip", True)
    assert found["employment_hero_app"].result == "pass"


def test_lanes_run_side_by_side() -> None:
    all_have_begun = threading.Barrier(3, timeout=60)

    def together() -> Check:
        all_have_begun.wait()
        return fine()

    lanes = [{name: together} for name in ("stackone", "employment_hero_oauth", "employment_hero_app")]
    assert set(results(examine({}, *lanes, after={}, limit=60)).values()) == {"pass"}


def test_a_lane_that_hangs_is_left_behind_and_the_others_are_told() -> None:
    released = threading.Event()

    def hanging() -> Check:
        released.wait()
        return fine()

    lane = {"stackone": fine, "api_key": hanging, "may_write": fine}
    found = examine({}, lane, {"employment_hero_app": fine}, after={}, limit=0)
    released.set()
    told = {"stackone": "pass", "api_key": "fail", "may_write": "skip", "employment_hero_app": "pass"}
    assert results(found) == told
    assert "--timeout" in (found["api_key"].remedy or "")
    error = failure(found)
    assert error is not None
    assert error.code == 7


def test_a_lane_that_ends_while_it_is_judged_is_not_told_to_have_waited() -> None:
    at_work, released, lanes = threading.Event(), threading.Event(), []

    def late() -> Check:
        lanes.append(threading.current_thread())
        at_work.set()
        released.wait()
        return fine()

    class EndingMeanwhile(dict[str, Callable[[], Check]]):
        """Whoever goes through it while it is judged finds that the lane has ended meanwhile."""

        def __iter__(self) -> Iterator[str]:
            at_work.wait()
            released.set()
            lanes[0].join()
            return super().__iter__()

    found = examine({}, EndingMeanwhile({"stackone": late, "api_key": fine}), after={}, limit=0)
    assert "No answer within 0 s." in found["stackone"].detail
    assert "it needs stackone first" in found["api_key"].detail


def test_employment_hero_that_hangs_is_warned_of() -> None:
    released = threading.Event()

    def hanging() -> Check:
        released.wait()
        return fine()

    found = examine({}, {"employment_hero_app": hanging}, after={}, limit=0)
    released.set()
    assert (found["employment_hero_app"].result, failure(found)) == ("warn", None)


def test_a_defect_in_a_lane_is_not_swallowed() -> None:
    def defective() -> Check:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        examine({}, {"stackone": defective}, after={}, limit=60)


def test_an_error_of_another_kind_is_a_defect() -> None:
    error = failure({"a": failed(EhConnectError("Odd."))})
    assert error is not None
    assert error.code == 1
