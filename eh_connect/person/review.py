"""Step 5: the review, last before anything is sent, and what can be changed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from eh_connect import inputs as i
from eh_connect import judging
from eh_connect.flows.parts import Revised
from eh_connect.lines import Line, counted, fail, row
from eh_connect.person import words
from eh_connect.person.credentials import ask_credentials
from eh_connect.person.terminal import STOP, Choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.change import Change
    from eh_connect.person.desk import Desk
    from eh_connect.values import Input, Values

T = TypeVar("T")

_API = "StackOne API. StackOne doesn't document this call: if it stops working, you go on in the dashboard."
_ENDS = 4
"""Characters of a Client ID that are shown at each end."""


class Review:
    """Shows what will be sent, and asks."""

    def __init__(self, desk: Desk, values: Values, region: str) -> None:
        self._desk = desk
        self._terminal = desk.terminal
        self._values = values
        self._region = region

    def confirm(self, change: Change, accounts: int | None) -> None:
        """Return if it is to be done. Revised: something was changed."""
        self._terminal.show(words.step(words.STEPS, "Review"))
        self._terminal.show(*self._rows(change, accounts))
        creates = change.profile is None
        question = "Create the connector profile?" if creates else "Change the connector profile?"
        while True:
            answer = self._terminal.choose(
                question,
                (
                    Choice("yes", "Create it" if creates else "Change it"),
                    Choice("edit", "Change something"),
                    STOP,
                ),
                more=words.REVIEW,
            )
            if answer == "yes":
                return
            self._edit()

    def _rows(self, change: Change, accounts: int | None) -> list[Line]:
        where = f", in the project of your key ({self._region})" if self._region else ""
        if change.profile is None:
            rows = [row("Profile", f'"{change.fields.name}", new{where}')]
        else:
            linked = "" if accounts is None else f", {counted(accounts, 'linked account')}"
            rows = [row("Profile", f'"{change.profile.name}"{linked}')]
            if change.fields.name:
                rows.append(row("New name", change.fields.name))
        credentials = change.fields.credentials
        if credentials is not None:
            secret = credentials.client_secret
            rows += [
                row("Client ID", ends(credentials.client_id.reveal())),
                row("Client Secret", f"{secret.length} characters, fingerprint {secret.fingerprint}"),
            ]
        actions = change.fields.actions
        if actions is not None or change.profile is None:
            rows.append(row("Actions", ", ".join(actions) if actions else "StackOne's default (all)"))
        if change.fields.default is not None:
            rows.append(row("Default", "yes" if change.fields.default else "no"))
        return [*rows, row("How", _API)]

    def _edit(self) -> None:
        """One of the values. Revised: all is planned again."""
        answer = self._terminal.choose(
            "What would you like to change?",
            (
                Choice("name", "Name", str(self._values[i.NAME])),
                Choice("actions", "Actions", ", ".join(self._values[i.ACTIONS] or ("all",))),
                Choice("how", "How", "StackOne API or dashboard"),
                Choice("credentials", "Client ID and Client Secret"),
                Choice("back", "Nothing: back to the review"),
            ),
        )
        if answer == "back":
            return
        if answer == "name":
            ask_for(self._desk, i.NAME, self._values, judging.line)
        elif answer == "actions":
            ask_for(self._desk, i.ACTIONS, self._values, judging.actions)
        elif answer == "how":
            way = self._terminal.choose(
                "How?",
                (
                    Choice("auto", "StackOne API", "else the dashboard"),
                    Choice("dashboard", "StackOne dashboard"),
                ),
                more=words.WAYS,
            )
            self._values.answer(i.VIA, way)
        else:
            ask_credentials(self._terminal, self._values)
        raise Revised


def ask_for(desk: Desk, wanted: Input[T], values: Values, judge: Callable[[str], T]) -> None:
    """Ask for a value until it is fine."""
    while True:
        try:
            values.answer(wanted, judge(desk.terminal.ask(wanted.title)))
        except ValueError as exc:
            desk.terminal.show(fail(f"{wanted.title}: {exc}."))
        else:
            return


def ends(client_id: str) -> str:
    """The first and last characters: a Client ID is no secret."""
    if len(client_id) < _ENDS * 3:
        return f"{len(client_id)} characters"
    return f"{client_id[:_ENDS]}…{client_id[-_ENDS:]}"
