"""Client ID and Client Secret: taken hidden, judged, kept at once, probed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.errors import StoppedError
from eh_connect.ports import ProbeResult
from eh_connect.secret import Pair
from eh_connect.terminal import Choice
from eh_connect.wizard import words

if TYPE_CHECKING:
    from eh_connect.wizard.talk import Talk


def credentials(talk: Talk) -> None:
    """Take a pair that Employment Hero does not reject, or that the person insists on."""
    talk.heading(5, "Client ID and Client Secret")
    talk.terminal.say("You see “Application Created Successfully!” with two Copy buttons.")
    while True:
        _ask_pair(talk)
        if not talk.parts.check or _probe_is_fine(talk):
            return


def _ask_pair(talk: Talk) -> None:
    client_id = talk.answers.client_id or talk.asking.secret(
        "Client ID", lambda text: talk.asking.judged(judge_pair(text, None)), more=words.CREDENTIALS
    )
    client_secret = talk.answers.client_secret or talk.asking.secret(
        "Client Secret",
        lambda text: talk.asking.judged(
            [f for f in judge_pair(client_id.reveal(), text) if f.input == "client-secret"]
        ),
        more=words.CREDENTIALS,
    )
    pair = Pair(client_id, client_secret)
    talk.note(client_id=None, client_secret=None)  # given ones count once: pasted again, they are asked for
    if pair == talk.keeping.previous and pair != talk.keeping.current:
        talk.terminal.say("This pair is the previous one, which a rotation replaced: copy the newer one.")
        _ask_pair(talk)
        return
    talk.keeping.stage(pair, talk.parts.origins)
    talk.note(pair=pair)
    if talk.keeping.writes:
        talk.terminal.say(
            f"Both are kept in the keyring ({talk.keeping.backend}): nobody asks for them again."
        )


def _probe_is_fine(talk: Talk) -> bool:
    pair = talk.answers.pair
    if pair is None:
        return False
    result = talk.parts.probe(pair)
    if result is ProbeResult.NOT_REJECTED:
        talk.terminal.say("Employment Hero did not reject them. That is advice, not proof.")
    elif result is ProbeResult.COULD_NOT_TELL:
        talk.terminal.say("Whether Employment Hero knows them could not be told. That happens; go on.")
    if result is not ProbeResult.REJECTED:
        return True
    talk.terminal.say(
        "Employment Hero rejected them. Likely: one was cut off, they are swapped, or of two applications."
    )
    answer = talk.asking.pick(
        "What now?",
        (
            Choice("again", "Paste both again"),
            Choice("on", "Go on all the same"),
            Choice("stop", "Stop here"),
        ),
        default="again",
        more=words.REJECTED,
    )
    if answer == "stop":
        talk.keeping.undo()
        raise StoppedError("Stopped: nothing was sent to StackOne.")
    return answer == "on"
