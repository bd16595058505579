"""What ``setup`` was given, by flags, variables and what is stored: judged together, told at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from eh_connect import inputs as names
from eh_connect import judging
from eh_connect.employment_hero import portal, scopes
from eh_connect.employment_hero.credentials import cleaned, judge_api_key, judge_pair
from eh_connect.flows.finding import NEW
from eh_connect.secret import Pair, Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.employment_hero.credentials import Finding
    from eh_connect.flows.keeping import Keeping
    from eh_connect.inputs import Inputs

DEFAULT_NAME = "Employment Hero"
DEFAULT_APP_NAME = "StackOne Integration"
STACKONE_URL = "https://api.stackone.com"
STACKONE_APP_URL = "https://app.stackone.com"
DEFAULT_TIMEOUT = 150.0
DEFAULT_WAIT = 600.0


@dataclass(frozen=True, kw_only=True)
class Given:
    """What flags and variables say; None where they say nothing, or where the command doesn't take it."""

    label: str
    profile_id: str | None
    api_key: Secret | None
    stackone_url: str | None
    app_url: str | None
    eh_app_url: str
    oauth_url: str | None
    timeout: float
    wait: float | None
    name: str | None = None
    org_id: str | None = None
    app_name: str | None = None
    scopes: str | None = None
    client_id: str | None = None
    client_secret: Secret | None = None
    actions: tuple[str, ...] | None = None
    via: str = "auto"
    if_exists: str = "ask"


@dataclass(frozen=True)
class Gathered:
    """The inputs with the credentials, given or kept; None only where there is none."""

    given: Given
    pair: Pair | None
    api_key: Secret | None
    probed: bool = False
    """Employment Hero was asked about the pair already."""
    reviewed: bool = False
    """The person said yes to all of it."""


def read(inputs: Inputs) -> Given:
    """Read and judge everything that needs nothing stored; problems stay in ``inputs``."""
    one_stdin = not inputs.two_on_stdin()
    given = _of_every_command(inputs, inputs.secret(names.API_KEY) if one_stdin else None)
    actions = inputs.texts(names.ACTIONS)
    if actions and "all" in actions and len(actions) > 1:
        inputs.invalid.append(names.ACTIONS.problem("“all” stands alone"))
    return replace(
        given,
        name=inputs.text(names.NAME, judging.line),
        org_id=inputs.text(names.ORG_ID, lambda text: str(portal.org_id_from(text, given.eh_app_url))),
        app_name=inputs.text(names.APP_NAME, judging.line),
        scopes=inputs.text(names.SCOPES, _scopes),
        client_id=inputs.text(names.CLIENT_ID, cleaned),
        client_secret=inputs.secret(names.CLIENT_SECRET) if one_stdin else None,
        actions=actions,
        via=inputs.text(names.VIA, judging.one_of("auto", "api", "dashboard")) or "auto",
        if_exists=inputs.text(names.IF_EXISTS, judging.one_of("ask", "update", "skip", "fail")) or "ask",
    )


def read_for_looking(inputs: Inputs, warn: Callable[[str], None]) -> Given:
    """For a command that takes nothing else; what is in a variable for ``setup`` is no matter of its own."""
    given = _of_every_command(inputs, inputs.secret(names.API_KEY))
    if given.profile_id == NEW and names.PROFILE_ID.flag not in inputs.typed():
        given = replace(given, profile_id=None)
    _judge(inputs, given, warn)
    return given


def _of_every_command(inputs: Inputs, key: Secret | None) -> Given:
    return Given(
        label=inputs.text(names.PROFILE, judging.label) or "default",
        profile_id=inputs.text(names.PROFILE_ID, judging.identifier),
        api_key=key,
        stackone_url=inputs.text(names.STACKONE_URL, judging.url),
        app_url=inputs.text(names.STACKONE_APP_URL, judging.url),
        eh_app_url=inputs.text(names.EMPLOYMENT_HERO_APP_URL, judging.url) or portal.APP_URL,
        oauth_url=inputs.text(names.EMPLOYMENT_HERO_OAUTH_URL, judging.url),
        timeout=inputs.text(names.TIMEOUT, judging.seconds) or DEFAULT_TIMEOUT,
        wait=inputs.text(names.WAIT, judging.patience),
    )


def credentials(inputs: Inputs, given: Given, keeping: Keeping, warn: Callable[[str], None]) -> Gathered:
    """The pair and the API key, from what is given or kept; judged. None only together with a problem."""
    kept = keeping.pair
    client_id = Secret(given.client_id) if given.client_id is not None else kept.client_id if kept else None
    # A kept secret belongs to the application that it was kept for, never to another Client ID.
    fits = kept is not None and given.client_id in {None, kept.client_id.reveal()}
    client_secret = given.client_secret or (kept.client_secret if kept and fits else None)
    return with_pair(inputs, given, (client_id, client_secret), keeping, warn)


def with_pair(
    inputs: Inputs,
    given: Given,
    pair: tuple[Secret | None, Secret | None],
    keeping: Keeping,
    warn: Callable[[str], None],
) -> Gathered:
    """The same for a Client ID and a secret that were chosen already; what is missing is noted."""
    client_id, client_secret = pair
    api_key = given.api_key or keeping.api_key()
    found = {names.CLIENT_ID: client_id, names.CLIENT_SECRET: client_secret, names.API_KEY: api_key}
    invalid = {problem.input for problem in inputs.invalid}
    inputs.missing += [i.problem() for i, value in found.items() if value is None and i.name not in invalid]
    _judge(inputs, given, warn)
    if client_id is None or client_secret is None:
        return Gathered(given, None, api_key)
    return Gathered(given, Pair(client_id, client_secret), api_key)


def api_key(inputs: Inputs, given: Given, keeping: Keeping) -> Secret | None:
    """The API key alone, given or kept. None only together with a problem."""
    key = given.api_key or keeping.api_key()
    if key is None and names.API_KEY.name not in {problem.input for problem in inputs.invalid}:
        inputs.missing.append(names.API_KEY.problem())
    return key


def _judge(inputs: Inputs, given: Given, warn: Callable[[str], None]) -> None:
    secret = given.client_secret.reveal() if given.client_secret else None
    findings: list[Finding] = judge_pair(given.client_id, secret)
    if given.api_key is not None:
        findings += judge_api_key(given.api_key.reveal(), given.client_id, secret)
    by_name = {i.name: i for i in (names.CLIENT_ID, names.CLIENT_SECRET, names.API_KEY)}
    for finding in findings:
        wanted = by_name[cast("str", finding.input)]
        if finding.hard:
            inputs.invalid.append(wanted.problem(finding.why))
        else:
            warn(f"{wanted.name}: {finding.why}.")


def _scopes(text: str) -> str:
    scopes.parse(text)
    return text.strip()
