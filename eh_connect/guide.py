"""The steps in the portal and in the dashboard, for the wizard, the documents and the hand-over page.

Sources: StackOne's setup guide; Employment Hero's documentation and prints of the form (June 2026).
"Probably" marks what is not documented.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.change import ALL_ACTIONS
from eh_connect.employment_hero.portal import MENU_PATH, SANDBOX_ADDRESS, portal_url
from eh_connect.employment_hero.scopes import PRESETS, READ, Selection, by_card, parse
from eh_connect.guide_steps import Form, Section, Step, Value
from eh_connect.lines import counted
from eh_connect.stackone.models import DASHBOARD_PATH, REDIRECT_URI

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eh_connect.change import Change
    from eh_connect.values import Values

SCOPES_STAY = (
    "Scopes are fixed once the application is created. To add one later you create a new application, and "
    "every customer connects again."
)
ORGANISATION = (
    "Use an organisation that stays yours: your company's, or your sandbox. One application there serves all "
    "your customers, so never use a customer's."
)
NO_ORGANISATION = (
    f"No organisation? Start Employment Hero's free trial, and ask {SANDBOX_ADDRESS} to make it a permanent "
    "sandbox. A trial alone ends after two weeks."
)
CREATED = 'The portal now says "Application Created Successfully!".'
CLOSED = "Closed it? The application's page should show both."

PRECONDITIONS = Section(
    "Before you start",
    (
        Step(
            "Check the plan. Employment Hero's API needs Platinum or above; what counts is that the menu has "
            f"this entry: {MENU_PATH}.",
            mistake="staying on a free trial. It has the Developer Portal for two weeks only.",
        ),
        Step(ORGANISATION, more=(NO_ORGANISATION,), mistake="one application for each customer."),
        Step(
            "Have an administrator of that organisation at hand: others don't see the Developer Portal.",
            mistake="Employment Hero Payroll (KeyPay, yourpayroll), another product. Its addresses, IDs "
            "and keys don't work here.",
        ),
    ),
    ordered=False,
)


def organisation_pattern(values: Values) -> str:
    """Return an address that shows where the organisation's ID stands in it."""
    return f"{values.require(i.EMPLOYMENT_HERO_APP_URL)}/app/v2/organisations/THIS_PART/…"


def chosen_scopes(values: Values) -> Selection:
    """Return the boxes that were chosen, none before the choice."""
    chosen = values[i.SCOPES]
    return parse(chosen) if chosen else Selection()


def portal_section(values: Values) -> Section:
    """Return the steps in the Developer Portal. Where no scopes were chosen they show the presets.

    ``copies`` of the section has the page's address, the application's name and the redirect URI.
    """
    org_id, app_url = values[i.ORG_ID], values.require(i.EMPLOYMENT_HERO_APP_URL)
    address = portal_url(org_id, app_url) if org_id else app_url
    opening = (
        'Open the portal and click "Add Application":'
        if org_id
        else 'Sign in, open the Developer Portal by its menu, and click "Add Application":'
    )
    return Section(
        "Create the application in Employment Hero",
        (
            Step(
                opening,
                values=(Value("Developer Portal", address),),
                more=(
                    f"Menu: {MENU_PATH}. Not there? You need Platinum or above and administrator's rights.",
                ),
                see='The form "Configure & Select Scopes" opens, headed "Add New Application". StackOne\'s '
                "own guide names the menu Settings › Developer Portal › API.",
            ),
            Step(
                "Application Name",
                values=(Value("Application Name", values.require(i.APP_NAME)),),
                see="Your customers probably see it when they allow access. It can be edited later.",
            ),
            Step(
                "Redirect URI, exactly",
                values=(Value("Redirect URI", REDIRECT_URI),),
                mistake="a blank, a slash at the end, or another address: then no account can be connected. "
                "It can be edited later. Several are separated by commas; localhost is refused.",
            ),
            *_scopes(chosen_scopes(values)),
            Step(
                'Click "Create Application".',
                see=f"{CREATED} It has Copy buttons for Client ID and Client Secret. StackOne's own guide "
                'calls the button "Create".',
            ),
        ),
    )


def _scopes(selection: Selection) -> tuple[Step, ...]:
    if not selection.boxes:
        presets = tuple(Value(name, _described(preset), Form.ROW) for name, preset in PRESETS.items())
        choosing = "Scopes: choose the cards that your integration needs, and tick only their small box"
        return (
            Step(
                f'{choosing} "{READ}". eh-connect guide --scopes NAME shows them for one of these names, or '
                "for the cards that you name:",
                values=presets,
                mistake=f"a forgotten scope. {SCOPES_STAY}",
            ),
            Step('Click "Continue to Review" and compare.', more=(_suspicious(selection),)),
        )
    return _ticking(selection), _review(selection)


def _described(preset: Selection) -> str:
    if preset == PRESETS["all-read"]:
        return f'every box "{READ}", {len(preset.cards)} cards'
    return ", ".join(boxes[0].card for boxes in preset.cards)


def _ticking(selection: Selection) -> Step:
    only_read = all(box.name == READ for box in selection.ticked)
    what = f'tick only the small box "{READ}" of these cards' if only_read else "tick only these small boxes"
    rows = []
    for section, boxes in groupby(selection.ticked, key=lambda box: box.section):
        cards = {its[0].card: ", ".join(box.name for box in its) for its in by_card(boxes)}
        named = [card if only_read else f"{card} ({names})" for card, names in cards.items()]
        only_in_admin = (
            " (the card of that name under Admin has only Delete)"
            if section == "User" and "Organisations" in cards
            else ""
        )
        rows.append(Value(section, ", ".join(named) + only_in_admin, Form.ROW))
    more = []
    if selection.sensitive:
        more.append(
            "Make sure that you need these: they open bank details, pay, emergency contacts, tax or "
            f"superannuation. {', '.join(selection.sensitive)}."
        )
    if selection.writes:
        more.append(
            f"Make sure that you need these: they change or delete data. {', '.join(selection.writes)}."
        )
    return Step(
        f"Scopes: {what}. The box beside a card's name can tick Create and Delete too. "
        '"Search scopes..." finds a card.',
        values=tuple(rows),
        more=tuple(more),
        see='The counter "N scopes selected" goes up. What it counts is not documented.',
        mistake=f"a forgotten scope. {SCOPES_STAY}",
    )


def _review(selection: Selection) -> Step:
    count = len(selection.strings)
    at_least = "at least " if selection.unknown else ""
    expected = f" We expect {at_least}{counted(count, 'scope')}:" if count else ""
    more = [_suspicious(selection)]
    if selection.unknown:
        more.append(f"How these are spelled there is not known: {', '.join(selection.unknown)}.")
    return Step(
        f'Click "Continue to Review" and compare.{expected}',
        values=tuple(Value("Scope", string, Form.WORD) for string in selection.strings),
        more=tuple(more),
        see="The page warns that scopes can't be modified afterwards. The button stays grey while "
        'something is missing, such as "Redirect URI required".',
        mistake="going on although one is missing. Go back now: later it takes a new application.",
    )


def _suspicious(selection: Selection) -> str:
    """Return how to notice that a wrong box was ticked."""
    spelled = "Other spellings are fine. " if selection.strings else ""
    unless = " without being chosen above" if selection.writes else ""
    return f"{spelled}Does one end in create, update or delete{unless}? Go back."


def dashboard_section(values: Values, change: Change, handing: Sequence[str] = ()) -> Section:
    """Return the steps in StackOne's dashboard that make the change.

    ``handing`` says how the person gets Client ID and Client Secret; empty: by themselves.
    """
    fields, creating = change.fields, change.profile is None
    page = Value("StackOne's dashboard", values.require(i.STACKONE_APP_URL) + DASHBOARD_PATH)
    steps = [Step("Open the page, in the project of your API key:", values=(page,))]
    if creating:
        steps += [
            Step('Click "+ Connector Profile" and choose Employment Hero'),
            Step("OAuth 2.0", field="Type"),
        ]
    else:
        steps.append(Step("Open the Employment Hero profile"))
    if fields.name:
        do, name = "enter" if creating else "change", Value("Name", fields.name)
        steps.append(Step(f"{do} it, if there is such a field", values=(name,), field="Name"))
    if has_credentials := creating or fields.credentials is not None:
        for label, how in zip(("Client ID", "Client Secret"), handing or ("", ""), strict=True):
            steps.append(Step(f"{how}{', ' if how else ''}paste it there", field=label))
    steps += _actions(fields.actions, creating=creating)
    if fields.default is not None:
        state = "on" if fields.default else "off"
        steps.append(Step(f"{state} (if there is such a switch)", field="Default"))
    saving = Step(
        'Click "Create profile"' if creating else "Save the profile",
        see="The profile shows in the project, enabled.",
        mistake="Client ID and Client Secret swapped: both look alike." if has_credentials else None,
    )
    return Section("Create the profile in StackOne", (*steps, saving))


def _actions(actions: tuple[str, ...] | None, *, creating: bool) -> list[Step]:
    if actions is None:
        return [Step("leave them, unless you want fewer", field="Actions")] if creating else []
    if actions == ALL_ACTIONS:
        return [Step("select all", field="Actions")]
    words = tuple(Value("Action", action, Form.WORD) for action in actions)
    return [Step("select these, and no others:", values=words, field="Actions")]
