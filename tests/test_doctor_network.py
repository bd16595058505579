"""``eh-connect doctor`` and the servers: each fault has its check, and a key goes only where it belongs."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from eh_connect.judging import origin
from tests.support.doctor import examine, examine_alone, kept
from tests.support.leaks import API_KEY, READ_ONLY_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.command import Tool

LIST, ASK = "GET /connector_profiles", "POST /connector_profiles {}"
BUSY = {"Retry-After": "600"}
"""So that nothing is tried again."""


def faults(tool: Tool, kind: str, method: str = "GET", *, after: int = 0, **fault: Any) -> None:
    """Disturb StackOne from the given request of a kind on; those before are served as usual."""
    match = {"method": method, "path": "/connector_profiles"}
    served = {"kind": "delay", "match": match, "times": after}
    tool.stage.faults(served, {"kind": kind, "match": match, "times": None, **fault})


# StackOne


def test_the_key_is_accepted_and_asked_about_without_telling_anything(tool: Tool) -> None:
    found = examine(tool)
    assert tool.stage.requests() == [LIST, LIST, ASK]
    assert found.detail("api_key").endswith("Employment Hero profiles there: 0.")
    assert tool.stage.profiles == []


def test_a_wrong_key_is_told(tool: Tool) -> None:
    found = examine(tool, STACKONE_API_KEY="v1.eu1.made-up-and-wrong")
    assert (found.fails, found.run.code, found.run.error["type"]) == (["api_key"], 5, "stackone_auth")
    assert (found.run.error["http_status"], found.result("may_write")) == (401, "skip")
    assert "API Keys" in found.remedy("api_key")


def test_a_key_that_may_only_read_is_told(tool: Tool) -> None:
    found = examine(tool, STACKONE_API_KEY=READ_ONLY_KEY)
    assert (found.result("api_key"), found.fails, found.run.code) == ("pass", ["may_write"], 5)
    assert "read and write" in found.detail("may_write")


@pytest.mark.parametrize("status", ["404", "405", "501"])
def test_an_api_that_has_no_such_call_means_the_dashboard(tool: Tool, status: str) -> None:
    tool.stage.settings(writes=status)
    found = examine(tool)
    assert (found.fails, found.result("may_write")) == ([], "pass")
    assert "dashboard" in found.detail("may_write")


def test_a_server_that_takes_the_empty_request_is_told(tool: Tool) -> None:
    faults(tool, "body", "POST", body="{}")
    found = examine(tool)
    assert (found.fails, found.run.code) == (["may_write"], 7)
    assert "setup's --via dashboard" in found.remedy("may_write")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"kind": "status", "status": 403}, 5),
        ({"kind": "status", "status": 404}, 6),
        ({"kind": "status", "status": 503, "headers": BUSY}, 7),
        ({"kind": "redirect"}, 7),
        ({"kind": "html"}, 7),
        ({"kind": "status", "status": 403, "body": json.dumps({"message": f"no {API_KEY}"})}, 5),
    ],
)
def test_what_is_wrong_with_the_answer_to_the_key_is_told(
    tool: Tool, fault: dict[str, Any], code: int
) -> None:
    faults(tool, after=1, **fault)
    found = examine(tool)
    assert (found.fails, found.run.code) == (["api_key"], code)
    assert (found.result("stackone"), found.result("may_write")) == ("pass", "skip")


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 503}, {"kind": "redirect"}, {"kind": "drop"}], ids=str
)
def test_the_key_is_not_sent_where_the_first_answer_is_odd(tool: Tool, fault: dict[str, Any]) -> None:
    faults(tool, **fault)
    found = examine(tool)
    assert (found.fails, found.run.code, found.run.error["type"]) == (["stackone"], 7, "network")
    assert (found.result("api_key"), found.result("may_write")) == ("skip", "skip")
    assert tool.stage.requests() == [LIST]


def test_servers_that_do_not_listen_are_told(tool: Tool) -> None:
    nobody = {"EMPLOYMENT_HERO_OAUTH_URL": nobody_at(), "EMPLOYMENT_HERO_APP_URL": nobody_at()}
    found = examine(tool, "--stackone-url", nobody_at(), **nobody)
    assert found.fails == ["stackone"]
    assert found.result("employment_hero_oauth") == found.result("employment_hero_app") == "warn"
    assert "refuses the connection" in found.detail("employment_hero_app")
    assert (found.run.code, found.result("clock")) == (7, "skip")
    assert "refuses the connection" in found.detail("stackone")


def nobody_at() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("hanging", ["stackone", "employment_hero_oauth"])
def test_a_server_that_hangs_holds_up_neither_the_others_nor_the_end(tool: Tool, hanging: str) -> None:
    variables = {
        "stackone": "STACKONE_API_URL",
        "employment_hero_oauth": "EMPLOYMENT_HERO_OAUTH_URL",
        "employment_hero_app": "EMPLOYMENT_HERO_APP_URL",
    }
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        found = examine_alone(tool, "--timeout", "5", **{variables[hanging]: url})
    assert (found.result(hanging), found.run.code) == (("fail", 7) if hanging == "stackone" else ("warn", 0))
    assert "in time" in found.detail(hanging)
    assert all(found.result(name) == "pass" for name in variables if name != hanging)


@pytest.mark.skipif(os.name == "nt", reason="Windows delivers Ctrl-C to the whole console")
def test_ctrl_c_ends_it_while_a_server_hangs(tool: Tool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = tool.start("doctor", "--json", STACKONE_API_URL=url)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        run = tool.end(process)
        connection.close()
    assert (run.code, run.error["type"]) == (130, "stopped")


# Employment Hero


def test_a_problem_of_employment_hero_itself_is_a_warning(tool: Tool) -> None:
    tool.stage.faults({"kind": "status", "status": 500, "times": None}, employment_hero=True)
    found = examine(tool)
    assert (found.fails, found.run.code) == ([], 0)
    assert found.result("employment_hero_oauth") == found.result("employment_hero_app") == "warn"


def test_setup_works_where_employment_hero_is_not_reached(tool: Tool) -> None:
    nobody = {"EMPLOYMENT_HERO_OAUTH_URL": nobody_at(), "EMPLOYMENT_HERO_APP_URL": nobody_at()}
    assert examine(tool, **nobody).run.code == 0
    done = tool.setup_here(**nobody).succeeded
    assert (done["action"], len(done["warnings"])) == ("created", 1)


def test_employment_hero_is_sent_nothing_secret(tool: Tool) -> None:
    with recording() as server:
        urls = {"EMPLOYMENT_HERO_OAUTH_URL": server.url, "EMPLOYMENT_HERO_APP_URL": server.url}
        assert examine(tool, **urls).fails == []
    assert server.seen == [("GET", None)] * 2


# Clock


@pytest.mark.parametrize(
    ("minutes", "result", "said"),
    [
        (0, "pass", ""),
        (2, "warn", "behind"),
        (-2, "warn", "ahead"),
        (60, "fail", "behind"),
        (-60, "fail", "ahead"),
    ],
)
def test_a_clock_that_is_off_is_told(tool: Tool, minutes: int, result: str, said: str) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
    with recording(date=date) as server:
        found = examine(tool, "--stackone-url", server.url, STACKONE_API_KEY=None)
    assert (found.result("clock"), said in found.detail("clock")) == (result, True)
    assert (found.fails, found.run.code) == ((["clock"], 7) if result == "fail" else ([], 0))


def test_where_stackone_tells_no_time_another_server_does(tool: Tool) -> None:
    with recording(date="") as server:
        assert examine(tool, "--stackone-url", server.url, STACKONE_API_KEY=None).result("clock") == "pass"


# Side by side


def test_the_servers_are_asked_side_by_side(tool: Tool) -> None:
    """Each answers only once all three were asked: one after the other, none would."""
    all_are_asked = threading.Barrier(3, timeout=30)
    with recording(before=all_are_asked.wait) as server:
        urls = {"EMPLOYMENT_HERO_OAUTH_URL": server.url, "EMPLOYMENT_HERO_APP_URL": server.url}
        found = examine(tool, "--stackone-url", server.url, STACKONE_API_KEY=None, **urls)
    assert (found.fails, all_are_asked.broken) == ([], False)
    assert len(server.seen) == 3


# A kept key


def keep(tool: Tool, *origins: str) -> None:
    """As setup keeps it, at a terminal, after a yes."""
    entries = {"api-key": API_KEY} | ({"origins": json.dumps(origins)} if origins else {})
    tool.keyring.write_text(json.dumps({"eh-connect:default": entries}))


def its_origins(tool: Tool) -> tuple[str, str]:
    return origin(tool.environ["STACKONE_API_URL"]), origin(tool.environ["EMPLOYMENT_HERO_OAUTH_URL"])


def test_a_kept_key_is_used_where_none_is_given(tool: Tool) -> None:
    keep(tool, *its_origins(tool))
    found = examine(tool, STACKONE_API_KEY=None)
    assert (found.fails, found.result("may_write")) == ([], "pass")
    assert "that is kept" in found.detail("api_key")
    assert examine(tool, "--profile", "other", STACKONE_API_KEY=None).result("api_key") == "skip"


@pytest.mark.parametrize("bound", [True, False])
def test_a_kept_key_is_not_sent_to_another_host(tool: Tool, bound: bool) -> None:
    keep(tool, *(its_origins(tool) if bound else ()))
    with recording() as server:
        found = examine(tool, "--stackone-url", server.url, STACKONE_API_KEY=None)
    assert (found.run.code, found.result("api_key"), found.result("may_write")) == (0, "skip", "skip")
    assert "stored for other hosts" in found.detail("api_key")
    assert server.seen == [("GET", None)]
    assert kept(tool)["eh-connect:default"]["api-key"] == API_KEY


def test_a_kept_key_in_a_keyring_that_does_not_answer_is_none(tool: Tool) -> None:
    keep(tool, *its_origins(tool))
    found = examine(tool, STACKONE_API_KEY=None, EH_CONNECT_KEYRING="tests.support.keyrings.LockedKeyring")
    assert (found.fails, found.result("api_key")) == (["keyring"], "skip")


def test_a_key_from_a_file_or_from_standard_input_is_tried(tool: Tool) -> None:
    file = tool.keyring.with_name("key")
    file.write_text(API_KEY + "\n")
    assert examine(tool, "--api-key-file", str(file), STACKONE_API_KEY=None).result("may_write") == "pass"
    run = tool.run_fed(API_KEY.encode(), "doctor", "--json", "--api-key-file", "-", STACKONE_API_KEY=None)
    assert run.succeeded["checks"][8] | {"detail": ""} == {
        "id": "api_key",
        "result": "pass",
        "detail": "",
        "remedy": None,
    }


class Recording(ThreadingHTTPServer):
    """Answers 401 to everything; ``seen`` has the method and the credentials of each request."""

    daemon_threads = True

    def __init__(self, before: Callable[[], object], date: str) -> None:
        self.before = before
        self.date = date
        self.seen: list[tuple[str, str | None]] = []
        super().__init__(("127.0.0.1", 0), _Answering)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answering(BaseHTTPRequestHandler):
    server: Recording

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.headers.get("Authorization")))
        self.server.before()
        self.send_response_only(401)
        self.send_header("Date", self.server.date)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  # http.server's own names

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def recording(before: Callable[[], object] = int, date: str | None = None) -> Iterator[Recording]:
    """Serve for the length of a block; ``date`` is what the server takes the time to be."""
    with Recording(
        before, format_datetime(datetime.now(UTC), usegmt=True) if date is None else date
    ) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
