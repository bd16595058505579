"""A person is there: the questions of a flow, at a terminal."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from eh_connect.employment_hero.portal import MENU_PATH
from eh_connect.errors import ActionNeededError, NetworkError, StoppedError
from eh_connect.terminal import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.asking import Asking
    from eh_connect.by_hand import ByHand
    from eh_connect.change import Change
    from eh_connect.console import Wait
    from eh_connect.desktop import Lent
    from eh_connect.errors import StackOneRefusedError
    from eh_connect.secret import Secret
    from eh_connect.sign_in import Cause
    from eh_connect.stackone.models import ConnectorProfile

LOOK_EVERY = 5.0
"""Seconds between two looks at StackOne's list."""

LENT_FOR = 45.0
"""Seconds that a secret stays in the clipboard."""

_IN_THE_PORTAL = (
    "The portal is expected to make a new secret for an application that exists; whether it can, and what "
    "becomes of the old secret then, is not documented. If it can't, ask Employment Hero. Don't register a "
    "new application: it has another Client ID, and every account would have to be linked again."
)


class Attended:
    """``console.Console`` at a terminal.

    Args:
        asking: asks.
        warn: keeps a warning for the result.
        wait: seconds that the dashboard way waits for the person.
        renew: gives a look at the list the whole network time: waiting for a person is none.
        reviewed: the wizard's review was answered; the same is not asked twice.
    """

    def __init__(
        self,
        asking: Asking,
        *,
        warn: Callable[[str], None],
        wait: float,
        renew: Callable[[], None],
        reviewed: bool = False,
    ) -> None:
        self._asking = asking
        self._terminal = asking.terminal
        self._warn = warn
        self._wait = wait
        self._renew = renew
        self._lent: Lent | None = None
        self._reviewed = reviewed

    def progress(self, text: str) -> None:
        """Said at once."""
        self._terminal.say(text)

    def warn(self, text: str) -> None:
        """Said, and kept for the result."""
        self._warn(text)

    def name_is_taken(self, profile: ConnectorProfile) -> Literal["update", "skip"]:
        """Take it over, leave it, or stop."""
        answer = self._asking.pick(
            f"StackOne has a profile named “{profile.name}” already (ID {profile.id}).",
            (
                Choice("stop", "Stop here"),
                Choice("update", "Take it over: give it these credentials"),
                Choice("skip", "Leave it as it is, and end"),
            ),
            default="stop",
            more="It was not made from here. Taking it over replaces its Client ID and Client Secret.",
        )
        if answer == "stop":
            raise StoppedError("Stopped: the profile that exists was not touched.")
        return "update" if answer == "update" else "skip"

    def which(
        self,
        profiles: Sequence[ConnectorProfile],
        refusal: StackOneRefusedError,  # noqa: ARG002  # somebody can tell
    ) -> ConnectorProfile:
        """Choose among those that have appeared."""
        by_id = {profile.id: profile for profile in profiles}
        chosen = self._asking.pick(
            "Several new profiles have appeared: which one is yours?",
            [
                Choice(p.id, f"{p.name} (ID {p.id}, created {p.created_at or 'at an unknown time'})")
                for p in profiles
            ],
            more="Each of them was not there when eh-connect looked first. Compare with the dashboard.",
        )
        return by_id[chosen]

    def confirm(self, change: Change) -> None:
        """Show what changes, unless the wizard did."""
        if self._reviewed:
            return
        self._terminal.heading("What would change at StackOne")
        for field in change.shown:
            self._terminal.say(f"{field.field}: {field.before or 'not known'} → {field.after}")
        more = "Nothing has been sent yet. “No” leaves everything as it is."
        if not self._asking.yes("Do it?", default=True, more=more):
            raise StoppedError("Stopped: nothing was sent to StackOne.")

    def rejected(self, explanation: str, remedy: str) -> None:
        """Go on knowingly, or stop."""
        self._terminal.say(f"Employment Hero rejected the Client ID and Secret. {explanation}")
        if not self._asking.yes("Send them to StackOne all the same?", default=False, more=explanation):
            raise StoppedError("Stopped: nothing was sent to StackOne.", hint=remedy)

    def new_secret(
        self, portal: str | None, judge: Callable[[str], None], doubt: Callable[[Secret], str | None]
    ) -> Secret:
        """Lead to the portal, take the secret hidden; where it is doubted: again, on, or stop."""
        self._terminal.heading("A new Client Secret, in the Developer Portal")
        self._terminal.say(
            "Everything else is ready. From here on, don't stop half-way: the old secret may die the moment "
            "that the new one is made. Open the application, and have a new Client Secret made:"
        )
        if portal is not None:
            self._asking.open(portal)
        else:
            self._terminal.exact(MENU_PATH)
        while True:
            secret = self._asking.secret("New Client Secret", judge, more=_IN_THE_PORTAL)
            reason = doubt(secret)
            if reason is None:
                return secret
            self._terminal.say(reason)
            answer = self._asking.pick(
                "What now?",
                (
                    Choice("again", "Paste it again"),
                    Choice("on", "Go on all the same"),
                    Choice("stop", "Stop here"),
                ),
                default="again",
                more=reason,
            )
            if answer == "on":
                return secret
            if answer == "stop":
                raise StoppedError(
                    "Stopped: nothing was sent to StackOne.",
                    hint="If the new secret was made already, run the same command again soon.",
                )

    def do_by_hand(self, work: ByHand, done: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        """Step by step through the form; then the list is watched until it shows the profile."""
        self._terminal.heading("In StackOne's dashboard")
        self._terminal.say("Fill in its form; eh-connect watches for the profile.")
        try:
            for number, step in enumerate(work.steps, 1):
                if number == 1:
                    self._terminal.say("1. Open")
                    self._asking.open(work.url)
                else:
                    self._terminal.say(f"{number}. {step}")
                if number == work.enter_at and work.pair is not None:
                    self._hand_over("Client ID", work.pair.client_id)
                    self._hand_over("Client Secret", work.pair.client_secret)
                    continue
                if number < len(work.steps):
                    self._asking.go_on(work.as_text())
            return self._watch(work, done)
        finally:
            self._take_back()

    def show_link(self, about: str, link: str, *, waits: bool) -> None:  # noqa: ARG002  # it is opened either way
        """Shown alone on its line, and opened."""
        self._terminal.heading("Sign in through the profile")
        self._terminal.say(about)
        self._asking.open(link)

    @contextmanager
    def waiting(self) -> Iterator[Wait]:
        """Any key ends a pause."""
        self._terminal.say("Waiting for the sign-in; any key looks at once, and helps. Ctrl-C leaves.")
        try:
            yield self._pause
        finally:
            self._terminal.replace_line("")

    def _pause(self, so_far: float, seconds: float) -> bool:
        self._terminal.replace_line(f"Waiting for the sign-in … {so_far:.0f} s")
        return self._terminal.pressed_within(seconds)

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        """Go through what can't be seen from here."""
        self._terminal.replace_line("")
        choices = (
            Choice("wait", "Nothing special: I am not through with signing in. Wait on"),
            *(Choice(cause.name, cause.looks) for cause in causes),
            Choice("stop", "Something else: stop here"),
        )
        more = (
            "StackOne has seen no sign-in so far. Where Employment Hero shows an error page of its own, "
            "StackOne does not hear of it; only you can see it."
        )
        answer = self._asking.pick("What does the browser show?", choices, default="wait", more=more)
        if answer == "stop":
            raise refusal
        cause = next((cause for cause in causes if cause.name == answer), None)
        if cause is None:
            return None
        self._terminal.say(cause.means)
        if cause.exact is not None:
            self._terminal.exact(cause.exact)
        self._terminal.say(cause.advice)
        go_on = self._asking.yes("Wait on for the sign-in?", default=True, more="“No” ends here.")
        return None if go_on else cause

    def may_delete_account(self, account: str) -> bool:
        """Asked."""
        more = "It was made by this sign-in, of type TEST, and is of no further use. It can be kept."
        return self._asking.yes(
            f"Delete the test account {account} at StackOne again?", default=True, more=more
        )

    def _look(self, done: Callable[[], ConnectorProfile | None]) -> ConnectorProfile | None:
        try:
            return done()
        except NetworkError as exc:
            self._terminal.replace_line(f"{exc.title} Looking again.")
            return None

    def _hand_over(self, label: str, secret: Secret) -> None:
        self._terminal.say(f"{label} ({secret.fingerprint})")
        more = (
            f"The clipboard gives it to the page; after {LENT_FOR:.0f} seconds what was there before comes "
            "back, unless it changed. Clipboard managers may keep a copy. “show” shows it until a key."
        )
        others = {"c": "copy", "s": "show"} if self._asking.desktop.has_clipboard() else {"s": "show"}
        while key := self._asking.go_on(more, **others):
            if key == "s":
                self._terminal.show_until_key(secret.reveal())
                continue
            self._take_back()
            self._lent = self._asking.desktop.lend(secret.reveal(), LENT_FOR)
            self._terminal.say("Copied." if self._lent else "The clipboard did not take it: use “show”.")

    def _take_back(self) -> None:
        if self._lent is not None:
            self._lent.take_back()
            self._lent = None

    def _watch(self, work: ByHand, done: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        self._terminal.say("Watching StackOne's list; any key looks at once, Ctrl-C leaves.")
        start = time.monotonic()
        try:
            while (waited := time.monotonic() - start) < self._wait:
                self._renew()
                profile = self._look(done)
                if profile is not None:
                    self._terminal.say(f"There it is: “{profile.name}” (ID {profile.id}).")
                    return profile
                self._terminal.replace_line(f"Waiting for the profile … {waited:.0f} s")
                self._terminal.pressed_within(min(LOOK_EVERY, self._wait - waited))
        finally:
            self._terminal.replace_line("")
        raise ActionNeededError(
            "The profile did not show in time.",
            hint=work.hint,
            next_steps=work.next_steps,
        )
