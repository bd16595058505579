"""``doctor``: one check after the other; each looks, judges and names its remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from eh_connect.errors import EhConnectError, NetworkError
from eh_connect.results import CheckView, DoctorResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eh_connect.flows.console import Console

_LATER = "Wait a little, then run eh-connect doctor again."


class Outcome(NamedTuple):
    """What a check saw. ``warn``: it works without, or may come to matter; ``skip``: it could not be looked at."""

    detail: str
    result: Literal["pass", "warn", "fail", "skip"] = "pass"
    remedy: str | None = None


class Check(NamedTuple):
    """A check: its ID, its name in words, and the look, which raises EhConnectError where ``setup`` would fail.

    ``advisory``: where nothing answers, ``setup`` goes on. ``needs`` is a check without which it makes no
    sense.
    """

    id: str
    name: str
    look: Callable[[], Outcome]
    advisory: bool = False
    needs: str | None = None


def run_checks(checks: Iterable[Check], console: Console) -> DoctorResult:
    """Run them in their order. The first failure is raised in the end, carrying all that was found."""
    found: list[CheckView] = []
    failures: list[EhConnectError] = []
    missed: dict[str, str] = {}
    for check in checks:
        if check.needs in missed:
            seen = Outcome(f"needs {missed[check.needs or '']} first", "skip")
        else:
            with console.working(f"Checking {check.name}"):
                seen = _look(check, failures)
        if seen.result in {"fail", "skip"}:
            missed[check.id] = check.name
        found.append(CheckView(id=check.id, name=check.name, **seen._asdict()))
    result = DoctorResult(checks=tuple(found))
    if not failures:
        return result
    failed = next(each for each in found if each.result == "fail")
    first = failures[0]
    first.title, first.detail, first.hint = result.summary, f"{failed.name}: {failed.detail}", failed.remedy
    first.body, first.found = result.body(), result.lines()
    raise first


def _look(check: Check, failures: list[EhConnectError]) -> Outcome:
    try:
        return check.look()
    except EhConnectError as exc:
        detail = f"{exc.sentence} {exc.detail or ''}".strip()
        if check.advisory and isinstance(exc, NetworkError):
            return Outcome(detail, "warn", exc.hint or _LATER)
        failures.append(exc)
        return Outcome(detail, "fail", exc.hint)
