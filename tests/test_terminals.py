"""The two terminals and the questions over them, with prompt_toolkit's pipe input and a scripted terminal."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyperclip
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from eh_connect.asking import Asking
from eh_connect.console_attended import Attended
from eh_connect.desktop import Desktop
from eh_connect.errors import StackOneRefusedError, StoppedError
from eh_connect.stackone.models import ConnectorProfile
from eh_connect.terminal import Choice
from eh_connect.terminal_full import FullTerminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

COLOURS = (Choice("r", "Red"), Choice("g", "Green"), Choice("b", "Blue"))


class ScriptedTerminal:
    """A terminal whose person answers from a list."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.said: list[str] = []

    def heading(self, text: str) -> None:
        self.said.append(text)

    say = exact = replace_line = show_until_key = heading

    def read(self, question: str, default: str = "") -> str:
        self.said.append(question)
        return self._next() or default

    def read_hidden(self, question: str) -> str:
        self.said.append(question)
        return self._next()

    def pick(self, question: str, choices: Sequence[Choice], default: str | None = None) -> str:
        self.said.append(question)
        answer = self._next() or default or ""
        assert answer in {choice.value for choice in choices}
        return answer

    def pick_many(self, question: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        del choices
        self.said.append(question)
        return tuple(self._next().split(","))

    def press(self, keys: Mapping[str, str]) -> str:
        answer = self._next()
        assert answer in keys
        return answer

    def pressed_within(self, seconds: float) -> bool:
        del seconds
        return True

    def _next(self) -> str:
        if not self.answers:
            raise EOFError
        return self.answers.pop(0)


def asking(terminal: ScriptedTerminal, **environ: str) -> Asking:
    return Asking(terminal, Desktop(environ, browser=False, write=terminal.said.append))


@contextmanager
def full_terminal(typed: str) -> Iterator[FullTerminal]:
    with create_pipe_input() as keys:
        keys.send_text(typed)
        yield FullTerminal(keys, DummyOutput())


def test_a_question_mark_explains_and_asks_again() -> None:
    terminal = ScriptedTerminal("?", "7")
    assert asking(terminal).text("How many", int, more="A number.") == 7
    assert "A number." in terminal.said


def test_a_wrong_answer_is_told_and_asked_again() -> None:
    terminal = ScriptedTerminal("seven", "7")
    assert asking(terminal).text("How many", int, more="") == 7
    assert any("Not taken" in said for said in terminal.said)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), min_size=1, max_size=80))
def test_a_hidden_answer_is_never_said_back(pasted: str) -> None:
    terminal = ScriptedTerminal("\ufeff" + pasted + "\r\n", "fallback-value")
    secret = asking(terminal).secret("Secret", lambda _: None, more="")
    said = "\n".join(terminal.said)
    assert secret.fingerprint in said
    assert len(secret.reveal()) < 20 or secret.reveal() not in said


def test_a_value_is_copied_to_a_terminal_far_away_by_its_escape_sequence() -> None:
    terminal = ScriptedTerminal("c", "")
    asking(terminal, SSH_TTY="/dev/pts/1").hand_over("Redirect URI", "https://example.test/callback", more="")
    assert "\x1b]52;c;aHR0cHM6Ly9leGFtcGxlLnRlc3QvY2FsbGJhY2s=\a" in terminal.said


def test_no_secret_goes_to_a_clipboard_far_away() -> None:
    desktop = Desktop({"SSH_CONNECTION": "1"}, browser=True, write=str)
    assert not desktop.has_clipboard()
    assert desktop.lend("secret", 45) is None


@pytest.mark.parametrize(
    ("environ", "browser", "why"),
    [
        ({"DISPLAY": ":0"}, False, "--no-browser"),
        ({"SSH_CONNECTION": "a b", "DISPLAY": ":0"}, True, "SSH"),
    ],
)
def test_where_no_browser_can_be_opened_the_reason_is_told(
    environ: dict[str, str], browser: bool, why: str
) -> None:
    assert why in (Desktop(environ, browser=browser, write=str).open("http://127.0.0.1:1/") or "")


@pytest.mark.parametrize(
    ("typed", "chosen"), [("\r", "r"), ("\x1b[B\r", "g"), ("\x1b[B\x1b[B\r", "b"), ("\x1b[A\r", "b")]
)
def test_a_choice_is_made_with_the_arrow_keys(typed: str, chosen: str) -> None:
    with full_terminal(typed) as terminal:
        assert terminal.pick("Colour", COLOURS) == chosen


def test_typing_narrows_a_list_of_boxes() -> None:
    with full_terminal("gre \r") as terminal:
        assert terminal.pick_many("Colours", COLOURS) == ("g",)


@pytest.mark.parametrize("question", ["pick", "pick_many", "read", "read_hidden", "press"])
@pytest.mark.parametrize(("key", "error"), [("\x03", KeyboardInterrupt), ("\x04", EOFError)])
def test_every_question_can_be_left(question: str, key: str, error: type[BaseException]) -> None:
    with full_terminal(key) as terminal:
        asked: dict[str, Callable[[], object]] = {
            "pick": lambda: terminal.pick("Colour", COLOURS),
            "pick_many": lambda: terminal.pick_many("Colours", COLOURS),
            "read": lambda: terminal.read("Name"),
            "read_hidden": lambda: terminal.read_hidden("Secret"),
            "press": lambda: terminal.press({"": "go on"}),
        }
        with pytest.raises(error):
            asked[question]()


def test_a_hidden_line_is_read_whole() -> None:
    with full_terminal("a-secret-value\r") as terminal:
        assert terminal.read_hidden("Secret") == "a-secret-value"


@pytest.mark.parametrize(("typed", "key"), [("\r", ""), ("xc", "c"), ("C", "c")])
def test_other_keys_than_those_offered_are_passed_over(typed: str, key: str) -> None:
    with full_terminal(typed) as terminal:
        assert terminal.press({"": "go on", "c": "copy"}) == key


def attended(terminal: ScriptedTerminal) -> Attended:
    return Attended(asking(terminal), warn=terminal.said.append, wait=600, renew=lambda: None)


TAKEN = ConnectorProfile("id-1", "Employment Hero", "employmenthero")


@pytest.mark.parametrize("answer", ["update", "skip"])
def test_a_name_that_is_taken_is_asked_about(answer: str) -> None:
    assert attended(ScriptedTerminal(answer)).name_is_taken(TAKEN) == answer


def test_stopping_where_a_name_is_taken_touches_nothing() -> None:
    with pytest.raises(StoppedError, match="not touched"):
        attended(ScriptedTerminal("stop")).name_is_taken(TAKEN)


def test_a_rejected_pair_is_sent_only_after_a_yes() -> None:
    attended(ScriptedTerminal("yes")).rejected("why", "what to do")
    with pytest.raises(StoppedError):
        attended(ScriptedTerminal("no")).rejected("why", "what to do")


def test_several_new_profiles_are_asked_about() -> None:
    other = ConnectorProfile("id-2", "Employment Hero", "employmenthero")
    assert attended(ScriptedTerminal("id-2")).which((TAKEN, other), StackOneRefusedError("no")) is other


@pytest.fixture
def clipboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A clipboard that is a file: pyperclip finds the programs xclip by the PATH, as on any desktop."""
    program = tmp_path / "xclip"
    kept = tmp_path / "clipboard"
    program.write_text(f'#!/bin/sh\ncase "$*" in *-o*) cat {kept};; *) cat >{kept};; esac\n')
    program.chmod(0o755)
    kept.write_text("before")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    pyperclip.set_clipboard("xclip")
    return kept


def test_a_clipboard_is_found_before_it_is_used(clipboard: Path) -> None:
    assert clipboard.exists()
    assert Desktop({}, browser=False, write=str).has_clipboard()


def test_a_secret_is_only_lent_to_the_clipboard(clipboard: Path) -> None:
    lent = Desktop({}, browser=False, write=str).lend("the-secret", 600)
    assert lent is not None
    assert clipboard.read_text() == "the-secret"
    lent.take_back()
    assert clipboard.read_text() == "before"


def test_what_was_copied_since_is_not_overwritten(clipboard: Path) -> None:
    lent = Desktop({}, browser=False, write=str).lend("the-secret", 600)
    assert lent is not None
    clipboard.write_text("something newer")
    lent.take_back()
    assert clipboard.read_text() == "something newer"


def test_a_lent_secret_is_taken_back_when_its_time_is_over(clipboard: Path) -> None:
    assert Desktop({}, browser=False, write=str).lend("the-secret", 0.01) is not None
    end = time.monotonic() + 20
    while clipboard.read_text() != "before":
        assert time.monotonic() < end
        time.sleep(0.01)
