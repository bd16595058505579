"""Employment Hero's Developer Portal: its addresses, and the organisation ID out of whatever was pasted."""

from __future__ import annotations

import re
from typing import NewType
from urllib.parse import quote, unquote, urlsplit

from eh_connect.employment_hero.credentials import cleaned

APP_URL = "https://secure.employmenthero.com"
"""Source: StackOne's setup guide."""

OAUTH_URL = "https://oauth.employmenthero.com"
"""Source: other integrations that run against it."""

MENU_PATH = "Settings > Developer Portal > API"
"""Source: StackOne's setup guide; Employment Hero's screenshots show it under the profile name, top right."""

SANDBOX_ADDRESS = "partner@employmenthero.com"
"""Where a permanent sandbox organisation is asked for. Source: StackOne's setup guide."""

LONGEST_PASTE = 4000
"""Characters. More than that is not an address."""

OrgId = NewType("OrgId", str)
"""A UUID in lower case (so in Employment Hero's API), or a plain number (so in some of its URLs)."""

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = rf"{_UUID}|[0-9]{{1,20}}"
_PLAIN = re.compile(_ID, re.IGNORECASE)
_LONE_UUID = re.compile(rf"(?<![\w-]){_UUID}(?![\w-])", re.IGNORECASE)
_IN_PATH = re.compile(rf"\borgani[sz]ations?(?:_?id)?[/=]({_ID})(?![\w-])", re.IGNORECASE)
_ADDRESS = re.compile(
    r"((?:[\w-]+\.)+[\w-]+|\[[0-9a-f:]+\]|localhost)(:[0-9]+)?(?![\w@.-])([/?#][^\s\"'<>]*)?", re.IGNORECASE
)
_PAYROLL = re.compile(r"yourpayroll|keypay", re.IGNORECASE)

_WHERE = "open Employment Hero in the browser and copy the address, which has organisations/{ID} in it"


class NotAnOrganisationError(ValueError):
    """The text names no organisation of Employment Hero; the message says what it seems to be instead."""


def org_id_from(text: str, app_url: str = APP_URL) -> OrgId:
    """The organisation ID out of a UUID, a number, or any pasted text with an Employment Hero URL.

    Args:
        text: what was pasted.
        app_url: Employment Hero's app; its host counts as Employment Hero's besides employmenthero.com.

    Raises:
        NotAnOrganisationError: there is none in it, or more than one.
    """
    text = cleaned(text)
    if not text:
        raise NotAnOrganisationError("it is empty")
    if len(text) > LONGEST_PASTE:
        raise NotAnOrganisationError(f"it is longer than {LONGEST_PASTE} characters: paste the address alone")
    if _PLAIN.fullmatch(text):
        return OrgId(text.lower())
    ours, others = _addresses(text, app_url)
    found = [match for rest in ours for match in _IN_PATH.findall(unquote(rest))[:1]]
    if not ours and not others:
        found = _IN_PATH.findall(text) or _LONE_UUID.findall(text)
    ids = {one.lower() for one in found}
    if len(ids) == 1:
        return OrgId(ids.pop())
    raise NotAnOrganisationError(_why_none(len(ids), bool(ours), others))


def portal_url(org_id: str, app_url: str = APP_URL) -> str:
    """The Developer Portal's page of an organisation. Source: StackOne's setup guide."""
    return f"{app_url.rstrip('/')}/app/v2/organisations/{quote(org_id, safe='')}/developer_portal/api"


def _addresses(text: str, app_url: str) -> tuple[list[str], list[str]]:
    """The paths of Employment Hero's addresses in a text, and the hosts of all other addresses."""
    app_host = urlsplit(app_url).netloc.lower()
    ours, others = [], []
    for host, port, rest in _ADDRESS.findall(text):
        name = host.lower()
        if f"{name}{port}" == app_host or f".{name}".endswith(".employmenthero.com"):
            ours.append(rest)
        else:
            others.append(name)
    return ours, others


def _why_none(count: int, ours: bool, others: list[str]) -> str:
    if count > 1:
        return "it names more than one organisation: paste the address of the one that is meant"
    if any(_PAYROLL.search(host) for host in others):
        return (
            "it is an address of Employment Hero Payroll (KeyPay), another product, whose IDs and keys don't "
            f"work here; for the HR product, {_WHERE}"
        )
    if ours:
        return f"it is an address of Employment Hero without an organisation in it: {_WHERE}"
    if others:
        return f"it is not an address of Employment Hero: {_WHERE}"
    return (
        f"it is neither an organisation ID (a UUID or a number) nor an address of Employment Hero: {_WHERE}"
    )
