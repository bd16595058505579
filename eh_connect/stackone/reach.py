"""Whether StackOne's API answers at all: asked before anything else, without a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.network import exchange, open_http

if TYPE_CHECKING:
    import httpx

    from eh_connect.network import NetworkTime


def check_reachable(url: str, time: NetworkTime, transport: httpx.BaseTransport | None = None) -> None:
    """Ask for a documented call without a key; any answer will do. NetworkError (7): there is none."""
    with open_http(url, transport=transport) as http:
        exchange(http, http.build_request("GET", f"{url}/connector_profiles"), time)
