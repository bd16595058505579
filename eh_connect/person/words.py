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
FIRST = _more("There is no question before this one. Ctrl+C stops.")
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
    "A number or a UUID. It only serves to open the right page. b goes back.",
    NO_ORGANISATION,
)
FORM = _more(
    "Fill in the form in your browser, with the values above. Name and redirect URI can be edited later, scopes "
    "can't.",
    'A box that is missing: search it with "Search scopes...". Two cards are named Organisations: take the one '
    "under User.",
)
CREATED_ALREADY = _more("Created it before you stopped? Then press Enter; don't create a second one.")
CREDENTIALS = _more(
    "Both have a Copy button in the portal. In the one application that we have seen each had 43 characters.",
    "They are saved in your keyring first. StackOne gets them after you confirm it. b goes back.",
)
RECEIVED = _more(
    "Paste the text that your colleague sent: all of it, line breaks don't matter. Only your keyring opens it.",
    "You can also paste a Client ID here, and its secret next. b goes back.",
)
HANDED_OVER = _more(
    "Your colleague needs the page and nothing else. When you have the locked text, run the same command and "
    "paste it.",
)
TWICE = _more("Pressing Paste two times does this. Yes uses one half, no uses all of it.")
REVIEW = _more(
    "Nothing was sent to StackOne. Create it: StackOne gets Client ID and Client Secret, then eh-connect reads "
    "the profile back.",
)
EDIT = _more("Nothing is sent while you change something. Afterwards you see the review again.")
ACTIONS = _more(
    'What StackOne may do with the data: the IDs with commas between them, or "all". An unknown ID is refused, '
    "with IDs that exist. b goes back.",
)
PROFILES = _more(
    "A new Client Secret of the same application keeps the linked accounts. Another application has another "
    "Client ID: each account has to be linked again.",
    "A profile with another name leaves all others as they are.",
)
WHICH = _more("eh-connect goes on with the profile that you choose. The others stay as they are.")
NAME_TAKEN = _more(
    "Take it over only if it is yours. Accounts that were linked by another application have to be linked again.",
)
WAYS = _more(
    "StackOne doesn't document a call that creates profiles. eh-connect asks for it with an empty request "
    "before it sends anything; if it isn't there, you go on in the dashboard.",
)
NEW_SECRET = _more(
    "Open the application's page in the Developer Portal. Whether it offers a new secret for an application "
    "is not documented.",
)
ROLLBACK = _more(
    "StackOne gets the secret from before the last rotation. The present one is saved in its place: the same "
    "command returns to it.",
)
DASHBOARD = _more(
    "This screen looks at StackOne's list every few seconds and goes on when the profile is there.",
    "A copied secret leaves the clipboard after 45 seconds. A clipboard history keeps its own copy.",
)
SIGN_IN = _more(
    "You sign in as an administrator of an organisation of yours. StackOne links it as a test account, which is "
    "removed afterwards.",
)
SHOWN = _more("To copy them by hand. Whoever sees your screen can read them.")
BROWSER = _more(
    "Choose what is nearest, and read what to do. The test ends then; with the last choice it goes on."
)
NEW_LINK = _more("A link works once and for a while. A new one goes on with the same test.")
REMOVE = _more("Yes deletes what is saved on this computer. The profile and the application stay.")
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
