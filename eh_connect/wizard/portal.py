"""Employment Hero's Developer Portal: the organisation, and the application with its scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.change import ALL_ACTIONS
from eh_connect.commands import command
from eh_connect.employment_hero import portal, scopes
from eh_connect.errors import ActionNeededError, NextStep, StackOneRefusedError
from eh_connect.judging import line
from eh_connect.stackone.models import REDIRECT_URI
from eh_connect.terminal import Choice
from eh_connect.wizard import words

if TYPE_CHECKING:
    from eh_connect.employment_hero.scopes import Selection
    from eh_connect.wizard.talk import Talk


def before_the_work(talk: Talk) -> None:
    """Who may do this, and in whose organisation; the way out for who may not."""
    talk.heading(2, "Before the work")
    talk.terminal.say(
        "You need Employment Hero with a Platinum subscription or above, and the organisation of your own "
        "company (a software vendor's own, not a customer's, not a two-week trial): ONE application serves "
        "all your customers. A permanent sandbox organisation can be asked for at"
    )
    talk.terminal.exact(portal.SANDBOX_ADDRESS)
    talk.terminal.say("The portal has to be open to you: an administrator's account.")
    key = talk.asking.go_on(words.WHOSE, g="somebody else has that account: write the guide for them")
    if key == "g":
        path = talk.parts.write_guide(talk.answers)
        raise ActionNeededError(
            "Somebody with the Employment Hero account has to act.",
            detail=f"The guide for them is in {path}. What you answered is kept.",
            hint="When you have Client ID and Client Secret, go on.",
            next_steps=(NextStep("go on", command("setup", talk.keeping.state.label)),),
        )


def organisation(talk: Talk) -> None:
    """The organisation, and so the portal's address."""
    talk.heading(3, "The Developer Portal")

    def judge(text: str) -> str:
        return str(portal.org_id_from(text, talk.parts.portal_app_url)) if text else ""

    org_id = talk.answers.org_id
    if not talk.answers.org_id_given:
        talk.terminal.say(
            "Paste the organisation ID, or any address of your Employment Hero. Empty: you go by the menu."
        )
        asked = talk.asking.text("Organisation ID", judge, default=org_id or "", more=words.ORGANISATION)
        org_id = asked or None
        talk.note(org_id=org_id)
    if org_id:
        talk.terminal.say("The Developer Portal:")
        talk.asking.open(portal.portal_url(org_id, talk.parts.portal_app_url))
    else:
        talk.terminal.say("Under your profile name, top right:")
        talk.terminal.exact(portal.MENU_PATH)
    talk.terminal.say("There: “Add Application”. You see “Configure & Select Scopes”.")


def application(talk: Talk) -> None:
    """The application's values, one at a time, and what to expect on the review page."""
    talk.heading(4, "The application")
    ask_actions(talk)
    selection = _ask_scopes(talk)
    talk.asking.hand_over(
        "In the portal's form, enter the Application Name", talk.answers.app_name, more=words.APP_NAME
    )
    talk.asking.hand_over("Enter the Redirect URI, to the letter", REDIRECT_URI, more=words.REDIRECT)
    talk.terminal.say("Tick these boxes (card: boxes):")
    for card, boxes in selection.cards:
        talk.terminal.exact(f"{card.name}: {', '.join(boxes)}")
    for scope in selection.unmapped:
        talk.terminal.exact(f"(no card is known for it) {scope}")
    talk.asking.go_on(words.FOR_EVER)
    talk.terminal.say("“Continue to Review”. Compare; either spelling is right:")
    for scope in selection.review_strings:
        talk.terminal.exact(scope)
    if selection.unknown_cards:
        talk.terminal.say(f"Not known how it is written: {', '.join(selection.unknown_cards)}.")
    talk.terminal.say(
        "SCOPES ARE FIXED FOR EVER: a forgotten one means a new application, new credentials and a new "
        "consent of every linked account. When all is there: “Create Application”."
    )
    talk.asking.go_on(words.FOR_EVER)


def ask_app_name(talk: Talk) -> None:
    """Another name of the application."""
    more = "Customers probably see it when they consent. It can be edited in the portal later."
    talk.note(app_name=talk.asking.text("Application Name", line, default=talk.answers.app_name, more=more))


def ask_actions(talk: Talk) -> None:
    """Which actions StackOne may carry out; not answered means all, and is not sent."""
    if talk.answers.actions is not None or talk.reads is None:
        return
    try:
        offered = talk.reads.actions().actions
    except StackOneRefusedError as exc:
        talk.terminal.say(f"StackOne did not say which actions there are ({exc.title}): all of them.")
        return
    talk.offered = offered
    if not offered:
        return
    answer = talk.asking.pick(
        "Actions to enable at StackOne",
        (Choice("all", f"All ({len(offered)})"), Choice("some", "Choose from the list")),
        default="all",
        more=words.ACTIONS,
    )
    if answer == "all":
        talk.note(actions=None)
    else:
        choices = [Choice(a.id, f"{a.label} ({a.id})" if a.label else a.id) for a in offered]
        talk.note(actions=talk.terminal.pick_many("Actions", choices))


def _ask_scopes(talk: Talk) -> Selection:
    text = talk.answers.scopes
    if text is None:
        text = talk.asking.pick(
            "Scopes, fixed for ever",
            [
                *(
                    Choice(
                        name, f"{name}: {len(preset.cards)} cards, {len(preset.review_strings)} scopes known"
                    )
                    for name, preset in scopes.PRESETS.items()
                ),
                Choice("own", "My own list of cards"),
            ],
            more=words.SCOPES,
        )
        if text == "own":
            text = talk.asking.text(
                "Cards, with commas",
                _known_scopes,
                more=words.CARDS,
            )
        talk.note(scopes=text)
    else:
        talk.terminal.say(f"Scopes, as given or kept from an earlier run (change them at the review): {text}")
    selection = scopes.parse(text)
    chosen = talk.answers.actions
    if chosen and chosen != ALL_ACTIONS:
        needed = [s for action in talk.offered if action.id in chosen for s in action.required_scopes]
        selection |= scopes.requiring(needed)
    if selection.sensitive:
        talk.terminal.say(f"This opens sensitive data: {', '.join(selection.sensitive)}.")
    return selection


def _known_scopes(text: str) -> str:
    scopes.parse(text)
    return text
