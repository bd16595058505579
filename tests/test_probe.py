from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect.deadline import NetworkTime
from eh_connect.employment_hero.credentials import ProbeResult
from eh_connect.employment_hero.probe import LIMIT, CredentialProbe
from eh_connect.secret import Credentials, Secret
from eh_connect.stackone.models import REDIRECT_URI
from tests.support.http import CREDENTIALS, Clock, Script, Step

UNCLEAR = ProbeResult.COULD_NOT_TELL
URL = "https://oauth.employmenthero.test"


def probe(*steps: Step, seconds: float = 150) -> tuple[ProbeResult, Script]:
    script, clock = Script(list(steps)), Clock()
    time = NetworkTime(seconds, clock, clock.sleep)
    return CredentialProbe(URL, time, httpx.MockTransport(script))(CREDENTIALS), script


def error(name: object, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": name})


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        *((error("invalid_client", status), ProbeResult.REJECTED) for status in (400, 401)),
        *((error("invalid_grant", status), ProbeResult.NOT_REJECTED) for status in (400, 401)),
        *((error(name), UNCLEAR) for name in ("unauthorized_client", "invalid_request", "", None, 7)),
        (error(["invalid_client"]), UNCLEAR),
        *((error("invalid_client", s), UNCLEAR) for s in (200, 201, 302, 403, 404, 422, 429, 500, 503)),
        (httpx.Response(400, text="<html>invalid_client</html>"), UNCLEAR),
        (httpx.Response(401), UNCLEAR),
        (httpx.Response(400, json=["invalid_client"]), UNCLEAR),
        (httpx.Response(400, json="invalid_grant"), UNCLEAR),
        *((httpx.Response(400, content=odd), UNCLEAR) for odd in (b"[" * 100_000, b"\xff", b"1" * 5_000)),
        (httpx.Response(307, headers={"Location": "https://elsewhere.test"}), UNCLEAR),
        (httpx.Response(200, json={"access_token": "x"}), UNCLEAR),
    ],
)
def test_only_two_answers_tell_anything_and_none_is_asked_for_twice(
    answer: httpx.Response, result: ProbeResult
) -> None:
    told, script = probe(answer)
    assert (told, len(script.requests)) == (result, 1)


def test_the_credentials_go_in_a_form_and_nowhere_else() -> None:
    _, script = probe(error("invalid_grant"))
    (request,) = script.requests
    assert (request.method, str(request.url)) == ("POST", f"{URL}/oauth2/token")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not request.headers.keys() & {"authorization", "cookie"}
    form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
    code, verifier = form.pop("code"), form.pop("code_verifier")
    assert form == {
        "grant_type": "authorization_code",
        "redirect_uri": REDIRECT_URI,
        "client_id": CREDENTIALS.client_id.reveal(),
        "client_secret": CREDENTIALS.client_secret.reveal(),
    }
    assert 43 <= len(verifier) <= 128
    assert code
    assert probe(error("x"))[1].requests[0].content != request.content, "both are made up anew"


def test_the_same_credentials_are_asked_once_and_others_anew() -> None:
    script = Script([error("invalid_client"), error("invalid_grant")])
    asks = CredentialProbe(URL, NetworkTime(), httpx.MockTransport(script))
    others = Credentials(CREDENTIALS.client_id, Secret("another"))
    results = [asks(each) for each in (CREDENTIALS, CREDENTIALS.replace(), others, others)]
    assert results == [ProbeResult.REJECTED] * 2 + [ProbeResult.NOT_REJECTED] * 2
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")]
)
def test_a_broken_connection_is_tried_once_more(fault: Exception) -> None:
    assert probe(fault, error("invalid_client"))[0] is ProbeResult.REJECTED
    result, script = probe(fault)
    assert result is UNCLEAR
    assert len(script.requests) == 2


def test_a_server_that_hangs_is_asked_once_only() -> None:
    clock = Clock()
    asked: list[httpx.Request] = []

    def hang(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        assert request.extensions["timeout"]["read"] <= LIMIT
        clock.now += LIMIT
        raise httpx.ReadTimeout("x")

    time = NetworkTime(150, clock, clock.sleep)
    assert CredentialProbe(URL, time, httpx.MockTransport(hang))(CREDENTIALS) is UNCLEAR
    assert len(asked) == 1
    assert time.left == 140


def test_without_time_left_or_usable_settings_nothing_is_sent_and_that_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result, script = probe(error("invalid_client"), seconds=0)
    assert (result, script.requests) == (UNCLEAR, [])
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    assert CredentialProbe(URL, NetworkTime())(CREDENTIALS) is UNCLEAR


@given(st.integers(200, 599), st.binary(max_size=50))
def test_no_answer_makes_it_raise(status: int, body: bytes) -> None:
    assert isinstance(probe(httpx.Response(status, content=body))[0], ProbeResult)
