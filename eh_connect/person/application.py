"""Steps 2 to 4 of the wizard: choose the data, create the application, paste its credentials."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from eh_connect import guide
from eh_connect import inputs as i
from eh_connect.employment_hero import scopes
from eh_connect.employment_hero.credentials import judge_pair
from eh_connect.employment_hero.hand_over import LockedTextError, looks_locked, open_locked
from eh_connect.employment_hero.portal import org_id_from
from eh_connect.lines import BLANK, fail, ok, prose, todo, warn
from eh_connect.person import words
from eh_connect.person.asking import ask_client_secret, is_acceptable, walk
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
        creates = not exists and not self.local.awaits_locked_text
        before = (self._ask_data, self._ask_organisation, self._show_form) if creates else ()
        walk(self.terminal, *before, partial(self._ask_client_id, exists=exists), self._ask_client_secret)
        self._save_credentials()

    def _takes(self, wanted: Input[Any]) -> bool:
        """Take a value that this run didn't ask for, if there is one. Going back asks for a saved one."""
        value, source = self.values[wanted], self.values.source(wanted)
        if source == "saved":
            self.values.answer(wanted, value)
        return value is not None and source != "answer"

    def _ask_data(self) -> bool | None:
        """Step 2."""
        if self._takes(i.SCOPES):
            self.terminal.show(ok(f"Data: {self.values[i.SCOPES]}"))
            return None
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
            words.DATA,
        )
        if not chosen:
            boxes = [box for box in scopes.BOXES if box.name == scopes.READ]
            names = self.terminal.choose_many(
                "Which cards may it read?",
                [Choice(box.card, box.card, "sensitive" if box.is_sensitive else "") for box in boxes],
                words.DATA,
            )
            if not names:
                return self._ask_data()
            chosen = scopes.parse(",".join(names)).text
        self.values.answer(i.SCOPES, chosen)
        self._note(scopes=chosen)
        return True

    def _ask_organisation(self) -> bool | None:
        """Step 3, its question. Without an answer the ID is empty, which is saved too."""
        self.terminal.show(words.step(3, "The application"))
        if self._takes(i.ORG_ID):
            self.terminal.show(ok(f"Organisation: {self.values[i.ORG_ID] or 'not known'}"))
            return None
        app_url = self.values.require(i.EMPLOYMENT_HERO_APP_URL)
        self.terminal.show(
            prose(guide.ORGANISATION),
            prose("Its ID is in the address of most pages once you have signed in:"),
            prose(guide.organisation_pattern(self.values)),
        )
        question = "Paste such an address, or the ID (Enter: I don't know it, g: a colleague has the account)"
        while (answer := self.terminal.ask(question, words.ORGANISATION)) != BACK.key:
            if answer.lower() == _COLLEAGUE and not self.local.writes:
                self.terminal.show(fail("The page needs your keyring. Run this without --no-store for it."))
                continue
            if answer.lower() == _COLLEAGUE:
                self._hand_over()
                return True
            try:
                org_id = str(org_id_from(answer, app_url)) if answer else ""
            except ValueError as exc:
                self.terminal.show(fail(f"Organisation ID: {exc}."))
            else:
                self.values.answer(i.ORG_ID, org_id)
                self._note(org_id=org_id)
                return True
        return False

    def _show_form(self) -> bool | None:
        """Step 3, the form, unless a colleague fills it in."""
        if self.local.awaits_locked_text:
            return None
        section = guide.portal_section(self.values)
        self.terminal.show(BLANK, *section.lines(), *(words.CREATED_ALREADY if self.local.known else ()))
        show, desktop, copies = self.terminal.show, self.desktop, section.copies
        keys = []
        if desktop.opens:
            address = next(iter(copies.values()))
            keys.append(Key("o", "open the portal", lambda: show(desktop.open(address))))
        if desktop.can_copy:
            name, uri = "Application Name", "Redirect URI"
            keys.append(Key("n", f"copy {name}", lambda: show(desktop.copy(name, copies[name]))))
            keys.append(Key("r", f"copy {uri}", lambda: show(desktop.copy(uri, copies[uri]))))
        keys += [BACK, HELP, Key("", "I've created it")]
        return self.terminal.wait_for_key(keys, words.FORM) != BACK.key

    def _ask_client_id(self, *, exists: bool) -> bool | None:
        """Step 4, its first question. A locked text answers both."""
        self.terminal.show(words.step(4, "Client ID and Client Secret"))
        awaits_locked = self.local.awaits_locked_text
        if exists:
            self.terminal.show(*words.HAVE_SECRET_MADE)
        elif not awaits_locked:
            self.terminal.show(prose(f"{guide.CREATED} Copy each value and paste it here. {guide.CLOSED}"))
        if self._takes(i.CLIENT_ID):
            return None
        question, more = "Client ID", words.CREDENTIALS
        if awaits_locked:
            question, more = "Client ID, or the locked text you received", words.RECEIVED
        while (pasted := self.terminal.ask_hidden(question, more)).reveal() != BACK.key:
            if looks_locked(pasted.reveal()):
                try:
                    opened = open_locked(pasted.reveal(), self.local.hand_over_key())
                except LockedTextError as exc:
                    again = "Paste it again, or ask your colleague to lock it again."
                    self.terminal.show(fail(str(exc)), todo(again))
                else:
                    self.values.answer(i.CLIENT_ID, opened.client_id)
                    self.values.answer(i.CLIENT_SECRET, opened.client_secret)
                    return True
            elif is_acceptable(self.terminal, "Client ID", judge_pair(pasted.reveal())):
                self.values.answer(i.CLIENT_ID, pasted)
                return True
        return False

    def _ask_client_secret(self) -> bool | None:
        """Step 4, its second question."""
        if self.values[i.CLIENT_SECRET] is not None:
            return None
        secret = ask_client_secret(self.terminal, self.values.require(i.CLIENT_ID))
        if secret is None:
            return False
        self.values.answer(i.CLIENT_SECRET, secret)
        return True

    def _save_credentials(self) -> None:
        credentials = Credentials(self.values.require(i.CLIENT_ID), self.values.require(i.CLIENT_SECRET))
        if not self.local.is_sent and credentials not in {self.local.current, self.local.previous}:
            self.local.stage(credentials, self.origins)
        self._note()
        if self.local.writes:
            self.terminal.show(ok(f"Saved in {self.local.keyring.display_name}"))
        if self.local.awaits_locked_text:
            self.local.save_hand_over_key(None)

    def _hand_over(self) -> None:
        """Write the page for a colleague who has the account, and offer to stop until the answer is there."""
        self.terminal.show(*write_page(self.values, self.local).lines())
        self.terminal.choose(
            "What now?",
            (
                Choice(STOP.value, "Stop here. The same command goes on when the text is there"),
                Choice("wait", "I have the text already"),
            ),
            words.HANDED_OVER,
        )

    def _note(self, **fields: object) -> None:
        """Note fields for the next run, and when the first of them was noted."""
        state = self.local.state
        if state.begun_at is None:
            fields["begun_at"] = self.now()
        if state.profile_id is None and self.values.given(i.NAME):
            fields["wanted_name"] = self.values[i.NAME]
        self.local.note(**fields)
