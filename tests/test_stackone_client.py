from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect import __version__
from eh_connect.errors import NetworkError
from eh_connect.stackone.client import MOST_PAGES, Client
from eh_connect.stackone.models import Action, ConnectorActions, ConnectorProfile
from tests.http_fakes import CALLS, KEY, URL, World

if TYPE_CHECKING:
    from collections.abc import Callable


def item(name: str, **more: object) -> dict[str, Any]:
    return {"id": name, "name": f"Profile {name}", "connector_key": "employmenthero", **more}


def page(items: object, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"data": items, **more})


class Listing:
    """A server that has profiles, and numbers its pages from ``first``."""

    def __init__(self, count: int, *, first: int, size: int = 25) -> None:
        self.items = [item(f"p{n}") for n in range(count)]
        self.first, self.size = first, size

    def __call__(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", self.first))
        start = (number - self.first) * self.size
        items = self.items[start : start + self.size]
        return page(items, page=number, page_size=self.size, total=len(self.items))


def test_a_profile_is_read_with_all_its_fields() -> None:
    full = item("a", active=True, default=False, created_at="2026-01-01", updated_at="2026-01-02", new=[1])
    assert World(page([full], page=1, page_size=25, total=1)).client.profiles() == [
        ConnectorProfile("a", "Profile a", "employmenthero", True, False, "2026-01-01", "2026-01-02")
    ]


def test_a_request_carries_the_key_and_says_who_asks() -> None:
    world = World(page([], page=1, page_size=25, total=0))
    world.client.profiles()
    (request,) = world.requests
    assert str(request.url) == f"{URL}/connector_profiles?connector_key=employmenthero"
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
    assert request.headers["User-Agent"] == f"eh-connect/{__version__}"


def test_a_netrc_file_does_not_replace_the_key(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    world = World(page([], total=0))
    world.client.profiles()
    assert KEY in base64.b64decode(world.requests[0].headers["Authorization"][6:]).decode()


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    ("count", "requests"), [(0, 1), (1, 1), (24, 1), (25, 1), (26, 2), (50, 2), (51, 3), (110, 5)]
)
def test_all_pages_are_read_with_as_few_requests_as_can_be(first: int, count: int, requests: int) -> None:
    world = World(Listing(count, first=first))
    assert len(world.client.profiles()) == count
    assert len(world.requests) == requests


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page([item("a"), item("b")], total=1), id="total too small"),
        pytest.param(page([item("a"), item("b")], total="2"), id="total of a wrong type"),
        pytest.param(page([item("a"), item("b")], total=True, page=[]), id="total and page of wrong types"),
        pytest.param(page([item("a"), item("b")], page_size=3), id="no total"),
        pytest.param(page([item("a"), item("b")]), id="data alone"),
        pytest.param(page([item("a"), item("b"), item("a")], total=2), id="an ID twice"),
        pytest.param(httpx.Response(200, json=[item("a"), item("b")]), id="a bare array"),
        pytest.param(
            page([item("a"), item("b"), item("c", connector_key="bamboohr")], total=3), id="filter ignored"
        ),
    ],
)
def test_an_odd_but_complete_page_is_read_in_one_request(answer: httpx.Response) -> None:
    world = World(answer)
    assert [profile.id for profile in world.client.profiles()] == ["a", "b"]
    assert len(world.requests) == 1


def test_no_data_is_an_empty_list_only_where_the_total_says_so() -> None:
    assert World(page(None, total=0)).client.profiles() == []
    with pytest.raises(NetworkError):
        World(page(None)).client.profiles()


def test_a_full_page_without_a_total_is_followed_until_nothing_new_comes() -> None:
    full = page([item("a"), item("b")], page_size=2)
    world = World(full, page([item("c"), item("d")], page_size=2), page([], page_size=2))
    assert len(world.client.profiles()) == 4
    assert len(world.requests) == 3


def test_a_server_that_always_names_the_same_page_is_still_asked_for_the_next() -> None:
    world = World(*(page([item(name)], page=1, page_size=1, total=3) for name in "abc"))
    assert len(world.client.profiles()) == 3
    assert [r.url.params.get("page") for r in world.requests] == [None, "2", "3"]


@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(page([], page=2, total=9), id="an empty page"),
        pytest.param(page([item("a")], page=1, total=9), id="the first page again"),
    ],
)
def test_a_page_that_brings_nothing_new_ends_a_list_whose_total_lies(rest: httpx.Response) -> None:
    world = World(page([item("a")], page=1, page_size=1, total=9), rest)
    assert [profile.id for profile in world.client.profiles()] == ["a"]
    assert len(world.requests) == 2


def test_pages_without_a_number_are_asked_for_from_one_wherever_they_begin() -> None:
    world = World(*(page([item(name)], total=2) for name in ("a", "a", "b")))
    assert [profile.id for profile in world.client.profiles()] == ["a", "b"]


def test_a_list_without_an_end_is_left() -> None:
    numbers = iter(range(10_000))
    world = World(lambda _: page([item(f"p{next(numbers)}")], total=10**9))
    with pytest.raises(NetworkError):
        world.client.profiles()
    assert len(world.requests) == MOST_PAGES


@pytest.mark.parametrize(
    "bad",
    [{}, {"id": None}, {"id": 7}, {"id": ""}, {"id": "a\x1b[2J"}, {"id": "a b"}, {"id": ".."}, None, "a"],
)
def test_a_profile_without_a_usable_id_makes_the_list_unreadable(bad: object) -> None:
    with pytest.raises(NetworkError) as caught:
        World(page([item("a"), bad], total=2)).client.profiles()
    assert caught.value.http_status is None


def test_fields_of_wrong_types_count_as_absent() -> None:
    odd = {"id": "a", "name": 7, "connector_key": None, "active": "yes", "default": 1, "updated_at": {}}
    assert World(page([odd], total=1)).client.profiles() == [ConnectorProfile("a", "", "employmenthero")]


def test_names_are_made_safe_to_show_but_keep_their_blanks() -> None:
    named = item("a") | {"name": "A  \x1b[31mred\u202e\nname"}
    assert World(page([named], total=1)).client.profiles()[0].name == "A  red name"


OAUTH = {"type": "oauth2", "key": "oauth2", "label": "OAuth 2.0"}


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ([OAUTH], "oauth2"),
        ([{"type": "api_key", "key": "basic"}, {"type": "OAuth 2.0", "key": "o"}], "o"),
        ([{"type": "OAUTH_2", "key": "mine"}, OAUTH], "oauth2"),
        ([{"type": "oauth2", "key": "first"}, {"type": "oauth2", "key": "second"}], "first"),
        ([{"type": "api_key", "key": "oauth2"}], None),
        ([{"type": "oauth2"}, {"key": "oauth2"}, None, 7, {"type": ["oauth2"], "key": []}], None),
        ([], None),
        (None, None),
        ({"type": "oauth2", "key": "oauth2"}, None),
    ],
)
def test_the_key_of_the_oauth_option_is_learnt(options: object, key: str | None) -> None:
    assert World(page([{"authentication": options}])).client.actions().auth_key == key


def test_actions_come_with_the_scopes_that_they_need() -> None:
    listed = {"id": "employmenthero_list_teams", "label": "List teams", "required_scopes": ["teams:list", 7]}
    other = {"key": "bamboohr", "authentication": [OAUTH], "actions": [{"id": "bamboohr_list_teams"}]}
    ours = {"key": "employmenthero", "actions": [listed, {"label": "no ID"}, {"id": "bare"}, None]}
    world = World(page([other, ours, "rubbish"], next=None))
    assert world.client.actions() == ConnectorActions(
        None,
        (Action("employmenthero_list_teams", "List teams", ("teams:list",)), Action("bare", "bare")),
    )
    assert dict(world.requests[0].url.params) == {
        "filter[connectors]": "employmenthero",
        "include": "action_details",
    }


def test_accounts_are_counted_over_all_pages() -> None:
    world = World(
        page([{"connector_profile_id": "mine"}, {"connector_profile_id": "other"}], next="c 1"),
        page([{"connector_profile_id": None}, "odd"], next=""),
    )
    assert world.client.count_accounts("mine") == 3
    assert [dict(r.url.params) for r in world.requests] == [
        {"connector_profile_id": "mine"},
        {"connector_profile_id": "mine", "next": "c 1"},
    ]


def test_accounts_may_come_as_a_bare_array() -> None:
    assert (
        World(httpx.Response(200, json=[{"connector_profile_id": "mine"}])).client.count_accounts("mine") == 1
    )


@pytest.mark.parametrize("call", [CALLS["actions"], CALLS["accounts"]], ids=["actions", "accounts"])
def test_a_cursor_that_comes_again_is_not_followed_for_ever(call: Callable[[Client], object]) -> None:
    world = World(page([], next="again"))
    with pytest.raises(NetworkError):
        call(world.client)
    assert len(world.requests) == 2


@pytest.mark.parametrize("call", [CALLS["actions"], CALLS["accounts"]], ids=["actions", "accounts"])
def test_ever_new_cursors_end_too(call: Callable[[Client], object]) -> None:
    numbers = iter(range(10_000))
    world = World(lambda _: page([], next=str(next(numbers))))
    with pytest.raises(NetworkError):
        call(world.client)
    assert len(world.requests) == MOST_PAGES
