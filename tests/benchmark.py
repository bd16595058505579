# ruff: noqa: T201  # its output is what it is for
"""How long commands take beside the smallest program that does as much: ``python -m tests.benchmark``.

No test: it judges nothing. Machines differ and are noisy, so each run is followed by one of the program that
it is compared with, and the median of the ratios is what counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.sandbox import Stage
from tests.support.secret_service import MISSING, secret_service

if TYPE_CHECKING:
    from collections.abc import Callable

RUNS = 15
TWO_COMMANDS = """
import typer
app = typer.Typer(rich_markup_mode=None)
@app.command()
def one(name: str = typer.Option("", help="A name.")): "Do one thing."
@app.command()
def two(name: str = typer.Option("", help="A name.")): "Do another thing."
app(["--help"])
"""
FOUR_REQUESTS = """
import json, os, httpx, typer
app = typer.Typer(rich_markup_mode=None)
@app.command()
def setup(name: str = "Employment Hero"):
    key, environ = os.environ["STACKONE_API_KEY"], os.environ
    with httpx.Client(base_url=environ["STACKONE_API_URL"], auth=(key, "")) as client:
        client.get("/connector_profiles").raise_for_status()
        client.get("/actions", params={"connectors": "employmenthero"})
        client.post("/connector_profiles", json={})
        config = {"oauth_client_id": environ["EH_CONNECT_CLIENT_ID"]}
        print(client.post("/connector_profiles", json={"name": name, "config": config}).text)
app([])
"""
FOUR_ENTRIES = """
import json, keyring
entries = ("current", "next", "previous", "origins")
print(json.dumps({entry: bool(keyring.get_password("eh-connect:default", entry)) for entry in entries}))
"""


@dataclass(frozen=True)
class Compared:
    """A command, the program beside it, and how many times as long it may take."""

    arguments: str
    program: str
    bound: float
    of: str


COMPARED = (
    Compared("--version", "import typer", 0.5, "importing Typer"),
    Compared("--help", TWO_COMMANDS, 1.0, "the help of two commands"),
    Compared("setup --no-store --no-check --profile x", FOUR_REQUESTS, 1.15, "the same four requests"),
    Compared("status --offline --json", FOUR_ENTRIES, 1.3, "reading four entries of the keyring"),
)


def seconds(environ: dict[str, str], *arguments: str) -> float:
    """One run of Python with these arguments."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *arguments], env=environ, check=False, capture_output=True, timeout=60
    )
    taken = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {done.returncode}\n{(done.stdout + done.stderr).decode()}")
    return taken


def measure(compared: Compared, environ: dict[str, str], begin: Callable[[], None]) -> None:
    """Run both by turns, and print the ratio."""
    taken: list[tuple[float, float]] = []
    for _ in range(RUNS):
        begin()
        ours = seconds(environ, "-m", "eh_connect", *compared.arguments.split())
        begin()
        taken.append((ours, seconds(environ, "-c", compared.program)))
    ratio = statistics.median(ours / theirs for ours, theirs in taken)
    ours, theirs = (statistics.median(each) for each in zip(*taken, strict=True))
    print(f"{compared.arguments:<41} {ratio:5.2f} x {compared.of} (bound {compared.bound}): ", end="")
    print(f"{ours * 1000:.0f} ms, {theirs * 1000:.0f} ms", flush=True)


def main() -> None:
    """Measure and print; a keyring is a real Secret Service, where there is one."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stage = stack.enter_context(Stage(home / "sandbox"))
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "PYTHONPATH": str(Path(__file__).parents[1]),
            "EH_CONNECT_HOME": str(home / "state"),
        }
        if MISSING:
            keyring = "tests.support.keyrings.FileKeyring"
            environ |= {"EH_CONNECT_KEYRING": keyring, "PYTHON_KEYRING_BACKEND": keyring}
            environ["EH_TEST_KEYRING_FILE"] = str(home / "keyring.json")
        else:
            (home / "session").mkdir()
            session = stack.enter_context(secret_service(home / "session"))
            environ |= {name: session[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")}

        def forget_profiles() -> None:
            with stage.records.change("stackone") as data:
                data["profiles"].clear()

        given = {**stage.environment, **environ}
        if not MISSING:
            del given["EH_CONNECT_KEYRING"]  # the sandbox's own
        seconds(given, "-m", "eh_connect", "setup", "--json")  # so that there is something to read
        for compared in COMPARED:
            needs = given if compared.arguments.startswith("setup") else environ
            measure(compared, needs, forget_profiles)


if __name__ == "__main__":
    main()
