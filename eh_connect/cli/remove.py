"""``remove``: forgets what is saved of a label, after a question if a person is there."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.cli.opening import judge_given
from eh_connect.cli.status import with_project
from eh_connect.errors import StoppedError
from eh_connect.flows.remove import forget
from eh_connect.flows.status import LabelSource
from eh_connect.lines import BLANK, from_text, prose, title, todo

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eh_connect.cli.session import Session
    from eh_connect.person.terminal import Terminal
    from eh_connect.results import RemoveResult


def remove(session: Session) -> RemoveResult:
    """Run the command, under the label's lock."""
    values, terminal = session.values, session.terminal
    asks = not values[i.YES]
    if asks and terminal is None:
        values.missing.append(i.YES.problem())
    judge_given(session)
    values.stop_on_problems()
    local = session.local(values.require(i.PROFILE), writes=True)
    with ExitStack() as stack:
        # A lock would create the folder, which must not happen if nothing is saved.
        locked = local.states.exists()
        if locked:
            stack.enter_context(local.lock())
        local.load()
        if not locked and not local.is_empty:
            stack.enter_context(local.lock())
            local.load()
        source = with_project(session, LabelSource(local.label, local, why_not="it is not set up"))
        confirm = partial(_confirm, terminal, local.label) if asks and terminal else None
        return forget(local, source, values, session.console(), confirm)


def _confirm(terminal: Terminal, label: str, by_hand: Sequence[str]) -> None:
    """Ask whether to remove the label. StoppedError: the person did not say yes."""
    from eh_connect.person import words

    terminal.show(
        title(f"Remove label {label} from this computer"),
        BLANK,
        prose("This deletes its Client ID, Client Secret, API key and notes here. It can't be undone."),
        prose("Nothing changes at StackOne or Employment Hero:"),
        *(line for text in by_hand for line in from_text(text, todo)),
        BLANK,
    )
    stopped = StoppedError("Stopped. Nothing was removed.")
    try:
        if not terminal.yes("Remove it?", words.REMOVE, default=False):
            raise stopped
    except (KeyboardInterrupt, EOFError):
        raise stopped from None
