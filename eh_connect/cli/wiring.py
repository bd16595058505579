"""What ``setup`` and ``rotate`` are wired of, and what they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from eh_connect import inputs as names
from eh_connect.cli.setup_inputs import DEFAULT_NAME
from eh_connect.cli.stackone import StackOne
from eh_connect.errors import NextStep
from eh_connect.flows.request import SetupParts, SetupRequest

if TYPE_CHECKING:
    from contextlib import ExitStack

    from eh_connect.cli.opening import Urls
    from eh_connect.cli.setup_inputs import Gathered
    from eh_connect.console import Console
    from eh_connect.flows.keeping import Keeping
    from eh_connect.result import SetupResult
    from eh_connect.secret import Pair, Secret

NOT_AGAIN = (names.PROFILE, names.PROFILE_ID, names.TIMEOUT, names.WAIT)
"""What the next command need not be told again, or has in another place of its line."""


@dataclass(frozen=True)
class Switches:
    """The flags that are yes or no. ``purpose`` is what a pair is staged for: setup, rotate, rollback."""

    check: bool
    store: bool
    dry_run: bool
    exit_code: bool
    browser: bool
    again: tuple[str, ...]
    """The flags of this run, but for the label, the profile's ID and the dry run."""
    default: bool | None = None
    replace_application: bool = False
    purpose: str = "setup"

    @property
    def writes(self) -> bool:
        """Whether keyring and disk are written."""
        return self.store and not self.dry_run


class Wiring:
    """The real parts around a label that is open; ``stack`` closes them."""

    def __init__(
        self, stack: ExitStack, keeping: Keeping, switches: Switches, urls: Urls, gathered: Gathered
    ) -> None:
        from eh_connect.employment_hero.probe import CredentialProbe

        self.keeping = keeping
        self.switches = switches
        self.urls = urls
        self.stackone = StackOne.around(keeping, urls, gathered.given, stack, gathered.pair)
        self.time = self.stackone.time
        self.probe = CredentialProbe(urls.oauth, self.time)

    def parts(self, api_key: Secret, console: Console) -> SetupParts:
        """The collaborators of a flow."""
        profiles, writes = self.stackone.connect(api_key)
        return SetupParts(profiles, writes, self.probe, self.keeping, console, self.time.sleep)

    def request(self, gathered: Gathered, pair: Pair, *, check: bool) -> SetupRequest:
        """What is wanted; ``check``: the pair was not probed yet."""
        given, switches = gathered.given, self.switches
        return SetupRequest(
            label=given.label,
            pair=pair,
            pair_given=given.client_id is not None or given.client_secret is not None,
            name=given.name or self.keeping.state.name or DEFAULT_NAME,
            name_given=given.name is not None,
            profile_id=given.profile_id,
            default=switches.default,
            actions=given.actions,
            if_exists=given.if_exists,
            via=given.via,
            check=check,
            dry_run=switches.dry_run,
            replace_application=switches.replace_application,
            origins=self.urls.origins,
            dashboard_url=self.urls.dashboard,
            again=switches.again,
            purpose=switches.purpose,
        )


def dry_run_told(result: SetupResult, request: SetupRequest, *, exit_code: bool) -> SetupResult:
    """A result that is pending, with the command that makes the change."""
    if result.action != "pending":
        return result
    profile_id = ("--profile-id", request.profile_id) if request.profile_id else ()
    step = NextStep("make the change", request.command_line(*profile_id))
    return replace(result, next_steps=(step,), exit_code=10 if exit_code else 0)
