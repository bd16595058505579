"""Asks for values until they are acceptable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.inputs import ACTIONS, CLIENT_ID, CLIENT_SECRET
from eh_connect.lines import fail, prose, warn
from eh_connect.person import words
from eh_connect.person.terminal import BACK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from eh_connect.employment_hero.credentials import Finding
    from eh_connect.lines import Line
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Secret
    from eh_connect.values import Input, Values


def walk(terminal: Terminal, *steps: Callable[[], bool | None]) -> None:
    """Take steps until all are done. A step returns False to go back, and None where it asked nothing."""
    at, move = 0, 1
    while at < len(steps):
        goes_on = steps[at]()
        if goes_on is not None:
            move = 1 if goes_on else -1
        at += move
        if at < 0:
            terminal.show(*words.FIRST)
            at, move = 0, 1


def ask_for(
    terminal: Terminal,
    wanted: Input[Any],
    values: Values,
    *,
    taken: Iterable[str] = (),
    question: str = "",
    more: Sequence[Line] = (),
) -> bool:
    """Ask for an input that is no secret until it is valid, and take it as an answer.

    Returns False if the person goes back. ``taken`` are values that are not free.
    """
    more = more or (prose(f"{wanted.help}. The flag is {wanted.flag}. {BACK.key} goes back."),)
    while (text := terminal.ask(question or wanted.title, more)) != BACK.key:
        try:
            value = wanted.kind.judge(text)
        except ValueError as exc:
            terminal.show(fail(f"{wanted.title}: {exc}."))
        else:
            if value not in taken:
                values.answer(wanted, value)
                return True
            terminal.show(fail(f"{wanted.title}: that one is taken."))
    return False


def ask_actions(terminal: Terminal, values: Values) -> bool:
    """Ask which actions to enable. Returns False if the person goes back."""
    question = 'Actions (IDs with commas between them, or "all")'
    return ask_for(terminal, ACTIONS, values, question=question, more=words.ACTIONS)


def ask_credentials(terminal: Terminal, values: Values, *, only_secret: bool = False) -> bool:
    """Ask for Client ID and Client Secret, or for the secret alone, and take them as answers.

    Returns False, and takes neither, if the person goes back.
    """
    while True:
        client_id = values[CLIENT_ID]
        if not only_secret:
            client_id = ask_secret(terminal, "Client ID", words.CREDENTIALS, judge_pair)
        client_secret = ask_client_secret(terminal, client_id) if client_id else None
        if client_id and client_secret:
            values.answer(CLIENT_ID, client_id)
            values.answer(CLIENT_SECRET, client_secret)
            return True
        if only_secret or client_id is None:
            return False


def ask_client_secret(terminal: Terminal, client_id: Secret) -> Secret | None:
    """Ask for the Client Secret that belongs to a Client ID. Returns None if the person goes back."""

    def judge(text: str) -> list[Finding]:
        return [found for found in judge_pair(client_id.reveal(), text) if found.input == "client-secret"]

    return ask_secret(terminal, "Client Secret", words.CREDENTIALS, judge)


def ask_secret(
    terminal: Terminal, name: str, more: Sequence[Line], judge: Callable[[str], Iterable[Finding]]
) -> Secret | None:
    """Ask for a secret until ``judge`` finds no error in it. Returns None if the person goes back."""
    while (secret := terminal.ask_hidden(name, more)).reveal() != BACK.key:
        if is_acceptable(terminal, name, judge(secret.reveal())):
            return secret
    return None


def is_acceptable(terminal: Terminal, name: str, findings: Iterable[Finding]) -> bool:
    """Show what was found about a value. Returns False if there is an error among it."""
    for finding in findings:
        terminal.show((fail if finding.hard else warn)(f"{name}: {finding.why}."))
        if finding.hard:
            return False
    return True


def region(key: Secret | None) -> str:
    """The region of the project that a key is for; empty if it is not known.

    Source: StackOne's documentation, where keys look like ``v1.{region}.xxxxx``.
    """
    parts = key.reveal().split(".") if key else []
    found = parts[1] if len(parts) > 2 and parts[0] == "v1" else ""  # noqa: PLR2004  # its three parts
    return found if found.isascii() and found.isalnum() and len(found) < 10 else ""  # noqa: PLR2004  # eu1
