"""Where what is saved of a label may go: to the servers that it was saved for, and to no others."""

from __future__ import annotations

from functools import partial

import pytest

from eh_connect.errors import InputError
from eh_connect.secret import Credentials, Secret
from tests.support.disk import ORIGINS, A, B, C, Disk, create, disk_with, opened
from tests.support.stackone import Killed, Steps

STACKONE, OAUTH = ORIGINS
ELSEWHERE = [
    ("https://elsewhere.test:443", OAUTH),
    (STACKONE, "https://elsewhere.test:443"),
    ("https://api.stackone.com:8443", OAUTH),
    ("http://api.stackone.com:443", OAUTH),
    (OAUTH, STACKONE),
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("entry", ["current", "next", "previous", "api-key"])
@pytest.mark.parametrize("recorded", [True, False])
def test_one_saved_secret_is_enough_to_refuse_other_servers(
    elsewhere: tuple[str, str], entry: str, recorded: bool
) -> None:
    disk = Disk({entry: A.client_secret if entry == "api-key" else A})
    if recorded:
        disk.entries["origins"] = ORIGINS
    opened(disk).check_origins(ORIGINS, ORIGINS)
    with pytest.raises(InputError, match="are for another") as caught:
        opened(disk).check_origins(elsewhere, ORIGINS)
    assert caught.value.code == 3


def test_the_refusal_names_both_servers_and_the_variable() -> None:
    with pytest.raises(InputError) as caught:
        opened(Disk({"current": A, "origins": ELSEWHERE[0]})).check_origins(ORIGINS, ORIGINS)
    assert caught.value.title == "The saved credentials are for another StackOne server"
    assert caught.value.detail == ("saved for   https://elsewhere.test\nthis run    https://api.stackone.com")
    assert "STACKONE_API_URL" in str(caught.value.hint)


def test_nothing_in_the_state_decides_where_a_secret_goes() -> None:
    disk = disk_with((create, A))
    disk.states.states["default"] = disk.state.changed(
        stackone_url="https://his.test", oauth_url="https://his.test"
    )
    opened(disk).check_origins(ORIGINS, ORIGINS)
    with pytest.raises(InputError):
        opened(disk).check_origins(("https://his.test:443",) * 2, ORIGINS)


def test_where_nothing_is_saved_any_server_will_do() -> None:
    opened(Disk()).check_origins(ELSEWHERE[0], ORIGINS)


@pytest.mark.parametrize("secret", ["next", "api-key"])
def test_a_secret_is_bound_to_its_servers_before_it_is_saved(secret: str) -> None:
    disk = Disk(steps=Steps(kill_at=2))
    local = opened(disk)
    save = partial(local.stage, A) if secret == "next" else partial(local.save_api_key, Secret("key"))
    with pytest.raises(Killed):
        save(ELSEWHERE[0])
    assert disk.entries == {"origins": ELSEWHERE[0]}


@pytest.mark.parametrize("entry", ["current", "next", "previous", "api-key", "origins"])
def test_a_keyring_that_can_be_read_in_part_counts_as_empty(entry: str) -> None:
    saved: dict[str, Credentials | Secret | tuple[str, ...]] = {"current": A, "next": B, "previous": C}
    disk = Disk({**saved, "api-key": Secret("key"), "origins": ORIGINS})
    disk.keyring.unreadable = entry
    local = opened(disk)
    assert (local.credentials, local.previous, local.api_key) == (None,) * 3
    assert local.unreadable is not None
    assert not local.is_empty
    disk.keyring.unreadable = None
    local.load()
    assert local.credentials == B
    assert local.unreadable is None
