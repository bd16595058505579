"""``doctor --json`` for tests: what must be so of every run is judged here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from eh_connect.checks import ORDER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.command import Run, Tool

WARNED_ANYWHERE = {"browser", "clipboard", "terminal"}
"""What depends on where the tests run, and never fails."""


@dataclass(frozen=True)
class Examined:
    """A run that has ended, and its checks by ID."""

    run: Run
    checks: dict[str, dict[str, str | None]]

    @property
    def fails(self) -> list[str]:
        return [name for name, check in self.checks.items() if check["result"] == "fail"]

    def result(self, name: str) -> str | None:
        return self.checks[name]["result"]

    def detail(self, name: str) -> str:
        return self.checks[name]["detail"] or ""

    def remedy(self, name: str) -> str:
        return self.checks[name]["remedy"] or ""


def examine(tool: Tool, *arguments: str, **changed: str | None) -> Examined:
    """Run it within this process. It tells every check, its exit code is true, it leaves nothing behind."""
    return _examine(tool, tool.run_here, arguments, changed)


def examine_alone(tool: Tool, *arguments: str, **changed: str | None) -> Examined:
    """The same in a process of its own, which has to end by itself."""
    return _examine(tool, tool.run, arguments, changed)


def _examine(
    tool: Tool, run: Callable[..., Run], arguments: tuple[str, ...], changed: dict[str, str | None]
) -> Examined:
    before = _left(tool)
    ended = run("doctor", "--json", *arguments, **changed)
    assert _left(tool) == before
    return judged(ended)


def judged(run: Run) -> Examined:
    """The checks of a run, once its shape is as documented."""
    listed = run.answer["checks"]
    assert [check["id"] for check in listed] == list(ORDER)
    found = Examined(run, {check["id"]: check for check in listed})
    for check in listed:
        assert set(check) == {"id", "result", "detail", "remedy"}
        assert (check["result"] in {"pass", "warn", "fail", "skip"}, bool(check["detail"])) == (True, True)
        assert check["remedy"] or check["result"] not in {"warn", "fail"}
    warned = {name for name, check in found.checks.items() if check["result"] == "warn"}
    if found.fails:
        first = found.checks[found.fails[0]]
        assert (
            run.error["title"]
            == f"{len(found.fails)} of {len(ORDER)} checks failed: {', '.join(found.fails)}."
        )
        assert first["detail"] in run.error["detail"]
        assert run.error["hint"] == first["remedy"]
    else:
        assert (run.code, "error" in run.succeeded) == (0, False)
    assert warned <= WARNED_ANYWHERE | {"folder", "clock", "employment_hero_oauth", "employment_hero_app"}
    assert "Traceback" not in run.err
    return found


def kept(tool: Tool) -> dict[str, dict[str, str]]:
    """What the keyring holds, by service."""
    content = json.loads(tool.keyring.read_text()) if tool.keyring.exists() else {}
    return {service: entries for service, entries in content.items() if entries}


def _left(tool: Tool) -> tuple[dict[str, dict[str, str]], dict[Path, bytes | int]]:
    """What the keyring holds; every file with its content, every folder with its mode."""
    paths = tool.folder.rglob("*")
    return kept(tool), {p: p.read_bytes() if p.is_file() else p.stat().st_mode for p in paths}
