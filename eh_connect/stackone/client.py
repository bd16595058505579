"""StackOne's documented calls. Sources: StackOne's OpenAPI-derived SDK and its API reference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from eh_connect.stackone import reading
from eh_connect.stackone.connection import Connection
from eh_connect.stackone.models import (
    DEFAULT_AUTH_KEY,
    EMPLOYMENT_HERO,
    Action,
    ConnectorActions,
    ConnectorProfile,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpx

    from eh_connect.network import NetworkTime
    from eh_connect.secret import Secret

MOST_PAGES = 200
_USUAL_PAGE_SIZE = 25
"""Of the list of profiles, where the answer names none. Source: StackOne's API reference."""


class Client:
    """Reads the Employment Hero side of a StackOne project. Errors: codes 5, 6 and 7.

    Args:
        api_key: of the project, with the scope "Platform API".
        url: base URL of the API.
        time: the network time of the command.
        transport: stands in for the network in tests.
        secrets: others that an answer may echo, to be taken out of it.
    """

    def __init__(
        self,
        api_key: Secret,
        *,
        url: str,
        time: NetworkTime,
        transport: httpx.BaseTransport | None = None,
        secrets: Iterable[Secret] = (),
    ) -> None:
        self.connection = Connection(api_key, url=url, time=time, transport=transport, secrets=secrets)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def profiles(self) -> list[ConnectorProfile]:
        """Every Employment Hero connector profile of the project.

        The first page's number and the largest page size are not documented: the first page is asked for
        without ``page``, and the pages go on until ``total`` is reached or a page brings nothing new.
        """
        seen: dict[str, ConnectorProfile] = {}
        page: int | None = None
        for _ in range(MOST_PAGES):
            params = {"connector_key": EMPLOYMENT_HERO} | ({} if page is None else {"page": str(page)})
            answer = self.connection.get("/connector_profiles", params)
            before = len(seen)
            fields = answer if isinstance(answer, dict) else {}
            total = reading.count(fields.get("total"))
            items = self._items(answer, empty=total == 0)
            for item in items:
                profile = reading.profile(item)
                if profile is None:
                    raise self.connection.unreadable("A profile in its list has no usable ID.")
                seen.setdefault(profile.id, profile)
            returned, asked = reading.count(fields.get("page")), page
            is_short = len(items) < (reading.count(fields.get("page_size")) or _USUAL_PAGE_SIZE)
            # Where no page says its number, page 1 may be the first one again.
            brought_nothing = len(seen) == before and not (returned is None and asked == 1)
            if isinstance(answer, list) or brought_nothing or (total is None and is_short):
                break
            if total is not None and len(seen) >= total:
                break
            page = max((n for n in (returned, asked) if n is not None), default=0) + 1
        else:
            raise self.connection.unreadable(f"Its list of profiles does not end after {MOST_PAGES} pages.")
        return [profile for profile in seen.values() if profile.connector_key == EMPLOYMENT_HERO]

    def actions(self) -> ConnectorActions:
        """The connector's actions, and the key of its OAuth 2.0 option."""
        keys: list[str] = []
        found: dict[str, Action] = {}
        params = {"filter[connectors]": EMPLOYMENT_HERO, "include": "action_details"}
        for item in self._by_cursor("/actions", params):
            if isinstance(item, dict) and not reading.is_of_another_connector(item):
                keys += reading.oauth_keys(item)
                for action in reading.actions(item):
                    found.setdefault(action.id, action)
        auth_key = DEFAULT_AUTH_KEY if DEFAULT_AUTH_KEY in keys else next(iter(keys), None)
        return ConnectorActions(auth_key, tuple(found.values()))

    def count_accounts(self, profile_id: str) -> int:
        """How many accounts are linked through a profile; one that names no profile counts too."""
        others = 0
        accounts = list(self._by_cursor("/v2/accounts", {"connector_profile_id": profile_id}))
        for account in accounts:
            of = account.get("connector_profile_id") if isinstance(account, dict) else None
            others += isinstance(of, str) and of != profile_id
        return len(accounts) - others

    def _by_cursor(self, path: str, params: dict[str, str]) -> Iterator[Any]:
        used: set[str] = set()
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            answer = self.connection.get(path, params | more)
            yield from self._items(answer)
            cursor = answer.get("next") if isinstance(answer, dict) else None
            if not isinstance(cursor, str) or not cursor:
                return
            if cursor in used:
                break
            used.add(cursor)
            more = {"next": cursor}
        raise self.connection.unreadable("Its list does not end.")

    def _items(self, answer: Any, *, empty: bool = False) -> list[Any]:
        items = answer.get("data") if isinstance(answer, dict) else answer
        if items is None and empty:
            return []
        if not isinstance(items, list):
            raise self.connection.unreadable("It has no list where one belongs.")
        return items
