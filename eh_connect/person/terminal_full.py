"""The full terminal: menus, hidden fields and waiting lines are redrawn; typed lines are questionary's."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

import questionary
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from rich.cells import cell_len
from rich.text import Text

from eh_connect.person import keyboard, look
from eh_connect.person.terminal import Terminal, pasted_line
from eh_connect.person.terminal_menus import Boxes, Field, Menu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TextIO

    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyPressEvent
    from prompt_toolkit.key_binding.key_processor import KeyPress
    from prompt_toolkit.output import Output

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
_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME = 0.1
"""Seconds for which a frame of the spinner stands; a longer wait for keys would hold back a redraw."""

_SEQUENCE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\]8;[^\x1b]*\x1b\\")


class FullTerminal(Terminal):
    """On a terminal that can do everything."""

    def __init__(self, screen: TextIO, keys: Input) -> None:
        super().__init__(screen, keys.fileno())
        self._keys = keys
        self._output = create_output(screen)
        if isinstance(self._output, Vt100_Output):
            self._output.enable_cpr = False  # its absence would be remarked upon, between our lines
        self._live = _Live(self._output)

    def choose_many(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> Sequence[str]:
        """A list of boxes that typing narrows."""
        boxes = Boxes(question, choices, has_help=True)
        return tuple(self._asked(lambda: self._answered(boxes), more))

    @contextmanager
    def watch(
        self, text: str, keys: Sequence[Key], note: Callable[[], Line | None] = lambda: None
    ) -> Iterator[Watching]:
        """A spinner, the time, and the keys."""
        start = time.monotonic()
        offered = {key.key for key in keys}

        def draw() -> list[Text]:
            gone = int(time.monotonic() - start)
            lead = Text(f"{_spinner()} {text}  {gone // 60}:{gone % 60:02}") if text else None
            return look.legend(keys, self._look, lead)

        def act(press: KeyPress) -> str | None:
            key = "" if press.key in keyboard.ENTER else press.data.lower()
            return key if key in offered else None

        keyboard.drop_typed_ahead(self._keys)
        try:
            yield lambda seconds: self._pressed(draw, act, seconds=seconds, note=note)
        finally:
            self._write("")

    def reveal(self, title: str, values: Sequence[tuple[str, Secret]]) -> None:
        """A screen of its own, wiped before and after: not every terminal has a second one."""
        rows = [title, ""]
        for name, secret in values:
            rows += [name, secret.reveal(), ""]
        rows.append("Press a key: this is wiped off the screen. A terminal's history may keep it.")
        keyboard.drop_typed_ahead(self._keys)
        self._write("\x1b[?1049h\x1b[H\x1b[J")
        try:
            self._pressed(lambda: [Text(row) for row in rows], lambda _: True)
        finally:
            self._write("\x1b[H\x1b[J\x1b[?1049l")

    def _write(self, text: str) -> None:
        self._live.print(text)

    def _say_working(self, text: str) -> float:
        self._live.paint(f"{_spinner()} {text}")
        return _FRAME

    def _chosen(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        menu = Menu(question, choices, has_help=bool(more))
        return str(self._asked(lambda: self._answered(menu), more))

    def _typed(self, question: str, *, confirms: bool) -> str:
        self._write("")
        if confirms:
            keyboard.drop_typed_ahead(self._keys)
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
        rows = [row.plain for row in look.question(question, self._look)]
        application = questionary.text(
            "\n".join(rows)[2:] + " ",
            qmark="?",
            style=_STYLE,
            key_bindings=keys,
            input=self._keys,
            output=self._output,
            color_depth=None if self._look.colour else ColorDepth.DEPTH_1_BIT,
        ).application

        def draw_anew() -> None:
            application.renderer.reset()
            application.invalidate()

        def resumed() -> None:
            self._keys.raw_mode().__enter__()
            if application.loop is not None:  # not here: the signal may have come while something was drawn
                application.loop.call_soon_threadsafe(draw_anew)

        with keyboard.on_resume(resumed):
            answer = application.run()
        if isinstance(answer, int):
            self.show(pasted_line(answer))
            return self._typed(question, confirms=confirms)
        return str(answer).strip()

    def _hidden(self, question: str) -> str:
        return str(self._answered(Field(question))).strip()

    def _answered(self, asked: Menu | Field) -> Any:
        """The answer of something live, which then becomes one line."""
        keyboard.drop_typed_ahead(self._keys)
        said = ""
        try:
            self._pressed(
                lambda: asked.rows(self._look, max(self._output.get_size().rows, 6)),
                asked.press,
                takes_pastes=isinstance(asked, Field),
            )
            said = asked.said
            return asked.result
        finally:
            self._write(look.ansi(look.question(asked.question, self._look, said), self._look))

    def _pressed(
        self,
        draw: Callable[[], list[Text]],
        act: Callable[[KeyPress], T | None],
        *,
        seconds: float | None = None,
        note: Callable[[], Line | None] = lambda: None,
        takes_pastes: bool = False,
    ) -> T | None:
        """Draw and read until ``act`` makes something of what was pressed; None when the time is over."""
        end = None if seconds is None else time.monotonic() + seconds
        warning: Line | None = None
        self._output.enable_bracketed_paste()
        try:
            with keyboard.raw(self._keys, self._live.forget):
                while True:
                    said = [line for line in (note(), warning) if line]
                    self._live.paint(look.render(said, self._look) + look.ansi(draw(), self._look))
                    left = _FRAME if end is None else end - time.monotonic()
                    presses = keyboard.typed_at_once(self._keys, max(min(_FRAME, left), 0))
                    if takes_pastes:  # line ends within a paste are none of its end
                        presses[:-1] = [press for press in presses[:-1] if press.key not in keyboard.ENTER]
                    elif length := keyboard.pasted(presses):
                        warning = pasted_line(length)
                        continue
                    elif presses:
                        warning = None
                    for press in presses:
                        if (result := act(press)) is not None:
                            return result
                    if not presses and left <= 0:
                        return None
        finally:
            self._output.disable_bracketed_paste()
            self._output.flush()


class _Live:
    """The last rows of the screen, drawn over and over until the question is answered; none above is touched."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._text = ""
        self._lock = RLock()

    def paint(self, text: str) -> None:
        """Replace the live rows."""
        with self._lock:
            if text != self._text:
                self._write(self._back() + text.rstrip("\n"))
                self._text = text

    def print(self, text: str) -> None:
        """Take the live rows away, and write what stays."""
        with self._lock:
            self._write(self._back() + text)
            self._text = ""

    def forget(self) -> None:
        """Something else was written meanwhile: the next rows begin where the cursor is."""
        self._text = ""

    def _back(self) -> str:
        """To the first of the live rows, and clear from there; the terminal may have become narrower."""
        if not self._text:
            return ""
        width = max(self._output.get_size().columns, 1)
        rows = _SEQUENCE.sub("", self._text).rstrip("\n").split("\n")
        height = sum(max(-(-cell_len(row) // width), 1) for row in rows)
        return "\r" + (f"\x1b[{height - 1}A" if height > 1 else "") + "\x1b[J"

    def _write(self, text: str) -> None:
        self._output.write_raw(text.replace("\n", "\r\n"))
        self._output.flush()


def _spinner() -> str:
    return _FRAMES[int(time.monotonic() / _FRAME) % len(_FRAMES)]
