"""One theme: how lines, questions, choices and keys are drawn, for a terminal, the plain form and a pipe."""

from __future__ import annotations

import codecs
import os
from io import StringIO
from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text

from eh_connect.lines import Kind, Line, Sign
from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from eh_connect.person.terminal import Choice, Key

READABLE = 100
"""Columns: longer lines of prose are hard to read."""

TABLES = 80
"""Columns: below this a table is a label above its value."""

SMALL = 50
"""Columns: below this the plain form is used."""

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
"""For screen readers, and for a terminal whose encoding lacks them."""

_KNOWS_LINKS = (
    "VTE_VERSION",
    "KITTY_WINDOW_ID",
    "WT_SESSION",
    "KONSOLE_VERSION",
    "WEZTERM_PANE",
    "ITERM_SESSION_ID",
)
"""Variables of terminals that show OSC 8 links; inside tmux and screen they are only inherited."""


class Look(Record, frozen=True):
    """How to draw; ``width`` in columns, None where nothing is wrapped (a pipe)."""

    width: int | None = None
    ansi: bool = False
    colour: bool = False
    links: bool = False
    plain: bool = False

    @property
    def room(self) -> int:
        """Columns that prose may use."""
        return 1_000_000 if self.width is None else max(20, min(self.width, READABLE) - 1)

    @property
    def stacks(self) -> bool:
        """Whether a label stands above its value."""
        return self.width is not None and self.width < TABLES and not self.plain


def detect_look(stream: Any, *, plain: bool) -> Look:
    """How to draw on a stream: a terminal, or a pipe or file."""
    width = columns(stream)
    if width is None:
        return Look(plain=plain)
    dumb = os.environ.get("TERM", "xterm" if os.name == "nt" else "") in {"", "dumb"}
    encoding = codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    if plain or dumb or width < SMALL or encoding != "utf-8":
        return Look(width, plain=True)
    links = any(map(os.environ.get, _KNOWS_LINKS)) and not any(map(os.environ.get, ("TMUX", "STY")))
    return Look(width, ansi=True, colour=not os.environ.get("NO_COLOR"), links=links)


def columns(stream: Any) -> int | None:
    """The width of the terminal behind a stream; None where there is none."""
    try:
        return (os.get_terminal_size(stream.fileno()).columns or TABLES) if stream.isatty() else None
    except (OSError, ValueError, AttributeError):  # gone, closed, never there
        return None


def render(lines: Sequence[Line], look: Look) -> str:
    """Lines, each ended."""
    rows: list[Text] = []
    heads = _head_widths(lines)
    for line, head in zip(lines, heads, strict=True):
        if line.kind is Kind.EXACT:
            link = line.text if look.links and line.text.startswith("https://") else None
            rows.append(Text(line.text, Style(bold=True, link=link), overflow="ignore", no_wrap=True))
        elif line.kind is Kind.ROW:
            rows += _row(line, head, look)
        elif line.kind is Kind.STEP:
            rows += _step(line, look)
        else:
            lead = _lead(line, look)
            rows += _flow(lead, Text(_said(line.text, look), "bold" if line.kind is Kind.TITLE else ""), look)
    return ansi(rows, look)


def ansi(rows: Iterable[Text], look: Look) -> str:
    """Rows as text for the terminal, each ended."""
    if not look.ansi:  # rich's console takes 10 ms to load
        return "".join(f"{row.plain}\n" for row in rows)
    file = StringIO()
    console = _console(file, force_terminal=True, color_system="standard", no_color=not look.colour)
    for row in rows:
        console.print(row, soft_wrap=True, highlight=False, markup=False, emoji=False)
    return file.getvalue()


def _console(file: StringIO, **options: Any) -> Console:
    from rich.console import Console

    return Console(file=file, width=1_000_000, legacy_windows=False, _environ={}, **options)


def question(text: str, look: Look, said: str = "") -> list[Text]:
    """A question, and what was answered; in the plain form it speaks for itself."""
    if look.plain:
        return _flow(Text("Question: "), Text(_said(text, look)), look)
    return _flow(_styled("? ", "cyan"), _styled(text, "bold") + (f"  {said}" if said else ""), look, hang=2)


def choice_rows(choice: Choice, head: int, look: Look, *, current: bool, box: str = "") -> list[Text]:
    """One choice of a menu; ``head`` is the width of the widest label."""
    lead = _styled("❯ " if current else "  ", "bold") + box  # noqa: RUF001  # the pointer
    label = _styled(choice.label, "bold" if current else "")
    note = Text(choice.note)
    if choice.warning:
        note += Text(" " if choice.note else "") + _styled("! ", "yellow") + choice.warning
    if not note:
        return _flow(lead, label, look)
    if look.stacks:
        return [*_flow(lead, label, look), *_flow(Text(" " * (lead.cell_len + 2)), note, look)]
    return _flow(lead + label + " " * (head - label.cell_len + 3), note, look)


def legend(keys: Sequence[Key], look: Look, lead: Text | None = None) -> list[Text]:
    """The keys that work, on as few rows as there is room for; after ``lead`` where all of them fit."""
    items = [f"[{key.key or 'Enter'}] {key.label}" for key in keys]
    line = Text("  ".join(items))
    if lead is not None and lead.cell_len + 5 + line.cell_len <= look.room:
        return [lead + " " * 5 + line] if items else [lead]
    rows = [Text()]
    for item in items:
        if rows[-1] and rows[-1].cell_len + 2 + len(item) > look.room:
            rows.append(Text())
        rows[-1] = rows[-1] + "  " + item
    return [*([lead] if lead else []), *rows]


def numbered(choices: Sequence[Choice], look: Look) -> list[Text]:
    """The choices of the plain form."""
    rows: list[Text] = []
    for number, choice in enumerate(choices, 1):
        warning = f"Warning: {choice.warning}" if choice.warning else ""
        rest = ". ".join(part for part in (choice.note, warning) if part)
        said = f"{number}. {choice.label}{': ' if rest else ''}{rest}"
        rows += _flow(Text("  "), Text(_said(said, look)), look)
    return rows


def _styled(text: str, style: str) -> Text:
    """Only this much: the style of a whole ``Text`` goes on to what is added to it."""
    return Text().append(text, style)


def _said(text: str, look: Look) -> str:
    return text.translate(_SPELLED) if look.plain else text


def _lead(line: Line, look: Look) -> Text:
    if look.plain:
        return Text(" " * min(line.indent, 2) + _WORDS[line.sign])
    sign = Text(f"{line.sign.value} ", _COLOURS.get(line.sign, "")) if line.sign.value else Text()
    return Text(" " * line.indent) + sign


def _step(line: Line, look: Look) -> list[Text]:
    if look.plain:
        return [Text(), Text(f"Step {line.head}. {_said(line.text, look)}")]
    row = Text(f"─ {line.head} ─ ") + Text(line.text, "bold") + " "
    return [Text(), row + "─" * (min(look.room, TABLES - 2) - row.cell_len)]


def _row(line: Line, head: int, look: Look) -> list[Text]:
    lead = _lead(line, look)
    number = line.head.isdecimal()
    if look.plain:
        between = ". " if number else ": " if line.head and line.text else ""
        text = f"{line.head}{between}{line.text}"
        return _flow(lead, Text(_said(text, look)), look)
    if look.stacks and not number:
        above = _flow(lead, Text(line.head), look) if line.head else []
        return above + (_flow(Text(" " * (lead.cell_len + 2)), Text(line.text), look) if line.text else [])
    return _flow(
        lead + line.head + " " * (head - len(line.head) + (2 if number else 3)), Text(line.text), look
    )


def _head_widths(lines: Sequence[Line]) -> list[int]:
    """For each line the widest head of its group: rows that nothing but prose or a hint divides."""
    groups: list[int] = []
    widest = [0]
    for line in lines:
        if line.kind in {Kind.TITLE, Kind.STEP, Kind.EXACT} or not (line.text or line.head):
            widest.append(0)
        if line.kind is Kind.ROW:
            widest[-1] = max(widest[-1], len(line.head))
        groups.append(len(widest) - 1)
    return [widest[group] for group in groups]


def _flow(lead: Text, text: Text, look: Look, hang: int | None = None) -> list[Text]:
    """Words after a lead, wrapped; the rows after the first are indented as far as the lead goes."""
    lead_width = lead.cell_len
    if look.plain:
        hang = min(lead_width, 2)
    room = max(look.room - lead_width, 10)
    rows: list[Text] = []
    for paragraph in text.split("\n", allow_blank=True):
        if look.width is None or paragraph.cell_len <= room:
            wrapped = [paragraph]
        else:
            wrapped = list(paragraph.wrap(_console(StringIO()), room, overflow="fold"))
        rows += wrapped
    indent = Text(" " * (lead_width if hang is None else hang))
    flowed = [(indent if number else lead) + row for number, row in enumerate(rows or [Text()])]
    for row in flowed:
        row.rstrip()
    return flowed
