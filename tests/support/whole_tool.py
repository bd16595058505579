"""The whole tool as a process of its own, for tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any


def setup(environ: dict[str, str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Run ``setup --json`` unattended, in this environment alone; its exit code and its JSON object."""
    passed_on = ("PATH", "SYSTEMROOT", "PYTHONDONTWRITEBYTECODE")
    done = subprocess.run(
        [sys.executable, "-m", "eh_connect", "setup", "--json", *arguments],
        env={
            **{name: os.environ[name] for name in passed_on if name in os.environ},
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            **environ,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, answer
