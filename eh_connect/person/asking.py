"""Asks for values until they are acceptable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.inputs import CLIENT_ID, CLIENT_SECRET
from eh_connect.lines import fail, warn
from eh_connect.person import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from eh_connect.employment_hero.credentials import Finding
    from eh_connect.lines import Line
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Secret
    from eh_connect.values import Input, Values


def ask_for(terminal: Terminal, wanted: Input[Any], values: Values) -> None:
    """Ask for an input that is no secret until it is valid, and take it as an answer."""
    while True:
        try:
            values.answer(wanted, wanted.kind.judge(terminal.ask(wanted.title)))
        except ValueError as exc:
            terminal.show(fail(f"{wanted.title}: {exc}."))
        else:
            return


def ask_credentials(terminal: Terminal, values: Values, *, only_secret: bool = False) -> None:
    """Ask for Client ID and Client Secret, or for the secret alone, and take them as answers."""
    if not only_secret:
        values.answer(CLIENT_ID, ask_secret(terminal, "Client ID", words.CREDENTIALS, judge_pair))
    values.answer(CLIENT_SECRET, ask_client_secret(terminal, values.require(CLIENT_ID)))


def ask_client_secret(terminal: Terminal, client_id: Secret) -> Secret:
    """Ask for the Client Secret that belongs to a Client ID."""

    def judge(text: str) -> list[Finding]:
        return [found for found in judge_pair(client_id.reveal(), text) if found.input == "client-secret"]

    return ask_secret(terminal, "Client Secret", words.CREDENTIALS, judge)


def ask_secret(
    terminal: Terminal, name: str, more: Sequence[Line], judge: Callable[[str], Iterable[Finding]]
) -> Secret:
    """Ask for a secret until ``judge`` finds no error in it."""
    while True:
        secret = terminal.ask_hidden(name, more)
        if is_acceptable(terminal, name, judge(secret.reveal())):
            return secret


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
