"""What ``doctor`` makes of what was seen: a word, what it means, and the remedy. Others do the looking."""

from __future__ import annotations

import codecs
import shlex
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

from eh_connect.errors import (
    EhConnectError,
    NetworkError,
    StackOneAuthError,
    StackOneRefusedError,
    StorageError,
)
from eh_connect.server_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

ORDER = (
    *("keyring", "folder", "terminal", "browser", "clipboard", "trust_store", "proxy"),
    *("stackone", "api_key", "may_write", "clock", "employment_hero_oauth", "employment_hero_app"),
)
"""The checks, by their IDs, as they are told."""

ADVISORY = frozenset({"employment_hero_oauth", "employment_hero_app"})
"""Where no answer stops nothing: ``setup`` warns that it could not ask about the pair, and goes on."""

_KINDS = (StorageError, StackOneAuthError, StackOneRefusedError, NetworkError)
_CLOCK_WARNS, _CLOCK_FAILS = 60, 300  # s
_LATER = "Wait a little, then run the same command again."


@dataclass(frozen=True)
class Check:
    """The outcome of one check; ``error`` is that of a fail, whose kind gives the exit code."""

    result: Literal["pass", "warn", "fail", "skip"]
    detail: str
    remedy: str | None = None
    error: EhConnectError | None = None


def passed(detail: str) -> Check:
    """All is well."""
    return Check("pass", detail)


def warned(detail: str, remedy: str) -> Check:
    """It works without; or it may come to matter."""
    return Check("warn", detail, remedy)


def skipped(detail: str, remedy: str | None = None) -> Check:
    """It could not be looked at, or there is nothing to look at."""
    return Check("skip", detail, remedy)


def failed(error: EhConnectError) -> Check:
    """Something that ``setup`` needs: the flags that its hint names are those of ``setup``."""
    hint = (error.hint or "").replace("use --via dashboard", "use setup's --via dashboard")
    return Check("fail", f"{error.sentence} {error.detail or ''}".strip(), hint or None, error)


def stopped(name: str, error: EhConnectError) -> Check:
    """A check that ended with an error."""
    check = failed(error)
    if name in ADVISORY and isinstance(error, NetworkError):
        return warned(check.detail, check.remedy or _LATER)
    return check


def failure(checks: Mapping[str, Check]) -> EhConnectError | None:
    """The error of the whole, of the kind of the first fail; None where nothing failed."""
    fails = {name: check.error for name, check in checks.items() if check.error is not None}
    if not fails:
        return None
    name, error = next(iter(fails.items()))
    kind = next((kind for kind in _KINDS if isinstance(error, kind)), EhConnectError)
    return kind(
        f"{len(fails)} of {len(checks)} checks failed: {', '.join(fails)}.",
        detail=f"{name}: {checks[name].detail}",
        hint=checks[name].remedy,
        http_status=error.http_status,
        body={"checks": as_json(checks)},
        text=as_text(checks),
    )


def as_json(checks: Mapping[str, Check]) -> list[dict[str, str | None]]:
    """The list of checks."""
    return [
        {"id": name, "result": check.result, "detail": check.detail, "remedy": check.remedy}
        for name, check in checks.items()
    ]


def as_text(checks: Mapping[str, Check]) -> str:
    """A line for each, and one for its remedy."""
    width = max(map(len, checks))
    lines = []
    for name, check in checks.items():
        word = "FAIL" if check.result == "fail" else check.result
        lines.append(f"{word}  {name:{width}}  {clean(check.detail, 1000)}")
        if check.remedy:
            lines.append(f"{'':{width + 6}}  → {clean(check.remedy, 1000)}")
    return "\n".join(lines)


def folder(folder: Path, *, is_there: bool, is_open: tuple[Path, int] | None) -> Check:
    """A state folder that can be used; ``is_open``: what in it others can read, with its mode."""
    if is_open is None:
        return passed(f"{folder}{'' if is_there else ': not there yet, and can be made'}.")
    path, mode = is_open
    right = "700" if path == folder else "600"
    return warned(
        f"{path} is open to others: its mode is {mode:o}, and should be {right}.",
        f"chmod {right} {shlex.quote(str(path))}",
    )


def terminal(*, is_there: bool, size: tuple[int, int] | None, term: str, encoding: str) -> Check:
    """Whether a person can be asked. ``size`` is that of standard error, None where that is no terminal."""
    if not is_there:
        return skipped("Standard input is no terminal: nothing is asked, and all values have to be given.")
    if size is None:
        return warned(
            "Standard error is no terminal: questions would not be seen.", "Don't redirect standard error."
        )
    plain = "; questions are asked line by line" if term in {"", "dumb"} else ""
    seen = f"{size[0]} columns, {size[1]} lines, TERM={clean(term) or '(not set)'}, {encoding}{plain}"
    if codecs.lookup(encoding).name != "utf-8":
        return warned(
            f"{seen}: some characters are spelled out.", "Set a UTF-8 locale, such as LANG=C.UTF-8."
        )
    return passed(f"{seen}.")


def browser(why_not: str | None) -> Check:
    """Whether pages can be opened."""
    if why_not is None:
        return passed("A browser can be started.")
    return warned(f"Pages can't be opened: {why_not}.", "Open the addresses that are shown by hand.")


def clipboard(*, has_one: bool, is_remote: bool) -> Check:
    """Whether values can be copied."""
    if has_one:
        return passed("There is a clipboard.")
    if is_remote:
        return passed(
            "Over SSH, values that are not secret are copied by your terminal, if it lets us (OSC 52)."
        )
    return warned(
        "There is no clipboard: values have to be copied off the screen.",
        "On Linux, install wl-clipboard (Wayland) or xclip (X11).",
    )


def proxy(proxies: Mapping[str, str]) -> Check:
    """The proxies that the environment or the system names, without their credentials."""
    if not proxies:
        return passed("No proxy is set.")
    return passed(f"{'; '.join(f'{scheme}: {shown}' for scheme, shown in sorted(proxies.items()))}.")


def stackone(host: str, status: int, seconds: float) -> Check:
    """An answer of StackOne's API to a call without a key: 401 is what is expected."""
    if 300 <= status < 400:  # noqa: PLR2004  # HTTP statuses are their own names
        return failed(
            NetworkError(
                f"{host} redirects (HTTP {status}).",
                detail="Redirects are not followed. Perhaps a sign-in page of this network is in between.",
                hint="Check the URL of the StackOne API, the network, and the proxy.",
                http_status=status,
            )
        )
    if status in {408, 429} or status >= 500:  # noqa: PLR2004  # likewise
        error = NetworkError(f"{host} has a problem (HTTP {status}).", hint=_LATER, http_status=status)
        return failed(error)
    return _answers(host, seconds)


def employment_hero(host: str, status: int, seconds: float) -> Check:
    """An answer of a page of Employment Hero: what it says at that address is not documented."""
    if status >= 500:  # noqa: PLR2004  # likewise
        return warned(f"{host} answers, but with HTTP {status}.", _LATER)
    return _answers(host, seconds)


def _answers(host: str, seconds: float) -> Check:
    return passed(f"{host} answers, in {seconds * 1000:.0f} ms.")


def may_write(*, has_call: bool) -> Check:
    """What StackOne said to the empty request, which can create nothing."""
    if has_call:
        return passed("StackOne takes the request to create a profile (asked with an empty one).")
    return passed(
        "StackOne's API has no call for it: setup leads through the dashboard instead; unattended it ends "
        "with exit code 8."
    )


def ahead(date: str, now: datetime) -> float | None:
    """By how many seconds this machine's clock is ahead of a ``Date`` header; None where that is rubbish."""
    try:
        return (now - parsedate_to_datetime(date)).total_seconds()
    except (TypeError, ValueError, OverflowError):  # TypeError: it names no time zone
        return None


def clock(seconds: Iterable[float | None]) -> Check:
    """By how much this machine's clock is ahead, by each server: the first that says it counts."""
    skew = next((each for each in seconds if each is not None), None)
    if skew is None:
        return skipped("No server told the time.")
    if abs(skew) <= _CLOCK_WARNS:
        return passed(f"Within {_CLOCK_WARNS} s of the servers' time.")
    title = (
        f"This machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the servers' time."
    )
    remedy = "Set the clock, or have it set by the network (Linux: timedatectl set-ntp true)."
    if abs(skew) <= _CLOCK_FAILS:
        return warned(title, remedy)
    detail = "TLS and tokens of limited life depend on it."
    return failed(NetworkError(title, detail=detail, hint=remedy))
