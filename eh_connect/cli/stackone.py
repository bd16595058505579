"""StackOne's calls for the key that is found to work: one connection for the whole command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from contextlib import ExitStack

    from eh_connect.cli.opening import Urls
    from eh_connect.cli.setup_inputs import Given
    from eh_connect.flows.keeping import Keeping
    from eh_connect.network import NetworkTime
    from eh_connect.secret import Pair, Secret
    from eh_connect.stackone.assumed_writes import AssumedWrites
    from eh_connect.stackone.client import Client


class StackOne:
    """Opens clients; ``stack`` closes them. ``secrets`` are taken out of whatever StackOne says."""

    def __init__(
        self, url: str, dashboard_url: str, time: NetworkTime, stack: ExitStack, secrets: tuple[Secret, ...]
    ) -> None:
        self.url = url
        self.dashboard_url = dashboard_url
        self.time = time
        self._stack = stack
        self._secrets = secrets
        self._open: dict[Secret, tuple[Client, AssumedWrites]] = {}

    @classmethod
    def around(
        cls, keeping: Keeping, urls: Urls, given: Given, stack: ExitStack, pair: Pair | None = None
    ) -> Self:
        """For a label that is open; what it keeps, and ``pair``, are taken out of what StackOne says."""
        from eh_connect.network import NetworkTime

        pairs = (pair, keeping.current, keeping.next, keeping.previous)
        kept = tuple(secret for each in pairs if each for secret in (each.client_id, each.client_secret))
        return cls(urls.stackone, urls.dashboard, NetworkTime(given.timeout), stack, kept)

    def connect(self, api_key: Secret) -> tuple[Client, AssumedWrites]:
        """The calls for a key; the same ones for the same key."""
        from eh_connect.stackone.assumed_writes import AssumedWrites
        from eh_connect.stackone.client import Client

        if api_key not in self._open:
            client = self._stack.enter_context(
                Client(api_key, url=self.url, time=self.time, secrets=self._secrets)
            )
            self._open[api_key] = (client, AssumedWrites(client))
        return self._open[api_key]

    def check_reachable(self) -> None:
        """NetworkError (7) where nothing answers."""
        from eh_connect.stackone.reach import check_reachable

        check_reachable(self.url, self.time)
