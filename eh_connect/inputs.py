"""Every value that a command takes, declared once: flag, variable, kind, help, default.

The parser, the help, the table in docs/setup.md, the list of missing values and the next commands are made
from this.
"""

from __future__ import annotations

from eh_connect import judging
from eh_connect.values import Input, Kind

WHAT, CREDENTIALS, HOW, OUTPUT = GROUPS = ("What to set up", "Credentials", "How", "Output")
"""The groups of the help."""

_SWITCH = Kind("", bool)
_LABEL = Kind("LABEL", judging.label)
_NAME = Kind("NAME", judging.line)
_TEXT = Kind("TEXT", judging.line)
_FILE = Kind("FILE", judging.line)
_ID = Kind("ID", judging.identifier)
_CLIENT_ID = Kind("ID", judging.secret)
_SECRET = Kind("PATH", judging.secret, "path")
_ORGANISATION = Kind("ID|URL", judging.organisation)
_SCOPES = Kind("LIST", judging.scopes)
_ACTIONS = Kind("ID", judging.actions, "list")
_URL = Kind("URL", judging.url)
_WAY = Kind("HOW", judging.one_of("auto", "api", "dashboard"))
_THEN = Kind("WHAT", judging.one_of("ask", "update", "skip", "fail"))
_FORMAT = Kind("FORMAT", judging.one_of("text", "markdown", "json", "html"))
_PATIENCE = Kind("SECONDS", judging.patience)
_LIMIT = Kind("SECONDS", judging.seconds)
_LIFE = Kind("SECONDS", judging.whole(366 * 86_400, "seconds, at least 1 and at most a year"))
_DAYS = Kind("DAYS", judging.whole(3650, "days, from 1 to 3650"))


def _switch(
    group: str, flag: str, text: str, *, default: bool | None = False, again: bool = True
) -> Input[bool]:
    return Input(group, flag, None, flag, _SWITCH, text, default, again=again)


PROFILE = Input(
    WHAT,
    "--profile",
    "EH_CONNECT_PROFILE",
    "Label",
    _LABEL,
    "Label of this set-up on this computer",
    "default",
)
NAME = Input(
    WHAT, "--name", "EH_CONNECT_NAME", "Name", _NAME, "Name of the profile at StackOne", "Employment Hero"
)
PROFILE_ID = Input(
    WHAT, "--profile-id", "EH_CONNECT_PROFILE_ID", "Profile ID", _ID, "An existing StackOne profile"
)
ORG_ID = Input(
    WHAT,
    "--org-id",
    "EH_CONNECT_ORG_ID",
    "Organisation ID",
    _ORGANISATION,
    "Employment Hero organisation, or an address that has its ID",
)
APP_NAME = Input(
    WHAT,
    "--app-name",
    "EH_CONNECT_APP_NAME",
    "Application name",
    _NAME,
    "Name of the application at Employment Hero",
    "StackOne Integration",
)
SCOPES = Input(WHAT, "--scopes", "EH_CONNECT_SCOPES", "Scopes", _SCOPES, "A preset, cards, or scope strings")
ACTIONS = Input(
    WHAT, "--action", "EH_CONNECT_ACTIONS", "Action", _ACTIONS, 'Action to enable (repeatable), or "all"'
)
DEFAULT = _switch(
    WHAT, "--default", "Make it the project's default for Employment Hero, or not", default=None
)

CLIENT_ID = Input(
    CREDENTIALS,
    "--client-id",
    "EH_CONNECT_CLIENT_ID",
    "Client ID",
    _CLIENT_ID,
    "Client ID of the application",
    again=False,
)
CLIENT_SECRET = Input(
    CREDENTIALS,
    "--client-secret-file",
    "EH_CONNECT_CLIENT_SECRET",
    "Client Secret",
    _SECRET,
    "File with the Client Secret; - is standard input",
)
LOCKED = Input(
    CREDENTIALS,
    "--credentials-file",
    "EH_CONNECT_LOCKED_CREDENTIALS",
    "Locked credentials",
    _SECRET,
    "File with the text that the hand-over page made",
)
API_KEY = Input(
    CREDENTIALS,
    "--api-key-file",
    "STACKONE_API_KEY",
    "StackOne API key",
    _SECRET,
    "File with the StackOne API key; - is standard input",
)

# Sources of the defaults: StackOne's documentation names its server, its setup guide the two apps. Other
# integrations use the OAuth server.
STACKONE_URL = Input(
    HOW,
    "--stackone-url",
    "STACKONE_API_URL",
    "StackOne API",
    _URL,
    "Another StackOne API",
    "https://api.stackone.com",
)
STACKONE_APP_URL = Input(
    HOW,
    "--stackone-app-url",
    "STACKONE_APP_URL",
    "StackOne dashboard",
    _URL,
    "Another dashboard",
    "https://app.stackone.com",
)
EMPLOYMENT_HERO_APP_URL = Input(
    HOW,
    None,
    "EMPLOYMENT_HERO_APP_URL",
    "Employment Hero app",
    _URL,
    default="https://secure.employmenthero.com",
)
EMPLOYMENT_HERO_OAUTH_URL = Input(
    HOW,
    None,
    "EMPLOYMENT_HERO_OAUTH_URL",
    "Employment Hero OAuth server",
    _URL,
    default="https://oauth.employmenthero.com",
)

VIA = Input(HOW, "--via", None, "How", _WAY, "api, dashboard, or auto: the API, else the dashboard", "auto")
IF_EXISTS = Input(
    HOW,
    "--if-exists",
    None,
    "Existing profile",
    _THEN,
    "A profile of that name exists: ask, update, skip or fail",
    "ask",
)
REPLACE_APPLICATION = _switch(HOW, "--replace-application", "Change the Client ID though accounts are linked")
ROLLBACK = _switch(HOW, "--rollback", "Return to the previous Client Secret")
CHECK = _switch(HOW, "--check", "Check the credentials at Employment Hero first", default=True)
STORE = _switch(HOW, "--store", "Save to keyring and disk, or nothing at all", default=True)
BROWSER = _switch(HOW, "--browser", "Open pages in the browser", default=True)
DRY_RUN = _switch(HOW, "--dry-run", "Only read, and say what would change", again=False)
EXIT_CODE = _switch(HOW, "--exit-code", "With --dry-run: 10 where something would change", again=False)
WAIT = Input(HOW, "--wait", None, "Wait", _PATIENCE, "How long to wait for a person", again=False)
TIMEOUT = Input(
    HOW, "--timeout", None, "Timeout", _LIMIT, "Network time of the whole command", 150.0, again=False
)

KEEP_ACCOUNT = _switch(WHAT, "--keep-account", "Leave the test account at StackOne")
RUN_ACTIONS = _switch(WHAT, "--actions", "Also run each list action once, to check the scopes")
OWNER_ID = Input(WHAT, "--owner-id", None, "Customer's ID", _ID, "The customer's ID in your product")
OWNER_NAME = Input(
    WHAT,
    "--owner-name",
    None,
    "Customer's name",
    _NAME,
    "The customer's name, for StackOne's list of accounts",
)
SESSION_LABEL = Input(WHAT, "--label", None, "Label", _TEXT, "Label of the session at StackOne")
EXPIRES_IN = Input(WHAT, "--expires-in", None, "Life of the link", _LIFE, "How long the link works", 1800)
OFFLINE = _switch(HOW, "--offline", "Don't ask StackOne", again=False)
DUE_CHECK = _switch(HOW, "--check", "Exit with 9 where anything is due or differs", again=False)
MAX_AGE = Input(WHAT, "--max-age", None, "Largest age", _DAYS, "An older Client Secret is due")
FORMAT = Input(
    OUTPUT, "--format", None, "Format", _FORMAT, "text, markdown, json, or html: a page to hand over", "text"
)
OUTPUT_FILE = Input(OUTPUT, "--output", None, "Output file", _FILE, "Write it to a file")
YES = _switch(HOW, "--yes", "Remove without asking", again=False)

JSON = _switch(OUTPUT, "--json", "One JSON object on standard output; asks nothing", again=False)
NO_INPUT = _switch(OUTPUT, "--no-input", "Never ask", again=False)
SANDBOX = _switch(HOW, "--sandbox", "Everything simulated on this computer")
VERBOSE = _switch(OUTPUT, "--verbose", "Show each request: method, address, status", again=False)
PLAIN = _switch(OUTPUT, "--plain", "For screen readers: nothing is redrawn", again=False)

COMMON = (SANDBOX, TIMEOUT, JSON, NO_INPUT, PLAIN, VERBOSE)
"""Every command takes these."""
URLS = (STACKONE_URL, STACKONE_APP_URL, EMPLOYMENT_HERO_APP_URL, EMPLOYMENT_HERO_OAUTH_URL)
READ_FROM_FILES = (CLIENT_SECRET, LOCKED, API_KEY)
NOT_IN_THE_SANDBOX = (CLIENT_ID, *READ_FROM_FILES, *URLS)
"""Real values. The sandbox doesn't use them."""
