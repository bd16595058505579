"""Browser and clipboard: real programs of the system, replaced by small ones on a PATH of the test's own."""

from __future__ import annotations

import os
import pty
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eh_connect.person import programs
from eh_connect.person.desktop import Desktop
from eh_connect.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = Secret("a-client-secret-of-43-characters-0123456789")
URL = "https://app.stackone.com/connector_profiles"
PATIENCE = 20.0

WRITES_AND_READS = 'case "$*" in *-out*|*--output*|*--no-newline*) cat "{kept}";; *) cat >"{kept}";; esac'
FAILS = "echo noise; echo noise >&2; exit 3"
HANGS = "exec sleep 300"
NOISY = "echo noise; echo noise >&2; " + WRITES_AND_READS
DEAF = "exec <&-; sleep 0.1; exit 1"
FLOODS = 'case "$*" in *-out*) exec yes;; *) cat >"{kept}";; esac'
WRONG_BYTES = r"""case "$*" in *-out*) printf 'a\377\376b';; *) cat >"{kept}";; esac"""


class Surroundings:
    """Programs on a PATH, and what they leave behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.kept = folder / "kept"
        self.environ = {"PATH": f"{folder}:/usr/bin:/bin", "DISPLAY": ":0"}
        self.has(xclip="exit 1", xsel="exit 1", **{"xdg-open": "exit 3", "gio": "exit 3"})

    def has(self, **programs: str) -> Surroundings:
        for name, body in programs.items():
            path = self.folder / name
            path.write_text("#!/bin/sh\n" + body.replace("{kept}", str(self.kept)) + "\n")
            path.chmod(0o755)
        return self

    def holds(self, text: str) -> bool:
        return self.kept.exists() and self.kept.read_text() == text

    def desktop(self, **environ: str) -> Desktop:
        return Desktop(self.environ | environ)


@pytest.fixture
def here(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path)


def comes(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("body", "came"),
    [
        (WRITES_AND_READS, "copied"),
        (NOISY, "copied"),
        (WRITES_AND_READS + "; (sleep 5) &", "copied"),  # as xclip does, which stays behind
        (FAILS, None),
        (HANGS, None),
        (DEAF, None),
        ("exit 1", None),
    ],
)
def test_copied_is_said_only_where_a_program_took_it(
    here: Surroundings, capfd: pytest.CaptureFixture[str], body: str, came: str | None
) -> None:
    desktop = here.has(xclip=body).desktop()
    assert desktop.copy("a value") == came
    assert here.holds("a value") is (came is not None)
    assert capfd.readouterr() == ("", "")


def test_a_program_that_can_not_be_run_is_none(here: Surroundings) -> None:
    (here.folder / "xclip").write_bytes(b"\x7fELF no program")
    assert here.desktop().copy("a value") is None


@pytest.mark.parametrize(
    ("tool", "environ"),
    [("wl-copy", {"WAYLAND_DISPLAY": "w"}), ("xsel", {}), ("pbcopy", {}), ("clip.exe", {})],
)
def test_each_system_has_its_own_program(here: Surroundings, tool: str, environ: dict[str, str]) -> None:
    desktop = here.has(**{tool: WRITES_AND_READS}).desktop(**environ)
    assert desktop.copy("Zoë's") == "copied"
    encoding = "utf-16-le" if tool == "clip.exe" else "utf-8"
    assert here.kept.read_bytes() == "Zoë's".encode(encoding)


@pytest.mark.parametrize("gone", ["DISPLAY", "PATH"])
def test_nothing_is_offered_where_no_clipboard_is_known(here: Surroundings, gone: str) -> None:
    here.has(xclip=WRITES_AND_READS)
    environ = {name: value for name, value in here.environ.items() if name != gone}
    desktop = Desktop(environ if gone == "DISPLAY" else environ | {"PATH": "/nowhere"})
    assert not desktop.can_copy
    assert desktop.copy("a value") is None
    assert desktop.lend(SECRET, 45) is None


def test_a_secret_is_lent_and_taken_back(here: Surroundings) -> None:
    loan = here.has(xclip=WRITES_AND_READS).desktop().lend(SECRET, 600)
    assert loan is not None
    assert here.holds(SECRET.reveal())
    assert 590 < loan.seconds_left() <= 600
    loan.take_back()
    assert here.holds("")
    assert not loan.seconds_left()


def test_a_loan_ends_by_itself(here: Surroundings) -> None:
    assert here.has(xclip=WRITES_AND_READS).desktop().lend(SECRET, 0.01) is not None
    comes(lambda: here.holds(""))


def test_what_was_copied_since_stays(here: Surroundings) -> None:
    loan = here.has(xclip=WRITES_AND_READS).desktop().lend(SECRET, 600)
    assert loan is not None
    here.kept.write_text("something newer")
    loan.take_back()
    assert here.holds("something newer")


@pytest.mark.parametrize("reading", [WRONG_BYTES, FLOODS, WRITES_AND_READS.replace('cat "{kept}"', FAILS)])
def test_a_clipboard_that_can_not_be_read_is_not_ours(here: Surroundings, reading: str) -> None:
    loan = here.has(xclip=reading).desktop().lend(SECRET, 600)
    assert loan is not None
    loan.take_back()
    assert here.holds(SECRET.reveal())


def test_programs_get_no_secret_but_on_standard_input_and_nothing_of_ours(here: Surroundings) -> None:
    seen = here.folder / "seen"
    watching = f'(env; echo "$@"; ls -l /proc/$$/fd; ps -o sid= -p $$) >"{seen}"; cat >/dev/null'
    variables = {"EH_CONNECT_CLIENT_SECRET": SECRET.reveal(), "STACKONE_API_KEY": SECRET.reveal()}
    assert here.has(xclip=watching).desktop(**variables).lend(SECRET, 600)
    text = seen.read_text()
    assert SECRET.reveal() not in text
    ours = {str(Path(f"/proc/self/fd/{number}").resolve()) for number in (1, 2)} - {"/dev/null"}
    assert not any(name in text for name in ours)
    assert int(text.split()[-1]) != os.getsid(0)


@pytest.mark.parametrize(
    ("browser", "asked"),
    [
        ("good", True),
        ("stays", True),
        ("false", False),
        ("nowhere", False),
        (" ", False),
        ('x "', False),
        ("fails:good", True),
        ('nowhere:x ":good %s &', True),
        ("reads", True),
    ],
)
def test_the_browser_is_asked_and_never_waited_for(
    here: Surroundings, capfd: pytest.CaptureFixture[str], browser: str, asked: bool
) -> None:
    here.has(
        good='echo noise; printf %s "$*" >"{kept}"',
        stays='printf %s "$*" >"{kept}"; echo noise >&2; exec sleep 20',
        reads='cat; printf %s "$*" >"{kept}"',
        fails=FAILS,
    )
    assert here.desktop(BROWSER=browser).open(URL) is asked
    assert here.holds(URL) is asked
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("opener", "environ", "asked"),
    [
        ("xdg-open", {}, True),
        ("gio", {}, True),
        ("wslview", {"WSL_DISTRO_NAME": "Ubuntu", "DISPLAY": ""}, True),
        ("xdg-open", {"DISPLAY": ""}, False),
        ("xdg-open", {"SSH_CONNECTION": "1 2 3 4"}, False),
    ],
)
def test_the_system_is_asked_where_it_has_a_screen_for_it(
    here: Surroundings, opener: str, environ: dict[str, str], asked: bool
) -> None:
    desktop = here.has(**{opener: 'echo "$*" >"{kept}"'}).desktop(**environ)
    assert desktop.open(URL) is asked
    assert here.kept.exists() is asked
    assert (desktop.finds_no_browser() is None) is asked


def test_an_option_is_no_address(here: Surroundings) -> None:
    assert not here.has(good="exit 0").desktop(BROWSER="good").open("--version")


OSC_52 = """
import os
from eh_connect.person.desktop import Desktop
from eh_connect.secret import Secret
desktop = Desktop(os.environ)
assert desktop.can_copy and not desktop.can_lend
assert desktop.copy("https://example.test/callback") == "sent"
assert desktop.copy("x" * 100_000) is None
assert desktop.lend(Secret("a-secret"), 45) is None
"""


@pytest.mark.parametrize("screen", [False, True])
def test_a_terminal_far_away_is_sent_what_is_no_secret(screen: bool) -> None:
    environ = os.environ | {"SSH_TTY": "/dev/pts/9", "TERM": "xterm", "STY": "1.x" if screen else ""}
    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover  # another process
        os.execve(sys.executable, [sys.executable, "-c", OSC_52], environ)  # noqa: S606  # as is meant
    written = b""
    try:
        while part := os.read(terminal, 4096):
            written += part
    except OSError:  # it has ended
        pass
    os.close(terminal)
    assert os.waitpid(child, 0)[1] == 0, written
    sequence = b"\x1b]52;c;aHR0cHM6Ly9leGFtcGxlLnRlc3QvY2FsbGJhY2s=\a"
    assert written == (b"\x1bP" + sequence + b"\x1b\\" if screen else sequence)


def test_where_the_folder_and_the_home_are_gone_programs_are_started(
    here: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert here.has(xclip=WRITES_AND_READS).desktop().copy("a value") == "copied"


def test_a_name_with_a_nul_is_no_program() -> None:
    assert programs.run(("a\0b",), {}) is None
