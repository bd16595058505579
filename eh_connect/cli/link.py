"""``eh-connect link``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect.cli import options
from eh_connect.cli.session import execute

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.inputs import Inputs
    from eh_connect.result import SessionResult


def link(  # noqa: PLR0913  # a flag is an argument
    *,
    owner_id: Annotated[
        options.Text, typer.Option("--owner-id", metavar="ID", help="The customer's ID in your own system.")
    ] = None,
    owner_name: Annotated[
        options.Text, typer.Option("--owner-name", metavar="NAME", help="The customer's name.")
    ] = None,
    label: Annotated[
        options.Text, typer.Option("--label", metavar="TEXT", help="StackOne's label of the connect session.")
    ] = None,
    expires_in: Annotated[
        options.Text,
        typer.Option("--expires-in", metavar="SECONDS", help="How long the link works. [default: 1800]"),
    ] = None,
    wait: Annotated[
        options.Text,
        typer.Option(
            "--wait", metavar="SECONDS", help="How long the customer is waited for. [default: 0, not at all]"
        ),
    ] = None,
    profile: options.Profile = None,
    profile_id: options.KnownProfileId = None,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
    api_key: options.RefusedApiKey = None,
) -> None:
    """Make a link by which a customer's Employment Hero account is linked through the profile.

    The link is a bearer token: as long as it works, whoever has it can link an account in that name.
    """

    def body(session: Session, inputs: Inputs) -> SessionResult:
        from eh_connect.cli.link_run import run_link

        return run_link(session, inputs)

    execute("link", locals(), body)
