"""The console of a flow when a person is there: it asks at a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from eh_connect import dates
from eh_connect import inputs as i
from eh_connect.flows.causes import CAUSES
from eh_connect.flows.console import Console, Revised
from eh_connect.lines import BLANK, counted, exact, fail, ok, prose, title, warn
from eh_connect.person import words
from eh_connect.person.asking import ask_actions, ask_credentials, ask_for, region
from eh_connect.person.dashboard import DashboardScreen
from eh_connect.person.review import review
from eh_connect.person.terminal import BACK, STOP, Choice, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.change import Change
    from eh_connect.errors import ActionNeededError, InputError, StackOneRefusedError
    from eh_connect.flows.causes import Cause
    from eh_connect.flows.console import Watch
    from eh_connect.flows.dashboard import DashboardWork
    from eh_connect.lines import Line
    from eh_connect.person.desktop import Desktop
    from eh_connect.person.terminal import Terminal
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Input, Values


@dataclass(kw_only=True)
class Attended(Console):
    """Asks a person at a terminal, and puts the answers into ``values``.

    Args:
        wait: seconds to wait for a person in the dashboard.
        renew: gives the next look at StackOne the whole network time.
        purpose: setup, rotate or rollback; empty for a command that writes no profile.
    """

    terminal: Terminal
    desktop: Desktop
    values: Values
    wait: float
    renew: Callable[[], None]
    purpose: str

    attended = True

    @property
    def handing(self) -> Sequence[str]:
        """Which keys of the dashboard's screen give Client ID and Client Secret."""
        return ("copy it with i", "copy it with s") if self.desktop.can_lend else ("show it with v",) * 2

    def working(self, text: str) -> AbstractContextManager[None]:
        """Show a spinner."""
        return self.terminal.working(text)

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """Ask whether to take the profile over, to leave it, or to stop."""
        answer = self.terminal.choose(
            f'StackOne has a profile named "{profile.name}" already. What now?',
            (
                STOP,
                Choice("name", "Give yours another name"),
                Choice("update", "Take it over", warning="replaces its Client ID and Client Secret"),
                Choice("skip", "Leave it as it is, and end"),
            ),
            words.NAME_TAKEN,
        )
        if answer == "name":
            ask_for(self.terminal, i.NAME, self.values)
            raise Revised
        return "update" if answer == "update" else "skip"

    def ask_again(self, refusal: InputError, wanted: Input[Any]) -> NoReturn:
        """Say what is wrong, and ask again for what was asked before. Going back leaves it as it is."""
        if self.values.source(wanted) in {"flag", "variable"}:
            raise refusal
        reasons = [fail(f"{problem.title}: {problem.why}.") for problem in refusal.invalid]
        self.show(*(reasons or [fail(f"{refusal.title}."), prose(refusal.detail or "")]))
        if wanted is not i.ACTIONS:
            ask_credentials(self.terminal, self.values, only_secret=self.purpose == "rotate")
        elif not ask_actions(self.terminal, self.values):
            self.values.drop(wanted)
        raise Revised

    def which(
        self,
        profiles: Sequence[ConnectorProfile],
        refusal: StackOneRefusedError,  # noqa: ARG002  # the person can tell
    ) -> ConnectorProfile:
        """Ask which of the new profiles it is."""
        chosen = self.terminal.choose(
            "Several new profiles have appeared. Which one is yours?",
            [Choice(p.id, p.name, f"{p.id}, created {dates.moment(p.created_at)}") for p in profiles],
            words.WHICH,
        )
        return next(profile for profile in profiles if profile.id == chosen)

    def confirm(self, change: Change, accounts: int | None) -> None:
        """Show the review of a set-up. A rotation needs none: the person has just pasted the secret for it."""
        if self.purpose == "setup":
            review(self.terminal, self.values, change, accounts)
        elif self.purpose == "rollback" and not self.terminal.yes(
            "Give StackOne the previous Client Secret again?", words.ROLLBACK, default=True
        ):
            raise KeyboardInterrupt

    def rejected(self, meaning: str, remedy: str) -> None:
        """Ask whether to paste the credentials again, to go on, or to stop."""
        self.show(warn("Employment Hero doesn't accept these credentials."), prose(meaning))
        go_on = Choice("on", "Go on: the sign-in test will show")
        again = "Paste it again" if self.purpose == "rotate" else "Paste them again"
        choices = [Choice("again", again), go_on, STOP]
        if self.purpose == "rollback":  # there is nothing to paste, so the safest is to stop
            choices = [STOP, go_on]
        while self.terminal.choose("What now?", choices, (prose(remedy),)) == "again":
            if ask_credentials(self.terminal, self.values, only_secret=self.purpose == "rotate"):
                raise Revised

    def new_secret(
        self, profile: ConnectorProfile, accounts: int | None, judge: Callable[[str], None]
    ) -> Secret:
        """Lead the person to the portal, and ask for the new secret."""
        linked = f" ({counted(accounts, 'linked account')})" if accounts else ""
        heading = title(f'Replace the Client Secret of "{profile.name}"{linked}')
        self.show(BLANK, heading, BLANK, *words.HAVE_SECRET_MADE)
        while True:
            secret = self.terminal.ask_hidden("New Client Secret", words.NEW_SECRET)
            if secret.reveal() == BACK.key:
                self.show(*words.FIRST)
                continue
            try:
                judge(secret.reveal())
            except ValueError as exc:
                self.show(fail(f"Client Secret: {exc}"))
            else:
                return secret

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """Show the steps, and wait until the profile is there."""
        is_setup = self.purpose == "setup"
        where = region(self.values[i.API_KEY])
        project = f" (region {where})" if where else ""
        self.show(
            *((words.step(words.STEPS, work.title),) if is_setup else (BLANK, title(work.title), BLANK)),
            prose(
                f"{work.why} You do it on StackOne's page, in the project of your API key{project}. This "
                "screen notices when you are done."
            ),
            *work.steps,
        )
        waits_for = "Waiting for the new profile" if is_setup else "Waiting for the change"
        screen = DashboardScreen(self.terminal, self.desktop, work, look, self.renew)
        profile = screen.wait(waits_for, self.wait)
        self.show(ok(f'Found "{profile.name}". The sign-in test shows whether the right values were pasted.'))
        return profile

    @contextmanager
    def waiting(self, about: Sequence[Line], link: str) -> Iterator[Watch]:
        """Show and open the link; below it, show a live line with its keys."""
        show, desktop = self.show, self.desktop
        show(*about, exact(link))
        show(desktop.open(link))
        keys = []
        if desktop.opens:
            keys.append(Key("o", "open", lambda: show(desktop.open(link))))
        if desktop.can_copy:
            keys.append(Key("c", "copy the link", lambda: show(desktop.copy("the link", link))))
        keys += [Key("", "check now"), Key("e", "I see an error")]
        with self.terminal.watch("Waiting for the sign-in", keys, words.SIGN_IN) as watching:
            answers: dict[str | None, Literal["look", "error"]] = {"": "look", "e": "error"}
            yield lambda seconds: answers.get(watching(seconds))

    def what_shows(self, refusal: ActionNeededError) -> Cause | None:  # noqa: ARG002  # the person sees it
        """Ask what the browser shows. Each choice says what it means."""
        chosen = self.terminal.choose(
            "What does your browser show?",
            [
                *(Choice(cause.looks, cause.looks, cause.means) for cause in CAUSES),
                Choice("on", "None of these: keep waiting"),
            ],
            words.BROWSER,
        )
        return next((cause for cause in CAUSES if cause.looks == chosen), None)

    def new_link(self, refusal: ActionNeededError) -> None:
        """Ask whether to make another link. Raises ``refusal`` if not."""
        self.show(warn(refusal.title))
        if self.terminal.wait_for_key((Key("", "new link"), Key("s", "stop")), words.NEW_LINK) == "s":
            raise refusal

    def may_run_actions(self, count: int) -> bool:
        """Ask before any data is read. A set-up doesn't ask: its result names the command."""
        if self.purpose:
            return False
        self.show(ok("The sign-in worked"))
        return self.terminal.yes(
            f"Check the scopes too? Each of {count} list actions runs once with the test account. Its data is "
            "thrown away.",
            words.ACCOUNTS,
            default=True,
        )
