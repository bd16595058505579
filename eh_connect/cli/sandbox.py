"""``eh-connect sandbox``: serves the rehearsal until Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from eh_connect import inputs as names
from eh_connect import judging
from eh_connect.cli import options
from eh_connect.cli.session import execute
from eh_connect.employment_hero.portal import portal_url
from eh_connect.errors import NextStep

if TYPE_CHECKING:
    from typing import NoReturn

    from eh_connect.cli.session import Session
    from eh_connect.inputs import Inputs
    from eh_connect.sandbox.source import Prepared


class SandboxServed:
    """What is being served, and where."""

    exit_code = 0
    next_steps = (
        NextStep("rehearse the main job, in another terminal", "eh-connect setup --sandbox --no-input"),
        NextStep("rehearse the wizard, too", "eh-connect setup --sandbox --profile wizard --name Wizard"),
    )

    def __init__(self, prepared: Prepared) -> None:
        self._urls = {
            name: prepared.environment[name]
            for name in (
                "STACKONE_API_URL",
                "STACKONE_APP_URL",
                "EMPLOYMENT_HERO_APP_URL",
                "EMPLOYMENT_HERO_OAUTH_URL",
            )
        }
        self._folder = prepared.environment["EH_CONNECT_HOME"]
        organisation = prepared.environment["EH_CONNECT_ORG_ID"]
        self._pages = {
            "Developer Portal": portal_url(organisation, self._urls["EMPLOYMENT_HERO_APP_URL"]),
            "Dashboard": f"{self._urls['STACKONE_APP_URL']}/connector_profiles",
        }

    def as_json(self) -> dict[str, Any]:
        """Addresses and folder."""
        return {"urls": self._urls, "pages": self._pages, "folder": self._folder}

    def as_text(self) -> str:
        """The same for a person."""
        lines = ["Serving the rehearsal on this machine until Ctrl-C. All its accounts are made up."]
        lines += [f"  {name:<26} {url}" for name, url in (self._pages | self._urls).items()]
        return "\n".join([*lines, f"  {'Folder':<26} {self._folder}"])


def sandbox(
    *,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = True,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
) -> None:
    """Serve the rehearsal on this machine.

    Stand-ins for the portal, the OAuth server and StackOne, on loopback, until Ctrl-C.
    """
    # It is what this command is: the flag is accepted like every command's, and changes nothing.
    execute("sandbox", {**locals(), "sandbox": False}, _serve)


def _serve(session: Session, inputs: Inputs) -> NoReturn:
    from eh_connect.cli.extras import sandbox_source
    from eh_connect.errors import StorageError

    inputs.text(names.TIMEOUT, judging.seconds)
    inputs.stop_on_problems()
    with sandbox_source().prepare(session.folder / "sandbox", lasting=True) as prepared:
        if not prepared.rehearsal.serves:
            raise StorageError(
                f"The sandbox is being served already, at {prepared.rehearsal.stackone_url}.",
                hint="Use it: run a command with --sandbox.",
            )
        session.output.result(SandboxServed(prepared))
        while True:
            time.sleep(60)  # Ctrl-C ends it: 130, as of every command
