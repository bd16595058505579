"""A person at a terminal, who answers what a test says."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from eh_connect.change import Change
    from eh_connect.errors import ActionNeededError, StackOneRefusedError
    from eh_connect.flows.parts import Cause, DashboardWork, Watch
    from eh_connect.lines import Line
    from eh_connect.secret import Secret
    from eh_connect.stackone.models import ConnectorProfile


@dataclass
class Person:
    """Implements ``Console``: an attended one, which answers what it was told to.

    ``answers`` by the question's name: a value to return, an error to raise, or a function to call with the
    question's arguments. One that it was not told is a defect of the test.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_working: bool = False
    attended = True
    handing = ()

    def show(self, *lines: Line) -> None:
        self.said += [line.text for line in lines]

    def working(self, text: str) -> AbstractContextManager[None]:
        return _Working(self, text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def name_is_taken(self, profile: ConnectorProfile) -> Any:
        return self._answer("name_is_taken", profile)

    def which(self, profiles: Sequence[ConnectorProfile], refusal: StackOneRefusedError) -> ConnectorProfile:
        found: ConnectorProfile = self._answer("which", profiles, refusal)
        return found

    def confirm(self, change: Change, accounts: int | None) -> None:
        self._answer("confirm", change, accounts)

    def rejected(self, meaning: str, remedy: str) -> None:
        self._answer("rejected", meaning, remedy)

    def new_secret(
        self, profile: ConnectorProfile, accounts: int | None, judge: Callable[[str], None]
    ) -> Secret:
        found: Secret = self._answer("new_secret", profile, accounts, judge)
        return found

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        assert look() is None, "seen as done before the person did anything"
        self._answer("dashboard", work, look)
        found = look()
        assert found is not None
        return found

    def show_link(self, about: Sequence[Line], link: str, *, waits: bool) -> None:
        self.said += [*(line.text for line in about), link, *(["waits"] if waits else [])]

    def waiting(self, text: str) -> AbstractContextManager[Watch]:
        self.said.append(text)
        return nullcontext(self._watch)

    def _watch(self, so_far: float, seconds: float) -> Any:
        return self._answer("watch", so_far, seconds)

    def what_shows(self, causes: Sequence[Cause], refusal: ActionNeededError) -> Cause | None:
        found: Cause | None = self._answer("what_shows", causes, refusal)
        return found

    def new_link(self, reason: str, refusal: ActionNeededError) -> None:
        self._answer("new_link", reason, refusal)

    def may_run_actions(self, count: int) -> bool:
        return bool(self._answer("may_run_actions", count))

    def _answer(self, question: str, *about: Any) -> Any:
        assert not self.is_working, f"{question}: a spinner turns while the person is asked"
        self.asked.append(question)
        answer = self.answers[question]
        if isinstance(answer, BaseException):
            raise answer
        return answer(*about) if callable(answer) else answer


class _Working:
    def __init__(self, person: Person, text: str) -> None:
        self._person, self._text = person, text

    def __enter__(self) -> None:
        assert not self._person.is_working, f"two spinners at once: {self._text}"
        self._person.is_working = True

    def __exit__(self, *_: object) -> None:
        self._person.is_working = False
