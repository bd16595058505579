"""Browser and clipboard: real programs of the system, replaced by small ones on a PATH of the test's own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eh_connect.lines import Sign
from eh_connect.person.desktop import Desktop, Loan
from eh_connect.secret import Secret
from tests.support.forked import wait_until
from tests.support.screen import at_terminal

SECRET = Secret("a-client-secret-of-43-characters-0123456789")
URL = "https://app.stackone.com/connector_profiles"

WRITES_AND_READS = 'case "$*" in *-out*|*--output*|*--no-newline*) cat "{kept}";; *) cat >"{kept}";; esac'
FAILS = "echo noise; echo noise >&2; exit 3"
HANGS = "exec sleep 300"
NOISY = "echo noise; echo noise >&2; " + WRITES_AND_READS
DEAF = "exec <&-; sleep 0.1; exit 1"
FLOODS = 'case "$*" in *-out*) exec yes;; *) cat >"{kept}";; esac'
WRONG_BYTES = r"""case "$*" in *-out*) printf 'a\377\376b';; *) cat >"{kept}";; esac"""
NO_PROGRAM = "\x7fELF no program"


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
            script = "#!/bin/sh\n" + body.replace("{kept}", str(self.kept)) + "\n"
            path.write_text(body if body == NO_PROGRAM else script)
            path.chmod(0o755)
        return self

    def holds(self, text: str) -> bool:
        return self.kept.exists() and self.kept.read_text() == text

    def desktop(self, **environ: str) -> Desktop:
        return Desktop(self.environ | environ)

    def copies(self, **environ: str) -> bool:
        return self.desktop(**environ).copy("Name", "Zoë's").sign is Sign.OK

    def opens(self, url: str, **environ: str) -> bool:
        return self.desktop(**environ).open(url).sign is Sign.OK

    def lends(self, body: str = WRITES_AND_READS, seconds: float = 600) -> Loan:
        loan = self.has(xclip=body).desktop().lend(SECRET, seconds)
        assert loan is not None
        return loan


@pytest.fixture
def here(tmp_path: Path) -> Surroundings:
    return Surroundings(tmp_path)


@pytest.mark.parametrize(
    ("body", "takes"),
    [
        (NOISY, True),
        (WRITES_AND_READS + "; (sleep 5) &", True),  # as xclip does, which stays behind
        (FAILS, False),
        (HANGS, False),
        (DEAF, False),
        (NO_PROGRAM, False),
    ],
)
def test_copied_is_said_only_where_a_program_took_it(
    here: Surroundings, capfd: pytest.CaptureFixture[str], body: str, takes: bool
) -> None:
    assert here.has(xclip=body).copies() is takes
    assert here.holds("Zoë's") is takes
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("tool", "environ"),
    [("wl-copy", {"WAYLAND_DISPLAY": "w"}), ("xsel", {}), ("pbcopy", {}), ("clip.exe", {})],
)
def test_each_system_has_its_own_program(here: Surroundings, tool: str, environ: dict[str, str]) -> None:
    assert here.has(**{tool: WRITES_AND_READS}).copies(**environ)
    encoding = "utf-16-le" if tool == "clip.exe" else "utf-8"
    assert here.kept.read_bytes() == "Zoë's".encode(encoding)


@pytest.mark.parametrize("gone", [{"DISPLAY": ""}, {"PATH": "/nowhere"}])
def test_nothing_is_offered_where_no_clipboard_is_known(here: Surroundings, gone: dict[str, str]) -> None:
    desktop = here.has(xclip=WRITES_AND_READS).desktop(**gone)
    assert not desktop.can_copy
    assert not here.copies(**gone)
    assert desktop.lend(SECRET, 45) is None


def test_a_secret_is_lent_and_taken_back(here: Surroundings) -> None:
    loan = here.lends()
    assert here.holds(SECRET.reveal())
    assert 590 < loan.seconds_left() <= 600
    loan.take_back()
    assert here.holds("")
    assert not loan.seconds_left()


def test_a_loan_ends_by_itself(here: Surroundings) -> None:
    here.lends(seconds=0.01)
    wait_until(lambda: here.holds(""))


def test_what_was_copied_since_stays(here: Surroundings) -> None:
    loan = here.lends()
    here.kept.write_text("something newer")
    loan.take_back()
    assert here.holds("something newer")


@pytest.mark.parametrize("reading", [WRONG_BYTES, FLOODS, WRITES_AND_READS.replace('cat "{kept}"', FAILS)])
def test_a_clipboard_that_can_not_be_read_is_not_ours(here: Surroundings, reading: str) -> None:
    here.lends(reading).take_back()
    assert here.holds(SECRET.reveal())


def test_programs_get_no_secret_but_on_standard_input_and_nothing_of_ours(here: Surroundings) -> None:
    seen = here.folder / "seen"
    watching = f'(env; echo "$@"; ls -l /proc/$$/fd; ps -o sid= -p $$) >"{seen}"; cat >/dev/null'
    here.environ |= {"EH_CONNECT_CLIENT_SECRET": SECRET.reveal(), "STACKONE_API_KEY": SECRET.reveal()}
    here.lends(watching)
    text = seen.read_text()
    assert SECRET.reveal() not in text
    ours = {str(Path(f"/proc/self/fd/{number}").resolve()) for number in (1, 2)} - {"/dev/null"}
    assert not any(name in text for name in ours)
    assert int(text.split()[-1]) != os.getsid(0)


@pytest.mark.parametrize(
    ("browser", "asked"),
    [
        ("stays", True),
        ("false", False),
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
    assert here.opens(URL, BROWSER=browser) is asked
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
    assert here.has(**{opener: 'echo "$*" >"{kept}"'}).opens(URL, **environ) is asked
    assert here.kept.exists() is asked
    assert (here.desktop(**environ).why_no_browser() is None) is asked


@pytest.mark.parametrize("url", ["--version", "https://example.test/\0"])
def test_no_address_is_opened_that_is_none(here: Surroundings, url: str) -> None:
    assert not here.has(good="exit 0").opens(url, BROWSER="good")


OSC_52 = """
import os
from eh_connect.person.desktop import Desktop
from eh_connect.secret import Secret
desktop = Desktop(os.environ)
assert desktop.can_copy and not desktop.can_lend
assert desktop.copy("URI", "https://example.test/callback").sign.name == "WARN"
assert desktop.copy("URI", "x" * 100_000).sign.name == "UNSURE"
assert desktop.lend(Secret("a-secret"), 45) is None
"""


@pytest.mark.parametrize("screen", [False, True])
def test_a_terminal_far_away_is_sent_what_is_no_secret(screen: bool) -> None:
    environment = {"SSH_TTY": "/dev/pts/9", "STY": "1.x" if screen else ""}
    with at_terminal(OSC_52, environment=environment, kind="code") as someone:
        assert someone.leaves() == 0, someone.raw
    sequence = b"\x1b]52;c;aHR0cHM6Ly9leGFtcGxlLnRlc3QvY2FsbGJhY2s=\a"
    assert someone.raw == (b"\x1bP" + sequence + b"\x1b\\" if screen else sequence)


def test_where_the_folder_and_the_home_are_gone_programs_are_started(
    here: Surroundings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert here.has(xclip=WRITES_AND_READS).copies()
