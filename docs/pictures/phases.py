"""Make the picture of a rotation's phases: ``python -m docs.pictures.phases``, from a checkout.

A rotation is stopped after each of its calls; what is in the keyring and at StackOne then is a phase.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.support.fakes import A, B, Fault, Killed, World

FILE = Path(__file__).with_name("rotation.svg")
ROWS = ("at StackOne", "keyring: current", "keyring: next", "keyring: previous")
NAMES = {A: "old", B: "new"}
COLOURS = {"old": "#8a6d3b", "new": "#2d7d46"}
TITLES = ("before", "staged", "sent", "old one kept", "made current", "done")
CELL, LINE, LABEL, TOP = 132, 40, 140, 56

Phase = tuple[str, ...]


def phases() -> list[Phase]:
    """What is where, phase by phase: the row's pair as ``old`` or ``new``, empty for none."""
    seen: list[Phase] = []
    call = 0
    while True:
        world = World()
        world.run(A)
        world.start_again(*([Fault("*", Killed(), call, after=True)] if call else [Fault("*", Killed())]))
        with suppress(Killed):
            world.rotate(B)
        kept = world.keyring.pairs
        pairs = (world.in_force, *(kept.get(row.rpartition(" ")[2]) for row in ROWS[1:]))
        phase = tuple("" if pair is None else NAMES[pair] for pair in pairs)
        if not seen or seen[-1] != phase:
            seen.append(phase)
        if call and world.tape.count("*") < call:
            return seen
        call += 1


def svg(found: list[Phase]) -> str:
    """A table: a column for each phase."""
    width, height = LABEL + CELL * len(found) + 16, TOP + LINE * len(ROWS) + 16
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    label = "Where the old and the new pair are in each phase of a rotation"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">',
        "<style>text{font:14px system-ui,sans-serif;fill:#222} .pair{fill:#fff;font-weight:600}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#f6f6f8"/>',
    ]
    for row, name in enumerate(ROWS):
        parts.append(f'<text x="12" y="{TOP + row * LINE + 25}">{name}</text>')
    for column, (title, phase) in enumerate(zip(TITLES, found, strict=True)):
        x = LABEL + column * CELL
        parts.append(f'<text x="{x + 6}" y="{TOP - 20}">{column + 1}. {title}</text>')
        for row, pair in enumerate(phase):
            if pair:
                y = TOP + row * LINE
                box = f'width="{CELL - 12}" height="{LINE - 10}" rx="6" fill="{COLOURS[pair]}"'
                parts.append(f'<rect x="{x + 4}" y="{y + 4}" {box}/>')
                parts.append(f'<text class="pair" x="{x + 46}" y="{y + 25}">{pair}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    FILE.write_text(svg(phases()), encoding="utf-8")
