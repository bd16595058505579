"""The names of the commands. The flags of a command are imported only when that command is needed."""

from __future__ import annotations

from functools import partial
from typing import Any

import typer
from typer.core import TyperGroup

NAMES = {
    "setup": "Set up the connector profile at StackOne",
    "verify": "Test a profile by a real sign-in",
    "link": "Make a link to connect a customer's account",
    "status": "Show what is set up, and what is due",
    "rotate": "Replace the Client Secret",
    "guide": "Show every step with its exact values",
    "doctor": "Find what is wrong: keyring, network, API key",
    "remove": "Forget a profile on this computer",
    "sandbox": "Serve the simulated services until Ctrl+C",
}
"""The name of each command, and what it does."""


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

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # the parser's signature
        with formatter.section("Commands"):
            formatter.write_dl(list(NAMES.items()))


app = typer.Typer(
    name="eh-connect",
    cls=_Commands,
    add_completion=True,
    rich_markup_mode=None,  # plain help: 100 ms faster, and screen readers can read it
    pretty_exceptions_enable=False,  # tracebacks with locals could carry secrets
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


@app.callback(
    invoke_without_command=True,
    help="Connect Employment Hero to StackOne: from an OAuth application to a connector profile.",
    epilog="Start with: eh-connect setup (or, with everything simulated: eh-connect setup --sandbox)",
)
def _root(
    context: typer.Context,
    _version: bool = typer.Option(False, "--version", help="Show the version."),  # answered in __main__
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
