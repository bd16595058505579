"""``eh-connect rotate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect import inputs as names
from eh_connect.cli import options
from eh_connect.cli.session import Common, Session, execute, refuse_secrets
from eh_connect.errors import UsageError

if TYPE_CHECKING:
    from eh_connect.cli.funnel import Result


def rotate(  # noqa: PLR0913  # a flag is an argument
    *,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Return to the previous Client Secret.")
    ] = False,
    old_revoked: Annotated[
        bool, typer.Option("--old-revoked", help="Note that the old secret was revoked in the portal.")
    ] = False,
    profile: options.Profile = None,
    profile_id: options.ProfileId = None,
    client_id: options.ClientId = None,
    client_secret_file: options.ClientSecretFile = None,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    stackone_app_url: options.StackOneAppUrl = None,
    via: options.Via = None,
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
    """Replace the Client Secret of the same application.

    Everything is checked before you are told to make the new secret. It is kept first, then sent, then made
    current; whatever fails in between, the same command goes on from there.
    """
    common = Common(json=json, no_input=no_input, sandbox=sandbox, verbose=verbose, dry_run=dry_run)
    flags = {
        names.PROFILE.name: profile,
        names.PROFILE_ID.name: profile_id,
        names.CLIENT_ID.name: client_id,
        names.CLIENT_SECRET.name: client_secret_file,
        names.API_KEY.name: api_key_file,
        names.STACKONE_URL.name: stackone_url,
        names.STACKONE_APP_URL.name: stackone_app_url,
        names.VIA.name: via,
        names.TIMEOUT.name: timeout,
        names.WAIT.name: wait,
    }

    def body(session: Session) -> Result:
        from eh_connect.cli.rotate_run import note_revoked, run_rotate
        from eh_connect.cli.wiring import Switches

        refuse_secrets(client_secret=client_secret, api_key=api_key)
        options.refuse_lone_exit_code(exit_code=exit_code, dry_run=dry_run)
        if old_revoked and (rollback or dry_run or client_secret_file):
            raise UsageError("--old-revoked stands alone.", hint="Run it by itself, once you have done so.")
        if rollback and (client_secret_file or client_id):
            raise UsageError(
                "--rollback takes the previous pair from the keyring.",
                hint="Leave out --client-id and --client-secret-file.",
            )
        inputs = session.inputs(flags)
        if old_revoked:
            return note_revoked(session, inputs)
        switches = Switches(
            check=check,
            store=store,
            dry_run=dry_run,
            exit_code=exit_code,
            browser=browser,
            again=options.again(flags, **{"--no-check": not check, "--no-store": not store}),
            purpose="rollback" if rollback else "rotate",
        )
        return run_rotate(session, inputs, switches)

    execute("rotate", common, body)
