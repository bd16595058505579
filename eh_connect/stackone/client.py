"""StackOne's documented calls for reading. Sources: its OpenAPI and its API reference."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from eh_connect.stackone.connection import Connection
from eh_connect.stackone.models import (
    DEFAULT_AUTH_KEY,
    EMPLOYMENT_HERO,
    Action,
    ConnectorActions,
    ConnectorProfile,
    fields_of,
    identifier,
    objects,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 200
_USUAL_PAGE_SIZE = 25
"""Profiles on a page, if the answer doesn't say. Source: StackOne's API reference."""

_LONGEST_CURSOR = 8000
"""Characters. httpx takes no longer address than 65 536."""

_CALLBACK = re.compile(r"https://(?:[a-z0-9-]+\.)*stackone\.com/[a-z0-9./_~-]*callback\b", re.IGNORECASE)


class Client(Connection):
    """Reads what a StackOne project has for Employment Hero. All methods raise errors of the codes 5, 6 and 7."""

    def profiles(self) -> list[ConnectorProfile]:
        """Return all Employment Hero connector profiles of the project.

        StackOne doesn't document the number of the first page and the largest page size. So we ask for the
        first page without ``page``, and go on until we have ``total`` profiles or a page brings no new one.
        """
        seen: dict[str, ConnectorProfile] = {}
        page: int | None = None
        for _ in range(MOST_PAGES):
            params = {"connector_key": EMPLOYMENT_HERO} | ({} if page is None else {"page": str(page)})
            answer = self.get("/connector_profiles", params)
            fields = fields_of(answer)
            total, returned, size = (_count(fields.get(name)) for name in ("total", "page", "page_size"))
            before, items = len(seen), self._items(answer, empty=total == 0)
            for item in items:
                profile = ConnectorProfile.read(fields_of(item))
                if profile is None:
                    raise self.unreadable("A profile in its list has no usable ID.")
                seen.setdefault(profile.id, profile)
            # If the first page didn't say its number, page 1 may be the same page.
            brought_nothing = len(seen) == before and not (returned is None and page == 1)
            is_last = len(items) < (size or _USUAL_PAGE_SIZE) if total is None else len(seen) >= total
            if isinstance(answer, list) or brought_nothing or is_last:
                return [profile for profile in seen.values() if profile.connector_key == EMPLOYMENT_HERO]
            page = max((n for n in (returned, page) if n is not None), default=0) + 1
        raise self.unreadable(f"Its list of profiles does not end after {MOST_PAGES} pages.")

    def actions(self) -> ConnectorActions:
        """Return the connector's actions and the key of its OAuth 2.0 option. Both may be missing."""
        options: list[dict[str, Any]] = []
        found: dict[str, Action] = {}
        for connector in self._connectors("action_details"):
            options += objects(connector.get("authentication"))
            for item in objects(connector.get("actions")):
                if (action := Action.read(item)) is not None:
                    found.setdefault(action.id, action)
        # The type counts more than the label, because options of other types have that label too.
        keys = _keys(options, "type") or _keys(options, "label")
        auth_key = DEFAULT_AUTH_KEY if DEFAULT_AUTH_KEY in keys else next(iter(keys), None)
        return ConnectorActions(auth_key, tuple(found.values()))

    def count_accounts(self, profile_id: str) -> int:
        """Count the accounts that are linked through a profile. One that names no profile counts too."""
        accounts = self._by_cursor("/v2/accounts", {"connector_profile_id": profile_id})
        named = (fields_of(each).get("connector_profile_id") for each in accounts)
        return sum(not isinstance(each, str) or each == profile_id for each in named)

    def callback_in_guides(self) -> set[str] | None:
        """Return the callback addresses that StackOne's guides for the connector name; None if none does.

        StackOne documents two guides as the one for a profile, so we search all of them.
        """
        found: set[str] = set()
        for connector in self._connectors("authentication_guides"):
            for option in objects(connector.get("authentication")):
                found.update(_CALLBACK.findall(json.dumps(option.get("support"), ensure_ascii=False)))
        return found or None

    def _connectors(self, include: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of ``GET /actions`` that don't name another connector."""
        params = {"filter[connectors]": EMPLOYMENT_HERO, "include": include}
        for item in objects(list(self._by_cursor("/actions", params))):
            keys = (item.get("connector_key"), item.get("key"))
            if all(key == EMPLOYMENT_HERO for key in keys if isinstance(key, str)):
                yield item

    def _by_cursor(self, path: str, params: dict[str, str]) -> Iterator[Any]:
        used: set[str] = set()
        more: dict[str, str] = {}
        while len(used) < MOST_PAGES:
            answer = self.get(path, params | more)
            yield from self._items(answer)
            cursor = fields_of(answer).get("next")
            if not isinstance(cursor, str) or not cursor:
                return
            if cursor in used or not cursor.isprintable() or len(cursor) > _LONGEST_CURSOR:
                break
            used.add(cursor)
            more = {"next": cursor}
        raise self.unreadable("Its list has no end, or goes on at an odd place.")

    def _items(self, answer: Any, *, empty: bool = False) -> list[Any]:
        items = answer.get("data") if isinstance(answer, dict) else answer
        if items is None and empty:
            return []
        if not isinstance(items, list):
            raise self.unreadable("It has no list where one belongs.")
        return items


def _keys(options: list[dict[str, Any]], by: str) -> list[str]:
    """Return the keys of the options whose field ``by`` says OAuth 2.0, in any spelling."""
    said = [("".join(c for c in str(each.get(by)).lower() if c.isalnum()), each) for each in options]
    keys = [identifier(each.get("key")) for kind, each in said if kind in {"oauth2", "oauth20"}]
    return [key for key in keys if key is not None]


def _count(value: Any) -> int | None:
    return int(value) if type(value) in {int, float} and 0 <= value < 1e9 else None  # noqa: PLR2004
