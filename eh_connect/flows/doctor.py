"""``doctor``: run the checks one after the other. The checks themselves are in ``cli.doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from eh_connect.errors import EhConnectError, NetworkError
from eh_connect.record import Record
from eh_connect.results import CheckView, DoctorResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from eh_connect.flows.console import Console

LATER = "Wait a little, then run eh-connect doctor again."


class Outcome(Record, frozen=True):
    """What a check saw.

    ``warn``: the tool works all the same, for now. ``skip``: there was nothing to look at.
    """

    detail: str
    result: Literal["pass", "warn", "fail", "skip"] = "pass"
    remedy: str | None = None


class Check(Record, frozen=True):
    """A check. Its ``look`` raises EhConnectError for what would make ``setup`` fail.

    ``name`` is its ID in words. ``advisory``: a network error is only a warning, because ``setup`` goes on
    without an answer. ``needs`` is the ID of a check that has to pass first.
    """

    id: str
    name: str
    look: Callable[[], Outcome]
    advisory: bool = False
    needs: str = ""


def run_checks(checks: Iterable[Check], console: Console) -> DoctorResult:
    """Run the checks in order. The first failure is raised at the end and carries all that was found."""
    found: list[CheckView] = []
    failures: list[EhConnectError] = []
    missed: dict[str, str] = {}
    for check in checks:
        if check.needs in missed:
            seen = Outcome(f'"{missed[check.needs]}" has to pass first', "skip")
        else:
            with console.working(f"Checking {check.name}"):
                seen = _look(check, failures)
        if seen.result in {"fail", "skip"}:
            missed[check.id] = check.name
        found.append(CheckView.sharing(seen, id=check.id, name=check.name))
    result = DoctorResult(checks=tuple(found))
    if not failures:
        return result
    failed = next(each for each in found if each.result == "fail")
    first = failures[0]
    first.title, first.detail, first.hint = result.summary, f"{failed.name}: {failed.detail}", failed.remedy
    first.body, first.found = result.body(), result.rows()  # the title is the summary
    raise first


def _look(check: Check, failures: list[EhConnectError]) -> Outcome:
    try:
        return check.look()
    except EhConnectError as exc:
        if check.advisory and isinstance(exc, NetworkError):
            return Outcome(exc.sentences, "warn", exc.hint or LATER)
        failures.append(exc)
        return Outcome(exc.sentences, "fail", exc.hint)
