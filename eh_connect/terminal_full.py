"""The full terminal: lists to choose from with the arrow keys, and a little colour where it is wanted."""

from __future__ import annotations

import os
import select
import sys
import time
from typing import TYPE_CHECKING, Any

import questionary
from prompt_toolkit.application import get_app_session
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth, create_output
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyPressEvent
    from prompt_toolkit.key_binding.key_processor import KeyPress
    from prompt_toolkit.output import Output

    from eh_connect.terminal import Choice

_POLL = 0.05


class FullTerminal:
    """``terminal.Terminal`` over questionary and rich.

    Args:
        keys: where keys come from; the process's terminal by default.
        screen: where prompts are drawn; standard error by default.
    """

    def __init__(self, keys: Input | None = None, screen: Output | None = None) -> None:
        depth = ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None
        self._rich = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._keys = keys or get_app_session().input
        self._typed: list[KeyPress] = []
        self._line_is_open = False
        self._on: dict[str, Any] = {
            "input": self._keys,
            "output": screen or create_output(sys.stderr),
            "color_depth": depth,
        }

    def heading(self, text: str) -> None:
        """The step's title, bold, after a blank line."""
        self._rich.print()
        self._rich.print(Text(text, style="bold"))

    def say(self, text: str) -> None:
        """Prose, wrapped by rich."""
        if self._line_is_open:
            self._rich.file.write("\r\x1b[K")
            self._line_is_open = False
        self._rich.print(Text(text))

    def exact(self, text: str) -> None:
        """A value, past rich: it would wrap it."""
        self._rich.file.write(text + "\n")
        self._rich.file.flush()

    def read(self, question: str, default: str = "") -> str:
        """A line that can be edited."""
        return str(_asked(questionary.text(question, default=default, qmark="", **self._on))).strip()

    def read_hidden(self, question: str) -> str:
        """A line, hidden altogether: stars would tell its length to whoever looks on."""
        from prompt_toolkit.layout.processors import PasswordProcessor
        from prompt_toolkit.shortcuts import PromptSession

        session: PromptSession[str] = PromptSession(
            f" {question} (hidden; ? explains) ",
            input_processors=[PasswordProcessor(char="")],
            input=self._keys,
            output=self._on["output"],
        )
        return session.prompt()

    def pick(self, question: str, choices: Sequence[Choice], default: str | None = None) -> str:
        """An arrow-key list."""
        offered = [questionary.Choice(c.label, value=c.value) for c in choices]
        listed = questionary.select(
            question, offered, default=default, qmark="", instruction="(arrow keys, Enter)", **self._on
        )
        return str(_asked(listed))

    def pick_many(self, question: str, choices: Sequence[Choice]) -> tuple[str, ...]:
        """A list of boxes that typing narrows."""
        offered = [questionary.Choice(c.label, value=c.value) for c in choices]
        boxes = questionary.checkbox(
            question,
            offered,
            qmark="",
            instruction="(type to search, space to tick, Enter)",
            validate=lambda ticked: bool(ticked) or "Tick at least one.",
            use_search_filter=True,
            use_jk_keys=False,
            **self._on,
        )
        return tuple(str(value) for value in _asked(boxes))

    def press(self, keys: Mapping[str, str]) -> str:
        """A key."""
        meanings = " · ".join(f"{key or 'Enter'}: {meaning}" for key, meaning in keys.items())
        self._rich.print(Text(f"[{meanings}]", style="dim"))
        while True:
            key = self._key(None)
            if key is not None and key.lower() in keys:
                return key.lower()

    def pressed_within(self, seconds: float) -> bool:
        """Any key."""
        return self._key(seconds) is not None

    def replace_line(self, text: str) -> None:
        """Over the line before."""
        self._rich.file.write(f"\r{text[: self._rich.width - 1]}\x1b[K")
        self._line_is_open = True
        self._rich.file.flush()

    def show_until_key(self, text: str) -> None:
        """The value on a screen of its own, which leaves nothing behind."""
        self._rich.file.write(f"\x1b[?1049h\x1b[H{text}\n\nAny key takes it off the screen.\n")
        self._rich.file.flush()
        try:
            self._key(None)
        finally:
            self._rich.file.write("\x1b[?1049l")
            self._rich.file.flush()

    def _key(self, seconds: float | None) -> str | None:
        """The next key ('' for Enter), or None after ``seconds``."""
        end = None if seconds is None else time.monotonic() + seconds
        with self._keys.raw_mode():
            while not self._typed and (end is None or time.monotonic() < end):
                if self._keys.closed:
                    raise EOFError
                self._wait_for_input()
                self._typed += self._keys.read_keys()
        if not self._typed:
            return None
        press = self._typed.pop(0)
        if press.key == Keys.ControlC:
            raise KeyboardInterrupt
        if press.key == Keys.ControlD:
            raise EOFError
        return "" if press.key in {Keys.ControlM, Keys.ControlJ} else str(press.data)

    def _wait_for_input(self) -> None:
        if sys.platform == "win32":
            time.sleep(_POLL)
        else:
            select.select([self._keys.fileno()], [], [], _POLL)


def _asked(question: questionary.Question) -> Any:
    """The answer; Ctrl-D is EOFError in every kind of question, not only in those with a line to type."""
    ends = KeyBindings()

    @ends.add(Keys.ControlD, eager=True)
    def end(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError, style="class:aborting")

    application = question.application
    application.key_bindings = merge_key_bindings([application.key_bindings or KeyBindings(), ends])
    return question.unsafe_ask()
