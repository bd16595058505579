"""``eh-connect setup``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

import typer

from eh_connect.cli import options
from eh_connect.cli.session import execute

if TYPE_CHECKING:
    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.inputs import Inputs


def setup(  # noqa: PLR0913  # a flag is an argument
    *,
    profile: options.Profile = None,
    name: options.Name = None,
    profile_id: options.ProfileId = None,
    org_id: options.OrgId = None,
    app_name: options.AppName = None,
    scopes: options.Scopes = None,
    client_id: options.ClientId = None,
    client_secret_file: options.ClientSecretFile = None,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    stackone_app_url: options.StackOneAppUrl = None,
    action: options.Action = None,
    default: Annotated[
        Optional[bool],  # noqa: UP045
        typer.Option("--default/--no-default", help="Make it the project's default for the connector."),
    ] = None,
    via: options.Via = None,
    if_exists: Annotated[
        options.Text,
        typer.Option(
            "--if-exists",
            metavar="WHAT",
            help="For a profile of that name that is not ours: ask, update, skip, fail.",
        ),
    ] = None,
    replace_application: Annotated[
        bool, typer.Option("--replace-application", help="Change the Client ID although accounts are linked.")
    ] = False,
    check: options.Check = True,
    store: options.Store = True,
    browser: options.Browser = True,
    wait: options.Wait = None,
    dry_run: options.DryRun = False,
    exit_code: options.ExitCode = False,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
    client_secret: options.RefusedClientSecret = None,
    api_key: options.RefusedApiKey = None,
) -> None:
    """Create the StackOne connector profile, or bring it up to date.

    Client ID and Client Secret of the Employment Hero application go into the keyring first, then to
    StackOne. Run again, it changes what differs, else says "unchanged".
    """

    def body(session: Session, inputs: Inputs) -> Result:
        from eh_connect.cli.setup_run import run_setup
        from eh_connect.cli.wiring import NOT_AGAIN, Switches

        options.refuse_lone_exit_code(exit_code=exit_code, dry_run=dry_run)
        chosen = {
            "--default": default is True,
            "--no-default": default is False,
            "--no-check": not check,
            "--no-store": not store,
            "--replace-application": replace_application,
        }
        switches = Switches(
            default=default,
            check=check,
            store=store,
            dry_run=dry_run,
            exit_code=exit_code,
            replace_application=replace_application,
            browser=browser,
            again=(*inputs.typed(*NOT_AGAIN), *(flag for flag, given in chosen.items() if given)),
        )
        return run_setup(session, inputs, switches)

    execute("setup", locals(), body)
