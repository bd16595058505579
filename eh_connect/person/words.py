"""The longer texts of the wizard, and what ``?`` explains at each question, in at most four lines."""

from __future__ import annotations

from eh_connect.employment_hero.portal import MENU_PATH, SANDBOX_ADDRESS
from eh_connect.guide import NO_ORGANISATION
from eh_connect.lines import Kind, Line, prose


def _more(*texts: str) -> tuple[Line, ...]:
    return tuple(prose(text) for text in texts)


STEPS = 5
"""Steps of the wizard. The last one is the review, or the dashboard."""


def step(number: int, title: str) -> Line:
    """The heading of a step."""
    return Line(title, kind=Kind.STEP, head=f"{number} of {STEPS}")


INTRO = (
    'You create one application in Employment Hero and give its credentials to StackOne, in a "connector '
    'profile". After that your customers can connect their Employment Hero accounts to your product.'
)
NEEDS = (
    ("You need", "a StackOne project in which you may create API keys"),
    ("", "an administrator's account in Employment Hero (Platinum or above), or a colleague who has one"),
)
BEFORE = (
    "It takes about five minutes. Nothing is created or changed at StackOne until you confirm it. Ctrl+C stops; "
    "the same command goes on. Type ? for help."
)
KEY_WHERE = "Create an API key in StackOne: Project Settings › API Keys."
API_KEY = _more(
    "StackOne shows a key once, when it is created. Keys look like v1.eu1.xxxxx. Only a Project Admin can "
    "create one.",
    'The right "Platform API" (read and write) is enough; new keys have it. The right "Actions: Execute" also '
    "lets eh-connect check the scopes.",
)
DATA = _more(
    "Choose what you need and what you will need. Bank accounts, pay and emergency contacts are in StackOne's "
    "older list and in the list of every card.",
    "The portal's form calls them cards. eh-connect setup --scopes takes their names too.",
)
ORGANISATION = _more(
    "The ID is a number or a UUID after organisations/ in the address. It only serves to open the right page.",
    NO_ORGANISATION,
)
FORM = _more(
    "Fill in the form in your browser, with the values above. Name and redirect URI can be edited later, scopes "
    "can't.",
    'A box that is missing: search it with "Search scopes...". Two cards are named Organisations: take the one '
    "under User.",
)
CREDENTIALS = _more(
    "Both have a Copy button in the portal. In the one application that we have seen each had 43 characters.",
    "They are saved in your keyring first. StackOne gets them after you confirm it.",
)
RECEIVED = _more(
    "Paste the text that your colleague sent: all of it, line breaks don't matter. Only your keyring opens it.",
    "You can also paste a Client ID here, and its secret next.",
)
REVIEW = _more(
    "Nothing was sent to StackOne. Create it: StackOne gets Client ID and Client Secret, then eh-connect reads "
    "the profile back.",
)
WAYS = _more(
    "StackOne doesn't document a call that creates profiles. eh-connect asks for it with an empty request "
    "before it sends anything; if it isn't there, you go on in the dashboard.",
)
NEW_SECRET = _more(
    "Open the application's page in the Developer Portal. Whether it offers a new secret for an application "
    "is not documented.",
)
DASHBOARD = _more(
    "This screen looks at StackOne's list every few seconds and goes on when the profile is there.",
    "A copied secret leaves the clipboard after 45 seconds. A clipboard history keeps its own copy.",
)
SIGN_IN = _more(
    "You sign in as an administrator of an organisation of yours. StackOne links it as a test account, which is "
    "removed afterwards.",
)
SAVE_KEY = _more(
    "Saved, it is there for status, link and rotate. Not saved, you paste it again when you need them.",
)
ACCOUNTS = _more(
    "Each list action is run once with the test account. The data is people's HR data: it is read to its end and "
    "thrown away, never shown or saved.",
)

HAVE_SECRET_MADE = (
    prose(
        "Open the application in the portal and create a new secret there. What becomes of the old one is not "
        "documented: be ready to paste the new one at once."
    ),
    prose(f"Menu: {MENU_PATH}."),
    prose(
        f"No such button? Don't create a new application, it disconnects all accounts: ask {SANDBOX_ADDRESS}."
    ),
)
"""How an application gets a new Client Secret."""
