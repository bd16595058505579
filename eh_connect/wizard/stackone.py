"""The key to StackOne, and what is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import judging
from eh_connect.errors import NetworkError, StackOneAuthError, StackOneRefusedError, StoppedError
from eh_connect.flows.finding import NEW, not_there
from eh_connect.terminal import Choice
from eh_connect.wizard import words
from eh_connect.wizard.key import working_key

if TYPE_CHECKING:
    from eh_connect.ports import ReadsProfiles
    from eh_connect.secret import Secret
    from eh_connect.wizard.talk import Talk

MOST_SHOWN = 10


def stackone(talk: Talk) -> None:
    """Get a key that works, show what there is, settle whose the name is."""
    if talk.answers.api_key is None or talk.answers.pair is None:
        talk.heading(1, "StackOne")
    given = talk.answers.api_key
    reads = _connect(talk, given)
    _show_profiles(talk, reads)
    if given is None and talk.keeping.writes:
        keep = talk.asking.yes("Keep the API key in the keyring?", default=False, more=words.KEEP_KEY)
        talk.note(keep_key=keep)
    settle_name(talk)


def another_key(talk: Talk, refusal: StackOneAuthError) -> None:
    """The key can't do what is needed: tell, and ask for another."""
    talk.terminal.say(f"{refusal.title} {refusal.detail or ''} {refusal.hint or ''}")
    _connect(talk, None)


def _connect(talk: Talk, given: Secret | None) -> ReadsProfiles:
    opened = working_key(talk.asking, talk.parts.connect, given)
    talk.reads, talk.writes, talk.profiles = opened.reads, opened.writes, opened.profiles
    _check_project(talk)
    talk.note(api_key=opened.key)
    return opened.reads


def _show_profiles(talk: Talk, reads: ReadsProfiles) -> None:
    if not talk.profiles:
        talk.terminal.say("The key works. The project has no Employment Hero profile yet.")
        return
    talk.terminal.say("The key works. Employment Hero profiles of the project:")
    for profile in talk.profiles[:MOST_SHOWN]:
        try:
            linked = f"{reads.count_accounts(profile.id)} linked accounts"
        except (NetworkError, StackOneAuthError, StackOneRefusedError):
            linked = "linked accounts can't be counted"
        talk.terminal.say(f"  “{profile.name}” (ID {profile.id}), {linked}")


def _check_project(talk: Talk) -> None:
    """The profile that is kept here has to be in the key's project, before anything is asked or kept."""
    kept_id = talk.keeping.state.profile_id
    is_there = kept_id is None or any(profile.id == kept_id for profile in talk.profiles)
    if not is_there and talk.answers.profile_id in {None, NEW}:
        raise not_there(kept_id or "", talk.keeping.state.label, talk.profiles)


def settle_name(talk: Talk) -> None:
    """A profile of our name that is not ours: take it over, choose another name, or stop."""
    state, wanted_id = talk.keeping.state, talk.answers.profile_id
    if wanted_id not in {None, NEW, *(profile.id for profile in talk.profiles)}:
        raise StackOneRefusedError(
            f"StackOne has no Employment Hero profile with the ID {wanted_id}.",
            hint="Check the ID, and that the API key belongs to the project of that profile.",
        )
    if wanted_id or state.profile_id or state.pending or talk.answers.if_exists != "ask":
        return
    while taken_by := [profile for profile in talk.profiles if profile.name == talk.answers.name]:
        if len(taken_by) > 1:
            raise StackOneRefusedError(
                f"StackOne has {len(taken_by)} profiles named “{talk.answers.name}”.",
                hint=f"Choose one with --profile-id: {', '.join(profile.id for profile in taken_by)}.",
            )
        (taken,) = taken_by
        answer = talk.asking.pick(
            f"The name “{taken.name}” is taken by a profile that was not made from here.",
            (
                Choice("name", "Choose another name"),
                Choice("take", "Take that profile over: it gets the new credentials"),
                Choice("stop", "Stop"),
            ),
            default="name",
            more="A profile holds one OAuth application for all customers. Taking it over replaces its "
            "Client ID and Secret; with another application, linked accounts have to be linked again.",
        )
        if answer == "stop":
            raise StoppedError("Stopped: nothing was changed.")
        if answer == "take":
            talk.note(profile_id=taken.id)
            return
        ask_name(talk)


def ask_name(talk: Talk) -> None:
    """Another name."""
    name = talk.asking.text(
        "Name at StackOne", judging.line, more="How the profile is called in StackOne's project."
    )
    talk.note(name=name, name_given=True)
