"""``eh-connect remove``: forgets what is kept here of a profile, and says what remains to be done by hand."""

from __future__ import annotations

from contextlib import ExitStack
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from eh_connect import inputs as names
from eh_connect.cli import options
from eh_connect.cli.session import execute
from eh_connect.cli.status import MOST_COLUMNS, led_to_stackone

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eh_connect.cli.session import Session
    from eh_connect.flows.keeping import Keeping
    from eh_connect.flows.remove import RemoveResult
    from eh_connect.inputs import Inputs
    from eh_connect.state import StateFolder


def remove(  # noqa: PLR0913  # a flag is an argument
    *,
    profile: options.Profile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask; needed where nobody is there.")] = False,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
    api_key: options.RefusedApiKey = None,
) -> None:
    """Forget what is kept here of a profile, and say what remains to be done by hand.

    Its pairs, its API key and its state are deleted. Nothing changes at StackOne or Employment Hero.
    """

    def body(session: Session, inputs: Inputs) -> RemoveResult:
        if not yes and not session.attended:
            inputs.missing.append(names.YES.problem())
        return _remove(session, inputs, asks=not yes)

    execute("remove", locals(), body)


def _remove(session: Session, inputs: Inputs, *, asks: bool) -> RemoveResult:
    from eh_connect.cli import parts, setup_inputs
    from eh_connect.flows.keeping import Keeping
    from eh_connect.flows.remove import RemoveRequest
    from eh_connect.flows.remove import remove as forget
    from eh_connect.flows.status import Opened
    from eh_connect.state import StateFolder

    given = setup_inputs.read_for_looking(inputs, session.output.warn)
    inputs.stop_on_problems()
    states = StateFolder(session.folder)
    keeping = Keeping(given.label, parts.keyring(session, given.label), states, writes=True, now=parts.now)
    with ExitStack() as stack:
        _lock_and_load(session, keeping, states, stack)
        (opened,) = led_to_stackone([Opened(given.label, keeping)], given, stack)
        request = RemoveRequest(
            project=opened.project,
            why_not=opened.why_not.rstrip("."),
            dashboard_url=given.app_url or setup_inputs.STACKONE_APP_URL,
            portal_app_url=given.eh_app_url,
            confirm=lambda by_hand: _confirm(session, given.label, by_hand) if asks else None,
            width=min(get_terminal_size().columns, MOST_COLUMNS),
        )
        return forget(keeping, request)


def _lock_and_load(session: Session, keeping: Keeping, states: StateFolder, stack: ExitStack) -> None:
    """Under the label's lock, for which no folder is made where nothing is kept."""
    from eh_connect.cli.opening import is_there

    label = keeping.state.label
    locked = is_there(session.folder)
    if locked:
        stack.enter_context(states.lock(label))
    keeping.load()
    if not locked and not keeping.is_empty:
        stack.enter_context(states.lock(label))
        keeping.load()


def _confirm(session: Session, label: str, by_hand: Sequence[str]) -> None:
    """Returns once the person has typed the label."""
    from eh_connect.cli.setup_wizard import asking

    questions = asking(session, browser=False)
    questions.terminal.heading(f"Forget what is kept here of “{label}”")
    more = (
        f"The Client ID and Secret, a kept API key and the state of “{label}” are deleted from this machine "
        "and can't be brought back from here. Nothing changes at StackOne or Employment Hero."
    )
    questions.terminal.say(more)
    for text in by_hand[:1]:
        questions.terminal.say(text)

    def judge(text: str) -> None:
        if text != label:
            raise ValueError("that is not the label; Ctrl-C leaves everything as it is")

    questions.text(f"Type the label “{label}” to forget it", judge, more=more)
