"""The connectors of the sandbox's StackOne, in the shape that ``GET /actions`` is documented with.

The ids follow the documented pattern ``{connector_key}_{operation}_{entity}``; which ones the real
connector has is for the real ``GET /actions`` to say. The second connector is made up altogether.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONNECTORS: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).with_name("connectors.json")).read_text("utf-8")
)
"""By connector key; an authentication's ``support`` is what ``include=authentication_guides`` adds."""

VERSIONS = ("1.1.0", "1.2.0")
"""Of every connector; the newest is the last."""


def actions_of(connector_key: str) -> dict[str, str]:
    """The labels of a connector's actions, by their IDs."""
    return {action["id"]: action["label"] for action in CONNECTORS[connector_key]["actions"]}
