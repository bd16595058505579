"""Make the pictures from real runs: ``python -m docs.pictures.make``, from a checkout, with Chromium.

The tool runs in a pseudo-terminal against the rehearsal, a browser beside it: what the screen shows becomes
an SVG, what the browser shows a PNG.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from eh_connect.employment_hero.scopes import PRESETS
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.browser import Browser, browsing
from tests.support.rehearsal import Stage, rehearsing
from tests.support.screen import DOWN, ENTER, Person, at_terminal
from tests.support.secret_service import secret_service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).parent
COLUMNS = 100
LINE, CHARACTER, MARGIN = 18, 8.4, 16
ORGANISATION = "12345"


def svg(lines: Sequence[str], title: str) -> str:
    """A terminal window with these lines."""
    width = round(COLUMNS * CHARACTER + 2 * MARGIN)
    height = (len(lines) + 1) * LINE + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + (number + 2) * LINE}" xml:space="preserve">{escape(line)}</text>'
        for number, line in enumerate(lines)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">\n'
        "<style>text{font:14px ui-monospace,Menlo,Consolas,monospace;fill:#e6e6e6}</style>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="#1e1e24"/>\n'
        f'<text x="{MARGIN}" y="{MARGIN + 6}" fill-opacity="0.6">{escape(title)}</text>\n{rows}\n</svg>\n'
    )


@dataclass(frozen=True)
class Place:
    """A rehearsal, a browser, and a home of its own for the tool, with a real Secret Service."""

    home: Path
    session: dict[str, str]
    stage: Stage
    browser: Browser

    @contextmanager
    def terminal(self, *arguments: str, **more: str) -> Iterator[Person]:
        """The tool in a terminal."""
        hosts = {key: url for key, url in self.stage.environment.items() if key.endswith("_URL")}
        own = {
            "EH_CONNECT_HOME": str(self.home / "state"),
            "DBUS_SESSION_BUS_ADDRESS": self.session["DBUS_SESSION_BUS_ADDRESS"],
            "XDG_RUNTIME_DIR": self.session["XDG_RUNTIME_DIR"],
        }
        with at_terminal(
            *arguments, environment=hosts | own | more, columns=COLUMNS, cwd=self.home
        ) as person:
            yield person

    def picture(self, name: str, person: Person, title: str) -> None:
        """What is or was on the terminal, without what a redraw left empty."""
        # Where this machine keeps things is nobody's business.
        lines = [line.replace(str(self.home), "~") for line in person.lines]
        while not lines[-1]:
            lines.pop()
        shown = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
        (FOLDER / f"{name}.svg").write_text(svg(shown, title), encoding="utf-8")

    def page(self, name: str) -> None:
        """What the browser shows, without the lower part of a long form: the pictures are to be small."""
        self.browser.screenshot(FOLDER / f"{name}.png", most=640)


@contextmanager
def place() -> Iterator[Place]:
    """Everything new."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        session = secret_service(home / "session")
        with session as env, rehearsing(home / "rehearsal") as stage, browsing(home / "browser") as browser:
            yield Place(home, env, stage, browser)


def choose(person: Person, question: str, number: int = 1) -> None:
    """The choice with this number, counted from 1."""
    person.sees(question)
    person.sees("Explain", stays=False)
    person.types(DOWN * (number - 1) + ENTER)


def register(at: Place, person: Person) -> None:
    """The wizard and the portal side by side, until the pair is pasted."""
    browser = at.browser
    person.answers("StackOne API key", at.stage.environment["STACKONE_API_KEY"])
    choose(person, "Keep the API key")
    person.answers("Enter: go on")
    person.answers("Organisation ID (? explains)", ORGANISATION)
    choose(person, "Actions to enable")
    browser.open(f"{at.stage.employment_hero_url}/app/v2/organisations/{ORGANISATION}/developer_portal/api")
    browser.press("Add Application")
    browser.fill("Application Name", "StackOne Integration")
    browser.fill("Redirect URI", REDIRECT_URI)
    for card, boxes in PRESETS["directory"].cards:
        for box in boxes:
            browser.tick(card.name, box)
    at.page("portal-form")
    browser.press("Continue to Review")
    at.page("portal-review")
    browser.press("Create Application")
    at.page("portal-created")
    for shown in ("Application Name", "Redirect URI", "Tick these boxes", "FIXED FOR EVER"):
        person.sees(shown)
        person.answers("Enter: go on")
    person.answers("Client ID (hidden; ? explains)", browser.value("Client ID"))
    person.answers("Client Secret (hidden; ? explains)", browser.value("Client Secret"))


def open_link(at: Place, person: Person) -> None:
    """The link on the screen, in the browser."""
    person.sees("Waiting for the sign-in")
    at.browser.open(next(line for line in reversed(person.lines) if "/connect/link/" in line))


def whole_way(at: Place) -> None:
    """From the portal to the proof."""
    with at.terminal("setup", "--no-browser", "--scopes", "directory") as person:
        register(at, person)
        choose(person, "Do it?")
        choose(person, "Prove it now")
        open_link(at, person)
        at.page("hub")
        at.browser.press("Connect Employment Hero")
        at.page("login")
        at.browser.press("Sign in")
        at.page("consent")
        at.browser.press("Allow")
        at.page("connected")
        choose(person, "Delete the test account")
        person.sees("Proven")
        person.leaves()
        at.picture("wizard", person, "eh-connect setup")


def wrong_redirect_uri(at: Place) -> None:
    """What StackOne does not hear of."""
    with at.stage.prepared.rehearsal.records.change() as data:
        data["applications"][-1]["redirect_uri"] += "/"
    key = {"STACKONE_API_KEY": at.stage.environment["STACKONE_API_KEY"]}
    with at.terminal("verify", "--no-browser", **key) as person:
        open_link(at, person)
        at.browser.press("Connect Employment Hero")
        at.page("redirect-error")
        person.types(ENTER)
        choose(person, "What does the browser show?", 3)
        choose(person, "Wait on for the sign-in?", 2)
        person.sees("try again")
        person.leaves()
        at.picture("verify", person, "eh-connect verify")


def dashboard(at: Place) -> None:
    """Where StackOne's API can't write: its form."""
    at.browser.open(f"{at.stage.environment['STACKONE_APP_URL']}/connector_profiles")
    at.browser.press("+ Connector Profile")
    at.page("dashboard")


def main() -> None:
    """Write the pictures beside this script."""
    with place() as at:
        whole_way(at)
        wrong_redirect_uri(at)
        dashboard(at)


if __name__ == "__main__":
    main()
