"""The command line: which commands there are."""

from __future__ import annotations

import typer

from eh_connect.cli.doctor import COMMAND as DOCTOR
from eh_connect.cli.guide import COMMAND as GUIDE
from eh_connect.cli.link import COMMAND as LINK
from eh_connect.cli.remove import COMMAND as REMOVE
from eh_connect.cli.rotate import COMMAND as ROTATE
from eh_connect.cli.sandbox import COMMAND as SANDBOX
from eh_connect.cli.setup import COMMAND as SETUP
from eh_connect.cli.status import COMMAND as STATUS
from eh_connect.cli.verify import COMMAND as VERIFY

COMMANDS = (SETUP, VERIFY, LINK, STATUS, ROTATE, GUIDE, DOCTOR, REMOVE, SANDBOX)

app = typer.Typer(
    name="eh-connect",
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


for command in COMMANDS:
    command.add_to(app)
