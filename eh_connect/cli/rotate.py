"""``eh-connect rotate``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect.cli import options
from eh_connect.cli.session import execute
from eh_connect.errors import UsageError

if TYPE_CHECKING:
    from eh_connect.cli.funnel import Result
    from eh_connect.cli.session import Session
    from eh_connect.inputs import Inputs


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

    def body(session: Session, inputs: Inputs) -> Result:
        from eh_connect.cli.rotate_run import note_revoked, run_rotate
        from eh_connect.cli.wiring import NOT_AGAIN, Switches

        options.refuse_lone_exit_code(exit_code=exit_code, dry_run=dry_run)
        if old_revoked and (rollback or dry_run or client_secret_file or not store):
            raise UsageError("--old-revoked stands alone.", hint="Run it by itself, once you have done so.")
        if rollback and (client_secret_file or client_id):
            raise UsageError(
                "--rollback takes the previous pair from the keyring.",
                hint="Leave out --client-id and --client-secret-file.",
            )
        if old_revoked:
            return note_revoked(session, inputs)
        chosen = {"--no-check": not check, "--no-store": not store}
        switches = Switches(
            check=check,
            store=store,
            dry_run=dry_run,
            exit_code=exit_code,
            browser=browser,
            again=(*inputs.typed(*NOT_AGAIN), *(flag for flag, given in chosen.items() if given)),
            purpose="rollback" if rollback else "rotate",
        )
        return run_rotate(session, inputs, switches)

    execute("rotate", locals(), body)
