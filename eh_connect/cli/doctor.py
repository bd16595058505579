"""``eh-connect doctor``: looks at the surroundings, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eh_connect.cli import options
from eh_connect.cli.session import execute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from eh_connect.checks import Check
    from eh_connect.cli.session import Session
    from eh_connect.errors import NextStep
    from eh_connect.inputs import Inputs


@dataclass(frozen=True)
class DoctorResult:
    """Nothing failed."""

    checks: Mapping[str, Check]
    next_steps: tuple[NextStep, ...] = ()
    exit_code: int = 0

    def as_json(self) -> dict[str, Any]:
        """The checks."""
        from eh_connect import checks

        return {"checks": checks.as_json(self.checks)}

    def as_text(self) -> str:
        """The checks, a line for each."""
        from eh_connect import checks

        return checks.as_text(self.checks)


def doctor(  # noqa: PLR0913  # a flag is an argument
    *,
    profile: options.Profile = None,
    api_key_file: options.ApiKeyFile = None,
    stackone_url: options.StackOneUrl = None,
    json: options.Json = False,
    no_input: options.NoInput = False,
    sandbox: options.Sandbox = False,
    verbose: options.Verbose = False,
    timeout: options.Timeout = None,
    api_key: options.RefusedApiKey = None,
) -> None:
    """Check the surroundings: keyring, folder, terminal, network, API key.

    Each check that is not passed names its remedy. Asks nothing and leaves nothing behind.
    """
    execute("doctor", locals(), _doctor)


def _doctor(session: Session, inputs: Inputs) -> DoctorResult:
    from eh_connect.checks import failure
    from eh_connect.cli import setup_inputs
    from eh_connect.cli.doctor_probes import Here, Network
    from eh_connect.flows.doctor import examine

    given = setup_inputs.read_for_looking(inputs, session.output.warn)
    inputs.stop_on_problems()
    here = Here(session, given)
    network = Network(here)
    session.output.say("Looking at this machine, then at the network …")
    found = examine(
        {
            "keyring": here.keyring,
            "folder": here.folder,
            "terminal": here.terminal,
            "browser": here.browser,
            "clipboard": here.clipboard,
            "trust_store": here.trust_store,
            "proxy": here.proxy,
        },
        {"stackone": network.stackone, "api_key": network.api_key, "may_write": network.may_write},
        {"employment_hero_oauth": network.oauth},
        {"employment_hero_app": network.app},
        after={"clock": network.clock},
        limit=given.timeout,
    )
    if error := failure(found):
        raise error
    return DoctorResult(found)
