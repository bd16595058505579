"""Make the pictures of the terminal from real runs: ``python -m docs.pictures.make``, from a checkout.

The tool runs in a pseudo-terminal against the rehearsal; what its screen shows becomes an SVG.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from tests.rehearsal import rehearsing
from tests.screen import DOWN, ENTER, at_terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent
COLUMNS = 88
LINE, CHARACTER, MARGIN = 18, 8.4, 16

CLIENT_ID = "made-up-client-id-for-the-picture-0123456-A"
CLIENT_SECRET = "made-up-secret-for-the-picture-01234567890A"  # noqa: S105  # made up, and registered below


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


def wizard() -> list[str]:
    """The whole way of the wizard, as it stands on the screen in the end."""
    with tempfile.TemporaryDirectory() as name, rehearsing(Path(name) / "rehearsal") as stage:
        stage.register(CLIENT_ID, CLIENT_SECRET)
        home = Path(name)
        hosts = {key: url for key, url in stage.environment.items() if key.endswith("_URL")}
        own = {
            "EH_CONNECT_HOME": str(home / "state"),
            "EH_CONNECT_KEYRING": "tests.keyrings.FileKeyring",
            "EH_TEST_KEYRING_FILE": str(home / "keyring.json"),
        }
        arguments = ("setup", "--no-browser", "--scopes", "directory")
        with at_terminal(*arguments, environment=hosts | own, columns=COLUMNS, cwd=home) as person:
            person.answers("StackOne API key", stage.environment["STACKONE_API_KEY"])
            person.answers("Keep the API key")
            person.answers("Enter: go on")
            person.answers("Organisation ID (? explains)", "12345")
            person.answers("Actions to enable")
            for shown in ("Application Name", "Redirect URI", "Tick these boxes", "FIXED FOR EVER"):
                person.sees(shown)
                person.answers("Enter: go on")
            person.answers("Client ID (hidden; ? explains)", CLIENT_ID)
            person.answers("Client Secret (hidden; ? explains)", CLIENT_SECRET)
            person.sees("Do it?")
            person.sees("Explain", stays=False)
            person.types(DOWN * 9 + ENTER)
            person.sees("Nothing has been sent")
            person.types(ENTER)
            person.sees("Created the connector profile")
            person.leaves()
            lines = person.lines
        home_text = str(home)
    # Where this machine keeps things is nobody's business.
    return _trimmed([line.replace(home_text, "~") for line in lines])


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines.pop()
    return [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]


def main() -> None:
    """Write the pictures beside this script."""
    (FOLDER / "wizard.svg").write_text(svg(wizard(), "eh-connect setup"), encoding="utf-8")


if __name__ == "__main__":
    main()
