"""``status``: what is kept here, what StackOne has, whether they agree, what is due. It only reads."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from eh_connect.errors import EhConnectError, NetworkError, NextStep, StackOneAuthError, StackOneRefusedError
from eh_connect.flows.due import Due, Judging
from eh_connect.result import wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from eh_connect.flows.keeping import Keeping
    from eh_connect.ports import ReadsProfiles
    from eh_connect.stackone.models import ConnectorProfile

_INDENT = " " * 17


@dataclass(frozen=True)
class Opened:
    """A label, and whom to ask about it.

    ``keeping`` is None where its state can't be read. ``project`` is the same object for the same key and
    host; where it is None nobody is asked, and ``why_not`` says why. ``failures`` are what stood in the way.
    """

    label: str
    keeping: Keeping | None
    project: ReadsProfiles | None = None
    why_not: str = ""
    failures: tuple[EhConnectError, ...] = ()


@dataclass(frozen=True)
class Local:
    """What is kept here of a profile. None: nothing, or not known."""

    id: str | None
    name: str | None
    fingerprint: str | None
    set_at: str | None
    proven: str | None
    proven_before: str | None
    via: str | None
    staged: bool | None
    previous: str | None
    api_key_kept: bool | None
    stackone_url: str | None
    org_id: str | None
    app_name: str | None
    scopes: str | None


@dataclass(frozen=True)
class ProfileStatus:
    """One label: ``local`` is None where its state can't be read."""

    label: str
    local: Local | None
    stored_in: str | None
    remote: ConnectorProfile | None
    agree: bool | None
    due: tuple[Due, ...]
    why_not: str

    def as_json(self) -> dict[str, Any]:
        """As in docs/output.md."""
        shown = ("id", "name", "active", "default", "created_at", "updated_at")
        return {
            "label": self.label,
            "local": None if self.local is None else asdict(self.local),
            "remote": None if self.remote is None else {name: getattr(self.remote, name) for name in shown},
            "agree": self.agree,
            "due": [asdict(each) for each in self.due],
        }


@dataclass(frozen=True)
class StatusResult:
    """The result of ``status``; its fields as in docs/output.md."""

    profiles: tuple[ProfileStatus, ...]
    check: bool
    width: int

    @property
    def exit_code(self) -> int:
        """9 with ``--check`` where anything is due; every difference is."""
        return 9 if self.check and any(profile.due for profile in self.profiles) else 0

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """Where nothing is kept; else each thing that is due has its command."""
        return () if self.profiles else (NextStep("set a profile up", "eh-connect setup"),)

    def as_json(self) -> dict[str, Any]:
        """The fields of the JSON object, without the common ones."""
        secret = None
        if len(self.profiles) == 1 and (local := self.profiles[0].local) and local.fingerprint:
            stored_in = self.profiles[0].stored_in
            secret = {"fingerprint": local.fingerprint, "stored_in": stored_in, "set_at": local.set_at}
        return {"profiles": [profile.as_json() for profile in self.profiles], "secret": secret}

    def as_text(self) -> str:
        """The same for a person: a paragraph for each label."""
        if not self.profiles:
            return "Nothing is kept here."
        return "\n\n".join("\n".join(self._paragraph(profile)) for profile in self.profiles)

    def _paragraph(self, profile: ProfileStatus) -> list[str]:
        lines = [f"{profile.label}:"]
        for head, text in _facts(profile):
            lines += wrapped(text, self.width, f"  {head:<15}", _INDENT)
        if profile.local is not None:
            lines.append("  Due" if profile.due else "  Nothing is due.")
        for each in profile.due:
            lines += [*wrapped(each.why, self.width, "  - ", "    "), f"      {each.command}"]
        return lines


def status(
    labels: Sequence[Opened],
    *,
    now: str,
    max_age: int | None,
    check: bool,
    width: int,
    suffix: str,
    warn: Callable[[str], None],
) -> StatusResult:
    """Look. The first failure is raised in the end, with all that was found; of others a warning tells."""
    asked: dict[ReadsProfiles, list[ConnectorProfile] | EhConnectError] = {}
    found: list[ProfileStatus] = []
    failures: list[EhConnectError] = []
    for opened in labels:
        profiles, why_not, met = None, opened.why_not, opened.failures
        if opened.project is not None:
            if opened.project not in asked:
                asked[opened.project] = _ask(opened.project)
            answer = asked[opened.project]
            if isinstance(answer, EhConnectError):
                why_not, met = answer.title, (*met, answer)
            else:
                profiles = answer
        failures += [failure for failure in met if failure not in failures]
        judging = None
        if opened.keeping is not None:
            judging = Judging(opened.keeping, profiles, now, max_age, suffix)
        found.append(_told(opened.label, judging, why_not))
    result = StatusResult(tuple(found), check, width)
    if not failures:
        return result
    for failure in failures[1:]:
        warn(f"{failure.sentence} {failure.detail or ''}".strip())
    failures[0].body, failures[0].text = result.as_json(), result.as_text()
    raise failures[0]


def _ask(project: ReadsProfiles) -> list[ConnectorProfile] | EhConnectError:
    try:
        return project.profiles()
    except (NetworkError, StackOneAuthError, StackOneRefusedError) as exc:
        exc.hint = f"{exc.hint or ''} --offline tells only what is kept here.".strip()
        return exc


def _told(label: str, judging: Judging | None, why_not: str) -> ProfileStatus:
    if judging is None:
        return ProfileStatus(label, None, None, None, None, (), why_not)
    keeping, state = judging.keeping, judging.keeping.state
    is_readable = keeping.unreadable is None
    in_use = keeping.current.client_secret.fingerprint if keeping.current else state.fingerprint
    local = Local(
        id=state.profile_id,
        name=state.name,
        fingerprint=in_use,
        set_at=state.set_at,
        proven=state.proven_at,
        proven_before=state.proven_before,
        via=state.via,
        staged=keeping.next is not None if is_readable else None,
        previous=keeping.previous.client_secret.fingerprint if keeping.previous else None,
        api_key_kept=keeping.api_key() is not None if is_readable else None,
        stackone_url=state.stackone_url,
        org_id=state.org_id,
        app_name=state.app_name,
        scopes=state.scopes,
    )
    stored_in = keeping.stored_in
    return ProfileStatus(label, local, stored_in, judging.profile, judging.agree, judging.due(), why_not)


def _facts(profile: ProfileStatus) -> Iterator[tuple[str, str]]:
    local = profile.local
    if local is None:
        yield "Here", "what is kept can't be read"
        return
    if local.id is not None:
        yield "Profile", f"“{local.name}”, ID {local.id}" if local.name else f"ID {local.id}"
    if local.fingerprint is not None:
        since = f", in use since {local.set_at}" if local.set_at else ""
        yield "Client Secret", local.fingerprint + since
        missing = "a keyring that can't be read now" if local.staged is None else "no keyring: it is gone"
        yield "Kept in", profile.stored_in or missing
    if local.staged:
        yield "Staged", "a pair that is not known to be in use yet"
    if local.previous is not None:
        yield "Previous", f"{local.previous}, kept for a rollback"
    if local.id is not None:
        yield "Proof", f"a sign-in succeeded on {local.proven}" if local.proven else "none for this pair"
        yield "At StackOne", _at_stackone(profile)


def _at_stackone(profile: ProfileStatus) -> str:
    if profile.remote is None:
        return "not there" if profile.agree is False else f"not known: {profile.why_not}"
    enabled = {True: "enabled", False: "disabled", None: "there"}[profile.remote.active]
    since = {True: "as after the last change from here", False: "changed since the last change from here"}
    return f"{enabled}, {since[profile.agree]}" if profile.agree is not None else enabled
