"""The order of the steps."""

from __future__ import annotations

from eh_connect.errors import StoppedError
from eh_connect.wizard.credentials import credentials
from eh_connect.wizard.portal import application, before_the_work, organisation
from eh_connect.wizard.review import review
from eh_connect.wizard.stackone import stackone
from eh_connect.wizard.talk import Answers, Talk, WizardParts


def interview(answers: Answers, parts: WizardParts) -> Answers:
    """Ask what is missing. StoppedError: the person left; ActionNeededError: another person has to act."""
    talk = Talk(answers, parts)
    try:
        stackone(talk)
        if talk.answers.pair is None:
            before_the_work(talk)
            organisation(talk)
            application(talk)
            credentials(talk)
        if talk.keeping.state.profile_id is None or talk.keeping.next is not None:
            review(talk)
            talk.note(reviewed=True)
    except (KeyboardInterrupt, EOFError):
        raise StoppedError(
            "Stopped.", detail=_kept(talk), hint="Run the same command again: it goes on from here."
        ) from None
    return talk.answers


def _kept(talk: Talk) -> str:
    if not talk.keeping.writes:
        return "Nothing is kept, because of --no-store."
    kept = "Organisation, application name, scopes and actions are kept as far as they were answered"
    if talk.keeping.next is not None:
        return f"{kept}; Client ID and Client Secret are in the keyring ({talk.keeping.backend})."
    return f"{kept}; Client ID and Client Secret only once both are given."
