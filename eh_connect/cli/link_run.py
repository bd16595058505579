"""The run of ``link``."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from eh_connect import inputs as names
from eh_connect import judging
from eh_connect.cli import parts, setup_inputs
from eh_connect.cli.opening import opened
from eh_connect.cli.stackone import StackOne
from eh_connect.cli.verify_run import lasting, sign_in_parts
from eh_connect.commands import command
from eh_connect.flows.link import LinkRequest, link
from eh_connect.flows.signing_in import USUAL_LIFE

if TYPE_CHECKING:
    from eh_connect.cli.session import Session
    from eh_connect.flows.keeping import Keeping
    from eh_connect.inputs import Inputs
    from eh_connect.result import SessionResult
    from eh_connect.secret import Secret

_OWNER_ID = "How the customer is called in your own system: StackOne gives it back with the account's data."
_OWNER_NAME = "The customer's name, as people know it."


def run_link(session: Session, inputs: Inputs) -> SessionResult:
    """Judge the inputs, ask for what is missing where somebody is there, then make the link."""
    given = setup_inputs.read_for_looking(inputs, session.output.warn)
    owner_id = inputs.text(names.OWNER_ID, judging.line)
    owner_name = inputs.text(names.OWNER_NAME, judging.line)
    session_label = inputs.text(names.SESSION_LABEL, judging.line)
    expires_in = inputs.text(names.EXPIRES_IN, judging.life) or USUAL_LIFE
    asks = session.attended
    if asks:
        inputs.stop_on_problems()

    def gather(keeping: Keeping) -> Secret | None:
        invalid = {problem.input for problem in inputs.invalid}
        for wanted, value in ((names.OWNER_ID, owner_id), (names.OWNER_NAME, owner_name)):
            if value is None and wanted.name not in invalid:
                inputs.missing.append(wanted.problem())
        return setup_inputs.api_key(inputs, given, keeping)

    opening = opened(session, inputs, given, gather, writes=False, asks=asks)
    with opening as (keeping, urls, kept_key), ExitStack() as stack:
        stackone = StackOne.around(keeping, urls, given, stack)
        key = kept_key
        if asks:
            from eh_connect.cli import setup_wizard
            from eh_connect.wizard.key import working_key

            asking = setup_wizard.asking(session, browser=False)
            key = working_key(asking, stackone.connect, kept_key).key
            owner_id = owner_id or asking.text("Customer's ID", judging.line, more=_OWNER_ID)
            owner_name = owner_name or asking.text("Customer's name", judging.line, more=_OWNER_NAME)
        if owner_id is None or owner_name is None:
            raise AssertionError("what is missing has been told, or asked for")
        request = LinkRequest(
            label=given.label,
            profile_id=given.profile_id,
            kept_id=keeping.state.profile_id,
            owner_id=owner_id,
            owner_name=owner_name,
            session_label=session_label,
            expires_in=expires_in,
            wait=given.wait or 0.0,
            again=command("link", given.label, *inputs.typed(names.PROFILE, names.TIMEOUT)),
        )
        return lasting(session, link(request, sign_in_parts(stackone, key, parts.unattended(session))))
