"""What a run was told, by flag, variable, answer or an earlier run: one object carries it to where it is used."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from eh_connect.errors import InputError, Problem
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, MutableMapping

    Source = Literal["flag", "variable", "saved", "answer"]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Kind(Record, Generic[T_co], frozen=True):
    """A kind of value. ``metavar`` is what the help calls it; a switch takes no value and has none.

    ``judge`` turns the text into the value, or raises ValueError with the reason. ``carries`` says what the text
    of a flag is: the value, the ``path`` of a file with a secret (a variable has the secret itself), or one of a
    ``list``.
    """

    metavar: str
    judge: Callable[[str], T_co]
    carries: Literal["value", "path", "list"] = "value"


class Input(Record, Generic[T_co], frozen=True, eq=False):
    """A value that commands take, declared once, in ``inputs``.

    ``group`` and ``help`` are for the help; ``title`` is its name in all other texts. ``again``: the command
    line of a next command repeats the flag.
    """

    group: str
    flag: str | None
    variable: str | None
    title: str
    kind: Kind[T_co]
    help: str = ""
    default: T_co | None = None
    again: bool = True

    @property
    def name(self) -> str:
        """Its name in the JSON, made from the flag or else from the variable."""
        spelled = self.flag or (self.variable or "").lower().replace("_", "-")
        return spelled.lstrip("-").removesuffix("-file")

    @property
    def parameter(self) -> str:
        """Its name as a parameter in Python."""
        return (self.flag or self.name).lstrip("-").replace("-", "_")

    @property
    def off(self) -> str | None:
        """The flag that turns a switch off, if it isn't off by default."""
        is_off_anyway = self.kind.metavar or self.default is False
        return None if is_off_anyway else (self.flag or "").replace("--", "--no-", 1)

    def problem(self, why: str = "") -> Problem:
        """Return the problem that this input is missing or, with ``why``, invalid."""
        return Problem(self.name, self.flag, self.variable, why, self.title)


class Values:
    """The values of one run, each with its source. It collects all problems, to report them together.

    Args:
        name: the command of the run. Inputs that it doesn't take are None, whatever a variable says.
        typed: the flags as typed, by ``Input.parameter``: text, a tuple of texts, or a bool.
        environ: the environment; secrets are taken out of it, so that no child process inherits them.
        read_file: returns the text of a file with a secret; raises ValueError.
        takes: returns the inputs of a command, by its name.
    """

    def __init__(
        self,
        name: str,
        typed: Mapping[str, Any],
        environ: MutableMapping[str, str],
        read_file: Callable[[str, str], str],
        takes: Callable[[str], Iterable[Input[Any]]],
    ) -> None:
        self._name = name
        self._takes = takes
        self._inputs = tuple(takes(name))
        self._typed = typed
        self._found: dict[str, tuple[Any, Source]] = {}
        self.missing: list[Problem] = []
        self.invalid: list[Problem] = []
        for wanted in self._inputs:
            held = environ.get(wanted.variable or "", "")
            if wanted.kind.carries == "path":
                environ.pop(wanted.variable or "", None)
            try:
                found = _read(wanted, typed.get(wanted.parameter), held, read_file)
            except ValueError as exc:
                self.note_invalid(wanted, str(exc))
            else:
                self._found |= {wanted.name: found} if found else {}

    def __getitem__(self, wanted: Input[T]) -> T | None:
        """The value, or its default."""
        value: T | None = self._found.get(wanted.name, (wanted.default, None))[0]
        return value

    def require(self, wanted: Input[T]) -> T:
        """Return a value that is known to be there, by its default or an earlier check."""
        value = self[wanted]
        if value is None:
            raise AssertionError(f"{wanted.name} is missing")
        return value

    def source(self, wanted: Input[Any]) -> Source | None:
        """Return where the value came from; None: there is none, or only the default."""
        return self._found[wanted.name][1] if wanted.name in self._found else None

    def given(self, wanted: Input[Any]) -> bool:
        """Whether this run was told the value, by flag, variable or answer."""
        return self.source(wanted) in {"flag", "variable", "answer"}

    def answer(self, wanted: Input[T], value: T) -> None:
        """Set the person's answer. It replaces any other value."""
        self._found[wanted.name] = (value, "answer")

    def drop(self, wanted: Input[Any]) -> None:
        """Forget the value."""
        self._found.pop(wanted.name, None)

    def use_saved(self, wanted: Input[T], value: T | None) -> None:
        """Use a saved value where this run was not told one."""
        if value is not None and not self.given(wanted):
            self._found[wanted.name] = (value, "saved")

    def note_missing(self, *wanted: Input[Any]) -> None:
        """Note which of these are missing, each once."""
        known = {problem.input for problem in (*self.missing, *self.invalid)}
        self.missing += [i.problem() for i in wanted if self[i] is None and i.name not in known]

    def note_invalid(self, wanted: Input[Any], why: str) -> None:
        """Note that a value is invalid, and why."""
        self.invalid.append(wanted.problem(why))

    def stop_on_problems(self) -> None:
        """Raise InputError (3) for everything that is missing or invalid, if anything is."""
        problems = (*self.missing, *self.invalid)
        if not problems:
            return
        are, them = (f"{len(problems)} values are", "them") if len(problems) > 1 else ("A value is", "it")
        state, remedy = "missing or wrong", f"Set or correct {them}."
        if not self.invalid:
            state, remedy = "missing", f"Set {them}. At a terminal, {self.again} asks for {them} instead."
        elif not self.missing:
            state, remedy = "wrong", f"Correct {them}."
        raise InputError(
            f"{are} {state}", missing=tuple(self.missing), invalid=tuple(self.invalid), hint=remedy
        )

    @property
    def again(self) -> str:
        """The command line that repeats this run, and may ask."""
        return self.command(self._name)

    def command(self, name: str, *arguments: str, without: Iterable[Input[Any]] = ()) -> str:
        """Return a command line to run next, with ``arguments`` and the flags of this run that it takes too."""
        words = ["eh-connect", name, *arguments]
        taken = {each for each in self._takes(name) if each.again and each.flag not in arguments}
        for wanted in (each for each in self._inputs if each in taken.difference(without)):
            value = self._typed.get(wanted.parameter)
            if isinstance(value, bool):
                words.append((wanted.flag if value else wanted.off) or "")
            elif value is not None:
                for text in value if isinstance(value, tuple) else (value,):
                    words += [wanted.flag or "", text]
        return shlex.join(word for word in words if word)


def _read(
    wanted: Input[Any], flag: Any, held: str, read_file: Callable[[str, str], str]
) -> tuple[Any, Source] | None:
    """Return the value of a flag, or else of the variable; None: neither is set. ValueError: it is invalid."""
    if flag is None or flag == ():
        return (wanted.kind.judge(held), "variable") if held else None
    if isinstance(flag, bool):
        return flag, "flag"
    text = ",".join(flag) if isinstance(flag, tuple) else flag
    if wanted.kind.carries == "path":
        text = read_file(text, wanted.title)
    return wanted.kind.judge(text), "flag"
