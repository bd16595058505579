"""Answers that are refusals, or make no sense: which error they are, and that none shows a secret."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.secret import Secret
from eh_connect.stackone.client import Client
from eh_connect.stackone.sessions import Sessions
from tests.support.http import ASKS, CREDENTIALS, KEY, READS, TELLS, World, everything_said, page

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[[Client], object]

RUNS: dict[str, Call] = {"run an action": lambda client: Sessions(client).run_action("a", "b")}
CALLS = READS | TELLS
every_call = pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in CALLS.items()])


def gzipped(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))


@every_call
@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"<html>Sign in to the Wi-Fi</html>", b'{"data": [', b"\xff\xfe", b"null", b"7", b'"text"'),
        *(b"{}", b'{"data": {}}', b"[" * 100_000, b'{"total": ' + b"9" * 5000 + b"}", b" " * 10_000_001),
        None,
    ],
    ids=lambda body: repr(body and body[:20]),
)
def test_an_answer_that_makes_no_sense_is_code_7(call: Call, body: bytes | None) -> None:
    with pytest.raises(NetworkError, match="can't be read"):
        call(World(gzipped if body is None else httpx.Response(200, content=body)).client)


FIELDS = (
    *("data", "next", "total", "page", "page_size", "id", "name", "key", "actions", "authentication", "type"),
    *("support", "auth_link_url", "latest_connection_attempt", "status", "provider_errors", "message"),
    "errors",
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(FIELDS) | st.text(), inner, max_size=6)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "call", [pytest.param(call, id=name) for name, call in (CALLS | ASKS | RUNS).items()]
)
@given(status=st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 422, 501, 999]), body=json_values)
def test_arbitrary_json_raises_nothing_but_our_errors(call: Call, status: int, body: object) -> None:
    world = World(httpx.Response(status, content=json.dumps(body).encode()))
    with suppress(StackOneAuthError, StackOneRefusedError, NetworkError):
        call(world.client)


KINDS: dict[int, type[EhConnectError]] = {
    **dict.fromkeys((401, 403), StackOneAuthError),
    **dict.fromkeys((400, 402, 404, 405, 409, 412, 418, 422, 451), StackOneRefusedError),
    **dict.fromkeys((301, 302, 303, 304, 307, 308, 501), NetworkError),
}
ANSWERS_OF_A_CALL_THAT_IS_NOT_THERE = {404, 405, 501}


@pytest.mark.parametrize(
    ("call", "status"),
    [
        *((call, status) for call in READS.values() for status in KINDS),
        *((call, s) for call in TELLS.values() for s in KINDS.keys() - ANSWERS_OF_A_CALL_THAT_IS_NOT_THERE),
        *((call, status) for call in ASKS.values() for status in (301, 302, 307, 401, 403)),
    ],
)
def test_a_status_has_its_error_at_every_call_and_is_not_repeated(call: Call, status: int) -> None:
    world = World(httpx.Response(status, json={"statusCode": status, "message": "No way."}))
    with pytest.raises(KINDS[status], match=f"HTTP {status}") as caught:
        call(world.client)
    assert (caught.value.code, caught.value.http_status) == (KINDS[status].code, status)
    assert caught.value.hint
    assert len(world.requests) == 1
    assert "No way." in str(caught.value.detail) or status < 400
    assert ('"Platform API"' in str(caught.value.detail)) is (status == 403)


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://login.example.test/in?token=abc", "login.example.test"),
        *((odd, "another page") for odd in ("/elsewhere", "https://[broken", "")),
        *((odd, "") for odd in ("javascript:x", "https://xn--a/", "//", "\x00")),
    ],
)
def test_a_redirect_names_its_target_and_is_not_followed(location: str, host: str) -> None:
    world = World(httpx.Response(307, headers={"Location": location}))
    with pytest.raises(NetworkError) as caught:
        world.client.profiles()
    assert host in caught.value.title
    assert "token" not in everything_said(caught.value)
    assert {request.url.host for request in world.requests} == {"api.stackone.test"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"message": "Bad\x1b[31m request\u202e", "errors": ["name is taken", 7], "errorCode": {}},
            "StackOne says: Bad request; name is taken.",
        ),
        ({"message": ["not", "text"], "errors": "text"}, None),
        ({"message": {"a": 1}, "errors": [7, None, {}]}, None),
        ([], None),
        ("text", None),
        (None, None),
    ],
)
def test_an_error_body_is_quoted_as_far_as_it_is_text(body: Any, said: str | None) -> None:
    with pytest.raises(StackOneRefusedError) as caught:
        World(httpx.Response(422, json=body)).client.profiles()
    detail = str(caught.value.detail)
    assert detail.endswith(said) if said else "says" not in detail


BASIC = base64.b64encode(f"{KEY}:".encode()).decode()
CLIENT_ID, CLIENT_SECRET = CREDENTIALS.client_id.reveal(), CREDENTIALS.client_secret.reveal()
ECHOING = {"message": "x" * 280 + f" {KEY}", "errors": [f"Basic {BASIC} {CLIENT_SECRET}"]}


@every_call
@pytest.mark.parametrize(
    "step",
    [
        *(kind(KEY) for kind in (httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError, httpx.WriteError)),
        *(kind(KEY) for kind in (httpx.RemoteProtocolError, httpx.ProxyError)),
        *(httpx.Response(status, json=ECHOING) for status in (400, 401, 403, 422, 429, 500)),
        httpx.Response(307, headers={"Location": f"https://{CLIENT_ID}.test/"}),
    ],
    ids=repr,
)
def test_no_error_holds_a_secret(call: Call, step: Exception | httpx.Response) -> None:
    world = World(step)
    world.client.hide(CREDENTIALS.client_id, CREDENTIALS.client_secret)
    with pytest.raises(EhConnectError) as caught:
        call(world.client)
    said = everything_said(caught.value)
    for secret in ("k3y", BASIC[:-4], CLIENT_ID, CLIENT_SECRET, json.dumps(CLIENT_SECRET)[1:-1]):
        assert secret not in said
    assert "httpx" not in repr((caught.value.__context__, caught.value.__cause__))


@pytest.mark.parametrize("tell", TELLS.values(), ids=list(TELLS))
def test_what_is_sent_is_hidden_without_being_told_and_in_names_too(tell: Call) -> None:
    world = World(httpx.Response(422, json={"message": f"{CLIENT_SECRET} of {CLIENT_ID}"}))
    with pytest.raises(StackOneRefusedError) as caught:
        tell(world.client)
    assert "[secret] of [secret]" in str(caught.value.detail)
    world = World(page([{"id": "a", "name": f"for {CLIENT_SECRET}"}], total=1))
    world.client.hide(CREDENTIALS.client_secret)
    assert world.client.profiles()[0].name == "for [secret]"


@pytest.mark.parametrize("key", ["schlüssel", "k" * 8000, "a\ud800b", "a:b"])
def test_a_key_of_any_characters_can_be_sent(key: str) -> None:
    world = World(httpx.Response(401))
    transport = httpx.MockTransport(world.script)
    with pytest.raises(StackOneAuthError):
        Client(Secret(key), url="http://x.test", time=world.time, transport=transport).profiles()
    sent = world.requests[0].headers["Authorization"]
    assert base64.b64decode(sent[6:]) == f"{key}:".encode(errors="surrogatepass")
