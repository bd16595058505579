"""The rehearsal for other tests: served in this process, for the tool as a process of its own."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx

from eh_connect.sandbox.keyring import SandboxKeyring
from eh_connect.sandbox.source import Prepared, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Stage:
    """A running rehearsal, seen from behind the scenes."""

    prepared: Prepared

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead the tool here; lay them over a clean environment."""
        return dict(self.prepared.environment)

    @property
    def stackone_url(self) -> str:
        return self.prepared.rehearsal.stackone_url

    @property
    def employment_hero_url(self) -> str:
        return self.prepared.rehearsal.employment_hero_url

    @property
    def read_only_key(self) -> str:
        return self.prepared.rehearsal.records.key("read-only")

    @property
    def profiles(self) -> list[dict[str, Any]]:
        """With what StackOne never shows: ``{"shown", "client_id", "client_secret", "actions"}``."""
        profiles: list[dict[str, Any]] = self.prepared.rehearsal.records.data["profiles"]
        return profiles

    @property
    def accounts(self) -> list[dict[str, Any]]:
        """The linked accounts as they are now; listing them at StackOne's API may refresh tokens."""
        accounts: list[dict[str, Any]] = self.prepared.rehearsal.records.data["accounts"]
        return accounts

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """The connect sessions as ``GET /connect_sessions/{id}`` shows them."""
        return [session["shown"] for session in self.prepared.rehearsal.records.data["sessions"]]

    def expire_sessions(self) -> None:
        """As if the life of every auth link were over."""
        with self.prepared.rehearsal.records.change() as data:
            for session in data["sessions"]:
                session["expires"] = 0

    def expire_tokens(self) -> None:
        """As if 15 minutes had gone by: for codes, and for access tokens at either end."""
        with self.prepared.rehearsal.records.change() as data:
            for kept in (*data["grants"], *data["tokens"].values()):
                kept["expires"] = 0

    def sign_in(self, auth_link_url: str, *, consent: bool = True) -> str:
        """Hub, login and consent without a browser, as far as it goes; the text of the last page."""
        buttons = ("Connect Employment Hero", "Sign in", "Allow" if consent else "Cancel")
        return text_of(walk(auth_link_url, *buttons))

    def enter_by_hand(self, client_secret: str) -> None:
        """A person enters a Client Secret in the dashboard, for the first profile."""
        (profile, *_) = self.profiles
        page = f"{self.environment['STACKONE_APP_URL']}/connector_profiles/{profile['shown']['id']}"
        form = {"client_id": profile["client_id"], "client_secret": client_secret, "on": "active"}
        assert httpx.post(page, data=form).status_code == httpx.codes.SEE_OTHER

    def link_account(self, profile_id: str, status: str = "active") -> None:
        with self.prepared.rehearsal.records.change() as data:
            number = str(len(data["accounts"]) + 1)
            data["accounts"].append({"id": number, "connector_profile_id": profile_id, "status": status})

    def register(self, client_id: str, client_secret: str) -> None:
        """Make this a pair that Employment Hero knows; a known client gets a further secret."""
        with self.prepared.rehearsal.records.change() as data:
            for application in data["applications"]:
                if application["client_id"] == client_id:
                    application["client_secrets"].append(client_secret)
                    return
            new = {"client_id": client_id, "client_secrets": [client_secret]}
            data["applications"].append({**data["applications"][0], **new})

    def settings(self, **changed: Any) -> None:
        httpx.put(f"{self.stackone_url}/rehearsal/settings", json=changed).raise_for_status()

    def faults(self, *faults: dict[str, Any], employment_hero: bool = False) -> None:
        """Order these faults (fields: ``eh_connect.sandbox.faults.Fault``) in place of earlier ones."""
        httpx.put(f"{self._url(employment_hero)}/rehearsal/faults", json=faults).raise_for_status()

    def log(self, *, employment_hero: bool = False) -> list[dict[str, Any]]:
        """The requests so far: method, path, empty_object, fault."""
        log: list[dict[str, Any]] = httpx.get(f"{self._url(employment_hero)}/rehearsal/log").json()
        return log

    def requests(self, *, employment_hero: bool = False) -> list[str]:
        """The requests so far, such as ``GET /actions``; an ask ends in ``{}``."""
        return [
            f"{entry['method']} {entry['path']}" + (" {}" if entry["empty_object"] else "")
            for entry in self.log(employment_hero=employment_hero)
        ]

    def _url(self, employment_hero: bool) -> str:
        return self.employment_hero_url if employment_hero else self.stackone_url


def walk(url: str, *buttons: str) -> httpx.Response:
    """Open a page and press one button after the other, until one is not there; the last page."""
    with httpx.Client(follow_redirects=True) as person:
        page = person.get(url)
        for button in buttons:
            if f"<button>{button}</button>" not in page.text:
                break
            page = press(person, page, button)
    return page


def press(person: httpx.Client, page: httpx.Response, button: str) -> httpx.Response:
    """Send the form of a button as it came."""
    forms = re.findall(r'<form method="(\w+)" action="([^"]*)">(.*?)</form>', page.text, re.DOTALL)
    (form,) = (form for form in forms if f"<button>{button}</button>" in form[2])
    method, action, inside = form
    sent = re.findall(r'<input[^>]* name="([^"]*)" value="([^"]*)"', inside)
    fields = {name: html.unescape(value) for name, value in sent}
    return person.request(method, page.url.join(html.unescape(action)), data=fields)


def text_of(page: httpx.Response) -> str:
    """What can be read on a page."""
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", "\n", page.text, flags=re.DOTALL)
    return "\n".join(line for line in html.unescape(shown).splitlines() if line.strip())


@contextmanager
def rehearsing(folder: Path) -> Iterator[Stage]:
    """Serve the rehearsal of a folder for the length of a block."""
    try:
        with prepare(folder) as prepared:
            yield Stage(prepared)
    finally:
        SandboxKeyring.folder = None
