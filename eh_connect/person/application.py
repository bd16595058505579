"""Steps 2 to 4 of the wizard: choose the data, create the application, paste its credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eh_connect import guide
from eh_connect import inputs as i
from eh_connect.employment_hero import scopes
from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.employment_hero.hand_over import LockedTextError, looks_locked, open_locked
from eh_connect.employment_hero.portal import org_id_from
from eh_connect.lines import BLANK, fail, ok, prose, todo, warn
from eh_connect.person import words
from eh_connect.person.asking import ask_client_secret, is_acceptable
from eh_connect.person.hand_over import write_page
from eh_connect.person.terminal import BACK, HELP, STOP, Choice, Key
from eh_connect.secret import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.local.profile import LocalProfile
    from eh_connect.person.desktop import Desktop
    from eh_connect.person.terminal import Terminal
    from eh_connect.values import Input, Values

_COLLEAGUE = "g"


@dataclass
class ApplicationSteps:
    """Asks about the application, and puts the answers into ``values``.

    Args:
        origins: the servers that the credentials may be sent to.
        now: the time in UTC, as ISO 8601 text.
    """

    terminal: Terminal
    desktop: Desktop
    values: Values
    local: LocalProfile
    origins: tuple[str, ...]
    now: Callable[[], str]

    def ask_application(self, *, exists: bool) -> None:
        """Fill in Client ID and Client Secret, of a new application unless it ``exists``."""
        if self.values[i.CLIENT_ID] and self.values[i.CLIENT_SECRET]:
            return
        if not exists and not self.local.awaits_locked_text:
            self._create()
        self._ask_credentials(exists=exists)

    def _create(self) -> None:
        """Steps 2 and 3. The person can go back from the form to the organisation, and from there to the data."""
        while True:
            self._ask_data()
            while self._ask_organisation():
                if self._show_form():
                    return
                if self._is_given(i.ORG_ID):  # that isn't asked: back to the data
                    break

    def _is_given(self, wanted: Input[Any]) -> bool:
        """Whether there is a value that this run didn't ask for."""
        return self.values[wanted] is not None and self.values.source(wanted) != "answer"

    def _ask_data(self) -> None:
        """Step 2."""
        if self._is_given(i.SCOPES):
            self.terminal.show(ok(f"Data: {self.values[i.SCOPES]}"))
            return
        self.terminal.show(words.step(2, "The data you need"))
        self.terminal.show(warn(guide.SCOPES_STAY))
        every = len(scopes.PRESETS["all-read"].cards)
        chosen = self.terminal.choose(
            "Which data may your integration read?",
            (
                Choice("directory", "Directory", "Employees, Teams, Organisations"),
                Choice(
                    "stackone-guide-2026-03",
                    "StackOne's old list",
                    "14 cards, with bank details, pay, emergency contacts",
                ),
                Choice("all-read", "Every Read box", f"{every} cards"),
                Choice("", "Choose cards"),
            ),
            more=words.DATA,
        )
        if not chosen:
            boxes = [box for box in scopes.BOXES if box.name == scopes.READ]
            names = self.terminal.choose_many(
                "Which cards? Their Read box is meant.",
                [Choice(box.card, box.card, "sensitive" if box.is_sensitive else "") for box in boxes],
                words.DATA,
            )
            if not names:
                self._ask_data()
                return
            chosen = scopes.parse(",".join(names)).text
        self.values.answer(i.SCOPES, chosen)
        self._note(scopes=chosen)

    def _ask_organisation(self) -> bool:
        """Step 3, its question. Returns False if the person goes back."""
        self.terminal.show(words.step(3, "The application"))
        if self._is_given(i.ORG_ID):
            self.terminal.show(ok(f"Organisation: {self.values[i.ORG_ID]}"))
            return True
        app_url = self.values.require(i.EMPLOYMENT_HERO_APP_URL)
        self.terminal.show(
            prose(guide.ORGANISATION),
            prose("Its ID is in the address of most pages once you have signed in:"),
            prose(guide.organisation_pattern(self.values)),
        )
        question = "Paste such an address, or the ID (Enter: I don't know it, g: a colleague has the account)"
        while answer := self.terminal.ask(question, more=words.ORGANISATION):
            if answer == BACK.key:
                return False
            if answer.lower() == _COLLEAGUE:
                self._hand_over()
                break
            try:
                org_id = str(org_id_from(answer, app_url))
            except ValueError as exc:
                self.terminal.show(fail(f"Organisation ID: {exc}."))
            else:
                self.values.answer(i.ORG_ID, org_id)
                self._note(org_id=org_id)
                break
        return True

    def _show_form(self) -> bool:
        """Step 3, the form, unless a colleague fills it in. Returns False if the person goes back."""
        if self.local.awaits_locked_text:
            return True
        section = guide.portal_section(self.values)
        self.terminal.show(BLANK, *section.lines())
        show, desktop, copies = self.terminal.show, self.desktop, section.copies
        keys = []
        if desktop.opens:
            address = next(iter(copies.values()))
            keys.append(Key("o", "open the portal", lambda: show(desktop.open(address))))
        if desktop.can_copy:
            name, uri = "Application Name", "Redirect URI"
            keys.append(Key("n", f"copy {name}", lambda: show(desktop.copy(name, copies[name]))))
            keys.append(Key("r", f"copy {uri}", lambda: show(desktop.copy(uri, copies[uri]))))
        explain = HELP.replace(action=lambda: show(*words.FORM))
        return self.terminal.wait_for_key([*keys, BACK, explain, Key("", "I've created it")]) != BACK.key

    def _ask_credentials(self, *, exists: bool) -> None:
        """Step 4."""
        self.terminal.show(words.step(4, "Client ID and Client Secret"))
        awaits_locked = self.local.awaits_locked_text
        if exists:
            self.terminal.show(*words.HAVE_SECRET_MADE)
        elif not awaits_locked:
            self.terminal.show(prose(f"{guide.CREATED} Copy each value and paste it here. {guide.CLOSED}"))
        credentials = None
        while credentials is None:
            credentials = self._read_credentials(awaits_locked=awaits_locked)
        self.values.answer(i.CLIENT_ID, credentials.client_id)
        self.values.answer(i.CLIENT_SECRET, credentials.client_secret)
        if not self.local.is_sent and credentials not in {self.local.current, self.local.previous}:
            self.local.stage(credentials, self.origins)
        if self.local.writes:
            self.terminal.show(ok(f"Saved in {self.local.keyring.display_name}"))
        if awaits_locked:
            self.local.save_hand_over_key(None)

    def _read_credentials(self, *, awaits_locked: bool) -> Credentials | None:
        """Ask once for the credentials. Returns None if what was pasted is not acceptable."""
        client_id = self.values[i.CLIENT_ID]
        if client_id is None:
            question, more = "Client ID", words.CREDENTIALS
            if awaits_locked:
                question, more = "Client ID, or the locked text you received", words.RECEIVED
            client_id = self.terminal.ask_hidden(question, more)
            if looks_locked(client_id.reveal()):
                try:
                    return open_locked(client_id.reveal(), self.local.hand_over_key())
                except LockedTextError as exc:
                    again = "Paste it again, or ask your colleague to lock it again."
                    self.terminal.show(fail(str(exc)), todo(again))
                    return None
            if not is_acceptable(self.terminal, "Client ID", judge_pair(client_id.reveal())):
                return None
        return Credentials(client_id, ask_client_secret(self.terminal, client_id))

    def _hand_over(self) -> None:
        """Write the page for a colleague who has the account, and offer to stop until the answer is there."""
        self.terminal.show(*write_page(self.values, self.local).lines())
        self.terminal.choose(
            "What now?",
            (
                Choice(STOP.value, "Stop here. The same command goes on when the text is there"),
                Choice("wait", "I have the text already"),
            ),
        )

    def _note(self, **fields: object) -> None:
        """Note fields for the next run, and when the first of them was noted."""
        if self.local.state.begun_at is None:
            fields["begun_at"] = self.now()
        self.local.note(**fields)
