"""StackOne's documented calls for reading. Sources: its OpenAPI and its API reference."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from eh_connect.stackone.connection import Connection, fields_of, objects
from eh_connect.stackone.models import (
    DEFAULT_AUTH_KEY,
    EMPLOYMENT_HERO,
    Action,
    ConnectorActions,
    ConnectorProfile,
    identifier,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES = 200
_USUAL_PAGE_SIZE = 25
"""Of the list of profiles, where the answer names none. Source: StackOne's API reference."""

_CALLBACK = re.compile(r"https://(?:[a-z0-9-]+\.)*stackone\.com/[a-z0-9./_~-]*callback\b", re.IGNORECASE)


class Client(Connection):
    """Reads the Employment Hero side of a StackOne project. Errors: codes 5, 6 and 7."""

    def profiles(self) -> list[ConnectorProfile]:
        """Every Employment Hero connector profile of the project.

        The first page's number and the largest page size are not documented: the first page is asked for
        without ``page``, and the pages go on until ``total`` is reached or a page brings nothing new.
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
            # Where no page says its number, page 1 may be the first one again.
            brought_nothing = len(seen) == before and not (returned is None and page == 1)
            is_last = len(items) < (size or _USUAL_PAGE_SIZE) if total is None else len(seen) >= total
            if isinstance(answer, list) or brought_nothing or is_last:
                return [profile for profile in seen.values() if profile.connector_key == EMPLOYMENT_HERO]
            page = max((n for n in (returned, page) if n is not None), default=0) + 1
        raise self.unreadable(f"Its list of profiles does not end after {MOST_PAGES} pages.")

    def actions(self) -> ConnectorActions:
        """The connector's actions, and the key of its OAuth 2.0 option. An empty list is no bad key."""
        options: list[dict[str, Any]] = []
        found: dict[str, Action] = {}
        for connector in self._connectors("action_details"):
            options += objects(connector.get("authentication"))
            for item in objects(connector.get("actions")):
                if (action := Action.read(item)) is not None:
                    found.setdefault(action.id, action)
        # Options of another type with that label exist: the type goes first.
        keys = _keys(options, "type") or _keys(options, "label")
        auth_key = DEFAULT_AUTH_KEY if DEFAULT_AUTH_KEY in keys else next(iter(keys), None)
        return ConnectorActions(auth_key, tuple(found.values()))

    def count_accounts(self, profile_id: str) -> int:
        """How many accounts are linked through a profile; one that names no profile counts too."""
        accounts = self._by_cursor("/v2/accounts", {"connector_profile_id": profile_id})
        of = (fields_of(each).get("connector_profile_id") for each in accounts)
        return sum(not isinstance(each, str) or each == profile_id for each in of)

    def callback_in_guides(self) -> set[str] | None:
        """The callback addresses that StackOne's guides of the connector name; None: no guide does.

        Which of the guides is the one for a profile is documented both ways: all are searched.
        """
        texts = (
            text
            for connector in self._connectors("authentication_guides")
            for option in objects(connector.get("authentication"))
            for text in _texts(option.get("support"))
        )
        return {found for text in texts for found in _CALLBACK.findall(text)} or None

    def _connectors(self, include: str) -> Iterator[dict[str, Any]]:
        """Entries of ``GET /actions`` that don't say that they are another connector's."""
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
            if cursor in used:
                break
            used.add(cursor)
            more = {"next": cursor}
        raise self.unreadable("Its list does not end.")

    def _items(self, answer: Any, *, empty: bool = False) -> list[Any]:
        items = answer.get("data") if isinstance(answer, dict) else answer
        if items is None and empty:
            return []
        if not isinstance(items, list):
            raise self.unreadable("It has no list where one belongs.")
        return items


def _keys(options: list[dict[str, Any]], by: str) -> list[str]:
    """The keys of the options whose ``by`` says OAuth 2.0, however it is spelt."""
    said = [("".join(c for c in str(each.get(by)).lower() if c.isalnum()), each) for each in options]
    keys = [identifier(each.get("key")) for kind, each in said if kind in {"oauth2", "oauth20"}]
    return [key for key in keys if key is not None]


def _texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list | dict):
            pending += item.values() if isinstance(item, dict) else item


def _count(value: Any) -> int | None:
    return int(value) if type(value) in {int, float} and 0 <= value < 1e9 else None  # noqa: PLR2004
