"""The parser of the command line. The flags of a command are imported only when that command is needed."""

from __future__ import annotations

from functools import partial
from typing import Any

import typer
from typer.core import TyperGroup

from eh_connect.cli.overview import HELP, NAMES


def as_typed(parameters: list[Any]) -> list[Any]:
    """Make these options of Typer hand on their values unchanged; return them.

    Typer would load pydantic to convert even values that are missing. That takes 30 ms, and we judge all values
    ourselves.
    """
    for each in parameters:
        each.process_value = partial(_run_callback, each)
    return parameters


def _run_callback(parameter: Any, context: Any, value: Any) -> Any:
    return parameter.callback(context, parameter, value) if parameter.callback else value


class _Commands(TyperGroup):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: dict[str, Any] = dict.fromkeys(NAMES)  # Typer lists and suggests the names

    def get_params(self, ctx: Any) -> list[Any]:
        return as_typed(super().get_params(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002  # the parser's signature
        if cmd_name not in NAMES:
            return None
        from eh_connect.cli import commands, parser

        return parser.parser_of(commands.COMMANDS[cmd_name])

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # the parser's signature
        formatter.write(HELP)


app = typer.Typer(
    name="eh-connect",
    cls=_Commands,
    add_completion=True,
    rich_markup_mode=None,  # plain help: 100 ms faster, and screen readers can read it
    pretty_exceptions_enable=False,  # tracebacks with locals could carry secrets
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    _version: bool = typer.Option(False, "--version", help="Show the version"),  # answered in __main__
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(HELP, nl=False)
