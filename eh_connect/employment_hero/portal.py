"""Employment Hero's Developer Portal: its addresses, and how we find an organisation's ID in a paste."""

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
"""People ask for a permanent sandbox organisation here. Source: StackOne's setup guide."""

LONGEST_PASTE = 4000
"""Characters. No address is longer."""

OrgId = NewType("OrgId", str)
"""A UUID in lower case, as in Employment Hero's API, or a number, as in some of its URLs."""

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
    """Find the organisation ID in a UUID, a number, or any text with an Employment Hero URL in it.

    URLs count at employmenthero.com, at the host of ``app_url`` and on this computer. Raises ValueError if
    there is no ID or more than one; the error says what the text seems to be.
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
    raise ValueError(_refusal(len(ids), bool(ours), others))


def portal_url(org_id: str, app_url: str = APP_URL) -> str:
    """Return the address of an organisation's Developer Portal. Source: StackOne's setup guide."""
    return f"{app_url.rstrip('/')}/app/v2/organisations/{quote(org_id, safe='')}/developer_portal/api"


def _addresses(text: str, app_url: str) -> tuple[list[str], list[str]]:
    """Return the paths of Employment Hero's addresses in a text, and the hosts of all other addresses."""
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


def _refusal(count: int, ours: bool, others: list[str]) -> str:
    if count > 1:
        return "it names more than one organisation. Paste the address of the one that you mean"
    if any(_PAYROLL.search(host) for host in others):
        return f"that is Employment Hero Payroll, another product. {_WHERE}"
    if ours:
        return f"that address has no organisation in it. {_WHERE}"
    if others:
        return f"that is not an address of Employment Hero. {_WHERE}"
    return f"that is neither an organisation's ID (a number or a UUID) nor its address. {_WHERE}"
