"""``eh-connect link``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect import inputs as names
from eh_connect.cli import options
from eh_connect.cli.session import Common, Session, execute, refuse_secrets

if TYPE_CHECKING:
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
    profile_id: Annotated[
        options.Text, typer.Option("--profile-id", metavar="ID", help="StackOne profile. [default: as kept]")
    ] = None,
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
    common = Common(json=json, no_input=no_input, sandbox=sandbox, verbose=verbose)
    flags = {
        names.PROFILE.name: profile,
        names.PROFILE_ID.name: profile_id,
        names.API_KEY.name: api_key_file,
        names.STACKONE_URL.name: stackone_url,
        names.OWNER_ID.name: owner_id,
        names.OWNER_NAME.name: owner_name,
        names.SESSION_LABEL.name: label,
        names.EXPIRES_IN.name: expires_in,
        names.WAIT.name: wait,
        names.TIMEOUT.name: timeout,
    }

    def body(session: Session) -> SessionResult:
        from eh_connect.cli.link_run import run_link

        refuse_secrets(api_key=api_key)
        return run_link(
            session, session.inputs(flags), again=options.again(flags, (names.PROFILE, names.TIMEOUT))
        )

    execute("link", common, body)
