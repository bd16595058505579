"""A person's desk: the terminal, the browser and the clipboard, and the screens that use all three."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.lines import Line, ok, unsure, warn
from eh_connect.person.terminal import BACK, HELP, Key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eh_connect.person.desktop import Desktop
    from eh_connect.person.terminal import Terminal


@dataclass(frozen=True)
class Desk:
    """Where a person sits; ``opens``: pages may be opened in the browser."""

    terminal: Terminal
    desktop: Desktop
    opens: bool = True

    def copy(self, name: str, text: str) -> Line:
        """Copy something that is no secret; what came of it, as far as that is known."""
        came = self.desktop.copy(text)
        if came == "copied":
            return ok(f"Copied: {name}", indent=2)
        if came == "sent":
            return sent(name)
        return unsure("No clipboard could be reached. Copy it by hand.", indent=2)

    def open(self, url: str) -> Line:
        """Ask the system to open a page."""
        if self.opens and self.desktop.open(url):
            return ok("Asked your browser to open it", indent=2)
        return unsure("No browser could be asked. Open the address by hand.", indent=2)

    def form(
        self,
        url: str,
        what: str,
        copies: Mapping[str, tuple[str, str]],
        done: str,
        *,
        more: Sequence[Line],
        back: bool = True,
    ) -> bool:
        """The keys below a form that is filled in elsewhere; False: back.

        Args:
            url: the page that ``o`` opens.
            what: what that is.
            copies: by key: the name and the value that it copies.
            done: what Enter says.
            more: what ``?`` explains.
            back: whether there is a way back.
        """
        keys = [Key("o", f"open {what}")] if self.opens else []
        if self.desktop.can_copy:
            keys += [Key(key, f"copy {name}") for key, (name, _) in copies.items()]
        keys += [*([BACK] if back else []), HELP, Key("", done)]
        while pressed := self.terminal.wait_for_key(keys):
            if pressed == BACK.key:
                return False
            if pressed == HELP.key:
                self.terminal.show(*more)
            elif pressed == "o":
                self.terminal.show(self.open(url))
            else:
                self.terminal.show(self.copy(*copies[pressed]))
        return True


def sent(name: str) -> Line:
    """A terminal's clipboard takes what it is sent without a word."""
    return warn(
        f"Sent to your terminal's clipboard: {name}. If pasting brings nothing, copy it by hand.", indent=2
    )
