"""``eh-connect guide``: the steps with all exact values. It asks nothing and sends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eh_connect import inputs as names
from eh_connect import judging
from eh_connect.cli import options
from eh_connect.cli.session import execute

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.errors import NextStep
    from eh_connect.guide_document import Guide
    from eh_connect.inputs import Inputs


@dataclass(frozen=True)
class GuideResult:
    """The guide in the format that was asked for."""

    guide: Guide
    form: str
    width: int
    next_steps: tuple[NextStep, ...] = ()
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """Its sections, steps and values."""
        from eh_connect.guide_document import as_json

        return {"guide": as_json(self.guide)}

    def as_text(self) -> str:
        """Text, or Markdown."""
        from eh_connect.guide_document import markdown, text

        return (markdown(self.guide) if self.form == "markdown" else text(self.guide, self.width)).rstrip()


def guide(  # noqa: PLR0913  # a flag is an argument
    *,
    form: Annotated[
        options.Text, typer.Option("--format", metavar="FORMAT", help="text, markdown, json. [default: text]")
    ] = None,
    profile: options.Profile = None,
    name: options.Name = None,
    org_id: options.OrgId = None,
    app_name: options.AppName = None,
    scopes: options.Scopes = None,
    action: options.Action = None,
    stackone_app_url: options.StackOneAppUrl = None,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
) -> None:
    """Show the steps with all exact values.

    In the Developer Portal and the dashboard; to read, or to hand to the person who has the Employment
    Hero account. Asks nothing, sends nothing.
    """
    execute("guide", {**locals(), "format": form, "json": json or form == "json"}, _guide)


def _guide(session: Session, inputs: Inputs) -> GuideResult:
    from shutil import get_terminal_size

    from eh_connect.cli import setup_inputs
    from eh_connect.employment_hero.scopes import parse
    from eh_connect.guide import build_guide
    from eh_connect.state import State, StateFolder

    given = setup_inputs.read(inputs)
    form = inputs.text(names.FORMAT, judging.one_of("text", "markdown", "json")) or "text"
    inputs.stop_on_problems()
    kept = StateFolder(session.folder).read(given.label) or State(given.label)
    scopes = given.scopes or kept.scopes
    built = build_guide(
        org_id=given.org_id or kept.org_id,
        app_name=given.app_name or kept.app_name or setup_inputs.DEFAULT_APP_NAME,
        name=given.name or kept.name or setup_inputs.DEFAULT_NAME,
        selection=parse(scopes) if scopes else None,
        actions=given.actions,
        app_url=given.eh_app_url,
        dashboard_url=given.app_url or setup_inputs.STACKONE_APP_URL,
    )
    return GuideResult(built, form, width=min(get_terminal_size().columns, 100))
