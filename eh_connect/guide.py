"""The whole job as steps with exact values: to read, or to hand to the person who has the account.

Sources: StackOne's setup guide; Employment Hero's documentation and screenshots of March 2026. What nobody
has published is marked ``[inference]``.
"""

from __future__ import annotations

from eh_connect.change import ALL_ACTIONS
from eh_connect.employment_hero.portal import MENU_PATH, SANDBOX_ADDRESS, portal_url
from eh_connect.employment_hero.scopes import PRESETS, Selection
from eh_connect.guide_document import Guide, Section, Step, Value
from eh_connect.stackone.models import REDIRECT_URI

LINKING_DOCS = 'docs.stackone.com, guide "accounts-section", heading "linking-accounts"'


def build_guide(
    *,
    org_id: str | None,
    app_name: str,
    name: str,
    selection: Selection | None,
    actions: tuple[str, ...] | None,
    app_url: str,
    dashboard_url: str,
) -> Guide:
    """The guide for these values.

    Args:
        org_id: the organisation, for the portal's address; None: the guide says how to find it.
        app_name: name of the application at Employment Hero.
        name: name of the profile at StackOne.
        selection: the scopes; None or empty: the guide shows the presets, it never chooses one.
        actions: action IDs to enable; None: not given.
        app_url: Employment Hero's app, without a trailing slash.
        dashboard_url: StackOne's dashboard, likewise.
    """
    return Guide(
        "Connect Employment Hero to StackOne",
        "Exact values stand alone on their lines. [inference] marks what nobody has documented.",
        (
            _preconditions(),
            Section(
                "Register at Employment Hero",
                (*_form(org_id, app_name, app_url), *_scopes(selection), *_creation(selection)),
            ),
            _credentials(),
            _profile(name, actions, dashboard_url),
            _tokens(),
            _afterwards(),
        ),
    )


def _values(label: str, texts: tuple[str, ...]) -> tuple[Value, ...]:
    return tuple(Value(label, text) for text in texts)


def _preconditions() -> Section:
    return Section(
        "Before you start",
        (
            Step(
                "Check the subscription: Employment Hero's API needs Platinum or above.",
                mistake="Registering in a free trial: it has the Developer Portal for 2 weeks only.",
            ),
            Step(
                "Choose the organisation: the software vendor's own (partner or sandbox). A vendor registers "
                "one application there, and all its customers authorise it.",
                mistake="Registering in a customer's organisation, or one application for each customer.",
                values=(Value("Ask here for a permanent sandbox organisation", SANDBOX_ADDRESS),),
            ),
            Step(
                "Have an administrator of that organisation open the portal.",
                mistake="Employment Hero Payroll (KeyPay, yourpayroll) is another product: its addresses, "
                "IDs and keys do not work here.",
            ),
        ),
        ordered=False,
    )


def _form(org_id: str | None, app_name: str, app_url: str) -> tuple[Step, ...]:
    menu = Value("By menu (under your profile name, top right)", MENU_PATH)
    if org_id is None:
        # The braces are meant to be read, not to be encoded.
        pattern = portal_url("ID", app_url).replace("organisations/ID/", "organisations/{org_id}/")
        opening = Step(
            "Open the Developer Portal. To go there by its address, find the organisation ID: the address of "
            "pages such as the dashboard has it after “organisations/”, as a UUID or a number. With "
            "--org-id (the ID, or that whole address) this guide shows the portal's address.",
            see="The page “API” with the button “Add Application”.",
            values=(menu, Value("By address, with the ID in place of {org_id}", pattern)),
        )
    else:
        opening = Step(
            "Open the Developer Portal.",
            see="The page “API” with the button “Add Application”.",
            values=(Value("By address", portal_url(org_id, app_url)), menu),
        )
    return (
        opening,
        Step(
            "“Add Application”.",
            see="“Configure & Select Scopes”: Application Name, Redirect URI, API Scopes. This is the form "
            "of March 2026, in three steps; StackOne's guide ends it with one button, “Create”.",
        ),
        Step(
            "Enter the name. It can be edited later; customers probably see it when consenting [inference].",
            values=(Value("Application Name", app_name),),
        ),
        Step(
            "Enter the redirect URI, exactly. It can be edited later.",
            mistake="A blank, a trailing slash or another address: then no account can be linked. It must be "
            "HTTPS; the portal refuses localhost.",
            values=(Value("Redirect URI", REDIRECT_URI),),
        ),
    )


def _scopes(selection: Selection | None) -> tuple[Step, ...]:
    forever = (
        "A forgotten scope. Scopes are fixed for ever at creation: one more means a new application, new "
        "credentials, and a new consent of each linked account."
    )
    steps = []
    if selection is None or not selection.cards:
        steps.append(
            Step(
                "Choose the scopes: none are chosen by default. Run this guide with --scopes and a preset or "
                "a comma list of cards (for their Read box), boxes (Employees/Update), or scope strings.",
                mistake=forever,
                values=tuple(
                    Value(_describe(name, preset), f"eh-connect guide --scopes {name}")
                    for name, preset in PRESETS.items()
                ),
            )
        )
    else:
        if selection.sensitive:
            steps.append(
                Step(
                    "Make sure that these are needed: they open bank accounts, pay, emergency contacts, tax "
                    "or superannuation of employees.",
                    values=_values("Sensitive", selection.sensitive),
                )
            )
        boxes = tuple(f"{card.name}: {', '.join(boxes)}" for card, boxes in selection.cards)
        steps.append(
            Step(
                "Tick these boxes, by the cards' names. The portal is the only list and it changes; it may "
                "write “organizations”.",
                see="The counter “N scopes selected” going up; whether it counts boxes or strings is not "
                "documented.",
                mistake=forever,
                values=_values("Card: boxes", boxes),
            )
        )
    if selection is not None and selection.unmapped:
        steps.append(
            Step(
                "Find the cards of these scopes yourself: which box grants them is not known here.",
                values=_values("Scopes of no known card", selection.unmapped),
            )
        )
    return tuple(steps)


def _describe(name: str, preset: Selection) -> str:
    cards = ", ".join(card.name for card, _ in preset.cards)
    label = f"Preset {name}, Read on {len(preset.cards)} cards: {cards}"
    return f"{label}. Sensitive among them: {', '.join(preset.sensitive)}" if preset.sensitive else label


def _creation(selection: Selection | None) -> tuple[Step, ...]:
    review: list[Value] = []
    if selection is not None:
        review += _values("Scope strings to expect", selection.review_strings)
        review += _values("Of these, spelled in 2025", selection.older_strings)
        review += _values("Boxes whose strings are not known here", selection.unknown_cards)
    return (
        Step(
            "“Continue to Review”, and compare.",
            see="The scopes, and the warning that they cannot be modified afterwards. Either spelling is "
            "right; for a box whose strings are not known, look for its name.",
            mistake="Going on although one is missing: go back now, later is a new application.",
            values=tuple(review),
        ),
        Step(
            "“Create Application”.",
            see="“Application Created Successfully!”, with Copy buttons for Client ID and Client Secret.",
        ),
    )


def _credentials() -> Section:
    return Section(
        "Keep the credentials",
        (
            Step(
                "Copy Client ID and Client Secret with the Copy buttons, and give them to eh-connect, which "
                "asks for them and keeps them in the keyring of your system.",
                see="Each had 43 characters in the one application seen [inference].",
                mistake="Leaving it for later: the portal can probably show the secret again [inference], "
                "but do not count on it.",
                values=(Value("Command", "eh-connect setup"),),
            ),
            Step(
                "If another person runs eh-connect: send the secret by a password manager's one-time share, "
                "or go there and enter it into the terminal yourself.",
                mistake="Chat, mail or a ticket: copies stay there. Two messages are not safer than one.",
            ),
        ),
        ordered=False,
    )


def _profile(name: str, actions: tuple[str, ...] | None, dashboard_url: str) -> Section:
    if actions == ALL_ACTIONS:
        enabling = Step("Select all Actions.")
    elif actions:
        enabling = Step("Select these Actions.", values=_values("Actions", actions))
    else:
        enabling = Step("Optionally select the Actions to enable.")
    return Section(
        "Create the profile at StackOne",
        (
            Step(
                "Open the dashboard, unless “eh-connect setup” has created the profile already.",
                mistake="Creating a second profile beside the one of eh-connect.",
                values=(Value("Address", f"{dashboard_url.rstrip('/')}/connector_profiles"),),
            ),
            Step(
                "Start a profile.",
                values=(Value("Path", "+ Connector Profile > Employment Hero > Type: OAuth 2.0"),),
            ),
            Step(
                "Enter Client ID and Client Secret. StackOne's guide lists no field for a name; if there is "
                "one, enter the name.",
                mistake="Client ID and Client Secret swapped: both look alike.",
                values=(Value("Name", name),),
            ),
            enabling,
            Step("“Create profile”.", see="The profile in the project. It is enabled at once."),
        ),
    )


def _tokens() -> Section:
    return Section(
        "Good to know: tokens",
        (
            Step("An access token lives 15 minutes."),
            Step(
                "Refresh tokens do not expire, but each refresh returns a new one: whoever holds the tokens "
                "must replace the stored one with it."
            ),
            Step(
                "Employment Hero demands PKCE (S256). Whether StackOne's connector sends it is not "
                "documented: if every link fails though all values are right, ask StackOne."
            ),
            Step(
                "For all scopes but those of the user group (Organisations), whoever links an account must "
                "be an administrator of the organisation that is linked, or have the permissions of the "
                "modules."
            ),
        ),
        ordered=False,
    )


def _afterwards() -> Section:
    return Section(
        "Afterwards",
        (
            Step("Prove the profile: link a test account through it, and sign in to Employment Hero."),
            Step("Link the customers' accounts.", values=(Value("Documentation", LINKING_DOCS),)),
        ),
    )
