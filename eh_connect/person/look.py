"""The theme: draws lines, questions, choices and keys for a terminal, for the plain form and for a pipe."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text

from eh_connect.lines import Kind, Line, Sign
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from eh_connect.person.terminal import Choice, Key

TABLES = 80
"""Columns. On a narrower terminal a label stands above its value."""

_READABLE = 100
"""Columns. Longer lines of prose are hard to read."""

_SMALL = 50
"""Columns. A narrower terminal gets the plain form."""

_COLOURS = {Sign.OK: "green", Sign.WARN: "yellow", Sign.FAIL: "red"}
_WORDS = {
    Sign.NONE: "",
    Sign.OK: "OK: ",
    Sign.WARN: "Warning: ",
    Sign.FAIL: "Error: ",
    Sign.UNSURE: "Not checked: ",
    Sign.TODO: "To do: ",
}
_SPELLED = str.maketrans(
    {"›": ">", "…": "...", "·": "-", "→": "->", "—": "-", "–": "-", "•": "*"}  # noqa: RUF001  # it is meant
)
"""Characters that a screen reader or a terminal without UTF-8 may not know, and what stands for them."""

_KNOWS_LINKS = (
    "VTE_VERSION",
    "KITTY_WINDOW_ID",
    "WT_SESSION",
    "KONSOLE_VERSION",
    "WEZTERM_PANE",
    "ITERM_SESSION_ID",
)
"""Variables that terminals with links (OSC 8) set. Inside tmux and screen they say nothing."""


class Look(Record, frozen=True):
    """How to draw. ``width`` is in columns; it is None if nothing is wrapped, as for a pipe."""

    width: int | None = None
    ansi: bool = False
    colour: bool = False
    links: bool = False
    plain: bool = False

    @property
    def room(self) -> int:
        """The columns that prose may use."""
        return 1_000_000 if self.width is None else max(20, min(self.width, _READABLE) - 1)

    @property
    def is_narrow(self) -> bool:
        """Whether a label stands above its value, as there is little room beside it."""
        return self.width is not None and self.width < TABLES and not self.plain


def detect_look(stream: Any, *, plain: bool) -> Look:
    """How to draw on a stream, which may be a terminal, a pipe or a file."""
    width = columns(stream)
    if width is None:
        return Look(plain=plain)
    dumb = os.environ.get("TERM", "xterm" if os.name == "nt" else "") in {"", "dumb"}
    if plain or dumb or width < _SMALL or codecs.lookup(stream.encoding).name != "utf-8":
        return Look(width, plain=True)
    links = any(map(os.environ.get, _KNOWS_LINKS)) and not any(map(os.environ.get, ("TMUX", "STY")))
    return Look(width, ansi=True, colour=not os.environ.get("NO_COLOR"), links=links)


def columns(stream: Any) -> int | None:
    """The width of the terminal behind a stream; None if there is no terminal."""
    try:
        return (os.get_terminal_size(stream.fileno()).columns or TABLES) if stream.isatty() else None
    except (OSError, ValueError, AttributeError):  # vanished, closed, or no stream
        return None


def render(lines: Sequence[Line], look: Look) -> str:
    """Lines as text for the terminal; each ends with a newline."""
    rows: list[Text] = []
    for line, widest in zip(lines, _label_widths(lines), strict=True):
        if line.kind is Kind.EXACT:
            link = line.text if look.links and line.text.startswith("https://") else None
            rows.append(Text(line.text, Style(bold=True, link=link), overflow="ignore", no_wrap=True))
        elif line.kind is Kind.ROW:
            rows += _row(line, widest, look)
        elif line.kind is Kind.STEP:
            rows += _step(line, look)
        else:
            rows += _flow(_lead(line, look), Text(line.text, "bold" if line.kind is Kind.TITLE else ""), look)
    return render_rows(rows, look)


def render_rows(rows: Iterable[Text], look: Look) -> str:
    """Rows as text for the terminal; each ends with a newline."""
    if not look.ansi:  # rich's console takes 10 ms to load
        return "".join(f"{row.plain}\n" for row in rows)
    console = _console(force_terminal=True, color_system="standard", no_color=not look.colour)
    with console.capture() as captured:
        for row in rows:
            console.print(row, soft_wrap=True)
    return captured.get()


def _console(**options: Any) -> Console:
    from rich.console import Console

    return Console(width=1_000_000, legacy_windows=False, _environ={}, **options)


def question(text: str, look: Look, said: str = "") -> list[Text]:
    """A question, and what was answered. The plain form prints no answer."""
    if look.plain:
        return _flow(Text("Question: "), Text(text), look)
    answer = f"  {said}" if said else ""
    return _flow(Text.assemble(("? ", "cyan")), Text.assemble((text, "bold"), answer), look)


def choice_rows(choice: Choice, widest: int, look: Look, *, current: bool, box: str = "") -> list[Text]:
    """One choice of a menu. ``widest`` is the width of the widest label."""
    bold = "bold" if current else ""
    lead = Text.assemble(("❯ " if current else "  ", bold), box)  # noqa: RUF001  # the pointer
    note = Text(choice.note)
    if choice.warning:
        note = Text.assemble(choice.note, " " if choice.note else "", ("! ", "yellow"), choice.warning)
    return _labelled(lead, Text.assemble((choice.label, bold)), note, widest, look)


def legend(keys: Sequence[Key], look: Look, lead: Text | None = None) -> list[Text]:
    """The keys that work, on as few rows as possible. They stand after ``lead`` if all of them fit there."""
    items = [f"[{key.key or 'Enter'}] {key.label}" for key in keys]
    line = Text("  ".join(items))
    if lead is not None and lead.cell_len + 5 + line.cell_len <= look.room:
        return [lead + " " * 5 + line] if items else [lead]
    rows: list[Text] = []
    for item in items:
        if not rows or rows[-1].cell_len + 2 + len(item) > look.room:
            rows.append(Text())
        rows[-1] = rows[-1] + "  " + item
    return [*([lead] if lead else []), *rows]


def numbered(choices: Sequence[Choice], look: Look) -> list[Text]:
    """The choices as numbered lines, for the plain form."""
    rows: list[Text] = []
    for number, choice in enumerate(choices, 1):
        warning = f"Warning: {choice.warning}" if choice.warning else ""
        rest = ". ".join(filter(None, (choice.note, warning)))
        rows += _flow(Text("  "), Text(f"{number}. {choice.label}{': ' if rest else ''}{rest}"), look)
    return rows


def _lead(line: Line, look: Look) -> Text:
    """What stands before the text of a line: the indent and the sign."""
    if look.plain:
        return Text(" " * min(line.indent, 2) + _WORDS[line.sign])
    sign = Text(f"{line.sign.value} ", _COLOURS.get(line.sign, "")) if line.sign.value else Text()
    return Text(" " * line.indent) + sign


def _step(line: Line, look: Look) -> list[Text]:
    if look.plain:
        return [Text(), *_flow(Text(), Text(f"Step {line.head}. {line.text}"), look)]
    row = Text(f"─ {line.head} ─ ") + Text(line.text, "bold") + " "
    return [Text(), row + "─" * (min(look.room, TABLES - 2) - row.cell_len)]


def _row(line: Line, widest: int, look: Look) -> list[Text]:
    lead, is_numbered = _lead(line, look), line.head.isdecimal()
    if look.plain:
        between = ". " if is_numbered else ": " if line.head and line.text else ""
        return _flow(lead, Text(f"{line.head}{between}{line.text}"), look)
    if is_numbered:
        return _flow(lead + f"{line.head:<{widest}}  ", Text(line.text), look)
    return _labelled(lead, Text(line.head), Text(line.text), widest, look)


def _labelled(lead: Text, label: Text, text: Text, widest: int, look: Look) -> list[Text]:
    """A label with a text beside it, or below it on a narrow terminal."""
    if not text:
        return _flow(lead, label, look)
    if not look.is_narrow:
        return _flow(lead + label + " " * (widest - label.cell_len + 3), text, look)
    above = _flow(lead, label, look) if label else []
    return above + _flow(Text(" " * (lead.cell_len + 2)), text, look)


def _label_widths(lines: Sequence[Line]) -> list[int]:
    """For each line the widest label of its group. Titles, steps, exact values and blank lines divide groups."""
    groups: list[int] = []
    widest = [0]
    for line in lines:
        if line.kind in {Kind.TITLE, Kind.STEP, Kind.EXACT} or not (line.text or line.head):
            widest.append(0)
        if line.kind is Kind.ROW:
            widest[-1] = max(widest[-1], len(line.head))
        groups.append(len(widest) - 1)
    return [widest[group] for group in groups]


def _flow(lead: Text, text: Text, look: Look) -> list[Text]:
    """A lead and a text, wrapped. The rows after the first are indented by the width of the lead."""
    indent = lead.cell_len
    room = max(look.room - indent, 10)
    if look.plain:
        indent = min(indent, 2)
        text = Text(text.plain.translate(_SPELLED))
    rows: list[Text] = list(text.split("\n", allow_blank=True))
    if any(row.cell_len > room for row in rows):
        rows = []
        if text.plain.startswith("eh-connect "):
            # A command is there to be copied, so only the terminal breaks it.
            command, _, rest = text.plain.partition("    ")
            rows, text = [Text(command)], Text(rest)
        if text:
            rows += text.wrap(_console(), room, overflow="fold")
    flowed = [(Text(" " * indent) if number else lead) + row for number, row in enumerate(rows)]
    for row in flowed:
        row.rstrip()
    return flowed
