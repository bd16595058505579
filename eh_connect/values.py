"""What a run was told: one carrier from flag, variable, what is saved, or answer, to where it is used."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from eh_connect.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, MutableMapping

    Source = Literal["flag", "variable", "saved", "answer", "default"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, eq=False)
class Input(Generic[T_co]):
    """A value that commands take: declared once, in ``inputs``.

    ``name`` is for JSON, ``title`` for people. ``judge`` makes the value of its text, or raises ValueError
    with the reason. ``metavar`` is empty for a switch, ``off`` is a switch's second flag. ``carries`` tells
    what its text is: the value, the ``path`` of a file that holds it (a variable holds the value itself), or a
    ``list``. ``again``: a command to run next repeats its flag.
    """

    name: str
    title: str
    flag: str | None
    variable: str | None
    judge: Callable[[str], T_co]
    default: T_co | None = None
    metavar: str = "TEXT"
    off: str | None = None
    help: str = ""
    group: str = "Output"
    carries: Literal["value", "path", "list"] = "value"
    secret: bool = False
    again: bool = True

    @property
    def parameter(self) -> str:
        """As a Python name: from its flag."""
        return (self.flag or self.name).lstrip("-").replace("-", "_")

    def problem(self, why: str = "") -> Problem:
        """This input, missing or (with ``why``) invalid."""
        return Problem(self.name, self.flag, self.variable, why, self.title)


class Values:
    """The values of one run, each with its source. All that is wrong is collected, then told at once.

    Args:
        inputs: those that the command takes; others are None, whatever a variable says.
        typed: flags as they were typed, by ``Input.parameter``: text, a tuple of texts, or a bool.
        environ: the environment; secrets are taken out of it, so that no child inherits them.
        read_file: the text of a file that holds a secret; raises ValueError.
        takes: the inputs of a command, by its name: what a command to run next may repeat.
    """

    def __init__(
        self,
        inputs: Iterable[Input[Any]],
        typed: Mapping[str, Any],
        environ: MutableMapping[str, str],
        read_file: Callable[[str, str], str],
        takes: Callable[[str], Collection[Input[Any]]] | None = None,
    ) -> None:
        self._inputs = tuple(inputs)
        self._takes = takes
        self._typed = typed
        self._found: dict[str, tuple[Any, Source]] = {}
        self.missing: list[Problem] = []
        self.invalid: list[Problem] = []
        held = {
            i.name: environ.pop(i.variable, "") if i.secret else environ.get(i.variable, "")
            for i in self._inputs
            if i.variable
        }
        for wanted in self._inputs:
            flag = typed.get(wanted.parameter)
            if flag is None or flag == ():
                if text := held.get(wanted.name):
                    self._judge(wanted, text, "variable")
            elif isinstance(flag, bool):
                self._found[wanted.name] = (flag, "flag")
            elif wanted.carries == "path":
                self._judge(wanted, flag, "flag", _reader(read_file, wanted.title))
            else:
                self._judge(wanted, ",".join(flag) if isinstance(flag, tuple) else flag, "flag")

    def __getitem__(self, wanted: Input[T]) -> T | None:
        """The value, or its default."""
        value: T | None = self._found.get(wanted.name, (wanted.default, None))[0]
        return value

    def sure(self, wanted: Input[T]) -> T:
        """A value that is there: it has a default, or what is missing has been told."""
        value = self[wanted]
        if value is None:
            raise AssertionError(f"{wanted.name} is there by now")
        return value

    def source(self, wanted: Input[Any]) -> Source | None:
        """Where the value came from; None where there is none."""
        if wanted.name in self._found:
            return self._found[wanted.name][1]
        return None if wanted.default is None else "default"

    def given(self, wanted: Input[Any]) -> bool:
        """Whether this run was told it: by flag, variable or answer."""
        return self.source(wanted) in {"flag", "variable", "answer"}

    def answer(self, wanted: Input[T], value: T) -> None:
        """The person's answer: it counts more than whatever was there."""
        self._found[wanted.name] = (value, "answer")

    def drop(self, wanted: Input[Any]) -> None:
        """As if it had never been given."""
        self._found.pop(wanted.name, None)

    def fill(self, wanted: Input[T], value: T | None, source: Source = "saved") -> None:
        """What is saved, where nothing was given."""
        if value is not None and not self.given(wanted):
            self._found[wanted.name] = (value, source)

    def need(self, *wanted: Input[Any]) -> None:
        """Note those that are missing."""
        known = {problem.input for problem in (*self.missing, *self.invalid)}
        self.missing += [i.problem() for i in wanted if self[i] is None and i.name not in known]

    def refuse(self, wanted: Input[Any], why: str) -> None:
        """Note that a value is invalid, though its own judge took it."""
        self.invalid.append(wanted.problem(why))

    def stop_on_problems(self) -> None:
        """Raise InputError (3) with everything that is missing or invalid, if anything is."""
        problems = (*self.missing, *self.invalid)
        if not problems:
            return
        count = len(problems)
        them = "it" if count == 1 else "them"
        state, remedy = "missing or wrong", f"Set or correct {them}."
        if not self.invalid:
            state, remedy = "missing", f"Set {them}. At a terminal, the same command asks for {them} instead."
        elif not self.missing:
            state, remedy = "wrong", f"Correct {them}."
        raise InputError(
            f"{count} values are {state}" if count > 1 else f"A value is {state}",
            missing=tuple(self.missing),
            invalid=tuple(self.invalid),
            hint=remedy,
        )

    def command(self, name: str, *arguments: str, without: Iterable[Input[Any]] = ()) -> str:
        """A command line to run next: ``arguments``, and the flags of this run that it needs again."""
        words = ["eh-connect", name, *arguments]
        takes = {wanted.name for wanted in (self._takes(name) if self._takes else self._inputs)}
        for wanted in (each for each in self._inputs if each.name in takes):
            value = self._typed.get(wanted.parameter)
            if value in {None, ()} or not wanted.again or wanted in without or wanted.flag in arguments:
                continue
            if isinstance(value, bool):
                words.append((wanted.flag if value else wanted.off) or "")
            else:
                for text in value if isinstance(value, tuple) else (value,):
                    words += [wanted.flag or "", text]
        return shlex.join(word for word in words if word)

    def _judge(self, wanted: Input[T], text: str, source: Source, *before: Callable[[str], str]) -> None:
        try:
            for step in before:
                text = step(text)
            self._found[wanted.name] = (wanted.judge(text), source)
        except ValueError as exc:
            self.refuse(wanted, str(exc))


def _reader(read_file: Callable[[str, str], str], title: str) -> Callable[[str], str]:
    return lambda path: read_file(path, title)
