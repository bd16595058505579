"""Connect sessions, linked accounts and actions: what is sent and read, and which links are trusted."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eh_connect.errors import NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.secret import Secret
from eh_connect.stackone.models import ActionRun, ConnectSession, SessionRequest
from eh_connect.stackone.sessions import is_trusted_link
from tests.support.http import SESSION_REQUEST, World, everything_said

API = "https://api.stackone.com"
LOOPBACK = "http://127.0.0.1:20123"
TOKEN = "eyJ0b2tlbiI6Im9mIGEgc2Vzc2lvbiJ9.signature-of-it"
LINK = f"https://hub.stackone.com/connect/{TOKEN}"
LIST = "employmenthero_list_employees"
ODD_IDS: list[Any] = [None, True, -1, 7.5, "", " 7", "..", "a\nb", [], {}]
NO_ATTEMPTS: list[Any] = [None, "text", [], {}, {"status": None}]
ODD_TEXTS: list[Any] = [7.5, "", [], {"a": 1}, True]


def made(**changed: Any) -> httpx.Response:
    answer = {
        "id": 4711,
        "token": TOKEN,
        "auth_link_url": LINK,
        "connector_profile_id": "an-id",
        "created_at": "2026-11-23T09:00:00.000Z",
        "latest_connection_attempt": None,
    }
    return httpx.Response(201, content=json.dumps(answer | changed).encode())


def look(attempt: Any, **more: Any) -> ConnectSession:
    answer = httpx.Response(200, json={"id": 7, "latest_connection_attempt": attempt} | more)
    return World(answer).sessions.look("7")


@pytest.mark.parametrize(("kind", "more"), [("production", {"label": "L"}), ("test", {})])
def test_a_creation_sends_the_documented_fields_and_gives_a_link_that_does_not_show_by_accident(
    kind: Any, more: dict[str, str]
) -> None:
    world = World(made(connector_profile_id="p"))
    asked = SessionRequest("p", "id 1", "Näme", kind=kind, expires_in=60, **more)
    session = world.sessions.create(asked)
    (sent,) = world.requests
    assert (sent.method, sent.url.path) == ("POST", "/connect_sessions")
    owner = {"origin_owner_id": "id 1", "origin_owner_name": "Näme"}
    body = {"connector_profile_id": "p", **owner, "type": kind, "expires_in": 60}
    assert json.loads(sent.content) == body | more
    when = "2026-11-23T09:00:00.000Z"
    assert session == ConnectSession(id="4711", profile_id="p", link=Secret(LINK), created_at=when)
    assert (session.status, session.account_id) == ("pending", None)
    assert TOKEN not in repr(session) + str(session)


@pytest.mark.parametrize("session_id", ["7", "00000007-aaaa", "../accounts?x"])
def test_an_id_that_is_text_will_do_and_can_not_leave_its_place_in_the_path(session_id: str) -> None:
    world = World(httpx.Response(200, json={"id": session_id}))
    assert world.sessions.look(session_id).id == session_id
    with pytest.raises(NetworkError, match="can't be read"):
        world.sessions.look("another")
    path = world.requests[0].url.raw_path.decode()
    assert path == f"/connect_sessions/{session_id.replace('/', '%2F').replace('?', '%3F')}"


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        *(({"id": bad}, "connect session") for bad in ODD_IDS),
        ({"connector_profile_id": "other"}, "another profile"),
        ({"auth_link_url": f"https://evil.example/{TOKEN}", "token": None}, "doesn't lead to StackOne"),
        ({"auth_link_url": 7}, "doesn't lead to StackOne"),
    ],
)
def test_a_session_that_can_not_be_used_is_an_unreadable_answer(changed: Any, why: str) -> None:
    with pytest.raises(NetworkError, match="can't be read") as caught:
        World(made(**changed)).sessions.create(SESSION_REQUEST)
    assert why in str(caught.value.detail)
    assert TOKEN not in everything_said(caught.value)


@pytest.mark.parametrize(
    ("attempt", "status"),
    [
        *(({"status": each}, each) for each in ("pending", "authenticated", "error", "cancelled")),
        *(({"status": each}, each) for each in ("expired", "brewing")),  # never taken for pending
        *((none, "pending") for none in NO_ATTEMPTS),
        ({"status": 5}, "5"),
        ({"status": "\x1b[31m"}, "unknown"),
    ],
)
def test_a_status_is_passed_on_and_only_no_attempt_is_pending(attempt: Any, status: str) -> None:
    assert look(attempt, status="active", link="x").status == status


def test_what_an_attempt_says_is_cleaned_and_a_field_of_the_wrong_kind_counts_as_absent() -> None:
    said = {"oauth_error_code": "invalid\x1b[31m_client", "oauth_error_description": "one\nline \u202etwo"}
    session = look(said | {"status": "error", "account_secure_id": "acc-1"})
    assert (session.oauth_error, session.oauth_says) == ("invalid_client", "one line two")
    assert session.account_id == "acc-1"
    for wrong in ODD_TEXTS:
        session = look(dict.fromkeys([*said, "account_secure_id"], wrong), connector_profile_id=wrong)
        assert (session.oauth_error, session.oauth_says, session.account_id) == (None, None, None)


HOST = "hub.eu-central-1.stackone.com"


@pytest.mark.parametrize("token", [TOKEN, None, 7])
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        *((said, "[secret]") for said in (TOKEN, f"{LINK}?again=1", TOKEN[5:30], json.dumps(TOKEN))),
        (f"Not {TOKEN}.", "Not [secret]."),
        *((f"{word}: {TOKEN}", f"{word}: [secret]") for word in (HOST, "/connect/stackone")),
    ],
)
def test_an_echo_of_the_token_is_taken_out_of_what_stackone_says_later_and_no_word_of_the_link(
    said: str, shown: str, token: object
) -> None:
    link = f"https://{HOST}/connect/{TOKEN}"
    world = World(made(auth_link_url=link, token=token), httpx.Response(404, json={"message": said}))
    world.sessions.create(SESSION_REQUEST)
    with pytest.raises(StackOneRefusedError) as caught:
        world.sessions.look("4711")
    assert TOKEN[5:30] not in everything_said(caught.value)
    assert shown in str(caught.value.detail)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        *((httpx.Response(204), None), (httpx.Response(200, json={"id": "a"}), None)),
        (httpx.Response(404), None),  # it was not there
        (httpx.Response(403), StackOneAuthError),
        (httpx.Response(409), StackOneRefusedError),
        (httpx.Response(503), NetworkError),
        (httpx.Response(200, text="<html>Sign in to the Wi-Fi</html>"), NetworkError),
    ],
)
def test_an_account_is_deleted_or_it_is_told_that_it_was_not(
    answer: httpx.Response, error: type[Exception] | None
) -> None:
    world = World(answer)
    with pytest.raises(error) if error else nullcontext():
        world.sessions.delete_account("a/b")
    assert (world.requests[0].method, world.requests[0].url.raw_path) == ("DELETE", b"/accounts/a%2Fb")


def refused(status: int, message: object = "Forbidden", *provider: object) -> httpx.Response:
    return httpx.Response(status, json={"message": message, "provider_errors": list(provider)})


RAW = {"error": "insufficient_scope", "scope": "employees:list urn:mainapp:hr:read"}
NEEDS = 'insufficient_scope: needs "teams:list" at https://x.test:443/a'


@pytest.mark.parametrize(
    ("answer", "run"),
    [
        (httpx.Response(200, json={"data": [{"name": "Ann Smith"}]}), ActionRun(200)),
        (httpx.Response(200, content=b"\xff" * 10_000_001), ActionRun(200)),
        (refused(403), ActionRun(403, "Forbidden")),
        (refused(401, "Bad\x1b[1m account"), ActionRun(401, "Bad account")),
        (refused(403, "No.", {"status": 403}), ActionRun(403, "No.", is_scope_missing=True)),
        (refused(400, "No.", {"status": "403"}), ActionRun(400, "No.", is_scope_missing=True)),
        (refused(400, "No.", {"status": 404}, "odd", None), ActionRun(400, "No.")),
        (
            refused(502, "Upstream", {"status": 401, "raw": RAW}),
            ActionRun(502, "Upstream", ("employees:list", "urn:mainapp:hr:read"), is_scope_missing=True),
        ),
        (refused(403, NEEDS), ActionRun(403, NEEDS, ("teams:list",), is_scope_missing=True)),
        *((refused(s, "Gone."), ActionRun(s, "Gone.", is_call_gone=True)) for s in (405, 501)),
        (httpx.Response(404, text="<html>"), ActionRun(404, is_call_gone=True)),
        (refused(404, "Cannot POST /x"), ActionRun(404, "Cannot POST /x", is_call_gone=True)),
        (refused(404, "Account not found"), ActionRun(404, "Account not found")),
        (refused(404, "Not Found", {"status": 404}), ActionRun(404, "Not Found")),
        (refused(422, ["odd"]), ActionRun(422)),
    ],
)
def test_of_an_action_only_how_it_went_is_looked_at(answer: httpx.Response, run: ActionRun) -> None:
    world = World(answer)
    assert world.sessions.run_action("acc 1/ü", LIST) == run
    (sent,) = world.requests
    assert (sent.method, sent.url.path) == ("POST", "/actions/rpc")
    assert json.loads(sent.content) == {"action": LIST}
    assert sent.headers["x-account-id"] == "acc%201/%C3%BC"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 302])
def test_an_action_that_had_no_answer_is_code_7(status: int) -> None:
    with pytest.raises(NetworkError, match=str(status)):
        World(refused(status, "Ann Smith is ill")).sessions.run_action("acc", LIST)


TRUSTED = """
https://stackone.com https://stackone.com/connect?token=a%20b&c=[1]#d https://api.stackone.com:443/connect/x.y~z
https://hub.eu1.stackone.com/a/@b:c HTTPS://HUB.StackOne.COM/
"""
NOT_TRUSTED = """
stackone.com //stackone.com/a http://stackone.com/a ftp://stackone.com/a
javascript:alert(1)//https://stackone.com https://stackone.com.evil.example/a https://evilstackone.com/a
https://stackone.community/a https://stackone.com@evil.example/a https://stackone.com:443@evil.example/a
https://user:word@stackone.com/a https://stackone.com:8443/a https://evil.example/https://stackone.com
https://evil.example?.stackone.com https://evil.example#.stackone.com https://evil.example\\.stackone.com/a
https://.stackone.com/a https://stackone.com./a https://\u017ftackone.com/a https://stac\u212aone.com/a
https://stackone\uff0ecom/a https://stackone.com/\u202ea https://stackone.com/"a https://stackone.com/<a>
http://127.0.0.1:20123/a https://localhost/a
"""
ODD_LINKS: list[Any] = [None, 7, "", " https://stackone.com/a", "https://stackone.com/a b"]
ODD_LINKS += ["https://stackone.com/a\n--flag", "https://stackone.com/" + "a" * 8000]
NOT_HERE = """
http://127.0.0.1:20124/x http://127.0.0.1/x http://127.0.0.2:20123/x https://127.0.0.1:20123/x
http://127.0.0.1:201234/x http://127.0.0.1:20123@evil.example/x http://127.0.0.1:20123.evil.example/x
http://127x0x0x1:20123/x http://127.0.0.1:20123\\x
"""


@pytest.mark.parametrize(
    ("api", "link", "is_trusted"),
    [
        *((api, link, True) for api in (API, LOOPBACK) for link in TRUSTED.split()),
        *((API, link, False) for link in (*NOT_TRUSTED.split(), *ODD_LINKS)),
        *((LOOPBACK, link, False) for link in NOT_HERE.split()),
        *((api, f"{api}/connect/x", True) for api in (LOOPBACK, "http://[::1]:20123", "https://127.0.0.1:1")),
        *(
            (api, f"{api}/x", False)
            for api in ("https://proxy.example.com", "https://proxy.example.com:8443")
        ),
    ],
)
def test_only_a_link_to_stackone_or_to_a_loopback_api_itself_is_trusted(
    api: str, link: Any, is_trusted: bool
) -> None:
    assert is_trusted_link(link, api) is is_trusted


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
