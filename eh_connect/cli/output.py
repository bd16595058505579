"""The output of a command: results go to standard output, everything else to standard error."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from eh_connect.errors import EhConnectError, InputError, StoppedError, StorageError
from eh_connect.lines import BLANK, Line, exact, fail, prose, row, title, todo, warn

if TYPE_CHECKING:
    from eh_connect.errors import NextStep, Problem
    from eh_connect.results import Result

_ASCII = str.maketrans(
    {"✓": "OK:", "✗": "Error:", "→": "->", "…": "...", "·": "-", "›": ">", "•": "*", "─": "-"}
)
"""Replacements, for a terminal or a file whose encoding lacks these characters."""

_IN_PROSE = re.compile(
    r"eh-connect (setup|verify|link|status|rotate|guide|doctor|remove)( --[a-z-]+)*(?=[.,;:)]|$| with | again)",
    re.MULTILINE,
)
"""One of our commands in a sentence. ``Values.command`` makes those with a value, and adds the suffix itself."""


@dataclass
class Output:
    """The output of one command. ``suffix`` is added to each command that the output recommends."""

    command: str | None
    json: bool = False
    plain: bool = False
    suffix: str = ""
    warnings: list[str] = field(default_factory=list)
    _answered: bool = field(default=False, init=False)

    def show(self, *lines: Line) -> None:
        """Write lines to standard error."""
        _write(sys.stderr, self._drawn(lines, sys.stderr))

    def warn(self, text: str) -> None:
        """Write a warning to standard error, and add it to the JSON."""
        self.warnings.append(text)
        self.show(warn(text))

    def result(self, result: Result) -> None:
        """Write the result to standard output."""
        if self.json:
            self._object(ok=True, steps=result.next_steps, body=result.body())
            return
        lines = result.lines()
        if result.next_steps:
            lines += [BLANK, title("Next"), *self._steps(result.next_steps)]
        _write(sys.stdout, self._drawn(lines, sys.stdout))

    def failure(self, error: EhConnectError) -> None:
        """Write an error: as the JSON object if none was written yet, else to standard error."""
        error.detail, error.hint = self._with_suffixes(error.detail), self._with_suffixes(error.hint)
        with suppress(StorageError):  # standard output can't be written: the error goes to standard error
            if self.json and not self._answered:
                body = {**error.body, "error": _error_json(error)}
                self._object(ok=False, steps=error.next_steps, body=body)
                return
            if error.found and not self.json:
                _write(sys.stdout, self._drawn(error.found, sys.stdout))
        self.show(*_error_lines(error), *(self._steps(error.next_steps)))

    def _steps(self, steps: tuple[NextStep, ...]) -> list[Line]:
        return [row(step.why, step.command + self._suffix_for(step.command)) for step in steps]

    def _with_suffixes(self, text: str | None) -> str | None:
        return text and _IN_PROSE.sub(lambda found: found[0] + self._suffix_for(found[0]), text)

    def _suffix_for(self, command: str) -> str:
        return "" if self.suffix in command else self.suffix

    def _drawn(self, lines: Any, stream: Any) -> str:
        from eh_connect.person.look import detect_look, render

        return render(lines, detect_look(stream, plain=self.plain))

    def _object(self, *, ok: bool, steps: tuple[NextStep, ...], body: dict[str, Any]) -> None:
        common = {
            "schema": 1,
            "command": self.command,
            "ok": ok,
            "warnings": self.warnings,
            "next": [{"why": s.why, "command": s.command + self._suffix_for(s.command)} for s in steps],
        }
        self._answered = True
        text = json.dumps(common | body, ensure_ascii=False, indent=2)
        if _encoding(sys.stdout) != "utf-8" or not _fits(text, "utf-8"):  # JSON is UTF-8, or ASCII
            text = json.dumps(common | body, indent=2)
        _write(sys.stdout, text + "\n")


def defect(exc: BaseException) -> EhConnectError:
    """The error for a defect of ours. It names the place only: the exception's text could have a secret."""
    frames = traceback.extract_tb(exc.__traceback__)
    where = " < ".join(f"{os.path.basename(f.filename)}:{f.lineno}" for f in reversed(frames[-4:]))  # noqa: PTH119  # text only
    return EhConnectError(
        f"eh-connect has a defect ({type(exc).__name__})",
        detail=f"At {where}.",
        hint="Report it with this text. It is safe to run the same command again.",
    )


def _error_lines(error: EhConnectError) -> list[Line]:
    """The lines that a person reads: what happened, what is likely, and what to do."""
    is_wish = isinstance(error, StoppedError)
    lines = [prose(error.title, indent=0) if is_wish else fail(error.title)]
    lines += [_detail(line) for line in (error.detail or "").splitlines()]
    if isinstance(error, InputError):
        problems = (*error.missing, *error.invalid)
        lines += [row(problem.title or problem.input, _described(problem)) for problem in problems]
    lines += [todo(line) for line in (error.hint or "").splitlines()]
    return lines


def _detail(line: str) -> Line:
    """A line of the detail; an address stands alone, so that it can be copied."""
    return exact(line) if line.startswith("https://") and " " not in line else prose(line)


def _described(problem: Problem) -> str:
    names = (problem.flag if problem.flag != problem.title else None, problem.variable)
    given_by = ", ".join(each for each in names if each)
    return f"{problem.why} ({given_by})" if problem.why else given_by


def _write(stream: Any, text: str) -> None:
    """Write and flush. Raise StorageError if a result can't be written; a reader that went away is fine."""
    if stream is None:
        return
    encoding = _encoding(stream)
    if not _fits(text, encoding):
        text = text.translate(_ASCII).encode(encoding, "backslashreplace").decode(encoding)
    try:
        stream.write(text)
        stream.flush()
    except OSError as exc:
        # Otherwise Python complains about this stream again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if stream is sys.stdout and not isinstance(exc, BrokenPipeError):  # else only progress is lost
            raise StorageError(
                "The output can't be written",
                detail=f"{exc.strerror}. What was to be done is done.",
                hint="Make room, then run the same command again to see it.",
            ) from None


def _encoding(stream: Any) -> str:
    return codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:  # no encoding takes half a surrogate pair
        return False
    return True


def _error_json(error: EhConnectError) -> dict[str, Any]:
    def problems(of: str, *keys: str) -> list[dict[str, Any]]:
        return [{key: getattr(problem, key) for key in keys} for problem in getattr(error, of, ())]

    names = ("code", "type", "title", "detail", "hint", "http_status")
    return {name: getattr(error, name) for name in names} | {
        "missing": problems("missing", "input", "flag", "variable"),
        "invalid": problems("invalid", "input", "flag", "variable", "why"),
    }
