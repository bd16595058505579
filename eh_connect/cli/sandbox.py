"""``eh-connect sandbox``, and ``--sandbox``. Both need an extra of this package."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from eh_connect import lines
from eh_connect.errors import NextStep, StorageError, UsageError
from eh_connect.results import Result

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.lines import Line
    from eh_connect.sandbox.servers import Sandbox


class SandboxResult(Result, frozen=True, kw_only=True):
    """The addresses at which the sandbox is served."""

    urls: dict[str, str]
    pages: dict[str, str]
    folder: str

    def lines(self) -> list[Line]:
        """The addresses and the folder."""
        pages = [line for name, url in self.pages.items() for line in (lines.prose(name), lines.exact(url))]
        rows = [lines.row(name, url) for name, url in self.urls.items()]
        served = lines.ok("The sandbox is served on this computer until Ctrl+C")
        return [served, *pages, *rows, lines.row("Folder", self.folder)]


def open_sandbox(session: Session, *, lasting: bool = False) -> Sandbox:
    """Start the sandbox, or find the one that is served. UsageError: its extra is not installed."""
    try:
        from eh_connect.sandbox.servers import Sandbox
    except ModuleNotFoundError:
        raise UsageError(
            "The sandbox is not installed",
            detail="It is an extra of this package. A real set-up does not need it.",
            hint="Install it: pip install 'eh-connect[sandbox]' (or: pipx install 'eh-connect[sandbox]')",
        ) from None
    person, text = session.terminal, "Waiting for the sandbox, which another command may use"
    with person.working(text) if person else nullcontext():
        return Sandbox(session.require_folder() / "sandbox", lasting=lasting)


def serve(session: Session) -> Result:
    """Serve the sandbox until Ctrl-C."""
    from eh_connect.employment_hero.portal import portal_url

    session.values.stop_on_problems()
    with open_sandbox(session, lasting=True) as sandbox:
        environ = sandbox.environment
        if not sandbox.serves:
            raise StorageError(
                f"The sandbox is being served already, at {environ['STACKONE_API_URL']}",
                hint="Use it: add --sandbox to a command.",
            )
        pages = {
            "Developer Portal": portal_url(environ["EH_CONNECT_ORG_ID"], environ["EMPLOYMENT_HERO_APP_URL"]),
            "Dashboard": f"{environ['STACKONE_APP_URL']}/connector_profiles",
        }
        urls = {name: url for name, url in environ.items() if name.endswith("_URL")}
        steps = (
            NextStep(
                "Try the wizard, in another terminal",
                "eh-connect setup --sandbox --profile wizard --name Wizard",
            ),
            NextStep("Try it without questions", "eh-connect setup --sandbox --no-input"),
        )
        session.output.result(
            SandboxResult(urls=urls, pages=pages, folder=environ["EH_CONNECT_HOME"], next_steps=steps)
        )
        while True:
            time.sleep(
                60
            )  # the servers have threads of their own; until Ctrl-C, which gives exit code 130 as everywhere
