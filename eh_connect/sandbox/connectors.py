"""The connectors of the rehearsal's StackOne, in the shape that ``GET /actions`` is documented with.

The ids follow the documented pattern ``{connector_key}_{operation}_{entity}``; which ones the real
connector has is for the real ``GET /actions`` to say. The second connector is made up altogether.
"""

from __future__ import annotations

from typing import Any

from eh_connect.stackone.models import DEFAULT_AUTH_KEY, EMPLOYMENT_HERO

_OPERATIONS = {
    "list_employees": "employees:list",
    "get_employee": "employees:show",
    "list_teams": "teams:list",
    "list_organisations": "organizations:list",
    "list_leave_requests": "leave_requests:list",
    "list_payslips": "payslips:list",
}


def _connector(key: str, label: str, operations: dict[str, str]) -> dict[str, Any]:
    usual = {"description": "", "tags": []}
    actions = [
        {"id": f"{key}_{name}", "label": name.replace("_", " ").capitalize(), "required_scopes": [scope]}
        | usual
        for name, scope in operations.items()
    ]
    option = {"type": "OAuth 2.0", "label": "OAuth 2.0", "key": DEFAULT_AUTH_KEY, "required_scopes": []}
    return {
        "key": key,
        "label": label,
        "release_stage": "preview",
        "authentication": [option],
        "actions": actions,
        "scope_definitions": [
            {"name": scope, "description": "", "includes": []} for scope in operations.values()
        ],
    }


CONNECTORS: dict[str, dict[str, Any]] = {
    EMPLOYMENT_HERO: _connector(EMPLOYMENT_HERO, "Employment Hero", _OPERATIONS),
    "rehearsalhr": _connector("rehearsalhr", "Rehearsal HR", {"list_people": "people:list"}),
}
"""By connector key."""
