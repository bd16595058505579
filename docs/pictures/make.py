"""Make the pictures from real runs: ``python -m docs.pictures.make``, from a checkout, with Chromium.

The wizard runs in a pseudo-terminal against the sandbox, with a real Secret Service: what the screen shows
becomes an SVG, colours included. The hand-over page is a PNG of what the browser shows.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pyte

from eh_connect import inputs
from tests.support.browser import browsing
from tests.support.sandbox import Stage
from tests.support.screen import ENTER, at_terminal
from tests.support.secret_service import secret_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.support.screen import Person

FOLDER = Path(__file__).parent
COLUMNS, ROWS = 80, 400
ORGANISATION = "12345"

LINE, CHARACTER, MARGIN, GAP = 18, 8.4, 14, 12
BACKGROUND, TEXT, CAPTION = "#1e1e24", "#e6e6e6", "#8f8f9c"
COLOURS = {"green": "#7ec97e", "brown": "#e5c15d", "red": "#f07f7f", "cyan": "#6ccbd3", "blue": "#8ab4f8"}
"""The terminal's basic colours by pyte's names; whatever else is text."""

Row = list[Any]
"""A row of pyte's characters."""


@dataclass(frozen=True)
class Moment:
    """A part of the screen, and what is said above it."""

    caption: str
    rows: list[Row]


def svg(moments: Sequence[Moment], title: str) -> str:
    """A terminal for each moment, one below the other."""
    width = round(COLUMNS * CHARACTER + 2 * MARGIN)
    parts: list[str] = []
    top = 0
    for moment in moments:
        height = len(moment.rows) * LINE + 2 * MARGIN + LINE
        parts.append(f'<rect y="{top}" width="{width}" height="{height}" rx="8" fill="{BACKGROUND}"/>')
        parts.append(f'<text x="{MARGIN}" y="{top + 18}" fill="{CAPTION}">{escape(moment.caption)}</text>')
        for number, row in enumerate(moment.rows):
            parts += _drawn(row, top + MARGIN + LINE * (number + 2) - 4)
        top += height + GAP
    size = f'width="{width}" height="{top - GAP}" viewBox="0 0 {width} {top - GAP}"'
    style = f"text{{font:14px ui-monospace,Menlo,Consolas,monospace;fill:{TEXT};white-space:pre}}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    return "\n".join([head, f"<style>{style}</style>", *parts, "</svg>", ""])


def _drawn(row: Row, y: int) -> Iterator[str]:
    """A piece for each run of characters that look the same, at its column."""
    column = 0
    for (colour, bold), run in groupby(row, key=lambda char: (char.fg, char.bold)):
        text = "".join(char.data for char in run)
        if shown := text.strip():
            x = MARGIN + (column + len(text) - len(text.lstrip())) * CHARACTER
            styles = [f"fill:{COLOURS[colour]}"] if colour in COLOURS else []
            styles += ["font-weight:bold"] if bold else []
            look = f' style="{";".join(styles)}"' if styles else ""
            length = f' textLength="{len(shown) * CHARACTER:.1f}"'
            yield f'<text x="{x:.1f}" y="{y}"{length}{look}>{escape(shown)}</text>'
        column += len(text)


@dataclass(frozen=True)
class Place:
    """A sandbox, and a home of its own for the tool."""

    home: Path
    session: dict[str, str]
    stage: Stage

    @contextmanager
    def terminal(self, *arguments: str) -> Iterator[Person]:
        """The tool in a terminal."""
        hosts = {name: url for name, url in self.stage.environment.items() if name.endswith("_URL")}
        session = {name: self.session[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}
        own = {"EH_CONNECT_HOME": str(self.home / "state"), "TERM": "xterm-256color", **self._desktop()}
        with at_terminal(
            *arguments, environment=hosts | session | own, columns=COLUMNS, cwd=self.home
        ) as person:
            yield person

    def _desktop(self) -> dict[str, str]:
        """A desktop with a clipboard and a browser, as most have: programs that do nothing."""
        programs = self.home / "bin"
        programs.mkdir(exist_ok=True)
        clipboard = programs / "xclip"
        clipboard.write_text("#!/bin/sh\ncat >/dev/null\n")
        clipboard.chmod(0o755)
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        return {"PATH": path, "DISPLAY": ":0", "BROWSER": "true"}

    def moment(self, person: Person, caption: str, begin: str, end: str = "") -> Moment:
        """From the last line with ``begin`` on, to the end of the screen or the line with ``end``.

        Real addresses stand where the sandbox has its own.
        """
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.ByteStream(screen).feed(person.raw)
        rows = [[screen.buffer[number][column] for column in range(COLUMNS)] for number in range(ROWS)]
        lines = [line.rstrip() for line in screen.display]
        first = max(number for number, line in enumerate(lines) if begin in line)
        last = max(number for number, line in enumerate(lines) if line and (not end or end in line))
        return Moment(caption, [self._real(row) for row in rows[first : last + 1]])

    def _real(self, row: Row) -> Row:
        text = "".join(char.data for char in row).rstrip()
        its = self.stage.environment
        for wanted in (inputs.STACKONE_APP_URL, inputs.EMPLOYMENT_HERO_APP_URL, inputs.STACKONE_URL):
            real = text.replace(its[wanted.variable or ""], wanted.default or "")
            if real != text:
                return [row[len(text) - 1]._replace(data=char) for char in real]
        return row


def whole_way(at: Place) -> list[Moment]:
    """From the first question to the sign-in test."""
    environ = at.stage.environment
    with at.terminal("setup") as person:
        person.answers("StackOne API key", environ["STACKONE_API_KEY"])
        person.is_shown("Choose cards")
        question = at.moment(person, "A question", "2 of 5")
        person.types(ENTER)
        person.answers("Paste such an address", ORGANISATION)
        person.is_shown("I've created it")
        form = at.moment(person, "What to fill in, with every exact value", "1  Open the portal")
        person.types(ENTER)
        person.answers("? Client ID", environ["EH_CONNECT_CLIENT_ID"])
        person.answers("? Client Secret", environ["EH_CONNECT_CLIENT_SECRET"])
        person.is_shown("Change something")
        person.types(ENTER)
        person.is_shown("(Y/n)")
        person.types("y" + ENTER)
        person.is_shown("I see an error")
        at.stage.sign_in(next(line for line in reversed(person.lines) if "/connect/link/" in line))
        person.is_shown("(y/N)")
        person.types("n" + ENTER)
        person.leaves()
        verified = at.moment(person, "Created, and verified by a real sign-in", '✓ Created "')
        return [question, form, verified]


def dashboard(at: Place) -> Moment:
    """Where StackOne's API can't create profiles."""
    environ = at.stage.environment
    at.stage.refuse_writes()
    with at.terminal("setup", "--profile", "second", "--name", "Second") as person:
        person.answers("StackOne API key", environ["STACKONE_API_KEY"])
        person.is_shown("Choose cards")
        person.types(ENTER)
        person.answers("Paste such an address", ORGANISATION)
        person.is_shown("I've created it")
        person.types(ENTER)
        person.answers("? Client ID", environ["EH_CONNECT_CLIENT_ID"])
        person.answers("? Client Secret", environ["EH_CONNECT_CLIENT_SECRET"])
        person.is_shown("[v] show both")
        return at.moment(person, "The dashboard: this screen notices when you are done", "5 of 5")


def hand_over(at: Place) -> None:
    """The page for a colleague."""
    file = at.home / "page.html"
    arguments = ("--org-id", ORGANISATION, "--scopes", "directory", "--name", "Example Pty Ltd")
    with at.terminal("guide", "--format", "html", "--output", str(file), *arguments) as person:
        person.leaves()
    real = file.read_text("utf-8").replace(
        at.stage.environment["EMPLOYMENT_HERO_APP_URL"], inputs.EMPLOYMENT_HERO_APP_URL.default or ""
    )
    file.write_text(real, "utf-8")
    with browsing(at.home / "browser") as browser:
        browser.driver.set_window_size(760, 1400)
        browser.open(file.as_uri())
        browser.screenshot(FOLDER / "hand-over.png", most=720)


def main() -> None:
    """Write the pictures beside this script."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        with secret_service(home / "session") as session, Stage(home / "sandbox") as stage:
            at = Place(home, session, stage)
            made = {"wizard": whole_way(at), "dashboard": [dashboard(at)]}
            hand_over(at)
    titles = {"wizard": "Three moments of eh-connect setup", "dashboard": "The dashboard, step by step"}
    for picture, moments in made.items():
        (FOLDER / f"{picture}.svg").write_text(svg(moments, titles[picture]), encoding="utf-8")


if __name__ == "__main__":
    main()
