"""A person at a terminal, who answers what a test says."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from eh_connect.flows.console import Console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from eh_connect.flows.dashboard import DashboardWork
    from eh_connect.lines import Line
    from eh_connect.stackone.models import ConnectorProfile


def _asked(question: str) -> Any:
    return lambda person, *about: person.answer(question, *about)


class Person(Console):
    """An attended console, which answers what it was told to.

    ``answers`` by the question's name: a value to return, an error to raise, or a function to call with the
    question's arguments. One that it was not told is a defect of the test.
    """

    attended = True
    name_is_taken = _asked("name_is_taken")
    which = _asked("which")
    confirm = _asked("confirm")
    rejected = _asked("rejected")
    new_secret = _asked("new_secret")

    def __init__(self, answers: dict[str, Any] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[str] = []
        self.said: list[str] = []
        self.warnings: list[str] = []
        self._works_on = ""
        super().__init__(self._say, self.warnings.append)

    def dashboard(self, work: DashboardWork, look: Callable[[], ConnectorProfile | None]) -> ConnectorProfile:
        assert look() is None, "seen as done before the person did anything"
        self.answer("dashboard", work, look)
        found = look()
        assert found is not None
        return found

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        assert not self._works_on, f"two spinners at once: {self._works_on}, {text}"
        self._works_on = text
        try:
            yield
        finally:
            self._works_on = ""

    def answer(self, question: str, *about: Any) -> Any:
        assert not self._works_on, f"{question}: a spinner turns while the person is asked"
        self.asked.append(question)
        answer = self.answers[question]
        if isinstance(answer, BaseException):
            raise answer
        return answer(*about) if callable(answer) else answer

    def _say(self, *lines: Line) -> None:
        self.said += [line.text for line in lines]
