"""Answers that are refusals, or make no sense: which error they are, and that none shows a secret."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.errors import EhConnectError, NetworkError, StackOneAuthError, StackOneRefusedError
from eh_connect.secret import Secret
from eh_connect.stackone.client import Client
from eh_connect.stackone.sessions import Sessions
from tests.support.http import CALLS, CREDENTIALS, KEY, World, everything_said, page

if TYPE_CHECKING:
    from collections.abc import Callable

every_call = pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))


def gzipped(_: httpx.Request) -> httpx.Response:
    return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"not gzip"))


@every_call
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Sign in to the Wi-Fi</html>",
        b'{"data": [',
        b"\xff\xfe",
        b"null",
        b"7",
        b'"text"',
        b"{}",
        b'{"data": {}}',
        b"[" * 100_000,
        b'{"total": ' + b"9" * 5000 + b"}",
        b" " * 10_000_001,
        None,
    ],
    ids=lambda body: repr(body and body[:20]),
)
def test_an_answer_that_makes_no_sense_is_code_7(
    call: Callable[[Client], object], body: bytes | None
) -> None:
    with pytest.raises(NetworkError, match="can't be read"):
        call(World(gzipped if body is None else httpx.Response(200, content=body)).client)


field_names = st.sampled_from(
    [
        *(
            "data",
            "next",
            "total",
            "page",
            "page_size",
            "id",
            "name",
            "key",
            "actions",
            "authentication",
            "type",
        ),
        *("support", "auth_link_url", "latest_connection_attempt", "status", "provider_errors", "message"),
    ]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(field_names | st.text(), inner, max_size=6),
    max_leaves=20,
)


@pytest.mark.parametrize(
    "call", [*CALLS.values(), lambda client: Sessions(client).run_action("a", "b")], ids=[*CALLS, "action"]
)
@given(status=st.sampled_from([200, 201, 302, 400, 401, 403, 422, 501, 999]), body=json_values)
def test_arbitrary_json_raises_nothing_but_our_errors(
    call: Callable[[Client], object], status: int, body: object
) -> None:
    world = World(httpx.Response(status, content=json.dumps(body).encode()))
    with suppress(StackOneAuthError, StackOneRefusedError, NetworkError):
        call(world.client)


@every_call
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, StackOneAuthError) for status in (401, 403)),
        *((status, StackOneRefusedError) for status in (400, 402, 404, 405, 409, 412, 418, 422, 451)),
        *((status, NetworkError) for status in (301, 302, 303, 304, 307, 308, 501)),
    ],
)
def test_a_status_has_its_error_at_every_call_and_is_not_repeated(
    call: Callable[[Client], object], status: int, kind: type[EhConnectError]
) -> None:
    world = World(httpx.Response(status, json={"statusCode": status, "message": "No way."}))
    with pytest.raises(kind, match=f"HTTP {status}") as caught:
        call(world.client)
    assert (caught.value.code, caught.value.http_status) == (kind.code, status)
    assert caught.value.hint
    assert len(world.requests) == 1
    assert "No way." in str(caught.value.detail) or status < 400


def test_a_wrong_key_and_missing_rights_are_told_apart() -> None:
    details = []
    for status in (401, 403):
        with pytest.raises(StackOneAuthError) as caught:
            World(httpx.Response(status)).client.profiles()
        details.append(str(caught.value.detail))
    assert ['"Platform API"' in detail for detail in details] == [False, True]


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


@pytest.mark.parametrize("status", [400, 401, 403, 500, 429])
@pytest.mark.parametrize(
    "echo", [KEY, json.dumps(KEY), quote(KEY, safe=""), BASIC, "v1.eu.\x00k3y+with/signs="]
)
def test_an_echo_of_the_key_is_never_said(status: int, echo: str) -> None:
    body = {"message": "x" * 280 + f" {echo}", "errors": [f"Basic {echo}"]}
    with pytest.raises(EhConnectError) as caught:
        World(httpx.Response(status, json=body)).client.profiles()
    said = everything_said(caught.value)
    assert "k3y" not in said
    assert BASIC[:-4] not in said
    assert "[secret]" in said


def test_known_secrets_are_scrubbed_from_names_too() -> None:
    world = World(page([{"id": "a", "name": f"for {CREDENTIALS.client_secret.reveal()}"}], total=1))
    world.client.hide(CREDENTIALS.client_secret)
    assert world.client.profiles()[0].name == "for [secret]"


@every_call
@pytest.mark.parametrize(
    "fault",
    [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError, httpx.ProxyError],
)
def test_no_error_holds_the_key(call: Callable[[Client], object], fault: type[httpx.TransportError]) -> None:
    with pytest.raises(NetworkError) as caught:
        call(World(fault(KEY)).client)
    assert KEY not in everything_said(caught.value)
    assert "httpx" not in repr((caught.value.__context__, caught.value.__cause__))


def test_nothing_is_printed_or_logged(capfd: pytest.CaptureFixture[str]) -> None:
    World(page([], total=0)).client.profiles()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("key", ["schlüssel", "k" * 8000, "a\ud800b", "a:b"])
def test_a_key_of_any_characters_can_be_sent(key: str) -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(401)

    world = World()
    client = Client(Secret(key), url="http://x.test", time=world.time, transport=httpx.MockTransport(answer))
    with pytest.raises(StackOneAuthError):
        client.profiles()
    assert base64.b64decode(sent[0].headers["Authorization"][6:]) == f"{key}:".encode(errors="surrogatepass")
