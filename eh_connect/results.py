"""What a command found or did: the fields of its JSON object, and lines for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from eh_connect.errors import NextStep  # pydantic reads it at run time

if TYPE_CHECKING:
    from eh_connect.lines import Line

SCHEMA = 1
"""Version of the JSON output."""


class Result(BaseModel):
    """The root: every field but the excluded ones is in the JSON object (docs/schema)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    next_steps: tuple[NextStep, ...] = Field((), exclude=True)
    exit_code: int = Field(0, exclude=True)

    def body(self) -> dict[str, Any]:
        """The fields of the JSON object besides the common ones."""
        return self.model_dump(mode="json")

    def lines(self) -> list[Line]:
        """The same for a person."""
        raise NotImplementedError


class SandboxResult(Result):
    """Where the sandbox is served."""

    urls: dict[str, str]
    pages: dict[str, str]
    folder: str
    next_steps: tuple[NextStep, ...] = Field(
        (
            NextStep("Try the wizard, in another terminal", "eh-connect setup --sandbox"),
            NextStep("Try it without questions", "eh-connect setup --sandbox --no-input"),
        ),
        exclude=True,
    )

    def lines(self) -> list[Line]:
        """Addresses and folder."""
        from eh_connect.lines import ok, row

        rows = [row(name, url) for name, url in (self.pages | self.urls).items()]
        return [ok("The sandbox is served on this computer until Ctrl+C"), *rows, row("Folder", self.folder)]
