"""One limit for everything that may never answer."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from eh_connect.deadline import DeadlineError, NetworkTime, bounded


def test_what_answers_in_time_returns_its_value_whatever_the_limit() -> None:
    assert bounded(lambda: 3, 5, name="three") == 3
    assert bounded(lambda: None, None, name="nothing") is None


@pytest.mark.parametrize("error", [KeyError("x"), TimeoutError("its own"), SystemExit(3)])
def test_what_the_call_raises_arrives_as_it_is(error: BaseException) -> None:
    def call() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        bounded(call, 5, name="raises")
    assert caught.value is error


@pytest.mark.parametrize("seconds", [0.0, 0.25, -1.0])
def test_what_does_not_answer_is_left_behind(seconds: float) -> None:
    never = threading.Event()
    start = time.monotonic()
    with pytest.raises(DeadlineError, match="the keyring"):
        bounded(never.wait, seconds, name="the keyring")
    assert time.monotonic() - start < seconds + 2
    never.set()


def test_while_it_runs_it_is_told_how_long_and_may_be_stopped_from_there() -> None:
    never, seen = threading.Event(), list[float]()

    def tick(so_far: float) -> None:
        seen.append(so_far)
        if len(seen) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bounded(never.wait, None, name="waits", tick=tick)
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[2] < 5
    never.set()


@pytest.mark.parametrize("way", [signal.SIGINT, signal.SIGTERM])
def test_a_hanging_call_holds_back_neither_a_signal_nor_the_exit(way: signal.Signals) -> None:
    program = (
        "import signal, socket, sys\n"
        "from eh_connect.deadline import bounded\n"
        "def end(number, frame): sys.exit(number)\n"
        "for way in (signal.SIGINT, signal.SIGTERM): signal.signal(way, end)\n"
        "server = socket.create_server(('127.0.0.1', 0)); print('up', flush=True)\n"
        "bounded(server.accept, None, name='a driver')\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "up\n"
        child.send_signal(way)
        assert child.wait(10) == way


def test_network_time_is_what_ran_and_what_was_slept_and_can_be_renewed() -> None:
    now, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    left = NetworkTime(10, lambda: now[0], sleep)
    with left.running():
        now[0] += 4
    left.sleep(1)
    assert left.left == 5
    left.sleep(60)
    left.sleep(1)
    assert (left.left, slept) == (0, [1, 5, 0])
    left.renew(3)
    assert left.left == 3
    left.renew(99)
    assert left.left == 10
    now[0] += 5
    assert left.left == 10, "a person's thinking is no network time"
