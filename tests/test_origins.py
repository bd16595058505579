"""What is kept goes only to the hosts that it was kept for."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from eh_connect.errors import InputError, StorageError
from eh_connect.flows.keeping import Keeping
from tests.support.fakes import ORIGINS, A, B, Fault, Keyring, Killed, States, Tape, World
from tests.support.whole_tool import setup

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Stage

STACKONE, OAUTH = ORIGINS
ELSEWHERE = [
    ("https://elsewhere.test:443", OAUTH),
    (STACKONE, "https://elsewhere.test:443"),
    ("https://api.stackone.com:8443", OAUTH),
    ("http://api.stackone.com:443", OAUTH),
    (OAUTH, STACKONE),
]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("entry", ["current", "next", "previous", "api-key"])
@pytest.mark.parametrize("recorded", [True, False])
def test_one_kept_secret_is_enough_to_refuse_other_hosts(
    elsewhere: tuple[str, str], entry: str, recorded: bool
) -> None:
    keyring = Keyring(Tape())
    keyring.origins = ORIGINS if recorded else ()
    if entry == "api-key":
        keyring.api_key = A.client_secret
    else:
        keyring.pairs[entry] = A
    keeping = Keeping("default", keyring, States(Tape()), writes=True, now=str)
    keeping.load()
    keeping.check_origins(ORIGINS, ORIGINS)
    with pytest.raises(InputError, match="other hosts") as caught:
        keeping.check_origins(elsewhere, ORIGINS)
    assert caught.value.code == 3
    assert STACKONE in (caught.value.detail or "")


def test_an_api_key_is_bound_to_its_hosts_before_it_is_kept() -> None:
    keyring = Keyring(Tape(faults=[Fault("write_api_key", Killed())]))
    keeping = Keeping("default", keyring, States(Tape()), writes=True, now=str)
    keeping.load()
    with pytest.raises(Killed):
        keeping.keep_api_key(A.client_secret, ELSEWHERE[0])
    assert (keyring.origins, keyring.api_key) == (ELSEWHERE[0], None)


def test_where_nothing_is_kept_any_host_will_do() -> None:
    keeping = Keeping("default", Keyring(Tape()), States(Tape()), writes=True, now=str)
    keeping.load()
    assert keeping.api_key() is None
    keeping.check_origins(ELSEWHERE[0], ORIGINS)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("mode", ["", "store", "dry_run"])
def test_a_run_with_other_hosts_sends_and_writes_nothing(elsewhere: tuple[str, str], mode: str) -> None:
    world = World()
    world.run(A)
    kept, state = dict(world.keyring.pairs), world.state
    for given in (None, A, B):
        world.start_again()
        with pytest.raises(InputError):
            world.run(given, origins=elsewhere, store=mode != "store", dry_run=mode == "dry_run")
        assert (world.tape.requests, "probe" in world.tape.calls) == ([], False)
        assert (world.keyring.pairs, world.keyring.origins, world.state) == (kept, ORIGINS, state)


def test_a_staged_pair_is_bound_before_it_is_sent() -> None:
    world = World()
    world.start_again(Fault("create", Killed()))
    with pytest.raises(Killed):
        world.run(A, origins=ELSEWHERE[0])
    assert world.keyring.origins == ELSEWHERE[0]
    with pytest.raises(InputError):
        world.run()
    world.start_again()
    assert world.run(origins=ELSEWHERE[0]).action == "created"


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_keyring_that_can_be_read_in_part_counts_as_empty(at: int) -> None:
    keyring = Keyring(Tape(faults=[Fault("read_pair", StorageError("locked"), at=at)]))
    keyring.pairs = {"current": A, "next": B, "previous": A}
    keyring.origins = ELSEWHERE[0]
    keeping = Keeping("default", keyring, States(Tape()), writes=False, now=str)
    keeping.load()
    assert keeping.unreadable is not None
    assert (keeping.pair, keeping.current, keeping.next, keeping.previous) == (None, None, None, None)
    assert keeping.api_key() is None


def test_pairs_whose_hosts_can_not_be_read_are_not_used() -> None:
    keyring = Keyring(Tape(faults=[Fault("read_origins", StorageError("locked"))]))
    keyring.pairs, keyring.origins = {"current": A}, ELSEWHERE[0]
    keeping = Keeping("default", keyring, States(Tape()), writes=False, now=str)
    keeping.load()
    assert (keeping.pair, keeping.unreadable is None) == (None, False)


# The whole tool


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """A server that answers 404 to everything; its URL, and what came."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            came.append(f"{self.command} {self.path}")
            self.send_error(404)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815  # http.server's names

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", came
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("variable", ["STACKONE_API_URL", "EMPLOYMENT_HERO_OAUTH_URL"])
@pytest.mark.parametrize("flags", [[], ["--no-store"], ["--dry-run"]])
def test_the_tool_sends_nothing_kept_to_another_host(
    stage: Stage, environ: dict[str, str], tmp_path: Path, variable: str, flags: list[str]
) -> None:
    code, first = setup(environ)
    assert (code, first["action"]) == (0, "created")
    kept, sent = (tmp_path / "keyring.json").read_text(), len(stage.log())
    key_only = {k: v for k, v in environ.items() if not k.startswith("EH_CONNECT_CLIENT_")}
    with listening() as (url, came):
        for with_pair in (key_only, environ):
            code, answer = setup({**with_pair, variable: url}, *flags)
            assert (code, answer["error"]["type"]) == (3, "input")
            assert url in answer["error"]["detail"]
    assert came == []
    assert len(stage.log()) == sent
    assert (tmp_path / "keyring.json").read_text() == kept
    assert setup(key_only)[1]["action"] == "unchanged"


def test_a_kept_api_key_alone_goes_to_no_other_host(environ: dict[str, str], tmp_path: Path) -> None:
    key = environ.pop("STACKONE_API_KEY")
    (tmp_path / "keyring.json").write_text(json.dumps({"eh-connect:default": {"api-key": key}}))
    with listening() as (url, came):
        code, answer = setup({**environ, "STACKONE_API_URL": url})
    assert (code, came) == (3, [])
    assert key not in json.dumps(answer)
