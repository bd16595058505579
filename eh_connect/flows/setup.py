"""``setup``: create the connector profile, or bring it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect.flows.converging import Converging

if TYPE_CHECKING:
    from eh_connect.flows.request import SetupParts, SetupRequest
    from eh_connect.result import SetupResult


def setup(request: SetupRequest, parts: SetupParts) -> SetupResult:
    """Converge. Raises EhConnectError; whatever it raises, the next run goes on from there."""
    return Converging(request, parts).run()
