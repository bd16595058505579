"""The probes of ``doctor``: the real parts, each looked at once."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from eh_connect import checks, surroundings
from eh_connect.cli import parts
from eh_connect.cli.opening import Urls
from eh_connect.desktop import Desktop
from eh_connect.errors import InputError
from eh_connect.flows.keeping import Keeping
from eh_connect.network import NetworkTime, exchange, open_http
from eh_connect.stackone.assumed_writes import AssumedWrites
from eh_connect.stackone.client import Client
from eh_connect.state import StateFolder

if TYPE_CHECKING:
    from eh_connect.checks import Check
    from eh_connect.cli.session import Session
    from eh_connect.cli.setup_inputs import Given
    from eh_connect.secret import Secret


class Here:
    """This machine. What is kept of the label is known once ``folder`` was asked."""

    def __init__(self, session: Session, given: Given) -> None:
        self.given = given
        self._session = session
        self._store = parts.keyring(session, given.label, patient=False)
        self.keeping = self._keeping(Path())
        self.urls = Urls(given, self.keeping)

    def _keeping(self, folder: Path) -> Keeping:
        return Keeping(self.given.label, self._store, StateFolder(folder), writes=False, now=parts.now)

    def keyring(self) -> Check:
        """Write, read and delete a value; then read what is kept."""
        backend = self._store.backend
        begun = time.perf_counter()
        self._store.trial()
        spent = (time.perf_counter() - begun) * 1000
        for entry in ("current", "next", "previous"):
            self._store.read_pair(entry)
        self._store.read_origins()
        named = self._session.environ.get("EH_CONNECT_KEYRING")
        whose = "named by EH_CONNECT_KEYRING" if named else "the system's own"
        return checks.passed(f"{backend}, {whose}: wrote, read and deleted a value in {spent:.0f} ms.")

    def folder(self) -> Check:
        """Read what is kept; then whether the folder can be written and is ours alone."""
        folder = self._session.folder
        keeping = self._keeping(folder)
        keeping.load()
        self.urls, self.keeping = Urls(self.given, keeping), keeping
        is_there = surroundings.try_folder(folder)
        return checks.folder(folder, is_there=is_there, is_open=surroundings.open_to_others(folder))

    def terminal(self) -> Check:
        """What a person would be asked at."""
        return checks.terminal(
            is_there=os.isatty(0),
            size=surroundings.terminal_size(),
            term=self._session.environ.get("TERM", ""),
            encoding=getattr(sys.stderr, "encoding", None) or "utf-8",
        )

    def browser(self) -> Check:
        """Whether there is one."""
        return checks.browser(self._desktop.finds_no_browser())

    def clipboard(self) -> Check:
        """Whether there is one."""
        desktop = self._desktop
        return checks.clipboard(has_one=desktop.has_clipboard(), is_remote=desktop.is_remote)

    @property
    def _desktop(self) -> Desktop:
        return Desktop(self._session.environ, browser=True, write=lambda _: None)

    def trust_store(self) -> Check:
        """Whose certificates are trusted."""
        return checks.passed(surroundings.trust_store(os.environ))

    def proxy(self) -> Check:
        """Which proxies are set."""
        return checks.proxy(surroundings.proxies())


class Network:
    """StackOne and Employment Hero; StackOne's probes share one network time."""

    _key: Secret
    """Found by ``api_key``."""

    def __init__(self, here: Here) -> None:
        self._here = here
        self._stackone_time = NetworkTime(here.given.timeout)
        self._skews: dict[str, float | None] = {}

    def stackone(self) -> Check:
        """A documented call, without a key."""
        url = f"{self._here.urls.stackone}/connector_profiles"
        return checks.stackone(*self._asked("stackone", url, self._stackone_time))

    def api_key(self) -> Check:
        """List the profiles with the key that is given, or kept for this very host."""
        given, keeping = self._here.given.api_key, self._here.keeping
        key = given or keeping.api_key()
        give_one = "Give one by STACKONE_API_KEY or --api-key-file."
        if key is None:
            return checks.skipped(
                f"No API key is given, and none is kept for '{self._here.given.label}'.", give_one
            )
        if given is None:
            try:
                keeping.check_origins(self._here.urls.origins, self._here.urls.default_origins)
            except InputError as exc:
                return checks.skipped(f"The kept API key is not used. {exc.sentence} {exc.detail}", give_one)
        self._key = key
        with self._client() as client:
            count = len(client.profiles())
        which = "that is given" if given else "that is kept"
        return checks.passed(
            f"StackOne accepts the API key {which}; Employment Hero profiles there: {count}."
        )

    def may_write(self) -> Check:
        """Ask before telling: an empty request, which can create nothing."""
        with self._client() as client:
            return checks.may_write(has_call=AssumedWrites(client).may_create())

    def oauth(self) -> Check:
        """Where pairs are checked and tokens come from."""
        url, time_of_its_own = self._here.urls.oauth, NetworkTime(self._here.given.timeout)
        return checks.employment_hero(*self._asked("employment_hero_oauth", url, time_of_its_own))

    def app(self) -> Check:
        """Where the Developer Portal is."""
        url, time_of_its_own = self._here.given.eh_app_url, NetworkTime(self._here.given.timeout)
        return checks.employment_hero(*self._asked("employment_hero_app", url, time_of_its_own))

    def clock(self) -> Check:
        """By what the servers said, StackOne first."""
        return checks.clock(self._skews.get(name) for name in checks.ORDER)

    def _client(self) -> Client:
        keeping = self._here.keeping
        pairs = (keeping.current, keeping.next, keeping.previous)
        known = tuple(secret for pair in pairs if pair for secret in (pair.client_id, pair.client_secret))
        return Client(self._key, url=self._here.urls.stackone, time=self._stackone_time, secrets=known)

    def _asked(self, name: str, url: str, its_time: NetworkTime) -> tuple[str, int, float]:
        """The host, the status of its answer, and the seconds until it came."""
        before = its_time.left
        with open_http(url) as http:
            answer = exchange(http, http.build_request("GET", url), its_time)
        self._skews[name] = checks.ahead(answer.headers.get("Date", ""), datetime.now(UTC))
        return urlsplit(url).netloc, answer.status, before - its_time.left
