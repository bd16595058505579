"""A command as it is declared: its inputs make the parser's options and the help."""

from __future__ import annotations

import inspect
import shutil
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer
from typer.core import TyperCommand

from eh_connect.inputs import ACTIONS, COMMON, GROUPS, PROFILE, SCOPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.cli.session import Session
    from eh_connect.results import Result
    from eh_connect.values import Input

REFUSED = ("client_secret", "api_key")
"""Flags that would carry a secret: known only to be refused, with the safe ways."""

_CODES = {
    3: "a value is missing or wrong",
    4: "keyring, folder or lock",
    5: "API key refused",
    6: "refused by StackOne",
    7: "network",
    8: "waiting for you",
    9: "rejected",
    10: "changes are pending",
}
_WIDEST = 100


@dataclass(frozen=True)
class Command:
    """A command: what it does (one sentence), its inputs, examples (a line, what it is for), exit codes.

    ``more`` says what the first sentence leaves out. ``run`` gets a session and returns a result.
    """

    name: str
    does: str
    inputs: tuple[Input[Any], ...]
    examples: tuple[tuple[str, str], ...]
    codes: tuple[int, ...]
    run: Callable[[Session], Result]
    more: str = ""

    @property
    def all_inputs(self) -> tuple[Input[Any], ...]:
        """With those of every command."""
        return (*self.inputs, *(each for each in COMMON if each not in self.inputs))

    def built(self) -> Any:
        """The parser's command."""
        app = typer.Typer(rich_markup_mode=None, add_completion=False)

        def body(**typed: Any) -> None:
            from eh_connect.cli.session import execute

            # lists or tuples: that depends on Typer's version
            told = {name: tuple(text) if isinstance(text, list) else text for name, text in typed.items()}
            raise typer.Exit(execute(self, told))

        parameters = [_parameter(wanted) for wanted in self.all_inputs if wanted.flag]
        for name in REFUSED:
            option = typer.Option(f"--{name.replace('_', '-')}", hidden=True)
            parameters.append(_keyword(name, Optional[str], option))  # noqa: UP045  # Typer reads it at run time
        body.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
        body.__annotations__ = {each.name: each.annotation for each in parameters}
        help_names = {"help_option_names": ["-h", "--help"]}
        app.command(self.name, cls=_with_help(self), help=self.does, context_settings=help_names)(body)
        return typer.main.get_command(app)

    def help(self, width: int) -> str:
        """Usage, examples, options in their groups, exit codes."""
        lines = [f"Usage: eh-connect {self.name} [OPTIONS]", ""]
        for text in (self.does, self.more):
            lines += [*textwrap.wrap(text, width), ""] if text else []
        lines.append("Examples:")
        for line, purpose in self.examples:
            lines += [f"  {line}", f"      {purpose}"]
        for group in GROUPS:
            rows = [_row(each, width) for each in self.all_inputs if each.flag and each.group == group]
            if group == GROUPS[-1]:
                rows.append([f"  {'-h, --help':<25} Show this help"])
            lines += ["", f"{group}:", *(line for row in rows for line in row)] if rows else []
        codes = " · ".join(f"{code} {_CODES[code]}" for code in self.codes)
        lines += ["", *textwrap.wrap(f"Exit codes: {codes}", width, break_on_hyphens=False)]
        return "\n".join(lines)


def _row(wanted: Input[Any], width: int) -> list[str]:
    flags = "/".join(each for each in (wanted.flag, wanted.off) if each)
    head = f"  {flags} {wanted.metavar}".rstrip()
    text = wanted.help
    if isinstance(wanted.default, str | int | float) and not isinstance(wanted.default, bool):
        text += f" [{wanted.default:g}]" if isinstance(wanted.default, float) else f" [{wanted.default}]"
    variable = f"({wanted.variable})" if wanted.variable else ""
    column = 27
    indent = " " * (column + 1)
    one = f"{text} {variable}".rstrip()
    if len(head) <= column and len(one) + column < width:
        return [f"{head:<{column}} {one}"]
    rest = textwrap.wrap(one, width - column - 1, break_on_hyphens=False)
    if len(head) > column:
        return [head, *(indent + line for line in rest)]
    return [f"{head:<{column}} {rest[0]}", *(indent + line for line in rest[1:])]


def _with_help(command: Command) -> type[TyperCommand]:
    class WithHelp(TyperCommand):
        def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # the parser's signature
            width = min(shutil.get_terminal_size().columns, _WIDEST)
            formatter.write(command.help(width) + "\n")

    return WithHelp


def _parameter(wanted: Input[Any]) -> inspect.Parameter:
    kind: Any = Optional[str]  # noqa: UP045  # Typer reads it at run time
    flags = [wanted.flag or ""]
    if not wanted.metavar:
        kind, flags = Optional[bool], [f"{wanted.flag}/{wanted.off}" if wanted.off else wanted.flag or ""]  # noqa: UP045
    elif wanted.carries == "list":
        kind = Optional[list[str]]  # noqa: UP045
    complete = {PROFILE.name: _labels, SCOPES.name: _scopes, ACTIONS.name: _actions}.get(wanted.name)
    metavar = wanted.metavar or None
    option = typer.Option(*flags, metavar=metavar, help=wanted.help, autocompletion=complete)
    return _keyword(wanted.parameter, kind, option)


def _keyword(name: str, kind: Any, option: Any) -> inspect.Parameter:
    annotation = Annotated[kind, option]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def _labels(incomplete: str) -> list[str]:
    from eh_connect.cli import completion

    return completion.labels(incomplete)


def _scopes(incomplete: str) -> list[str]:
    from eh_connect.cli import completion

    return completion.scopes(incomplete)


def _actions(incomplete: str) -> list[str]:
    from eh_connect.cli import completion

    return completion.actions(incomplete)
