"""StackOne's calls for a key, over one connection for the whole command; what servers say is scrubbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from eh_connect import inputs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import ExitStack

    from eh_connect.deadline import NetworkTime
    from eh_connect.local.profile import LocalProfile
    from eh_connect.secret import Credentials, Secret
    from eh_connect.stackone.assumed_writes import AssumedWrites
    from eh_connect.stackone.client import Client
    from eh_connect.values import Values


class StackOne:
    """Opens clients; ``stack`` closes them. Secrets saved or given are taken out of what StackOne says."""

    def __init__(
        self,
        values: Values,
        stack: ExitStack,
        saved: Iterable[LocalProfile],
        given: Credentials | None = None,
    ) -> None:
        from eh_connect.deadline import NetworkTime

        self.url = values.sure(inputs.STACKONE_URL)
        self.time: NetworkTime = NetworkTime(values.sure(inputs.TIMEOUT))
        self._stack = stack
        self._open: dict[Secret, tuple[Client, AssumedWrites]] = {}
        held = (given, *(each for local in saved for each in (local.current, local.staged, local.previous)))
        self._secrets = tuple(s for each in held if each for s in (each.client_id, each.client_secret))

    def __call__(self, api_key: Secret) -> tuple[Client, AssumedWrites]:
        """The calls for a key; the same ones for the same key."""
        from eh_connect.stackone.assumed_writes import AssumedWrites
        from eh_connect.stackone.client import Client

        if api_key not in self._open:
            client = Client(api_key, url=self.url, time=self.time, secrets=self._secrets)
            self._stack.enter_context(client)
            self._open[api_key] = (client, AssumedWrites(client))
        return self._open[api_key]
