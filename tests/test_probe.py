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

URL = "https://oauth.employmenthero.test"


def probe(*steps: Step, seconds: float = 150) -> tuple[ProbeResult, Script]:
    script, clock = Script(list(steps)), Clock()
    time = NetworkTime(seconds, clock, clock.sleep)
    return CredentialProbe(URL, time, httpx.MockTransport(script))(CREDENTIALS), script


def error(name: object, status: int = 400) -> httpx.Response:
    return httpx.Response(status, json={"error": name})


@pytest.mark.parametrize("status", [400, 401])
def test_invalid_client_rejects_and_invalid_grant_does_not(status: int) -> None:
    assert probe(error("invalid_client", status))[0] is ProbeResult.REJECTED
    assert probe(error("invalid_grant", status))[0] is ProbeResult.NOT_REJECTED


@pytest.mark.parametrize(
    "answer",
    [
        *(
            error(name)
            for name in ("unauthorized_client", "invalid_request", "", None, 7, ["invalid_client"])
        ),
        *(error("invalid_client", status) for status in (200, 201, 302, 403, 404, 422, 429, 500, 503)),
        httpx.Response(400, text="<html>invalid_client</html>"),
        httpx.Response(401),
        httpx.Response(400, json=["invalid_client"]),
        httpx.Response(400, json="invalid_grant"),
        httpx.Response(400, content=b"[" * 100_000),
        httpx.Response(400, content=b"\xff"),
        httpx.Response(400, content=b"1" * 5_000),
        httpx.Response(307, headers={"Location": "https://elsewhere.test"}),
        httpx.Response(200, json={"access_token": "x"}),
    ],
)
def test_anything_else_could_not_tell_and_is_not_repeated(answer: httpx.Response) -> None:
    result, script = probe(answer)
    assert result is ProbeResult.COULD_NOT_TELL
    assert len(script.requests) == 1


def test_the_credentials_go_in_a_form_and_nowhere_else() -> None:
    _, script = probe(error("invalid_grant"))
    (request,) = script.requests
    assert (request.method, str(request.url)) == ("POST", f"{URL}/oauth2/token")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert "Authorization" not in request.headers
    assert "Cookie" not in request.headers
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


def test_the_same_credentials_are_asked_once_and_others_anew() -> None:
    script = Script([error("invalid_client"), error("invalid_grant")])
    asks = CredentialProbe(URL, NetworkTime(), httpx.MockTransport(script))
    others = Credentials(CREDENTIALS.client_id, Secret("another"))
    results = [asks(each) for each in (CREDENTIALS, Credentials(*vars(CREDENTIALS).values()), others, others)]
    assert results == [ProbeResult.REJECTED] * 2 + [ProbeResult.NOT_REJECTED] * 2
    assert len(script.requests) == 2


def test_code_and_verifier_are_made_up_anew_each_time() -> None:
    assert probe(error("x"))[1].requests[0].content != probe(error("x"))[1].requests[0].content


@pytest.mark.parametrize(
    "fault", [httpx.ConnectError("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")]
)
def test_a_broken_connection_is_tried_once_more(fault: Exception) -> None:
    assert probe(fault, error("invalid_client"))[0] is ProbeResult.REJECTED
    result, script = probe(fault)
    assert result is ProbeResult.COULD_NOT_TELL
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
    assert CredentialProbe(URL, time, httpx.MockTransport(hang))(CREDENTIALS) is ProbeResult.COULD_NOT_TELL
    assert len(asked) == 1
    assert time.left == 140


def test_without_time_left_it_could_not_tell_and_sends_nothing() -> None:
    result, script = probe(error("invalid_client"), seconds=0)
    assert result is ProbeResult.COULD_NOT_TELL
    assert script.requests == []


def test_settings_that_can_not_be_used_are_no_error_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    assert CredentialProbe(URL, NetworkTime())(CREDENTIALS) is ProbeResult.COULD_NOT_TELL


@given(st.integers(200, 599), st.binary(max_size=50))
def test_no_answer_makes_it_raise(status: int, body: bytes) -> None:
    assert isinstance(probe(httpx.Response(status, content=body))[0], ProbeResult)
