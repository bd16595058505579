"""Steps 2 to 4 of the wizard: the data, the application in the portal, its credentials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from eh_connect import guide
from eh_connect import inputs as i
from eh_connect.employment_hero import scopes
from eh_connect.employment_hero.hand_over import LockedTextError, looks_locked, open_locked
from eh_connect.employment_hero.portal import org_id_from
from eh_connect.lines import BLANK, fail, ok, prose, todo, warn
from eh_connect.person import words
from eh_connect.person.credentials import ask_secret, is_client_id
from eh_connect.person.terminal import BACK, STOP, Choice
from eh_connect.secret import Credentials

if TYPE_CHECKING:
    from eh_connect.guide_steps import Section
    from eh_connect.person.wizard import Wizard
    from eh_connect.secret import Secret

_COLLEAGUE = "g"


class Application:
    """Asks about it; ``wizard`` has the desk, the values and what is saved."""

    def __init__(self, wizard: Wizard) -> None:
        self._wizard = wizard
        self._desk = wizard.desk
        self._terminal = wizard.desk.terminal
        self._values = wizard.values
        self._local = wizard.local

    def gather(self, *, is_same: bool) -> None:
        """Fill in Client ID and Client Secret; ``is_same``: of an application that exists."""
        if self._values[i.CLIENT_ID] and self._values[i.CLIENT_SECRET]:
            return
        if not is_same and not self._local.awaits_locked_text:
            self._create()
        self._credentials(is_out=self._local.awaits_locked_text, is_same=is_same)

    def _create(self) -> None:
        """Steps 2 and 3, with the way back."""
        steps = [self._data, self._organisation, self._form]
        at, forward = 0, True
        while at < len(steps):
            came = steps[at]()
            if came is None:  # nothing was asked: on, in the direction of travel
                at += 1 if forward or at == 0 else -1
                continue
            forward = came
            at = at + 1 if came else max(at - 1, 0)

    def _data(self) -> bool | None:
        """Step 2. None: it was given."""
        if self._values[i.SCOPES] is not None and self._values.source(i.SCOPES) != "answer":
            self._terminal.show(ok(f"Data: {self._values[i.SCOPES]}"))
            return None
        self._terminal.show(words.step(2, "The data you need"))
        self._terminal.show(warn(guide.SCOPES_STAY))
        every = len(scopes.PRESETS["all-read"].cards)
        chosen = self._terminal.choose(
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
            names = self._terminal.choose_many(
                "Which cards? Their Read box is meant.",
                [Choice(box.card, box.card, "sensitive" if box.is_sensitive else "") for box in boxes],
                words.DATA,
            )
            if not names:
                return self._data()
            chosen = scopes.parse(",".join(names)).text
        self._values.answer(i.SCOPES, chosen)
        self._note(scopes=chosen)
        return True

    def _organisation(self) -> bool | None:
        """Step 3, its question."""
        self._terminal.show(words.step(3, "The application"))
        if self._values[i.ORG_ID] is not None and self._values.source(i.ORG_ID) != "answer":
            self._terminal.show(ok(f"Organisation: {self._values[i.ORG_ID]}"))
            return None
        app_url = self._values.sure(i.EMPLOYMENT_HERO_APP_URL)
        self._terminal.show(
            prose(guide.ORGANISATION),
            prose("Its ID is in the address of most pages once you have signed in:"),
            prose(guide.organisation_pattern(app_url)),
        )
        question = "Paste such an address, or the ID (Enter: I don't know it, g: a colleague has the account)"
        while True:
            answer = self._terminal.ask(question, more=words.ORGANISATION)
            if answer == BACK.key:
                return False
            if answer.lower() == _COLLEAGUE:
                self._hand_over()
                return True
            if not answer:
                return True
            try:
                org_id = str(org_id_from(answer, app_url))
            except ValueError as exc:
                self._terminal.show(fail(f"Organisation ID: {exc}."))
                continue
            self._values.answer(i.ORG_ID, org_id)
            self._note(org_id=org_id)
            return True

    def _form(self) -> bool | None:
        """Step 3, the form."""
        if self._local.awaits_locked_text:
            return None
        section = self._section()
        copies = section.copies
        self._terminal.show(BLANK, *section.lines())
        page = next(iter(copies.values()))
        keys = {
            "n": ("Application Name", copies["Application Name"]),
            "r": ("Redirect URI", copies["Redirect URI"]),
        }
        return self._desk.form(page, "the portal", keys, "I've created it", more=words.FORM)

    def _section(self) -> Section:
        values = self._values
        chosen = values[i.SCOPES]
        selection = scopes.parse(chosen) if chosen else None
        app_url = values.sure(i.EMPLOYMENT_HERO_APP_URL)
        return guide.portal_section(values[i.ORG_ID], values.sure(i.APP_NAME), selection, app_url)

    def _credentials(self, *, is_out: bool, is_same: bool) -> None:
        """Step 4."""
        self._terminal.show(words.step(4, "Client ID and Client Secret"))
        if is_same:
            self._terminal.show(*words.HAVE_SECRET_MADE)
        elif not is_out:
            self._terminal.show(prose(f"{guide.CREATED} Copy each value and paste it here. {guide.CLOSED}"))
        credentials = None
        while credentials is None:
            credentials = self._pasted(is_out=is_out)
        self._values.answer(i.CLIENT_ID, credentials.client_id)
        self._values.answer(i.CLIENT_SECRET, credentials.client_secret)
        in_use = (self._local.current, self._local.previous)
        if not self._local.is_sent and credentials not in in_use:
            self._local.stage(credentials, self._wizard.origins)
        if self._local.writes:
            self._terminal.show(ok(f"Saved in {self._local.keyring.display_name}"))
        if is_out:
            self._local.save_hand_over_key(None)

    def _pasted(self, *, is_out: bool) -> Credentials | None:
        """Both, or None where what was pasted can't be it."""
        if is_out:
            question, more = "Client ID, or the locked text you received", words.RECEIVED
        else:
            question, more = "Client ID", words.CREDENTIALS
        client_id = self._values[i.CLIENT_ID]
        if client_id is None:
            client_id = self._terminal.ask_hidden(question, more)
            if looks_locked(client_id.reveal()):
                return self._opened(client_id)
            if not is_client_id(self._terminal, client_id):
                return None
        return Credentials(client_id, ask_secret(self._terminal, client_id))

    def _opened(self, locked: Secret) -> Credentials | None:
        try:
            return open_locked(locked.reveal(), self._local.hand_over_key())
        except LockedTextError as exc:
            self._terminal.show(
                fail(str(exc)), todo("Paste it again, or ask your colleague to lock it again.")
            )
            return None

    def _hand_over(self) -> None:
        """A colleague has the account: a page for them, and a stop if the answer takes a while."""
        from eh_connect.person.hand_over import write_page

        page = write_page(self._section(), self._values, self._local, Path.cwd)
        self._terminal.show(*page.lines())
        self._terminal.choose(
            "What now?",
            (
                Choice(STOP.value, "Stop here. The same command goes on when the text is there"),
                Choice("wait", "I have the text already"),
            ),
        )

    def _note(self, **fields: object) -> None:
        if self._local.state.begun_at is None:
            fields["begun_at"] = self._wizard.now()
        self._local.note(**fields)
