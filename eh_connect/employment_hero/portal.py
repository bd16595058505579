"""Employment Hero's Developer Portal: its addresses, and the organisation ID out of whatever was pasted."""

from __future__ import annotations

import re
from typing import NewType
from urllib.parse import quote, unquote, urlsplit

from eh_connect.employment_hero.credentials import cleaned

APP_URL = "https://secure.employmenthero.com"
"""Source: StackOne's setup guide."""

MENU_PATH = "your name, top right › Developer Portal › API"
"""Source: Employment Hero's screenshots. StackOne's guide says Settings › Developer Portal › API."""

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
_HERE = {"localhost", "127.0.0.1", "[::1]"}
"""The sandbox's portal."""

_WHERE = "Sign in to Employment Hero and copy the address of a page: it has organisations/ID in it"


def org_id_from(text: str, app_url: str = APP_URL) -> OrgId:
    """The organisation ID out of a UUID, a number, or any pasted text with an Employment Hero URL.

    The host of ``app_url`` counts, as employmenthero.com and this computer do. ValueError: there is none in
    it, or more than one; it says what the text seems to be instead.
    """
    text = cleaned(text)
    if not text:
        raise ValueError("it is empty")
    if len(text) > LONGEST_PASTE:
        raise ValueError(f"it is longer than {LONGEST_PASTE} characters. Paste the address alone")
    if _PLAIN.fullmatch(text):
        return OrgId(text.lower())
    ours, others = _addresses(text, app_url)
    found = [match for rest in ours for match in _IN_PATH.findall(unquote(rest))[:1]]
    if not ours and not others:
        found = _IN_PATH.findall(text) or _LONE_UUID.findall(text)
    ids = {one.lower() for one in found}
    if len(ids) == 1:
        return OrgId(ids.pop())
    raise ValueError(_why_none(len(ids), bool(ours), others))


def portal_url(org_id: str, app_url: str = APP_URL) -> str:
    """The Developer Portal's page of an organisation. Source: StackOne's setup guide."""
    return f"{app_url.rstrip('/')}/app/v2/organisations/{quote(org_id, safe='')}/developer_portal/api"


def _addresses(text: str, app_url: str) -> tuple[list[str], list[str]]:
    """The paths of Employment Hero's addresses in a text, and the hosts of all other addresses."""
    app_host = urlsplit(app_url).netloc.lower()
    ours, others = [], []
    for host, port, rest in _ADDRESS.findall(text):
        name = host.lower()
        is_here = name in _HERE or f"{name}{port}" == app_host
        if is_here or f".{name}".endswith(".employmenthero.com"):
            ours.append(rest)
        else:
            others.append(name)
    return ours, others


def _why_none(count: int, ours: bool, others: list[str]) -> str:
    if count > 1:
        return "it names more than one organisation. Paste the address of the one that you mean"
    if any(_PAYROLL.search(host) for host in others):
        return f"that is Employment Hero Payroll, another product. {_WHERE}"
    if ours:
        return f"that address has no organisation in it. {_WHERE}"
    if others:
        return f"that is not an address of Employment Hero. {_WHERE}"
    return f"that is neither an organisation's ID (a number or a UUID) nor its address. {_WHERE}"
