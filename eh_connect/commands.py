"""Commands to type next, runnable as they stand."""

from __future__ import annotations

import shlex


def command(name: str, label: str, *arguments: str) -> str:
    """The command line of ``name`` for a profile's label, quoted for a shell."""
    profile = () if label == "default" else ("--profile", label)
    return shlex.join(("eh-connect", name, *profile, *arguments))
