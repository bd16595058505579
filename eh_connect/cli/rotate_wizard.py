"""``rotate`` at a terminal: what is missing is asked for; the new secret last, once the rest is checked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.employment_hero.portal import portal_url
from eh_connect.flows.rotate import have_secret_made
from eh_connect.ports import ProbeResult
from eh_connect.secret import Pair, Secret
from eh_connect.terminal import Choice
from eh_connect.wizard import words
from eh_connect.wizard.key import working_key

if TYPE_CHECKING:
    from eh_connect.asking import Asking
    from eh_connect.cli.setup_inputs import Gathered
    from eh_connect.cli.wiring import Wiring
    from eh_connect.console import Console


def gather(
    questions: Asking, gathered: Gathered, wiring: Wiring, console: Console
) -> tuple[Gathered, Pair, Secret]:
    """What was given, with the profile and the rest that was asked for: the pair, and the API key."""
    kept, given = wiring.keeping, gathered.given
    opened = working_key(questions, wiring.stackone.connect, gathered.api_key)
    if given.profile_id is None and kept.state.profile_id is None and opened.profiles:
        profile_id = questions.pick(
            "Which profile gets the new secret? None was made from here under this label.",
            [Choice(profile.id, f"{profile.name} (ID {profile.id})") for profile in opened.profiles],
            more="The Client ID has to stay the same: a new secret of the same application.",
        )
        gathered = replace(gathered, given=replace(given, profile_id=profile_id))
    if gathered.pair is not None and not _is_dead(gathered.pair, questions, wiring):
        return gathered, gathered.pair, opened.key
    held = kept.pair or gathered.pair
    if given.client_id is not None:
        client_id = Secret(given.client_id)
    elif held is not None:
        client_id = held.client_id
    else:
        client_id = questions.secret(
            "Client ID of the same application",
            lambda text: questions.judged(judge_pair(text, None)),
            more=words.CREDENTIALS,
        )
    portal = portal_url(kept.state.org_id, given.eh_app_url) if kept.state.org_id else None
    request = wiring.request(gathered, Pair(client_id, client_id), check=wiring.switches.check)
    pair = have_secret_made(request, client_id, wiring.parts(opened.key, console), portal)
    return replace(gathered, pair=None), pair, opened.key


def _is_dead(pair: Pair, questions: Asking, wiring: Wiring) -> bool:
    """Whether the pair of an earlier run is one that Employment Hero does not know any more."""
    if pair != wiring.keeping.next or wiring.switches.purpose == "rollback":
        return False
    fingerprint = pair.client_secret.fingerprint
    if wiring.switches.check and wiring.probe(pair) is ProbeResult.REJECTED:
        questions.terminal.say(f"Employment Hero rejects {fingerprint}, staged by an earlier run.")
        if not wiring.keeping.is_told:
            wiring.keeping.unstage()
        return True
    questions.terminal.say(f"An earlier run is not finished: it goes on with {fingerprint}.")
    return False
