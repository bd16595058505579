"""A person is there: the questions of a flow, at a terminal."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from eh_connect.flows.console import Console
from eh_connect.flows.parts import Revised
from eh_connect.lines import BLANK, counted, exact, fail, prose, title, warn
from eh_connect.person import words
from eh_connect.person.credentials import ask_credentials
from eh_connect.person.dashboard import DashboardScreen
from eh_connect.person.review import Review
from eh_connect.person.terminal import STOP, Choice, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.change import Change
    from eh_connect.errors import ActionNeededError, StackOneRefusedError
    from eh_connect.flows.console import Watch
    from eh_connect.flows.parts import Cause, DashboardWork
    from eh_connect.lines import Line
    from eh_connect.person.desk import Desk
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile
    from eh_connect.values import Values


class Attended(Console):
    """A person at a terminal.

    Args:
        desk: where the person sits.
        values: what this run was told: answers go there.
        warn: keeps a warning for the result.
        wait: seconds that a person is waited for in the dashboard.
        renew: gives a look at StackOne the whole network time: waiting for a person is none.
        purpose: setup, rotate or rollback; empty for what writes no profile.
        region: where the project is, by its key; for the texts.
    """

    attended = True

    def __init__(
        self,
        desk: Desk,
        values: Values,
        *,
        warn: Callable[[str], None],
        wait: float = 600.0,
        renew: Callable[[], None] = lambda: None,
        purpose: str = "",
        region: str = "",
    ) -> None:
        super().__init__(desk.terminal.show, warn)
        self.handing = ("show it with v", "show it with v")
        if desk.desktop.can_lend:
            self.handing = ("copy it with i", "copy it with s")
        self._desk = desk
        self._terminal = desk.terminal
        self._values = values
        self._wait = wait
        self._renew = renew
        self._purpose = purpose
        self._region = region
        self._link = ""

    def working(self, text: str) -> AbstractContextManager[None]:
        """A spinner."""
        return self._terminal.working(text)

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """Take it over, leave it, or stop."""
        answer = self._terminal.choose(
            f'StackOne has a profile named "{profile.name}" already. What now?',
            (
                STOP,
                Choice("update", "Take it over", warning="replaces its Client ID and Client Secret"),
                Choice("skip", "Leave it as it is, and end"),
            ),
        )
        return "update" if answer == "update" else "skip"

    def which(
        self,
        profiles: Sequence[ConnectorProfile],
        refusal: StackOneRefusedError,  # noqa: ARG002  # somebody can tell
    ) -> ConnectorProfile:
        """Choose among those that have appeared."""
        by_id = {profile.id: profile for profile in profiles}
        chosen = self._terminal.choose(
            "Several new profiles have appeared. Which one is yours?",
            [
                Choice(p.id, p.name, f"{p.id}, created {p.created_at or 'at an unknown time'}")
                for p in profiles
            ],
        )
        return by_id[chosen]

    def confirm(self, change: Change, accounts: int | None) -> None:
        """The review; a rotation has none: the new secret was pasted for this."""
        if self._purpose == "rotate":
            return
        if self._purpose == "rollback":
            if not self._terminal.yes("Give StackOne the previous Client Secret again?", default=True):
                raise KeyboardInterrupt
            return
        Review(self._desk, self._values, self._region).confirm(change, accounts)

    def rejected(self, meaning: str, remedy: str) -> None:
        """Paste again, go on knowingly, or stop."""
        self._terminal.show(warn("Employment Hero doesn't accept these credentials."), prose(meaning))
        again = [] if self._purpose == "rollback" else [Choice("again", "Paste them again")]
        answer = self._terminal.choose(
            "What now?",
            (*again, Choice("on", "Go on: the sign-in test will show"), STOP),
            more=(prose(remedy),),
        )
        if answer == "again":
            ask_credentials(self._terminal, self._values, only_secret=self._purpose == "rotate")
            raise Revised

    def new_secret(
        self, profile: ConnectorProfile, accounts: int | None, judge: Callable[[str], None]
    ) -> Secret:
        """The screen of a rotation: lead to the portal, take the secret."""
        linked = "" if not accounts else f" ({counted(accounts, 'linked account')})"
        self._terminal.show(
            BLANK,
            title(f'Replace the Client Secret of "{profile.name}"{linked}'),
            BLANK,
            *words.HAVE_SECRET_MADE,
        )
        while True:
            secret = self._terminal.ask_hidden("New Client Secret", words.NEW_SECRET)
            try:
                judge(secret.reveal())
            except ValueError as exc:
                self._terminal.show(fail(f"Client Secret: {exc}"))
            else:
                return secret

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """One live screen that watches."""
        screen = DashboardScreen(self._desk, self._region, is_setup=self._purpose == "setup")
        return screen.run(work, look, wait=self._wait, renew=self._renew)

    def show_link(self, about: Sequence[Line], link: str, *, waits: bool) -> None:
        """The link alone on its line; opened by a key."""
        self._link = link
        if waits:
            self._terminal.show(*about, exact(link))
            self._terminal.show(self._desk.open(link))

    @contextmanager
    def waiting(self, text: str) -> Iterator[Watch]:
        """A live line with its keys."""
        keys = [
            *([Key("o", "open")] if self._desk.opens else []),
            *([Key("c", "copy the link")] if self._desk.desktop.can_copy else []),
            Key("", "check now"),
            Key("e", "I see an error"),
        ]
        with self._terminal.watch(text, keys) as watching:

            def watch(seconds: float) -> Literal["look", "error"] | None:
                pressed = watching(seconds)
                if pressed == "o":
                    self._terminal.show(self._desk.open(self._link))
                elif pressed == "c":
                    self._terminal.show(self._desk.copy("the link", self._link))
                elif pressed is not None:
                    return "error" if pressed == "e" else "look"
                return None

            yield watch

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        """Each thing that a browser may show, in a line; what to do about it."""
        del refusal
        by_name = {cause.name: cause for cause in causes}
        chosen = self._terminal.choose(
            "What does your browser show?",
            [
                *(Choice(cause.name, cause.looks, cause.means) for cause in causes),
                Choice("on", "Nothing of these: wait on"),
            ],
        )
        return by_name.get(chosen)

    def new_link(self, refusal: ActionNeededError) -> None:
        """Enter makes another."""
        self._terminal.show(warn(refusal.title))
        if self._terminal.wait_for_key((Key("", "new link"), Key("s", "stop"))) == "s":
            raise refusal

    def may_run_actions(self, count: int) -> bool:
        """Asked before any data is read; not at the end of a set-up, whose result names the command."""
        return not self._purpose and self._terminal.yes(
            f"Check the scopes too? Each of {count} list actions runs once with the test account. Its data is "
            "thrown away unread.",
            default=True,
            more=words.ACCOUNTS,
        )
