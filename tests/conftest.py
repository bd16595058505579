"""What several tests begin with: a sandbox that is served, and the whole tool."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.command import Tool
    from tests.support.sandbox import Stage
    from tests.support.stackone_side import StackOne

pytest_plugins = ["tests.support.leaks"]


def pytest_configure() -> None:
    """No example has to be fast; and no tool that tests start is deaf to a closed terminal, as under nohup."""
    settings.register_profile("patient", deadline=None)
    settings.load_profile("patient")
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A sandbox that is being served."""
    from tests.support.sandbox import Stage

    with Stage(tmp_path / "sandbox") as stage:
        yield stage


@pytest.fixture
def stackone(stage: Stage) -> Iterator[StackOne]:
    """The stage's StackOne, as its user meets it."""
    from tests.support.stackone_side import StackOne

    stackone = StackOne(stage)
    with stackone.http:
        yield stackone


@pytest.fixture
def tool(stage: Stage, tmp_path: Path) -> Tool:
    """The whole tool, led to the stage, with secrets that are looked for wherever it leaves something."""
    from tests.support.command import Tool

    return Tool(stage, tmp_path / "place", tmp_path / "keyring.json")
