"""What is read from StackOne: profiles, actions, accounts and guides."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from eh_connect import __version__
from eh_connect.errors import NetworkError
from eh_connect.stackone.client import MOST_PAGES
from eh_connect.stackone.models import REDIRECT_URI, Action, ConnectorActions, ConnectorProfile
from tests.support.http import KEY, READS, URL, World, page

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.stackone.client import Client


def item(name: str, **more: object) -> dict[str, Any]:
    return {"id": name, "name": f"Profile {name}", "connector_key": "employmenthero", **more}


def test_a_request_carries_the_key_and_says_who_asks_whatever_netrc_holds(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("default login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    world = World(page([], page=1, page_size=25, total=0))
    world.client.profiles()
    (request,) = world.requests
    assert str(request.url) == f"{URL}/connector_profiles?connector_key=employmenthero"
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
    assert request.headers["User-Agent"] == f"eh-connect/{__version__}"


def test_a_profile_is_read_with_all_its_fields() -> None:
    fields = {"active": True, "default": False, "created_at": "2026-01-01", "updated_at": "soon"}
    (profile,) = World(page([item("a", **fields, new=[1])], page=1, page_size=25, total=1)).client.profiles()
    assert profile == ConnectorProfile(**item("a", **fields))


@pytest.mark.parametrize("first", [0, 1, 1.0])
@pytest.mark.parametrize(
    ("count", "requests"), [(0, 1), (1, 1), (25, 1), (26, 2), (50, 2), (51, 3), (110, 5)]
)
def test_all_pages_are_read_with_as_few_requests_as_can_be(first: float, count: int, requests: int) -> None:
    items = [item(f"p{n}") for n in range(count)]

    def answer(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", first))
        start = (number - int(first)) * 25
        said = type(first)(number)
        return page(items[start : start + 25], page=said, page_size=25, total=count)

    world = World(answer)
    assert len(world.client.profiles()) == count
    assert len(world.requests) == requests


AB = [item("a"), item("b")]


COMPLETE = {
    "total too small": page(AB, total=1),
    "total of a wrong type": page(AB, total="2"),
    "all of wrong types": page(AB, total=True, page=[], page_size=-1),
    "no total": page(AB, page_size=3),
    "data alone": page(AB),
    "an ID twice": page([*AB, item("a")], total=2),
    "a bare array": httpx.Response(200, json=AB),
    "filter ignored": page([*AB, item("c", connector_key="bamboohr")], total=3),
}


@pytest.mark.parametrize("answer", COMPLETE.values(), ids=list(COMPLETE))
def test_an_odd_but_complete_page_is_read_in_one_request(answer: httpx.Response) -> None:
    world = World(answer)
    assert [profile.id for profile in world.client.profiles()] == ["a", "b"]
    assert len(world.requests) == 1


def test_no_data_is_an_empty_list_only_where_the_total_says_so() -> None:
    assert World(page(None, total=0)).client.profiles() == []
    with pytest.raises(NetworkError):
        World(page(None)).client.profiles()


A, B, C = ([item(name)] for name in "abc")


FOLLOWED = {
    "no total: until nothing new": ([page(each, page_size=1) for each in (A, B, [])], "ab", [None, "1", "2"]),
    "always page 1": (
        [page(each, page=1, page_size=1, total=3) for each in (A, B, C)],
        "abc",
        [None, "2", "3"],
    ),
    "without numbers, from 1": ([page(each, total=2) for each in (A, A, B)], "ab", [None, "1", "2"]),
    "the total lies": ([page(A, page=1, total=9), page([], page=2, total=9)], "a", [None, "2"]),
    "the first page again": ([page(A, page=1, total=9)] * 2, "a", [None, "2"]),
}


@pytest.mark.parametrize(("pages", "found", "asked"), FOLLOWED.values(), ids=list(FOLLOWED))
def test_pages_are_followed_whatever_they_say_of_themselves(
    pages: list[httpx.Response], found: str, asked: list[str | None]
) -> None:
    world = World(*pages)
    assert [profile.id for profile in world.client.profiles()] == list(found)
    assert [request.url.params.get("page") for request in world.requests] == asked


@pytest.mark.parametrize(
    "bad", [{}, *({"id": bad} for bad in (None, True, 1.5, "", "a\x1b[2J", "a b", "..", "\ud800")), None, "a"]
)
def test_a_profile_without_a_usable_id_makes_the_list_unreadable(bad: object) -> None:
    with pytest.raises(NetworkError, match="can't be read") as caught:
        World(page([item("a"), bad], total=2)).client.profiles()
    assert caught.value.http_status is None


def test_fields_of_wrong_types_count_as_absent_and_names_are_safe_to_show() -> None:
    odd = {"id": "a", "name": 7, "connector_key": None, "active": "yes", "default": 1, "updated_at": {}}
    red = item("b") | {"name": "A  \x1b[31mred\u202e\nname"}
    first, second = World(page([odd, red], total=2)).client.profiles()
    assert first == ConnectorProfile(id="a")
    assert second.name == "A  red name"


OAUTH = {"type": "oauth2", "key": "oauth2", "label": "OAuth 2.0"}


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ([OAUTH], "oauth2"),
        ([{"type": "api_key", "key": "basic"}, {"type": "OAuth 2.0", "key": "o"}], "o"),
        ([{"type": "OAUTH_2", "key": "mine"}, OAUTH], "oauth2"),
        ([{"type": "oauth2", "key": "first"}, {"type": "oauth2", "key": "second"}], "first"),
        ([{"type": "custom", "key": "mine", "label": "OAuth 2.0"}, {"type": "basic", "key": "b"}], "mine"),
        ([{"type": "custom", "key": "mine", "label": "OAuth 2.0"}, OAUTH | {"key": "o"}], "o"),
        ([{"type": "api_key", "key": "oauth2", "label": "API key"}], None),
        ([{"type": "oauth2"}, {"key": "oauth2"}, None, 7, {"type": ["oauth2"], "key": []}], None),
        ([], None),
        (None, None),
        (OAUTH, None),
    ],
)
def test_the_key_of_the_oauth_option_is_learnt_by_type_else_by_label(
    options: object, key: str | None
) -> None:
    assert World(page([{"authentication": options}])).client.actions().auth_key == key


def test_actions_come_with_the_scopes_that_they_need_and_an_empty_list_is_no_fault() -> None:
    listed = {"id": "employmenthero_list_teams", "label": "List teams", "required_scopes": ["teams:list", 7]}
    other = {"key": "bamboohr", "authentication": [OAUTH], "actions": [{"id": "bamboohr_list_teams"}]}
    bare = {"id": "employmenthero_get_wish_list", "label": 5, "required_scopes": "x"}
    ours = {"key": "employmenthero", "actions": [listed, {"label": "no ID"}, bare, None]}
    world = World(page([other, "rubbish"], next="c"), page([ours]))
    found = world.client.actions()
    assert found == ConnectorActions(
        None,
        (
            Action(id="employmenthero_list_teams", required_scopes=("teams:list",)),
            Action(id="employmenthero_get_wish_list"),
        ),
    )
    assert [action.is_list for action in found.actions] == [True, False]
    params = {"filter[connectors]": "employmenthero", "include": "action_details"}
    assert [dict(request.url.params) for request in world.requests] == [params, params | {"next": "c"}]
    assert World(page([], next=None)).client.actions() == ConnectorActions(None, ())


def test_accounts_are_counted_over_all_pages() -> None:
    mine = {"connector_profile_id": "mine"}
    world = World(
        page([mine, {"connector_profile_id": "other"}], next="c 1"),
        page([{"connector_profile_id": None}, "odd"], next=""),
    )
    assert world.client.count_accounts("mine") == 3
    assert [dict(r.url.params) for r in world.requests] == [mine, mine | {"next": "c 1"}]
    assert World(httpx.Response(200, json=[mine])).client.count_accounts("mine") == 1


def endless(**more: object) -> Callable[[httpx.Request], httpx.Response]:
    numbers = iter(range(10_000))
    return lambda _: page([item(f"p{(n := next(numbers))}")], next=str(n), total=10**8, **more)


@pytest.mark.parametrize("call", [READS[name] for name in ("profiles", "actions", "callback", "accounts")])
def test_a_list_without_an_end_is_left(call: Callable[[Client], object]) -> None:
    world = World(endless())
    with pytest.raises(NetworkError, match="can't be read"):
        call(world.client)
    assert len(world.requests) == MOST_PAGES


@pytest.mark.parametrize("call", [READS["actions"], READS["accounts"]])
def test_a_cursor_that_comes_again_or_fits_into_no_address_is_not_followed(
    call: Callable[[Client], object],
) -> None:
    for cursor, requests in (("again", 2), ("\ud800", 1), ("c" * 70_000, 1)):
        world = World(page([], next=cursor))
        with pytest.raises(NetworkError):
            call(world.client)
        assert len(world.requests) == requests


def guide(*texts: object) -> dict[str, Any]:
    steps = [{"title": "Step", "content": text} for text in texts]
    return {
        "link": "https://docs.test",
        "guides": {"setup": None, "config": {"sections": [{"steps": steps}]}},
    }


NEW = "https://api.eu1.stackone.com/connect/v2/employmenthero/callback"


@pytest.mark.parametrize(
    ("support", "named"),
    [
        (guide("Paste", f"the `{REDIRECT_URI}` as it is."), {REDIRECT_URI}),
        (guide(f"[{REDIRECT_URI}]({NEW})"), {REDIRECT_URI, NEW}),
        (guide("See https://example.com/callback", 7, None), None),
        (guide("https://evilstackone.com/callback"), None),
        (None, None),
        ("text", None),
    ],
)
def test_the_callback_is_looked_for_in_every_guide(support: object, named: set[str] | None) -> None:
    world = World(page([{"authentication": [OAUTH | {"support": support}, None]}, {"authentication": {}}]))
    assert world.client.callback_in_guides() == named
    assert world.requests[0].url.params["include"] == "authentication_guides"
