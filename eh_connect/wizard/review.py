"""The last look before anything is sent; every step can be changed from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.errors import StackOneAuthError, StoppedError
from eh_connect.flows.finding import NEW
from eh_connect.terminal import Choice
from eh_connect.wizard import words
from eh_connect.wizard.credentials import credentials
from eh_connect.wizard.portal import application, ask_actions, ask_app_name, organisation
from eh_connect.wizard.stackone import another_key, ask_name, settle_name
from eh_connect.wizard.talk import STEPS

if TYPE_CHECKING:
    from eh_connect.wizard.talk import Talk


def review(talk: Talk) -> None:
    """Show everything; returns on "yes", StoppedError (130) on "no"."""
    talk.heading(STEPS, "Review")
    while True:
        way = _way(talk)
        for label, value in _lines(talk, way):
            talk.terminal.say(f"{label}: {value}")
        answer = talk.asking.pick(
            "Do it?",
            (
                Choice("go", "Yes: create the connector profile" if _creates(talk) else "Yes: update it"),
                Choice("name", "Change the name"),
                Choice("actions", "Change the actions"),
                Choice("application", "See or change the application's values and scopes"),
                Choice("organisation", "Change the organisation"),
                Choice("credentials", "Paste Client ID and Client Secret again"),
                Choice("key", "Keep, or don't keep, the API key"),
                Choice("way", "Change the way"),
                Choice("stop", "No: stop here"),
            ),
            default="go",
            more=words.REVIEW,
        )
        if answer == "go":
            return
        _change(talk, answer)


def _change(talk: Talk, what: str) -> None:
    match what:
        case "name":
            ask_name(talk)
            settle_name(talk)
        case "actions":
            talk.note(actions=None)
            ask_actions(talk)
        case "application":
            ask_app_name(talk)
            talk.note(scopes=None)
            application(talk)
        case "organisation":
            talk.note(org_id_given=False)
            organisation(talk)
        case "credentials":
            credentials(talk)
        case "key":
            talk.note(keep_key=not talk.answers.keep_key)
        case "way":
            via = "auto" if talk.answers.via == "dashboard" else "dashboard"
            talk.note(via=via)
        case _:
            raise StoppedError(
                "Stopped: nothing was sent to StackOne.",
                detail="Everything answered is kept.",
                hint="Run the same command again: it goes on from here.",
            )


def _way(talk: Talk) -> str:
    if talk.answers.via == "dashboard":
        return "StackOne's dashboard"
    profile_id = talk.answers.profile_id or talk.keeping.state.profile_id
    if profile_id == NEW:
        return "what you made in the dashboard is taken over"
    if talk.writes is None:
        raise AssertionError("the key comes first")
    try:
        can = talk.writes.may_create() if profile_id is None else talk.writes.may_update(profile_id)
    except StackOneAuthError as exc:
        another_key(talk, exc)
        return _way(talk)
    if can:
        return "StackOne's API, by a call that StackOne does not document"
    if talk.answers.via == "auto":
        talk.note(via="dashboard")
        return "StackOne's dashboard (its API has no call for it)"
    return "StackOne's API, which has no call for it"


def _creates(talk: Talk) -> bool:
    return talk.answers.profile_id is None and talk.keeping.state.profile_id is None


def _lines(talk: Talk, way: str) -> list[tuple[str, str]]:
    answers = talk.answers
    pair = answers.pair
    return [
        ("Name at StackOne", answers.name),
        ("Profile", answers.profile_id or talk.keeping.state.profile_id or "a new one"),
        ("Actions", ", ".join(answers.actions) if answers.actions else "all"),
        ("Application Name", answers.app_name),
        ("Organisation", answers.org_id or "not given"),
        ("Scopes", answers.scopes or "not given"),
        ("Client ID", pair.client_id.fingerprint if pair else "missing"),
        ("Client Secret", pair.client_secret.fingerprint if pair else "missing"),
        ("API key", "kept in the keyring" if answers.keep_key else "not kept by this run"),
        ("Way", way),
    ]
