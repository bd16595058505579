"""The order of ``doctor``: this machine first, then the network, side by side."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from eh_connect.checks import ORDER, skipped, stopped
from eh_connect.errors import EhConnectError, NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from eh_connect.checks import Check

    Probe = Callable[[], Check]

_POLL = 0.1  # s; a longer wait would hold back Ctrl-C on Windows
_GRACE = 1.0  # s for what has used up its time to say so itself


def examine(
    here: Mapping[str, Probe], *lanes: Mapping[str, Probe], after: Mapping[str, Probe], limit: float
) -> dict[str, Check]:
    """Every check, by its ID, in ``checks.ORDER``.

    Args:
        here: probes of this machine, one after the other; none keeps another from its turn.
        lanes: probes of the network. Lanes run side by side; in a lane each needs the one before it.
        after: what is judged from all of that.
        limit: seconds that the lanes may take. One that hangs longer is left behind.
    """
    checks = {name: _looked(name, probe) for name, probe in here.items()}
    running = [_Lane(probes) for probes in lanes]
    for lane in running:
        lane.start()
    end = time.monotonic() + limit + _GRACE
    for lane in running:
        while lane.is_alive() and time.monotonic() < end:
            lane.join(_POLL)
        checks |= lane.found(limit)
    checks |= {name: _looked(name, probe) for name, probe in after.items()}
    return {name: checks[name] for name in sorted(checks, key=ORDER.index)}


def _looked(name: str, probe: Probe) -> Check:
    try:
        return probe()
    except EhConnectError as exc:
        return stopped(name, exc)


class _Lane(threading.Thread):
    """A daemon: the process's exit does not wait for it."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        super().__init__(name="doctor", daemon=True)
        self._probes = probes
        self._found: dict[str, Check] = {}
        self._defect: BaseException | None = None

    def run(self) -> None:
        """Look, until something is not as it should be."""
        try:
            for name, probe in self._probes.items():
                self._found[name] = check = _looked(name, probe)
                if check.result in {"fail", "skip"}:
                    return
        except BaseException as exc:  # noqa: BLE001  # a defect of ours: raised where somebody hears of it
            self._defect = exc

    def found(self, limit: float) -> dict[str, Check]:
        """What is known by now; the rest hangs, or was waiting for its turn."""
        hangs = self.is_alive()  # before all else is read: it may end in between
        if self._defect is not None:
            raise self._defect
        found = dict(self._found)
        ahead = [name for name in self._probes if name not in found]
        if hangs and ahead:
            hint = "Check the connection. --timeout gives it more time."
            late = NetworkError(f"No answer within {limit:g} s.", hint=hint)
            found[ahead[0]] = stopped(ahead[0], late)
        missed = next((name for name, check in found.items() if check.result in {"fail", "skip"}), "")
        rest = {name: skipped(f"Not looked at: it needs {missed} first.") for name in self._probes}
        return rest | found
