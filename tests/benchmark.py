# ruff: noqa: T201  # its output is what it is for
"""How long commands take, as whole processes: ``python -m tests.benchmark``. No test: it judges nothing.

Machines differ and are noisy, so each run of a command is paired with one of a bare ``import typer``, and
the ratio of the two is what to compare.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
BARE = ("-c", "import typer")
COMMANDS = (
    ("--version",),
    ("--help",),
    ("setup", "--help"),
    ("guide",),
    ("status", "--sandbox"),
    ("setup", "--sandbox", "--no-input"),
    ("rotate", "--sandbox", "--no-input"),
    ("verify", "--sandbox", "--no-input"),
    ("doctor", "--sandbox"),
)


def seconds(arguments: tuple[str, ...], environ: dict[str, str]) -> float:
    """One run of Python with these arguments."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, *arguments], env=environ, check=False, capture_output=True)
    return time.perf_counter() - begun


def main() -> None:
    """Measure and print."""
    checkout = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "EH_CONNECT_HOME": home, "PYTHONPATH": str(checkout)}
        seconds(("-m", "eh_connect", "setup", "--sandbox", "--no-input"), environ)
        print(f"{'median of ' + str(RUNS):<30} seconds   ratio to {BARE[1]!r}")
        for command in COMMANDS:
            pairs = [
                (seconds(("-m", "eh_connect", *command), environ), seconds(BARE, environ))
                for _ in range(RUNS)
            ]
            taken = statistics.median(its for its, _ in pairs)
            ratio = statistics.median(its / bare for its, bare in pairs)
            print(f"{' '.join(command):<30} {taken:7.2f}   {ratio:5.1f}")


if __name__ == "__main__":
    main()
