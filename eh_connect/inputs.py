"""Every value that a command takes, declared once: flag, variable, judge, default, help.

From here come the parser's options, the help, the table in docs/setup.md, the list of missing values, and
what a command to run next repeats.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from eh_connect import judging
from eh_connect.secret import Secret
from eh_connect.values import Input

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

WHAT, CREDENTIALS, HOW, OUTPUT = GROUPS = ("What to set up", "Credentials", "How", "Output")
"""The groups of the help."""


def _input(  # noqa: PLR0913  # it declares one
    flag: str | None,
    variable: str | None,
    title: str,
    judge: Callable[[str], T],
    metavar: str = "",
    text: str = "",
    *,
    group: str = WHAT,
    default: T | None = None,
    again: bool = True,
    off: str | None = None,
) -> Input[T]:
    name = flag.lstrip("-") if flag else (variable or "").lower().replace("_", "-")
    return Input(name, title, flag, variable, judge, default, metavar, off, text, group, again=again)


def _switch(
    flag: str,
    text: str,
    *,
    default: bool | None = False,
    off: str | None = None,
    group: str = HOW,
    again: bool = True,
) -> Input[bool]:
    return _input(
        flag, None, flag, judging.never, "", text, group=group, default=default, off=off, again=again
    )


def _secret_file(name: str, flag: str, variable: str, title: str, text: str) -> Input[Secret]:
    return Input(
        name,
        title,
        flag,
        variable,
        judging.secret,
        None,
        "PATH",
        None,
        text,
        CREDENTIALS,
        "path",
        secret=True,
    )


PROFILE = _input(
    "--profile",
    "EH_CONNECT_PROFILE",
    "Label",
    judging.label,
    "LABEL",
    "Label of this set-up on this computer",
    default="default",
)
NAME = _input(
    "--name",
    "EH_CONNECT_NAME",
    "Name",
    judging.line,
    "NAME",
    "Name of the profile at StackOne",
    default="Employment Hero",
)
PROFILE_ID = _input(
    "--profile-id",
    "EH_CONNECT_PROFILE_ID",
    "Profile ID",
    judging.identifier,
    "ID",
    "An existing StackOne profile",
)
ORG_ID = _input(
    "--org-id",
    "EH_CONNECT_ORG_ID",
    "Organisation ID",
    judging.organisation,
    "ID|URL",
    "Employment Hero organisation, or an address that has its ID",
)
APP_NAME = _input(
    "--app-name",
    "EH_CONNECT_APP_NAME",
    "Application name",
    judging.line,
    "NAME",
    "Name of the application at Employment Hero",
    default="StackOne Integration",
)
SCOPES = _input(
    "--scopes", "EH_CONNECT_SCOPES", "Scopes", judging.scopes, "LIST", "A preset, cards, or scope strings"
)
ACTIONS = Input[tuple[str, ...]](
    "action",
    "Action",
    "--action",
    "EH_CONNECT_ACTIONS",
    judging.actions,
    None,
    "ID",
    None,
    'Action to enable (repeatable), or "all"',
    WHAT,
    "list",
)
DEFAULT = _switch(
    "--default",
    "Make it the project's default for Employment Hero, or not",
    default=None,
    off="--no-default",
    group=WHAT,
)

CLIENT_ID = Input[Secret](
    "client-id",
    "Client ID",
    "--client-id",
    "EH_CONNECT_CLIENT_ID",
    judging.secret,
    None,
    "ID",
    None,
    "Client ID of the application",
    CREDENTIALS,
    again=False,
)
CLIENT_SECRET = _secret_file(
    "client-secret",
    "--client-secret-file",
    "EH_CONNECT_CLIENT_SECRET",
    "Client Secret",
    "File with the Client Secret; - is standard input",
)
LOCKED = _secret_file(
    "credentials",
    "--credentials-file",
    "EH_CONNECT_LOCKED_CREDENTIALS",
    "Locked credentials",
    "File with the text that the hand-over page made",
)
API_KEY = _secret_file(
    "api-key",
    "--api-key-file",
    "STACKONE_API_KEY",
    "StackOne API key",
    "File with the StackOne API key; - is standard input",
)

STACKONE_URL = _input(
    "--stackone-url",
    "STACKONE_API_URL",
    "StackOne API",
    judging.url,
    "URL",
    "Another StackOne API",
    group=HOW,
    default="https://api.stackone.com",  # source: the only server in StackOne's documentation
)
STACKONE_APP_URL = _input(
    "--stackone-app-url",
    "STACKONE_APP_URL",
    "StackOne dashboard",
    judging.url,
    "URL",
    "Another dashboard",
    group=HOW,
    default="https://app.stackone.com",  # source: StackOne's setup guide
)
EMPLOYMENT_HERO_APP_URL = _input(
    None,
    "EMPLOYMENT_HERO_APP_URL",
    "Employment Hero app",
    judging.url,
    default="https://secure.employmenthero.com",  # source: StackOne's setup guide
)
EMPLOYMENT_HERO_OAUTH_URL = _input(
    None,
    "EMPLOYMENT_HERO_OAUTH_URL",
    "Employment Hero OAuth server",
    judging.url,
    default="https://oauth.employmenthero.com",  # source: other integrations that run against it
)

VIA = _input(
    "--via",
    None,
    "How",
    judging.one_of("auto", "api", "dashboard"),
    "HOW",
    "api, dashboard, or auto: the API, else the dashboard",
    group=HOW,
    default="auto",
)
IF_EXISTS = _input(
    "--if-exists",
    None,
    "Existing profile",
    judging.one_of("ask", "update", "skip", "fail"),
    "WHAT",
    "A profile of that name exists: ask, update, skip or fail",
    group=HOW,
    default="ask",
)
REPLACE_APPLICATION = _switch("--replace-application", "Change the Client ID though accounts are linked")
ROLLBACK = _switch("--rollback", "Return to the previous Client Secret")
CHECK = _switch("--check", "Check the credentials at Employment Hero first", default=True, off="--no-check")
STORE = _switch("--store", "Save to keyring and disk, or nothing at all", default=True, off="--no-store")
BROWSER = _switch("--browser", "Open pages in the browser", default=True, off="--no-browser")
DRY_RUN = _switch("--dry-run", "Only read, and say what would change", again=False)
EXIT_CODE = _switch("--exit-code", "With --dry-run: 10 where something would change", again=False)
WAIT = _input(
    "--wait",
    None,
    "Wait",
    judging.patience,
    "SECONDS",
    "How long to wait for a person",
    group=HOW,
    again=False,
)
TIMEOUT = _input(
    "--timeout",
    None,
    "Timeout",
    judging.seconds,
    "SECONDS",
    "Network time of the whole command",
    group=HOW,
    default=150.0,
    again=False,
)

KEEP_ACCOUNT = _switch("--keep-account", "Leave the test account at StackOne", group=WHAT)
RUN_ACTIONS = _switch("--actions", "Also run each list action once, to check the scopes", group=WHAT)
OWNER_ID = _input(
    "--owner-id", None, "Customer's ID", judging.identifier, "ID", "The customer's ID in your product"
)
OWNER_NAME = _input("--owner-name", None, "Customer's name", judging.line, "NAME", "The customer's name")
SESSION_LABEL = _input("--label", None, "Label", judging.line, "TEXT", "Label of the session at StackOne")
EXPIRES_IN = _input(
    "--expires-in", None, "Life of the link", judging.life, "SECONDS", "How long the link works", default=1800
)
OFFLINE = _switch("--offline", "Don't ask StackOne", again=False)
DUE_CHECK = _switch("--check", "Exit with 9 where anything is due or differs", again=False)
MAX_AGE = _input("--max-age", None, "Largest age", judging.days, "DAYS", "An older Client Secret is due")
FORMAT = _input(
    "--format",
    None,
    "Format",
    judging.one_of("text", "markdown", "json", "html"),
    "FORMAT",
    "text, markdown, json, or html: a page to hand over",
    group=OUTPUT,
    default="text",
)
OUTPUT_FILE = _input(
    "--output", None, "Output file", judging.line, "FILE", "Write it to a file", group=OUTPUT
)
YES = _switch("--yes", "Remove without asking", again=False)

JSON = _switch("--json", "One JSON object on standard output; asks nothing", group=OUTPUT, again=False)
NO_INPUT = _switch("--no-input", "Never ask", group=OUTPUT, again=False)
SANDBOX = _switch("--sandbox", "Everything simulated on this computer", group=HOW)
VERBOSE = _switch("--verbose", "Show each request: method, address, status", group=OUTPUT, again=False)
PLAIN = _switch("--plain", "For screen readers: nothing is redrawn", group=OUTPUT, again=False)

COMMON = (SANDBOX, TIMEOUT, JSON, NO_INPUT, PLAIN, VERBOSE)
"""Every command takes these."""
URLS = (STACKONE_URL, STACKONE_APP_URL, EMPLOYMENT_HERO_APP_URL, EMPLOYMENT_HERO_OAUTH_URL)
READ_FROM_FILES = (CLIENT_SECRET, LOCKED, API_KEY)
NOT_IN_THE_SANDBOX = (CLIENT_ID, *READ_FROM_FILES, *URLS)
"""Real values, which the sandbox ignores."""
