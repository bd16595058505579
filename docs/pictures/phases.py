"""Make the picture of a rotation's phases: ``python -m docs.pictures.phases``, from a checkout.

A rotation is killed at each of its steps; what is in the keyring and at StackOne then is a phase.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.world import A, B, set_up

FILE = Path(__file__).with_name("rotation.svg")
ROWS = ("at StackOne", "keyring: current", "keyring: next", "keyring: previous")
NAMES = {A: "old", B: "new"}
COLOURS = {"old": "#8a6d3b", "new": "#2d7d46"}
TITLES = ("before", "saved", "sent", "old one saved", "made current", "done")
CELL, LINE, LABEL, TOP = 132, 40, 140, 56

Phase = tuple[str, ...]


def phases() -> list[Phase]:
    """What is where, phase by phase: the row's secret as ``old`` or ``new``, empty for none."""
    seen: list[Phase] = []
    step, code = 0, -9
    while code:
        step += 1
        world = set_up()
        code = world.code("rotate", B, kill_at=step)
        found = (world.in_force, *(world.held.get(row.rpartition(" ")[2]) for row in ROWS[1:]))
        phase = tuple("" if each is None else NAMES[each] for each in found)
        if not seen or seen[-1] != phase:
            seen.append(phase)
    return seen


def svg(found: list[Phase]) -> str:
    """A table: a column for each phase."""
    width, height = LABEL + CELL * len(found) + 16, TOP + LINE * len(ROWS) + 16
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    label = "Where the old and the new Client Secret are in each phase of a rotation"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{label}">',
        "<style>text{font:14px system-ui,sans-serif;fill:#222} .in{fill:#fff;font-weight:600}</style>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#f6f6f8"/>',
    ]
    for row, name in enumerate(ROWS):
        parts.append(f'<text x="12" y="{TOP + row * LINE + 25}">{name}</text>')
    for column, (title, phase) in enumerate(zip(TITLES, found, strict=True)):
        x = LABEL + column * CELL
        parts.append(f'<text x="{x + 6}" y="{TOP - 20}">{column + 1}. {title}</text>')
        for row, secret in enumerate(phase):
            if secret:
                y = TOP + row * LINE
                box = f'width="{CELL - 12}" height="{LINE - 10}" rx="6" fill="{COLOURS[secret]}"'
                parts.append(f'<rect x="{x + 4}" y="{y + 4}" {box}/>')
                parts.append(f'<text class="in" x="{x + 46}" y="{y + 25}">{secret}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    FILE.write_text(svg(phases()), encoding="utf-8")
