"""What each command does and takes. The parser, the help and the documentation are made from this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eh_connect import inputs as i
from eh_connect.record import Record

if TYPE_CHECKING:
    from eh_connect.values import Input


class Command(Record, frozen=True):
    """A command.

    ``run`` names its function, which is imported when the command runs. The function takes a session and returns
    a result. The help begins with ``does`` (one sentence) and ``more``. An example is a command line and its
    purpose.
    """

    name: str
    run: str
    does: str
    inputs: tuple[Input[Any], ...]
    examples: tuple[tuple[str, str], ...]
    codes: tuple[int, ...]
    more: str = ""

    @property
    def all_inputs(self) -> tuple[Input[Any], ...]:
        """Its own inputs, and those that every command takes."""
        return (*self.inputs, *i.COMMON)


SETUP = Command(
    "setup",
    "eh_connect.cli.write:setup",
    "Set up the StackOne connector profile for Employment Hero, step by step.",
    more="Run it again to change it: it changes what differs. It goes on where an earlier run stopped.",
    inputs=(
        *(i.PROFILE, i.NAME, i.PROFILE_ID, i.ORG_ID, i.APP_NAME, i.SCOPES, i.ACTIONS, i.DEFAULT),
        *(i.CLIENT_ID, i.CLIENT_SECRET, i.LOCKED, i.API_KEY),
        *(i.VIA, i.IF_EXISTS, i.REPLACE_APPLICATION, i.CHECK, i.STORE, i.BROWSER, i.WAIT),
        *(i.DRY_RUN, i.EXIT_CODE, *i.URLS),
    ),
    examples=(
        ("eh-connect setup", "asks what it needs; secrets go to your keyring"),
        ("eh-connect setup --sandbox", "the same, with everything simulated on this computer"),
        ("eh-connect setup --no-input --no-store --json", "in CI: values come from variables"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9, 10),
)

VERIFY = Command(
    "verify",
    "eh_connect.cli.sign_in:verify",
    "Test a profile by a real sign-in, and whether its scopes are enough.",
    more="You sign in to Employment Hero once. The test account is removed from StackOne afterwards.",
    inputs=(
        *(i.PROFILE, i.PROFILE_ID, i.RUN_ACTIONS, i.KEEP_ACCOUNT, i.API_KEY),
        *(i.WAIT, i.BROWSER, *i.URLS),
    ),
    examples=(
        ("eh-connect verify", "opens a link and waits until you have signed in"),
        ("eh-connect verify --actions", "also runs each list action once; its data is thrown away"),
        ("eh-connect verify --no-input --wait 600 --json", "in a script: prints the link, waits"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9),
)

LINK = Command(
    "link",
    "eh_connect.cli.sign_in:link",
    "Make a link by which a customer connects their Employment Hero account.",
    more="Send it to the customer's administrator only: whoever has it can connect an account.",
    inputs=(
        *(i.PROFILE, i.PROFILE_ID, i.OWNER_NAME, i.OWNER_ID, i.SESSION_LABEL, i.EXPIRES_IN, i.API_KEY),
        *(i.WAIT, *i.URLS),
    ),
    examples=(
        ("eh-connect link", "asks for the customer's name and ID"),
        ('eh-connect link --owner-name "Acme" --owner-id 42 --expires-in 86400', "a link for a day"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9),
)

STATUS = Command(
    "status",
    "eh_connect.cli.status:status",
    "Show what is saved here, what StackOne has, and what is due.",
    more="StackOne is asked where an API key is given or saved. Nothing is changed.",
    inputs=(i.PROFILE, i.OFFLINE, i.DUE_CHECK, i.MAX_AGE, i.API_KEY, *i.URLS),
    examples=(
        ("eh-connect status", "all that is set up on this computer"),
        (
            "eh-connect status --check --offline --max-age 180",
            "in a timer: exit code 9 where anything is due",
        ),
    ),
    codes=(3, 4, 5, 7, 9),
)

ROTATE = Command(
    "rotate",
    "eh_connect.cli.write:rotate",
    "Replace the Client Secret of the same application, or return to the previous one.",
    more="Everything is checked before you make the new secret. It is saved first, then sent. The old one "
    "stays in your keyring.",
    inputs=(
        *(i.PROFILE, i.PROFILE_ID, i.CLIENT_ID, i.CLIENT_SECRET, i.LOCKED, i.API_KEY),
        *(i.ROLLBACK, i.VIA, i.CHECK, i.STORE, i.BROWSER, i.WAIT, i.DRY_RUN, i.EXIT_CODE, *i.URLS),
    ),
    examples=(
        ("eh-connect rotate", "leads you to the new secret and sends it to StackOne"),
        ("eh-connect rotate --rollback", "returns to the previous one"),
    ),
    codes=(3, 4, 5, 6, 7, 8, 9, 10),
)

GUIDE = Command(
    "guide",
    "eh_connect.cli.guide:guide",
    "Show every step in the Developer Portal and the dashboard, with all exact values.",
    more="To read, or to hand to the person who has the Employment Hero account. It asks and sends nothing.",
    inputs=(i.PROFILE, i.NAME, i.ORG_ID, i.APP_NAME, i.SCOPES, i.ACTIONS, *i.URLS, i.FORMAT, i.OUTPUT_FILE),
    examples=(
        ("eh-connect guide --org-id 12345 --scopes directory", "the steps, for these scopes"),
        ("eh-connect guide --format html", "a page for a colleague, which locks the credentials for sending"),
        ("eh-connect guide --format markdown --output guide.md", "a file"),
    ),
    codes=(3, 4),
)

DOCTOR = Command(
    "doctor",
    "eh_connect.cli.doctor:doctor",
    "Check keyring, network, API key and everything else that setup needs.",
    more="Each problem names its remedy. Nothing is changed.",
    inputs=(i.PROFILE, i.API_KEY, *i.URLS),
    examples=(("eh-connect doctor", "checks this computer, then StackOne and Employment Hero"),),
    codes=(3, 4, 5, 6, 7),
)

REMOVE = Command(
    "remove",
    "eh_connect.cli.remove:remove",
    "Forget what is saved here of a profile, and say what remains to be done by hand.",
    more="Nothing changes at StackOne or Employment Hero.",
    inputs=(i.PROFILE, i.YES, i.API_KEY, *i.URLS),
    examples=(
        ("eh-connect remove", "shows what remains, then asks"),
        ("eh-connect remove --profile staging --yes", "asks nothing"),
    ),
    codes=(3, 4),
)

SANDBOX = Command(
    "sandbox",
    "eh_connect.cli.sandbox:serve",
    "Serve the sandbox until Ctrl+C: Employment Hero and StackOne, simulated on this computer.",
    inputs=(),
    examples=(("eh-connect sandbox", "then, in another terminal: eh-connect setup --sandbox"),),
    codes=(4,),
)

COMMANDS = {each.name: each for each in (SETUP, VERIFY, LINK, STATUS, ROTATE, GUIDE, DOCTOR, REMOVE, SANDBOX)}
"""The commands by name. ``cli.app`` lists the same names."""

REFUSED = tuple(each.replace(flag=f"--{each.name}") for each in (i.CLIENT_SECRET, i.API_KEY))
"""``--client-secret VALUE`` and ``--api-key VALUE`` are refused: the shell keeps what is typed in its history."""
