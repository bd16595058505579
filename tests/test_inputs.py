"""Every input: its flag, its variable, which of them counts, and what is wrong with a value."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from eh_connect.cli.setup_inputs import credentials, read
from eh_connect.flows.keeping import Keeping
from hypothesis import given
from hypothesis import strategies as st

from eh_connect import inputs as names
from eh_connect import judging
from eh_connect.errors import InputError
from eh_connect.inputs import LARGEST_SECRET_FILE, Input, Inputs
from tests.support.fakes import A, B, Keyring, States, Tape

if TYPE_CHECKING:
    from pathlib import Path

    from eh_connect.secret import Pair, Secret

ID = "client-id-0123456789-0123456789-0123456789-0"
SECRET = "client-secret-0123456789-0123456789-0123456"
KEY = "v1.eu.key-0123456789"
UUID = "0e6a1b2c-1111-4222-8333-444455556666"

TABLE = [
    # input, flag's text, what it comes to, variable's text, what that comes to, field of Given
    (names.PROFILE, "prod", "prod", "test-1", "test-1", "label"),
    (names.NAME, " Ours ", "Ours", "Théirs", "Théirs", "name"),
    (names.PROFILE_ID, f" {UUID}\n", UUID, "new", "new", "profile_id"),
    (names.ORG_ID, "12345", "12345", UUID.upper(), UUID, "org_id"),
    (names.APP_NAME, "One", "One", "Two", "Two", "app_name"),
    (names.SCOPES, "directory", "directory", "Employees,Teams", "Employees,Teams", "scopes"),
    (names.CLIENT_ID, f'"{ID}"', ID, f"{ID}x", f"{ID}x", "client_id"),
    (
        names.STACKONE_URL,
        "https://one.test/",
        "https://one.test",
        "http://[::1]:8",
        "http://[::1]:8",
        "stackone_url",
    ),
    (
        names.STACKONE_APP_URL,
        "https://one.test",
        "https://one.test",
        "https://b.test",
        "https://b.test",
        "app_url",
    ),
    (names.EMPLOYMENT_HERO_OAUTH_URL, None, None, "https://b.test", "https://b.test", "oauth_url"),
    (names.ACTIONS, ("a", "b", "a"), ("a", "b"), "c, d,", ("c", "d"), "actions"),
    (names.VIA, "api", "api", None, None, "via"),
    (names.IF_EXISTS, "skip", "skip", None, None, "if_exists"),
    (names.TIMEOUT, "2.5", 2.5, None, None, "timeout"),
]


def inputs(
    flags: dict[str, str | tuple[str, ...] | None] | None = None,
    environ: dict[str, str] | None = None,
    stdin: bytes | None = None,
) -> Inputs:
    return Inputs(flags or {}, environ or {}, None if stdin is None else io.BytesIO(stdin))


def keeping(
    current: Pair | None = None, staged: Pair | None = None, api_key: Secret | None = None
) -> Keeping:
    keyring = Keyring(Tape())
    kept = {"current": current, "next": staged}
    keyring.pairs = {entry: pair for entry, pair in kept.items() if pair}
    keyring.api_key = api_key
    made = Keeping("default", keyring, States(Tape()), writes=True, now=str)
    made.load()
    return made


def problems(given: Inputs) -> dict[str, str]:
    return {problem.input: problem.why for problem in (*given.missing, *given.invalid)}


# Precedence


@pytest.mark.parametrize(("wanted", "flag", "from_flag", "variable", "from_variable", "field"), TABLE)
def test_a_flag_counts_before_a_variable_and_an_empty_variable_is_not_given(
    wanted: Input,
    flag: str | tuple[str, ...] | None,
    from_flag: object,
    variable: str | None,
    from_variable: object,
    field: str,
) -> None:
    flags = {wanted.name: flag}
    environ = {wanted.variable: variable} if wanted.variable and variable else {}
    by_default = getattr(read(inputs()), field)
    if flag is not None:
        assert wanted.flag is not None
        assert getattr(read(inputs(flags, environ)), field) == from_flag
    if wanted.variable:
        assert getattr(read(inputs({}, environ)), field) == from_variable
        assert getattr(read(inputs({wanted.name: None}, {wanted.variable: ""})), field) == by_default
    for both_ways in (inputs(flags, environ), inputs({}, environ)):
        read(both_ways)
        assert problems(both_ways) == {}


def test_the_defaults_are_those_of_the_contract() -> None:
    given = read(inputs())
    assert (given.label, given.via, given.if_exists, given.timeout) == ("default", "auto", "ask", 150.0)
    assert (given.name, given.profile_id, given.actions) == (None, None, None)


def test_a_flag_that_is_empty_is_invalid_and_does_not_fall_back() -> None:
    for wanted in (names.PROFILE, names.NAME, names.PROFILE_ID, names.STACKONE_URL, names.ORG_ID, names.VIA):
        given = inputs({wanted.name: ""}, {wanted.variable or "": "12345"})
        read(given)
        assert list(problems(given)) == [wanted.name]
    for wanted in (names.CLIENT_SECRET, names.API_KEY):
        given = inputs({wanted.name: ""}, {wanted.variable or "": SECRET})
        assert given.secret(wanted) is None
        assert list(problems(given)) == [wanted.name]


def test_a_secret_comes_from_its_file_before_its_variable(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("from-the-file")
    environ = {"EH_CONNECT_CLIENT_SECRET": "from-the-variable"}
    secret = inputs({"client-secret": str(path)}, environ).secret(names.CLIENT_SECRET)
    assert secret is not None
    assert secret.reveal() == "from-the-file"
    path.unlink()
    given = inputs({"client-secret": str(path)}, {"EH_CONNECT_CLIENT_SECRET": "from-the-variable"})
    assert given.secret(names.CLIENT_SECRET) is None
    assert "No such file" in problems(given)["client-secret"]


def test_secrets_leave_the_environment_as_soon_as_inputs_are_read() -> None:
    environ = {"EH_CONNECT_CLIENT_SECRET": SECRET, "STACKONE_API_KEY": KEY, "EH_CONNECT_CLIENT_ID": ID}
    given = Inputs({}, environ, None)
    assert environ == {"EH_CONNECT_CLIENT_ID": ID}
    secret = given.secret(names.CLIENT_SECRET)
    assert secret is not None
    assert secret.reveal() == SECRET


def test_what_is_kept_fills_in_for_what_is_not_given() -> None:
    given = inputs({}, {"STACKONE_API_KEY": KEY})
    pair = credentials(given, read(given), keeping(A), lambda _: None).pair
    assert pair == A
    given = inputs({}, {"STACKONE_API_KEY": KEY})
    pair = credentials(given, read(given), keeping(A, B), lambda _: None).pair
    assert pair == B, "the one that is to be settled"
    given = inputs({"client-id": A.client_id.reveal()}, {"EH_CONNECT_CLIENT_SECRET": SECRET})
    found = credentials(given, read(given), keeping(A, api_key=B.client_id), lambda _: None)
    assert found.pair is not None
    assert (found.pair.client_id, found.pair.client_secret.reveal(), found.api_key) == (
        A.client_id,
        SECRET,
        B.client_id,
    )


def test_a_kept_secret_is_never_paired_with_another_client_id() -> None:
    given = inputs({"client-id": ID}, {"STACKONE_API_KEY": KEY})
    pair = credentials(given, read(given), keeping(A), lambda _: None).pair
    assert pair is None
    assert [problem.input for problem in given.missing] == ["client-secret"]


def test_a_value_that_is_no_unicode_is_invalid_whatever_is_kept() -> None:
    broken = os.fsdecode(b"abc\xff")
    given = inputs(
        {}, {"EH_CONNECT_CLIENT_ID": broken, "EH_CONNECT_CLIENT_SECRET": broken, "STACKONE_API_KEY": broken}
    )
    credentials(given, read(given), keeping(A), lambda _: None)
    assert {problem.input for problem in given.invalid} == {"client-id", "client-secret", "api-key"}


# All problems at once


def test_everything_that_is_missing_is_told_at_once_with_flag_and_variable() -> None:
    given = inputs()
    credentials(given, read(given), keeping(), lambda _: None)
    with pytest.raises(InputError) as caught:
        given.stop_on_problems()
    assert caught.value.code == 3
    assert [(p.input, p.flag, p.variable) for p in caught.value.missing] == [
        ("client-id", "--client-id", "EH_CONNECT_CLIENT_ID"),
        ("client-secret", "--client-secret-file", "EH_CONNECT_CLIENT_SECRET"),
        ("api-key", "--api-key-file", "STACKONE_API_KEY"),
    ]


def test_everything_that_is_wrong_is_told_at_once_and_no_value_is_shown() -> None:
    bad = {
        "profile": "Prod!",
        "name": "a\x1bb",
        "profile-id": "a b",
        "org-id": "none",
        "app-name": "",
        "scopes": "no such card",
        "client-id": "person@example.com",
        "stackone-url": "http://example.com",
        "stackone-app-url": "example.com",
        "via": "telephone",
        "if-exists": "maybe",
        "timeout": "soon",
        "client-secret": "no/such/file",
    }
    given = inputs(
        {**bad, "action": ("all", "a")},
        {
            "EMPLOYMENT_HERO_OAUTH_URL": "ftp://x",
            "EMPLOYMENT_HERO_APP_URL": "//x",
            "STACKONE_API_KEY": "two words",
        },
    )
    credentials(given, read(given), keeping(), lambda _: None)
    with pytest.raises(InputError) as caught:
        given.stop_on_problems()
    told = {problem.input: problem for problem in caught.value.invalid}
    assert set(told) == {
        *bad,
        "action",
        "api-key",
        "employment-hero-oauth-url",
        "employment-hero-app-url",
    }
    assert caught.value.missing == ()
    assert all(problem.why and (problem.flag or problem.variable) for problem in told.values())
    for value in ("person@example.com", "two words", "a\x1bb"):
        assert value not in repr(caught.value.invalid)


def test_no_problem_stops_nothing() -> None:
    inputs().stop_on_problems()


def test_an_unusual_value_is_warned_of_and_not_shown() -> None:
    warnings: list[str] = []
    given = inputs({"client-id": "short"}, {"EH_CONNECT_CLIENT_SECRET": SECRET, "STACKONE_API_KEY": KEY})
    pair = credentials(given, read(given), keeping(), warnings.append).pair
    assert pair is not None
    given.stop_on_problems()
    assert any(warning.startswith("client-id: ") for warning in warnings)
    assert "short" not in " ".join(warnings)


@pytest.mark.parametrize("values", [("",), (" ", ""), ("a\x1bb",), ("two words",), (os.fsdecode(b"\xff"),)])
def test_actions_that_are_no_ids_are_invalid(values: tuple[str, ...]) -> None:
    given = inputs({"action": values})
    assert given.texts(names.ACTIONS) is None
    assert list(problems(given)) == ["action"]


# Secret files


@pytest.mark.parametrize(
    "content",
    [
        SECRET.encode(),
        f"{SECRET}\n".encode(),
        f"{SECRET}\r\n".encode(),
        f"\n  {SECRET}\t\n\n".encode(),
        f"\ufeff{SECRET}\r\n".encode(),
        f"{SECRET}\r\n".encode("utf-16"),
        b"\xfe\xff" + f"{SECRET}\r\n".encode("utf-16-be"),
        f'"{SECRET}"\n'.encode(),
        f"'{SECRET}'".encode(),
        f"\u201c{SECRET}\u201d\n".encode(),
        f"\u200b{SECRET[:9]}\u2060{SECRET[9:]}\u00ad".encode(),
    ],
)
@pytest.mark.parametrize("way", ["file", "stdin"])
def test_a_secret_is_freed_of_what_editors_and_shells_add(tmp_path: Path, content: bytes, way: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    secret = inputs({"api-key": "-" if way == "stdin" else str(path)}, stdin=content).secret(names.API_KEY)
    assert secret is not None
    assert secret.reveal() == SECRET


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        ('""'.encode("utf-16"), "empty"),
        (b"\xff\xfe", "empty"),
        (b"\x80\x81\x82", "not text"),
        (b"\xff\xfea", "not text"),
        (b"x" * (LARGEST_SECRET_FILE + 1), "larger than 64 KiB"),
    ],
)
def test_a_file_that_holds_no_secret_is_invalid(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    for flags in ({"client-secret": str(path)}, {"client-secret": "-"}):
        given = inputs({**flags}, stdin=content)
        assert given.secret(names.CLIENT_SECRET) is None
        assert why in problems(given)["client-secret"]


def test_a_file_that_can_not_be_read_is_invalid(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing", "a\0b", tmp_path / ("x" * 5000)):
        given = inputs({"client-secret": str(path)})
        assert given.secret(names.CLIENT_SECRET) is None
        assert problems(given)["client-secret"].startswith("the file can't be read")


def test_a_binary_file_is_judged_not_to_be_a_credential(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(SECRET.encode("utf-16-le"))  # no byte order mark: NULs between the letters
    given = inputs({"client-id": ID, "client-secret": str(path)}, {"STACKONE_API_KEY": KEY})
    credentials(given, read(given), keeping(), lambda _: None)
    assert list(problems(given)) == ["client-secret"]


def test_standard_input_carries_only_one_secret() -> None:
    given = inputs({"client-id": ID, "client-secret": "-", "api-key": "-"}, stdin=SECRET.encode())
    credentials(given, read(given), keeping(), lambda _: None)
    assert given.missing == []
    assert [p.input for p in given.invalid] == ["client-secret", "api-key"]


def test_standard_input_that_is_a_terminal_is_not_read() -> None:
    given = inputs({"client-secret": "-"}, stdin=None)
    assert given.secret(names.CLIENT_SECRET) is None
    assert "terminal" in problems(given)["client-secret"]


@given(st.binary(max_size=200))
def test_whatever_standard_input_brings_is_a_secret_or_a_problem(content: bytes) -> None:
    given = inputs({"client-secret": "-"}, stdin=content)
    secret = given.secret(names.CLIENT_SECRET)
    assert (secret is None) == bool(given.invalid)
    if secret is not None:
        assert secret.reveal() == secret.reveal().strip() != ""


# URLs


@pytest.mark.parametrize(
    ("text", "comes_to", "origin"),
    [
        ("https://api.stackone.com", "https://api.stackone.com", "https://api.stackone.com:443"),
        (" https://api.stackone.com/ \n", "https://api.stackone.com", "https://api.stackone.com:443"),
        ("HTTPS://API.StackOne.com:443/", "HTTPS://API.StackOne.com:443", "https://api.stackone.com:443"),
        ("https://proxy.test:8443/stackone/", "https://proxy.test:8443/stackone", "https://proxy.test:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9", "http://127.9.9.9", "http://127.9.9.9:80"),
        ("http://[::1]:8000", "http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_a_url_has_one_origin_however_it_is_written(text: str, comes_to: str, origin: str) -> None:
    assert judging.url(text) == comes_to
    assert judging.origin(comes_to) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.stackone.com",
        "//api.stackone.com",
        "ftp://api.stackone.com",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https:api.stackone.com",
        "http://api.stackone.com",
        "http://localhost:8000",
        "http://127.0.0.1.example.com",
        "http://127.1",
        "http://2130706433",
        "http://0.0.0.0",
        "http://[::2]",
        "http://[::ffff:127.0.0.1]",
        "https://person@api.stackone.com",
        "https://person:word@api.stackone.com",
        "https://:@api.stackone.com",
        "https://@api.stackone.com",
        "https://api.stackone.com@evil.test",
        "https://api.stackone.com?x=1",
        "https://api.stackone.com/?",
        "https://api.stackone.com#part",
        "https://api.stackone.com/#",
        "https://api.stackone.com\\@evil.test",
        "https:\\\\api.stackone.com",
        "https://api.stackone.com/\\evil.test",
        "https://api.stackone.com/a b",
        "https://api.stack\none.com",
        "https://api.stack\tone.com/",
        "https://api.stackone.com/\x00",
        "https://api.stackone.com:0",
        "https://api.stackone.com:99999",
        "https://api.stackone.com:port",
        "https://api.stackone.com:\u0668\u0660",
        "https://\uff41pi.stackone.com",
        "https://\u0430pi.stackone.com",
        "https://api_x.stackone.com",
        "https://api%2estackone.com",
        "https://[::1",
        "https://[v1.x]",
        "http://[::1%25lo]",
        "https://api.stackone.com,evil.test",
    ],
)
def test_a_url_that_could_lead_elsewhere_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        judging.url(text)


_pieces = st.sampled_from(
    [
        "http",
        "https",
        "://",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "?",
        "#",
        "[",
        "]",
        "::1",
        "127.0.0.1",
        "api.test",
        "a",
        "%",
        "\n",
    ]
)


@given(st.lists(_pieces, max_size=9).map("".join) | st.text(max_size=30).map("https://".__add__))
def test_any_text_is_refused_or_a_plain_url_with_a_steady_origin(text: str) -> None:
    try:
        url = judging.url(text)
    except ValueError:
        return
    parts = urlsplit(url)
    assert parts.scheme in {"https", "http"}
    assert parts.hostname
    assert "@" not in parts.netloc
    assert not parts.query + parts.fragment
    assert judging.url(url) == url
    assert judging.origin(url) == judging.origin(judging.origin(url))
    assert parts.scheme == "https" or parts.hostname in {"127.0.0.1", "::1"}


# The other judges


@pytest.mark.parametrize("text", ["a", "default", "prod-2", "0", "-", "x" * 64])
def test_a_label_has_lower_case_letters_digits_and_hyphens(text: str) -> None:
    assert judging.label(text) == text


@pytest.mark.parametrize("text", ["", "A", "a b", "a_b", "a.b", "../x", "a\n", "é", "٣", "x" * 65])
def test_a_label_has_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="label"):
        judging.label(text)


@given(st.text())
def test_a_name_is_one_printable_line(text: str) -> None:
    try:
        name = judging.line(text)
    except ValueError:
        return
    assert name.isprintable()
    assert name == name.strip() != ""


@given(st.text())
def test_an_id_is_printable_and_has_no_blanks(text: str) -> None:
    try:
        identifier = judging.identifier(text)
    except ValueError:
        return
    assert identifier.isprintable()
    assert identifier
    assert not any(c.isspace() for c in identifier)
    assert judging.identifier(identifier) == identifier


@pytest.mark.parametrize("text", ["", "x", "0", "-1", "nan", "inf", "1e9", "86401", "1;2"])
def test_a_time_limit_is_a_positive_number_of_seconds(text: str) -> None:
    with pytest.raises(ValueError, match="seconds"):
        judging.seconds(text)


def test_a_choice_is_one_of_its_words_exactly() -> None:
    judge = judging.one_of("auto", "api")
    assert judge("api") == "api"
    for text in ("API", " api", ""):
        with pytest.raises(ValueError, match="auto, api"):
            judge(text)
