"""Questions as the wizard asks them: judged, asked again, explained on ``?``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from eh_connect.employment_hero.credentials import cleaned
from eh_connect.secret import Secret
from eh_connect.terminal import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from eh_connect.desktop import Desktop
    from eh_connect.employment_hero.credentials import Finding
    from eh_connect.terminal import Terminal

T = TypeVar("T")

EXPLAIN = "?"


class Asking:
    """Asks one question until the answer holds. Judges raise ValueError with the reason."""

    def __init__(self, terminal: Terminal, desktop: Desktop) -> None:
        self.terminal = terminal
        self.desktop = desktop

    def text(self, question: str, judge: Callable[[str], T], *, default: str = "", more: str) -> T:
        """A line of text."""
        while True:
            answer = self.terminal.read(f"{question} (? explains)", default)
            if answer == EXPLAIN:
                self.terminal.say(more)
                continue
            try:
                return judge(answer)
            except ValueError as exc:
                self.terminal.say(f"Not taken: {exc}.")

    def secret(self, question: str, judge: Callable[[str], None], *, more: str) -> Secret:
        """A hidden line, cleaned; said back by its length and fingerprint only."""
        while True:
            answer = cleaned(self.terminal.read_hidden(question))
            if answer == EXPLAIN:
                self.terminal.say(more)
                continue
            try:
                judge(answer)
            except ValueError as exc:
                self.terminal.say(f"Not taken: {exc}.")
                continue
            secret = Secret(answer)
            self.terminal.say(f"{secret.length} characters, {secret.fingerprint}")
            return secret

    def judged(self, findings: Iterable[Finding]) -> None:
        """Warnings are said; an error is the ValueError that a question expects."""
        for finding in findings:
            if finding.hard:
                raise ValueError(finding.why)
            self.terminal.say(f"Have a look: {finding.why}.")

    def pick(self, question: str, choices: Sequence[Choice], *, default: str | None = None, more: str) -> str:
        """One of several."""
        offered = [*choices, Choice(EXPLAIN, "? Explain")]
        while (answer := self.terminal.pick(question, offered, default)) == EXPLAIN:
            self.terminal.say(more)
        return answer

    def yes(self, question: str, *, default: bool, more: str) -> bool:
        """Yes or no."""
        choices = (Choice("yes", "Yes"), Choice("no", "No"))
        ordered = choices if default else choices[::-1]
        return self.pick(question, ordered, default="yes" if default else "no", more=more) == "yes"

    def go_on(self, more: str, **others: str) -> str:
        """Wait for Enter, or for the key of another way; ``?`` explains."""
        keys: Mapping[str, str] = {"": "go on", **others, EXPLAIN: "explain"}
        while (key := self.terminal.press(keys)) == EXPLAIN:
            self.terminal.say(more)
        return key

    def hand_over(self, what: str, text: str, *, more: str) -> None:
        """Show an exact value alone on its line, and offer to copy it."""
        self.terminal.say(f"{what}:")
        self.terminal.exact(text)
        others = {"c": "copy"} if self.desktop.can_copy() else {}
        while self.go_on(more, **others) == "c":
            copied = self.desktop.copy(text)
            self.terminal.say("Copied." if copied else "The clipboard did not take it: mark and copy it.")

    def open(self, url: str) -> None:
        """Show an address alone on its line, and open it if there is a browser."""
        self.terminal.exact(url)
        why_not = self.desktop.open(url)
        self.terminal.say("Opened in your browser." if why_not is None else f"Open it yourself: {why_not}.")
