"""A limit for whatever may never answer, and the network time of a command."""

from __future__ import annotations

import time as system
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

_POLL = 0.1  # s; a longer wait would hold back Ctrl-C on Windows


class DeadlineError(Exception):
    """A call got no answer in time. Translated where it arises: no person sees it."""


def bounded(
    call: Callable[[], T], seconds: float | None, *, name: str, tick: Callable[[float], None] | None = None
) -> T:
    """What ``call`` returns or raises; it runs aside, and is left behind when its time is over.

    It may hang in anything, DNS and drivers included. The thread is a daemon: the exit of the process never
    waits for it. Ctrl-C and SIGTERM work meanwhile. With ``seconds`` None it is awaited until it answers.
    ``tick`` is called about ten times a second, with the seconds so far. DeadlineError: the time is over.
    """
    done, results, errors = Event(), list[T](), list[BaseException]()

    def work() -> None:
        try:
            results.append(call())
        except BaseException as exc:  # noqa: BLE001  # it belongs to whoever waits
            errors.append(exc)
        done.set()

    start = system.monotonic()
    Thread(target=work, name=name, daemon=True).start()
    while not done.wait(
        _POLL if seconds is None else max(min(_POLL, start + seconds - system.monotonic()), 0)
    ):
        so_far = system.monotonic() - start
        if seconds is not None and so_far >= seconds:
            raise DeadlineError(f"{name}: nothing within {seconds:g} s")
        if tick is not None:
            tick(so_far)
    if errors:
        raise errors.pop()
    return results.pop()


class NetworkTime:
    """The network time of a command: requests, and pauses between tries. A person's thinking is none."""

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
        """What happens in here is network time."""
        start = self.clock()
        try:
            yield
        finally:
            self.left -= self.clock() - start

    def renew(self, most: float | None = None) -> None:
        """All of it once more, or as much as ``most`` seconds: a person was waited for."""
        self.left = self._all if most is None else min(most, self._all)

    def sleep(self, seconds: float) -> None:
        """Wait before another try; never longer than there is time."""
        with self.running():
            self._sleep(min(seconds, max(self.left, 0.0)))
