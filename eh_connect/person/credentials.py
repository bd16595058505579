"""Asks for Client ID and Client Secret, until they can be what they should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.inputs import CLIENT_ID, CLIENT_SECRET
from eh_connect.lines import fail, warn
from eh_connect.person import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eh_connect.employment_hero.credentials import Finding
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Secret
    from eh_connect.values import Values


def ask_credentials(terminal: Terminal, values: Values, *, only_secret: bool = False) -> None:
    """Both, or the secret alone, as answers."""
    client_id = values.sure(CLIENT_ID) if only_secret else None
    while client_id is None:
        typed = terminal.ask_hidden("Client ID", words.CREDENTIALS)
        client_id = typed if is_client_id(terminal, typed) else None
    values.answer(CLIENT_ID, client_id)
    values.answer(CLIENT_SECRET, ask_secret(terminal, client_id))


def ask_secret(terminal: Terminal, client_id: Secret) -> Secret:
    """The secret that belongs to a Client ID."""
    while True:
        secret = terminal.ask_hidden("Client Secret", words.CREDENTIALS)
        findings = judge_pair(client_id.reveal(), secret.reveal())
        if are_fine(terminal, "Client Secret", (f for f in findings if f.input == "client-secret")):
            return secret


def is_client_id(terminal: Terminal, client_id: Secret) -> bool:
    """Say what is odd; False for what can't be it."""
    findings = judge_pair(client_id.reveal(), None)
    return are_fine(terminal, "Client ID", (f for f in findings if f.input == "client-id"))


def are_fine(terminal: Terminal, name: str, findings: Iterable[Finding]) -> bool:
    """Say what was found; False where something can't be."""
    for finding in findings:
        terminal.show((fail if finding.hard else warn)(f"{name}: {finding.why}."))
        if finding.hard:
            return False
    return True
