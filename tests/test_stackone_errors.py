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
from tests.http_fakes import CALLS, KEY, PAIR, World, everything_said

if TYPE_CHECKING:
    from collections.abc import Callable

    from eh_connect.stackone.client import Client

every_call = pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))


def item(name: str, **more: object) -> dict[str, Any]:
    return {"id": name, "name": f"Profile {name}", "connector_key": "employmenthero", **more}


def page(items: object, **more: object) -> httpx.Response:
    return httpx.Response(200, json={"data": items, **more})


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
    ],
)
def test_an_answer_that_makes_no_sense_is_code_7(call: Callable[[Client], object], body: bytes) -> None:
    with pytest.raises(NetworkError, match="can't be read"):
        call(World(httpx.Response(200, content=body)).client)


@every_call
def test_a_body_that_is_too_long_is_not_read(call: Callable[[Client], object]) -> None:
    with pytest.raises(NetworkError, match="can't be read"):
        call(World(httpx.Response(200, content=b" " * 10_000_001)).client)


@every_call
def test_a_body_with_a_false_content_encoding_is_code_7(call: Callable[[Client], object]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(b"not gzip")
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=stream)

    with pytest.raises(NetworkError, match="can't be read"):
        call(World(answer).client)


field_names = st.sampled_from(
    ["data", "next", "total", "page", "page_size", "id", "name", "key", "actions", "authentication", "type"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(field_names | st.text(), inner, max_size=6),
    max_leaves=20,
)


@every_call
@given(status=st.sampled_from([200, 201, 302, 400, 401, 422, 501, 999]), body=json_values)
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
        (401, StackOneAuthError),
        (403, StackOneAuthError),
        *((status, StackOneRefusedError) for status in (400, 402, 404, 405, 409, 412, 418, 422, 451)),
        *((status, NetworkError) for status in (301, 302, 303, 304, 307, 308, 501, 600)),
    ],
)
def test_a_status_has_its_error_at_every_call_and_is_not_repeated(
    call: Callable[[Client], object], status: int, kind: type[EhConnectError]
) -> None:
    world = World(httpx.Response(status, json={"statusCode": status, "message": "No way."}))
    with pytest.raises(EhConnectError) as caught:
        call(world.client)
    assert type(caught.value).code == kind.code
    assert isinstance(caught.value, kind)
    assert caught.value.http_status == status
    assert caught.value.hint
    assert len(world.requests) == 1
    assert "No way." in str(caught.value.detail) or status < 400


def test_a_wrong_key_and_missing_rights_are_told_apart() -> None:
    details = []
    for status in (401, 403):
        with pytest.raises(StackOneAuthError) as caught:
            World(httpx.Response(status)).client.profiles()
        details.append(caught.value.detail)
    assert "Platform API" in str(details[1])
    assert details[0] != details[1]


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("https://login.example.test/in?token=abc", "login.example.test"),
        ("/elsewhere", "another page"),
        ("https://[broken", "another page"),
        ("", "another page"),
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
    "body",
    [
        {"message": ["not", "text"], "errors": "text"},
        {"message": {"a": 1}, "errors": [7, None, {}]},
        [],
        "text",
        None,
    ],
)
def test_an_error_body_of_wrong_types_is_left_out(body: object) -> None:
    with pytest.raises(StackOneRefusedError) as caught:
        World(httpx.Response(422, json=body)).client.profiles()
    assert "says" not in (caught.value.detail or "")


def test_an_error_body_is_quoted_with_its_list_of_errors() -> None:
    body = {"message": "Bad\x1b[31m request\u202e", "errors": ["name is taken", 7], "errorCode": {}}
    with pytest.raises(StackOneRefusedError) as caught:
        World(httpx.Response(422, json=body)).client.profiles()
    assert caught.value.detail
    assert caught.value.detail.endswith("StackOne says: Bad request; name is taken.")


CREDENTIALS = base64.b64encode(f"{KEY}:".encode()).decode()


@pytest.mark.parametrize("status", [400, 401, 403, 500, 429])
@pytest.mark.parametrize(
    "echo", [KEY, json.dumps(KEY), quote(KEY, safe=""), CREDENTIALS, "v1.eu.\x00k3y+with/signs="]
)
def test_an_echo_of_the_key_is_never_said(status: int, echo: str) -> None:
    body = {"message": "x" * 280 + f" {echo}", "errors": [f"Basic {echo}"]}
    with pytest.raises(EhConnectError) as caught:
        World(httpx.Response(status, json=body)).client.profiles()
    said = everything_said(caught.value)
    assert "k3y" not in said
    assert CREDENTIALS[:-4] not in said
    assert "[secret]" in said


def test_known_secrets_are_scrubbed_from_names_too() -> None:
    world = World(page([item("a") | {"name": f"for {PAIR.client_secret.reveal()}"}], total=1))
    world.client.connection.hide(PAIR.client_secret)
    assert world.client.profiles()[0].name == "for [secret]"


@every_call
@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError(KEY),
        httpx.ReadTimeout(KEY),
        httpx.ReadError(KEY),
        httpx.RemoteProtocolError(KEY),
        httpx.ProxyError(KEY),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_no_error_holds_the_key(call: Callable[[Client], object], fault: Exception) -> None:
    with pytest.raises(NetworkError) as caught:
        call(World(fault).client)
    said = everything_said(caught.value)
    assert KEY not in said
    assert "httpx" not in repr(caught.value.__context__)
    assert "httpx" not in repr(caught.value.__cause__)


def test_nothing_is_printed_or_logged(capfd: pytest.CaptureFixture[str]) -> None:
    World(page([], total=0)).client.profiles()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("target", ["javascript:x", "https://xn--a/", "//", "https://[", "\x00"])
def test_a_redirect_to_nonsense_is_a_network_fault_too(target: str) -> None:
    with pytest.raises(NetworkError):
        World(httpx.Response(307, headers={"Location": target})).client.profiles()
