"""The search for leaked secrets finds them in every form, and fails the test that leaked."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from tests.support import leaks
from tests.support.forked import CHECKOUT
from tests.support.leaks import CANARIES, found

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Tool

PLANTED: dict[str, Callable[[str], str]] = {
    "plain": str,
    "the first half": lambda secret: secret[: len(secret) // 2],
    "the last half": lambda secret: secret[len(secret) // 2 :],
    "reversed": lambda secret: secret[::-1],
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64, one byte on": lambda secret: base64.b64encode(f"x{secret}".encode()).decode(),
    "base64, two bytes on": lambda secret: base64.b64encode(f"id{secret}:".encode()).decode(),
    "base64, as in HTTP Basic": lambda secret: base64.b64encode(f"{secret}:".encode()).decode(),
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(f"{secret}:{secret}".encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "HEX": lambda secret: secret.encode().hex().upper(),
    "URL-encoded": lambda secret: quote(secret, safe=""),
    "URL-encoded form": quote_plus,
    "URL-encoded to the last": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "JSON-escaped": json.dumps,
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret)),
    "JSON-escaped to the last": lambda secret: "".join(f"\\u{ord(c):04x}" for c in secret),
    "as Python shows it": repr,
    "as Python shows bytes": lambda secret: repr(secret.encode()),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
@pytest.mark.parametrize("name", CANARIES)
def test_a_planted_secret_is_found(name: str, plant: Callable[[str], str]) -> None:
    text = f"before {plant(CANARIES[name])} after"
    assert {leak.split(",")[0] for leak in found("a log", text)} == {f"the {name}"}


@pytest.mark.parametrize("text", ["", "canary", "eh-connect:default", "sha256:1a2b3c4d", "v1.eu1.", "=" * 99])
def test_what_is_no_secret_is_not_found(text: str) -> None:
    assert found("a log", text) == []


LEAKY = """
from pathlib import Path
from tests.support import leaks
import subprocess, sys, os

def test_that_leaks_output():
    leaks.add("standard error", "oh: " + leaks.CLIENT_SECRET[::-1])

def test_that_leaks_into_a_file(tmp_path):
    leaks.watch(tmp_path)
    (tmp_path / "trace.log").write_text("key=" + leaks.API_KEY)

def test_that_leaks_nothing(tmp_path):
    leaks.watch(tmp_path)
    leaks.add("standard output", "sha256:1a2b3c4d")

def test_that_fails_itself():
    leaks.add("standard error", leaks.CLIENT_SECRET)
    assert False, "by itself"
"""


def test_a_test_that_leaked_fails_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "test_leaky.py").write_text(LEAKY)
    argv = [sys.executable, "-m", "pytest", "-p", "tests.support.leaks", "-q", "test_leaky.py"]
    environ = {"PYTHONPATH": str(CHECKOUT), "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(argv, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert "3 failed, 1 passed" in done.stdout
    assert "the Client Secret, reversed, in standard error" in done.stdout
    assert "the API key, plain, in the file trace.log" in done.stdout
    assert "by itself" in done.stdout


LEAKS = {
    "print(secret)": "standard output",
    "print(secret, file=sys.stderr)": "standard error",
    "subprocess.run(['true', secret])": "the arguments of a child",
    "subprocess.run(['true'], env={'PATH': os.environ['PATH'], 'S': secret})": "the environment of a child",
    "subprocess.run(['true'])": "the environment of a child",
    "os.system('true ' + secret)": "the arguments of a child",
    "webbrowser.get('true %s').open('https://x.test/?s=' + secret)": "the arguments of a child",
    "open('trace.log', 'w').write(secret)": "the file trace.log",
    "open(os.path.join(OUTSIDE, 'trace.log'), 'w').write(secret)": "trace.log",
    "os.mkdir(secret)": "the name",
}


@pytest.mark.parametrize(("code", "where"), LEAKS.items())
def test_a_leak_of_a_process_is_found_wherever_it_goes(
    tool: Tool, tmp_path_factory: pytest.TempPathFactory, code: str, where: str
) -> None:
    code = code.replace("OUTSIDE", repr(str(tmp_path_factory.mktemp("outside"))))
    tool.kind = "code"
    begin = "import os, subprocess, sys, webbrowser; secret = os.environ['EH_CONNECT_CLIENT_SECRET']; "
    tool.run(begin + code)
    assert any(where in leak for leak in leaks.search())


def test_a_process_without_a_leak_is_not_accused(tool: Tool) -> None:
    tool.environ = {name: tool.environ[name] for name in ("PATH", "PYTHONPATH", "EH_TEST_RECORD")}
    tool.kind = "code"
    tool.run("import subprocess; subprocess.run(['true']); open('a.log', 'w').write('fine')")
    assert leaks.search() == []
