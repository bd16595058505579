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
from typing import TYPE_CHECKING, Any, Literal

from eh_connect.errors import EhConnectError, InputError, NextStep, StoppedError, StorageError
from eh_connect.lines import BLANK, Line, fail, from_text, prose, row, title, todo, warn
from eh_connect.results import View

if TYPE_CHECKING:
    from eh_connect.errors import Problem
    from eh_connect.results import Result

_ASCII_FORMS = str.maketrans(
    {"✓": "OK:", "✗": "Error:", "→": "->", "…": "...", "·": "-", "›": ">", "•": "*", "─": "-"}
)
"""Replacements, for a terminal or a file whose encoding lacks these characters."""

_COMMAND_IN_PROSE = re.compile(
    r"eh-connect (setup|verify|link|status|rotate|guide|doctor|remove)( --[a-z-]+)*(?=[.,;:)]|$| with | again)",
    re.MULTILINE,
)
"""One of our commands in a sentence. ``Values.command`` makes those with a value, and adds the suffix itself."""


class Missing(View, frozen=True, kw_only=True):
    """An input that is missing."""

    input: str
    flag: str | None
    variable: str | None


class Invalid(Missing, frozen=True, kw_only=True):
    """An input that is invalid, and why."""

    why: str


class Error(View, frozen=True, kw_only=True):
    """What went wrong; ``code`` is the exit code."""

    code: int
    type: str
    title: str
    detail: str | None
    hint: str | None
    http_status: int | None
    missing: tuple[Missing, ...]
    invalid: tuple[Invalid, ...]


class Common(View, frozen=True, kw_only=True, rename={"version": "schema"}):
    """The fields of every object. ``schema`` changes when the meaning of a field changes."""

    version: Literal[1] = 1
    command: str | None
    ok: bool
    warnings: tuple[str, ...]
    next: tuple[NextStep, ...]


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
        _write(sys.stderr, self._render(lines, sys.stderr))

    def warn(self, text: str) -> None:
        """Write a warning to standard error, and add it to the JSON."""
        self.warnings.append(text)
        self.show(*from_text(text, warn))

    def result(self, result: Result) -> None:
        """Write the result to standard output."""
        if self.json:
            self._write_json(ok=True, steps=result.next_steps, body=result.body())
            return
        lines = result.lines()
        if result.next_steps:
            lines += [BLANK, title("Next"), *self._steps(result.next_steps)]
        _write(sys.stdout, self._render(lines, sys.stdout))

    def failure(self, error: EhConnectError) -> None:
        """Write an error to standard error; with ``--json`` as the JSON object, unless one was written already."""
        error.detail, error.hint = self._with_suffixes(error.detail), self._with_suffixes(error.hint)
        with suppress(StorageError):  # standard output can't be written: the error goes to standard error
            if self.json and not self._answered:
                missing = tuple(map(Missing.sharing, getattr(error, "missing", ())))
                invalid = tuple(map(Invalid.sharing, getattr(error, "invalid", ())))
                described = Error.sharing(error, missing=missing, invalid=invalid)
                body = {**error.body, "error": described.body()}
                self._write_json(ok=False, steps=error.next_steps, body=body)
                return
            if error.found and not self.json:
                _write(sys.stdout, self._render(error.found, sys.stdout))
        self.show(*_error_lines(error), *(self._steps(error.next_steps)))

    def _steps(self, steps: tuple[NextStep, ...]) -> list[Line]:
        return [row(step.why, self._with_suffix(step.command)) for step in steps]

    def _with_suffixes(self, text: str | None) -> str | None:
        return text and _COMMAND_IN_PROSE.sub(lambda found: self._with_suffix(found[0]), text)

    def _with_suffix(self, command: str) -> str:
        return command if self.suffix in command else command + self.suffix

    def _render(self, lines: Any, stream: Any) -> str:
        from eh_connect.person.look import detect_look, render

        return render(lines, detect_look(stream, plain=self.plain))

    def _write_json(self, *, ok: bool, steps: tuple[NextStep, ...], body: dict[str, Any]) -> None:
        following = tuple(step.replace(command=self._with_suffix(step.command)) for step in steps)
        common = Common(command=self.command, ok=ok, warnings=tuple(self.warnings), next=following)
        answer = common.body() | body
        self._answered = True
        text = json.dumps(answer, ensure_ascii=False, indent=2)
        if _encoding(sys.stdout) != "utf-8" or not _can_encode(text, "utf-8"):  # JSON is UTF-8, or ASCII
            text = json.dumps(answer, indent=2)
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
    is_stop = isinstance(error, StoppedError)
    lines = [prose(error.title, indent=0) if is_stop else fail(error.title)]
    lines += from_text(error.detail) if error.detail else []
    if isinstance(error, InputError):
        problems = (*error.missing, *error.invalid)
        lines += [row(problem.title or problem.input, _problem_text(problem)) for problem in problems]
    lines += [todo(line) for line in (error.hint or "").splitlines()]
    return lines


def _problem_text(problem: Problem) -> str:
    names = (problem.flag if problem.flag != problem.title else None, problem.variable)
    given_by = ", ".join(each for each in names if each)
    return f"{problem.why} ({given_by})" if problem.why else given_by


def _write(stream: Any, text: str) -> None:
    """Write and flush. Raise StorageError if a result can't be written; a reader that went away is fine."""
    if stream is None:
        return
    encoding = _encoding(stream)
    if not _can_encode(text, encoding):
        text = text.translate(_ASCII_FORMS).encode(encoding, "backslashreplace").decode(encoding)
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


def _can_encode(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:  # no encoding takes half a surrogate pair
        return False
    return True
