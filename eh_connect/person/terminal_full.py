"""The full form: menus, hidden fields and waiting lines are redrawn. questionary asks for typed lines."""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import questionary
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from rich.text import Text

from eh_connect.person import keyboard, look
from eh_connect.person.terminal import Terminal, paste_warning
from eh_connect.person.terminal_menus import Field, Menu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
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
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_REDRAW_EVERY = 0.1
"""Seconds."""


class FullTerminal(Terminal):
    """A terminal on which lines can be redrawn."""

    def __init__(self, screen: TextIO, keys: Input) -> None:
        super().__init__(screen, keys.fileno())
        self._keys = keys
        self._output = create_output(screen)
        if isinstance(self._output, Vt100_Output):
            self._output.enable_cpr = False  # terminals without it would get a warning
        self._lock = Lock()
        self._live = ""

    def choose_many(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> Sequence[str]:
        """Ask with a list of boxes that can be searched by typing."""
        menu = Menu(question, choices, ticks=True)
        return tuple(self._with_help(lambda: self._answer(menu), more))

    @contextmanager
    def _watch(self, text: str, keys: Sequence[Key], note: Callable[[], Line | None]) -> Iterator[Watching]:
        """Show a spinner, the time and the keys."""
        start = time.monotonic()
        offered = {key.key for key in keys}

        def draw() -> list[Text]:
            passed = int(time.monotonic() - start)
            lead = Text(f"{_spinner()} {text}  {passed // 60}:{passed % 60:02}") if text else None
            return look.legend(keys, self._look, lead)

        def key_of(press: KeyPress) -> str | None:
            key = "" if press.key in keyboard.ENTER else press.data.lower()
            return key if key in offered else None

        self._drop_typed_ahead()
        try:
            yield lambda seconds: self._act(
                keys, self._redraw_until(draw, key_of, seconds=seconds, note=note)
            )
        finally:
            self._write("")

    def reveal(self, heading: str, values: Sequence[tuple[str, Secret]]) -> None:
        """Show secrets on the second screen. Wipe it before and after, as some terminals have only one screen."""
        rows = [heading, ""]
        for name, secret in values:
            rows += [name, secret.reveal(), ""]
        rows.append("Press a key: this is wiped off the screen. A terminal's history may keep it.")
        self._drop_typed_ahead()
        self._write("\x1b[?1049h\x1b[H\x1b[J")
        try:
            self._redraw_until(lambda: [Text(row) for row in rows], lambda _: True)
        finally:
            self._write("\x1b[H\x1b[J\x1b[?1049l")

    def _drop_typed_ahead(self) -> None:
        keyboard.drop_typed_ahead(self._keys)

    def _write(self, text: str) -> None:
        with self._lock:
            self._send(self._erase() + text)
            self._live = ""

    def _paint(self, text: str) -> None:
        """Replace the live rows, which are the last ones on the screen."""
        text = text.rstrip("\n")
        with self._lock:
            if text != self._live:
                self._send(self._erase() + text)
                self._live = text

    def _forget_live(self) -> None:
        """Begin the next live rows where the cursor is: another program has written meanwhile."""
        self._live = ""

    def _erase(self) -> str:
        """The sequence that erases the live rows. They are counted anew: the terminal may be narrower now."""
        if not self._live:
            return ""
        width = self._output.get_size().columns
        rows = Text.from_ansi(self._live).split("\n", allow_blank=True)
        height = sum(max(math.ceil(row.cell_len / width), 1) for row in rows)
        return "\r" + (f"\x1b[{height - 1}A" if height > 1 else "") + "\x1b[J"

    def _send(self, text: str) -> None:
        self._output.write_raw(text.replace("\n", "\r\n"))
        self._output.flush()

    def _show_progress(self, text: str) -> float:
        self._paint(f"{_spinner()} {text}")
        return _REDRAW_EVERY

    def _choose(self, question: str, choices: Sequence[Choice], more: Sequence[Line]) -> str:
        menu = Menu(question, choices)
        return str(self._with_help(lambda: self._answer(menu), more))

    def _read_line(self, question: str, *, confirms: bool) -> str:
        self._write("")
        if confirms:
            self._drop_typed_ahead()
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
            "\n".join(rows).removeprefix("? ") + " ",
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
            if application.loop is not None:  # later: the signal may have come in the middle of a redraw
                application.loop.call_soon_threadsafe(draw_anew)

        with keyboard.raw_mode(self._keys, resumed):
            answer = application.run()
        if isinstance(answer, int):
            self.show(paste_warning(answer))
            return self._read_line(question, confirms=confirms)
        return str(answer).strip()

    def _read_hidden(self, question: str) -> str:
        return str(self._answer(Field(question))).strip()

    def _answer(self, asked: Menu | Field) -> Any:
        """Show a live question until it is answered, and leave one line of it. Returns the answer."""
        self._drop_typed_ahead()
        said = ""
        try:
            self._redraw_until(
                lambda: asked.rows(self._look, max(self._output.get_size().rows, 6)),
                asked.press,
                takes_pastes=isinstance(asked, Field),
            )
            said = asked.said
            return asked.result
        finally:
            self._write(look.render_rows(look.question(asked.question, self._look, said), self._look))

    def _redraw_until(
        self,
        draw: Callable[[], list[Text]],
        act: Callable[[KeyPress], T | None],
        *,
        seconds: float = math.inf,
        note: Callable[[], Line | None] = lambda: None,
        takes_pastes: bool = False,
    ) -> T | None:
        """Redraw until ``act`` returns a result for a key, and return that; None when the time is over."""
        end = time.monotonic() + seconds
        warning: Line | None = None
        self._output.enable_bracketed_paste()
        try:
            with keyboard.raw_mode(self._keys, self._forget_live):
                while True:
                    said = [line for line in (note(), warning) if line]
                    self._paint(look.render(said, self._look) + look.render_rows(draw(), self._look))
                    left = end - time.monotonic()
                    presses = keyboard.read_keys(self._keys, min(_REDRAW_EVERY, left))
                    if takes_pastes:  # only a line end at the very end of a paste ends the line
                        presses[:-1] = [press for press in presses[:-1] if press.key not in keyboard.ENTER]
                    elif length := keyboard.paste_length(presses):
                        warning = paste_warning(length)
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


def _spinner() -> str:
    return _SPINNER[int(time.monotonic() / _REDRAW_EVERY) % len(_SPINNER)]
