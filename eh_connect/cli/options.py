"""Flags that several commands share. Values arrive as text: ``inputs`` judges them, not the parser."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from eh_connect.errors import UsageError

# Typer reads these at run time; Optional keeps it clear which flags may be left out.
Text = Optional[str]  # noqa: UP045

Profile = Annotated[
    Text, typer.Option("--profile", metavar="LABEL", help="Local label of the profile. [default: default]")
]
Name = Annotated[
    Text, typer.Option("--name", metavar="NAME", help="Name at StackOne. [default: Employment Hero]")
]
ProfileId = Annotated[
    Text,
    typer.Option(
        "--profile-id",
        metavar="ID",
        help="Existing StackOne profile to take over; “new” is the one created since you were asked to.",
    ),
]
KnownProfileId = Annotated[
    Text, typer.Option("--profile-id", metavar="ID", help="StackOne profile. [default: as kept]")
]
OrgId = Annotated[
    Text, typer.Option("--org-id", metavar="ID|URL", help="Organisation ID, or a pasted portal URL.")
]
AppName = Annotated[
    Text,
    typer.Option("--app-name", metavar="NAME", help="Application name. [default: StackOne Integration]"),
]
Scopes = Annotated[
    Text,
    typer.Option(
        "--scopes", metavar="LIST", help="A preset, or a comma list of card names or scope strings."
    ),
]
ClientId = Annotated[Text, typer.Option("--client-id", metavar="ID", help="Client ID of the application.")]
ClientSecretFile = Annotated[
    Text,
    typer.Option(
        "--client-secret-file", metavar="PATH", help="File with the Client Secret; - is standard input."
    ),
]
ApiKeyFile = Annotated[
    Text,
    typer.Option(
        "--api-key-file", metavar="PATH", help="File with the StackOne API key; - is standard input."
    ),
]
StackOneUrl = Annotated[Text, typer.Option("--stackone-url", metavar="URL", help="StackOne's API.")]
StackOneAppUrl = Annotated[
    Text, typer.Option("--stackone-app-url", metavar="URL", help="StackOne's dashboard.")
]
Action = Annotated[
    Optional[list[str]],  # noqa: UP045
    typer.Option("--action", metavar="ID", help="Action to enable (repeatable), or “all”."),
]
Via = Annotated[
    Text,
    typer.Option(
        "--via",
        metavar="WAY",
        help="auto (the API, or else the dashboard), api, dashboard. [default: auto]",
    ),
]
Check = Annotated[
    bool, typer.Option("--check/--no-check", help="Ask Employment Hero whether it knows the pair.")
]
Store = Annotated[
    bool, typer.Option("--store/--no-store", help="Keep the pair in the keyring, and state on disk.")
]
Browser = Annotated[
    bool, typer.Option("--browser/--no-browser", help="Open pages in the browser, if there is one.")
]
Wait = Annotated[
    Text, typer.Option("--wait", metavar="SECONDS", help="How long a person is waited for. [default: 600]")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only read; say what would change.")]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="With --dry-run: exit with 10 where something would change.")
]

RefusedClientSecret = Annotated[Text, typer.Option("--client-secret", hidden=True)]
RefusedApiKey = Annotated[Text, typer.Option("--api-key", hidden=True)]

Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output; asks nothing.")]
NoInput = Annotated[bool, typer.Option("--no-input", help="Never ask.")]
Sandbox = Annotated[
    bool, typer.Option("--sandbox", help="Rehearse against stand-ins on this machine; no account needed.")
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Say on standard error what is asked of whom.")]
Timeout = Annotated[
    Text,
    typer.Option("--timeout", metavar="SECONDS", help="Network time of the whole command. [default: 150]"),
]


def refuse_lone_exit_code(*, exit_code: bool, dry_run: bool) -> None:
    """UsageError for ``--exit-code`` without ``--dry-run``."""
    if exit_code and not dry_run:
        raise UsageError("--exit-code goes with --dry-run.", hint="Add --dry-run, or leave it out.")
