"""``eh-connect doctor`` on machines as users have them: all that is wrong is told, nothing is left."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from eh_connect.checks import ORDER
from tests.support import leaks
from tests.support.command import CHECKOUT, Run
from tests.support.doctor import examine, examine_alone, judged
from tests.support.leaks import CLIENT_SECRET, READ_ONLY_KEY
from tests.support.needs import needs
from tests.support.screen import at_terminal
from tests.support.secret_service import MISSING, secret_service

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.command import Tool
    from tests.support.doctor import Examined

BEYOND = ("stackone", "api_key", "may_write", "clock", "employment_hero_oauth", "employment_hero_app")
posix = pytest.mark.skipif(os.name == "nt", reason="modes and limits of POSIX")


def backend(kind: str) -> str:
    return f"tests.support.keyrings.{kind}Keyring"


def nothing_but(found: Examined, name: str, code: int) -> None:
    """Only this failed; all that does not depend on it was looked at all the same."""
    assert (found.fails, found.run.code) == ([name], code)
    assert [found.result(each) for each in BEYOND] == ["pass"] * len(BEYOND)


def test_a_sound_machine_passes_and_is_left_as_it_was(tool: Tool) -> None:
    found = examine_alone(tool)
    assert (found.run.code, found.fails) == (0, [])
    passed = {name for name in ORDER if found.result(name) == "pass"}
    assert passed >= {"keyring", "folder", "trust_store", "proxy", *BEYOND}
    assert (found.run.answer["command"], found.run.answer["warnings"]) == ("doctor", [])
    assert (tool.state.exists(), tool.stage.profiles) == (False, [])


def test_after_a_setup_it_passes_too(tool: Tool) -> None:
    tool.setup_here()
    found = examine(tool)
    assert (found.fails, found.detail("folder")) == ([], f"{tool.state}.")


def test_a_person_reads_a_line_for_each_check(tool: Tool) -> None:
    run = tool.run("doctor", EH_CONNECT_KEYRING=backend("Locked"))
    told = [line for line in run.out.splitlines() if not line.startswith(" ")]
    assert [line.split()[1] for line in told] == list(ORDER)
    assert {line.split()[0] for line in told} <= {"pass", "warn", "FAIL", "skip"}
    assert told[0].startswith("FAIL  keyring")
    assert "→ " in run.out
    assert (run.code, "1 of 13 checks failed: keyring." in run.err) == (4, True)


def test_nothing_of_it_needs_a_value(tool: Tool) -> None:
    none = dict.fromkeys(("EH_CONNECT_CLIENT_ID", "EH_CONNECT_CLIENT_SECRET", "STACKONE_API_KEY"))
    found = examine(tool, **none)
    assert (found.run.code, found.result("api_key"), found.result("may_write")) == (0, "skip", "skip")
    assert "STACKONE_API_KEY" in found.remedy("api_key")
    assert "--api-key-file" in found.remedy("api_key")


def test_the_rehearsal_can_be_examined(tool: Tool) -> None:
    found = judged(tool.run("doctor", "--sandbox", "--json"))
    assert (found.fails, found.result("may_write")) == ([], "pass")
    assert tool.stage.log() == []


# Wrong usage


def test_a_key_on_the_command_line_is_refused(tool: Tool) -> None:
    run = tool.run("doctor", "--json", "--api-key", "v1.eu1.made-up")
    assert (run.error["code"], "made-up" in run.out + run.err, tool.stage.log()) == (2, False, [])


def test_bad_values_are_told_before_anything_is_looked_at(tool: Tool) -> None:
    run = tool.run("doctor", "--json", "--timeout", "soon", "--profile", "A B", STACKONE_API_KEY="a b")
    flags = {problem["flag"] for problem in run.error["invalid"]}
    assert (run.code, flags, tool.stage.log()) == (3, {"--timeout", "--profile", "--api-key-file"}, [])


# Keyring


def test_a_keyring_that_works_is_named_with_the_time_it_took(tool: Tool) -> None:
    detail = examine_alone(tool).detail("keyring")
    assert "tests.support.keyrings.FileKeyring, named by EH_CONNECT_KEYRING" in detail
    assert detail.rstrip(".").split()[-1] == "ms"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Locked", "is locked"),
        ("Losing", "loses them"),
        ("LeakyError", "failed"),
        ("MissingModule", "No module named"),
        ("Full", "the store is full"),
        ("Hanging", "does not answer"),
    ],
)
def test_a_keyring_that_does_not_work_is_told_and_all_else_too(tool: Tool, kind: str, said: str) -> None:
    found = examine_alone(tool, EH_CONNECT_KEYRING=backend(kind))
    nothing_but(found, "keyring", 4)
    assert said in found.detail("keyring")
    assert "EH_CONNECT_KEYRING" in found.remedy("keyring")
    assert found.run.error["type"] == "storage"


def test_a_keyring_that_does_not_delete_is_told(tool: Tool) -> None:
    found = judged(tool.run("doctor", "--json", EH_CONNECT_KEYRING=backend("Sticky")))
    nothing_but(found, "keyring", 4)


def test_an_entry_that_something_else_changed_is_told(tool: Tool) -> None:
    tool.keyring.write_text(json.dumps({"eh-connect:default": {"current": f"not ours {CLIENT_SECRET}"}}))
    found = examine_alone(tool)
    nothing_but(found, "keyring", 4)
    assert "'current'" in found.detail("keyring")


@pytest.mark.parametrize("name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
def test_a_backend_that_is_not_the_systems_own_is_not_allowed_unasked(tool: Tool, name: str) -> None:
    found = examine_alone(tool, EH_CONNECT_KEYRING=None, PYTHON_KEYRING_BACKEND=name)
    nothing_but(found, "keyring", 4)
    assert name in found.detail("keyring")
    nothing_but(examine_alone(tool, EH_CONNECT_KEYRING=name), "keyring", 4)


@needs("gnome-keyring and D-Bus", not MISSING)
def test_the_real_secret_service_passes(tool: Tool, tmp_path: Path) -> None:
    with secret_service(tmp_path / "session") as session:
        found = examine_alone(tool, **of_session(tool, session))
    assert (found.fails, "the system's own" in found.detail("keyring")) == ([], True)


@needs("gnome-keyring and D-Bus", not MISSING)
@pytest.mark.parametrize("kind", ["locked", "missing", "hanging"])
def test_a_real_secret_service_that_does_not_work_is_told(tool: Tool, tmp_path: Path, kind: str) -> None:
    home = tmp_path / "session"
    if kind == "locked":
        session = secret_service(home, "locked")
    else:
        session = secret_service(home, "missing" if kind == "missing" else "hanging")
    with session as environ:
        found = examine_alone(tool, **of_session(tool, environ))
    nothing_but(found, "keyring", 4)


def of_session(tool: Tool, session: dict[str, str]) -> dict[str, str | None]:
    return {**session, "PYTHONPATH": tool.environ["PYTHONPATH"], "EH_CONNECT_KEYRING": None}


# Folder


@posix
@pytest.mark.parametrize(("path", "mode"), [(".", 0o755), (".", 0o770), ("profile-default.json", 0o644)])
def test_what_is_open_to_others_is_warned_of_with_the_command_that_closes_it(
    tool: Tool, path: str, mode: int
) -> None:
    tool.setup_here()
    (tool.state / path).chmod(mode)
    found = examine(tool)
    assert (found.fails, found.run.code, found.result("folder")) == ([], 0, "warn")
    assert f"{mode:o}" in found.detail("folder")
    assert tool.setup_here().succeeded["action"] == "unchanged"
    (tool.state / path).chmod(mode)
    subprocess.run(shlex.split(found.remedy("folder")), check=True)
    assert examine(tool).result("folder") == "pass"


@posix
def test_an_open_folder_with_other_files_fails_as_it_does_in_setup(tool: Tool) -> None:
    tool.state.mkdir(mode=0o755)
    (tool.state / "letter.txt").write_text("not ours")
    found = examine(tool)
    nothing_but(found, "folder", 4)
    assert "holds other files" in found.detail("folder")
    assert tool.setup_here().error["code"] == 4


@posix
@pytest.mark.parametrize(
    "path", ["/proc/eh-connect", "/proc/self/fdinfo", "/dev/null", "/dev/null/eh-connect"]
)
def test_a_folder_that_takes_nothing_is_told(tool: Tool, path: str) -> None:
    found = examine(tool, EH_CONNECT_HOME=path)
    nothing_but(found, "folder", 4)
    assert path in found.detail("folder")
    assert found.run.error["type"] == "storage"


@posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told(tool: Tool) -> None:
    tool.state.mkdir(mode=0o500)
    nothing_but(examine(tool), "folder", 4)
    nothing_but(examine(tool, EH_CONNECT_HOME=str(tool.state / "below")), "folder", 4)


@posix
@pytest.mark.parametrize("is_there", [True, False])
def test_a_full_disk_is_told(tool: Tool, is_there: bool) -> None:
    if is_there:
        tool.state.mkdir(mode=0o700)
    before = sorted(tool.folder.rglob("*"))
    # The limit hits every file, the keyring's too; without the recorder, which has one of its own.
    environ = tool.environ | {"PYTHONPATH": str(CHECKOUT), "EH_CONNECT_KEYRING": backend("Locked")}
    shell = ["bash", "-c", f"ulimit -f 0; exec {sys.executable} -m eh_connect doctor --json"]
    done = subprocess.run(
        shell,
        env=environ,
        cwd=tool.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    leaks.add("standard output", done.stdout)
    found = judged(Run(done.returncode, done.stdout, done.stderr))
    assert (found.fails, found.run.code) == (["keyring", "folder"], 4)
    assert "File too large" in found.detail("folder")
    assert sorted(tool.folder.rglob("*")) == before


def test_a_folder_that_is_not_there_yet_is_fine_and_is_not_made(tool: Tool) -> None:
    found = examine(tool, EH_CONNECT_HOME=str(tool.folder / "some" / "where" / "deep"))
    assert (found.fails, "can be made" in found.detail("folder")) == ([], True)


def test_a_home_that_nobody_has_is_told(tool: Tool) -> None:
    nothing_but(examine(tool, EH_CONNECT_HOME="~no-such-user/eh"), "folder", 4)


def test_a_state_that_can_not_be_read_is_told(tool: Tool) -> None:
    tool.setup_here()
    (tool.state / "profile-default.json").write_text("{")
    found = examine(tool)
    nothing_but(found, "folder", 4)
    assert "--profile-id" in found.remedy("folder")
    assert examine(tool, "--profile", "other").fails == []


# Terminal, browser, clipboard


def test_unattended_is_no_failure(tool: Tool) -> None:
    assert examine_alone(tool).result("terminal") == "skip"


@posix
def test_a_terminal_is_described_and_a_hanging_keyring_is_not_waited_for_there(tool: Tool) -> None:
    changed = tool.environ | {"EH_CONNECT_KEYRING": backend("Hanging"), "PYTHONIOENCODING": "utf-8"}
    with at_terminal("doctor", environment=changed, columns=100, cwd=tool.folder) as person:
        person.sees("FAIL  keyring")
        person.sees("does not answer")
        person.sees("pass  terminal")
        person.sees("100 columns")
        assert person.leaves() == 4


@posix
def test_over_ssh_the_terminal_copies_and_the_browser_is_elsewhere(tool: Tool) -> None:
    found = examine(tool, SSH_CONNECTION="192.0.2.1 1 192.0.2.2 22")
    assert (found.result("browser"), found.result("clipboard"), found.run.code) == ("warn", "pass", 0)
    assert "SSH" in found.detail("browser")


@posix
def test_without_a_display_browser_and_clipboard_are_warned_of(tool: Tool) -> None:
    found = examine_alone(tool, DISPLAY=None, WAYLAND_DISPLAY=None)
    assert (found.result("browser"), found.result("clipboard"), found.run.code) == ("warn", "warn", 0)
    assert "install" in found.remedy("clipboard")


# Certificates and proxies

PASSWORD = CLIENT_SECRET
"""A proxy's, for once: it is looked for in everything that is produced."""


def test_without_proxies_it_says_so(tool: Tool) -> None:
    assert examine(tool).detail("proxy") == "No proxy is set."


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"http://user:{PASSWORD}@proxy.test:3128", "http://proxy.test:3128 with credentials"),
        (f"http://{PASSWORD}@[::1]:3128/", "http://[::1]:3128 with credentials"),
        (f"user:{PASSWORD}@proxy.test:3128", "proxy.test:3128 with credentials"),
        ("http://proxy.test:3128", "http://proxy.test:3128"),
        (f"http://user:a@{PASSWORD}/b@proxy.test", "not shown"),
        (f"http://user:a@{PASSWORD}:1/b@proxy.test", "not shown"),
    ],
)
def test_a_proxy_is_shown_without_its_password(tool: Tool, url: str, shown: str) -> None:
    found = examine(tool, HTTPS_PROXY=url)
    assert (found.fails, shown in found.detail("proxy")) == ([], True)
    assert tool.run("doctor", HTTPS_PROXY=url).code == 0


@pytest.mark.parametrize(
    "url", [f"ftp://user:{PASSWORD}@proxy.test", f"http://user:{PASSWORD}@proxy.test:port"]
)
def test_a_proxy_setting_that_makes_no_sense_is_told(tool: Tool, url: str) -> None:
    found = examine(tool, HTTPS_PROXY=url)
    nothing_but(found, "proxy", 7)
    assert "HTTPS_PROXY" in found.remedy("proxy")


def test_a_proxy_that_does_not_answer_is_told_where_it_is_used(tool: Tool) -> None:
    found = examine(tool, "--stackone-url", "https://stackone.test", HTTPS_PROXY="http://127.0.0.1:9")
    assert (found.fails, found.run.code) == (["stackone"], 7)
    assert "proxy" in found.remedy("stackone")


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_certificates_that_can_not_be_read_are_told(tool: Tool, content: str | None) -> None:
    file = tool.folder / "ca.pem"
    if content is not None:
        file.write_text(content)
    found = examine(tool, SSL_CERT_FILE=str(file))
    nothing_but(found, "trust_store", 7)
    assert "SSL_CERT_FILE" in found.detail("trust_store")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_folder_without_certificates_is_told(tool: Tool, is_there: bool) -> None:
    folder = tool.folder / "certificates"
    if is_there:
        folder.mkdir()
    found = examine(tool, SSL_CERT_DIR=str(folder))
    nothing_but(found, "trust_store", 7)


def test_whose_certificates_are_trusted_is_told(tool: Tool) -> None:
    assert examine_alone(tool).detail("trust_store") == "The system's own."
    folder = tool.folder / "certificates"
    folder.mkdir()
    (folder / "12345678.0").touch()
    detail = examine(tool, SSL_CERT_DIR=str(folder)).detail("trust_store")
    assert f"SSL_CERT_DIR ({folder})" in detail


# Several at once


@posix
def test_everything_that_is_wrong_is_told_at_once_and_the_first_gives_the_code(tool: Tool) -> None:
    tool.setup_here()
    tool.state.chmod(0o755)
    (tool.state / "letter.txt").write_text("not ours")
    wrong = {"SSL_CERT_FILE": "/no/such/file", "STACKONE_API_KEY": READ_ONLY_KEY, "HTTPS_PROXY": "ftp://x"}
    found = examine(tool, EH_CONNECT_KEYRING=backend("Locked"), **wrong)
    assert found.fails == ["keyring", "folder", "trust_store", "proxy", "may_write"]
    assert found.run.code == 4
    tool.state.chmod(0o700)
    found = examine(tool, **wrong)
    assert (found.fails, found.run.code) == (["trust_store", "proxy", "may_write"], 7)
    found = examine(tool, STACKONE_API_KEY=READ_ONLY_KEY)
    assert (found.fails, found.run.code, found.run.error["http_status"]) == (["may_write"], 5, 403)
