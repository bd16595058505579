"""The parser and the help of a command. The parser only takes text; ``values`` judges it."""

from __future__ import annotations

import inspect
import os
import shutil
import textwrap
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from eh_connect.cli.app import as_typed
from eh_connect.cli.commands import REFUSED
from eh_connect.errors import EhConnectError
from eh_connect.inputs import ACTIONS, API_KEY, GROUPS, PROFILE, SCOPES, STACKONE_URL

if TYPE_CHECKING:
    from eh_connect.cli.commands import Command
    from eh_connect.values import Input

_EXIT_CODES = {
    3: "a value is missing or wrong",
    4: "keyring, folder or lock",
    5: "API key refused",
    6: "refused by StackOne",
    7: "network",
    8: "waiting for you",
    9: "rejected",
    10: "changes are pending",
}
_MAX_WIDTH, _FLAGS_WIDTH = 100, 27


def parser_of(command: Command) -> Any:
    """Make the parser of a command, as Typer's own kind of command."""

    class WithHelp(TyperCommand):
        def get_params(self, ctx: Any) -> list[Any]:
            return as_typed(super().get_params(ctx))

        def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # the parser's signature
            formatter.write(_help_text(command, min(shutil.get_terminal_size().columns, _MAX_WIDTH)) + "\n")

    def run(**typed: Any) -> None:
        from eh_connect.cli.execute import execute

        # Typer gives lists or tuples, depending on its version.
        flags = {name: tuple(value) if isinstance(value, list) else value for name, value in typed.items()}
        raise typer.Exit(execute(command, flags))

    parameters = [_parameter(wanted) for wanted in (*command.all_inputs, *REFUSED) if wanted.flag]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # what Typer reads
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    settings = {"help_option_names": ["-h", "--help"]}
    app.command(command.name, cls=WithHelp, help=command.does, context_settings=settings)(run)
    return typer.main.get_command(app)


def _parameter(wanted: Input[Any]) -> inspect.Parameter:
    """The parameter of the parser for an input."""
    kind: Any = str | None
    if not wanted.kind.metavar:
        kind = bool | None
    elif wanted.kind.carries == "list":
        kind = list[str] | None
    completion = {PROFILE: _labels, SCOPES: _scopes, ACTIONS: _actions}.get(wanted)
    option = typer.Option(
        _flags(wanted), help=wanted.help, autocompletion=completion, hidden=wanted in REFUSED
    )
    return inspect.Parameter(
        wanted.parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, option]
    )


def _flags(wanted: Input[Any]) -> str:
    return "/".join(flag for flag in (wanted.flag, wanted.off) if flag)


def _help_text(command: Command, width: int) -> str:
    """The help of a command: usage, examples, options by group, exit codes."""
    lines = [f"Usage: eh-connect {command.name} [OPTIONS]", ""]
    for text in (command.does, command.more):
        lines += [*textwrap.wrap(text, width), ""] if text else []
    lines.append("Examples:")
    for line, purpose in command.examples:
        lines += [f"  {line}", f"      {purpose}"]
    for group in GROUPS:
        rows = [_help_row(each, width) for each in command.all_inputs if each.flag and each.group == group]
        if group == GROUPS[-1]:
            rows.append([f"  {'-h, --help':<25} Show this help"])
        lines += ["", f"{group}:", *(line for row in rows for line in row)] if rows else []
    codes = " · ".join(f"{code} {_EXIT_CODES[code]}" for code in command.codes)
    lines += ["", *textwrap.wrap(f"Exit codes: {codes}", width, break_on_hyphens=False)]
    return "\n".join(lines)


def _help_row(wanted: Input[Any], width: int) -> list[str]:
    """The lines of the help for an input."""
    head = f"  {_flags(wanted)} {wanted.kind.metavar}".rstrip()
    text = wanted.help
    if default := default_text(wanted):
        text += f" [{default}]"
    if wanted.variable:
        text += f" ({wanted.variable})"
    lines = textwrap.wrap(text, width - _FLAGS_WIDTH - 1, break_on_hyphens=False)
    first = [head] if len(head) > _FLAGS_WIDTH else [f"{head:<{_FLAGS_WIDTH}} {lines.pop(0)}"]
    return [*first, *(" " * (_FLAGS_WIDTH + 1) + line for line in lines)]


def default_text(wanted: Input[Any]) -> str:
    """The default of an input, as the help shows it; empty if there is none, or for a switch."""
    default = wanted.default
    if isinstance(default, bool | None):
        return ""
    return f"{default:g}" if isinstance(default, float) else str(default)


# What the shell offers when Tab is pressed. These functions never ask, warn or fail.


def _labels(incomplete: str) -> list[str]:
    """The labels that are known on this computer."""
    from eh_connect.local.files import default_folder
    from eh_connect.local.state import StateFolder

    with suppress(EhConnectError):
        return _matching(incomplete, StateFolder(default_folder(os.environ)).labels())
    return []


def _scopes(incomplete: str) -> list[str]:
    """Presets and cards; after a comma, those that can follow."""
    from eh_connect.employment_hero.scopes import BOXES, PRESETS, READ

    before, comma, last = incomplete.rpartition(",")
    names = dict.fromkeys([*PRESETS, *(box.card for box in BOXES if box.name == READ)])
    return [before + comma + name for name in _matching(last, list(names))]


def _actions(incomplete: str) -> list[str]:
    """The action IDs that StackOne lists, if the variable holds an API key."""
    from eh_connect.deadline import NetworkTime
    from eh_connect.secret import Secret
    from eh_connect.stackone.client import Client

    key = os.environ.get(API_KEY.variable or "")
    url = os.environ.get(STACKONE_URL.variable or "") or STACKONE_URL.default or ""
    if not key:
        return []
    with (
        suppress(EhConnectError, ValueError),
        Client(Secret(key), url=STACKONE_URL.kind.judge(url), time=NetworkTime(2.0)) as client,
    ):
        return _matching(incomplete, ["all", *(action.id for action in client.actions().actions)])
    return []


def _matching(incomplete: str, words: list[str]) -> list[str]:
    return [word for word in words if word.lower().startswith(incomplete.lower())]
