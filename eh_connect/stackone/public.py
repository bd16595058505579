"""Whether StackOne's public OpenAPI has a call that creates connector profiles by now. No key is sent."""

from __future__ import annotations

import ipaddress
import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from eh_connect.errors import NetworkError
from eh_connect.network import excerpt, open_http
from eh_connect.stackone.connection import is_success

if TYPE_CHECKING:
    import httpx

    from eh_connect.deadline import NetworkTime

PUBLIC_OPENAPI = "https://api.eu1.stackone.com/oas/stackone.json"
"""Source: StackOne's documentation loads it from there. Nothing is derived from the key's region."""

_PATH = re.compile(rb'"/connector_profiles"\s*:\s*(?=\{)')


def documents_create(
    url: str, time: NetworkTime, transport: httpx.BaseTransport | None = None
) -> bool | None:
    """Whether the call is documented; None: that can't be read. A sandbox is asked itself."""
    where = f"{url.rstrip('/')}/oas/stackone.json" if is_loopback(url) else PUBLIC_OPENAPI
    try:
        with open_http(where, transport=transport) as http:
            answer = excerpt(http, http.build_request("GET", where), time, _PATH)
    except NetworkError:
        return None
    if not is_success(answer) or not answer.text:
        return None
    try:  # only that one path is read: the whole document has some megabytes
        path = json.JSONDecoder().raw_decode(answer.text, answer.text.index("{"))[0]
    except (ValueError, RecursionError):
        return None
    return "post" in path


def is_loopback(url: str) -> bool:
    """Whether a URL names an address of this computer."""
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_loopback
    except ValueError:
        return False
