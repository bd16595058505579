"""Steps 2 to 4 of the wizard: the data, the application in the portal, its credentials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect import guide
from eh_connect import inputs as i
from eh_connect.employment_hero import scopes
from eh_connect.employment_hero.hand_over import LockedTextError, looks_locked, open_locked
from eh_connect.employment_hero.portal import org_id_from
from eh_connect.lines import BLANK, fail, ok, prose, todo, warn
from eh_connect.person import words
from eh_connect.person.asking import are_acceptable, ask_secret, judge_client_id
from eh_connect.person.hand_over import write_page
from eh_connect.person.terminal import BACK, HELP, STOP, Choice, Key
from eh_connect.secret import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.local.profile import LocalProfile
    from eh_connect.person.desktop import Desktop
    from eh_connect.person.terminal import Terminal
    from eh_connect.values import Values

_COLLEAGUE = "g"


@dataclass
class ApplicationSteps:
    """Asks about it. Answers go to ``values``; ``origins``: where credentials may go; ``now``: UTC, ISO 8601."""

    terminal: Terminal
    desktop: Desktop
    values: Values
    local: LocalProfile
    origins: tuple[str, ...]
    now: Callable[[], str]

    def ask_application(self, *, is_same: bool) -> None:
        """Fill in Client ID and Client Secret; ``is_same``: of an application that exists."""
        if self.values[i.CLIENT_ID] and self.values[i.CLIENT_SECRET]:
            return
        if not is_same and not self.local.awaits_locked_text:
            self._create()
        self._credentials(is_out=self.local.awaits_locked_text, is_same=is_same)

    def _create(self) -> None:
        """Steps 2 and 3, with the way back; where nothing is asked it goes on as it came."""
        steps = [self._data, self._organisation, self._form]
        at, forward = 0, True
        while at < len(steps):
            came = steps[at]()
            if came is not None:
                forward = came
            elif at == 0:
                forward = True
            at = max(at + (1 if forward else -1), 0)

    def _data(self) -> bool | None:
        """Step 2. None: it was given."""
        if self.values[i.SCOPES] is not None and self.values.source(i.SCOPES) != "answer":
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
                return self._data()
            chosen = scopes.parse(",".join(names)).text
        self.values.answer(i.SCOPES, chosen)
        self._note(scopes=chosen)
        return True

    def _organisation(self) -> bool | None:
        """Step 3, its question."""
        self.terminal.show(words.step(3, "The application"))
        if self.values[i.ORG_ID] is not None and self.values.source(i.ORG_ID) != "answer":
            self.terminal.show(ok(f"Organisation: {self.values[i.ORG_ID]}"))
            return None
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

    def _form(self) -> bool | None:
        """Step 3, the form."""
        if self.local.awaits_locked_text:
            return None
        section = guide.portal_section(self.values)
        self.terminal.show(BLANK, *section.lines())
        names = {"n": "Application Name", "r": "Redirect URI"}
        keys = [Key("o", "open the portal")] if self.desktop.opens else []
        if self.desktop.can_copy:
            keys += [Key(key, f"copy {name}") for key, name in names.items()]
        while pressed := self.terminal.wait_for_key([*keys, BACK, HELP, Key("", "I've created it")]):
            if pressed == BACK.key:
                return False
            if pressed == HELP.key:
                self.terminal.show(*words.FORM)
            elif pressed == "o":
                self.terminal.show(self.desktop.open(next(iter(section.copies.values()))))
            else:
                self.terminal.show(self.desktop.copy(names[pressed], section.copies[names[pressed]]))
        return True

    def _credentials(self, *, is_out: bool, is_same: bool) -> None:
        """Step 4."""
        self.terminal.show(words.step(4, "Client ID and Client Secret"))
        if is_same:
            self.terminal.show(*words.HAVE_SECRET_MADE)
        elif not is_out:
            self.terminal.show(prose(f"{guide.CREATED} Copy each value and paste it here. {guide.CLOSED}"))
        credentials = None
        while credentials is None:
            credentials = self._pasted(is_out=is_out)
        self.values.answer(i.CLIENT_ID, credentials.client_id)
        self.values.answer(i.CLIENT_SECRET, credentials.client_secret)
        in_use = (self.local.current, self.local.previous)
        if not self.local.is_sent and credentials not in in_use:
            self.local.stage(credentials, self.origins)
        if self.local.writes:
            self.terminal.show(ok(f"Saved in {self.local.keyring.display_name}"))
        if is_out:
            self.local.save_hand_over_key(None)

    def _pasted(self, *, is_out: bool) -> Credentials | None:
        """Both, or None where what was pasted can't be it."""
        client_id = self.values[i.CLIENT_ID]
        if client_id is None:
            question, more = "Client ID", words.CREDENTIALS
            if is_out:
                question, more = "Client ID, or the locked text you received", words.RECEIVED
            client_id = self.terminal.ask_hidden(question, more)
            if looks_locked(client_id.reveal()):
                try:
                    return open_locked(client_id.reveal(), self.local.hand_over_key())
                except LockedTextError as exc:
                    again = "Paste it again, or ask your colleague to lock it again."
                    self.terminal.show(fail(str(exc)), todo(again))
                    return None
            if not are_acceptable(self.terminal, "Client ID", judge_client_id(client_id.reveal())):
                return None
        return Credentials(client_id, ask_secret(self.terminal, client_id))

    def _hand_over(self) -> None:
        """A colleague has the account: a page for them, and a stop if the answer takes a while."""
        self.terminal.show(*write_page(self.values, self.local).lines())
        self.terminal.choose(
            "What now?",
            (
                Choice(STOP.value, "Stop here. The same command goes on when the text is there"),
                Choice("wait", "I have the text already"),
            ),
        )

    def _note(self, **fields: object) -> None:
        if self.local.state.begun_at is None:
            fields["begun_at"] = self.now()
        self.local.note(**fields)
