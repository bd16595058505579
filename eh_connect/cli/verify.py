"""``eh-connect verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect import inputs as names
from eh_connect.cli import options
from eh_connect.cli.session import Common, Session, execute, refuse_secrets

if TYPE_CHECKING:
    from eh_connect.result import SessionResult


def verify(  # noqa: PLR0913  # a flag is an argument
    *,
    profile: options.Profile = None,
    profile_id: Annotated[
        options.Text, typer.Option("--profile-id", metavar="ID", help="StackOne profile. [default: as kept]")
    ] = None,
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
    common = Common(json=json, no_input=no_input, sandbox=sandbox, verbose=verbose)
    flags = {
        names.PROFILE.name: profile,
        names.PROFILE_ID.name: profile_id,
        names.API_KEY.name: api_key_file,
        names.STACKONE_URL.name: stackone_url,
        names.WAIT.name: wait,
        names.TIMEOUT.name: timeout,
    }

    def body(session: Session) -> SessionResult:
        from eh_connect.cli.verify_run import run_verify

        refuse_secrets(api_key=api_key)
        again = options.again(
            flags, (names.PROFILE, names.TIMEOUT, names.WAIT), **{"--keep-account": keep_account}
        )
        return run_verify(
            session, session.inputs(flags), again=again, keep_account=keep_account, browser=browser
        )

    execute("verify", common, body)
