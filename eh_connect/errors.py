"""Every error that a person may see, with its exit code; docs/exit-codes.md says what to do about each."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from eh_connect.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from eh_connect.lines import Line


class NextStep(Record, frozen=True):
    """Something to do next: the reason, and the command that does it, ready to run."""

    why: str
    command: str


class Problem(Record, frozen=True):
    """An input that is missing (``why`` is empty) or invalid."""

    input: str
    flag: str | None
    variable: str | None
    why: str = ""
    title: str = ""


@dataclass(eq=False, repr=False)
class EhConnectError(Exception):
    """The base class: a title (what happened), a detail (what it means) and a hint (what to do).

    A command that found something before it failed adds it: ``body`` has fields for the JSON object beside
    ``error``, ``found`` has lines for a person on standard output.
    """

    code: ClassVar[int] = 1
    type: ClassVar[str] = "defect"

    title: str
    _: KW_ONLY
    detail: str | None = None
    hint: str | None = None
    next_steps: tuple[NextStep, ...] = ()
    http_status: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    found: Sequence[Line] = ()

    @property
    def sentence(self) -> str:
        """The title with a full stop, so that more can follow it on the same line."""
        return self.title if self.title.endswith((".", "!", "?", "…")) else f"{self.title}."

    @property
    def sentences(self) -> str:
        """The title and the detail, on one line."""
        return f"{self.sentence} {self.detail or ''}".strip()


class UsageError(EhConnectError):
    """Wrong usage: an unknown command or flag, or a secret on the command line."""

    code = 2
    type = "usage"


@dataclass(eq=False, repr=False)
class InputError(EhConnectError):
    """One or more values are missing or invalid; ``missing`` and ``invalid`` name them all."""

    code = 3
    type = "input"

    _: KW_ONLY
    missing: tuple[Problem, ...] = ()
    invalid: tuple[Problem, ...] = ()


class StorageError(EhConnectError):
    """The keyring, the folder, the disk or the lock can't be used."""

    code = 4
    type = "storage"


class BusyError(StorageError):
    """Another run holds the label's lock."""


class StackOneAuthError(EhConnectError):
    """StackOne refused the API key (401) or its rights (403)."""

    code = 5
    type = "stackone_auth"


class StackOneRefusedError(EhConnectError):
    """StackOne refused the request (400, 404, 409, 412, 422), or an existing profile forbids it."""

    code = 6
    type = "stackone_refused"


class WriteRefusedError(StackOneRefusedError):
    """StackOne refused a change, and has nothing of what was sent."""


class NetworkError(EhConnectError):
    """No connection, a timeout, TLS, a redirect, 408/429/5xx after all retries, an unreadable answer."""

    code = 7
    type = "network"


class LostAnswerError(NetworkError):
    """A request was sent and got no answer, so it may have taken effect."""


STACKONE_ERRORS = (StackOneAuthError, StackOneRefusedError, NetworkError)
"""What a call to StackOne raises: codes 5, 6 and 7."""


class ActionNeededError(EhConnectError):
    """A person must act: the API can't do it, and no person is there."""

    code = 8
    type = "action_needed"


class RejectedError(EhConnectError):
    """Employment Hero rejected the credentials."""

    code = 9
    type = "rejected"


class StoppedError(EhConnectError):
    """Stopped by the person: "No" at the review."""

    code = 130
    type = "stopped"


class Ending(SystemExit):  # no error: the run ends
    """SIGTERM arrived. ``body`` is as in EhConnectError.

    It is a SystemExit, because the event loop of a prompt swallows most other exceptions.
    """

    body: Mapping[str, Any] | None = None
