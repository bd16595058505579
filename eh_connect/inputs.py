"""Where a command's values come from: flag, then variable. All problems are kept, then told at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from eh_connect import judging
from eh_connect.employment_hero.credentials import cleaned
from eh_connect.errors import InputError, Problem
from eh_connect.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, MutableMapping
    from typing import BinaryIO

    Judge = Callable[[str], "T"]

T = TypeVar("T")

LARGEST_SECRET_FILE = 64 * 1024
"""Bytes. More than that is not a file with one secret in it."""


@dataclass(frozen=True)
class Input:
    """A value that a command takes: its name in messages, its flag, its variable."""

    name: str
    flag: str | None = None
    variable: str | None = None

    def problem(self, why: str = "") -> Problem:
        """This input, missing or (with ``why``) invalid."""
        return Problem(self.name, self.flag, self.variable, why)


PROFILE = Input("profile", "--profile", "EH_CONNECT_PROFILE")
NAME = Input("name", "--name", "EH_CONNECT_NAME")
PROFILE_ID = Input("profile-id", "--profile-id", "EH_CONNECT_PROFILE_ID")
ORG_ID = Input("org-id", "--org-id", "EH_CONNECT_ORG_ID")
APP_NAME = Input("app-name", "--app-name", "EH_CONNECT_APP_NAME")
SCOPES = Input("scopes", "--scopes", "EH_CONNECT_SCOPES")
CLIENT_ID = Input("client-id", "--client-id", "EH_CONNECT_CLIENT_ID")
CLIENT_SECRET = Input("client-secret", "--client-secret-file", "EH_CONNECT_CLIENT_SECRET")
API_KEY = Input("api-key", "--api-key-file", "STACKONE_API_KEY")
STACKONE_URL = Input("stackone-url", "--stackone-url", "STACKONE_API_URL")
STACKONE_APP_URL = Input("stackone-app-url", "--stackone-app-url", "STACKONE_APP_URL")
EMPLOYMENT_HERO_APP_URL = Input("employment-hero-app-url", None, "EMPLOYMENT_HERO_APP_URL")
EMPLOYMENT_HERO_OAUTH_URL = Input("employment-hero-oauth-url", None, "EMPLOYMENT_HERO_OAUTH_URL")
ACTIONS = Input("action", "--action", "EH_CONNECT_ACTIONS")
VIA = Input("via", "--via")
IF_EXISTS = Input("if-exists", "--if-exists")
FORMAT = Input("format", "--format")
OWNER_ID = Input("owner-id", "--owner-id")
OWNER_NAME = Input("owner-name", "--owner-name")
SESSION_LABEL = Input("label", "--label")
EXPIRES_IN = Input("expires-in", "--expires-in")
MAX_AGE = Input("max-age", "--max-age")
YES = Input("yes", "--yes")
WAIT = Input("wait", "--wait")
TIMEOUT = Input("timeout", "--timeout")

SECRET_INPUTS = (CLIENT_SECRET, API_KEY)
WITH_FLAGS = [found for found in tuple(globals().values()) if isinstance(found, Input) and found.flag]
"""Every input that has a flag."""


class Inputs:
    """Reads values by precedence and collects what is wrong with them.

    Args:
        flags: text of each flag that was given, by the input's name; a repeatable one as a tuple.
        environ: the environment; secrets are taken out of it as soon as they are read, so that no
            child inherits them.
        stdin: standard input, for a secret file named ``-``; None where it is a terminal.
    """

    def __init__(
        self,
        flags: Mapping[str, str | tuple[str, ...] | None],
        environ: MutableMapping[str, str],
        stdin: BinaryIO | None,
    ) -> None:
        self._flags = flags
        self._environ = environ
        self._stdin = stdin
        self._secrets = {i.name: environ.pop(i.variable, "") for i in SECRET_INPUTS if i.variable}
        self.missing: list[Problem] = []
        self.invalid: list[Problem] = []

    def given(self, wanted: Input) -> str | None:
        """The text from flag or variable, as given; None where neither is. An empty variable is not given."""
        flag = self._flags.get(wanted.name)
        if isinstance(flag, str):
            return flag
        return (wanted.variable and self._environ.get(wanted.variable)) or None

    def typed(self, *left_out: Input) -> tuple[str, ...]:
        """The flags as they were typed, but for some; secrets are in files, and the Client ID is left out."""
        words: list[str] = []
        for each in WITH_FLAGS:
            value = None if each in {CLIENT_ID, *left_out} else self._flags.get(each.name)
            for text in (value,) if isinstance(value, str) else value or ():
                words += [each.flag or "", text]
        return tuple(words)

    def text(self, wanted: Input, judge: Judge[T]) -> T | None:
        """The value from flag or variable, judged; None where it is not given or not valid."""
        text = self.given(wanted)
        return None if text is None else self._judged(wanted, text, judge)

    def texts(self, wanted: Input) -> tuple[str, ...] | None:
        """The values of a repeatable flag, or of a variable that holds a comma list."""
        flag = self._flags.get(wanted.name)
        if isinstance(flag, tuple) and flag:
            parts: list[str] = list(flag)
        elif (text := self.given(wanted)) is not None:
            parts = text.split(",")
        else:
            return None
        values = tuple(dict.fromkeys(p.strip() for p in parts if p.strip()))
        if not values:
            self.invalid.append(wanted.problem("it is empty"))
        elif any(self._judged(wanted, value, judging.identifier) is None for value in values):
            return None
        return values or None

    def secret(self, wanted: Input) -> Secret | None:
        """A secret from file, standard input or variable, cleaned of what pasting adds to it."""
        path = self._flags.get(wanted.name)
        if isinstance(path, str):
            text = self._judged(wanted, path, self._read_secret)
        else:
            text = cleaned(self._secrets.get(wanted.name, "")) or None
        return Secret(text) if text else None

    def two_on_stdin(self) -> bool:
        """Whether more than one secret is to be read from standard input: recorded as a problem of each."""
        both = [i for i in SECRET_INPUTS if self._flags.get(i.name) == "-"]
        if len(both) < len(SECRET_INPUTS):
            return False
        self.invalid += [i.problem("standard input can carry only one secret") for i in both]
        return True

    def stop_on_problems(self) -> None:
        """Raise InputError with everything that is missing or invalid, if anything is."""
        if not self.missing and not self.invalid:
            return
        count = len(self.missing) + len(self.invalid)
        raise InputError(
            "A value is missing or invalid." if count == 1 else f"{count} values are missing or invalid.",
            missing=tuple(self.missing),
            invalid=tuple(self.invalid),
            hint="Give each by its flag or its variable; secrets by file, standard input or variable only.",
        )

    def _judged(self, wanted: Input, text: str, judge: Judge[T]) -> T | None:
        try:
            return judge(text)
        except ValueError as exc:
            self.invalid.append(wanted.problem(str(exc)))
            return None

    def _read_secret(self, path: str) -> str:
        if path == "-":
            if self._stdin is None:
                raise ValueError("standard input is a terminal: pipe the secret in, or name a file")
            try:
                raw = self._stdin.read(LARGEST_SECRET_FILE + 1)
            except (OSError, ValueError):
                raise ValueError("standard input can't be read") from None
        else:
            try:
                with open(path, "rb") as file:  # noqa: PTH123  # /dev/fd/63 and pipes are files here too
                    raw = file.read(LARGEST_SECRET_FILE + 1)
            except (OSError, ValueError) as exc:
                reason = exc.strerror if isinstance(exc, OSError) else "not a path"
                raise ValueError(f"the file can't be read: {reason}") from None
        if len(raw) > LARGEST_SECRET_FILE:
            raise ValueError("the file is larger than 64 KiB: it should hold the secret and nothing else")
        text = cleaned(_decoded(raw))
        if not text:
            raise ValueError("the file is empty" if path != "-" else "standard input was empty")
        return text


def _decoded(raw: bytes) -> str:
    # PowerShell's ">" writes UTF-16 with a byte order mark.
    encoding = "utf-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise ValueError("the file is not text") from None
