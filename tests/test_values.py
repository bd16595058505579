"""What a run was told: which source counts, and all that is missing or wrong at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eh_connect import inputs as i
from eh_connect.cli.commands import SETUP
from eh_connect.errors import InputError
from eh_connect.secret import Secret
from eh_connect.values import Values
from tests.support.memory import told

if TYPE_CHECKING:
    from eh_connect.values import Input

ID = "client-id-0123456789-0123456789-0123456789-0"
UUID = "0e6a1b2c-1111-4222-8333-444455556666"


def shown(value: object) -> object:
    return value.reveal() if isinstance(value, Secret) else value


@pytest.mark.parametrize(
    ("wanted", "flag", "comes_to", "variable", "variable_comes_to"),
    [
        (i.PROFILE, "prod", "prod", "test-1", "test-1"),
        (i.NAME, " Ours ", "Ours", "Théirs", "Théirs"),
        (i.PROFILE_ID, f" {UUID}\n", UUID, "id-2", "id-2"),
        (i.ORG_ID, "12345", "12345", UUID.upper(), UUID),
        (i.APP_NAME, "One", "One", "Two", "Two"),
        (i.SCOPES, "directory", "directory", "Employees,Teams", "Employees, Teams"),
        (i.CLIENT_ID, f'"{ID}"', ID, f"{ID}x", f"{ID}x"),
        (i.CLIENT_SECRET, "/a/file", "from /a/file", "by variable", "by variable"),
        (i.API_KEY, "-", "from -", "by variable", "by variable"),
        (i.STACKONE_URL, "https://a.test/", "https://a.test", "http://127.0.0.1:8", "http://127.0.0.1:8"),
        (i.ACTIONS, ("a", "b"), ("a", "b"), "c,d", ("c", "d")),
        (i.ACTIONS, ("all",), ("all",), "x", ("x",)),
    ],
)
def test_a_flag_counts_before_a_variable_and_an_empty_variable_is_not_given(
    wanted: Input[Any], flag: Any, comes_to: Any, variable: str, variable_comes_to: Any
) -> None:
    name = wanted.variable or ""
    both = told({wanted.parameter: flag}, {name: variable})
    assert (shown(both[wanted]), both.source(wanted)) == (comes_to, "flag")
    alone = told({wanted.parameter: None}, {name: variable})
    assert (shown(alone[wanted]), alone.source(wanted)) == (variable_comes_to, "variable")
    nothing = told({}, {name: ""})
    assert (nothing[wanted], nothing.given(wanted)) == (wanted.default, False)
    assert not both.invalid + alone.invalid + nothing.invalid


def test_a_flag_that_is_empty_is_invalid_and_does_not_fall_back() -> None:
    values = told({"profile": "", "name": " "}, {"EH_CONNECT_PROFILE": "x", "EH_CONNECT_NAME": "y"})
    assert {problem.flag for problem in values.invalid} == {"--profile", "--name"}


def test_secrets_leave_the_environment_as_soon_as_they_are_read() -> None:
    secret = {each.variable or "": "v1.eu1.something" for each in (i.CLIENT_SECRET, i.LOCKED, i.API_KEY)}
    environ = {**secret, "EH_CONNECT_NAME": "Ours"}
    values = told({}, environ)
    assert (environ, shown(values[i.API_KEY])) == ({"EH_CONNECT_NAME": "Ours"}, "v1.eu1.something")


def test_what_is_saved_fills_in_for_what_is_not_given_and_an_answer_counts_most() -> None:
    values = told({"name": "Ours"})
    values.stop_on_problems()
    values.use_saved(i.NAME, "saved")
    values.use_saved(i.APP_NAME, "saved")
    assert (values[i.NAME], values[i.APP_NAME], values.source(i.APP_NAME)) == ("Ours", "saved", "saved")
    values.answer(i.NAME, "answered")
    assert (values[i.NAME], values.given(i.NAME), values.given(i.APP_NAME)) == ("answered", True, False)


def test_everything_that_is_missing_or_wrong_is_told_at_once_and_no_value_is_shown() -> None:
    values = told({"profile": "NO LABEL", "stackone_url": "http://a.test", "timeout": "soon"})
    values.note_missing(i.API_KEY, i.CLIENT_ID)
    values.note_invalid(i.CLIENT_SECRET, "it is empty")
    values.note_missing(i.CLIENT_SECRET)
    with pytest.raises(InputError) as caught:
        values.stop_on_problems()
    error = caught.value
    assert [(each.flag, each.variable) for each in error.missing] == [
        ("--api-key-file", "STACKONE_API_KEY"),
        ("--client-id", "EH_CONNECT_CLIENT_ID"),
    ]
    wrong = [each.flag for each in error.invalid]
    assert wrong == ["--profile", "--stackone-url", "--timeout", "--client-secret-file"]
    assert error.title == "6 values are missing or wrong"
    assert "NO LABEL" not in str([error.title, error.hint, *(each.why for each in error.invalid)])


def test_what_is_missing_can_be_asked_for_by_the_same_command_without_the_flags_that_forbid_it() -> None:
    values = told({"no_input": True, "dry_run": True, "profile": "x"})
    values.note_missing(i.API_KEY)
    with pytest.raises(InputError) as caught:
        values.stop_on_problems()
    assert caught.value.hint == "Set it. At a terminal, eh-connect setup --profile x asks for it instead."


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"name": "Two words", "check": False}, "setup --name 'Two words' --no-check"),
        ({"action": ("a", "b"), "default": True, "timeout": "9"}, "setup --action a --action b --default"),
        ({"profile": "x", "check": False}, "status --profile x"),  # its --check is another
        ({}, "setup"),
    ],
)
def test_a_command_to_run_next_repeats_what_it_needs_again(typed: dict[str, Any], says: str) -> None:
    assert told(typed).command(says.split(maxsplit=1)[0]) == f"eh-connect {says}"


@pytest.mark.parametrize(
    "wanted", [each for each in SETUP.all_inputs if each.kind.metavar], ids=lambda each: each.name
)
@given(text=st.text() | st.text("v1.eu-_/:@? \n\"'", max_size=30))
def test_whatever_is_given_is_a_value_or_a_problem(wanted: Input[Any], text: str) -> None:
    values = told({}, {wanted.variable: text}) if wanted.variable else told({wanted.parameter: text})
    assert len(values.invalid) <= 1
    assert all(problem.why.isprintable() for problem in values.invalid)


@pytest.mark.parametrize("reading", ["the file is empty", "it is a folder"])
def test_a_file_that_can_not_be_read_is_a_problem_of_its_flag(reading: str) -> None:
    def read(_path: str, _title: str) -> str:
        raise ValueError(reading)

    typed, environ = {"client_secret_file": "x"}, {"EH_CONNECT_CLIENT_SECRET": "y"}
    values = Values("setup", typed, environ, read, lambda _: SETUP.inputs)
    assert [(each.flag, each.why) for each in values.invalid] == [("--client-secret-file", reading)]
    assert values[i.CLIENT_SECRET] is None
