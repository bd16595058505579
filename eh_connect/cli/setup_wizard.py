"""``setup`` at a terminal: the real parts of the wizard, and what it gathers."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect.cli.setup_inputs import DEFAULT_APP_NAME, DEFAULT_NAME, Gathered
from eh_connect.employment_hero import scopes
from eh_connect.errors import StorageError
from eh_connect.guide import build_guide
from eh_connect.guide_document import markdown
from eh_connect.secret import Secret
from eh_connect.wizard import words
from eh_connect.wizard.run import interview
from eh_connect.wizard.talk import Answers, WizardParts

if TYPE_CHECKING:
    from eh_connect.asking import Asking
    from eh_connect.cli.session import Session
    from eh_connect.cli.wiring import Wiring
    from eh_connect.terminal import Terminal

GUIDE_FILE = "eh-connect-guide"


def terminal(session: Session) -> Terminal:
    """The full terminal, or the plain one for TERM=dumb, EH_CONNECT_ACCESSIBLE=1 and screen readers."""
    environ = session.environ
    is_dumb = environ.get("TERM", "dumb") == "dumb" and os.name != "nt"
    if is_dumb or environ.get("EH_CONNECT_ACCESSIBLE"):
        from eh_connect.terminal_plain import PlainTerminal

        return PlainTerminal()
    from eh_connect.terminal_full import FullTerminal

    return FullTerminal()


def asking(session: Session, *, browser: bool) -> Asking:
    """Who asks, and what the desktop offers."""
    from eh_connect.asking import Asking
    from eh_connect.desktop import Desktop

    return Asking(terminal(session), Desktop(session.environ, browser=browser, write=sys.stderr.write))


def afterwards(questions: Asking) -> None:
    """What to know once the profile is there."""
    questions.terminal.say(words.TOKENS)


def gather(
    session: Session,
    questions: Asking,
    gathered: Gathered,
    wiring: Wiring,
) -> Gathered:
    """Run the wizard for what is missing."""
    given = gathered.given
    keeping, stackone = wiring.keeping, wiring.stackone
    questions.terminal.heading("Before anything is asked")
    if keeping.writes:
        questions.terminal.say(f"The keyring works ({keeping.backend}), and so does {session.folder}.")
    stackone.check_reachable()
    questions.terminal.say(f"StackOne answers at {stackone.url}.")
    app_url = given.eh_app_url
    kept = keeping.state
    answers = interview(
        Answers(
            api_key=gathered.api_key,
            pair=gathered.pair,
            name=given.name or kept.name or DEFAULT_NAME,
            name_given=given.name is not None,
            org_id=given.org_id or kept.org_id,
            org_id_given=given.org_id is not None,
            client_id=None if given.client_id is None else Secret(given.client_id),
            client_secret=given.client_secret,
            if_exists=given.if_exists,
            app_name=given.app_name or kept.app_name or DEFAULT_APP_NAME,
            scopes=given.scopes or kept.scopes,
            actions=given.actions or kept.chosen_actions,
            profile_id=given.profile_id,
            via=given.via,
        ),
        WizardParts(
            asking=questions,
            keeping=keeping,
            connect=stackone.connect,
            probe=wiring.probe,
            write_guide=lambda so_far: _write_guide(so_far, app_url, stackone.dashboard_url),
            portal_app_url=app_url,
            origins=wiring.urls.origins,
            check=wiring.switches.check,
        ),
    )
    if answers.keep_key and answers.api_key is not None:
        keeping.keep_api_key(answers.api_key, wiring.urls.origins)
    given = replace(
        given,
        name=answers.name if answers.name_given else None,
        profile_id=answers.profile_id,
        actions=answers.actions,
        via=answers.via,
    )
    return Gathered(
        given,
        answers.pair,
        answers.api_key,
        probed=answers.pair is not gathered.pair,
        reviewed=answers.reviewed,
    )


def _write_guide(answers: Answers, app_url: str, dashboard_url: str) -> Path:
    guide = build_guide(
        org_id=answers.org_id,
        app_name=answers.app_name,
        name=answers.name,
        selection=scopes.parse(answers.scopes) if answers.scopes else None,
        actions=answers.actions,
        app_url=app_url,
        dashboard_url=dashboard_url,
    )
    for number in range(1, 100):
        path = Path(f"{GUIDE_FILE}.md" if number == 1 else f"{GUIDE_FILE}-{number}.md").absolute()
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(markdown(guide))
        except FileExistsError:
            continue
        except OSError as exc:
            raise StorageError(f"The guide can't be written to {path}: {exc.strerror}.") from None
        return path
    raise StorageError("There are a hundred guides in this folder already.", hint="Delete some.")
