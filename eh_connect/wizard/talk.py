"""What the steps of the wizard share: the answers so far, and whom they work with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from eh_connect.asking import Asking
    from eh_connect.flows.keeping import Keeping
    from eh_connect.ports import Probes, ReadsProfiles, WritesProfiles
    from eh_connect.secret import Pair, Secret
    from eh_connect.stackone.models import Action, ConnectorProfile

STEPS = 6


@dataclass(frozen=True)
class Answers:
    """What the person wants. None: not answered yet, or left as it is."""

    api_key: Secret | None
    pair: Pair | None
    name: str
    name_given: bool
    org_id: str | None
    app_name: str
    scopes: str | None
    actions: tuple[str, ...] | None
    profile_id: str | None
    via: str
    org_id_given: bool = False
    client_id: Secret | None = None
    client_secret: Secret | None = None
    if_exists: str = "ask"
    keep_key: bool = False
    reviewed: bool = False


@dataclass(frozen=True)
class WizardParts:
    """The collaborators. ``connect`` gives StackOne's calls for a key, ``write_guide`` a file."""

    asking: Asking
    keeping: Keeping
    connect: Callable[[Secret], tuple[ReadsProfiles, WritesProfiles]]
    probe: Probes
    write_guide: Callable[[Answers], Path]
    portal_app_url: str
    origins: tuple[str, ...]
    check: bool


@dataclass
class Talk:
    """The conversation: grows with each step."""

    answers: Answers
    parts: WizardParts
    profiles: list[ConnectorProfile] = field(default_factory=list)
    offered: tuple[Action, ...] = ()
    reads: ReadsProfiles | None = None
    writes: WritesProfiles | None = None

    def __post_init__(self) -> None:
        self.asking = self.parts.asking
        self.terminal = self.parts.asking.terminal
        self.keeping = self.parts.keeping

    def heading(self, step: int, title: str) -> None:
        """A step begins."""
        self.terminal.heading(f"Step {step} of {STEPS}: {title}")

    def note(self, **answers: Any) -> None:
        """Take answers; what can be kept is kept at once."""
        self.answers = replace(self.answers, **answers)
        kept = {key: value for key, value in answers.items() if key in {"org_id", "app_name", "scopes"}}
        if "actions" in answers:
            kept["chosen_actions"] = answers["actions"]
        if kept:
            self.keeping.remember(**kept)
