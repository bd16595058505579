"""The client's connect sessions: what is sent, what is read, and which links are trusted."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eh_connect.errors import NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.secret import Secret
from eh_connect.stackone.models import ConnectSession, SessionRequest
from eh_connect.stackone.sessions import Sessions, is_trusted_link
from tests.http_fakes import SESSION_REQUEST, World, everything_said

API = "https://api.stackone.com"
LOOPBACK = "http://127.0.0.1:20123"
TOKEN = "eyJ0b2tlbiI6Im9mIGEgc2Vzc2lvbiJ9.signature-of-it"
LINK = f"https://hub.stackone.com/connect/{TOKEN}"


def made(status: int = 201, **changed: Any) -> httpx.Response:
    answer = {
        "id": 4711,
        "token": TOKEN,
        "auth_link_url": LINK,
        "connector_profile_id": "an-id",
        "created_at": "2026-11-23T09:00:00.000Z",
        "latest_connection_attempt": None,
    }
    return httpx.Response(status, json=answer | changed)


def attempt(**fields: Any) -> httpx.Response:
    return httpx.Response(200, json={"id": 7, "latest_connection_attempt": fields})


def look(answer: httpx.Response) -> ConnectSession:
    return Sessions(World(answer).client).look("7")


def test_a_creation_sends_the_documented_fields_and_no_others() -> None:
    world = World(made())
    request = SessionRequest("an-id", "id 1", "Näme", kind="PRODUCTION", expires_in=60, label="My label")
    Sessions(world.client).create(request)
    (sent,) = world.requests
    assert (sent.method, sent.url.path) == ("POST", "/connect_sessions")
    assert json.loads(sent.content) == {
        "connector_profile_id": "an-id",
        "origin_owner_id": "id 1",
        "origin_owner_name": "Näme",
        "type": "PRODUCTION",
        "expires_in": 60,
        "label": "My label",
    }


def test_a_label_that_was_not_given_is_not_sent() -> None:
    world = World(made())
    Sessions(world.client).create(SESSION_REQUEST)
    assert "label" not in json.loads(world.requests[0].content)


def test_a_creation_gives_the_session_with_its_link() -> None:
    session = Sessions(World(made()).client).create(SESSION_REQUEST)
    assert session == ConnectSession(
        "4711", "an-id", link=Secret(LINK), created_at="2026-11-23T09:00:00.000Z", status="pending"
    )


def test_the_link_is_not_shown_by_accident() -> None:
    assert TOKEN not in repr(Sessions(World(made()).client).create(SESSION_REQUEST))


def test_a_creation_is_tried_again() -> None:
    world = World(httpx.Response(500), httpx.ReadTimeout("slow"), made())
    assert Sessions(world.client).create(SESSION_REQUEST).id == "4711"
    assert len(world.requests) == 3


@pytest.mark.parametrize("session_id", ["7", "00000007-aaaa"])
def test_an_id_that_is_text_will_do(session_id: str) -> None:
    world = World(httpx.Response(200, json={"id": session_id}))
    assert Sessions(world.client).look(session_id).id == session_id
    assert world.requests[0].url.path == f"/connect_sessions/{session_id}"


@pytest.mark.parametrize("session_id", [None, True, -1, 7.5, "", " 7", "..", "a\nb", [], {}])
def test_an_id_that_can_not_be_sent_back_is_an_unreadable_answer(session_id: Any) -> None:
    with pytest.raises(NetworkError, match="can't be read"):
        Sessions(World(made(id=session_id)).client).create(SESSION_REQUEST)


def test_an_id_can_not_leave_its_place_in_the_path() -> None:
    world = World(httpx.Response(200, json={"id": "../accounts?x"}))
    Sessions(world.client).look("../accounts?x")
    assert world.requests[0].url.raw_path == b"/connect_sessions/..%2Faccounts%3Fx"


def test_a_session_of_another_profile_is_an_unreadable_answer() -> None:
    with pytest.raises(NetworkError) as caught:
        Sessions(World(made(connector_profile_id="other")).client).create(SESSION_REQUEST)
    assert "another profile" in str(caught.value.detail)


def test_another_session_than_the_one_asked_for_is_an_unreadable_answer() -> None:
    with pytest.raises(NetworkError) as caught:
        look(httpx.Response(200, json={"id": 8}))
    assert "another connect session" in str(caught.value.detail)


@pytest.mark.parametrize("status", ["pending", "authenticated", "error", "cancelled"])
def test_each_status_is_read(status: str) -> None:
    assert look(attempt(status=status)).status == status


@pytest.mark.parametrize("found", [None, "text", [], {}, {"status": None}, {"status": "brewing"}])
def test_no_attempt_and_an_unknown_status_count_as_pending(found: Any) -> None:
    assert look(httpx.Response(200, json={"id": 7, "latest_connection_attempt": found})).status == "pending"


def test_what_an_attempt_says_is_cleaned() -> None:
    session = look(
        attempt(
            status="error",
            oauth_error_code="invalid\x1b[31m_client",
            oauth_error_description="line one\nline \u202etwo",
            account_secure_id="acc-1",
        )
    )
    assert (session.oauth_error, session.oauth_says) == ("invalid_client", "line one line two")
    assert session.account_id == "acc-1"


@pytest.mark.parametrize("wrong", [7.5, "", [], {"a": 1}, True])
def test_a_field_of_the_wrong_kind_counts_as_absent(wrong: Any) -> None:
    session = look(
        attempt(
            status="error",
            oauth_error_code=wrong,
            oauth_error_description=wrong,
            account_secure_id=wrong,
        )
    )
    assert (session.oauth_error, session.oauth_says, session.account_id) == (None, None, None)


@pytest.mark.parametrize(
    "said",
    [TOKEN, f"The token {TOKEN} is of no use", f"{LINK}?again=1", TOKEN[5:30], json.dumps(TOKEN)],
)
def test_an_echo_of_the_token_is_taken_out_of_what_stackone_says_later(said: str) -> None:
    world = World(made(), httpx.Response(404, json={"message": said}))
    sessions = Sessions(world.client)
    sessions.create(SESSION_REQUEST)
    with pytest.raises(StackOneRefusedError) as caught:
        sessions.look("4711")
    assert TOKEN[5:30] not in everything_said(caught.value)
    assert "[secret]" in str(caught.value.detail)


def test_the_host_of_a_link_is_no_token() -> None:
    link = f"https://hub.eu-central-1.stackone.com/connect/{TOKEN}"
    said = f"Ask at hub.eu-central-1.stackone.com about {TOKEN}"
    world = World(made(auth_link_url=link), httpx.Response(404, json={"message": said}))
    sessions = Sessions(world.client)
    sessions.create(SESSION_REQUEST)
    with pytest.raises(StackOneRefusedError) as caught:
        sessions.look("4711")
    assert "Ask at hub.eu-central-1.stackone.com about [secret]" in str(caught.value.detail)


@pytest.mark.parametrize("changed", [{"token": None}, {"token": 7}, {"token": TOKEN, "unknown": [1]}])
def test_a_token_is_hidden_though_only_the_link_shows_it(changed: dict[str, Any]) -> None:
    world = World(made(**changed), httpx.Response(500, json={"message": f"no {TOKEN}"}))
    sessions = Sessions(world.client)
    sessions.create(SESSION_REQUEST)
    with pytest.raises(NetworkError) as caught:
        sessions.look("4711")
    assert TOKEN not in everything_said(caught.value)


def test_a_word_of_the_links_path_is_no_secret() -> None:
    world = World(made(), httpx.Response(404, json={"message": "Cannot GET /connect/stackone"}))
    sessions = Sessions(world.client)
    sessions.create(SESSION_REQUEST)
    with pytest.raises(StackOneRefusedError) as caught:
        sessions.look("4711")
    assert "Cannot GET /connect/stackone" in str(caught.value.detail)


@pytest.mark.parametrize("answer", [httpx.Response(204), httpx.Response(200, json={"id": "a"})])
def test_an_account_is_deleted(answer: httpx.Response) -> None:
    world = World(answer)
    Sessions(world.client).delete_account("a/b")
    (sent,) = world.requests
    assert (sent.method, sent.url.raw_path) == ("DELETE", b"/accounts/a%2Fb")


def test_an_account_that_is_gone_is_fine() -> None:
    Sessions(World(httpx.Response(404)).client).delete_account("a")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(403), StackOneAuthError),
        (httpx.Response(409), StackOneRefusedError),
        (httpx.Response(503), NetworkError),
        (httpx.Response(200, text="<html>Sign in to the Wi-Fi</html>"), NetworkError),
    ],
)
def test_a_deletion_that_failed_is_told(answer: httpx.Response, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        Sessions(World(answer).client).delete_account("a")


@pytest.mark.parametrize(
    "link",
    [
        "https://stackone.com",
        "https://stackone.com/connect?token=a%20b&c=[1]#d",
        "https://api.stackone.com:443/connect/x.y~z",
        "https://hub.eu1.stackone.com/a/@b:c",
        "HTTPS://HUB.StackOne.COM/",
    ],
)
def test_a_link_to_stackone_is_trusted(link: str) -> None:
    assert is_trusted_link(link, API)


@pytest.mark.parametrize(
    "link",
    [
        None,
        7,
        "",
        "stackone.com",
        "//stackone.com/a",
        "http://stackone.com/a",
        "ftp://stackone.com/a",
        "javascript:alert(1)//https://stackone.com",
        "https://stackone.com.evil.example/a",
        "https://evilstackone.com/a",
        "https://stackone.community/a",
        "https://stackone.com@evil.example/a",
        "https://stackone.com:443@evil.example/a",
        "https://user:word@stackone.com/a",
        "https://stackone.com:8443/a",
        "https://evil.example/https://stackone.com",
        "https://evil.example?.stackone.com",
        "https://evil.example#.stackone.com",
        "https://evil.example\\.stackone.com/a",
        "https://.stackone.com/a",
        "https://stackone.com./a",
        "https://\u017ftackone.com/a",
        "https://stac\u212aone.com/a",
        "https://stackone\uff0ecom/a",
        "https://stackone.com/a b",
        "https://stackone.com/a\n--flag",
        "https://stackone.com/\u202ea",
        'https://stackone.com/"a',
        "https://stackone.com/<a>",
        " https://stackone.com/a",
        "https://stackone.com/" + "a" * 8000,
        "http://127.0.0.1:20123/a",
        "https://localhost/a",
    ],
)
def test_any_other_link_is_not(link: Any) -> None:
    assert not is_trusted_link(link, API)


@pytest.mark.parametrize("api", [LOOPBACK, "http://[::1]:20123", "https://127.0.0.1:20123"])
def test_a_loopback_api_may_link_to_its_own_origin(api: str) -> None:
    assert is_trusted_link(f"{api}/connect/link/x", api)
    assert is_trusted_link("https://hub.stackone.com/x", api)


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:20124/x",
        "http://127.0.0.1/x",
        "http://127.0.0.2:20123/x",
        "https://127.0.0.1:20123/x",
        "http://127.0.0.1:201234/x",
        "http://127.0.0.1:20123@evil.example/x",
        "http://127.0.0.1:20123.evil.example/x",
        "http://127x0x0x1:20123/x",
        "http://127.0.0.1:20123\\x",
    ],
)
def test_a_loopback_api_may_not_link_elsewhere(link: str) -> None:
    assert not is_trusted_link(link, LOOPBACK)


@pytest.mark.parametrize("api", ["https://proxy.example.com", "https://proxy.example.com:8443"])
def test_an_api_elsewhere_may_not_link_to_itself(api: str) -> None:
    assert not is_trusted_link(f"{api}/x", api)


pieces = st.sampled_from(
    [
        *("https", "http", ":", "//", "/", "\\", "@", "?", "#", ".", "stackone.com", "evil.example"),
        *("127.0.0.1", ":20123", ":443", " ", "\t", "\n", "%2e", "%40", "[", "]", "::1", "user"),
        *("\u3002", "\u2044", "\u017f", "\u212a"),
    ]
)


@given(st.lists(pieces | st.text(max_size=3), max_size=12).map("".join))
@example("https://stackone.com#@evil.example")
def test_whatever_is_trusted_leads_to_stackone_by_every_parser(link: str) -> None:
    for api, hosts in ((API, ()), (LOOPBACK, ("127.0.0.1",))):
        if not is_trusted_link(link, api):
            continue
        for host in (urlsplit(link).hostname or "", httpx.URL(link).host):
            assert host in hosts or host == "stackone.com" or host.endswith(".stackone.com")
        assert link.isascii()
        assert link.isprintable()
        assert urlsplit(link).username is None
        assert httpx.URL(link).scheme == "https" or link.startswith(LOOPBACK)


@given(st.text() | st.integers() | st.none() | st.lists(st.text()))
@example(f"https://evil.example/{TOKEN}")
def test_a_link_that_is_not_trusted_is_neither_shown_nor_used(link: Any) -> None:
    if is_trusted_link(link, "https://api.stackone.test"):
        return
    with pytest.raises(NetworkError) as caught:
        Sessions(World(made(auth_link_url=link, token=None)).client).create(SESSION_REQUEST)
    assert "does not lead to StackOne" in str(caught.value.detail)
    if isinstance(link, str) and len(link) > 20:
        assert link not in everything_said(caught.value)
