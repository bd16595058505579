"""Asks for a value until it can be what it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.inputs import CLIENT_ID, CLIENT_SECRET
from eh_connect.lines import fail, warn
from eh_connect.person import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eh_connect.employment_hero.credentials import Finding
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Secret
    from eh_connect.values import Input, Values


def ask_for(terminal: Terminal, wanted: Input[Any], values: Values) -> None:
    """An input that is no secret, as an answer."""
    while True:
        try:
            values.answer(wanted, wanted.judge(terminal.ask(wanted.title)))
        except ValueError as exc:
            terminal.show(fail(f"{wanted.title}: {exc}."))
        else:
            return


def ask_credentials(terminal: Terminal, values: Values, *, only_secret: bool = False) -> None:
    """Client ID and Client Secret, or the secret alone, as answers."""
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
    return are_fine(terminal, "Client ID", judge_pair(client_id.reveal(), None))


def are_fine(terminal: Terminal, name: str, findings: Iterable[Finding]) -> bool:
    """Say what was found; False where something can't be."""
    for finding in findings:
        terminal.show((fail if finding.hard else warn)(f"{name}: {finding.why}."))
        if finding.hard:
            return False
    return True


def region(key: Secret | None) -> str:
    """Where the project is: keys look like ``v1.{region}.xxxxx``. Source: StackOne's documentation."""
    parts = key.reveal().split(".") if key else []
    found = parts[1] if len(parts) > 2 and parts[0] == "v1" else ""  # noqa: PLR2004  # its three parts
    return found if found.isascii() and found.isalnum() and len(found) < 10 else ""  # noqa: PLR2004  # eu1
