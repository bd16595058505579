"""``eh-connect verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect.cli import options
from eh_connect.cli.session import execute

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.inputs import Inputs
    from eh_connect.result import SessionResult


def verify(  # noqa: PLR0913  # a flag is an argument
    *,
    profile: options.Profile = None,
    profile_id: options.KnownProfileId = None,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    wait: Annotated[
        options.Text,
        typer.Option(
            "--wait",
            metavar="SECONDS",
            help="How long somebody is waited for. [default: 600; unattended 0]",
        ),
    ] = None,
    keep_account: Annotated[
        bool, typer.Option("--keep-account", help="Keep the test account that the sign-in makes.")
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the link in the browser, if there is one.")
    ] = True,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
    api_key: options.RefusedApiKey = None,
) -> None:
    """Prove the connector profile: open a link, wait until somebody has signed in.

    Only a sign-in shows whether Client ID, Client Secret and redirect URI are right. Unattended, the link
    is printed, and the next run sees whether it was used.
    """

    def body(session: Session, inputs: Inputs) -> SessionResult:
        from eh_connect.cli.verify_run import run_verify

        return run_verify(session, inputs, keep_account=keep_account, browser=browser)

    execute("verify", locals(), body)
