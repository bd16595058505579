"""Every command runs through here: its result or its error becomes output and an exit code."""

from __future__ import annotations

import codecs
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from eh_connect.errors import EhConnectError, Ending, InputError, NextStep, StoppedError, StorageError
from eh_connect.result import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_PLAIN = str.maketrans({"“": '"', "”": '"', "→": "->", "…": "..."})
"""For a terminal or a file whose encoding lacks them."""


class TerminatedError(StoppedError):
    """SIGTERM arrived: an exit status, not a death by signal, so that what is open is closed."""

    code = 143


class Result(Protocol):
    """What a command returns."""

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What to do next."""
        ...

    @property
    def exit_code(self) -> int:
        """0, or 9 and 10 where a flag asks for it."""
        ...

    def as_json(self) -> dict[str, Any]:
        """The fields besides the common ones."""
        ...

    def as_text(self) -> str:
        """For a person."""
        ...


@dataclass
class Output:
    """Where a command's output goes, and in which form.

    ``suffix`` is added to each command that is named as next: a flag that the next one needs too.
    """

    command: str | None
    json: bool
    suffix: str = ""
    warnings: list[str] = field(default_factory=list)
    _answered: bool = field(default=False, init=False)

    def say(self, text: str) -> None:
        """A line on standard error."""
        _write(sys.stderr, text + "\n")

    def warn(self, text: str) -> None:
        """A warning: on standard error, and in the JSON."""
        self.warnings.append(text)
        self.say(f"Warning: {text}")

    def result(self, result: Result) -> None:
        """The result, on standard output."""
        if self.json:
            self._object(ok=True, steps=result.next_steps, body=result.as_json())
            return
        steps = [f"  {step.why}: {step.command}{self.suffix}" for step in result.next_steps]
        text = [result.as_text(), *(["Next:", *steps] if steps else [])]
        _write(sys.stdout, "\n".join(text) + "\n")

    def failure(self, error: EhConnectError) -> None:
        """An error: for a person on standard error, or as the JSON object, of which there is one."""
        with suppress(StorageError):  # standard output can't be written: then at least to standard error
            if self.json and not self._answered:
                self._object(
                    ok=False, steps=error.next_steps, body={**error.body, "error": _error_json(error)}
                )
                return
            if error.text and not self.json:
                _write(sys.stdout, error.text + "\n")
        lines = [f"eh-connect: {error.title}"]
        lines += _indented(error.detail)
        if isinstance(error, InputError):
            for problem in (*error.missing, *error.invalid):
                given_by = " or ".join(x for x in (problem.flag, problem.variable) if x)
                lines.append(f"  {problem.input}: {problem.why or 'missing'} ({given_by})")
        lines += _indented(error.hint)
        lines += [f"  {step.why}: {step.command}{self.suffix}" for step in error.next_steps]
        self.say("\n".join(lines))

    def _object(self, *, ok: bool, steps: tuple[NextStep, ...], body: dict[str, Any]) -> None:
        common = {
            "schema": SCHEMA,
            "command": self.command,
            "ok": ok,
            "warnings": self.warnings,
            "next": [{"why": s.why, "command": s.command + self.suffix} for s in steps],
        }
        self._answered = True
        text = json.dumps(common | body, ensure_ascii=False, indent=2)
        if _encoding(sys.stdout) != "utf-8" or not _fits(text, "utf-8"):  # JSON is UTF-8, or ASCII
            text = json.dumps(common | body, indent=2)
        _write(sys.stdout, text + "\n")


def run(output: Output, body: Callable[[], Result]) -> int:
    """Run a command's body; the exit code."""
    for ending in _endings():
        if signal.getsignal(ending) is not signal.SIG_IGN:  # nohup
            signal.signal(ending, _terminate)
    try:
        result = body()
        output.result(result)
    except EhConnectError as error:
        output.failure(error)
        return error.code
    except Ending as ending:
        hint = "Run the same command again: it goes on from where it stood."
        output.failure(TerminatedError("Terminated.", hint=hint, body=ending.body))
        return TerminatedError.code
    except (KeyboardInterrupt, EOFError):
        output.failure(
            StoppedError("Stopped.", hint="Run the same command again: it goes on from where it stood.")
        )
        return StoppedError.code
    except Exception as exc:  # noqa: BLE001  # the one funnel: whatever else arrives is a defect of ours
        output.failure(defect(exc))
        return EhConnectError.code
    return result.exit_code


def defect(exc: BaseException) -> EhConnectError:
    """A defect of the tool, told by where it arose: the exception's own text could carry a secret."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = " < ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in reversed(frames[-4:]))  # noqa: PTH119  # text only
    return EhConnectError(
        f"A defect of eh-connect ({type(exc).__name__}).",
        detail=f"At {where}.",
        hint="Please report it with this text. Running the same command again is safe.",
    )


def _endings() -> list[signal.Signals]:
    """SIGTERM; and where the terminal was closed, what is open has to be closed all the same."""
    return [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    for ending in _endings():
        signal.signal(ending, _heard)  # a second one would break off the tidying up
    if hasattr(signal, "pthread_sigmask"):  # and Python forgets its handlers before it has ended
        signal.pthread_sigmask(signal.SIG_BLOCK, _endings())
    raise Ending


def _heard(_signal: int, _frame: FrameType | None) -> None:
    """Not SIG_IGN: Python complains where that meets a signal on its way."""


def _write(stream: Any, text: str) -> None:
    """Write, and flush now; a reader that went away, or was never there, is not our failure."""
    if stream is None:
        return
    encoding = _encoding(stream)
    if not _fits(text, encoding):
        text = text.translate(_PLAIN).encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(text)
        stream.flush()
    except OSError as exc:
        # Python would complain about the same stream once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is sys.stdout and not isinstance(
            exc, BrokenPipeError
        ):  # a lost progress line stops nothing
            raise StorageError(
                "The output can't be written.",
                detail=exc.strerror,
                hint="What was to be done is done. Make room, then run the same command again to see it.",
            ) from None


def _encoding(stream: Any) -> str:
    return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:  # half a surrogate pair fits nowhere
        return False
    return True


def _indented(text: str | None) -> list[str]:
    return ["  " + line for line in (text or "").splitlines()]


def _error_json(error: EhConnectError) -> dict[str, Any]:
    def problems(of: str) -> list[dict[str, Any]]:
        found = getattr(error, of, ())
        keys = ("input", "flag", "variable") + (("why",) if of == "invalid" else ())
        return [{key: getattr(problem, key) for key in keys} for problem in found]

    return {
        "code": error.code,
        "type": error.type,
        "title": error.title,
        "detail": error.detail,
        "hint": error.hint,
        "http_status": error.http_status,
        "missing": problems("missing"),
        "invalid": problems("invalid"),
    }
