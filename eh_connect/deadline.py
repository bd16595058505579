"""A time limit for calls that may never return, and the time that a command has for the network."""

from __future__ import annotations

import time as system
from contextlib import contextmanager
from math import inf
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

_POLL = 0.1  # seconds; on Windows Ctrl-C only works between two waits


class DeadlineError(Exception):
    """A call did not return in time. Every caller translates it, so no person sees it."""


def bounded(
    call: Callable[[], T],
    seconds: float | None,
    *,
    name: str,
    tick: Callable[[float], object] = lambda _: None,
) -> T:
    """Run ``call`` in a thread, and return what it returns or raise what it raises.

    Raises DeadlineError after ``seconds``; None means no limit. The thread is left behind then, whatever it
    hangs in, and the process can exit without it. Ctrl-C and SIGTERM work in the meantime. ``tick`` is called
    about ten times a second, with the seconds so far.
    """
    done, results, errors = Event(), list[T](), list[BaseException]()

    def work() -> None:
        try:
            results.append(call())
        except BaseException as exc:  # noqa: BLE001  # it is raised in the caller's thread
            errors.append(exc)
        done.set()

    start, limit = system.monotonic(), inf if seconds is None else seconds
    Thread(target=work, name=name, daemon=True).start()
    while not done.wait(max(min(_POLL, start + limit - system.monotonic()), 0)):
        so_far = system.monotonic() - start
        if so_far >= limit:
            raise DeadlineError(f"{name}: nothing within {limit:g} s")
        tick(so_far)
    if errors:
        raise errors.pop()
    return results.pop()


class NetworkTime:
    """The time of a command for requests and the pauses between tries. Waiting for a person doesn't count."""

    def __init__(
        self,
        seconds: float = 150.0,
        clock: Callable[[], float] = system.monotonic,
        sleep: Callable[[float], None] = system.sleep,
    ) -> None:
        self.left = self._all = seconds
        self.clock = clock
        self._sleep = sleep

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of the block as network time."""
        start = self.clock()
        try:
            yield
        finally:
            self.left -= self.clock() - start

    def renew(self, most: float | None = None) -> None:
        """Start over with all of the time, or with ``most`` seconds, after a person was waited for."""
        self.left = self._all if most is None else min(most, self._all)

    def sleep(self, seconds: float) -> None:
        """Wait before another try, but no longer than there is time."""
        with self.running():
            self._sleep(min(seconds, max(self.left, 0.0)))
