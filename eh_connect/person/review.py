"""Step 5, the review before anything is sent, and the changes that can be made there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs as i
from eh_connect.flows.console import Revised
from eh_connect.lines import Line, counted, row
from eh_connect.person import words
from eh_connect.person.asking import ask_actions, ask_credentials, ask_for, region
from eh_connect.person.terminal import STOP, Choice

if TYPE_CHECKING:
    from eh_connect.change import Change
    from eh_connect.person.terminal import Terminal
    from eh_connect.values import Values

_API = "StackOne API. StackOne doesn't document this call: if it stops working, you go on in the dashboard."
_SHOWN = 4
"""Characters of a Client ID that are shown at each end."""


def review(terminal: Terminal, values: Values, change: Change, accounts: int | None) -> None:
    """Show what will be sent. Returns if the person agrees; raises Revised if they changed something."""
    terminal.show(words.step(words.STEPS, "Review"), *_rows(change, accounts, region(values[i.API_KEY])))
    verb, what = ("Create", "Create it") if change.profile is None else ("Change", "Change it")
    choices = (Choice("yes", what), Choice("edit", "Change something"), STOP)
    while terminal.choose(f"{verb} the connector profile?", choices, words.REVIEW) != "yes":
        _edit(terminal, values)


def _rows(change: Change, accounts: int | None, where: str) -> list[Line]:
    if change.profile is None:
        project = f", in the project of your key ({where})" if where else ""
        rows = [row("Profile", f'"{change.fields.name}", new{project}')]
    else:
        linked = "" if accounts is None else f", {counted(accounts, 'linked account')}"
        rows = [row("Profile", f'"{change.profile.name}"{linked}')]
        if change.fields.name:
            rows.append(row("New name", change.fields.name))
    credentials = change.fields.credentials
    if credentials is not None:
        secret = credentials.client_secret
        rows += [
            row("Client ID", _shortened(credentials.client_id.reveal())),
            row("Client Secret", f"{secret.length} characters, fingerprint {secret.fingerprint}"),
        ]
    actions = change.fields.actions
    if actions is not None or change.profile is None:
        rows.append(row("Actions", ", ".join(actions) if actions else "StackOne's default (all)"))
    if change.fields.default is not None:
        rows.append(row("Default", "yes" if change.fields.default else "no"))
    return [*rows, row("How", _API)]


def _edit(terminal: Terminal, values: Values) -> None:
    """Ask for one of the values again. Raises Revised if it was answered: all is planned again."""
    answer = terminal.choose(
        "What would you like to change?",
        (
            Choice("name", "Name", str(values[i.NAME])),
            Choice("actions", "Actions", ", ".join(values[i.ACTIONS] or ("all",))),
            Choice("how", "How", "StackOne API or dashboard"),
            Choice("credentials", "Client ID and Client Secret"),
            Choice("back", "Nothing: back to the review"),
        ),
        words.EDIT,
    )
    is_answered = answer != "back"
    if answer == "name":
        is_answered = ask_for(terminal, i.NAME, values)
    elif answer == "actions":
        is_answered = ask_actions(terminal, values)
    elif answer == "how":
        ways = (
            Choice("auto", "StackOne API", "else the dashboard"),
            Choice("dashboard", "StackOne dashboard"),
        )
        values.answer(i.VIA, terminal.choose("How?", ways, words.WAYS))
    elif answer == "credentials":
        is_answered = ask_credentials(terminal, values)
    if is_answered:
        raise Revised


def _shortened(client_id: str) -> str:
    """The first and last characters of a Client ID, which is no secret."""
    if len(client_id) < _SHOWN * 3:
        return f"{len(client_id)} characters"
    return f"{client_id[:_SHOWN]}…{client_id[-_SHOWN:]}"
