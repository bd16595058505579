"""The full terminal: menus, hidden fields and waiting lines are redrawn; typed lines are questionary's."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import questionary
from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from rich.text import Text

from eh_connect.person import keyboard, look
from eh_connect.person.live import FRAME, FRAMES, Live
from eh_connect.person.terminal import HELP, Terminal, pasted_line
from eh_connect.person.terminal_menus import Boxes, Field, Menu

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import TextIO

    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyPressEvent
    from prompt_toolkit.key_binding.key_processor import KeyPress

    from eh_connect.lines import Line
    from eh_connect.person.terminal import Choice, Key, Watching
    from eh_connect.secret import Secret

T = TypeVar("T")
_STYLE = questionary.Style(
    [
        ("qmark", "fg:ansicyan nobold"),
        ("question", "bold"),
        ("answer", "fg:default nobold"),
        ("aborting", "fg:default"),  # the library dims what is left behind
    ]
)
_POLL = 0.1
"""Seconds; a longer wait would hold back a redraw."""


class FullTerminal(Terminal):
    """On a terminal that can do everything.

    Args:
        screen: the terminal to draw on.
        keys: where keys come from.
    """

    def __init__(self, screen: TextIO, keys: Input) -> None:
        self._screen = screen
        self._keys = keys
        self._output = create_output(screen)
        if isinstance(self._output, Vt100_Output):
            self._output.enable_cpr = False  # its absence would be remarked upon, between our lines
        self._live = Live(self._output)

    @property
    def _look(self) -> look.Look:
        return look.look_of(self._screen, os.environ)

    def show(self, *lines: Line) -> None:
        """Print lines."""
        self._live.print(look.render(lines, self._look))

    def step(self, number: int, of: int, title: str) -> None:
        """A rule with the step and its title."""
        self._live.print(look.rule(number, of, title, self._look))

    def choose(
        self,
        question: str,
        choices: Sequence[Choice],
        default: str | None = None,
        *,
        keys: Sequence[Key] = (),
        more: Sequence[Line] = (),
    ) -> str:
        """A menu."""
        menu = Menu(question, choices, default, (*keys, *([HELP] if more else [])))
        while (answer := self._answered(menu)) == HELP.key and more:
            self.show(*more)
        return str(answer)

    def choose_many(
        self,
        question: str,
        choices: Sequence[Choice],
        *,
        ticked: Collection[str] = (),
        more: Sequence[Line] = (),
    ) -> tuple[str, ...]:
        """A list of boxes that typing narrows."""
        boxes = Boxes(question, choices, ticked, has_help=bool(more))
        while (answer := self._answered(boxes)) is None:
            self.show(*more)
        return tuple(answer)

    @contextmanager
    def watch(
        self,
        text: str,
        keys: Sequence[Key] = (),
        *,
        note: Callable[[], Line | None] | None = None,
        so_far: float = 0.0,
    ) -> Iterator[Watching]:
        """A spinner, the time, and the keys."""
        start = time.monotonic() - so_far
        offered = {key.key for key in keys}

        def draw() -> list[Text]:
            gone = time.monotonic() - start
            spin = FRAMES[int(gone / FRAME) % len(FRAMES)]
            lead = Text(f"{spin} {text}  {int(gone // 60)}:{int(gone % 60):02}") if text else None
            return look.legend(keys, self._look, lead)

        def act(press: KeyPress) -> str | None:
            key = "" if press.key in keyboard.ENTER else press.data.lower()
            return key if key in offered else None

        def watching(seconds: float) -> str | None:
            return self._pressed(draw, _each(act), seconds=seconds, note=note)

        keyboard.drop_typed_ahead(self._keys)
        try:
            yield watching
        finally:
            self._live.print("")

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A spinner."""
        with keyboard.silent(self._keys.fileno()), self._live.spinning(lambda frame: f"{frame} {text}"):
            yield

    def reveal(self, title: str, values: Sequence[tuple[str, Secret]]) -> None:
        """A screen of its own, wiped before and after: not every terminal has a second one."""
        rows = [title, ""]
        for name, secret in values:
            rows += [name, secret.reveal(), ""]
        rows.append("Press a key: this is wiped off the screen. A terminal's history may keep it.")
        keyboard.drop_typed_ahead(self._keys)
        self._live.print("\x1b[?1049h\x1b[H\x1b[J")
        try:
            self._pressed(lambda: [Text(row) for row in rows], _each(lambda _: True))
        finally:
            self._live.print("\x1b[H\x1b[J\x1b[?1049l")

    def _typed(self, question: str, *, confirms: bool) -> str:
        if confirms:
            keyboard.drop_typed_ahead(self._keys)
        rows = [row.plain for row in look.question(question, self._look)]
        typed = questionary.text(
            "\n".join(rows)[2:] + ("" if question.endswith(" ") else " "),
            qmark="?",
            style=_STYLE,
            input=self._keys,
            output=self._output,
            color_depth=None if self._look.colour else ColorDepth.DEPTH_1_BIT,
        )
        answer = self._run(typed.application, confirms=confirms)
        if isinstance(answer, int):
            self._say_pasted(answer)
            return self._typed(question, confirms=confirms)
        return str(answer)

    def _hidden(self, question: str) -> str:
        field = Field(question)
        keyboard.drop_typed_ahead(self._keys)
        return str(self._answered(field, takes_pastes=True))

    def _run(self, application: Any, *, confirms: bool) -> object:
        """The line; the length of a paste where none is wanted."""
        keys = KeyBindings()

        @keys.add(Keys.ControlD, eager=True)
        def end(event: KeyPressEvent) -> None:
            event.app.exit(exception=EOFError)

        @keys.add(Keys.BracketedPaste, eager=True)
        def paste(event: KeyPressEvent) -> None:
            if confirms:
                event.app.exit(result=len(event.data))
            else:
                event.current_buffer.insert_text(" ".join(event.data.split("\n")).strip())

        for unwanted in (Keys.ControlR, Keys.ControlS, Keys.ControlZ, Keys.ControlQ):
            keys.add(unwanted, eager=True)(lambda _: None)

        def draw_anew() -> None:
            application.renderer.reset()
            application.invalidate()

        def resumed() -> None:
            self._keys.raw_mode().__enter__()
            if application.loop is not None:  # not here: the signal may have come while something was drawn
                application.loop.call_soon_threadsafe(draw_anew)

        application.key_bindings = merge_key_bindings([application.key_bindings, keys])
        with keyboard.on_resume(resumed):
            return application.run()

    def _answered(self, asked: Menu | Boxes | Field, *, takes_pastes: bool = False) -> Any:
        """The answer of something live, which then becomes one line."""
        keyboard.drop_typed_ahead(self._keys)
        answer = None
        try:
            act = asked.type if isinstance(asked, Field) else _each(asked.press)
            answer = self._pressed(
                lambda: asked.rows(self._look, self._height), act, takes_pastes=takes_pastes
            )
            return asked.result
        finally:
            said = asked.said if answer else ""
            self._live.print(look.ansi(look.answered(asked.question, said, self._look), self._look))

    @property
    def _height(self) -> int:
        return max(self._output.get_size().rows, 6)

    def _pressed(
        self,
        draw: Callable[[], list[Text]],
        act: Callable[[Sequence[KeyPress]], T | None],
        *,
        seconds: float | None = None,
        note: Callable[[], Line | None] | None = None,
        takes_pastes: bool = False,
    ) -> T | None:
        """Draw and read until ``act`` makes something of what was pressed; None when the time is over."""
        end = None if seconds is None else time.monotonic() + seconds
        warning: Line | None = None
        self._output.enable_bracketed_paste()
        try:
            with keyboard.raw(self._keys, self._live.forget):
                while True:
                    said = [line for line in (note() if note else None, warning) if line]
                    self._live.paint(look.render(said, self._look) + look.ansi(draw(), self._look))
                    left = _POLL if end is None else end - time.monotonic()
                    presses = keyboard.typed_at_once(self._keys, max(min(_POLL, left), 0))
                    length = 0 if takes_pastes else keyboard.pasted(presses)
                    if length:
                        warning = pasted_line(length)
                    elif presses:
                        warning = None
                        if (result := act(presses)) is not None:
                            return result
                    elif left <= 0:
                        return None
        finally:
            self._output.disable_bracketed_paste()
            self._output.flush()


def _each(act: Callable[[KeyPress], T | None]) -> Callable[[Sequence[KeyPress]], T | None]:
    return lambda presses: next((result for press in presses if (result := act(press)) is not None), None)
